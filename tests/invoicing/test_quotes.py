"""A quote from its first line to the client's answer."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core import audit, tokens
from cae.core.models import OutboxMessage
from cae.core.workflow import ActionRefused
from invoicing import actions
from invoicing.enums import QuoteStatus
from invoicing.models import Invoice, Quote
from tests.invoicing.makers import JUNE_3, D, line, make_customer, refused

pytestmark = pytest.mark.django_db


def sent(shop, **values) -> Quote:
    return actions.send_quote(shop.quote(**values), on=JUNE_3, by=shop.seller)


def test_a_draft_is_valid_three_months_and_has_no_number(shop):
    quote = shop.quote(dated_on=date(2026, 11, 30))

    assert (quote.number, quote.valid_until) == (None, date(2027, 2, 28))
    assert (quote.net, quote.vat, quote.gross) == (D("1000.00"), D("200.00"), D("1200.00"))


def test_sending_numbers_it_and_mails_its_page(shop):
    quote = sent(shop, deposit_rate=D("0.30"))

    assert (quote.number, quote.status) == ("DE-2026-0001", QuoteStatus.SENT)
    assert (quote.snapshot["number"], quote.snapshot["deposit"]) == ("DE-2026-0001", "360.00")
    tasks = OutboxMessage.objects.values_list("task", flat=True)
    assert sorted(tasks) == ["invoicing.tasks.mail_document", "invoicing.tasks.produce_quote_pdf"]


def test_the_client_accepts_by_name_and_function(shop):
    quote = actions.accept_quote(
        sent(shop), name="Marianne  Lescop", role="Administratrice", on=JUNE_3
    )

    assert (quote.status, quote.signed_name) == (QuoteStatus.ACCEPTED, "Marianne Lescop")
    trace = audit.trail(quote).first()
    assert (trace.action, trace.actor) == ("quote.accepted", "Marianne Lescop, Administratrice")
    assert trace.membership is None
    with refused("already_answered"):
        actions.accept_quote(quote, name="Un autre", on=JUNE_3)
    with refused("already_answered"):
        actions.refuse_quote(quote, reason="Non")


def test_an_answer_freezes_the_quote_in_postgresql(shop):
    quote = actions.accept_quote(sent(shop), name="Marianne Lescop", on=JUNE_3)

    for statement in (
        f"UPDATE invoicing_quote SET net = 0, vat = 0, gross = 0 WHERE id = {quote.pk}",
        f"UPDATE invoicing_quote SET signed_name = 'X' WHERE id = {quote.pk}",
        f"DELETE FROM invoicing_quote WHERE id = {quote.pk}",
        f"UPDATE invoicing_quoteline SET net = 0 WHERE quote_id = {quote.pk}",
        f"DELETE FROM invoicing_quoteline WHERE quote_id = {quote.pk}",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_client_refuses_with_a_reason(shop):
    quote = sent(shop)
    with refused("reason_missing"):
        actions.refuse_quote(quote, reason=" ")

    quote = actions.refuse_quote(quote, reason="Budget gelé", name="Marianne Lescop")

    assert (quote.status, quote.refusal_reason) == (QuoteStatus.REFUSED, "Budget gelé")


def test_a_quote_over_its_validity_is_not_accepted(shop):
    quote = sent(shop, valid_until=date(2026, 6, 10))

    with refused("expired"):
        actions.accept_quote(quote, name="Marianne Lescop", on=date(2026, 6, 11))
    assert actions.expire_quotes(on=date(2026, 6, 10)) == 0
    assert actions.expire_quotes(on=date(2026, 6, 11)) == 1
    with refused("expired"):
        actions.accept_quote(quote, name="Marianne Lescop", on=date(2026, 6, 10))


def test_reopening_keeps_the_number_and_the_links_until_a_new_one_closes_them(shop, seller):
    quote = sent(shop)
    token = actions.share_quote(quote, on=JUNE_3, by=seller)
    assert tokens.link_behind(token).target_id == quote.pk

    quote = actions.reopen_quote(quote, by=seller)

    assert tokens.link_behind(token).version == 1
    with refused("already_sent"):
        actions.discard_quote(quote, by=seller)
    actions.change_quote(
        quote,
        content=shop.quote_content(line(price="500"), subject="Album, version courte"),
        by=seller,
    )
    again = actions.send_quote(quote, on=JUNE_3, by=seller)
    assert (again.number, again.version, again.gross) == ("DE-2026-0001", 2, D("600.00"))
    assert tokens.link_behind(actions.share_quote(again, on=JUNE_3, by=seller)).version == 2
    assert tokens.link_behind(token) is None


def test_a_sent_quote_is_not_sent_again_nor_discarded(shop, seller):
    quote = sent(shop)
    with refused("already_sent"):
        actions.send_quote(quote, on=JUNE_3, by=seller)
    with refused("not_a_draft"):
        actions.discard_quote(quote, by=seller)
    late = shop.quote(valid_until=JUNE_3)
    with refused("expired"):
        actions.send_quote(late, on=date(2026, 6, 4), by=seller)


def test_an_accepted_quote_becomes_one_invoice(shop, seller):
    quote = sent(shop, customer=make_customer(shop.activity, seller, siret="", name="Ville"))
    with refused("quote_not_accepted"):
        actions.invoice_from_quote(quote, by=seller)
    actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3)

    invoice = actions.invoice_from_quote(quote, by=seller)

    assert (invoice.gross, invoice.customer_name) == (quote.gross, "Ville")
    assert [x.label for x in invoice.lines.all()] == [x.label for x in quote.lines.all()]
    with refused("already_invoiced"):
        actions.invoice_from_quote(quote, by=seller)
    assert Invoice.objects.count() == 1


def test_a_discarded_draft_leaves_nothing(shop, seller):
    quote = actions.duplicate_quote(sent(shop), on=JUNE_3, by=seller)

    actions.discard_quote(quote, by=seller)

    assert Quote.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"subject": " "}, "subject_missing"),
        ({"valid_until": date(2026, 6, 2)}, "bad_dates"),
        ({"lines": []}, "no_line"),
    ],
)
def test_a_quote_that_makes_no_sense_is_refused_whole(shop, values, code):
    with pytest.raises(ActionRefused) as refusal:
        shop.quote(**values)
    assert refusal.value.code == code
    assert Quote.objects.count() == 0
