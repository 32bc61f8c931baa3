"""What typed lines add up to: discounts, options, prices with VAT."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.workflow import ActionRefused
from invoicing.enums import Entry, VatCategory
from invoicing.forms.lines import converted_prices
from invoicing.rules.lines import Discount, SoldLine, sum_of, worth_with_vat
from invoicing.rules.totals import Vat, price_with_vat, price_without_vat
from tests.invoicing.makers import D, line

VATS = {
    "20": Vat(VatCategory.STANDARD, D("0.2")),
    "10": Vat(VatCategory.STANDARD, D("0.1")),
    "5.5": Vat(VatCategory.STANDARD, D("0.055")),
    "training": Vat(VatCategory.EXEMPT, D(0)),
}
RATES = [vat.rate for vat in VATS.values() if vat.rate]


def summed(*lines: SoldLine, **rest):
    return sum_of(lines, vats=VATS, **rest)


rates = st.none() | st.decimals(D(0), D(1), places=4)
sold = st.builds(
    SoldLine,
    label=st.just("Relecture"),
    quantity=st.decimals(D("0.0001"), D("99.9999"), places=4),
    unit_price=st.decimals(D(0), D("999.999999"), places=6),
    price_with_vat=st.none() | st.decimals(D(0), D("999.99"), places=2),
    vat=st.sampled_from(sorted(VATS)),
    discount_rate=rates,
    is_optional=st.booleans(),
    section=st.sampled_from(["", "Textes", "Images"]),
)
documents = st.lists(sold, min_size=1, max_size=8).filter(
    lambda lines: any(line.counts for line in lines)
)
discounts = st.builds(Discount, rate=rates)


@given(documents, discounts, st.sampled_from(Entry.values))
def test_the_parts_of_a_document_add_up_to_it(lines, discount, entry):
    found = summed(*lines, entry=entry, discount=discount)
    totals = found.totals
    counted = [net for line, net in zip(found.lines, found.line_nets, strict=True) if line.counts]

    assert sum(counted) == totals.line_total
    assert totals.net == totals.line_total - sum(found.discounts.values())
    assert totals.net == sum(row.basis for row in totals.vat)
    assert totals.gross == totals.net + sum(row.tax for row in totals.vat)
    assert totals.amount_due == totals.gross + totals.rounding
    assert all(part >= 0 for part in (*found.discounts.values(), *counted, totals.gross))
    assert all(row.basis >= 0 for row in totals.vat)
    if entry == Entry.NET:
        assert totals.rounding == 0


@given(documents, st.sampled_from(Entry.values))
def test_what_is_in_option_changes_no_total(lines, entry):
    counted = [line for line in lines if line.counts]

    assert summed(*lines, entry=entry).totals == summed(*counted, entry=entry).totals


@given(documents.filter(lambda lines: len(lines) < 5))
def test_prices_with_vat_are_what_one_pays(lines):
    """Few lines: their roundings stay under what a rounding may correct."""
    found = summed(*lines, entry=Entry.GROSS)

    promised = sum(worth_with_vat(line) for line in found.lines if line.counts)
    assert found.totals.amount_due == promised


@given(documents, st.decimals(D("0.01"), D("5000"), places=2))
def test_a_discount_larger_than_the_document_is_refused_whole(lines, amount):
    net = summed(*lines).totals.net
    if amount > net:
        with pytest.raises(ActionRefused) as refusal:
            summed(*lines, discount=Discount(amount=amount))
        assert refusal.value.code == "bad_discount"
    else:
        assert summed(*lines, discount=Discount(amount=amount)).totals.net == net - amount


def test_a_discount_is_cut_between_the_rates_in_proportion():
    found = summed(
        line(price="300"), line(price="100", vat="5.5"), discount=Discount(rate=D("0.10"))
    )

    assert found.discounts == {VATS["20"]: D("30.00"), VATS["5.5"]: D("10.00")}
    assert [(row.basis, row.tax) for row in found.totals.vat] == [
        (D("270.00"), D("54.00")),
        (D("90.00"), D("4.95")),
    ]


def test_a_line_less_its_discount():
    found = summed(
        line(quantity="3", price="33.33", discount_rate=D("0.10")),
        line(price="50", discount=D("12.50")),
    )

    assert found.line_discounts == (D("10.00"), D("12.50"))
    assert found.line_nets == (D("89.99"), D("37.50"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"discount": D("1000.01")}, "bad_discount"),
        ({"discount": D("-1")}, "bad_discount"),
        ({"discount_rate": D("1.01")}, "bad_discount"),
        ({"quantity": "-1", "discount_rate": D("0.1")}, "bad_discount"),
        ({"is_optional": True}, "no_line"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(values, code):
    with pytest.raises(ActionRefused) as refusal:
        summed(line(**values))
    assert refusal.value.code == code


# HT, TTC, and back


@given(st.decimals(D(0), D("99999.999999"), places=6), st.sampled_from(RATES))
def test_a_price_without_vat_comes_back_from_the_other_way(price, rate):
    assert price_without_vat(price_with_vat(price, rate=rate), rate=rate) == price


@given(st.decimals(D(0), D("99999.99999"), places=5), st.sampled_from(RATES))
def test_a_price_with_vat_comes_back_from_the_other_way(price, rate):
    assert price_with_vat(price_without_vat(price, rate=rate), rate=rate) == price


def test_a_price_with_vat_is_as_short_as_can_be():
    assert str(price_with_vat(D("83.333333"), rate=D("0.2"))) == "100.00"
    assert str(price_with_vat(D("85.53"), rate=D("0.2"))) == "102.636"


@given(documents)
def test_the_totals_stay_when_prices_are_typed_the_other_way(lines):
    with_vat = [
        line_.__class__(
            **{
                **{name: getattr(line_, name) for name in line_.__slots__},
                "price_with_vat": price_with_vat(line_.unit_price, rate=VATS[line_.vat].rate),
            }
        )
        for line_ in lines
    ]

    before, after = summed(*lines), summed(*with_vat, entry=Entry.GROSS)

    assert after.totals.gross == before.totals.gross
    assert after.line_nets == before.line_nets


def test_the_prices_of_a_posted_form_are_converted_and_the_unreadable_left():
    posted = {
        "lignes-TOTAL_FORMS": "4",
        "lignes-0-unit_price": "100,00",
        "lignes-0-vat": "20",
        "lignes-1-unit_price": "cent",
        "lignes-1-vat": "20",
        "lignes-2-unit_price": "100",
        "lignes-2-vat": "unknown",
        "lignes-3-unit_price": "9" * 30,
        "lignes-3-vat": "10",
    }

    found = converted_prices(posted, to=Entry.GROSS, rates={"20": D("0.2"), "10": D("0.1")})

    assert found == {"lignes-0-unit_price": "120,00"}
    back = converted_prices(posted | found, to=Entry.NET, rates={"20": D("0.2")})
    assert back == {"lignes-0-unit_price": "100,00"}
