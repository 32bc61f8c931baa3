"""What PostgreSQL itself refuses on an issued document, and what the chain says of its owner."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from cae.management.house import wrong_invoices
from invoicing import actions, queries
from invoicing.models import Invoice
from tests.invoicing.makers import JUNE_3, D, line, make_shop
from tests.invoicing.test_billing import accepted, issued, through

#: {id}: an issued final invoice, part paid, that deducts {deposit}; {draft}: one of the same
#: customer that is not issued; {credit}: the draft of a credit note; {other}: the neighbour.
TAMPERINGS = {
    "amount": "UPDATE invoicing_invoice SET gross = gross + 1, net = net + 1 WHERE id = {id}",
    "number": "UPDATE invoicing_invoice SET number = 'FA-2026-0099' WHERE id = {id}",
    "no number": "UPDATE invoicing_invoice SET number = NULL WHERE id = {id}",
    "series": "UPDATE invoicing_invoice SET series = 'FA-2025' WHERE id = {id}",
    "back to draft": "UPDATE invoicing_invoice SET status = 'draft' WHERE id = {id}",
    "date": "UPDATE invoicing_invoice SET issued_on = issued_on - 1 WHERE id = {id}",
    "due date": "UPDATE invoicing_invoice SET due_on = due_on + 30 WHERE id = {id}",
    "kind": "UPDATE invoicing_invoice SET kind = 'invoice' WHERE id = {id}",
    "deposits": "UPDATE invoicing_invoice SET prepaid = 0, prepaid_net = 0 WHERE id = {id}",
    "snapshot": "UPDATE invoicing_invoice SET snapshot = '{{}}' WHERE id = {id}",
    "fingerprint": "UPDATE invoicing_invoice SET fingerprint = repeat('0', 64) WHERE id = {id}",
    "chain": "UPDATE invoicing_invoice SET chain_rank = 99 WHERE id = {id}",
    "customer": "UPDATE invoicing_invoice SET customer_name = 'X' WHERE id = {id}",
    "cooperative": "UPDATE invoicing_invoice SET tenant_id = {other} WHERE id = {id}",
    "deleted": "DELETE FROM invoicing_invoice WHERE id = {id}",
    "emptied": "TRUNCATE invoicing_invoice CASCADE",
    "line": "UPDATE invoicing_invoiceline SET label = 'X' WHERE invoice_id = {id}",
    "line moved": "UPDATE invoicing_invoiceline SET invoice_id = {draft} WHERE invoice_id = {id}",
    "line brought": "UPDATE invoicing_invoiceline SET position = 99, invoice_id = {id} "
    "WHERE invoice_id = {draft}",
    "line deleted": "DELETE FROM invoicing_invoiceline WHERE invoice_id = {id}",
    "VAT": "UPDATE invoicing_invoicevat SET tax = tax + 1 WHERE invoice_id = {id}",
    "VAT deleted": "DELETE FROM invoicing_invoicevat WHERE invoice_id = {id}",
    "VAT added": "INSERT INTO invoicing_invoicevat (tenant_id, activity_id, invoice_id, position, "
    "category, rate, discount, basis, tax) SELECT tenant_id, activity_id, invoice_id, 9, 'E', 0, "
    "0, 0, 0 FROM invoicing_invoicevat WHERE invoice_id = {id}",
    "deduction": "UPDATE invoicing_deduction SET gross = gross + 1 WHERE invoice_id = {id}",
    "deduction deleted": "DELETE FROM invoicing_deduction WHERE invoice_id = {id}",
    "deduction added": "INSERT INTO invoicing_deduction (tenant_id, activity_id, invoice_id, "
    "deposit_id, net, gross) SELECT tenant_id, activity_id, {id}, {id}, 1, 1 "
    "FROM invoicing_deduction WHERE invoice_id = {id}",
    "file": "UPDATE invoicing_invoicefile SET document_id = 1 WHERE invoice_id = {id}",
    "file deleted": "DELETE FROM invoicing_invoicefile WHERE invoice_id = {id}",
    "settled": "UPDATE invoicing_settlement SET paid = gross WHERE invoice_id = {id}",
    "credited": "UPDATE invoicing_settlement SET credited = gross WHERE invoice_id = {id}",
    "settlement deleted": "DELETE FROM invoicing_settlement WHERE invoice_id = {id}",
    "settlement added": "INSERT INTO invoicing_settlement (tenant_id, activity_id, invoice_id, "
    "due_on, gross, credited, paid) SELECT tenant_id, activity_id, {draft}, due_on, 1, 0, 1 "
    "FROM invoicing_settlement WHERE invoice_id = {id}",
    "payment": "UPDATE invoicing_payment SET amount = 1 WHERE tenant_id = {tenant}",
    "payment deleted": "DELETE FROM invoicing_payment WHERE tenant_id = {tenant}",
    "allocation": "UPDATE invoicing_allocation SET amount = 1 WHERE invoice_id = {id}",
    "allocation deleted": "DELETE FROM invoicing_allocation WHERE invoice_id = {id}",
    "born issued": "INSERT INTO invoicing_invoice SELECT (jsonb_populate_record(i, "
    "jsonb_build_object('id', 99999, 'number', 'FA-2026-0098', 'chain_rank', 98))).* "
    "FROM invoicing_invoice i WHERE id = {id}",
    "issued without a number": "UPDATE invoicing_invoice SET status = 'issued' WHERE id = {draft}",
    "issued but for its number": "UPDATE invoicing_invoice SET status = 'issued', "
    "series = 'FA-2026', issued_on = '2026-06-03', due_on = '2026-06-03', issued_at = now(), "
    "snapshot = '{{}}', chain_rank = 97, fingerprint = repeat('0', 64) WHERE id = {draft}",
    "quote sent without a number": "UPDATE invoicing_quote SET status = 'sent', number = NULL, "
    "snapshot = '{{}}', sent_at = now() WHERE id = {quote}",
    "same number": "UPDATE invoicing_invoice SET status = 'issued', number = (SELECT number FROM "
    "invoicing_invoice WHERE id = {id}), series = 'X', issued_on = '2026-06-03', "
    "due_on = '2026-06-03', issued_at = now(), snapshot = '{{}}', chain_rank = 97, "
    "fingerprint = repeat('0', 64) WHERE id = {draft}",
    "an earlier day": "UPDATE invoicing_invoice SET status = 'issued', number = 'FA-2026-97', "
    "series = 'FA-2026', issued_on = '2026-06-02', due_on = '2026-06-03', issued_at = now(), "
    "snapshot = '{{}}', chain_rank = 97, fingerprint = repeat('0', 64) WHERE id = {draft}",
    "credited beyond": "UPDATE invoicing_invoice SET status = 'issued', number = 'AV-2026-97', "
    "series = 'AV-2026', issued_on = '2026-06-03', due_on = '2026-06-03', issued_at = now(), "
    "snapshot = '{{}}', chain_rank = 97, fingerprint = repeat('0', 64) WHERE id = {credit}",
    "triggers off": "ALTER TABLE invoicing_invoice DISABLE TRIGGER ALL",
    "as a replica": "SET session_replication_role = replica",
    "as the owner": "SET ROLE cae_owner",
    "walls off": "ALTER TABLE invoicing_invoice NO FORCE ROW LEVEL SECURITY",
    "rule": "CREATE RULE silent AS ON DELETE TO invoicing_invoice DO INSTEAD NOTHING",
}  # fmt: skip


def is_refused(sql: str) -> bool:
    """Tell whether the role of the application is refused, and undo what it did otherwise."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            transaction.set_rollback(True)
    except DatabaseError:
        return True
    return False


