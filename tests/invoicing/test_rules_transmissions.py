"""Where an invoice is deposited, what it lacks, what is told of its receipts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from invoicing.enums import TransmissionStatus as Status
from invoicing.rules.transmissions import (
    ChorusNeeds,
    cashed_by_rate,
    is_deposited_since,
    may_follow,
    missing_for_chorus,
    next_try,
    offered_after,
    reason_label,
    target_of,
    tells_cashed,
)

D = Decimal
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOCUMENT = {
    "customer": {"siret": "40483304800022"},
    "buyer_reference": "SERV1",
    "order_reference": "ENG-42",
    "type_code": "380",
    "process": "S1",
    "vat_basis": "cash",
    "vat_rows": [
        {"rate": "0.2000", "basis": "1000.00", "tax": "200.00"},
        {"rate": "0.1000", "basis": "100.00", "tax": "10.00"},
    ],
}


@pytest.mark.parametrize(
    ("treatment", "is_public", "target"),
    [
        ("B2B", False, "platform"),
        ("OUTOFSCOPE", True, "chorus"),
        ("OUTOFSCOPE", False, None),
        ("B2C", False, None),
        ("B2BINT", False, None),
    ],
)
def test_where_an_invoice_is_deposited(treatment, is_public, target):
    assert target_of(treatment, is_public=is_public) == target


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, True),
        ({"process": "M1"}, True),
        ({"process": "B1"}, False),
        ({"process": "B1", "type_code": "386"}, True),
        ({"vat_basis": "accrual"}, False),
        ({"vat_rows": [{"rate": "0", "basis": "9.00", "tax": "0.00"}]}, False),
    ],
)
def test_receipts_are_told_where_vat_is_due_on_them(change, told):
    assert tells_cashed({**DOCUMENT, **change}) is told


@pytest.mark.parametrize("amount", ["1310.00", "0.01", "333.33", "-655.01"])
def test_a_receipt_is_shared_between_rates_to_the_cent(amount):
    shares = cashed_by_rate(D(amount), DOCUMENT["vat_rows"])

    assert sum(share for _, share in shares) == D(amount)


def test_a_whole_receipt_is_each_rate_with_its_vat():
    assert cashed_by_rate(D("1310.00"), DOCUMENT["vat_rows"]) == [
        ("20", D("1200.00")),
        ("10", D("110.00")),
    ]


def test_what_chorus_pro_would_miss():
    bare = {"customer": {"siret": ""}, "buyer_reference": "", "order_reference": ""}
    assert missing_for_chorus(DOCUMENT, ChorusNeeds(True, True)) == []
    assert missing_for_chorus(bare, ChorusNeeds()) == ["le SIRET de l’administration"]
    assert missing_for_chorus(bare, ChorusNeeds(True, True)) == [
        "le SIRET de l’administration", "le code service", "le numéro d’engagement",
    ]  # fmt: skip


def test_a_wait_becomes_a_deposit_and_what_is_over_stays():
    assert [code for code in Status if may_follow(Status.WAITING, code)] == [
        Status.DROPPED, Status.DEPOSITED, Status.REJECTED, Status.INADMISSIBLE,
    ]  # fmt: skip
    for over in (Status.DROPPED, Status.REFUSED, Status.REJECTED, Status.INADMISSIBLE):
        assert offered_after(over) == []
    assert Status.WAITING not in offered_after(Status.DEPOSITED)
    assert Status.CASHED not in offered_after(Status.DEPOSITED)


def test_tries_are_further_and_further_apart_then_stop():
    waits = [next_try(attempts, at=NOON) for attempts in range(1, 9)]

    assert waits[0] == NOON + timedelta(minutes=5)
    assert waits[:7] == sorted(waits[:7])
    assert waits[7] is None


def test_an_obligation_has_its_first_day():
    since = date(2026, 9, 1)
    assert is_deposited_since(since, since)
    assert not is_deposited_since(date(2026, 8, 31), since)
    assert not is_deposited_since(since, None)


def test_a_reason_we_do_not_know_is_its_code():
    assert reason_label("TX_TVA_ERR") == "Taux de TVA erroné"
    assert reason_label("NEUF") == "NEUF"
