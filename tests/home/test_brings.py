"""« Ce que cette facture vous apporte » on the pages of sales: whose it is, and what it says."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from cae.core import clock
from cae.core.models import Role
from cae.core.money import ZERO, euros
from cae.core.periods import Month
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from payroll.queries import Hypotheses, simulate
from tests.entrepreneurs.makers import give_access, make_cape, make_cesa
from tests.invoicing.makers import D, line, make_shop
from tests.invoicing.test_pages import form
from tests.makers import make_membership, signed_in
from tests.payroll.makers import make_payee, receive

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture
def shop(cooperative, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    cooperative.require_second_factor = False
    cooperative.save()
    with tenant(cooperative):
        return make_shop(cooperative)


@pytest.fixture
def employed(shop):
    with tenant(shop.cooperative):
        make_cesa(shop.person)
    return shop


def url(path: str) -> str:
    return f"/c/ateliers/{path}"


def card(response, title: str) -> str:
    """Return the text of the card of this title, its spaces made plain."""
    assert response.status_code == 200
    page = response.content.decode()
    assert title in page
    section = page[page.index(title) :].split("</section>")[0]
    return re.sub(r"\s+", " ", strip_tags(section)).replace(" ,", ",").replace(" .", ".")


def typed(shop, path: str, **values) -> str:
    """Return what the editor answers to what is typed."""
    client = signed_in(shop.seller)
    posted = form(activity=shop.activity.pk, **values)
    response = client.post(url(path), posted, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


def spaced(amount, **places) -> str:
    return euros(amount, **places).replace("\xa0", " ")


def test_the_editor_says_the_same_as_the_simulator(employed):
    said = typed(employed, "ventes/factures/nouvelle/")

    with tenant(employed.cooperative):
        same = simulate(employed.person, employed.activity, Hypotheses(D(1260), ZERO), on=TODAY)
    assert f"≈ {spaced(same.net, cents=False)} de salaire net, une fois payée" in said
    assert f"Salaire net {spaced(same.net)}" in said
    assert spaced(same.pay.contributions) in said
    assert f"Contribution coopérative {spaced(D(126))}" in said
    assert "Les 252,00 € de TVA vont à l’État" in said


def test_a_quote_comes_later(employed):
    said = typed(employed, "ventes/devis/nouveau/")

    assert "une fois accepté, facturé et payé" in said


def test_without_vat_there_is_nothing_to_set_apart(employed):
    said = typed(employed, "ventes/factures/nouvelle/", **{"lignes-0-vat": "training"})

    assert "de salaire net" in said
    assert "vont à l’État" not in said


def test_under_cape_it_says_that_no_pay_comes(shop):
    with tenant(shop.cooperative):
        make_cape(shop.person, starts_on=date(2026, 3, 1))

    said = typed(shop, "ventes/factures/nouvelle/")

    assert "≈ 1 134 € sur le compte de l’activité" in said
    assert "une vente ne devient pas du salaire" in said
    assert "Salaire net" not in said


def test_a_negative_total_says_what_it_takes_back(employed):
    with tenant(employed.cooperative):
        receive(employed.activity, "4000")

    said = typed(employed, "ventes/factures/nouvelle/", **{"lignes-0-quantity": "-3"})

    assert "de salaire net en moins" in said
    assert "Contribution coopérative − 126,00 €" in said


def test_nothing_typed_says_what_to_do(employed):
    said = typed(employed, "ventes/factures/nouvelle/", **{"lignes-0-label": ""})

    assert "Écrivez une ligne" in said


def test_a_month_whose_rates_are_unknown_says_so_and_the_document_can_still_be_written(
    shop, monkeypatch
):
    monkeypatch.setattr(clock, "today", lambda: date(2024, 11, 23))
    with tenant(shop.cooperative):
        make_cesa(shop.person, starts_on=date(2024, 9, 1))

    said = typed(shop, "ventes/factures/nouvelle/")

    assert "Total TTC" in said
    assert "de salaire net" not in said
    assert "La paie de ce mois ne peut pas être calculée" in said


def test_staff_read_it_on_the_record_and_who_it_is_for(employed):
    with tenant(employed.cooperative):
        invoice = employed.draft()

    said = card(
        signed_in(employed.accountant).get(url(f"ventes/factures/{invoice.pk}/")),
        "Ce que cette facture apporte",
    )

    assert "de salaire net pour Camille Fournier, une fois payée" in said


def test_staff_read_the_sum_of_a_shared_activity(employed):
    with tenant(employed.cooperative):
        other = make_payee("Bob", "Jolly", cash="0", activity="Ailleurs")
        people.share_activity(
            employed.activity,
            {employed.person: 1, other: 1},
            on=date(2026, 11, 1),
            by=employed.accountant,
        )
        invoice = employed.draft()
    page = url(f"ventes/factures/{invoice.pk}/")

    staff = card(signed_in(employed.accountant).get(page), "Ce que cette facture apporte")
    own = card(signed_in(employed.seller).get(page), "Ce que cette facture vous apporte")

    assert "Camille Fournier, Bob Jolly" in staff
    assert "C’est votre part de l’activité : 50,0 %" in own
    assert "Contribution coopérative 50,00 €" in own


def test_staff_who_may_not_see_people_are_told_nothing_of_pay(employed):
    role = Role.objects.create(
        cooperative=employed.cooperative, code="sales", label="Ventes", rights=["see_sales"]
    )
    reader = make_membership(employed.cooperative, role.code)
    with tenant(employed.cooperative):
        invoice = employed.draft()

    page = signed_in(reader).get(url(f"ventes/factures/{invoice.pk}/"))

    assert page.status_code == 200
    assert "Ce que cette facture" not in page.content.decode()


def test_an_invoice_brings_until_it_is_paid(employed):
    with tenant(employed.cooperative):
        draft = employed.draft()
        seller = signed_in(employed.seller)
        before = card(
            seller.get(url(f"ventes/factures/{draft.pk}/")), "Ce que cette facture vous apporte"
        )
    with tenant(employed.cooperative):
        invoice = employed.invoice(on=TODAY)
    page = url(f"ventes/factures/{invoice.pk}/")
    issued = card(seller.get(page), "Ce que cette facture vous apporte")
    with tenant(employed.cooperative):
        employed.pay(invoice, "600", on=TODAY)
    partly = card(seller.get(page), "Ce que cette facture vous apporte")
    with tenant(employed.cooperative):
        employed.pay(invoice, "600", on=TODAY)

    paid = seller.get(page).content.decode()

    assert re.findall(r"Salaire net (\S+) €", issued) == re.findall(r"Salaire net (\S+) €", before)
    assert "quand les 600,00 € qui restent seront payés" in partly
    assert "Contribution coopérative 50,00 €" in partly
    assert "Ce que cette facture" not in paid


def test_a_credit_note_says_what_it_takes_back_until_it_is_issued(employed):
    from invoicing.actions import credit_invoice, issue_invoice

    with tenant(employed.cooperative):
        receive(employed.activity, "4000")
        invoice = employed.invoice(on=TODAY)
        credit = credit_invoice(invoice, reason="Erreur", by=employed.seller)
    seller = signed_in(employed.seller)
    page = url(f"ventes/factures/{credit.pk}/")

    assert "en moins" in card(seller.get(page), "Ce que cet avoir vous retire")
    with tenant(employed.cooperative):
        issue_invoice(credit, on=TODAY, by=employed.accountant)
    assert "Ce que cet avoir" not in seller.get(page).content.decode()


def test_a_quote_says_nothing_once_it_is_refused_or_invoiced(employed):
    from invoicing.actions import accept_quote, invoice_from_quote, send_quote

    seller = signed_in(employed.seller)
    with tenant(employed.cooperative):
        quote = employed.quote(dated_on=TODAY)
    page = url(f"ventes/devis/{quote.pk}/")

    assert "de salaire net" in card(seller.get(page), "Ce que ce devis vous apporte")
    with tenant(employed.cooperative):
        send_quote(quote, on=TODAY, by=employed.seller)
        quote.refresh_from_db()
        accept_quote(quote, name="M. Lescop", on=TODAY, by=employed.seller)
        quote.refresh_from_db()
        invoice_from_quote(quote, by=employed.seller)
    assert "Ce que ce devis" not in seller.get(page).content.decode()


def test_the_number_of_lines_costs_no_query_more(employed):
    """One keystroke: the engine is asked once, whatever the lines and the activities."""
    client = signed_in(employed.seller)
    one = form(activity=employed.activity.pk)
    three = one | {"lignes-TOTAL_FORMS": "3"}
    for rank in (1, 2):
        three |= {k.replace("-0-", f"-{rank}-"): v for k, v in one.items() if "lignes-0-" in k}
    counts = []
    for posted in (one, one, three):
        with CaptureQueriesContext(connection) as asked:
            client.post(url("ventes/factures/nouvelle/"), posted, headers={"HX-Request": "true"})
        counts.append(len(asked))

    assert counts[1] == counts[2]


def test_a_neighbour_and_another_cooperative_see_nothing(employed, other_cooperative):
    with tenant(employed.cooperative):
        invoice = employed.draft(line())
        neighbour = give_access(make_payee("Soizic", "Kervella", activity="Yoga"))
    other_cooperative.require_second_factor = False
    other_cooperative.save()
    stranger = make_membership(other_cooperative, "accountant")

    for who in (neighbour, stranger):
        response = signed_in(who).get(url(f"ventes/factures/{invoice.pk}/"))
        assert response.status_code == 404


def test_the_month_is_the_one_whose_pay_is_prepared(employed):
    said = typed(employed, "ventes/factures/nouvelle/")

    assert f"Estimation de novembre {Month.of(TODAY).year}" in said
