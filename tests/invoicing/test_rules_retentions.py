"""The arithmetic of the retention of works, on the words of law 71-584."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing.rules.retentions import MOST, ends_on, given_up, retained, still_held

D = Decimal
amounts = st.decimals("0", "999999.99", places=2)
rates = st.decimals("0", "0.05", places=4)


@given(amounts, rates)
def test_it_never_goes_beyond_the_limit_of_the_law(worth, rate):
    kept = retained(worth, rate=rate)

    assert 0 <= kept <= worth * MOST
    assert abs(kept - worth * rate) <= D("0.01")


@pytest.mark.parametrize(
    ("remaining", "kept", "held"),
    [
        ("1200.00", "60.00", "60.00"),
        ("60.00", "60.00", "60.00"),
        ("45.00", "60.00", "45.00"),
        ("0.00", "60.00", "0.00"),
        ("-540.00", "30.00", "0.00"),
    ],
)
def test_money_pays_what_may_be_asked_for_first(remaining, kept, held):
    assert still_held(D(remaining), D(kept)) == D(held)


@pytest.mark.parametrize(
    ("worth", "remains", "is_all", "expected"),
    [
        ("600.00", "600.00", False, "30.00"),
        ("0.00", "0.00", True, "60.00"),
        # A deposit of 1 000 was taken off: only 200 was asked for, 60 of it kept.
        ("1010.00", "10.00", False, "50.00"),
    ],
)
def test_a_credit_note_takes_its_part_of_it_off(worth, remains, is_all, expected):
    found = given_up(D("60.00"), worth=D(worth), remains=D(remains), rate=D("0.05"), is_all=is_all)

    assert found == D(expected)


def test_it_ends_a_year_after_the_works_were_accepted():
    assert ends_on(date(2026, 6, 3)) == date(2027, 6, 3)
    assert ends_on(date(2028, 2, 29)) == date(2029, 2, 28)
