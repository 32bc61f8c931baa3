"""The refunds of expense sheets, paid by transfer: accounting asks here, and tells here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction

from accounting import actions as ledger
from accounting.enums import TransferKind
from accounting.models import TransferBatch
from accounting.queries import accounts_of, batch_of, debts_in_batches, posted_on
from accounting.rules import DebitAccount, Payee
from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.models import BankAccount
from invoicing import posting
from invoicing.actions.banking import booked_on
from invoicing.actions.locking import locked
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseSheet
from invoicing.rules.moves import EXPENSE_SHEET_MOVES


def debt_of(sheet: ExpenseSheet) -> str:
    """Return what names the refund of a sheet among the transfers."""
    return f"sheet:{sheet.pk}"


def await_refund(sheet: ExpenseSheet) -> None:
    """Have a sheet just approved wait for its transfer."""
    assert sheet.number and sheet.approved_on
    analytic = sheet.activity.analytic
    ledger.await_transfer(
        TransferKind.EXPENSES,
        debt_of(sheet),
        account=posted_on(posting.sheet_key(sheet), beginning="425")
        or accounts_of(analytic).expenses,
        analytic=analytic,
        payee=sheet.person_name,
        piece=sheet.number,
        amount=sheet.gross,
        wording=f"Note de dépenses {sheet.number}",
        owed_since=sheet.approved_on,
        posting_key=posting.refund_key(sheet),
        label=posting.refund_label(sheet),
    )


def refund_batch(sheet: ExpenseSheet) -> TransferBatch | None:
    """Return the batch on its way to the bank that gives a sheet back, for who may read it."""
    return batch_of(debt_of(sheet)) if sheet.status == ExpenseSheetStatus.APPROVED else None


def refund_batches(sheets: Sequence[ExpenseSheet]) -> list[TransferBatch | None]:
    """Return, in the order of approved sheets, the batch each is in."""
    found = debts_in_batches([debt_of(sheet) for sheet in sheets])
    return [found.get(debt_of(sheet)) for sheet in sheets]


def payees_of(debts: Collection[str]) -> dict[str, Payee]:
    """Return whom the refund of each sheet pays, by the account on their card today."""
    sheets = ExpenseSheet.objects.filter(pk__in=_sheets(debts)).prefetch_related("entrepreneur")
    return {
        debt_of(sheet): Payee(
            holder=sheet.entrepreneur.iban_holder or sheet.entrepreneur.full_name,
            iban=sheet.entrepreneur.iban,
        )
        for sheet in sheets
    }


@transaction.atomic
def settle(debts: Collection[str], on: date, by: Membership) -> None:
    """Take note that the bank gave sheets back; their entries are those of the batch.

    :raises ActionRefused: `already_refunded`, `illegal_move`.
    """
    sheets = ExpenseSheet.objects.select_for_update().filter(pk__in=_sheets(debts))
    for sheet in sheets.order_by("pk"):
        check_refundable(sheet)
        mark_refunded(sheet, on=on, by=by)


def check_refundable(sheet: ExpenseSheet) -> None:
    """Refuse a sheet that is not waiting for its money: `already_refunded`, `illegal_move`."""
    if sheet.status == ExpenseSheetStatus.REFUNDED:
        raise ActionRefused(f"La note {sheet.number} est déjà remboursée.", code="already_refunded")
    check_move(EXPENSE_SHEET_MOVES, sheet.status, ExpenseSheetStatus.REFUNDED)


def mark_refunded(sheet: ExpenseSheet, *, on: date, by: Membership) -> None:
    """Write on a sheet, already held, the day its money went back."""
    sheet.status = ExpenseSheetStatus.REFUNDED
    sheet.refunded_on = on
    sheet.save()
    audit.record("sheet.refunded", sheet, by=by, after={"gross": sheet.gross, "on": on})


@transaction.atomic
def close_batch(
    batch: TransferBatch,
    *,
    bank_account: BankAccount | None,
    execute_on: date,
    on: date,
    by: Membership,
) -> TransferBatch:
    """Close a batch on one of our bank accounts, that of the settings when None.

    :raises ActionRefused: `account_closed`, and as `accounting.actions.close_batch`.
    """
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    if bank_account is not None:
        bank_account = locked(bank_account)
        if bank_account.closed_on is not None:
            raise ActionRefused(
                f"Le compte «\u00a0{bank_account.name}\u00a0» est fermé\u00a0: la banque n’en "
                "paie plus rien. Choisissez-en un autre.",
                code="account_closed",
            )
    named = bank_account or cooperative
    account = DebitAccount(
        holder=cooperative.name,
        iban="".join(named.iban.split()),
        bic=named.bic,
        account=booked_on(bank_account, on=on, usual=accounts_of(None).bank),
    )
    return ledger.close_batch(batch, account=account, execute_on=execute_on, on=on, by=by)


def _sheets(debts: Collection[str]) -> list[int]:
    return [int(debt.removeprefix("sheet:")) for debt in debts]
