"""The search of the top bar: each finds what they may open, by name, number or amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core.models import Membership
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from invoicing import actions as sales
from invoicing.actions.deals import open_deal
from invoicing.rules.internal_orders import OrderedLine
from payroll import actions as pay
from tests.entrepreneurs.makers import IBAN, NIR, make_cesa
from tests.governance.makers import make_member
from tests.governance.makers import open_books as open_register
from tests.invoicing.makers import JUNE_3, line, make_customer, make_seller, make_shop
from tests.invoicing.test_folders import folder_of
from tests.makers import make_membership, signed_in
from tests.payroll.makers import ON, make_run, receive
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    """Camille sells to Ébène for 1 250,00 € without VAT; so does a stranger elsewhere."""
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Ailleurs")
        stranger.invoice(line(price="1250"))
        stranger.spend(label="Papeterie Lefèvre")
    with tenant(cooperatives[0]):
        shop = make_shop(cooperatives[0])
        shop.invoice(line(price="1250"), subject="Œuvre de l’été")
    return shop


@planted
def neighbour(shop):
    with tenant(shop.cooperative):
        soizic = make_seller(
            shop.cooperative, first_name="Soizic", last_name="Kervella", name="Yoga du Port"
        )
        soizic.invoice(line(price="1250"), subject="Cours d’été")
        soizic.spend(label="Papeterie Lefèvre")
    return soizic


def found(membership, typed: str) -> dict[str, list[str]]:
    """Return the names found in the window, by group."""
    answer = signed_in(membership).get("/c/ateliers/recherche/", {"q": typed}, headers=HTMX)
    assert answer.status_code == 200
    return {group.label: [hit.label for hit in group.hits] for group in answer.context["groups"]}


HTMX = {"HX-Request": "true"}


def journey(shop):
    """An expense that needs no voucher."""
    return sales.add_mileage(
        shop.person,
        shop.activity,
        expense_type=shop.type("mileage"),
        spent_on=JUNE_3,
        label="Salon de la rentrée",
        distance=Decimal(100),
        vehicle="car",
        power=5,
        on=JUNE_3,
        by=shop.seller,
    )


def staff(shop, role: str):
    there = Membership.objects.filter(cooperative=shop.cooperative, role__code=role).first()
    return there or make_membership(shop.cooperative, role)


def test_an_entrepreneur_finds_hers_by_name_without_accents(shop, neighbour):
    assert found(shop.seller, "EBENE") == {
        "Clients": ["Éditions Maison Ébène"],
        "Factures et avoirs": ["FA-2026-0001 · Éditions Maison Ébène"],
        "Ma trésorerie": ["FA-2026-0001 Éditions Maison Ébène"],
    }


def test_all_words_are_wanted_wherever_they_are(shop):
    assert list(found(shop.seller, "l’ete oeuvre maison")) == ["Factures et avoirs"]
    assert found(shop.seller, "ebene introuvable") == {}


@pytest.mark.parametrize("typed", ["1 250", "1250,00", "1250 €", "1500", "1 500,00"])
def test_an_amount_is_found_with_and_without_vat(shop, typed):
    assert found(shop.seller, typed)["Factures et avoirs"] == [
        "FA-2026-0001 · Éditions Maison Ébène"
    ]


@pytest.mark.parametrize("typed", ["1249", "1 251", "1250,01", "12,50"])
def test_another_amount_is_not(shop, typed):
    assert "Factures et avoirs" not in found(shop.seller, typed)


def test_a_number_is_found_by_its_end(shop):
    assert found(shop.seller, "0001")["Factures et avoirs"] == [
        "FA-2026-0001 · Éditions Maison Ébène"
    ]


def test_a_neighbour_and_another_cooperative_are_never_found(shop, neighbour):
    for typed in ("Soizic", "Kervella", "Yoga", "Papeterie", "Ailleurs", "Zoé", "ND-2026"):
        assert found(shop.seller, typed) == {}, typed
    assert found(staff(shop, "accountant"), "Ailleurs") == {}
    assert len(found(shop.seller, "1 250")["Factures et avoirs"]) == 1


def test_an_expense_is_its_authors_until_it_is_submitted(shop):
    with tenant(shop.cooperative):
        sheet = journey(shop).sheet

    assert found(shop.seller, "salon rentree") == {"Dépenses": ["Salon de la rentrée"]}
    assert found(shop.accountant, "salon rentree") == {}

    with tenant(shop.cooperative):
        sales.submit_sheet(sheet, by=shop.seller)

    assert found(shop.accountant, "salon rentree") == {"Dépenses": ["Salon de la rentrée"]}
    assert found(shop.accountant, "ND-2026")["Dépenses"] == ["ND-2026-0001"]
    assert found(staff(shop, "adviser"), "salon rentree") == {}


def test_naming_a_kind_looks_for_nothing_else(shop):
    assert list(found(shop.seller, "facture ebene")) == ["Factures et avoirs"]
    assert list(found(shop.seller, "factures")) == ["Aller à", "Factures et avoirs"]
    with tenant(shop.cooperative):
        make_customer(shop.activity, shop.seller, name="Devis Express", siret="")
    assert found(shop.seller, "devis express") == {"Clients": ["Devis Express"]}


def test_places_of_the_menu_are_found(shop):
    assert found(shop.seller, "tresorerie")["Aller à"] == ["Ma trésorerie"]
    assert "Aller à" not in found(staff(shop, "adviser"), "tresorerie")


def test_each_role_finds_what_its_work_opens(shop, neighbour):
    with tenant(shop.cooperative):
        open_register()
        make_member("Fournier")

    groups = {
        role: list(found(staff(shop, role), "fournier"))
        for role in ("adviser", "accountant", "payroll_officer", "co_manager", "administrator")
    }

    assert groups == {
        "adviser": ["Entrepreneur·es"],
        "accountant": ["Entrepreneur·es"],
        "payroll_officer": ["Entrepreneur·es"],
        "co_manager": ["Entrepreneur·es", "Associé·es"],
        "administrator": ["Entrepreneur·es"],
    }
    assert "Factures et avoirs" not in found(staff(shop, "administrator"), "ebene")
    assert "Écritures" not in found(staff(shop, "adviser"), "FA-2026")
    assert "Écritures" in found(staff(shop, "co_manager"), "fa-2026")


def test_staff_find_an_activity_and_are_told_whose_sale_it_is(shop, neighbour):
    adviser = staff(shop, "adviser")

    answer = signed_in(adviser).get("/c/ateliers/recherche/", {"q": "yoga"})

    (group,) = answer.context["groups"]
    (hit,) = group.hits
    assert (group.label, hit.label) == ("Enseignes", "Yoga du Port")
    assert hit.url == f"/c/ateliers/entrepreneurs/{neighbour.person.pk}/"
    page = signed_in(adviser).get("/c/ateliers/recherche/", {"q": "facture ete"})
    notes = [hit.note for hit in page.context["groups"][0].hits]
    assert [note.rpartition(" · ")[2] for note in notes] == ["Yoga du Port", "Studio Brume"]


def test_payslips_are_found_by_person_month_and_amount(shop):
    with tenant(shop.cooperative):
        people.set_nir(shop.person, NIR, by=None)
        people.change_iban(shop.person, iban=IBAN, holder="C. Fournier", on=JUNE_3, by=None)
        make_cesa(shop.person, starts_on=date(2025, 3, 1))
        receive(shop.activity, "4000")
        run = make_run()
        slip = run.payslips.get()
    officer = staff(shop, "payroll_officer")
    paid = str(slip.net_paid).replace(".", ",")
    hers = {"Bulletins de paie": ["Novembre 2026 · Camille Fournier"]}

    assert found(officer, "bulletin fournier nov 2026") == hers
    assert found(officer, paid)["Bulletins de paie"] == hers["Bulletins de paie"]
    assert found(officer, "bulletin fournier mai") == {}
    assert found(staff(shop, "adviser"), "bulletin fournier nov") == {}
    assert "Bulletins de paie" not in found(shop.seller, "novembre")

    with tenant(shop.cooperative):
        pay.validate_payslips(run, [slip.pk], on=ON, by=None, with_documents=False)

    assert found(shop.seller, "novembre")["Bulletins de paie"] == hers["Bulletins de paie"]


@pytest.mark.parametrize(
    "typed",
    [
        "%",
        "%%",
        "__",
        "_",
        "\\",
        "'; DROP TABLE core_user --",
        "é" * 5000,
        "９９",
    ],
)
def test_hostile_text_is_looked_for_as_it_is(shop, typed):
    for membership in (shop.seller, shop.accountant):
        assert found(membership, typed) == {}


def test_what_is_typed_is_escaped(shop):
    page = signed_in(shop.seller).get("/c/ateliers/recherche/", {"q": "<img src=x>"})

    assert "<img src=x>" not in page.content.decode()
    assert "&lt;img src=x&gt;" in page.content.decode()


def test_the_page_says_what_to_do_when_nothing_is_typed_or_found(shop):
    browser = signed_in(shop.seller)

    assert "Que cherchez-vous" in browser.get("/c/ateliers/recherche/").content.decode()
    assert "Que cherchez-vous" in browser.get("/c/ateliers/recherche/?q=a").content.decode()
    nothing = browser.get("/c/ateliers/recherche/?q=introuvable").content.decode()
    assert "Rien ne correspond à «\xa0introuvable\xa0»" in nothing


def test_the_window_shows_few_and_leads_to_the_rest(shop):
    with tenant(shop.cooperative):
        for number in range(6):
            make_customer(shop.activity, shop.seller, name=f"Atelier {number}", siret="")
    browser = signed_in(shop.seller)

    window = browser.get("/c/ateliers/recherche/?q=atelier", headers=HTMX)
    page = browser.get("/c/ateliers/recherche/?q=atelier")

    (group,) = window.context["groups"]
    assert len(group.hits) == 5
    assert group.more_url == "/c/ateliers/clients/?q=atelier"
    assert len(page.context["groups"][0].hits) == 6
    assert "<!DOCTYPE" not in window.content.decode()


@pytest.mark.parametrize("role", ["entrepreneur", "accountant", "co_manager"])
def test_the_number_of_queries_does_not_grow(shop, role):
    membership = shop.seller if role == "entrepreneur" else staff(shop, role)
    browser = signed_in(membership)

    def queries() -> int:
        with CaptureQueriesContext(connection) as ran:
            assert browser.get("/c/ateliers/recherche/?q=ebene", headers=HTMX).status_code == 200
        return len(ran)

    with tenant(shop.cooperative):
        shop.quote()
    queries()
    one = queries()
    with tenant(shop.cooperative):
        for number in range(3):
            shop.invoice(line(price="1250"))
            shop.quote()
            name = f"Ébène {number}"
            make_customer(shop.activity, shop.seller, name=name, siret="")

    assert queries() == one <= 30


def test_whoever_signs_in_finds_the_search_in_the_bar(shop):
    page = signed_in(shop.seller).get("/c/ateliers/").content.decode()

    assert 'href="/c/ateliers/recherche/"' in page


def test_deals_and_internal_orders_are_found_by_their_two_sides(shop, neighbour):
    with tenant(shop.cooperative):
        open_deal(shop.activity, name="Chantier Ébène", customer=shop.customer, by=shop.seller)
        folder_of(shop, "Hangar Ébène")
        order = sales.create_internal_order(
            shop.activity, buyer_id=neighbour.activity.pk, subject="Affiche d’été",
            lines=[OrderedLine(label="Affiche", quantity=Decimal(1), unit_price=Decimal("1250"))],
            on=JUNE_3, by=shop.seller,
        )  # fmt: skip
        accountant = shop.accountant

    assert found(shop.seller, "affaire chantier") == {"Affaires": ["Chantier Ébène"]}
    assert found(neighbour.seller, "affaire chantier") == {}
    assert found(shop.seller, "dossier hangar") == {"Dossiers": ["Hangar Ébène"]}
    assert found(neighbour.seller, "dossier hangar") == {}
    mine = {"Commandes internes": ["Commande interne · Affiche d’été"]}
    assert found(shop.seller, "commande affiche") == mine
    assert found(neighbour.seller, "commande affiche") == {}, "a draft is its author’s"
    with tenant(shop.cooperative):
        sales.propose_internal_order(order, by=shop.seller)
    assert found(neighbour.seller, "commande affiche") == mine
    assert found(accountant, "1250")["Commandes internes"] == mine["Commandes internes"]
    with tenant(shop.cooperative):
        shop.cooperative.internal_orders = False
        shop.cooperative.save()
    assert "Commandes internes" not in found(shop.seller, "affiche")
