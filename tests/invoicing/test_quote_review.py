"""A quote read by the support staff before it leaves, where the cooperative asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core import audit
from cae.core.models import OutboxMessage
from invoicing import actions, queries
from invoicing.enums import QuoteReview, QuoteStatus
from invoicing.models import Quote
from tests.invoicing.makers import JUNE_3, D, line, refused
from tests.makers import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def careful(shop):
    """The cooperative reads what is above 500 € without VAT."""
    shop.activity.validation_ceiling = D(500)
    shop.activity.save()
    for membership in (shop.seller, shop.accountant):
        membership.cooperative.quotes_reviewed = True
        membership.cooperative.require_second_factor = False
        membership.cooperative.save()
    return shop


def test_under_the_ceiling_a_quote_leaves_at_once(careful):
    quote = careful.quote(line(price="500"))

    sent = actions.send_quote(quote, on=JUNE_3, by=careful.seller)

    assert sent.status == QuoteStatus.SENT


def test_above_it_the_quote_is_read_validated_then_sent_by_its_author(careful):
    quote = careful.quote()
    with refused("needs_review"):
        actions.send_quote(quote, on=JUNE_3, by=careful.seller)

    quote = actions.submit_quote(quote, by=careful.seller)
    assert queries.waiting().quotes == 1
    with refused("under_review"):
        actions.send_quote(quote, on=JUNE_3, by=careful.seller)
    with refused("not_a_draft"):
        actions.submit_quote(quote, by=careful.seller)
    quote = actions.validate_quote(quote, by=careful.accountant)
    with refused("not_submitted"):
        actions.validate_quote(quote, by=careful.accountant)
    quote = actions.send_quote(quote, on=JUNE_3, by=careful.seller)

    assert (quote.status, quote.review) == (QuoteStatus.SENT, QuoteReview.NONE)
    told = [event.action for event in audit.trail(quote)]
    assert told == ["quote.sent", "quote.validated", "quote.submitted", "quote.created"]


def test_what_was_validated_is_read_again_once_corrected(careful):
    quote = actions.submit_quote(careful.quote(), by=careful.seller)
    quote = actions.validate_quote(quote, by=careful.accountant)
    content = replace(actions.quote_content(quote), subject="Autre chose")
    with refused("under_review"):
        actions.change_quote(quote, content=content, by=careful.seller)
    with refused("under_review"):
        actions.discard_quote(quote, by=careful.seller)

    quote = actions.take_back_quote(quote, by=careful.seller)
    with refused("not_reviewed"):
        actions.take_back_quote(quote, by=careful.seller)
    quote = actions.change_quote(quote, content=content, by=careful.seller)

    with refused("needs_review"):
        actions.send_quote(quote, on=JUNE_3, by=careful.seller)


def test_a_quote_sent_back_says_why_and_its_author_is_told(careful):
    quote = actions.submit_quote(careful.quote(), by=careful.seller)
    with refused("reason_missing"):
        actions.send_quote_back(quote, reason=" ", by=careful.accountant)

    quote = actions.send_quote_back(quote, reason="Prix trop bas", by=careful.accountant)

    assert (quote.review, quote.review_note) == (QuoteReview.NONE, "Prix trop bas")
    assert OutboxMessage.objects.filter(task__endswith="mail_quote_sent_back").count() == 1
    quote = actions.submit_quote(quote, by=careful.seller)
    assert quote.review_note == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_quote SET subject = 'X'",
        "UPDATE invoicing_quote SET net = 0, vat = 0, gross = 0",
        "UPDATE invoicing_quote SET review = 'validated'",
        "UPDATE invoicing_quote SET review = 'read'",
        "UPDATE invoicing_quote SET submitted_by_id = NULL",
        "UPDATE invoicing_quoteline SET label = 'X'",
        "DELETE FROM invoicing_quoteline",
        "DELETE FROM invoicing_quote",
    ],
)
def test_postgresql_keeps_what_the_staff_reads(careful, statement):
    actions.submit_quote(careful.quote(), by=careful.seller)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_pages_lead_from_the_author_to_the_staff_and_back(careful):
    quote = careful.quote(valid_until=date(2026, 12, 31))
    seller, staff = signed_in(careful.seller), signed_in(careful.accountant)
    place = f"/c/{careful.cooperative.slug}"
    page = f"{place}/ventes/devis/{quote.pk}/"
    assert "Au-delà de votre plafond" in seller.get(page).content.decode()
    assert seller.get(f"{page}envoyer/").status_code == 302
    assert staff.post(f"{page}soumettre/").status_code == 404

    seller.post(f"{page}soumettre/")
    assert "Soumis à l’équipe d’appui" in seller.get(page).content.decode()
    assert seller.get(f"{page}modifier/").status_code == 302
    inbox = staff.get(f"{place}/a-valider/?devis={quote.pk}&type=devis").content.decode()
    assert "Valider le devis" in inbox
    accepted = f"{place}/a-valider/accepter/"
    assert seller.post(accepted, {"pk": f"devis-{quote.pk}"}).status_code == 404
    staff.post(
        f"{place}/a-valider/refuser/", {"pk": f"devis-{quote.pk}", "reason": "Prix trop bas"}
    )
    assert "Prix trop bas" in seller.get(page).content.decode()

    seller.post(f"{page}soumettre/")
    seller.post(f"{page}retirer/")
    seller.post(f"{page}soumettre/")
    staff.post(accepted, {"pk": f"devis-{quote.pk}"})
    assert "Validé par l’équipe d’appui" in seller.get(page).content.decode()
    seller.post(f"{page}envoyer/", {"do": "link"})

    assert Quote.objects.get(pk=quote.pk).status == QuoteStatus.SENT
