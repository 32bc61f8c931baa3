"""Expenses: entered with their voucher, submitted by month, approved by someone else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting.enums import ContributionBasis, ContributionMeasure, CostNature
from accounting.queries import accounts_of, contribution_rule, posted_on
from accounting.rules import lowers_basis
from cae.core import audit, outbox
from cae.core.models import Membership, StoredDocument
from cae.core.money import ZERO, number
from cae.core.numbering import next_number
from cae.core.periods import Month, of_french_month
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.models import Activity, ActivityMember, Entrepreneur
from invoicing import posting
from invoicing.actions.files import ask_for_drawing
from invoicing.actions.locking import locked
from invoicing.actions.transfers import (
    await_refund,
    check_refundable,
    debt_of,
    mark_refunded,
)
from invoicing.enums import ExpenseKind, ExpenseSheetStatus, Vehicle
from invoicing.models import ExpenseLine, ExpenseSheet, ExpenseType
from invoicing.queries import kilometres_claimed, mileage_bands
from invoicing.rules.expenses import refund_of
from invoicing.rules.mileage import allowance
from invoicing.rules.moves import EXPENSE_SHEET_MOVES
from invoicing.rules.numbers import SHEET_PREFIX, document_number

LONGEST_JOURNEY = Decimal(2000)
LARGEST_EXPENSE = Decimal(100_000)


@transaction.atomic
def open_sheet(
    entrepreneur: Entrepreneur, activity: Activity, *, month: Month, by: Membership
) -> ExpenseSheet:
    """Return the draft sheet of a month, the oldest of them, made if there is none.

    :raises ActionRefused: `not_a_member`, the person never was in this activity.
    """
    if not ActivityMember.objects.filter(activity=activity, entrepreneur=entrepreneur).exists():
        raise ActionRefused(
            f"{entrepreneur.full_name} ne fait pas partie de {activity.name}.",
            code="not_a_member",
        )
    locked(entrepreneur)  # two expenses sent at once open one sheet
    about = {"entrepreneur": entrepreneur, "activity": activity, "month": month.first_day}
    draft = (
        ExpenseSheet.objects.filter(**about, status=ExpenseSheetStatus.DRAFT).order_by("id").first()
    )
    return draft or ExpenseSheet.objects.create(
        **about, person_name=entrepreneur.full_name, created_by=by
    )


@transaction.atomic
def add_expense(
    entrepreneur: Entrepreneur,
    activity: Activity,
    *,
    expense_type: ExpenseType,
    spent_on: date,
    label: str,
    paid: Decimal,
    paid_vat: Decimal = ZERO,
    voucher: StoredDocument | None = None,
    on: date,
    by: Membership,
) -> ExpenseLine:
    """Add an expense to the sheet of its month. The voucher may come later, before submitting.

    :param paid: EUR with VAT, `paid_vat` included.
    :param on: the day it is entered: nothing is spent in the future.
    :raises ActionRefused: `bad_amount`, `bad_vat`, `in_the_future`, `label_missing`,
        `not_an_expense`.
    """
    if expense_type.kind != ExpenseKind.EXPENSE:
        raise ActionRefused(
            "Un trajet se saisit en kilomètres, pas en euros.", code="not_an_expense"
        )
    _check_day(spent_on, on=on)
    label = _labelled(label)
    if not 0 < paid <= LARGEST_EXPENSE:
        raise ActionRefused("Écrivez le montant payé, TVA comprise.", code="bad_amount")
    if not 0 <= paid_vat < paid:
        raise ActionRefused(
            "La TVA est plus petite que le total payé. Recopiez celle du ticket, ou zéro.",
            code="bad_vat",
        )
    refund = refund_of(
        paid,
        vat=paid_vat,
        reimbursed_share=expense_type.reimbursed_share,
        deductible_share=expense_type.deductible_share,
    )
    sheet = _locked_draft(open_sheet(entrepreneur, activity, month=Month.of(spent_on), by=by))
    line = ExpenseLine.objects.create(
        entrepreneur=entrepreneur,
        sheet=sheet,
        expense_type=expense_type,
        spent_on=spent_on,
        label=label,
        paid=paid,
        paid_vat=paid_vat,
        net=refund.net,
        vat=refund.vat,
        gross=refund.gross,
        voucher=voucher,
    )
    if voucher is not None:
        ask_for_drawing(voucher)
    _add_up(sheet)
    audit.record("expense.added", sheet, by=by, after={"label": label, "paid": paid})
    return line


@transaction.atomic
def add_mileage(
    entrepreneur: Entrepreneur,
    activity: Activity,
    *,
    expense_type: ExpenseType,
    spent_on: date,
    label: str,
    distance: Decimal,
    vehicle: Vehicle | str,
    power: int,
    origin: str = "",
    destination: str = "",
    on: date,
    by: Membership,
) -> ExpenseLine:
    """Add a journey, paid by the scale in force on its day and the kilometres of the year.

    :raises ActionRefused: `bad_distance`, `in_the_future`, `label_missing`, `no_scale`,
        `not_a_journey`.
    """
    if expense_type.kind != ExpenseKind.MILEAGE:
        raise ActionRefused("Ce type de dépense n’est pas un trajet.", code="not_a_journey")
    _check_day(spent_on, on=on)
    label = _labelled(label)
    if not 0 < distance <= LONGEST_JOURNEY:
        raise ActionRefused(
            f"Écrivez la distance en kilomètres, {number(LONGEST_JOURNEY)} au plus.",
            code="bad_distance",
        )
    sheet = _locked_draft(open_sheet(entrepreneur, activity, month=Month.of(spent_on), by=by))
    line = ExpenseLine(
        entrepreneur=entrepreneur,
        sheet=sheet,
        expense_type=expense_type,
        spent_on=spent_on,
        label=label,
        distance=distance,
        vehicle=vehicle,
        power=power,
        origin=" ".join(origin.split()),
        destination=" ".join(destination.split()),
    )
    _pay_by_the_scale(line)
    line.save()
    _add_up(sheet)
    audit.record("expense.added", sheet, by=by, after={"label": label, "distance": distance})
    return line


@transaction.atomic
def attach_voucher(line: ExpenseLine, voucher: StoredDocument, *, by: Membership) -> ExpenseLine:
    """Give an expense its voucher, or another one.

    :raises ActionRefused: `not_a_draft`.
    """
    sheet = _locked_draft(line.sheet)
    line = locked(line)
    line.voucher = voucher
    line.save()
    ask_for_drawing(voucher)
    audit.record("expense.voucher", sheet, by=by, after={"label": line.label})
    return line


@transaction.atomic
def remove_expense(line: ExpenseLine, *, by: Membership) -> None:
    """Take an expense off its sheet.

    :raises ActionRefused: `not_a_draft`.
    """
    sheet = _locked_draft(line.sheet)
    audit.record("expense.removed", sheet, by=by, before={"label": line.label, "paid": line.paid})
    line.delete()
    _add_up(sheet)


@transaction.atomic
def submit_sheet(sheet: ExpenseSheet, *, by: Membership) -> ExpenseSheet:
    """Ask the support staff to approve a sheet; every expense has its voucher by now.

    :raises ActionRefused: `illegal_move`, `empty_sheet`, `voucher_missing`.
    """
    sheet = locked(sheet)
    check_move(EXPENSE_SHEET_MOVES, sheet.status, ExpenseSheetStatus.SUBMITTED)
    lines = list(sheet.lines.select_related("expense_type"))
    if not lines:
        raise ActionRefused("Cette note est vide. Ajoutez une dépense.", code="empty_sheet")
    missing = [
        line
        for line in lines
        if line.voucher_id is None and line.expense_type.kind == ExpenseKind.EXPENSE
    ]
    if missing:
        raise ActionRefused(
            f"Il manque un justificatif\u00a0: {missing[0].label}. Photographiez le ticket ou "
            "déposez le PDF."
            if len(missing) == 1
            else f"Il manque {len(missing)} justificatifs, dont {missing[0].label}. "
            "Photographiez les tickets ou déposez les PDF.",
            code="voucher_missing",
        )
    if not sheet.number:
        year = sheet.month.year
        sheet.number = document_number(
            SHEET_PREFIX, year=year, rank=next_number("notes de dépenses", year=year)
        )
    sheet.status = ExpenseSheetStatus.SUBMITTED
    sheet.submitted_by = by
    sheet.submitted_at = timezone.now()
    sheet.refusal_reason = ""
    sheet.save()
    audit.record("sheet.submitted", sheet, by=by, after={"gross": sheet.gross})
    return sheet


@transaction.atomic
def withdraw_sheet(sheet: ExpenseSheet, *, by: Membership) -> ExpenseSheet:
    """Take a submitted sheet back to correct it, before anyone approves it.

    :raises ActionRefused: `already_approved`, `illegal_move`.
    """
    return _back_to_draft(sheet, action="sheet.withdrawn", reason="", by=by)


@transaction.atomic
def refuse_sheet(sheet: ExpenseSheet, *, reason: str, by: Membership) -> ExpenseSheet:
    """Send a submitted sheet back to its author, who reads why on the page and by mail.

    :raises ActionRefused: `reason_missing`, `already_approved`, `illegal_move`.
    """
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites ce qu’il faut corriger\u00a0: l’entrepreneur·e le lira.", code="reason_missing"
        )
    sheet = _back_to_draft(sheet, action="sheet.refused", reason=reason, by=by)
    trace = audit.trail(sheet).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_sheet_refused",
        key=f"sheet-refused:{sheet.pk}:{trace.pk}",
        sheet_id=sheet.pk,
    )
    return sheet


@transaction.atomic
def approve_sheet(sheet: ExpenseSheet, *, on: date, by: Membership) -> ExpenseSheet:
    """Accept a submitted sheet: the person is owed its total, the activity bears it.

    :raises ActionRefused: `own_sheet`, whatever the rights; `already_approved`;
        `illegal_move`; `closed_period`, from the ledger.
    """
    sheet = locked(sheet)
    _refuse_if_approved(sheet)
    check_move(EXPENSE_SHEET_MOVES, sheet.status, ExpenseSheetStatus.APPROVED)
    _refuse_own(sheet, by=by)
    sheet.status = ExpenseSheetStatus.APPROVED
    sheet.approved_by = by
    sheet.approved_on = on
    sheet.save()
    lines = list(sheet.lines.select_related("expense_type"))
    analytic = sheet.activity.analytic
    entry = posting.sheet_entry(
        sheet, lines, owed_on=accounts_of(analytic).expenses, analytic=analytic.code, on=on
    )
    ledger.post(entry, by=by)
    _give_contribution_back(sheet, lines, key=entry.posting_key, on=on, by=by)
    await_refund(sheet)
    audit.record("sheet.approved", sheet, by=by, after={"gross": sheet.gross})
    return sheet


@transaction.atomic
def refund_sheet(sheet: ExpenseSheet, *, on: date, by: Membership) -> ExpenseSheet:
    """Write that an approved sheet was given back by the bank on `on`, outside any batch.

    :raises ActionRefused: `in_batch`, `already_refunded`, `illegal_move`; `closed_period`, from
        the ledger.
    """
    ledger.pay_otherwise(debt_of(sheet))
    sheet = locked(sheet)
    check_refundable(sheet)
    mark_refunded(sheet, on=on, by=by)
    analytic = sheet.activity.analytic
    accounts = accounts_of(analytic)
    entry = posting.refund_entry(
        sheet,
        # Where its approval was posted, whatever the accounts of today.
        owed_on=posted_on(posting.sheet_key(sheet), beginning="425") or accounts.expenses,
        bank=accounts.bank,
        analytic=analytic.code,
        on=on,
    )
    ledger.post(entry, by=by)
    return sheet


def _check_day(spent_on: date, *, on: date) -> None:
    if spent_on > on:
        raise ActionRefused("Cette date est dans le futur. Vérifiez-la.", code="in_the_future")
    if spent_on.year < on.year - 1:
        raise ActionRefused(
            "Cette dépense a plus d’un an d’exercice\u00a0: parlez-en à la comptabilité.",
            code="too_old",
        )


def _labelled(label: str) -> str:
    label = " ".join(label.split())[:160]
    if not label:
        raise ActionRefused(
            "Dites chez qui, ou pour quoi\u00a0: l’équipe d’appui le lira.", code="label_missing"
        )
    return label


def _locked_draft(sheet: ExpenseSheet) -> ExpenseSheet:
    sheet = locked(sheet)
    if sheet.status != ExpenseSheetStatus.DRAFT:
        raise ActionRefused(
            f"La note {of_french_month(sheet.month)} est déjà soumise. Reprenez-la pour la "
            "corriger.",
            code="not_a_draft",
        )
    return sheet


def _pay_by_the_scale(line: ExpenseLine) -> None:
    assert line.distance is not None and line.power is not None
    bands = mileage_bands(vehicle=line.vehicle, power=line.power, on=line.spent_on)
    if not bands:
        raise ActionRefused(
            "Aucun barème kilométrique n’est en vigueur pour ce véhicule à cette date. "
            "Prévenez l’équipe d’appui.",
            code="no_scale",
        )
    before = kilometres_claimed(line.entrepreneur_id, year=line.spent_on.year, vehicle=line.vehicle)
    paid = allowance(bands, before=before, distance=line.distance)
    line.paid = line.gross = line.net = paid
    line.explanation = (
        f"{number(line.distance)} km, après {number(before)} km déjà déclarés en "
        f"{line.spent_on.year}, {line.power} CV"
    )


def _add_up(sheet: ExpenseSheet) -> None:
    lines = list(sheet.lines.all())
    sheet.net = sum((line.net for line in lines), ZERO)
    sheet.vat = sum((line.vat for line in lines), ZERO)
    sheet.gross = sum((line.gross for line in lines), ZERO)
    sheet.save()


def _back_to_draft(
    sheet: ExpenseSheet, *, action: str, reason: str, by: Membership
) -> ExpenseSheet:
    sheet = locked(sheet)
    _refuse_if_approved(sheet)
    check_move(EXPENSE_SHEET_MOVES, sheet.status, ExpenseSheetStatus.DRAFT)
    sheet.status = ExpenseSheetStatus.DRAFT
    sheet.submitted_by = None
    sheet.submitted_at = None
    sheet.refusal_reason = reason
    sheet.save()
    audit.record(action, sheet, by=by, after={"reason": reason} if reason else None)
    return sheet


def _refuse_if_approved(sheet: ExpenseSheet) -> None:
    if sheet.status in (
        ExpenseSheetStatus.APPROVED,
        ExpenseSheetStatus.REFUNDED,
        ExpenseSheetStatus.WAIVED,
    ):
        raise ActionRefused(f"La note {sheet.number} est déjà approuvée.", code="already_approved")


def _refuse_own(sheet: ExpenseSheet, *, by: Membership) -> None:
    """Whoever spent, entered or submitted a sheet does not approve it, in any of their roles."""
    people = Membership.objects.filter(
        pk__in=[sheet.created_by_id, sheet.submitted_by_id, sheet.entrepreneur.membership_id]
    ).values_list("user_id", flat=True)
    if by.user_id in people:
        raise ActionRefused(
            "Personne n’approuve ses propres dépenses. Demandez à un·e collègue.",
            code="own_sheet",
        )


def _give_contribution_back(
    sheet: ExpenseSheet, lines: list[ExpenseLine], *, key: str, on: date, by: Membership
) -> None:
    """Give back the contribution on purchases that the measure of the rule leaves out."""
    analytic = sheet.activity.analytic
    rule = contribution_rule(analytic, on=on)
    if rule is None:
        return
    excluded = sum(
        (
            line.net
            for line in lines
            if lowers_basis(ContributionMeasure(rule.measure), CostNature(line.expense_type.nature))
        ),
        ZERO,
    )
    if excluded:
        ledger.levy_contribution(
            analytic,
            moment=ContributionBasis(rule.basis),
            basis=-excluded,
            on=on,
            piece=sheet.number or "",
            posting_key=f"{key}:contribution",
            by=by,
        )
