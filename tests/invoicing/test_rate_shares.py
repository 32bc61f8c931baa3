"""The part of a receipt that settles each VAT rate: pro rata, or as somebody says."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cae.core.money import ZERO
from cae.core.tenancy import tenant
from cae.management.house import wrong_payments, wrong_settlements
from invoicing import actions, queries
from invoicing.actions import payments, write_offs
from invoicing.enums import Nature, VatCategory
from invoicing.models import Allocation, Invoice, RateShare
from invoicing.rules.receipts import (
    Received,
    SalesPart,
    cashed_by_rate,
    cashed_so_far,
    gross_by_rate,
    left_by_rate,
    settled_by_rate,
)
from invoicing.rules.totals import Vat
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, Shop, balances, line, refused
from tests.invoicing.test_deals import sql_refusal
from tests.invoicing.test_folders import open_shop
from tests.invoicing.test_own_accounts import JUNE_10
from tests.makers import signed_in

__all__ = ["open_shop"]
V20, V10, V5 = (Vat(VatCategory.STANDARD, D(rate)) for rate in ("0.2", "0.1", "0.055"))
database = pytest.mark.django_db


# ── The rule ─────────────────────────────────────────────────────────────────────────────

_cents = st.integers(1, 300_000).map(lambda cents: D(cents).scaleb(-2))


def part(vat: Vat, net: D, nature: Nature = Nature.SERVICES) -> SalesPart:
    return SalesPart(nature, vat, net, (net * vat.rate).quantize(D("0.01")))


@given(nets=st.tuples(_cents, _cents, _cents), data=st.data())
def test_receipts_that_say_their_shares_make_all_the_vat_due_to_the_cent(nets, data):
    parts = [
        part(V20, nets[0]), part(V10, nets[1]), part(V5, nets[2]), part(V5, nets[2], Nature.GOODS)
    ]  # fmt: skip
    asked = gross_by_rate(parts)
    gross = sum(asked.values(), ZERO)
    receipts: list[Received] = []
    paid, before = ZERO, cashed_so_far(ZERO, parts)
    while paid < gross:
        left = left_by_rate(receipts, asked, remaining=gross - paid)
        assert sum(left.values(), ZERO) == gross - paid and min(left.values()) >= 0
        if data.draw(st.booleans()) and len(receipts) < 6:
            shares = {vat: data.draw(st.sampled_from([ZERO, most])) for vat, most in left.items()}
            amount = sum(shares.values(), ZERO)
            if not amount:
                continue
            receipts.append(Received(amount, {v: s for v, s in shares.items() if s}))
        else:
            amount = min(data.draw(_cents), gross - paid) if len(receipts) < 6 else gross - paid
            receipts.append(Received(amount))
        paid += amount
        now = cashed_by_rate(paid, parts, settled_by_rate(receipts, asked))
        assert now.vat_due >= before.vat_due - D("0.03")  # but for the roundings of three rates
        before = now
    assert before == cashed_so_far(gross, parts)


@given(nets=st.tuples(_cents, _cents), paid=_cents)
def test_where_nothing_is_said_it_is_pro_rata(nets, paid):
    parts = [part(V20, nets[0]), part(V10, nets[1])]
    settled = settled_by_rate([Received(paid)], gross_by_rate(parts))
    assert cashed_by_rate(paid, parts, settled) == cashed_so_far(paid, parts)


def test_what_a_credit_note_takes_off_a_rate_settles_the_others():
    settled = settled_by_rate([Received(D(120), {V20: D(120)})], {V20: D(120), V10: D(110)})
    after = cashed_by_rate(D(120), [part(V10, D(100))], settled)
    assert (after.net, after.vat_due) == (D(100), D(10))  # ten are paid too much


# ── Receipts ─────────────────────────────────────────────────────────────────────────────


def sold(shop: Shop) -> Invoice:
    """120 at 20 % and 220 at 10 %, of services."""
    return shop.invoice(line(price="100"), line(price="200", vat="10"))


def pay(shop: Shop, invoice: Invoice, amount: str, shares=None, **values):
    return actions.record_payment(
        invoice, amount=D(amount), received_on=JUNE_3, means="transfer", shares=shares,
        by=shop.accountant, **values,
    )  # fmt: skip


def due(shop: Shop) -> D:
    return -balances(shop.activity.analytic).get("44571", ZERO)


def left(invoice: Invoice) -> dict[Vat, D]:
    settlement = queries.settlement_of(invoice)
    assert settlement is not None
    return queries.left_of_rates(settlement)


def books_are_right() -> bool:
    assert [*wrong_payments(), *wrong_settlements()] == []
    return True


@database
def test_the_vat_due_follows_what_was_said_and_the_last_takes_the_rest(shop):
    invoice = sold(shop)
    assert left(invoice) == {V20: D("120.00"), V10: D("220.00")}

    pay(shop, invoice, "120", {V20: D("120"), V10: ZERO})

    assert due(shop) == D("20.00")
    assert left(invoice) == {V20: ZERO, V10: D("220.00")}
    pay(shop, invoice, "110")
    assert due(shop) == D("30.00")
    pay(shop, invoice, "110", {V10: D("110")})
    found = balances(shop.activity.analytic)
    assert (found["44571"], found.get("44574")) == (D("-40.00"), None)
    cashed = queries.already_cashed(invoice)
    assert (cashed.net, cashed.vat_due) == (D("300.00"), D("40.00"))
    assert left(invoice) == {} and books_are_right()


@database
def test_money_before_and_after_is_pro_rata_of_what_is_left(shop):
    invoice = sold(shop)
    pay(shop, invoice, "34")  # 12 and 22
    assert left(invoice) == {V20: D("108.00"), V10: D("198.00")}
    with refused("share_too_large"):
        pay(shop, invoice, "110", {V20: D("108.01"), V10: D("1.99")})
    pay(shop, invoice, "108", {V20: D("108")})
    assert due(shop) == D("22.00")
    pay(shop, invoice, "198")
    assert due(shop) == D("40.00") and books_are_right()


@database
def test_what_takes_a_receipt_back_takes_what_was_said_of_it(shop):
    invoice = sold(shop)
    pay(shop, invoice, "34")
    paid = pay(shop, invoice, "100", {V20: D("90"), V10: D("10")})
    actions.reverse_payment(paid, on=JUNE_10, reason="Erreur", by=shop.accountant)

    assert due(shop) == D("4.00")
    assert left(invoice) == {V20: D("108.00"), V10: D("198.00")}
    shares = RateShare.objects.order_by("id").values_list("rate", "amount")
    assert sorted(shares) == [
        (D("0.1"), D("-10.00")), (D("0.1"), D("10.00")),
        (D("0.2"), D("-90.00")), (D("0.2"), D("90.00")),
    ]  # fmt: skip
    assert books_are_right()


@database
def test_a_credit_note_after_it_leaves_the_books_right(shop):
    invoice = sold(shop)
    pay(shop, invoice, "120", {V20: D("120")})
    credit = actions.credit_invoice(
        invoice, reason="Annulée", quantities={1: D(1)}, by=shop.seller
    )  # the line at 20 %
    actions.issue_invoice(credit, on=JUNE_10, by=shop.accountant)

    assert due(shop) == D("10.91")  # the 120 settle half of the rest, at 10 %
    pay(shop, invoice, "100")
    found = balances(shop.activity.analytic)
    assert (found["44571"], found.get("44574"), found.get("411")) == (D("-20.00"), None, None)
    whole = actions.credit_invoice(invoice, reason="Tout", by=shop.seller)
    actions.issue_invoice(whole, on=JUNE_10, by=shop.accountant)
    assert due(shop) == ZERO
    actions.give_back(
        shop.customer, amount=D("220"), given_on=JUNE_10, means="transfer", reason="Annulée",
        by=shop.accountant,
    )  # fmt: skip
    assert "411" not in balances(shop.activity.analytic) and books_are_right()


@database
def test_a_small_difference_gives_up_what_is_left(shop):
    invoice = sold(shop)
    pay(shop, invoice, "337", {V20: D("120"), V10: D("217")})
    gap = write_offs.write_off_invoice(invoice, on=JUNE_10, by=shop.accountant)
    found = balances(shop.activity.analytic)
    assert (found["44571"], found.get("44574"), found["658"]) == (D("-39.73"), None, D("2.73"))
    actions.reverse_payment(gap, on=JUNE_10, reason="Payé", by=shop.accountant)
    pay(shop, invoice, "3", {V10: D("3")})
    assert due(shop) == D("40.00") and books_are_right()


@database
def test_shares_that_do_not_fit_are_refused(shop):
    invoice, single = sold(shop), shop.invoice()
    for code, shares in (
        ("shares_differ", {V20: D("50"), V10: D("49.99")}),
        ("shares_differ", {V20: D("101")}),
        ("bad_share", {V20: D("110"), V10: D("-10")}),
        ("unknown_rate", {V5: D("100")}),
        ("share_too_large", {V20: D("120.01")}),
    ):
        with refused(code):
            pay(shop, invoice, "100", shares)
    with refused("nothing_to_share"):
        pay(shop, single, "100", {V20: D("100")})
    with refused("shares_of_nothing"):
        payments.receive_payment(
            shop.customer, amount=D("10"), received_on=JUNE_3, means="transfer",
            parts={single.pk: D("10")}, shares={invoice.pk: {V20: D("10")}}, by=shop.accountant,
        )  # fmt: skip
    assert (Allocation.objects.count(), RateShare.objects.count()) == (0, 0)


@database
def test_postgresql_keeps_shares_right(shop):
    invoice = sold(shop)
    pay(shop, invoice, "120", {V20: D("100"), V10: D("20")})
    said = Allocation.objects.get()
    other = sold(shop)
    pay(shop, other, "50")
    silent = Allocation.objects.get(invoice=other)
    insert = (
        "INSERT INTO invoicing_rateshare (tenant_id, activity_id, allocation_id, invoice_id,"
        " category, rate, amount) SELECT tenant_id, activity_id, id, %s, 'S', %s, %s"
        " FROM invoicing_allocation WHERE id = %s"
    )
    late = sold(shop)
    pay(shop, late, "50")
    before = Allocation.objects.get(invoice=late)
    pay(shop, late, "10")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name, on, rate, amount, allocation in (
        ("receipt", late, "0.2", "50", before),
        ("sum", other, "0.2", "49.99", silent),
        ("left", other, "0.2", "120.01", silent),
        ("left", other, "0.055", "50", silent),
        ("receipt", other, "0.2", "-50", silent),
        ("receipt", invoice, "0.2", "50", silent),
        ("once", invoice, "0.2", "10", said),
        ("receipt", other, "0.2", "0", silent),
    ):
        found = sql_refusal(insert, on.pk, rate, amount, allocation.pk)
        assert found == f"invoicing_rateshare_{name}", (name, found)
    for verb in ("UPDATE invoicing_rateshare SET amount = 1", "DELETE FROM invoicing_rateshare"):
        assert "Cannot update or delete" in sql_refusal(verb)


# ── Page and API ─────────────────────────────────────────────────────────────────────────


@database
def test_the_page_takes_shares(open_shop):
    shop, staff = open_shop, signed_in(open_shop.accountant)
    with tenant(shop.cooperative):
        invoice, single = sold(shop), shop.invoice()
    here = f"/c/ateliers/encaissements/{invoice.pk}/"
    page = staff.get(here).content.decode()
    assert "Part à 20" in page and "Il reste 120,00" in page
    assert "Part à" not in staff.get(f"/c/ateliers/encaissements/{single.pk}/").content.decode()
    typed = {"amount": "120", "received_on": "2026-06-03", "means": "transfer"}
    wrong = staff.post(here, {**typed, "share_0": "100", "share_1": ""})
    assert wrong.status_code == 422 and "tomber au centime" in wrong.content.decode()
    assert staff.post(here, {**typed, "share_0": "120", "share_1": "0"}).status_code == 302
    with tenant(shop.cooperative):
        allocation = Allocation.objects.get()
        assert (allocation.vat_due, RateShare.objects.get().amount) == (D("20.00"), D("120.00"))
    shown = staff.get(f"/c/ateliers/encaissements/journal/{allocation.payment_id}/")
    assert "Réparti à la main" in shown.content.decode()


@database
def test_a_program_says_shares(shop):
    invoice, key = sold(shop), Key(shop.accountant)
    part = {"invoice": invoice.pk, "amount": "120"}
    body = {
        "customer": shop.customer.pk, "amount": "120", "received_on": "2026-06-03",
        "means": "transfer",
    }  # fmt: skip
    share = {"category": "S", "rate": "0.2000", "amount": "119"}

    def sent():
        said = {"parts": [part | {"shares": [share]}]}
        return key.post("/api/v1/payments/", body | said, format="json")

    wrong = sent()
    assert (wrong.status_code, wrong.json()["code"]) == (409, "shares_differ")
    share["category"] = "E"
    wrong = sent()
    assert wrong.status_code == 400
    share |= {"category": "S", "amount": "120"}
    made = sent()
    (allocation,) = made.json()["allocations"]
    assert allocation["vat_due"] == "20.00"
    assert allocation["shares"] == [{"category": "S", "rate": "0.2000", "amount": "120.00"}]
