"""A deal: its sales, what was bought for it, and the margin between them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cae.core.money import ZERO
from cae.core.tenancy import tenant
from entrepreneurs.queries import own_ids
from invoicing import actions
from invoicing.actions import deals as acts
from invoicing.models import Deal, DealItem
from invoicing.queries.deals import deals_shown, linkables
from invoicing.rules.deals import Margin
from tests.invoicing.makers import JUNE_3, D, line, make_seller, make_shop, refused
from tests.invoicing.test_expenses import voucher
from tests.invoicing.test_internal_orders import draft
from tests.invoicing.test_order_book import accepted, issue
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

# How much, without a database


def test_the_margin_is_what_was_invoiced_less_what_it_cost():
    margin = Margin(
        promised=D(1500), invoiced=D(1000), left=D(500), purchases=D(200), orders=D(100)
    )
    assert (margin.costs, margin.margin, margin.expected, margin.rate) == (
        D(300),
        D(700),
        D(1200),
        D("0.7000"),
    )


def test_nothing_invoiced_has_no_rate_and_a_loss_has_a_negative_one():
    assert Margin(purchases=D(10)).rate is None
    assert Margin(invoiced=D(100), purchases=D(150)).rate == D("-0.5")


# Against real documents

database = pytest.mark.django_db


def deal_of(shop, name: str = "Boutique Ébène") -> Deal:
    return acts.open_deal(shop.activity, name=name, customer=shop.customer, by=shop.seller)


def link(deal, document, shop) -> DealItem:
    return acts.link_to_deal(deal, document, by=shop.seller)


def margin_of(deal) -> Margin:
    (shown,) = deals_shown([deal])
    return shown.margin


def approved_line(shop, paid: str = "120", vat: str = "20"):
    spent = shop.spend(paid=paid, vat=vat, voucher=voucher(shop))
    sheet = spent.sheet
    actions.submit_sheet(sheet, by=shop.seller)
    actions.approve_sheet(sheet, on=JUNE_3, by=shop.accountant)
    spent.refresh_from_db()
    return spent


def bought(shop, price: str = "1000"):
    """An internal order that the shop accepted, from another activity."""
    other = make_seller(shop.cooperative, first_name="Bilal", last_name="Ozan", name="Sureau")
    shop.pay(shop.invoice(line(price=price)), D(price) * D("1.2"))
    order = actions.propose_internal_order(draft(other, shop, by=other.seller), by=other.seller)
    return actions.accept_internal_order(order, on=JUNE_3, by=shop.seller)


@database
def test_invoices_follow_their_quote_and_deposits_count_once(shop):
    deal = deal_of(shop)
    quote = accepted(shop, line(price="1000"))
    link(deal, quote, shop)
    assert margin_of(deal) == Margin(promised=D("1000.00"), left=D("1000.00"))

    deposit = issue(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    assert margin_of(deal).invoiced == D("300.00")
    shop.pay(deposit, deposit.gross)
    issue(shop, actions.bill_rest(quote, by=shop.seller))

    assert margin_of(deal) == Margin(promised=D("1000.00"), invoiced=D("1000.00"))
    assert margin_of(deal).left == ZERO


@database
def test_costs_and_credit_notes_lower_the_margin(shop):
    deal = deal_of(shop)
    invoice = shop.invoice(line(price="800"))
    link(deal, invoice, shop)
    link(deal, approved_line(shop), shop)
    order = bought(shop)
    link(deal, order, shop)
    assert margin_of(deal) == Margin(
        invoiced=D("800.00"), purchases=D("100.00"), orders=D("300.00")
    )

    issue(shop, actions.credit_invoice(invoice, reason="Erreur", by=shop.seller))
    actions.cancel_internal_order(order, reason="Abandon", on=JUNE_3, by=shop.accountant)
    assert margin_of(deal) == Margin(invoiced=ZERO, purchases=D("100.00"))


@database
def test_what_does_not_belong_is_refused(shop):
    deal = deal_of(shop)
    other = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
    quote = accepted(shop)
    billed = issue(shop, actions.bill_rest(quote, by=shop.seller))
    link(deal, quote, shop)
    for document, code in (
        (quote, "already_linked"),
        (shop.quote(), "not_sent"),
        (shop.draft(), "not_issued"),
        (billed, "follows_its_quote"),
        (shop.spend(), "not_approved"),
        (accepted(other), "not_its_activity"),
    ):
        with refused(code):
            link(deal, document, shop)
    waiting = actions.propose_internal_order(draft(other, shop, by=other.seller), by=other.seller)
    with refused("not_accepted"):
        link(deal, waiting, shop)
    with refused("name_missing"):
        acts.open_deal(shop.activity, name="  ", by=shop.seller)


@database
def test_a_closed_deal_changes_no_more_until_taken_up_again(shop):
    deal = deal_of(shop)
    item = link(deal, accepted(shop), shop)
    acts.close_deal(deal, on=JUNE_3, by=shop.seller)
    with refused("deal_closed"):
        link(deal, accepted(shop), shop)
    with refused("deal_closed"):
        acts.unlink_from_deal(item, by=shop.seller)
    with refused("deal_closed"):
        acts.close_deal(deal, on=JUNE_3, by=shop.seller)
    acts.reopen_deal(deal, by=shop.seller)
    acts.unlink_from_deal(item, by=shop.seller)
    assert not DealItem.objects.exists()


@database
def test_a_colleague_reads_the_cost_and_not_the_receipt(shop):
    from entrepreneurs import actions as people
    from invoicing.models import ExpenseLine
    from tests.entrepreneurs.makers import give_access, make_person

    colleague = make_person("Inès", "Roux")
    people.share_activity(
        shop.activity, shares={shop.person: 1, colleague: 1}, on=JUNE_3, by=shop.accountant
    )
    reader = give_access(colleague)
    deal = deal_of(shop)
    spent = approved_line(shop)
    link(deal, spent, shop)

    with tenant(shop.cooperative, membership=reader, own=own_ids(reader)):
        assert not ExpenseLine.objects.exists()
        (shown,) = deals_shown([Deal.objects.get()])
        assert [(c.label, c.net) for c in shown.costs] == [(spent.label, D("100.00"))]
        assert "Dépenses approuvées" not in dict(linkables(shown.deal))


def sql_refusal(statement: str, *values: object) -> str:
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    cause = error.value.__cause__
    return cause.diag.constraint_name or str(cause).splitlines()[0]


@database
def test_postgresql_keeps_costs_right(shop):
    deal = deal_of(shop)
    spent, waiting = approved_line(shop), shop.spend()
    insert = (
        "INSERT INTO invoicing_dealitem (tenant_id, activity_id, deal_id, expense_line_id,"
        " quote_id, label, net) SELECT tenant_id, activity_id, id, %s, %s, 'x', %s"
        " FROM invoicing_deal WHERE id = %s"
    )
    quote = accepted(shop)
    cost = "invoicing_dealitem_cost"
    assert sql_refusal(insert, spent.pk, None, spent.net + 1, deal.pk) == cost
    assert sql_refusal(insert, waiting.pk, None, waiting.net, deal.pk) == cost
    assert sql_refusal(insert, None, quote.pk, 5, deal.pk) == cost
    one = "invoicing_dealitem_one"
    assert sql_refusal(insert, spent.pk, quote.pk, spent.net, deal.pk) == one
    assert sql_refusal(insert, None, None, 0, deal.pk) == one
    item = link(deal, spent, shop)
    once = "invoicing_dealitem_expense_line_once"
    assert sql_refusal(insert, spent.pk, None, spent.net, deal.pk) == once
    changed = "UPDATE invoicing_dealitem SET net = 1 WHERE id = %s"
    assert "Cannot update" in sql_refusal(changed, item.pk)


@database
def test_a_program_follows_a_deal(shop):
    from tests.api.conftest import Key

    quote = accepted(shop)
    key = Key(shop.seller)
    made = key.post(
        "/api/v1/deals/", {"activity": shop.activity.pk, "name": "Boutique"}, format="json"
    ).json()
    here = f"/api/v1/deals/{made['id']}/"
    linked = key.post(f"{here}link/", {"sort": "quote", "document": quote.pk}, format="json")

    assert linked.json()["margin"]["left"] == "1000.00"
    assert key.post(f"{here}link/", {"sort": "x", "document": 1}, format="json").status_code == 400
    assert key.post(f"{here}close/").json()["closed_on"]
    assert key.post(f"{here}close/").json()["code"] == "deal_closed"
    assert key.post(f"{here}reopen/").json()["closed_on"] is None
    listed = key.get("/api/v1/deals/").json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert [(row["name"], row["margin"]["promised"]) for row in rows] == [("Boutique", "1000.00")]


# The pages

ROOT = "/c/ateliers/ventes/affaires/"


@planted
def open_shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        deal_of(stranger, "Ailleurs")
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@database
def test_a_deal_is_opened_from_a_quote_given_a_cost_and_closed(open_shop):
    shop, client = open_shop, signed_in(open_shop.seller)
    with tenant(shop.cooperative):
        quote = accepted(shop)
        spent = approved_line(shop)
    assert "Aucune affaire" in client.get(ROOT).content.decode()

    opened = client.post(f"{ROOT}nouvelle/?devis={quote.pk}", {"name": "Boutique", "customer": ""})
    here = opened.url
    page = client.get(here)
    assert page.context["margin"].left == D("1000.00")
    assert client.post(f"{here}ajouter/", {"document": f"expense_line-{spent.pk}"}).url == here
    with tenant(shop.cooperative):
        item = DealItem.objects.get(expense_line=spent.pk)
    assert client.get(here).context["margin"].purchases == D("100.00")
    assert client.post(f"{here}retirer/{item.pk}/").url == here
    assert client.post(f"{here}clore/").url == here
    assert "Boutique" not in client.get(ROOT).content.decode()
    assert "Boutique" in client.get(ROOT, {"etat": "closes"}).content.decode()
    assert client.post(f"{here}reprendre/").url == here
    for bad in ("", "quote-", "x-1", "quote-9999999", "invoice-é"):
        assert client.post(f"{here}ajouter/", {"document": bad}).status_code == 404


@database
def test_nobody_else_opens_it(open_shop, cooperatives):
    with tenant(open_shop.cooperative):
        deal = deal_of(open_shop)
        other = make_seller(
            open_shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers"
        )
    stranger = make_membership(cooperatives[1], "accountant", "x@autre.example")
    assert signed_in(other.seller).get(f"{ROOT}{deal.pk}/").status_code == 404
    assert signed_in(stranger).get(f"/c/autre/ventes/affaires/{deal.pk}/").status_code == 404
    staff = signed_in(open_shop.accountant)
    assert staff.get(f"{ROOT}{deal.pk}/").status_code == 200
    assert staff.post(f"{ROOT}{deal.pk}/clore/").status_code == 404
    assert "Ailleurs" not in staff.get(ROOT).content.decode()


@database
@pytest.mark.parametrize("path", ["", "deal"])
def test_the_pages_cost_the_same_for_one_and_three(open_shop, path):
    client = signed_in(open_shop.seller)
    counts = []
    with tenant(open_shop.cooperative):
        first = deal_of(open_shop)
        link(first, accepted(open_shop), open_shop)
    here = f"{ROOT}{first.pk}/" if path else ROOT
    client.get(here)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(here).status_code == 200
        counts.append(len(asked))
        with tenant(open_shop.cooperative):
            for name in ("Deux", "Trois"):
                link(deal_of(open_shop, name), accepted(open_shop), open_shop)
                link(first, accepted(open_shop), open_shop)
    assert counts[0] == counts[1]
