"""A quote cut into invoices: to the cent, whatever the steps."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.money import ZERO, to_cents
from invoicing.enums import VatCategory
from invoicing.rules.billing import (
    QuotePart,
    deposit_parts,
    equal_nets,
    nets_after_discount,
    parts_of_quote,
    schedule_nets,
    situation_net,
    with_vat,
)
from invoicing.rules.totals import Vat

D = Decimal
VAT_20, VAT_10 = Vat(VatCategory.STANDARD, D("0.20")), Vat(VatCategory.STANDARD, D("0.10"))
EXEMPT = Vat(VatCategory.EXEMPT, D(0))
amounts = st.decimals(D("0.01"), D("99999.99"), places=2)
shares = st.decimals(D(0), D(1), places=4)
vats = st.sampled_from([VAT_20, VAT_10, EXEMPT])
priced = st.lists(st.tuples(vats, amounts), min_size=1, max_size=8)


def part(net: str, vat: Vat = VAT_20, key: tuple[str, str] = ("20", "services")) -> QuotePart:
    return QuotePart(key, vat, D(net))


def test_the_deposit_of_the_vector_v052():
    deposit = deposit_parts(to_cents(D("1234.57") * D("0.30")), [part("1234.57")])

    assert deposit == [part("370.37")]
    assert with_vat(deposit) == D("444.44")


def test_a_deposit_has_one_line_for_each_rate_and_nature():
    parts = parts_of_quote(
        [
            (("20", "services"), VAT_20, D("1000.00")),
            (("10", "services"), VAT_10, D("500.05")),
            (("20", "goods"), VAT_20, D("250.15")),
            (("20", "services"), VAT_20, D("0.01")),
        ]
    )

    deposit = deposit_parts(D("525.06"), parts)

    assert [(p.key, p.net) for p in deposit] == [
        (("20", "services"), D("300.00")),
        (("10", "services"), D("150.01")),
        (("20", "goods"), D("75.05")),
    ]


@given(priced, shares)
def test_a_deposit_is_rounded_once_on_the_whole(lines, share):
    parts = [QuotePart((str(i), "services"), vat, net) for i, (vat, net) in enumerate(lines)]
    net = to_cents(sum((p.net for p in parts), ZERO) * share)

    deposit = deposit_parts(net, parts)

    assert sum((p.net for p in deposit), ZERO) == net
    found = {p.key: p.net for p in deposit}
    assert all(abs(found.get(p.key, ZERO) - p.net * share) < D("0.02") for p in parts)


def test_the_works_progress_of_the_vectors_v057_and_v059():
    whole, billed = D("8765.43"), ZERO
    steps = []
    for now in (D("0.30"), D("0.65"), D(1)):
        steps.append(situation_net(whole, billed=billed, now=now))
        billed += steps[-1]

    assert steps == [D("2629.63"), D("3067.90"), D("3067.90")]


@given(amounts, st.lists(shares, max_size=6).map(sorted))
def test_the_situations_of_a_line_add_up_to_it(net, steps):
    billed = ZERO
    for now in (*steps, D(1)):
        due = situation_net(net, billed=billed, now=now)
        assert due >= 0
        billed += due

    assert billed == net


@given(amounts, shares, shares)
def test_a_situation_that_was_cancelled_is_billed_again(net, first, second):
    """The first one is credited: what follows takes it up, and nothing is lost."""
    steps = sorted((first, second))
    billed = situation_net(net, billed=situation_net(net, billed=ZERO, now=steps[0]), now=steps[1])

    assert billed + situation_net(net, billed=billed, now=D(1)) == net


@given(priced, st.decimals(D("0.01"), D("500"), places=2))
def test_lines_bear_the_discount_on_the_document_to_the_cent(lines, discount):
    per_vat: dict[Vat, Decimal] = {}
    for vat, net in lines:
        per_vat[vat] = per_vat.get(vat, ZERO) + net
    off = {vat: min(discount, net) for vat, net in per_vat.items()}

    nets = nets_after_discount(lines, off)

    for vat, net in per_vat.items():
        left = sum((n for (v, _), n in zip(lines, nets, strict=True) if v == vat), ZERO)
        assert left == net - off[vat]


@given(amounts, st.integers(1, 12))
def test_equal_instalments_add_up_and_the_last_absorbs_the_cents(total, count):
    nets = equal_nets(total, count=count)

    assert sum(nets) == total
    assert len(nets) == count
    assert all(a == b for a, b in itertools.pairwise(nets[:-1]))


@pytest.mark.parametrize(
    ("total", "given_", "expected"),
    [("100.00", ["30.00", "30.00"], "40.00"), ("0.03", ["0.01"], "0.02"), ("9.99", [], "9.99")],
)
def test_the_last_instalment_takes_what_is_left(total, given_, expected):
    assert schedule_nets(D(total), [D(net) for net in given_])[-1] == D(expected)
