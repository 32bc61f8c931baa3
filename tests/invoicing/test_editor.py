"""The editor of quotes and invoices: titles, discounts, options, prices typed with VAT."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.enums import Entry
from invoicing.models import Invoice, Quote, VatRate
from invoicing.rules.lines import Discount
from tests.invoicing.makers import JUNE_3, D, line, make_customer, make_shop, refused
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


def rows(*rows: dict[str, object], **values: object) -> dict[str, object]:
    """A posted form with these rows, in this order unless they say theirs."""
    base = {"quantity": "1", "unit": "C62", "vat": "20", "nature": "services", "kind": "line"}
    posted = form(**{"lignes-TOTAL_FORMS": str(len(rows)), **values})
    for name in list(posted):
        if name.startswith("lignes-0"):
            del posted[name]
    for rank, row in enumerate(rows):
        posted |= {f"lignes-{rank}-ORDER": rank + 1}
        posted |= {f"lignes-{rank}-{name}": value for name, value in {**base, **row}.items()}
    return posted


def title(text: str, **values: object) -> dict[str, object]:
    return {"kind": "section", "label": text, **values}


def sold(label: str, price: str, **values: object) -> dict[str, object]:
    return {"label": label, "unit_price": price, **values}


def text_of(page: str, ident: str) -> str:
    found = re.search(rf'id="{ident}"[^>]*>\s*(.*?)\s*</', page, re.S)
    assert found, ident
    return found.group(1)


def test_titles_stand_above_lines_and_say_what_they_are_worth(shop, seller, at):
    posted = rows(
        sold("Direction", "100"),
        title("Textes"),
        sold("Relecture", "200"),
        sold("Correction", "50", is_optional="on"),
        title("Images"),
        sold("Affiche", "300"),
    )

    live = seller.post(NEW, posted, headers=LIVE).content.decode()
    seller.post(NEW, posted)

    assert [text_of(live, f"lignes-{rank}-total") for rank in (1, 3, 4)] == [
        "200,00\xa0€", "50,00\xa0€", "300,00\xa0€",
    ]  # fmt: skip
    with at():
        quote = Quote.objects.get()
        kept = list(quote.lines.values_list("section", "label", "is_optional"))
    assert kept == [
        ("", "Direction", False),
        ("Textes", "Relecture", False),
        ("Textes", "Correction", True),
        ("Images", "Affiche", False),
    ]
    assert quote.net == D(600)


def test_rows_follow_the_order_of_the_page_not_of_their_names(shop, seller, at):
    two, heading, one = (
        sold("Deux", "2", ORDER=3),
        title("Titre", ORDER=1),
        sold("Un", "1", ORDER=2),
    )
    seller.post(NEW, rows(two, heading, one))

    with at():
        kept = list(Quote.objects.get().lines.values_list("section", "label"))
    assert kept == [("Titre", "Un"), ("Titre", "Deux")]


def test_a_document_comes_back_as_it_was_written(shop, seller, at):
    with at():
        quote = shop.quote(
            line("Direction"),
            line("Relecture", section="Textes", discount_rate=D("0.125")),
            line("Correction", section="Textes", discount=D("12.5"), is_optional=True),
            line("Hors titre", section=""),
            discount=Discount(rate=D("0.05")),
        )
        before = list(quote.lines.values())
    path = url(f"ventes/devis/{quote.pk}/modifier/")

    answer = seller.post(path, posted_back(seller.get(path)))

    assert answer.status_code == 302, answer.context["lines"].errors
    with at():
        quote.refresh_from_db()
        after = list(quote.lines.values())
    for row in (*before, *after):
        del row["id"]
    assert after == before
    assert (quote.discount_rate, quote.discount) == (D("0.05"), D("143.75"))


def test_prices_go_with_vat_and_back_and_are_kept_as_typed(shop, seller, at):
    posted = rows(sold("Album", "85,53"), sold("Livre", "10", vat="5-5"), entry="gross",
                  entry_of_prices="net")  # fmt: skip

    there = seller.post(NEW, posted, headers=LIVE).content.decode()
    back = seller.post(
        NEW,
        rows(sold("Album", "102,636"), sold("Livre", "10,55", vat="5-5"), entry="net",
             entry_of_prices="gross"),
        headers=LIVE,
    ).content.decode()  # fmt: skip

    assert re.findall(r'name="lignes-\d-unit_price"\s+value="([^"]*)"', there) == [
        "102,636",
        "10,55",
    ]
    assert "Prix TTC" in there and 'name="entry_of_prices" value="gross"' in there
    assert re.findall(r'name="lignes-\d-unit_price"\s+value="([^"]*)"', back) == ["85,53", "10,00"]

    seller.post(NEW, rows(sold("Album", "0,99"), entry="gross", entry_of_prices="gross"))
    with at():
        quote = Quote.objects.get()
        assert (quote.entry, quote.gross, quote.rounding) == (Entry.GROSS, D("1.00"), D("-0.01"))
        assert quote.lines.get().typed_price == D("0.99")
    page = seller.get(url(f"ventes/devis/{quote.pk}/modifier/")).content.decode()
    assert 'value="0,99"' in page and "Arrondi" in page


def test_discounts_show_in_totals_line_and_preview(shop, seller):
    live = seller.post(
        NEW,
        rows(
            sold("Direction", "300", discount="10"),
            sold("Livre", "100", vat="5-5", discount="5", discount_kind="amount", nature="goods"),
            discount="10",
            discount_kind="rate",
        ),
        headers=LIVE,
    ).content.decode()

    assert text_of(live, "lignes-0-extra") == "Remise 10\xa0%"
    assert text_of(live, "lignes-1-extra") == "Remise 5\xa0€ · Biens"
    for said in ("365,00\xa0€", "−36,50\xa0€", "−27,00\xa0€", "−9,50\xa0€", "328,50\xa0€"):
        assert said in live, said


def test_without_script_a_title_is_added_and_prices_are_converted(shop, seller):
    longer = seller.post(NEW, form(add_section="")).content.decode()
    converted = seller.post(
        NEW, form(do="refresh", entry="gross", entry_of_prices="net")
    ).content.decode()

    assert re.search(r'name="lignes-1-kind" value="section"', longer)
    assert 'value="504,00"' in converted


def test_a_line_taken_off_does_not_come_back_when_something_else_is_wrong(shop, seller):
    page = seller.post(
        NEW, rows(sold("Direction", "100"), sold("Relecture", "50", DELETE="on"), subject="")
    )

    assert page.status_code == 422
    assert page.content.decode().count("is-removed") == 1


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        (rows(sold("Direction", "100", discount="101")), "0 à 100"),
        (rows(sold("Direction", "100", discount="-1")), "supérieure"),
        (rows(sold("Direction", "100", discount="101", discount_kind="amount")), "dépasse"),
        (rows(sold("Direction", "100"), discount="abc"), "lisible"),
        (rows(sold("Direction", "100"), discount="100,01", discount_kind="amount"), "dépasse"),
        (rows(sold("Direction", "100", is_optional="on")), "aucune ligne"),
        (rows(title("Textes")), "aucune ligne"),
        (rows(title("T" * 121), sold("Direction", "100")), "120"),
    ],
)
def test_what_does_not_hold_is_said(shop, seller, at, posted, said):
    answer = seller.post(NEW, posted)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    with at():
        assert not Quote.objects.exists()


def test_a_line_keeps_a_rate_that_is_offered_no_more(shop, seller, at):
    with at():
        quote = shop.quote(line(vat="2-1"), line(vat="20"))
        VatRate.objects.filter(code__in=["2-1", "10"]).update(is_offered=False)
    path = url(f"ventes/devis/{quote.pk}/modifier/")

    page = seller.get(path)
    answer = seller.post(path, posted_back(page))

    assert answer.status_code == 302, answer.context["lines"].errors
    assert [code for code, _ in page.context["lines"].forms[0].fields["vat"].choices][:3] == [
        "20", "5-5", "2-1",
    ]  # fmt: skip
    with at():
        assert list(quote.lines.values_list("vat_rate", flat=True)) == [D("0.021"), D("0.2")]


def test_an_american_client_is_led_to_the_right_vat_before_issue(shop, seller, at):
    with at():
        abroad = make_customer(
            shop.activity,
            shop.seller,
            kind="foreign",
            name="Brooklyn Books",
            siret="",
            country="US",
        )
        quote = shop.quote(line(vat="reverse-charge-eu"), customer=abroad)
        wrong = shop.draft(line(vat="reverse-charge-eu"), customer=abroad)
        with refused("vat_outside_union"):
            actions.submit_invoice(wrong, by=shop.seller)
        with refused("vat_outside_union"):
            actions.issue_invoice(wrong, on=JUNE_3, by=shop.accountant)
        right = shop.invoice(line(vat="outside-eu"), customer=abroad)
    path = url(f"ventes/devis/{quote.pk}/modifier/")

    live = seller.post(path, posted_back(seller.get(path)), headers=LIVE).content.decode()

    assert "Hors champ\u00a0: services" in live
    for said in (f"ventes/devis/{quote.pk}/", f"ventes/factures/{wrong.pk}/"):
        assert "À corriger avant l’émission" in seller.get(url(said)).content.decode()
    assert right.snapshot["mentions"][1] == "TVA non applicable, article 259-1° du CGI"
    assert (right.net, right.gross) == (D("1000.00"), D("1000.00"))


def test_an_invoice_has_no_options(shop, seller, at):
    posted = rows(sold("Direction", "100", is_optional="on"), nonce=nonce_in(seller.get(NEW)))
    seller.post(url("ventes/factures/nouvelle/"), posted)

    with at():
        assert Invoice.objects.get().net == D(100)


def test_postgresql_holds_the_discounts_and_the_options(shop, at):
    """Each statement is refused by its own constraint, to the role that serves the pages."""
    with at():
        quote = shop.quote(line(discount_rate=D("0.1")), discount=Discount(rate=D("0.1")))
        one = quote.lines.get()
        for constraint, statement in {
            "invoicing_quoteline_net": "UPDATE invoicing_quoteline SET discount = 1",
            "invoicing_quoteline_net ": "UPDATE invoicing_quoteline SET discount = -1, net = 1001",
            "invoicing_quoteline_net  ": "UPDATE invoicing_quoteline SET discount_rate = 2,"
            " discount = 2000, net = -1000",
            "invoicing_quoteline_net   ": "UPDATE invoicing_quoteline SET net = 1",
            "invoicing_quoteline_chosen": "UPDATE invoicing_quoteline SET is_chosen = true",
            "invoicing_quote_reduced": "UPDATE invoicing_quote SET discount = -1",
            "invoicing_quote_reduced ": "UPDATE invoicing_quote SET discount_rate = 1.5",
            "invoicing_quote_reduced  ": "UPDATE invoicing_quote SET rounding = 6",
        }.items():
            where = one.pk if "quoteline" in statement else quote.pk
            with (
                pytest.raises(DatabaseError, match=constraint.strip()),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"{statement} WHERE id = {where}")
