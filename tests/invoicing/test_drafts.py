"""Drafts that save themselves: nothing typed is lost, two pages never overwrite each other."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from invoicing import actions
from invoicing.models import Customer, Invoice, Quote, SaleInput
from tests.invoicing.makers import JUNE_3, D, make_seller, make_shop
from tests.invoicing.test_pages import client_of, form, nonce_in, posted_back, url
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
NEW = url("ventes/devis/nouveau/")
LIVE = {"HX-Request": "true"}


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


class Page:
    """The editor in one tab: what it holds, and what saving by itself changes of it."""

    def __init__(self, client, path: str) -> None:
        self.client, self.path = client, path
        self.held = self._identity(client.get(path).content.decode())

    def save(self, **typed: object):
        answer = self.client.post(
            self.path, form(**self.held, **typed, do="autosave"), headers=LIVE
        )
        if b'id="identite"' in answer.content:
            self.held = self._identity(answer.content.decode())
        return answer

    @staticmethod
    def _identity(page: str) -> dict[str, str]:
        names = ("nonce", "page", "document", "saisie", "revision")
        return {n: re.search(rf'name="{n}" value="([^"]*)"', page).group(1) for n in names}


def address_in(answer) -> str:
    return re.search(r'data-cae-saved="([^"]*)"', answer.content.decode()).group(1)


def known(shop) -> dict[str, str]:
    return {"customer": str(shop.customer.pk)}


def test_a_page_left_alone_saves_nothing(shop, seller, at):
    blank = {"subject": "", "client-name": "", "lignes-0-label": "", "lignes-0-unit_price": "",
             "lignes-0-quantity": "1"}  # fmt: skip

    assert Page(seller, NEW).save(**blank).status_code == 204
    with at():
        assert not SaleInput.objects.exists() and not Quote.objects.exists()


def test_the_first_saving_makes_one_draft_and_the_next_ones_write_it(shop, seller, at):
    page = Page(seller, NEW)

    first = page.save(**known(shop))
    second = page.save(**known(shop), subject="Album, suite")

    with at():
        quote = Quote.objects.get()
    assert address_in(first) == url(f"ventes/devis/{quote.pk}/modifier/")
    assert "Enregistré à" in second.content.decode()
    assert (quote.subject, quote.lines.model, quote.revision) == (
        "Album, suite",
        quote.lines.model,
        2,
    )


def test_a_saving_asked_before_the_first_was_answered_writes_the_same_draft(shop, seller, at):
    """It was on its way when the page learnt what it writes: what it says is the newest."""
    page = Page(seller, NEW)
    late = dict(page.held)
    page.save(**known(shop), subject="Album")

    again = seller.post(
        NEW, form(**late, **known(shop), subject="Album, suite", do="autosave"), headers=LIVE
    )

    with at():
        quote = Quote.objects.get()
    assert quote.subject == "Album, suite"
    assert "HX-Redirect" not in again, "the page stays, with what was typed since"
    assert f'name="document" value="{quote.pk}"' in again.content.decode()


def test_a_saving_that_comes_after_the_button_writes_nothing(shop, seller, at):
    page = Page(seller, NEW)
    seller.post(NEW, form(**page.held, **known(shop), subject="Deux"))

    late = page.save(**known(shop), subject="Un")

    with at():
        quote = Quote.objects.get()
    assert quote.subject == "Deux"
    assert late["HX-Redirect"] == url(f"ventes/devis/{quote.pk}/")


def test_a_saving_of_a_draft_that_comes_after_the_button_writes_nothing(shop, seller, at):
    with at():
        quote = shop.quote()
    page = Page(seller, url(f"ventes/devis/{quote.pk}/modifier/"))
    page.save(**known(shop), subject="Un")
    late = dict(page.held)
    seller.post(page.path, form(**page.held, **known(shop), subject="Deux"))

    for typed in ({"subject": "Un"}, {"subject": ""}):
        answer = seller.post(
            page.path, form(**late, **known(shop), **typed, do="autosave"), headers=LIVE
        )
        assert 'name="overwrite"' in answer.content.decode()

    with at():
        quote.refresh_from_db()
        assert (quote.subject, SaleInput.objects.exists()) == ("Deux", False)
    again = seller.post(page.path, form(**late, **known(shop), subject="Trois"))
    assert again.status_code == 302, "a page one comes back to may be saved again"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": ""}, "Objet"),
        ({"lignes-0-unit_price": ""}, "ligne 1 (Prix HT)"),
        ({"lignes-0-label": "", "lignes-0-unit_price": "12,"}, "ligne 1 (Désignation, Prix HT)"),
        ({"discount": "5000", "discount_kind": "amount"}, "dépasse le total"),
        ({"customer": ""}, "créé quand vous enregistrez"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_and_found_again(shop, seller, at, typed, said):
    page = Page(seller, NEW)
    typed = {**known(shop), "notes": "À ne pas perdre", **typed}

    answer = page.save(**typed)

    assert said in answer.content.decode()
    with at():
        row = SaleInput.objects.get()
        assert not Quote.objects.exists() and Customer.objects.count() == 1
    assert address_in(answer) == f"{NEW}?saisie={row.pk}"
    assert f"saisie={row.pk}" in seller.get(url("ventes/devis/")).content.decode()
    again = seller.get(address_in(answer)).content.decode()
    assert "À ne pas perdre" in again
    page.save(**typed)
    with at():
        assert SaleInput.objects.count() == 1


def test_once_readable_it_is_a_document_and_nothing_else(shop, seller, at):
    page = Page(seller, NEW)
    page.save(**known(shop), subject="")
    page.save(**known(shop))

    with at():
        assert Quote.objects.get().gross == D("1512.00")
        assert not SaleInput.objects.exists()


def test_a_draft_keeps_its_last_readable_self_beside_what_is_typed(shop, seller, at):
    with at():
        quote = shop.quote()
    path = url(f"ventes/devis/{quote.pk}/modifier/")
    page = Page(seller, path)

    page.save(**known(shop), subject="", notes="En cours")

    with at():
        quote.refresh_from_db()
        row = quote.inputs.get()
    assert quote.subject == "Album jeunesse"
    assert "En cours" in seller.get(path).content.decode()
    assert "Saisie inachevée" in seller.get(url(f"ventes/devis/{quote.pk}/")).content.decode()
    seller.post(url(f"ventes/saisies/{row.pk}/abandonner/"))
    assert "En cours" not in seller.get(path).content.decode()


@pytest.mark.parametrize("kind", ["devis", "factures"])
def test_nothing_leaves_while_what_is_typed_of_it_was_not_read(shop, seller, at, kind):
    with at():
        draft = shop.quote() if kind == "devis" else shop.draft()
    page = Page(seller, url(f"ventes/{kind}/{draft.pk}/modifier/"))
    page.save(**known(shop), **{"lignes-0-unit_price": "12,,"})
    acts = [partial(actions.send_quote, draft, on=JUNE_3, by=shop.seller)]
    if kind == "factures":
        acts = [
            partial(actions.submit_invoice, draft, by=shop.seller),
            partial(actions.issue_invoice, draft, on=JUNE_3, by=shop.accountant),
        ]

    with at():
        for act in acts:
            with pytest.raises(ActionRefused, match=r"ligne 1 \(Prix HT\)") as refusal:
                act()
            assert refusal.value.code == "unread_input"
    record = seller.get(url(f"ventes/{kind}/{draft.pk}/")).content.decode()
    assert "à corriger, ligne 1 (Prix HT)" in record

    page.save(**known(shop))
    with at():
        draft.refresh_from_db()
        acts[0]()


def test_two_pages_never_overwrite_each_other_unseen(shop, seller, at):
    with at():
        quote = shop.quote()
    path = url(f"ventes/devis/{quote.pk}/modifier/")
    one, other = Page(seller, path), Page(seller, path)

    one.save(**known(shop), subject="Le premier")
    late = other.save(**known(shop), subject="Le second")
    kept = other.save(**known(shop), subject="")
    button = seller.post(path, form(**other.held, **known(shop), subject="Le second"))

    assert "Modifié ailleurs" in late.content.decode()
    assert "Modifié ailleurs" in kept.content.decode()
    assert (button.status_code, "modifié ailleurs" in button.content.decode()) == (422, True)
    with at():
        quote.refresh_from_db()
        assert quote.subject == "Le premier"
        assert not SaleInput.objects.exists()
    seller.post(path, form(**other.held, **known(shop), subject="Le second", overwrite="1"))
    with at():
        quote.refresh_from_db()
        assert quote.subject == "Le second"


def test_the_button_wins_over_a_saving_on_its_way(shop, seller, at):
    """The same page: what it sends last is what it means."""
    page = Page(seller, NEW)
    page.save(**known(shop))
    before = dict(page.held)
    page.save(**known(shop), subject="Deux")

    answer = seller.post(NEW, form(**before, **known(shop), subject="Trois"))

    assert answer.status_code == 302
    with at():
        assert Quote.objects.get().subject == "Trois"


@pytest.mark.parametrize("typed", [{}, {"subject": ""}], ids=["a document", "a form kept"])
def test_the_button_wins_over_the_first_saving_on_its_way(shop, seller, at, typed):
    """The page does not know yet what that saving made: it is written, not only shown."""
    page = Page(seller, NEW)
    seller.post(NEW, form(**page.held, **known(shop), **typed, do="autosave"), headers=LIVE)
    pressed = form(**page.held, **known(shop), subject="Deux")

    answers = [seller.post(NEW, pressed) for _ in "12"]

    with at():
        quote = Quote.objects.get()
        assert not SaleInput.objects.exists()
    assert quote.subject == "Deux"
    assert [a["Location"] for a in answers] == [url(f"ventes/devis/{quote.pk}/")] * 2


def test_what_is_no_draft_any_more_says_so(shop, seller, at):
    with at():
        draft = shop.draft()
    path = url(f"ventes/factures/{draft.pk}/modifier/")
    page = Page(seller, path)
    with at():
        invoice = Invoice.objects.get()
        before = invoice.snapshot
        page_form = posted_back(seller.get(path))
        actions.submit_invoice(invoice, by=shop.seller)

    answer = seller.post(path, {**page_form, "do": "autosave"}, headers=LIVE)

    assert answer.status_code == 302
    assert page.held["document"] == str(draft.pk) and before is None


def test_a_neighbour_reads_no_ones_typing(shop, seller, at, cooperatives):
    Page(seller, NEW).save(**known(shop), subject="")
    with at():
        row = SaleInput.objects.get()
        other = client_of(
            make_seller(cooperatives[0], first_name="Naïma", last_name="Benali", name="Sève").seller
        )

    assert other.post(url(f"ventes/saisies/{row.pk}/abandonner/")).status_code == 404
    assert "Studio" not in other.get(f"{NEW}?saisie={row.pk}").content.decode()
    assert other.get(url("ventes/devis/")).content.decode().count("saisie=") == 0


def test_a_discarded_draft_takes_its_typing_along(shop, seller, at):
    with at():
        quote = shop.quote()
    page = Page(seller, url(f"ventes/devis/{quote.pk}/modifier/"))
    page.save(**known(shop), subject="")

    seller.post(url(f"ventes/devis/{quote.pk}/supprimer/"), {"nonce": nonce_in(seller.get(NEW))})

    with at():
        assert not Quote.objects.exists() and not SaleInput.objects.exists()


def test_postgresql_holds_one_typing_by_document(shop, seller, at):
    with at():
        quote = shop.quote()
        page = Page(seller, url(f"ventes/devis/{quote.pk}/modifier/"))
    page.save(**known(shop), subject="")
    with at():
        row = SaleInput.objects.get()
        columns = "tenant_id, activity_id, kind, quote_id, title, fields, revision, saved_at, saved_by_id"  # fmt: skip # noqa: E501
        for name, statement in {
            "invoicing_saleinput_quote_once": f"INSERT INTO invoicing_saleinput ({columns}) "
            f"SELECT {columns} FROM invoicing_saleinput WHERE id = {row.pk}",
            "invoicing_saleinput_kind": "UPDATE invoicing_saleinput SET kind = 'invoice' "
            f"WHERE id = {row.pk}",
        }.items():
            with (
                pytest.raises(DatabaseError, match=name),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