@pytest.mark.django_db
def test_an_issued_document_cannot_be_tampered_with(shop, other_cooperative):
    quote = accepted(shop)
    deposit = through(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    final = issued(shop, actions.bill_rest(quote, by=shop.seller))
    shop.pay(final, "100")
    actions.store_invoice_pdf(final)
    credit = actions.credit_invoice(final, reason="Erreur", by=shop.seller)
    paid_twice = actions.credit_invoice(final, reason="Erreur", by=shop.seller)
    issued(shop, paid_twice)
    ids = {
        "id": final.pk,
        "deposit": deposit.pk,
        "draft": shop.draft(line(price="10")).pk,
        "quote": shop.quote().pk,
        "credit": credit.pk,
        "tenant": shop.cooperative.pk,
        "other": other_cooperative.pk,
    }

    passed = [name for name, sql in TAMPERINGS.items() if not is_refused(sql.format(**ids))]

    assert passed == []
    assert len(TAMPERINGS) >= 40
    assert list(queries.broken_invoices()) == []
    assert list(queries.broken_payments()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("edit", "is_sealed"),
    [
        ("snapshot = jsonb_set(snapshot, '{gross}', '\"1.00\"')", True),
        ("fingerprint = repeat('0', 64)", True),
        ("chain_rank = 40", True),
        ("net = net - 1, gross = gross - 1", False),
    ],
)
def test_what_the_owner_edits_with_the_triggers_off_is_exposed(cooperative, edit, is_sealed):
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        first, second = shop.invoice(on=JUNE_3), shop.invoice(on=JUNE_3)
        assert [*queries.broken_invoices(), *wrong_invoices()] == []
    admin = settings.DATABASES["owner"]
    with psycopg.connect(
        host=admin["HOST"], port=admin["PORT"], user=admin["USER"], password=admin["PASSWORD"],
        dbname=connection.settings_dict["NAME"], autocommit=True,
    ) as owner:  # fmt: skip
        owner.execute("ALTER TABLE invoicing_invoice DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE invoicing_invoice NO FORCE ROW LEVEL SECURITY")
        done = owner.execute(f"UPDATE invoicing_invoice SET {edit} WHERE id = {first.pk}")
        assert done.rowcount == 1
        owner.execute("ALTER TABLE invoicing_invoice ENABLE TRIGGER USER")
        owner.execute("ALTER TABLE invoicing_invoice FORCE ROW LEVEL SECURITY")

    with tenant(cooperative), transaction.atomic():
        assert bool(list(queries.broken_invoices())) is is_sealed
        assert is_sealed or list(wrong_invoices())
        assert Invoice.objects.get(pk=second.pk).number == "FA-2026-0002"
