"""The billing plan and the schedule of a quote, as pages and through the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing import actions, queries
from invoicing.actions import Instalment
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import InvoiceKind
from invoicing.models import Invoice, QuoteInstalment
from tests.invoicing.makers import JUNE_3, D, line, make_seller, make_shop, refused
from tests.invoicing.test_pages import client_of
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    """A shop made before anyone comes: requests enter their cooperative themselves."""
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    """Enter the cooperative for what the test prepares."""
    return lambda: tenant(shop.cooperative)


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


@pytest.fixture
def staff(shop):
    return client_of(shop.accountant)


HERE = "/c/ateliers/ventes/devis/"
LINES = (line("Maçonnerie", "3", "333.33"), line("Isolation", "7.5", "41.99", vat="10"))


def accepted(shop, *, count: int = 0):
    quote = shop.quote(*LINES, deposit_rate=D("0.3"))
    if count:
        actions.set_equal_schedule(quote, count=count, by=shop.seller)
    actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
    return actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3, by=shop.seller)


def posted(client: Client, url: str, **data):
    return client.post(url, {"nonce": url[-30:], **data})


def test_a_deposit_then_the_rest_from_the_page_of_the_plan(shop, seller, at):
    with at():
        quote = accepted(shop)
    page = seller.get(f"{HERE}{quote.pk}/facturation/")
    assert "Rien n’est encore facturé" in page.content.decode()
    assert 'value="30"' in page.content.decode()

    answer = posted(seller, f"{HERE}{quote.pk}/facturation/acompte/", share="30")

    with at():
        deposit = Invoice.objects.get(quote=quote)
        assert answer.url == f"/c/ateliers/ventes/factures/{deposit.pk}/"
        assert deposit.kind == InvoiceKind.DEPOSIT
    again = posted(seller, f"{HERE}{quote.pk}/facturation/acompte/", share="30")
    assert again.url == answer.url  # the same form, sent twice
    refusal = posted(seller, f"{HERE}{quote.pk}/facturation/solde/", nonce="other")
    assert (refusal.status_code, "Un brouillon" in refusal.content.decode()) == (422, True)
    assert seller.get(f"/c/ateliers/ventes/factures/{deposit.pk}/modifier/").url.endswith(
        "/details/"
    )
    changed = seller.post(
        f"/c/ateliers/ventes/factures/{deposit.pk}/details/",
        {"subject": "Acompte à la commande", "payment_days": "15"},
    )
    assert changed.status_code == 302
    assert "Acompte à la commande" in seller.get(changed.url).content.decode()
    wrong = seller.post(f"/c/ateliers/ventes/factures/{deposit.pk}/details/", {"subject": ""})
    assert wrong.status_code == 422


@pytest.mark.parametrize("data", [{}, {"share": "30", "net": "10"}, {"share": "130"}])
def test_a_deposit_that_says_nothing_clear_is_asked_again(shop, seller, at, data):
    with at():
        quote = accepted(shop)

    answer = posted(seller, f"{HERE}{quote.pk}/facturation/acompte/", **data)

    assert answer.status_code == 422
    with at():
        assert not Invoice.objects.filter(quote=quote).exists()


def test_a_situation_is_typed_line_by_line(shop, seller, at):
    with at():
        quote = accepted(shop)
        first, second = quote.lines.all()
    url = f"{HERE}{quote.pk}/facturation/situation/"

    wrong = posted(seller, url, **{f"line_{first.pk}": "140"})
    answer = posted(seller, url, nonce="2", **{f"line_{first.pk}": "40", f"line_{second.pk}": "0"})

    assert wrong.status_code == 422
    assert answer.status_code == 302
    page = seller.get(answer.url).content.decode()
    assert "Avancement 40\u00a0%" in page
    with at():
        assert Invoice.objects.get(quote=quote).net == D("400.00")


def test_instalments_are_billed_one_after_the_other(shop, seller, at):
    with at():
        quote = accepted(shop, count=3)
        rows = list(quote.instalments.all())
    page = seller.get(f"{HERE}{quote.pk}/facturation/").content.decode()
    assert "Échéance 1 sur 3" in page

    last = posted(seller, f"{HERE}{quote.pk}/facturation/{rows[2].pk}/")
    assert last.status_code == 422
    for row in rows:
        with at():
            answer = posted(seller, f"{HERE}{quote.pk}/facturation/{row.pk}/", nonce=str(row.pk))
            invoice = Invoice.objects.get(instalment=row)
            assert answer.status_code == 302
            actions.issue_invoice(invoice, on=JUNE_3, by=shop.accountant)
            assert invoice.due == row.gross
            shop.pay(invoice, row.gross)
    with at():
        plan = queries.billing_plan(quote)
        assert (plan.is_closed, plan.remaining) == (True, 0)
        with refused("quote_closed"):
            actions.bill_instalment(rows[0], by=shop.seller)
    assert "Entièrement facturé" in seller.get(f"{HERE}{quote.pk}/facturation/").content.decode()


def test_an_instalment_is_billed_once(shop, at):
    with at():
        quote = accepted(shop, count=3)
        first = quote.instalments.first()
        actions.issue_invoice(
            actions.bill_instalment(first, by=shop.seller), on=JUNE_3, by=shop.accountant
        )
        with refused("instalment_billed"):
            actions.bill_instalment(first, by=shop.seller)
        with refused("earlier_instalments"):
            actions.bill_instalment(quote.instalments.last(), by=shop.seller)


def test_the_schedule_is_typed_printed_and_follows_the_total(shop, seller, at):
    with at():
        quote = shop.quote(*LINES)
    url = f"{HERE}{quote.pk}/echeancier/"
    assert seller.get(url).status_code == 200
    typed = {
        "echeances-TOTAL_FORMS": "3",
        "echeances-INITIAL_FORMS": "0",
        "echeances-0-label": "À la commande",
        "echeances-0-share": "30",
        "echeances-1-label": "À la livraison",
        "echeances-1-net": "500",
        "echeances-1-due_on": "2026-12-15",
        "echeances-2-label": "Après un mois",
    }

    assert seller.post(url, typed).status_code == 302

    with at():
        quote.refresh_from_db()
        rows = list(quote.instalments.all())
        assert [row.net for row in rows] == [D("394.48"), D("500.00"), D("420.44")]
        assert sum(row.gross for row in rows) == quote.gross
    page = seller.get(f"{HERE}{quote.pk}/").content.decode()
    assert "À la livraison" in page
    assert "15/12/2026" in page
    more = seller.post(url, typed | {"add_line": "1"})
    assert (more.status_code, "echeances-3-label" in more.content.decode()) == (200, True)
    too_much = seller.post(url, typed | {"echeances-1-net": "5000"})
    assert (too_much.status_code, "il ne reste rien" in too_much.content.decode()) == (422, True)
    with at():
        actions.change_quote(
            quote, content=shop.quote_content(line(price="131.49"), subject="X"), by=shop.seller
        )
        assert [row.net for row in quote.instalments.all()] == [D("39.45"), D("50.00"), D("42.04")]
    assert seller.post(url, {"equal": "1", "egal-count": "4"}).status_code == 302
    assert seller.post(url, {"equal": "1", "egal-count": "1"}).status_code == 422
    with at():
        assert quote.instalments.count() == 4
        actions.set_schedule(quote, [], by=shop.seller)
        assert quote.instalments.count() == 0


@pytest.mark.parametrize(
    ("shown", "printed", "silent"),
    [
        ("all", ["À la commande", "15/12/2026"], []),
        ("undated", ["À la commande"], ["15/12/2026"]),
        ("summary", ["Paiement en 2 échéances de 4"], ["À la commande"]),
        ("none", [], ["À la commande", "échéances", "15/12/2026"]),
    ],
)
def test_the_schedule_is_printed_as_asked(shop, seller, at, shown, printed, silent):
    with at():
        quote = shop.quote(*LINES)
    typed = {
        "echeances-TOTAL_FORMS": "2",
        "echeances-INITIAL_FORMS": "0",
        "echeances-0-label": "À la commande",
        "echeances-0-share": "30",
        "echeances-0-due_on": "2026-12-15",
        "echeances-1-label": "Solde",
        "shown": shown,
    }
    assert seller.post(f"{HERE}{quote.pk}/echeancier/", typed).status_code == 302
    assert seller.post(f"{HERE}{quote.pk}/echeancier/", typed | {"shown": "x"}).status_code == 422
    page = seller.get(f"{HERE}{quote.pk}/").content.decode().split("paper")[-1]
    with at():
        quote.refresh_from_db()
        snapshot = quote_snapshot(quote, list(quote.lines.all()), on=quote.dated_on)
        drawn = render_to_string("documents/sale.html", {"face": face_of(snapshot)})
    for paper in (page, drawn):
        assert [said for said in printed if said not in paper] == []
        assert [said for said in silent if said in paper] == []


def test_what_was_sent_keeps_what_it_shows_of_its_schedule(shop, at):
    from tests.invoicing.test_deals import sql_refusal

    with at():
        quote = shop.quote(*LINES)
        with refused("unknown_display"):
            actions.show_schedule(quote, "x", by=shop.seller)
        sent = actions.send_quote(quote, on=JUNE_3, by=shop.seller)
        with refused("not_a_draft"):
            actions.show_schedule(sent, "none", by=shop.seller)
        change = "UPDATE invoicing_quote SET schedule_shown = %s WHERE id = %s"
        assert sql_refusal(change, "none", sent.pk) == "invoicing_quote_schedule_frozen"
        draft = shop.quote(*LINES)
        assert sql_refusal(change, "x", draft.pk) == "invoicing_quote_schedule_shown"


def test_what_a_schedule_refuses(shop, at):
    with at():
        quote = shop.quote(*LINES)
        one = Instalment(label="Tout")
        for code, rows in (
            ("one_instalment", [one]),
            ("bad_instalment", [one, one]),
            ("bad_instalment", [Instalment(label=" ", share=D("0.1")), one]),
            ("too_many_instalments", [Instalment(label="X", net=D("1"))] * 25),
            ("schedule_too_large", [Instalment(label="X", share=D(1)), one]),
        ):
            with refused(code):
                actions.set_schedule(quote, rows, by=shop.seller)
        with refused("bad_instalment"):
            actions.set_equal_schedule(quote, count=25, by=shop.seller)
        actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
        with refused("not_a_draft"):
            actions.set_equal_schedule(quote, count=2, by=shop.seller)
        assert not QuoteInstalment.objects.exists()


def test_the_plan_is_read_by_staff_and_by_nobody_else(shop, seller, staff, at):
    with at():
        quote = accepted(shop)
        draft = shop.quote()
    with tenant(shop.cooperative):
        other = client_of(
            make_seller(shop.cooperative, first_name="Nour", last_name="B", name="Sève").seller
        )
    url = f"{HERE}{quote.pk}/facturation/"

    page = staff.get(url)

    assert (page.status_code, "Écrire l’acompte" in page.content.decode()) == (200, False)
    assert staff.post(f"{url}solde/").status_code == 404
    for path in ("", "solde/", "acompte/", "situation/", "1/"):
        answer = other.get(f"{url}{path}") if not path else other.post(f"{url}{path}")
        assert answer.status_code == 404
    assert other.get(f"{HERE}{draft.pk}/echeancier/").status_code == 404
    # A draft has no plan yet, and a quote that is sent has its schedule.
    assert seller.get(f"{HERE}{draft.pk}/facturation/").status_code == 302
    assert seller.get(f"{HERE}{quote.pk}/echeancier/").status_code == 302


def test_the_plan_says_what_is_paid(shop, seller, at):
    with at():
        quote = accepted(shop)
        deposit = actions.bill_deposit(quote, share=D("0.3"), by=shop.seller)
        deposit = actions.issue_invoice(deposit, on=JUNE_3, by=shop.accountant)
        shop.pay(deposit, str(deposit.due))

    page = seller.get(f"{HERE}{quote.pk}/facturation/").content.decode()

    assert "Payée" in page and "Émise" not in page


def test_the_plan_costs_the_same_for_one_and_three_invoices(shop, seller, at):
    counts = []
    with at():
        quote = accepted(shop)
    seller.get(f"{HERE}{quote.pk}/facturation/")
    for _ in range(4):
        with at():
            draft = actions.bill_deposit(quote, share=D("0.1"), by=shop.seller)
            actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            assert seller.get(f"{HERE}{quote.pk}/facturation/").status_code == 200
        counts.append(len(queries_made))
    # What a session reads once is over by the second page.
    assert counts[1] == counts[2] == counts[3]
