"""Drafts thrown away and put back, copies for somebody else, how much of the editor one sees."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import Place
from invoicing.actions.deals import link_to_deal, open_deal
from invoicing.actions.discards import KEPT, forget_discarded, restore_draft
from invoicing.actions.filing import file_under
from invoicing.models import BusinessType, DiscardedDraft, Invoice, Quote
from tests.invoicing.makers import JUNE_3, D, line, make_customer, make_seller, make_shop, refused
from tests.invoicing.test_pages import client_of, nonce_in, posted_back, url
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    return lambda: tenant(shop.cooperative)


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


def accepted(shop) -> Quote:
    quote = actions.send_quote(shop.quote(line(price="1000")), on=JUNE_3, by=shop.seller)
    return actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3)


def rows_of(document) -> list[list[dict]]:
    related = ["lines", "vat_rows" if isinstance(document, Invoice) else "instalments", "inputs"]
    own = type(document).objects.filter(pk=document.pk).values().get()
    del own["created_at"]  # kept to the millisecond
    return [[own], *(list(getattr(document, name).values()) for name in related)]


@pytest.mark.parametrize("kind", ["devis", "factures"])
def test_a_draft_deleted_by_mistake_comes_back_whole(shop, seller, at, kind):
    lines = [line("Direction", section="Textes"), line("Relecture", vat="10", discount=D(5))]
    with at():
        draft = shop.quote(*lines) if kind == "devis" else shop.draft(*lines)
        draft.refresh_from_db()
        before = rows_of(draft)

    listing = seller.post(url(f"ventes/{kind}/{draft.pk}/supprimer/"), follow=True)
    with at():
        assert not type(draft).objects.exists()
        kept = DiscardedDraft.objects.get()
    undo = url(f"ventes/brouillons/{kept.pk}/retablir/")
    assert f'action="{undo}"' in listing.content.decode()

    record = seller.post(undo, follow=True)

    assert record.redirect_chain[-1][0] == url(f"ventes/{kind}/{draft.pk}/")
    assert "Brouillon rétabli" in record.content.decode()
    with at():
        assert rows_of(draft) == before
        assert not DiscardedDraft.objects.exists()
    assert seller.post(undo).status_code == 404


def test_a_deposit_comes_back_unless_its_quote_was_billed_since(shop, at):
    with at():
        quote = accepted(shop)
        first = actions.bill_deposit(quote, share=D("0.3"), by=shop.seller)
        restore_draft(actions.discard_invoice(first, by=shop.seller), by=shop.seller)
        assert quote.invoices.get().pk == first.pk

        thrown = actions.discard_invoice(quote.invoices.get(), by=shop.seller)
        actions.bill_deposit(quote, share=D("0.4"), by=shop.seller)
        with refused("quote_billed"):
            restore_draft(thrown, by=shop.seller)


def test_after_a_day_or_without_its_customer_it_is_gone(shop, at):
    with at():
        other = make_customer(shop.activity, shop.seller, name="Mairie de Bruz", siret="")
        thrown = actions.discard_quote(shop.quote(customer=other), by=shop.seller)
        actions.customers.delete_customer(other, by=shop.seller)
        with refused("not_whole"):
            restore_draft(thrown, by=shop.seller)

        thrown = actions.discard_quote(shop.quote(), by=shop.seller)
        DiscardedDraft.objects.update(discarded_at=thrown.discarded_at - KEPT - timedelta(hours=1))
        with refused("gone"):
            restore_draft(thrown, by=shop.seller)
        assert forget_discarded(before=thrown.discarded_at) == 2


def test_a_neighbour_puts_nothing_back(shop, at):
    with at():
        thrown = actions.discard_quote(shop.quote(), by=shop.seller)
        neighbour = make_seller(
            shop.cooperative, first_name="Yanis", last_name="Roux", name="Atelier Roux"
        )
    path = url(f"ventes/brouillons/{thrown.pk}/retablir/")

    assert client_of(neighbour.seller).post(path).status_code == 404


def test_postgresql_holds_what_is_kept(shop, at):
    with at():
        quote = accepted(shop)
        thrown = actions.discard_quote(shop.quote(), by=shop.seller)
        statement = "UPDATE invoicing_discardeddraft SET quote_id = %s WHERE id = %s"
        with pytest.raises(DatabaseError, match="invoicing_discarded_kind"), transaction.atomic():
            connection.cursor().execute(statement, [quote.pk, thrown.pk])


# Copies.


@pytest.mark.parametrize("kind", ["devis", "factures"])
def test_a_document_is_written_again_for_somebody_else(shop, seller, at, kind):
    with at():
        other = make_customer(
            shop.activity, shop.seller, name="Mairie de Bruz", siret="", payment_days=45,
            delivery_postcode="35170", delivery_town="Bruz", delivery_country="FR",
        )  # fmt: skip
        said = {
            "payment_days": 15,
            "order_reference": "BC-7",
            "place": Place(postcode="35890", town="Laillé"),
        }
        first = shop.quote(line("Album"), **said) if kind == "devis" else shop.draft(**said)
    record = seller.get(url(f"ventes/{kind}/{first.pk}/"))
    assert ">Mairie de Bruz</option>" in record.content.decode()

    seller.post(
        url(f"ventes/{kind}/{first.pk}/dupliquer/"),
        {"copie-customer": other.pk, "nonce": f"{nonce_in(record)}d"},
    )

    with at():
        copy = type(first).objects.exclude(pk=first.pk).get()
        assert (copy.customer, copy.customer_name, copy.payment_days) == (
            other, "Mairie de Bruz", 45,
        )  # fmt: skip
        assert (copy.order_reference, copy.delivery_town, copy.net) == ("", "Bruz", first.net)


def test_a_copy_is_not_for_the_customer_of_another_activity(shop, at):
    with at():
        neighbour = make_seller(
            shop.cooperative, first_name="Yanis", last_name="Roux", name="Atelier Roux"
        )
        for copy in (
            partial(actions.duplicate_quote, shop.quote(), on=JUNE_3),
            partial(actions.duplicate_invoice, shop.draft()),
        ):
            with refused("other_activity"):
                copy(customer=neighbour.customer, by=shop.seller)


# Deals.


def test_a_record_leads_to_its_deal_or_opens_one(shop, seller, at):
    with at():
        quote = accepted(shop)
        alone = shop.invoice()
    new = url("ventes/affaires/nouvelle/")
    paths = {
        url(f"ventes/devis/{quote.pk}/"): f"{new}?devis={quote.pk}",
        url(f"ventes/factures/{alone.pk}/"): f"{new}?facture={alone.pk}",
    }

    for path, opens in paths.items():
        assert opens in seller.get(path).content.decode()
        typed = {"name": "Chantier", "nonce": nonce_in(seller.get(opens))}
        deal = seller.post(opens, typed, follow=True).redirect_chain[-1][0]
        record = seller.get(path).content.decode()
        assert f'href="{deal}"' in record and opens not in record

    with at():
        draft = shop.quote()
        deal = open_deal(shop.activity, name="Chantier", by=shop.seller)
        with refused("not_sent"):
            link_to_deal(deal, draft, by=shop.seller)
    assert "Ouvrir une affaire" not in seller.get(url(f"ventes/devis/{draft.pk}/")).content.decode()


# The quick editor.


def test_the_editor_shows_what_one_chose_and_never_hides_what_is_said(shop, seller, at):
    with at():
        plain, full = shop.quote(), shop.quote(notes="Livré en trois fois", duration="un mois")
        classic = BusinessType.objects.get(code="classic")
        file_under(full, folder=None, business_type=classic, by=shop.seller)
    path = url(f"ventes/devis/{plain.pk}/modifier/")
    whole = seller.get(path)
    assert folds_of(whole) == {
        "Dates, lieu et commande": True,
        "Classement": True,
        "Conditions et mentions": True,
    }

    typed = posted_back(whole) | {"subject": "Autre objet", "do": "quick"}
    quick = seller.post(path, typed)

    assert 'value="Autre objet"' in quick.content.decode()
    assert folds_of(quick) == {
        "Dates, lieu et commande": False,
        "Classement": False,
        "Conditions et mentions": False,
    }
    new = seller.get(url("ventes/devis/nouveau/"))
    assert not any(folds_of(new).values())
    said = seller.get(url(f"ventes/devis/{full.pk}/modifier/"))
    assert all(folds_of(said).values())
    answer = seller.post(path, posted_back(quick))
    assert answer.status_code == 302
    with at():
        before, after = Quote.objects.get(pk=plain.pk), plain
    assert (before.subject, before.payment_days, before.valid_until) == (
        "Autre objet", after.payment_days, after.valid_until,
    )  # fmt: skip
    seller.post(path, posted_back(whole) | {"do": "full"})
    assert all(folds_of(seller.get(path)).values())


def folds_of(page) -> dict[str, bool]:
    """Each fold of the editor, and whether it shows."""
    fold = r"<details class=\"card[^>]*?( hidden)?>\s*<summary>\s*(.*?)\s*<small>"
    found = re.findall(fold, page.content.decode())
    return {title: not hidden for hidden, title in found}
