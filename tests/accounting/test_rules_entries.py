from datetime import date
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from accounting.rules import (
    DraftEntry,
    DraftLine,
    checked,
    contribution_lines,
    credit,
    debit,
    reversal,
    vat_per_account,
)
from cae.core.workflow import ActionRefused

D = Decimal
JUNE_3, JUNE_30 = date(2026, 6, 3), date(2026, 6, 30)
amounts = st.decimals(D("0.01"), D("999999.99"), places=2)


def draft(*lines: DraftLine) -> DraftEntry:
    return DraftEntry(
        journal="VT",
        date=JUNE_3,
        piece="FA-2026-0001",
        label="Facture Maison Ébène",
        posting_key="invoice:1:issued",
        analytic="X1",
        lines=lines,
    )


def invoice() -> DraftEntry:
    return draft(
        debit("411", D("3600.00"), analytic="X1", party="Maison Ébène", due_on=JUNE_30),
        credit("706", D("3000.00"), analytic="X1"),
        credit("44574", D("600.00"), analytic="X1"),
    )


def test_a_negative_amount_goes_to_the_other_side():
    assert debit("411", D("-5.00")) == DraftLine(account="411", credit=D("5.00"))
    assert credit("706", D("-5.00"), analytic="X1") == DraftLine(
        account="706", debit=D("5.00"), analytic="X1"
    )


def test_nil_lines_are_dropped():
    lines = invoice().lines

    assert checked(draft(*lines, debit("44571", D("0.00")))).lines == list(lines)


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ([], "empty_entry", "aucune ligne"),
        ([debit("411", D(0))], "empty_entry", "aucune ligne"),
        ([debit("411", D("10.00")), credit("706", D("9.99"))], "unbalanced", "0,01 € au crédit"),
        ([debit("411", D("1.00")), credit("706", D("2.00"))], "unbalanced", "1,00 € au débit"),
        ([DraftLine(account="411", debit=D(1), credit=D(1))], "bad_line", "compte 411"),
        ([DraftLine(account="411", debit=D("-1"))], "bad_line", "compte 411"),
        ([debit("411", D("0.001")), credit("706", D("0.001"))], "bad_line", "au centime"),
        ([debit("411", D("1e9")), credit("706", D("1e9"))], "bad_line", "au plus"),
    ],
)
def test_a_ledger_refuses_what_it_cannot_hold(lines, code, words):
    with pytest.raises(ActionRefused) as refusal:
        checked(draft(*lines))

    assert refusal.value.code == code
    assert words in refusal.value.message.replace("\u00a0", " ")


def test_a_reversal_exchanges_the_sides():
    opposite = reversal(invoice(), on=JUNE_30)

    assert opposite.date == JUNE_30
    assert opposite.piece == "FA-2026-0001"
    assert opposite.posting_key == "invoice:1:issued:reversed"
    assert opposite.label == "Contre-passation\u00a0: Facture Maison Ébène"
    assert [(line.account, line.debit, line.credit, line.due_on) for line in opposite.lines] == [
        ("411", D(0), D("3600.00"), None),
        ("706", D("3000.00"), D(0), None),
        ("44574", D("600.00"), D(0), None),
    ]


def test_an_entry_and_its_reversal_cancel_out():
    both = [*invoice().lines, *reversal(invoice(), on=JUNE_30).lines]

    assert all(
        sum(line.debit - line.credit for line in both if line.account == account) == 0
        for account in ("411", "706", "44574")
    )


@pytest.mark.parametrize("amount", ["300.00", "-10.00"])
def test_a_contribution_is_balanced_for_each_side_and_nil_on_each_account(amount):
    lines = contribution_lines(D(amount), analytic="X1", cooperative="CAE")

    def balance(**wanted):
        return sum(
            line.debit - line.credit
            for line in lines
            if all(getattr(line, name) == value for name, value in wanted.items())
        )

    assert balance(account="6041", analytic="X1") == D(amount)
    assert balance(account="6041", analytic="CAE") == -D(amount)
    assert balance(account="6041") == balance(account="181") == 0
    assert balance(analytic="X1") == balance(analytic="CAE") == 0


def test_vat_is_shared_over_accounts_by_largest_remainder():
    nets = {"706": D("33.33"), "707": D("33.33"), "7085": D("33.34")}

    shares = vat_per_account(D("20.00"), nets)

    assert shares == {"706": D("6.67"), "707": D("6.66"), "7085": D("6.67")}
    assert sum(shares.values()) == D("20.00")
