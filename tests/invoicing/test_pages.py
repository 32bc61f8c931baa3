"""Pages open to those who may, show no more than theirs, and cost the same for 1 and 3 rows."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from cae.core import clock
from cae.core.enums import Right
from cae.core.models import AuditEvent, Export, Memo
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import imports
from invoicing.actions.exports import make_export
from invoicing.models import Customer, CustomerImport, Invoice, Quote
from tests.invoicing.makers import JUNE_3, SIRET, D, line, make_customer, make_seller, make_shop
from tests.makers import make_membership, make_role
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    """A shop made before anyone comes: requests enter their cooperative themselves."""
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs").invoice()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    """Enter the cooperative for what the test prepares."""
    return lambda: tenant(shop.cooperative)


def client_of(membership) -> Client:
    client = Client()
    client.force_login(membership.user)
    return client


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


@pytest.fixture
def staff(shop):
    return client_of(shop.accountant)


def url(path: str = "") -> str:
    return f"/c/ateliers/{path}"


def nonce_in(response) -> str:
    return re.search(r'name="nonce" value="([^"]+)"', response.content.decode()).group(1)


def form(**values: object) -> dict[str, object]:
    """A quote or an invoice of one line, as the editor posts it."""
    return {
        "customer": "",
        "subject": "Album jeunesse",
        "payment_days": "30",
        "dated_on": "2026-06-03",
        "valid_until": "2099-09-03",
        "client-kind": "company",
        "client-name": "Ville de Bruz",
        "client-postcode": "35170",
        "client-town": "Bruz",
        "client-country": "FR",
        "lignes-TOTAL_FORMS": "1",
        "lignes-INITIAL_FORMS": "0",
        "lignes-0-label": "Direction artistique",
        "lignes-0-quantity": "3",
        "lignes-0-unit": "DAY",
        "lignes-0-unit_price": "420,00",
        "lignes-0-vat": "20",
        "lignes-0-nature": "services",
        "lignes-0-description": "",
        **values,
    }


# Lists


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("ventes/factures/", lambda shop: shop.invoice()),
        ("ventes/devis/", lambda shop: shop.quote()),
        (
            "clients/",
            lambda shop: make_customer(shop.activity, shop.seller, siret="", name="Ville"),
        ),
    ],
)
def test_a_list_asks_as_much_for_three_rows_as_for_one(shop, staff, at, path, make):
    with at():
        make(shop)
    staff.get(url(path))
    with CaptureQueriesContext(connection) as one:
        assert staff.get(url(path)).status_code == 200
    with at():
        for _ in range(2):
            make(shop)
    with CaptureQueriesContext(connection) as three:
        staff.get(url(path))

    assert len(three) == len(one)


@pytest.mark.parametrize(
    "path",
    ["ventes/factures/", "ventes/devis/", "clients/", "ventes/devis/nouveau/",
     "ventes/factures/nouvelle/", "clients/nouveau/"],
)  # fmt: skip
def test_a_seller_who_begins_is_told_what_to_do(shop, seller, path):
    response = seller.get(url(path))

    assert response.status_code == 200
    assert "Ailleurs" not in response.content.decode()


def test_filters_are_links_and_search_reads_names_numbers_and_amounts(shop, seller, at):
    with at():
        shop.invoice(line(price="100"))
        shop.draft(subject="Autre chose")

    def found(query: str) -> int:
        return (
            seller.get(url(f"ventes/factures/?{query}")).content.decode().count('data-lib="État"')
        )

    assert [found(q) for q in ("", "etat=draft", "etat=late", "etat=paid", "etat=nimporte")] == [
        2, 1, 1, 0, 2,
    ]  # fmt: skip
    assert [found(q) for q in ("q=FA-2026", "q=120,00", "q=ébène", "q=zzz")] == [1, 1, 2, 0]


def test_staff_see_all_and_a_neighbour_sees_theirs(shop, staff, at, cooperatives):
    with at():
        neighbour = make_seller(
            cooperatives[0], first_name="Naïma", last_name="Benali", name="Sève"
        )
        mine, theirs = shop.invoice(), neighbour.invoice()

    assert staff.get(url("ventes/factures/")).content.decode().count('data-lib="État"') == 2
    other = client_of(neighbour.seller)
    assert other.get(url("ventes/factures/")).content.decode().count('data-lib="État"') == 1
    for path in ("", "modifier/", "pdf/", "pdf/etat/"):
        assert other.get(url(f"ventes/factures/{mine.pk}/{path}")).status_code == 404
    assert other.post(url(f"ventes/factures/{mine.pk}/emettre/")).status_code == 404
    assert other.get(url(f"ventes/factures/{theirs.pk}/")).status_code == 200
    assert other.get(url(f"clients/{shop.customer.pk}/")).status_code == 404


# The editor


def test_a_client_and_a_quote_in_one_page_and_a_double_click_makes_one(shop, seller, at):
    nonce = nonce_in(seller.get(url("ventes/devis/nouveau/")))

    first = seller.post(url("ventes/devis/nouveau/"), form(nonce=nonce))
    second = seller.post(url("ventes/devis/nouveau/"), form(nonce=nonce))

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    with at():
        quote = Quote.objects.get()
        assert (quote.customer_name, quote.gross) == ("Ville de Bruz", D("1512.00"))
        assert Customer.objects.count() == 2


def test_the_server_answers_totals_and_preview_at_each_keystroke(shop, seller, at):
    response = seller.post(
        url("ventes/factures/nouvelle/"),
        form(customer=str(shop.customer.pk)),
        headers={"HX-Request": "true"},
    )
    page = response.content.decode()

    assert response.status_code == 200
    for said in ("1\u00a0260,00\u00a0€", "1\u00a0512,00\u00a0€", "Éditions Maison Ébène"):
        assert said in page
    assert re.search(
        r'id="lignes-0-total"\s+hx-swap-oob="outerMorph">1\xa0260,00\xa0€</span>', page
    )
    with at():
        assert Invoice.objects.count() == 0


def test_live_fragments_survive_what_is_half_typed(shop, seller):
    for odd in ({"lignes-0-unit_price": "4 2 0"}, {"lignes-0-quantity": "abc"},
                {"lignes-TOTAL_FORMS": "x"}, {"client-siret": "1"}, {"subject": "é" * 500},
                {"lignes-0-vat": "999"}, {"lignes-0-unit_price": "9" * 30}):  # fmt: skip
        response = seller.post(
            url("ventes/devis/nouveau/"), form(**odd), headers={"HX-Request": "true"}
        )
        assert response.status_code == 200, odd


def test_without_script_a_button_refreshes_and_another_adds_a_line(shop, seller):
    refreshed = seller.post(url("ventes/devis/nouveau/"), form(do="refresh"))
    longer = seller.post(url("ventes/devis/nouveau/"), form(add_line="lignes"))

    assert "1\u00a0512,00\u00a0€" in refreshed.content.decode()
    assert 'name="lignes-1-label"' in longer.content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"client-name": ""}, "Ce champ est obligatoire"),
        ({"client-siret": "123"}, "Il manque"),
        ({"client-siret": SIRET}, "porte déjà ce SIRET"),
        ({"lignes-0-label": "", "lignes-0-unit_price": ""}, "obligatoire"),
        ({"lignes-0-unit_price": "-5"}, "0"),
        ({"subject": ""}, "obligatoire"),
        ({"valid_until": "2020-01-01"}, "fin de validité"),
    ],
)
def test_what_does_not_hold_is_said_and_nothing_is_written(shop, seller, at, values, said):
    response = seller.post(url("ventes/devis/nouveau/"), form(**values))

    assert response.status_code == 422
    assert escape(said) in response.content.decode() or said in response.content.decode()
    with at():
        assert Quote.objects.count() == 0
        assert Customer.objects.count() == 1


def test_mass_assignment_changes_nothing_one_may_not_type(shop, seller, at):
    seller.post(
        url("ventes/factures/nouvelle/"),
        form(status="issued", number="FA-2026-9999", tenant="2", tenant_id="2", gross="1"),
    )
    with at():
        invoice = Invoice.objects.get()
        assert (invoice.status, invoice.number, invoice.gross) == ("draft", None, D("1512.00"))


def posted_back(page) -> dict[str, object]:
    """What a browser sends when nothing was typed in the editor."""
    context = page.context
    return {
        "nonce": nonce_in(page),
        "activity": str(context["activity"].pk),
        **{f.html_name: shown(f) for f in context["form"]},
        "lignes-TOTAL_FORMS": str(context["lines"].total_form_count()),
        "lignes-INITIAL_FORMS": str(context["lines"].initial_form_count()),
        **{f.html_name: shown(f) for each in context["lines"] for f in each},
    }


def shown(field) -> object:
    """A list where several may be ticked."""
    if field.value() is True:
        return "on"
    widget = field.field.widget
    value = widget.format_value(field.value())
    if isinstance(value, list) and not widget.allow_multiple_selected:
        return value[0] or ""
    return value or ([] if isinstance(value, list) else "")


def test_correcting_one_line_leaves_the_others(shop, seller, at):
    with at():
        quote = shop.quote(line("Direction"), line("Illustrations", price="85.5"))
    typed = posted_back(seller.get(url(f"ventes/devis/{quote.pk}/modifier/")))

    answer = seller.post(
        url(f"ventes/devis/{quote.pk}/modifier/"),
        {**typed, "subject": "Autre objet", "lignes-1-unit_price": "90"},
    )

    assert answer.status_code == 302, answer.context["lines"].errors
    with at():
        quote.refresh_from_db()
        kept = list(quote.lines.values_list("label", "unit_price"))
    assert quote.subject == "Autre objet"
    assert kept == [("Direction", D("1000.000000")), ("Illustrations", D("90.000000"))]


def test_a_line_taken_off_an_invoice_is_the_only_one_that_goes(shop, seller, at):
    with at():
        invoice = shop.draft(line("Direction"), line("Illustrations"))
    typed = posted_back(seller.get(url(f"ventes/factures/{invoice.pk}/modifier/")))

    answer = seller.post(
        url(f"ventes/factures/{invoice.pk}/modifier/"), {**typed, "lignes-0-DELETE": "on"}
    )

    assert answer.status_code == 302, answer.context["lines"].errors
    with at():
        assert [each.label for each in invoice.lines.all()] == ["Illustrations"]


def test_a_known_client_leaves_the_new_one_unasked(shop, seller, at):
    """Another mistake is said alone: nothing is asked of a client who is not being written."""
    page = seller.post(
        url("ventes/devis/nouveau/"),
        form(customer=str(shop.customer.pk), subject="", **{"client-name": ""}),
    )

    assert page.status_code == 422
    assert not page.context["new_customer"].errors


def test_an_issued_invoice_has_no_editor(shop, seller, at):
    with at():
        invoice = shop.invoice()
    response = seller.get(url(f"ventes/factures/{invoice.pk}/modifier/"))
    assert response.status_code == 302
    assert seller.post(url(f"ventes/factures/{invoice.pk}/modifier/"), form()).status_code == 302
    with at():
        invoice.refresh_from_db()
        assert invoice.subject == "Album jeunesse"


# From draft to money


def test_under_the_ceiling_a_seller_issues_alone_above_it_they_submit(shop, seller, at):
    with at():
        shop.activity.validation_ceiling = D("500")
        shop.activity.save()
        small, large = shop.draft(line(price="500")), shop.draft(line(price="500.01"))

    assert seller.post(url(f"ventes/factures/{small.pk}/emettre/")).status_code == 302
    assert seller.post(url(f"ventes/factures/{large.pk}/emettre/")).status_code == 404
    assert (
        "Soumettre à validation" in seller.get(url(f"ventes/factures/{large.pk}/")).content.decode()
    )
    seller.post(url(f"ventes/factures/{large.pk}/soumettre/"))
    with at():
        small.refresh_from_db(), large.refresh_from_db()
        assert (small.status, large.status) == ("issued", "submitted")


def test_what_was_refused_is_said_on_its_page(shop, seller, at):
    with at():
        draft = actions.submit_invoice(shop.draft(), by=shop.seller)
        actions.refuse_invoice(draft, reason="Le taux est de 10 %.", by=shop.accountant)
    page = seller.get(url(f"ventes/factures/{draft.pk}/")).content.decode()
    assert page.count("Le taux est de 10 %.") == 2  # above, and in what happened


def test_the_way_out_of_an_issued_invoice_is_a_credit_note(shop, seller, at):
    with at():
        invoice = shop.invoice()
    path = url(f"ventes/factures/{invoice.pk}/")
    page = seller.get(path).content.decode()
    assert "Pourquoi je ne peux plus la modifier" in page
    assert "Remplacer par une rectificative" in page

    refusal = seller.post(f"{path}avoir/", {"reason": "Geste", "amount": "-3"})
    assert refusal.status_code == 302
    made = seller.post(f"{path}avoir/", {"reason": "Commande annulée"})

    assert seller.get(made["Location"]).status_code == 200
    with at():
        assert Invoice.objects.get(corrects=invoice).notes == "Commande annulée"
    part = seller.post(f"{path}avoir/", {"reason": "Geste", "amount": "12", "nonce": "p"})
    assert "12,00\u00a0€" in seller.get(part["Location"]).content.decode()
    replaced = seller.post(f"{path}rectifier/", {"rectifier-reason": "Prix faux", "nonce": "r"})
    assert seller.get(replaced["Location"]).status_code == 200
    with at():
        assert Invoice.objects.filter(corrects=invoice, kind="corrective").count() == 1


def test_a_pdf_not_made_yet_says_so_then_is_offered(shop, seller, at):
    with at():
        invoice = shop.invoice()
    path = url(f"ventes/factures/{invoice.pk}/pdf/")
    assert "Le PDF se prépare" in seller.get(path).content.decode()
    assert seller.get(f"{path}etat/").status_code == 204

    with at():
        actions.store_invoice_pdf(invoice)

    assert "Télécharger" in seller.get(f"{path}etat/").content.decode()
    response = seller.get(path)
    assert response["Content-Disposition"] == 'attachment; filename="Facture FA-2026-0001.pdf"'
    assert b"".join(response.streaming_content).startswith(b"%PDF-1.7")


@planted
def sent_quote(shop):
    with tenant(shop.cooperative):
        return actions.send_quote(
            shop.quote(valid_until=JUNE_3.replace(year=2099)), on=JUNE_3, by=shop.seller
        )


def test_an_accepted_quote_is_billed_in_one_click(sent_quote, shop, seller, at):
    quote = sent_quote
    with at():
        actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3)

    made = seller.post(url(f"ventes/devis/{quote.pk}/facturer/"), {"nonce": "n1"})
    again = seller.post(url(f"ventes/devis/{quote.pk}/facturer/"), {"nonce": "n1"})

    assert made["Location"] == again["Location"]
    with at():
        assert Invoice.objects.get(quote=quote).gross == quote.gross


def test_every_record_page_opens_for_those_who_may(shop, seller, staff, at):
    with at():
        quote = shop.quote()
        invoice = shop.invoice()
        draft = shop.draft()
    for client in (seller, staff):
        for path in (
            f"ventes/devis/{quote.pk}/",
            f"ventes/factures/{invoice.pk}/",
            f"ventes/factures/{draft.pk}/",
            f"clients/{shop.customer.pk}/",
        ):
            assert client.get(url(path)).status_code == 200, path
    for path in (f"ventes/devis/{quote.pk}/modifier/", f"ventes/factures/{draft.pk}/modifier/",
                 f"clients/{shop.customer.pk}/modifier/"):  # fmt: skip
        assert seller.get(url(path)).status_code == 200, path
        assert staff.get(url(path)).status_code == 404, path


def test_roles_without_the_right_find_nothing(shop, cooperatives):
    officer = client_of(make_membership(cooperatives[0], "payroll_officer"))
    assert officer.get(url("ventes/factures/")).status_code == 200
    assert officer.get(url("ventes/factures/nouvelle/")).status_code == 404


def test_a_line_one_does_not_touch_stays_on_the_document(shop, seller, at):
    with at():
        draft = shop.draft(line("Maquette"), line("Relecture", price="200"))
    path = url(f"ventes/factures/{draft.pk}/modifier/")
    page = seller.get(path)
    posted = form(
        activity=shop.activity.pk,
        customer=shop.customer.pk,
        nonce=nonce_in(page),
        **{"lignes-TOTAL_FORMS": "2", "lignes-INITIAL_FORMS": "2"},
    )
    for rank, (label, price) in enumerate([("Maquette", "1100"), ("Relecture", "200")]):
        posted |= {
            f"lignes-{rank}-ORDER": rank + 1,
            f"lignes-{rank}-label": label,
            f"lignes-{rank}-quantity": "1",
            f"lignes-{rank}-unit": "C62",
            f"lignes-{rank}-unit_price": price,
            f"lignes-{rank}-vat": "20",
            f"lignes-{rank}-nature": "services",
            f"lignes-{rank}-description": "",
        }

    live = seller.post(path, posted, headers={"HX-Request": "true"}).content.decode()
    seller.post(path, posted)

    assert "1\xa0560,00\xa0€" in live
    with at():
        draft.refresh_from_db()
        assert list(draft.lines.values_list("label", "net")) == [
            ("Maquette", D(1100)),
            ("Relecture", D(200)),
        ]


def test_each_line_of_a_document_says_what_it_is_worth_at_once(shop, seller, at):
    with at():
        draft = shop.draft(line("Maquette", quantity="3", price="111"))

    page = seller.get(url(f"ventes/factures/{draft.pk}/modifier/")).content.decode()

    assert re.search(r'id="lignes-0-total">\s*333,00\xa0€', page)


def test_every_right_opens_nothing_that_only_its_people_write(shop, at):
    """Not even a role that holds them all: what it does not own it does not change."""
    role = make_role(shop.cooperative, *Right)
    client = client_of(make_membership(shop.cooperative, role.code))
    with at():
        quote, draft = shop.quote(), shop.draft()
        today = clock.today()
        sent = actions.send_quote(shop.quote(dated_on=today), on=today, by=shop.seller)
        accepted = actions.send_quote(shop.quote(dated_on=today), on=today, by=shop.seller)
        accepted = actions.accept_quote(accepted, name="M. L.", role="", on=today)
        expense = shop.spend()
    for path in (
        *(f"ventes/devis/{quote.pk}/{verb}/" for verb in ("modifier", "envoyer", "dupliquer",
                                                          "supprimer")),
        *(f"ventes/devis/{sent.pk}/{verb}/" for verb in ("lien", "reprendre", "annuler",
                                                        "repondre")),
        f"ventes/devis/{accepted.pk}/facturer/",
        *(f"ventes/factures/{draft.pk}/{verb}/" for verb in ("modifier", "soumettre", "reprendre",
                                                             "dupliquer", "supprimer")),
        *(f"clients/{shop.customer.pk}/{verb}/" for verb in ("modifier", "archiver", "restaurer")),
        f"depenses/{expense.sheet_id}/",
        *(f"depenses/{expense.sheet_id}/{verb}/" for verb in ("envoyer", "reprendre")),
        *(f"depenses/{expense.sheet_id}/{expense.pk}/{verb}" for verb in ("", "joindre/",
                                                                          "retirer/")),
    ):  # fmt: skip
        answers = {client.get(url(path)).status_code, client.post(url(path)).status_code}
        assert answers <= {404, 405} and 404 in answers, (path, answers)


# Customers: their kinds, who is known already, memos, forgetting


CLIENT = {"kind": "company", "name": "Papeterie Lefèvre", "country": "FR", "town": "Rennes"}


def test_the_form_asks_what_a_kind_needs_with_or_without_script(shop, seller, at):
    live = seller.post(
        url("clients/nouveau/"),
        {**CLIENT, "kind": "individual", "name": "Solène"},
        headers={"HX-Request": "true"},
    ).content.decode()
    still = seller.post(url("clients/nouveau/"), {**CLIENT, "kind": "public", "do": "refresh"})

    assert 'id="champs"' in live and "<html" not in live
    assert "Nom et prénom" in live and 'value="Solène"' in live and 'name="siret"' not in live
    assert 'name="chorus_service"' in still.content.decode()
    with at():
        assert Customer.objects.count() == 1


def test_a_client_who_changes_kind_loses_what_goes_with_the_other(shop, seller, at):
    typed = {**CLIENT, "kind": "individual", "name": "Solène", "siret": SIRET, "endpoint": "x"}

    seller.post(url(f"clients/{shop.customer.pk}/modifier/"), typed)

    with at():
        row = Customer.objects.get()
        assert (row.kind, row.siret, row.siren, row.endpoint) == ("individual", "", "", "")


def test_a_client_who_looks_known_is_shown_and_passes_once_it_is_another(shop, seller, at):
    typed = {**CLIENT, "siret": "404833048"}

    warned = seller.post(url("clients/nouveau/"), typed)
    page = warned.content.decode()
    assert warned.status_code == 422
    assert "Vous avez peut-être déjà ce client" in page
    assert "même SIREN" in page and url(f"clients/{shop.customer.pk}/") in page

    assert seller.post(url("clients/nouveau/"), {**typed, "another": "on"}).status_code == 302
    with at():
        assert Customer.objects.count() == 2


def test_so_does_one_typed_inside_a_quote(shop, seller, at):
    typed = form(**{"client-siret": "404833048"})

    assert (
        "c’est bien un autre"
        in seller.post(url("ventes/devis/nouveau/"), typed).content.decode().lower()
    )
    seller.post(url("ventes/devis/nouveau/"), {**typed, "client-another": "on"})
    with at():
        assert Customer.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"vat_number": "FR44732829320", "siret": "40483304800030"}, "celui d’une autre"),
        ({"endpoint": "404833048"}, "renseignez d’abord le SIRET"),
        ({"iban": "FR7630006000011234567890188"}, "Cet IBAN n’est pas valable"),
        ({"iban": "FR7630006000011234567890189"}, "les banques le vérifient"),
        ({"kind": "foreign", "country": ""}, "obligatoire"),
    ],
)
def test_what_does_not_go_with_a_client_is_said_beside_its_field(shop, seller, values, said):
    response = seller.post(url("clients/nouveau/"), {**CLIENT, **values})

    assert response.status_code == 422
    assert said in response.content.decode()


def test_lists_of_clients_are_links(shop, seller, at):
    with at():
        make_customer(shop.activity, shop.seller, siret="", name="Mairie", kind="public")
        shop.invoice()

    def found(query: str) -> int:
        return seller.get(url(f"clients/?{query}")).content.decode().count('data-lib="Dû"')

    assert [found(q) for q in ("", "type=public", "etat=dus", "etat=archives", "tri=-du")] == [
        2, 1, 1, 0, 2,
    ]  # fmt: skip


def test_memos_are_written_pinned_and_removed_from_the_page(shop, seller, staff, at):
    there = url(f"clients/{shop.customer.pk}/")
    seller.post(url(f"memos/clients/{shop.customer.pk}/"), {"text": "Rappeler lundi"})
    staff.post(
        url(f"memos/clients/{shop.customer.pk}/"), {"text": "À surveiller", "is_private": "on"}
    )
    assert "Rappeler lundi" in seller.get(there).content.decode()
    assert "À surveiller" not in seller.get(there).content.decode()
    assert "À surveiller" in staff.get(there).content.decode()
    with at():
        mine, theirs = Memo.objects.order_by("id")

    assert seller.post(url(f"memos/{theirs.pk}/epingler/")).status_code == 404
    assert seller.post(url(f"memos/{theirs.pk}/retirer/")).status_code == 404
    seller.post(url(f"memos/{mine.pk}/epingler/"))
    assert "Épinglé" in staff.get(there).content.decode()
    seller.post(url(f"memos/{mine.pk}/retirer/"))
    assert "Rappeler lundi" not in staff.get(there).content.decode()
    assert seller.post(url("memos/autre/1/"), {"text": "x"}).status_code == 404


def test_a_client_is_deleted_anonymised_or_handed_over_from_its_page(shop, seller, staff, at):
    with at():
        person = make_customer(
            shop.activity, shop.seller, kind="individual", siret="", name="Solène Bihan"
        )
        known = shop.customer
        shop.quote()
    told = seller.get(url(f"clients/{person.pk}/donnees/"))
    assert told.json()["client"]["name"] == "Solène Bihan"
    assert staff.get(url(f"clients/{person.pk}/donnees/")).status_code == 404

    assert "sans retour" in seller.get(url(f"clients/{person.pk}/anonymiser/")).content.decode()
    assert staff.get(url(f"clients/{person.pk}/anonymiser/")).status_code == 404
    seller.post(url(f"clients/{person.pk}/anonymiser/"))
    assert "Anonymisé" in seller.get(url(f"clients/{person.pk}/")).content.decode()

    seller.post(url(f"clients/{known.pk}/supprimer/"))
    with at():
        assert Customer.objects.count() == 2  # a quote names it


# Exports


def test_a_list_is_exported_as_it_is_shown_and_fetched_by_who_asked(shop, seller, staff, at):
    with at():
        shop.invoice(line(price="100"))
        shop.invoice(line(price="900"))
    page = seller.get(url("ventes/factures/?min=500")).content.decode()
    assert 'value="min=500"' in page

    seller.post(url("exporter/invoices/"), {"query": "min=500&page=3", "format": "csv"})
    waiting = seller.get(url("exports/"))
    assert "En préparation" in waiting.content.decode()
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    with at():
        export = Export.objects.get()
        assert export.filters == {"min": "500"}
        make_export(export, on=clock.today())

    ready = seller.get(url("exports/etat/")).content.decode()
    assert "Prêt" in ready and "hx-trigger" not in ready
    there = url(f"exports/{export.pk}/")
    got = seller.get(there)
    content = b"".join(got.streaming_content).decode()
    assert content.count("\r\n") == 2 and "1080,00" in content
    assert got["Content-Disposition"].startswith("attachment; filename=")
    assert got["Cache-Control"] == "private, max-age=0, no-store"
    with at():
        assert AuditEvent.objects.filter(action="export.downloaded", target_id=export.pk).exists()
    assert staff.get(there).status_code == 404
    assert "Factures" not in staff.get(url("exports/etat/")).content.decode()


def test_an_export_that_is_not_offered_is_refused(shop, seller):
    assert seller.post(url("exporter/salaries/"), {"format": "csv"}).status_code == 404
    response = seller.post(url("exporter/payments/"), {"format": "csv"}, follow=True)
    assert "n’existe pas dans ce format" in response.content.decode()


def test_filters_are_shown_each_with_the_way_out_and_add_up(shop, staff, at):
    with at():
        shop.invoice(line(price="100"))
        shop.invoice(line(price="900"))
    query = f"client={shop.customer.pk}&activite={shop.activity.pk}&du=2026-01-01&au=2026-12-31"
    page = staff.get(url(f"ventes/factures/?{query}&min=1&max=500&tva=20&etat=late"))
    text = page.content.decode()

    assert text.count("×</a>") + text.count("×\n") >= 1
    for said in (
        "Éditions Maison Ébène",
        "depuis le 01/01/2026",
        "au plus 500,00\u00a0€",
        "TVA 20",
    ):
        assert said in text
    assert "1 document" in text and "120,00\u00a0€" in text
    assert "client=" not in page.context["narrowings"][0]["url"]


def test_filtered_lists_ask_as_much_for_three_rows_as_for_one(shop, staff, at):
    path = url("ventes/factures/?du=2026-01-01&tva=20")
    with at():
        shop.invoice()
    staff.get(path)
    with CaptureQueriesContext(connection) as one:
        staff.get(path)
    with at():
        shop.invoice()
        shop.invoice()
    with CaptureQueriesContext(connection) as three:
        staff.get(path)

    assert len(three) == len(one)


# Imports


def sent(client, content: bytes, name: str = "clients.csv"):
    return client.post(
        url("clients/importer/"), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def test_a_file_of_customers_goes_from_its_columns_to_the_list(shop, seller, at):
    columns = sent(seller, b"Qui;Ville\r\nMairie de Bruz;Bruz\r\n;x\r\n")
    assert "Que contient chaque colonne" in columns.content.decode()
    with at():
        imported = CustomerImport.objects.get()
    there = url(f"clients/importer/{imported.pk}/")

    refused = seller.post(there, {"default_kind": "public", "c1": "town"}, follow=True)
    assert "quelle colonne contient le nom" in refused.content.decode()
    waiting = seller.post(
        there, {"default_kind": "public", "c0": "name", "c1": "town"}, follow=True
    )
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    with at():
        imported.refresh_from_db()
        imports.check_customers(imported)
    shown = seller.get(f"{there}etat/").content.decode()
    assert "Un client a un nom." in shown and "Importer 1 client" in shown
    report = b"".join(seller.get(f"{there}refus/").streaming_content).decode()
    assert report.startswith("\ufeffLigne;Motif;Qui;Ville")

    seller.post(f"{there}appliquer/")
    with at():
        imported.refresh_from_db()
        imports.apply_customers(imported)
        assert Customer.objects.get(kind="public").town == "Bruz"
    assert "Import terminé" in seller.get(there).content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "soumis est vide"),
        (b"\x89PNG\x00", "ni un CSV ni un classeur"),
        (b"Nom\r\n", "une ligne, celle des titres"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien classeur"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(shop, seller, content, said):
    assert said in sent(seller, content).content.decode()


def test_a_file_is_its_sellers_alone(shop, seller, staff, at, cooperatives):
    sent(seller, b"Nom\r\nA\r\n")
    with at():
        neighbour = make_seller(
            cooperatives[0], first_name="Na\u00efma", last_name="Benali", name="S\u00e8ve"
        )
        pk = CustomerImport.objects.get().pk
    for other in (staff, client_of(neighbour.seller)):
        for path in ("", "etat/", "refus/"):
            assert other.get(url(f"clients/importer/{pk}/{path}")).status_code == 404
        assert other.post(url(f"clients/importer/{pk}/appliquer/")).status_code == 404
    assert seller.get(url(f"clients/importer/{pk}/refus/")).status_code == 404
    template = seller.get(url("clients/importer/modele/")).content.decode()
    assert template.startswith("\ufeffType;Nom;SIREN;SIRET")
