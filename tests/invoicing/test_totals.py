import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing.enums import VatCategory
from invoicing.rules.exchange import read_document, written_totals
from invoicing.rules.totals import (
    Adjustment,
    Document,
    DocumentAdjustment,
    Line,
    Vat,
    cash_rounding,
    discount_per_vat,
    document_totals,
    price_without_vat,
    rounding_to,
)

D = Decimal
VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "invoicing" / "vat_vectors.json").read_text()
)["vectors"]
by_id = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])

VAT_20, VAT_10, VAT_55 = (Vat(VatCategory.STANDARD, D(rate)) for rate in ("0.2", "0.1", "0.055"))
TRAINING = Vat(VatCategory.EXEMPT, D(0))

vats = st.sampled_from([VAT_20, VAT_10, VAT_55, TRAINING])
amounts = st.decimals(D("0.01"), D("99999.99"), places=2)
lines = st.lists(
    st.builds(
        Line,
        quantity=st.decimals(D("-999.9999"), D("999.9999"), places=4),
        unit_price=st.decimals(D(0), D("999.999999"), places=6),
        vat=vats,
        adjustments=st.lists(
            st.builds(Adjustment, share=st.decimals(D(0), D(1), places=4), is_charge=st.booleans()),
            max_size=2,
        ),
    ),
    min_size=1,
    max_size=8,
)


def lines_of(nets):
    return [Line(quantity=D(1), unit_price=net, vat=vat) for vat, net in nets.items()]


@by_id
def test_every_vector_agrees_to_the_cent(vector):
    totals = document_totals(read_document(vector["doc"]))

    assert written_totals(totals) == vector["expect"]


@by_id
def test_no_usual_mistake_is_made(vector):
    totals = document_totals(read_document(vector["doc"]))

    assert str(totals.gross) not in vector["wrong_ttc"].values()


@given(lines, st.lists(st.builds(DocumentAdjustment, amount=amounts, vat=vats), max_size=3))
def test_the_equations_of_the_standard_hold(lines, adjustments):
    totals = document_totals(Document(lines=lines, adjustments=adjustments, prepaid=D("12.34")))

    assert totals.line_total == sum(totals.line_nets)
    assert totals.net == totals.line_total - totals.allowance_total + totals.charge_total
    assert totals.net == sum(row.basis for row in totals.vat)
    assert totals.tax == sum(row.tax for row in totals.vat)
    assert totals.gross == totals.net + totals.tax
    assert totals.amount_due == totals.gross - D("12.34")
    assert len({row.vat for row in totals.vat}) == len(totals.vat)
    assert all(
        abs(row.tax - row.basis * row.vat.rate) <= D("0.005") and row.tax.as_tuple().exponent == -2
        for row in totals.vat
    )


@given(lines)
def test_the_order_of_the_lines_changes_no_total(lines):
    forth, back = (document_totals(Document(lines=order)) for order in (lines, lines[::-1]))

    assert (forth.net, forth.tax, forth.gross) == (back.net, back.tax, back.gross)


def test_no_digit_is_lost_in_the_longest_numbers():
    line = Line(quantity=D("999999999999.9999"), unit_price=D("999999999999.999999"), vat=VAT_20)

    exact = 9999999999999999 * 999999999999999999  # ten-billionths of a euro
    assert document_totals(Document(lines=[line])).net == D((exact + 5 * 10**7) // 10**8) / 100


def test_a_document_discount_without_a_basis_is_taken_on_the_lines_of_its_vat():
    totals = document_totals(
        Document(
            lines=lines_of({VAT_20: D("100"), VAT_10: D("50")}),
            adjustments=[DocumentAdjustment(share=D("0.1"), vat=VAT_20)],
        )
    )

    assert totals.document_adjustments == (D("-10.00"),)
    assert (totals.net, totals.tax, totals.gross) == (D("140.00"), D("23.00"), D("163.00"))


@pytest.mark.parametrize(
    ("category", "rate"),
    [(VatCategory.STANDARD, "0"), (VatCategory.EXEMPT, "0.2"), (VatCategory.REVERSE_CHARGE, "0.1")],
)
def test_a_category_and_a_rate_that_contradict_each_other_are_refused(category, rate):
    with pytest.raises(ValueError, match="VAT category"):
        Vat(category, D(rate))


def test_an_adjustment_is_an_amount_or_a_share():
    with pytest.raises(ValueError, match="either"):
        Adjustment()
    with pytest.raises(ValueError, match="either"):
        Adjustment(amount=D(1), share=D(1))


@pytest.mark.parametrize(
    ("gross_price", "vat", "quantity", "net_price", "gross"),
    [
        ("25.00", VAT_10, 6, "22.727273", "150.00"),  # V060
        ("7.77", VAT_55, 13, "7.364929", "101.01"),  # V062
        ("59.99", VAT_10, 3, "54.536364", "179.97"),  # V064
        ("80.00", TRAINING, 2, "80.000000", "160.00"),
    ],
)
def test_a_price_typed_with_vat_comes_back(gross_price, vat, quantity, net_price, gross):
    price = price_without_vat(D(gross_price), rate=vat.rate)
    line = Line(quantity=D(quantity), unit_price=price, vat=vat)

    assert str(price) == net_price
    assert document_totals(Document(lines=[line])).gross == D(gross)


@given(st.decimals(D("0.01"), D("9999.99"), places=2), st.integers(1, 99), vats)
def test_a_total_with_vat_is_at_most_one_cent_from_what_was_promised(price, quantity, vat):
    line = Line(quantity=D(quantity), unit_price=price_without_vat(price, rate=vat.rate), vat=vat)
    gross = document_totals(Document(lines=[line])).gross
    rounding = rounding_to(gross, wanted=price * quantity)
    totals = document_totals(Document(lines=[line], rounding=rounding))

    assert abs(rounding) <= D("0.01")
    assert totals.amount_due == price * quantity


def test_99_cents_with_vat_need_a_rounding():
    line = Line(
        quantity=D(1), unit_price=price_without_vat(D("0.99"), rate=VAT_20.rate), vat=VAT_20
    )
    gross = document_totals(Document(lines=[line])).gross

    assert (gross, rounding_to(gross, wanted=D("0.99"))) == (D("1.00"), D("-0.01"))


@pytest.mark.parametrize(
    ("gross", "rounding"),
    [("14.81", "-0.01"), ("14.83", "0.02"), ("14.825", "0.03"), ("-14.81", "0.01"), ("5", "0.00")],
)
def test_cash_is_rounded_to_five_cents(gross, rounding):
    assert str(cash_rounding(D(gross))) == rounding


nets_per_vat = st.dictionaries(vats, amounts, min_size=1)


@given(nets_per_vat, st.decimals(D("0.01"), D("9999.99"), places=2))
def test_a_discount_cut_per_vat_adds_up_to_the_discount(nets, amount):
    adjustments = discount_per_vat(amount, nets=nets)
    totals = document_totals(Document(lines=lines_of(nets), adjustments=adjustments))

    assert totals.allowance_total == amount
    assert totals.net == sum(nets.values()) - amount
