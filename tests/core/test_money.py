from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.money import euros, number, parse_amount, percent, split, to_cents

D = Decimal
cents = st.integers(-(10**12), 10**12).map(lambda n: Decimal(n).scaleb(-2))


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("1.005", "1.01"),
        ("0.125", "0.13"),
        ("-0.125", "-0.13"),
        ("-0.004", "0.00"),
        ("2", "2.00"),
        ("0.00499999999999999999999999", "0.00"),
    ],
)
def test_half_a_cent_goes_away_from_zero(amount, rounded):
    assert str(to_cents(D(amount))) == rounded


def test_a_float_is_not_money():
    with pytest.raises(AttributeError):
        to_cents(1.005)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("0.05", [D("1.5"), D("1.5")], ["0.03", "0.02"]),
        ("-0.05", [1, 1], ["-0.02", "-0.03"]),
        ("10.00", [0, 3, 0], ["0.00", "10.00", "0.00"]),
        ("20.00", [200, -100], ["40.00", "-20.00"]),
        ("0.00", [0, 0], ["0.00", "0.00"]),
        ("0.00", [], []),
    ],
)
def test_shares_add_up_to_the_total(total, weights, shares):
    assert [str(share) for share in split(D(total), weights)] == shares


@pytest.mark.parametrize(
    ("total", "weights"), [("0.001", [1]), ("1.00", []), ("1.00", [0, 0]), ("1.00", [1, -1])]
)
def test_what_cannot_be_shared_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"cents|weights"):
        split(D(total), weights)


@given(cents, st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_no_share_is_a_cent_away_from_its_quota(total, weights):
    shares = split(total, weights)

    assert sum(shares) == total
    assert all(
        abs(share - total * weight / sum(weights)) < D("0.010001")
        for share, weight in zip(shares, weights, strict=True)
    )


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("8412.6", "8\u00a0412,60\u00a0€"),
        ("-212.4", "\u2212\u00a0212,40\u00a0€"),
        ("1234567.895", "1\u00a0234\u00a0567,90\u00a0€"),
        ("-0.001", "0,00\u00a0€"),
        ("0", "0,00\u00a0€"),
    ],
)
def test_euros_are_written_in_french(amount, shown):
    assert euros(D(amount)) == shown


def test_round_euros_and_bare_numbers():
    assert euros(D("1783.40"), cents=False) == "1\u00a0783\u00a0€"
    assert number(D("1200.50")) == "1\u00a0200,5"
    assert number(D("1E+3")) == "1\u00a0000"
    assert number(12) == "12"


@pytest.mark.parametrize(
    ("rate", "shown"), [("0.055", "5,5"), ("0.20", "20"), ("1", "100"), ("-0.1", "\u2212\u00a010")]
)
def test_rates_are_fractions(rate, shown):
    assert percent(D(rate)) == f"{shown}\u00a0%"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        (" 1\u00a0234\u202f567.8 ", "1234567.8"),
        ("-12", "-12"),
        ("\u2212 212,40", "-212.40"),
        ("-0", "0"),
        ("007", "7"),
    ],
)
def test_typed_amounts_are_read(typed, amount):
    assert parse_amount(typed) == D(amount)
    assert not str(parse_amount("-0")).startswith("-")


@pytest.mark.parametrize(
    "typed",
    [
        *("", "-", ",5", "5,", "12 34", "1,234.56", "1e3", "NaN", "inf", "٣", "12 €", "+1"),
        *("1_000", "1" * 13, "1" * 5000, "1\t234", "0x10", "12\n\n3"),
    ],
)
def test_anything_else_gets_a_french_sentence(typed):
    with pytest.raises(ValueError, match=r"^Ce nombre n’est pas lisible\."):
        parse_amount(typed)


def test_too_many_decimals_are_said():
    with pytest.raises(ValueError, match=r"avec 2 décimales au plus"):
        parse_amount("1,234")
    with pytest.raises(ValueError, match="sans décimale"):
        parse_amount("1,2", places=0)
    assert parse_amount("1,234", places=4) == D("1.234")


@given(cents)
def test_what_we_show_can_be_typed_again(amount):
    assert parse_amount(number(amount, places=2)) == amount
