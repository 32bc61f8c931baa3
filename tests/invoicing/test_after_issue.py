"""What still changes once a document is issued: its files, its accounts, never itself."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounting import actions as ledger
from accounting.enums import AccountUse
from accounting.models import Entry, EntryLine
from cae.core.models import AuditEvent
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.management.house import altered_files, broken_chains
from entrepreneurs.queries import own_ids
from invoicing import actions, posting, queries
from invoicing.actions.account_changes import change_accounts
from invoicing.actions.attachments import MOST_FILES, attach_file, remove_attachment, take_file
from invoicing.models import AccountChange, Invoice, InvoiceAttachment
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, Shop, balances, line, make_seller, refused
from tests.invoicing.test_billing import accepted
from tests.invoicing.test_deals import sql_refusal
from tests.invoicing.test_folders import PDF, open_shop
from tests.invoicing.test_own_accounts import JULY_4, JUNE_10, books_are_right
from tests.invoicing.test_retentions import release, works
from tests.makers import make_membership, signed_in

__all__ = ["open_shop"]
pytestmark = pytest.mark.django_db
ROOT = "/c/ateliers/ventes/factures/"
MORE = {"4112": "Clients du bâtiment", "7061": "Études", "7071": "Livres"}


@pytest.fixture
def books(shop) -> Shop:
    return with_accounts(shop)


def with_accounts(shop: Shop) -> Shop:
    for number, label in MORE.items():
        ledger.open_account(number, label=label, by=shop.accountant)
    return shop


def move(shop: Shop, invoice: Invoice, reason: str = "Mal classée", **accounts: str):
    return change_accounts(invoice, accounts=accounts, reason=reason, by=shop.accountant)


def held(shop: Shop) -> dict[str, D]:
    """What is on the accounts that a sale may be moved between."""
    found = balances(shop.activity.analytic)
    return {n: amount for n, amount in found.items() if n.startswith(("411", "70"))}


# ── Accounts ─────────────────────────────────────────────────────────────────────────────


def test_an_issued_invoice_moves_and_what_comes_after_follows(books):
    invoice = books.invoice(line(price="1000"), line(price="100", nature="goods"))
    sealed = (invoice.fingerprint, invoice.snapshot, invoice.services_account)

    move(books, invoice, customers="4112", services="7061")

    assert held(books) == {"4112": D("1320.00"), "7061": D("-1000.00"), "707": D("-100.00")}
    moved = Entry.objects.filter(posting_key__startswith=f"invoice:{invoice.pk}:services")
    assert [(e.date, e.posting_key) for e in moved] == [
        (JUNE_3, f"invoice:{invoice.pk}:services:1")
    ]
    owed = EntryLine.objects.get(account__number="4112")
    assert (owed.party, owed.due_on) == (invoice.customer_name, invoice.due_on)
    move(books, invoice, goods="7071", services="7061")  # only what is elsewhere moves
    assert AccountChange.objects.count() == 3
    books.pay(invoice, "500")
    credit = actions.credit_invoice(invoice, reason="Annulée", by=books.seller)
    credit = actions.issue_invoice(credit, on=JUNE_10, by=books.accountant)

    assert held(books) == {"4112": D("-500.00")}  # to be given back
    invoice.refresh_from_db()
    assert (invoice.fingerprint, invoice.snapshot, invoice.services_account) == sealed
    assert list(queries.broken_invoices()) == [*broken_chains()] == []
    assert books_are_right()


def test_it_moves_back_and_again(books):
    invoice = books.invoice()
    move(books, invoice, services="7061")
    move(books, invoice, services="706")
    move(books, invoice, services="7061")

    assert held(books) == {"411": D("1200.00"), "7061": D("-1000.00")}
    assert [c.rank for c in reversed(queries.changes_of(invoice))] == [1, 2, 3]
    draft = actions.replace_invoice(invoice, reason="Prix faux", by=books.seller)
    actions.issue_invoice(draft, on=JUNE_10, by=books.accountant)
    assert held(books) == {"411": D("1200.00"), "706": D("-1000.00")}
    with refused("account_stays"):
        move(books, invoice, services="706")
    assert books_are_right()


def test_a_credit_note_moves_with_the_deposits_it_freed(books):
    quote = accepted(books, line(price="1000"))
    deposit = actions.bill_deposit(quote, share=D("0.30"), by=books.seller)
    deposit = actions.issue_invoice(deposit, on=JUNE_3, by=books.accountant)
    books.pay(deposit, deposit.due)
    assert [each.use for each in queries.posted_accounts(deposit)] == ["customers"]
    final = actions.bill_rest(quote, by=books.seller)
    final = actions.issue_invoice(final, on=JUNE_3, by=books.accountant)
    credit = actions.credit_invoice(final, reason="Annulée", by=books.seller)
    credit = actions.issue_invoice(credit, on=JUNE_10, by=books.accountant)

    move(books, final, services="7061")
    move(books, credit, services="7061")

    assert held(books) == {}
    assert "7061" not in balances(books.activity.analytic)
    with refused("account_stays"):
        move(books, credit, customers="4112")
    assert books_are_right()


def test_a_retention_is_released_where_its_invoice_went(books):
    invoice = works(books)
    move(books, invoice, customers="4112")
    release(books, invoice.retentions.get(), cause="agreed")
    assert held(books)["4112"] == D("1200.00") and "4117" not in held(books)
    with refused("account_stays"):
        move(books, invoice, customers="411")
    assert books_are_right()


def test_what_may_not_move_says_why(books):
    invoice, draft = books.invoice(), books.draft()
    for code, values in (
        ("reason_missing", {"services": "7061", "reason": " "}),
        ("nothing_posted", {"goods": "7071"}),
        ("nothing_posted", {"bank": "512"}),
        ("unknown_account", {"services": "70699"}),
        ("wrong_class", {"services": "411"}),
        ("wrong_class", {"customers": "4117"}),
        ("same_accounts", {"services": "706"}),
        ("same_accounts", {}),
    ):
        with refused(code):
            move(books, invoice, **values)
    with refused("not_issued"):
        move(books, draft, services="7061")
    books.pay(invoice, "1")
    with refused("account_stays"):
        move(books, invoice, customers="4112")
    ledger.close_period(Month(2026, 6), on=JULY_4, by=books.accountant)
    with refused("month_closed"):
        move(books, invoice, services="7061")
    assert AccountChange.objects.count() == 0


def test_postgresql_keeps_changes_of_accounts_right(books):
    invoice, paid = books.invoice(), books.invoice()
    move(books, invoice, services="7061")
    (change,) = move(books, paid, customers="4112")
    books.pay(paid, "10")
    stray = ledger.post(
        posting.moved_entry(
            invoice, D("-1000"), use=AccountUse.SERVICES, rank=2, off="7061", onto="4112",
            analytic=books.activity.analytic.code,
        ),
        by=books.accountant,
    )  # fmt: skip
    back = ledger.post(
        posting.moved_entry(
            paid, D("1190"), use=AccountUse.CUSTOMERS, rank=2, off="4112", onto="411",
            analytic=books.activity.analytic.code,
        ),
        by=books.accountant,
    )  # fmt: skip
    insert = (
        "INSERT INTO invoicing_accountchange (tenant_id, activity_id, invoice_id, use, rank,"
        " before, after, amount, reason, entry_id, changed_by_id, changed_at)"
        " SELECT tenant_id, activity_id, id, %s, %s, %s, %s, %s, %s, %s, created_by_id, now()"
        " FROM invoicing_invoice WHERE id = %s"
    )
    entry = change.entry_id
    for name, *values in (
        ("entry", "services", 1, "706", "7061", "-1000", "x", entry, invoice.pk),  # twice
        ("entry", "services", 2, "706", "4112", "-1000", "x", stray.pk, invoice.pk),  # not there
        ("entry", "services", 2, "7061", "4112", "-999", "x", stray.pk, invoice.pk),
        ("entry", "goods", 1, "707", "7071", "-1", "x", stray.pk, invoice.pk),  # of another use
        ("services", "services", 2, "7061", "4112", "-1000", "x", stray.pk, invoice.pk),
        ("moves", "goods", 1, "707", "7071", "0", "x", stray.pk, invoice.pk),
        ("moves", "services", 2, "7061", "4112", "-1000", "", stray.pk, invoice.pk),
        ("settled", "customers", 2, "4112", "411", "1190", "x", back.pk, paid.pk),
    ):
        assert sql_refusal(insert, *values) == f"invoicing_accountchange_{name}", values
    values = ("services", 1, "706", "7061", "-1000", "x", stray.pk, books.draft().pk)
    assert sql_refusal(insert, *values) == "invoicing_accountchange_entry"
    for said in (
        sql_refusal("UPDATE invoicing_accountchange SET amount = 1 WHERE id = %s", change.pk),
        sql_refusal("DELETE FROM invoicing_accountchange WHERE id = %s", change.pk),
    ):
        assert "Cannot update or delete" in said
    with served_as_seller(books):
        assert AccountChange.objects.count() == 2


# ── Files ────────────────────────────────────────────────────────────────────────────────


def served_as_seller(shop: Shop):
    return tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller))


def attach(shop: Shop, invoice: Invoice, content: bytes = PDF, **values) -> InvoiceAttachment:
    return attach_file(
        invoice, **{"content": content, "name": "commande.pdf", "by": shop.seller, **values}
    )


def test_files_are_put_beside_an_issued_document(shop, settings):
    invoice = shop.invoice()
    sealed = (invoice.fingerprint, invoice.snapshot)

    kept = attach(shop, invoice)

    assert (kept.document.name, kept.document.mime) == ("commande.pdf", "application/pdf")
    assert take_file(kept, by=shop.seller) == kept.document
    remove_attachment(kept, by=shop.accountant)
    said = AuditEvent.objects.filter(action__startswith="invoice.file_").order_by("id")
    assert list(said.values_list("action", flat=True)) == [
        "invoice.file_added", "invoice.file_taken", "invoice.file_removed",
    ]  # fmt: skip
    assert said.last().before == {"name": "commande.pdf"}
    invoice.refresh_from_db()
    assert (invoice.fingerprint, invoice.snapshot) == sealed
    assert list(altered_files()) == []  # its bytes are gone, and are missed by nobody


def test_what_is_not_attached_says_why(shop):
    invoice = shop.invoice()
    attach(shop, invoice)
    for code, content in (
        ("already_attached", PDF),
        ("empty_file", b""),
        ("unknown_file_type", b"MZ\x90\x00"),
        ("broken_pdf", b"%PDF-1.7"),
    ):
        with refused(code):
            attach(shop, invoice, content)
    with refused("not_issued"):
        attach(shop, shop.draft())
    InvoiceAttachment.objects.bulk_create(
        InvoiceAttachment(
            activity=shop.activity, invoice=invoice, added_by=shop.seller,
            document=invoice.attachments.get().document,
        )
        for _ in range(MOST_FILES - 1)
    )  # fmt: skip
    with refused("too_many"):
        attach(shop, invoice)


def test_postgresql_keeps_files_right(shop):
    invoice, draft = shop.invoice(), shop.draft()
    mine, theirs = attach(shop, invoice), attach(shop, shop.invoice(), by=shop.accountant)
    insert = (
        "INSERT INTO invoicing_invoiceattachment (tenant_id, activity_id, invoice_id, document_id,"
        " added_by_id, added_at) SELECT tenant_id, activity_id, id, %s, created_by_id, now()"
        " FROM invoicing_invoice WHERE id = %s"
    )
    assert sql_refusal(insert, mine.document_id, draft.pk) == "invoicing_invoiceattachment_issued"
    change = "UPDATE invoicing_invoiceattachment SET invoice_id = %s WHERE id = %s"
    assert "Cannot update" in sql_refusal(change, theirs.invoice_id, mine.pk)
    gone = "DELETE FROM invoicing_invoiceattachment WHERE id = %s"
    with served_as_seller(shop), transaction.atomic():
        assert sql_refusal(gone, theirs.pk) == "invoicing_invoiceattachment_own"
        assert mine.delete()[0] == 1


# ── Pages and API ────────────────────────────────────────────────────────────────────────


def test_the_page_of_an_invoice_keeps_its_files(open_shop):
    shop, seller, staff = open_shop, signed_in(open_shop.seller), signed_in(open_shop.accountant)
    with tenant(shop.cooperative):
        here = f"{ROOT}{shop.invoice().pk}/"
    assert "Joindre une pièce" in seller.get(here).content.decode()

    sent = {"file": SimpleUploadedFile("commande.pdf", PDF)}
    assert seller.post(f"{here}pieces/", sent).url == f"{here}#pieces"
    with tenant(shop.cooperative):
        kept = InvoiceAttachment.objects.get()
    assert "commande.pdf" in staff.get(here).content.decode()
    file = f"{here}pieces/{kept.pk}/"
    assert b"".join(staff.get(file).streaming_content) == PDF
    assert staff.get(file)["Content-Disposition"].startswith("attachment")
    seller.post(f"{here}pieces/")
    assert "Choisissez un fichier" in seller.get(here).content.decode()
    with tenant(shop.cooperative):
        other = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
        reader = make_membership(shop.cooperative, "co_manager")
    assert signed_in(other.seller).get(file).status_code == 404
    assert signed_in(reader).get(file).status_code == 200
    for who in (reader, other.seller):
        assert signed_in(who).post(f"{here}pieces/").status_code == 404
        assert signed_in(who).post(f"{file}retirer/").status_code == 404
    assert staff.post(f"{file}retirer/").url == f"{here}#pieces"
    assert staff.get(file).status_code == 404
    staff.post(f"{here}pieces/", {"file": SimpleUploadedFile("avis.pdf", PDF)})
    with tenant(shop.cooperative):
        of_staff = InvoiceAttachment.objects.get()
    assert seller.post(f"{here}pieces/{of_staff.pk}/retirer/").status_code == 404


def test_an_accountant_moves_an_invoice_on_its_page(open_shop):
    shop, staff = open_shop, signed_in(open_shop.accountant)
    with tenant(shop.cooperative):
        with_accounts(shop)
        invoice, draft = shop.invoice(), shop.draft()
    here = f"{ROOT}{invoice.pk}/comptes/"
    assert here in staff.get(f"{ROOT}{invoice.pk}/").content.decode()
    page = staff.get(here).content.decode()
    assert "7061 Études" in page and "4117" not in page
    typed = {"customers": "411", "services": "7061", "reason": "Étude"}
    assert staff.post(here, {**typed, "reason": ""}).status_code == 422
    assert staff.post(here, {**typed, "services": "706"}).status_code == 422
    assert staff.post(here, typed).url == here
    page = staff.get(here).content.decode()
    assert "du 706 au 7061" in page and "Étude" in page and "Voir l’écriture" in page
    assert signed_in(shop.seller).get(here).status_code == 404
    assert staff.get(f"{ROOT}{draft.pk}/comptes/").status_code == 404
    with tenant(shop.cooperative):
        ledger.close_period(Month(2026, 6), on=JULY_4, by=shop.accountant)
    page = staff.get(here).content.decode()
    assert "est clôturé" in page and "Reclasser</button>" not in page
    assert staff.post(here, {**typed, "services": "706"}).status_code == 422


def test_the_pages_cost_the_same_for_one_and_three(open_shop):
    shop, staff = open_shop, signed_in(open_shop.accountant)
    with tenant(shop.cooperative):
        with_accounts(shop)
        invoice = shop.invoice()
        move(shop, invoice, services="7061")
        attach(shop, invoice)
    paths = (f"{ROOT}{invoice.pk}/", f"{ROOT}{invoice.pk}/comptes/")
    counts = []
    for path in paths:
        staff.get(path)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert {staff.get(path).status_code for path in paths} == {200}
        counts.append(len(asked))
        with tenant(shop.cooperative):
            document = invoice.attachments.first().document
            for account in ("706", "7061"):
                move(shop, invoice, services=account)
                InvoiceAttachment.objects.create(
                    activity=shop.activity, invoice=invoice, document=document, added_by=shop.seller
                )
    assert counts[0] == counts[1]


def test_a_program_does_the_same(shop):
    with_accounts(shop)
    invoice, draft = shop.invoice(), shop.draft()
    key, staff = Key(shop.seller), Key(shop.accountant)
    files = f"/api/v1/invoices/{invoice.pk}/files/"
    sent = {"file": SimpleUploadedFile("p.pdf", PDF)}
    made = key.post(files, sent, format="multipart")
    assert (made.status_code, made.json()["name"]) == (201, "p.pdf")
    one = f"{files}{made.json()['id']}/"
    assert [each["id"] for each in staff.get(files).json()] == [made.json()["id"]]
    assert b"".join(staff.get(one).streaming_content) == PDF
    again = key.post(files, {"file": SimpleUploadedFile("p.pdf", PDF)}, format="multipart")
    assert (again.status_code, again.json()["code"]) == (409, "already_attached")
    assert key.delete(one).status_code == 204
    assert key.get(one).status_code == 404
    assert key.get(f"/api/v1/invoices/{draft.pk}/files/").status_code == 404

    accounts = f"/api/v1/invoices/{invoice.pk}/accounts/"
    said = {"services": "7061", "reason": "Étude"}
    posted = staff.post(accounts, said, format="json").json()
    assert [(row["use"], row["account"], row["amount"]) for row in posted] == [
        ("customers", "411", "1200.00"), ("services", "7061", "-1000.00"),
    ]  # fmt: skip
    assert staff.get(accounts).json() == posted
    refusal = staff.post(accounts, said, format="json")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "same_accounts")
    for who in (key, Key(make_membership(shop.cooperative, "co_manager"))):
        assert who.get(accounts).status_code == 404
        assert who.post(accounts, said, format="json").status_code == 404
