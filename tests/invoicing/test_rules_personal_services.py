"""What of the money received in a year is attested: by hand, and whatever happens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.money import ZERO
from cae.core.periods import duration
from invoicing.enums import PaymentMeans
from invoicing.rules.personal_services import (
    DoneService,
    PaidInvoice,
    Receipt,
    minutes_sold,
    paid_in,
)


def service(worth: str, *, on: date = date(2025, 5, 12), minutes: int = 60) -> DoneService:
    return DoneService(
        kind="gardening",
        label="Tonte",
        worker_name="Loïc Perrin",
        worker_number="S-7",
        done_on=on,
        minutes=minutes,
        worth=D(worth),
    )


def receipt(amount: str, on: date = date(2025, 6, 2), means: str = "transfer") -> Receipt:
    return Receipt(paid_on=on, means=means, amount=D(amount))


def invoice(*receipts: Receipt, total: str = "100.00", **values) -> PaidInvoice:
    return PaidInvoice(
        **{
            "number": "FA-2025-0001",
            "total": D(total),
            "owed": D(total),
            "others": ZERO,
            "services": (service("60"), service("40", on=date(2025, 5, 2))),
            "receipts": receipts,
            **values,
        }
    )


def test_a_paid_invoice_is_attested_line_by_line_the_earliest_first():
    found = paid_in([invoice(receipt("100"))], year=2025)

    assert [(each.service.done_on.day, each.sums.counted) for each in found.interventions] == [
        (2, D("40.00")),
        (12, D("60.00")),
    ]
    assert (found.sums.counted, found.minutes) == (D("100.00"), 120)


def test_money_counts_the_year_it_is_received():
    paid = invoice(receipt("30"), receipt("70", on=date(2026, 1, 5)))

    first, second = paid_in([paid], year=2025), paid_in([paid], year=2026)

    assert (first.sums.counted, second.sums.counted) == (D("30.00"), D("70.00"))
    assert all(each.is_part for each in (*first.interventions, *second.interventions))
    assert not paid_in([paid], year=2024).interventions


@pytest.mark.parametrize(
    ("means", "name"),
    [
        ("transfer", "counted"), ("card", "counted"), ("debit", "counted"),
        ("cheque", "counted"), ("cesu", "prefunded"), ("advance", "advanced"),
        ("cash", "refused"), ("other", "refused"),
    ],
)  # fmt: skip
def test_each_means_has_its_place(means, name):
    """C. trav. D7233-3: neither cash, nor what the law does not name."""
    found = paid_in([invoice(receipt("100", means=means))], year=2025)

    names = ("counted", "prefunded", "advanced", "refused")
    assert {each: getattr(found.sums, each) for each in names} == {
        each: D("100.00") if each == name else ZERO for each in names
    }
    assert bool(found.interventions) == (name != "refused")


def test_every_means_has_a_place():
    paid = [invoice(receipt("1", means=means)) for means in PaymentMeans.values]

    sums = paid_in(paid, year=2025).sums

    assert sums.attested + sums.refused == len(PaymentMeans.values)


def test_what_is_beside_the_service_is_left_out():
    paid = invoice(receipt("150"), total="150.00", others=D("50"))

    assert paid_in([paid], year=2025).sums.counted == D("100.00")


def test_what_is_paid_beyond_what_is_owed_is_no_service():
    credited = invoice(receipt("100"), owed=D("60.00"))

    assert paid_in([credited], year=2025).sums.counted == D("60.00")


def test_a_line_given_back_takes_nothing_from_the_others():
    paid = invoice(receipt("60"), total="60.00", services=(service("60"),), others=D("-20"))

    assert paid_in([paid], year=2025).sums.counted == D("60.00")


@given(
    st.lists(st.decimals("0.01", "900", places=2), min_size=1, max_size=6),
    st.lists(st.decimals("0.01", "400", places=2), min_size=1, max_size=6),
)
def test_whole_payments_attest_the_whole_and_never_more(worths, amounts):
    total = sum(worths, ZERO)
    services = tuple(service(str(worth)) for worth in worths)
    parts = tuple(receipt(str(amount)) for amount in amounts)
    rest = max(total - sum(amounts, ZERO), ZERO)

    part = paid_in([invoice(*parts, total=str(total), services=services)], year=2025)
    whole = paid_in(
        [invoice(*parts, *([receipt(str(rest))] if rest else []), total=str(total),
                 services=services)],
        year=2025,
    )  # fmt: skip

    assert whole.sums.counted == total
    assert sum((each.sums.counted for each in whole.interventions), ZERO) == total
    assert part.sums.counted <= total


def test_a_duration_is_said_the_french_way():
    assert [duration(minutes) for minutes in (0, 45, 60, 150, 1505)] == [
        "0\u00a0min", "45\u00a0min", "1\u00a0h", "2\u00a0h\u00a030", "25\u00a0h\u00a005",
    ]  # fmt: skip


def test_time_is_sold_by_the_hour_or_the_minute():
    assert minutes_sold(D("2.5"), "HUR") == 150
    assert minutes_sold(D("1.3333"), "HUR") == 80
    assert minutes_sold(D(30), "MIN") == 30
    assert minutes_sold(D(1), "LS") is None
