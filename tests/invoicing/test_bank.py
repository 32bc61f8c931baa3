"""Statements of the bank: deposited whole, each line made a payment once, or set aside."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounting import actions as ledger
from accounting.actions.checks import check_now
from cae.core.tenancy import tenant
from cae.management import house
from entrepreneurs import actions as people
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.actions import bank
from invoicing.actions.banking import Origin
from invoicing.models import BankLine, BankOutcome, BankStatement, Payment
from invoicing.queries import bank as found
from tests.api.conftest import Key
from tests.invoicing.bank import IBAN, OFX, camt, entry
from tests.invoicing.makers import JUNE_3, balances, line, make_customer, make_shop, refused
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

JUNE_10 = JUNE_3 + timedelta(days=7)


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.iban = IBAN
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        stranger.invoice()
        send(stranger, entry("1200.00", label="FA-2026-0001"), closing="1200.00")
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def inside(shop):
    with tenant(shop.cooperative):
        yield shop


def send(shop, *entries, closing, opening="0.00", **rest):
    return bank.deposit_statement(
        camt(*entries, opening=opening, closing=closing, **rest), name="juin.xml",
        by=shop.accountant,
    )  # fmt: skip


def received(shop, amount="1200.00", **said) -> BankLine:
    send(shop, entry(amount, **said), closing=amount)
    return BankLine.objects.latest("id")


def waiting():
    return list(found.bank_lines())


def test_a_statement_is_kept_with_its_lines_and_no_line_twice(inside):
    first, second = entry("5.00", label="Don", ref="A"), entry("7.00", out=True, ref="B")

    (kept,) = send(inside, first, opening="10.00", closing="15.00")
    (more,) = send(inside, first, second, opening="10.00", closing="8.00")

    assert (kept.iban, kept.line_count, kept.account_name) == (IBAN, 1, "Compte principal")
    assert (more.line_count, more.known_count, more.known_total) == (1, 1, D("5.00"))
    assert [row.amount for row in BankLine.objects.order_by("id")] == [D("5.00"), D("-7.00")]
    assert [row.amount for row in waiting()] == [D("5.00")]
    assert found.waiting_lines() == (1, D("5.00"))
    with refused("already_deposited"):
        send(inside, first, opening="10.00", closing="15.00")
    with refused("already_deposited"):
        send(inside, second, opening="15.00", closing="8.00")
    with refused("unknown_account"):
        send(inside, first, opening="0.00", closing="5.00", iban="FR1420041010050500013M02606")
    with refused("bad_statement"):
        send(inside, first, opening="0.00", closing="6.00")
    assert BankStatement.objects.count() == 2


def test_an_ofx_is_of_the_account_its_number_is_in_or_of_the_one_chosen(inside):
    for number in (b"99911234567", b"11"):
        with refused("unknown_account"):
            said = OFX.replace(b"00011234567", number)
            bank.deposit_statement(said, name="juin.ofx", by=inside.accountant)

    (chosen,) = bank.deposit_statement(said, name="juin.ofx", iban=IBAN, by=inside.accountant)
    later = OFX.replace(b"20260610", b"20260612").replace(b"20260611", b"20260613")
    (kept,) = bank.deposit_statement(later, name="juin.ofx", by=inside.accountant)

    assert (chosen.file_format, chosen.line_count, chosen.opening) == ("ofx", 2, None)
    assert (kept.iban, kept.line_count) == (IBAN, 2)


def test_accepting_a_proposal_is_recording_the_payment(inside):
    invoice = inside.invoice()
    row = received(inside, label=f"VIR {invoice.number}", ref="R1")

    payment = bank.accept_proposal(row, [invoice.pk], by=inside.accountant)

    assert (payment.amount, payment.received_on, payment.reference) == (
        D("1200.00"), date(2026, 6, 10), "R1",
    )  # fmt: skip
    assert queries.settlement_of(invoice).remaining == D("0.00")
    assert balances(inside.activity.analytic)["512"] == D("1200.00")
    assert BankOutcome.objects.get().payment == payment
    assert waiting() == [] and list(found.bank_lines("matched")) == [row]
    with refused("already_matched"):
        bank.match_invoices(row, [invoice.pk], by=inside.accountant)
    assert [*house.wrong_payments(), *house.wrong_settlements(), *house.broken_chains()] == []


def test_reversing_the_payment_frees_the_line(inside):
    invoice = inside.invoice()
    row = received(inside, label=invoice.number)
    payment = bank.match_invoices(row, [invoice.pk], by=inside.accountant)

    actions.reverse_payment(payment, on=JUNE_10, reason="Erreur", by=inside.accountant)

    assert waiting() == [row]
    with refused("not_this_payment"):
        bank.match_payment(row, payment, by=inside.accountant)
    bank.match_invoices(row, [invoice.pk], by=inside.accountant)
    assert BankOutcome.objects.count() == 2
    assert queries.settlement_of(invoice).remaining == D("0.00")


def test_several_invoices_and_a_surplus(inside):
    first, second = inside.invoice(line(price="100")), inside.invoice(line(price="50"))
    row = received(inside, "200.00", party=inside.customer.name)

    bank.match_invoices(row, [second.pk, first.pk], by=inside.accountant)

    assert queries.settlement_of(second).remaining == D("0.00")
    assert queries.customer_credit(inside.customer) == D("20.00")


def test_a_payment_written_by_hand_is_the_line_and_nothing_more_is_written(inside):
    invoice = inside.invoice()
    payment = inside.pay(invoice, "1200")
    row = received(inside, label="VIR")
    before = balances(inside.activity.analytic)
    assert found.proposed_for([row])[0].payment == payment
    assert found.payments_like(row) == [payment]

    bank.match_payment(row, payment, by=inside.accountant)

    assert balances(inside.activity.analytic) == before
    assert (Payment.objects.count(), waiting()) == (1, [])
    other = received(inside, label="Autre")
    with refused("not_this_payment"):
        bank.match_payment(other, payment, by=inside.accountant)


def test_the_books_receive_it_on_the_account_of_the_statement(inside):
    number = "FR1420041010050500013M02606"
    ledger.open_account("51202", label="Seconde", by=inside.accountant)
    account = people.add_account(
        name="Seconde", iban=number, ledger_account="51202", by=inside.accountant
    )
    invoice, second = inside.invoice(), inside.invoice()
    send(inside, entry("1200.00", ref="A"), closing="1200.00", iban=number)
    there, here = BankLine.objects.get(iban=number), received(inside, ref="B")

    payment = bank.match_invoices(there, [invoice.pk], by=inside.accountant)

    assert (payment.bank_account, payment.account) == (account, "51202")
    assert balances(inside.activity.analytic)["51202"] == D("1200.00")
    elsewhere = actions.receive_payment(
        inside.customer, amount=D("1200"), received_on=JUNE_10, means="transfer",
        origin=Origin(bank_account=account), parts={second.pk: D("1200")}, by=inside.accountant,
    )  # fmt: skip
    assert found.payments_like(here) == [] and found.proposed_for([here])[0].payment is None
    with refused("not_this_payment"):
        bank.match_payment(here, elsewhere, by=inside.accountant)
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        BankOutcome.objects.create(line=here, payment=elsewhere, decided_by=inside.accountant)
    assert error.value.__cause__.diag.constraint_name == "invoicing_bankoutcome_payment"
    people.close_account(account, on=JUNE_10, by=inside.accountant)
    with refused("unknown_account"):
        send(inside, entry("9.00"), closing="9.00", iban=number)


def test_a_line_is_set_aside_with_its_reason_and_taken_up_again(inside):
    row = received(inside, label="Subvention")
    with refused("reason_missing"):
        bank.set_aside(row, reason="  ", by=inside.accountant)
    with refused("not_aside"):
        bank.take_up_again(row, by=inside.accountant)

    bank.set_aside(row, reason="Subvention de la région", by=inside.accountant)

    assert list(found.bank_lines("aside")) == [row]
    with refused("already_matched"):
        bank.set_aside(row, reason="Encore", by=inside.accountant)
    bank.take_up_again(row, by=inside.accountant)
    assert waiting() == [row]


def test_what_cannot_be_matched_is_refused(inside):
    invoice, later = inside.invoice(), inside.invoice(on=date(2026, 6, 20))
    stranger = make_customer(inside.activity, inside.seller, name="Autre", siret="", siren="")
    other = inside.invoice(customer=stranger, on=date(2026, 6, 20))
    row = received(inside, label=invoice.number)
    send(inside, entry("3.00", out=True), opening="3.00", closing="0.00")
    out = BankLine.objects.latest("id")

    for act, code in (
        (lambda: bank.match_invoices(out, [invoice.pk], by=inside.accountant), "no_receipt"),
        (lambda: bank.match_invoices(row, [], by=inside.accountant), "nothing_chosen"),
        (lambda: bank.match_invoices(row, [9**15], by=inside.accountant), "nothing_chosen"),
        (lambda: bank.match_invoices(row, [later.pk], by=inside.accountant), "paid_before_issue"),
        (lambda: bank.accept_proposal(row, [later.pk], by=inside.accountant), "proposal_changed"),
    ):
        with refused(code), transaction.atomic():
            act()
    large = received(inside, "2000.00", on="2026-06-21")
    with refused("other_customer"), transaction.atomic():
        bank.match_invoices(large, [later.pk, other.pk], by=inside.accountant)
    inside.pay(invoice, "1200")
    with refused("already_paid"), transaction.atomic():
        bank.match_invoices(row, [invoice.pk], by=inside.accountant)
    assert not BankOutcome.objects.exists()


_OUTCOME = (
    "INSERT INTO invoicing_bankoutcome (tenant_id, line_id, payment_id, reason, decided_by_id,"
    " decided_at) SELECT tenant_id, {line}, {payment}, '{reason}', deposited_by_id, now()"
    " FROM invoicing_bankstatement LIMIT 1"
)
_LINE = (
    "INSERT INTO invoicing_bankline (tenant_id, statement_id, rank, iban, booked_on, amount,"
    " label, party, party_iban, reference, key) SELECT tenant_id, statement_id, 9, iban,"
    " booked_on, 1, '', '', '', '', repeat('a', 64) FROM invoicing_bankline LIMIT 1"
)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE invoicing_bankline SET amount = 9", None),
        ("DELETE FROM invoicing_bankline", None),
        ("UPDATE invoicing_bankstatement SET closing = 9", None),
        (_LINE.replace("9, iban", "9, reverse(iban)"), "invoicing_bankline_belongs"),
        (_OUTCOME.replace("{line}", "{matched}"), "invoicing_bankoutcome_line_once"),
        (_OUTCOME.replace("{payment}", "NULL"), "invoicing_bankoutcome_said"),
        (_OUTCOME.replace("{payment}", "{smaller}"), "invoicing_bankoutcome_payment"),
        (_OUTCOME.replace("{reason}", "X"), "invoicing_bankoutcome_said"),
        (_OUTCOME, "invoicing_bankoutcome_payment_once"),
        (
            _OUTCOME.replace("{line}", "{out}")
            .replace("{payment}", "NULL")
            .replace("{reason}", "X"),
            "invoicing_bankoutcome_line",
        ),
        (
            "UPDATE invoicing_bankoutcome SET undone_at = now(), undone_by_id = decided_by_id",
            "invoicing_bankoutcome_stays",
        ),
        ("DELETE FROM invoicing_bankoutcome", "invoicing_bankoutcome_stays"),
        (
            "INSERT INTO invoicing_bankstatement (tenant_id, iban, account_name, file_format,"
            " file_name, sha256, rank, reference, starts_on, ends_on, opening, closing, line_count,"
            " known_count, known_total, deposited_by_id, deposited_at) SELECT tenant_id, iban, '',"
            " 'camt', '', repeat('a', 64), 0, '', starts_on, ends_on, 0, 1, 0, 0, 0,"
            " deposited_by_id, now() FROM invoicing_bankstatement LIMIT 1",
            "invoicing_bankstatement_total",
        ),
    ],
)
def test_the_database_refuses(inside, sql, constraint):
    invoice = inside.invoice(line(price="2000"))
    smaller = inside.pay(invoice, "1")
    matched = received(inside, ref="A")
    payment = bank.match_invoices(matched, [invoice.pk], by=inside.accountant)
    send(inside, entry("1200.00", ref="B"), entry("1.00", out=True), closing="1199.00")
    waits, out = BankLine.objects.get(reference="B"), BankLine.objects.get(amount=-1)
    words = {
        "line": waits.pk, "matched": matched.pk, "out": out.pk, "payment": payment.pk,
        "smaller": smaller.pk, "reason": "",
    }  # fmt: skip

    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format_map(words))
        check_now("invoicing.BankStatement:adds_up")

    if constraint:
        assert error.value.__cause__.diag.constraint_name == constraint


def test_no_line_is_added_to_a_statement_once_it_is_committed(transactional_db, cooperative):
    with tenant(cooperative):
        with transaction.atomic():
            cooperative.iban = IBAN
            cooperative.save()
            received(make_shop(cooperative))

        with pytest.raises(DatabaseError) as error, transaction.atomic():
            connection.cursor().execute(_LINE)

        assert error.value.__cause__.diag.constraint_name == "invoicing_bankline_belongs"


# The pages and the API.

HERE = "/c/ateliers/encaissements/banque/"


def uploaded(content: bytes):
    return SimpleUploadedFile("juin.xml", content, content_type="text/xml")


def test_a_file_is_deposited_its_lines_accepted_in_bulk_and_the_rest_by_hand(shop):
    staff = signed_in(shop.accountant)
    with tenant(shop.cooperative):
        sure, weak = shop.invoice(), shop.invoice(line(price="33"))
        written = shop.pay(shop.invoice(line(price="500")), "600")
    assert "Rien à rapprocher" in staff.get(HERE).content.decode()
    content = camt(
        entry("1200.00", label=sure.number), entry("39.60", label="Merci"),
        entry("600.00", label="VIR"), entry("8.00", label="Don"),
        opening="0.00", closing="1847.60",
    )  # fmt: skip

    bad = staff.post(f"{HERE}releves/", {"file": uploaded(b"<a/>")})
    staff.post(f"{HERE}releves/", {"file": uploaded(content)})

    assert bad.status_code == 422 and "pas un relevé lisible" in bad.content.decode()
    assert "juin.xml" in staff.get(f"{HERE}releves/").content.decode()
    with tenant(shop.cooperative):
        rows = {row.amount: row for row in BankLine.objects.all()}
    first, third = rows[D("1200.00")], rows[D("600.00")]
    second, last = rows[D("39.60")], rows[D("8.00")]
    shown = staff.get(HERE).content.decode()
    for said in ("Son numéro et son montant", "Le montant seulement", "déjà écrit", "À la main"):
        assert said in shown
    seen = {
        f"seen_{first.pk}": str(sure.pk), f"seen_{third.pk}": f"payment:{written.pk}",
        f"seen_{second.pk}": "1",
    }  # fmt: skip
    said = staff.post(
        f"{HERE}accepter/", {"pk": [first.pk, third.pk, second.pk], **seen}, follow=True
    ).content.decode()
    assert "2 lignes rapprochées" in said and "a changé depuis" in said
    assert "Cochez au moins" in staff.post(f"{HERE}accepter/", follow=True).content.decode()
    page = f"{HERE}{second.pk}/"
    assert weak.number in staff.get(page).content.decode()
    staff.post(f"{page}encaisser/", {"invoice": [weak.pk]})
    assert "contre-passez" in staff.get(page).content.decode()
    page = f"{HERE}{last.pk}/"
    staff.post(f"{page}mettre-de-cote/", {"reason": ""})
    staff.post(f"{page}mettre-de-cote/", {"reason": "Don"})
    assert "Remettre à rapprocher" in staff.get(page).content.decode()
    assert "Don" in staff.get(f"{HERE}?etat=de-cote").content.decode()
    staff.post(f"{page}reprendre/")
    with tenant(shop.cooperative):
        assert waiting() == [last]
        again = received(shop, "600.00", ref="Z")
        other = shop.pay(shop.invoice(line(price="500")), "600")
    staff.post(f"{HERE}{again.pk}/encaissement/{other.pk}/")
    with tenant(shop.cooperative):
        assert waiting() == [last]
    for state in ("rapprochees", "sorties"):
        assert staff.get(f"{HERE}?etat={state}").status_code == 200
    assert "Aucune ligne trouvée" in staff.get(f"{HERE}?q=zzz").content.decode()


def test_the_lists_cost_the_same_for_three_rows(shop):
    staff = signed_in(shop.accountant)
    for path in ("", "?etat=rapprochees", "releves/"):
        staff.get(HERE + path)
        costs = []
        for count in (1, 2):
            with tenant(shop.cooperative):
                for _ in range(count):
                    invoice = shop.invoice()
                    ref = f"{path}{invoice.pk}"
                    row = received(shop, label=f"VIR {invoice.number}", ref=ref)
                    if path == "?etat=rapprochees":
                        bank.match_invoices(row, [invoice.pk], by=shop.accountant)
            with CaptureQueriesContext(connection) as asked:
                assert staff.get(HERE + path).status_code == 200
            costs.append(len(asked))
        assert costs[0] == costs[1], path


def test_the_others_find_nothing(shop, cooperatives):
    with tenant(shop.cooperative):
        row = received(shop)
    strangers = [shop.seller, make_membership(cooperatives[1], "accountant", "x@autre.example")]
    for stranger in strangers:
        browser = signed_in(stranger)
        for path in ("", "releves/", f"{row.pk}/"):
            assert browser.get(HERE + path).status_code == 404
        assert browser.post(f"{HERE}{row.pk}/mettre-de-cote/", {"reason": "X"}).status_code == 404
    assert Key(shop.seller, shop.activity).get("/api/v1/bank-lines/").status_code == 404
    with tenant(shop.cooperative):
        own = own_ids(shop.seller)
    with tenant(shop.cooperative, membership=shop.seller, own=own):
        assert not BankLine.objects.exists() and not BankStatement.objects.exists()


def test_the_api_does_the_same(shop):
    key = Key(shop.accountant)
    with tenant(shop.cooperative):
        invoice = shop.invoice()
    content = camt(
        entry("1200.00", label=invoice.number), entry("8.00", label="Don"),
        opening="0.00", closing="1208.00",
    )  # fmt: skip

    (made,) = key.post("/api/v1/bank-statements/", {"file": uploaded(content)}).json()
    again = key.post("/api/v1/bank-statements/", {"file": uploaded(content)})

    assert (made["line_count"], made["closing"]) == (2, "1208.00")
    assert (again.status_code, again.json()["code"]) == (409, "already_deposited")
    lines = {row["amount"]: row for row in key.get("/api/v1/bank-lines/").json()["results"]}
    here = f"/api/v1/bank-lines/{lines['1200.00']['id']}/"
    proposal = key.get(f"{here}proposal/").json()
    assert (proposal["invoices"], proposal["strength"]) == ([invoice.pk], "sure")
    done = key.post(f"{here}match/", {"invoices": [invoice.pk]}, format="json").json()
    assert done["outcome"]["payment"]
    wrong = key.post(f"{here}match/", {}, format="json")
    assert wrong.status_code == 400
    aside = f"/api/v1/bank-lines/{lines['8.00']['id']}/"
    done = key.post(f"{aside}set-aside/", {"reason": "Don"}, format="json").json()
    assert done["outcome"]["reason"] == "Don"
    listed = {
        state: [
            row["amount"] for row in key.get(f"/api/v1/bank-lines/?state={state}").json()["results"]
        ]
        for state in ("waiting", "matched", "aside", "out")
    }
    assert listed == {"waiting": [], "matched": ["1200.00"], "aside": ["8.00"], "out": []}
    assert key.post(f"{aside}take-up/", format="json").json()["outcome"] is None
