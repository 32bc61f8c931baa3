"""Paying: one batch of transfers, its entry, and every payslip it pays."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localtime
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from accounting import actions as accounting
from accounting.actions.checks import check_now
from accounting.models import Entry
from accounting.queries import accounts_of
from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.periods import Month, french_date, french_month, of_french_month
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Entrepreneur
from payroll import queries
from payroll.actions.runs import locked, settle
from payroll.actions.validation import bearers_of
from payroll.enums import PayslipStatus
from payroll.models import PayrollRun, Payslip, Transfer, TransferBatch
from payroll.posting import net_dues, transfers_entry


@transaction.atomic
def pay_run(
    run: PayrollRun, *, on: date, by: Membership | None, pay_on: date | None = None
) -> TransferBatch | None:
    """Make the batch of transfers of every validated payslip not paid yet, and post it.

    The amounts are the nets of the payslips and what the ledger owes, to the cent. Payslips of
    nothing are paid without a transfer: None is returned where there were only those.

    :param pay_on: the day the bank executes it, that of the run by default, never before `on`.
    The month they pay may be closed: what is owed stays owed. The day they are paid may not.

    :raises ActionRefused: `nothing_to_pay`, `no_cooperative_iban`, `no_iban`, `closed_period`.
    """
    run = locked(run)
    slips = list(run.payslips.filter(status=PayslipStatus.VALIDATED).order_by("pk"))
    if not slips:
        raise ActionRefused(
            "Aucun bulletin validé n’attend son virement. Validez d’abord les bulletins.",
            code="nothing_to_pay",
        )
    due = [slip for slip in slips if slip.net_paid]
    batch = None
    if due:
        batch = _batch(run, due, pay_on=max(pay_on or run.pay_on, on), by=by)
        _transfers(batch, due)
        check_now("payroll.TransferBatch:adds_up")
        _post(batch, due, by=by)
    Payslip.objects.filter(pk__in=[slip.pk for slip in slips]).update(status=PayslipStatus.PAID)
    settle(run)
    if batch is not None:
        audit.record(
            "payroll.paid",
            run,
            by=by,
            after={"batch": batch.number, "total": batch.total, "count": batch.transfer_count},
        )
    return batch


@transaction.atomic
def take_transfers(batch: TransferBatch, *, by: Membership) -> TransferBatch:
    """Keep that the file of a batch was taken for the bank: its salaries have left.

    :raises ActionRefused: `withdrawn`.
    """
    batch = TransferBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.is_withdrawn:
        raise ActionRefused(
            f"La remise {batch.number} a été retirée\u00a0: son fichier n’existe plus. Préparez-en"
            " une autre.",
            code="withdrawn",
        )
    if not batch.has_left:
        batch.downloaded_at = timezone.now()
        batch.save(update_fields=["downloaded_at"])
    audit.record("transfers.downloaded", batch, by=by)
    return batch


@transaction.atomic
def withdraw_batch(
    batch: TransferBatch, *, reason: str, on: date, by: Membership | None
) -> TransferBatch:
    """Withdraw transfers nobody took to the bank: their entry is cancelled, their payslips wait.

    :raises ActionRefused: `reason_missing`, `left`, `withdrawn`, `closed_period`.
    """
    why = checked_reason(reason)
    run = locked(batch.run)
    batch = TransferBatch.objects.select_for_update().get(pk=batch.pk)
    _check_still_here(batch, on=on)
    batch.withdrawn_at, batch.withdrawn_by, batch.withdrawn_for = timezone.now(), by, why
    batch.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_for"])
    batch.transfers.update(is_withdrawn=True)
    Payslip.objects.filter(transfers__batch=batch).update(status=PayslipStatus.VALIDATED)
    settle(run)
    entry = Entry.objects.get(posting_key=_key(batch))
    accounting.reverse(entry, on=entry.date, by=by)
    audit.record(
        "transfers.withdrawn",
        batch,
        by=by,
        before={"total": batch.total, "count": batch.transfer_count},
        after={"reason": why},
    )
    return batch


def checked_reason(reason: str) -> str:
    """Return why something is taken back, as it is kept.

    :raises ActionRefused: `reason_missing`.
    """
    why = " ".join(reason.split())[:200]
    if not why:
        raise ActionRefused(
            "Dites pourquoi\u00a0: la raison est gardée, et envoyée aux personnes concernées.",
            code="reason_missing",
        )
    return why


def _check_still_here(batch: TransferBatch, *, on: date) -> None:
    if batch.is_withdrawn:
        raise ActionRefused(f"La remise {batch.number} est déjà retirée.", code="withdrawn")
    if batch.downloaded_at is not None:
        day = french_date(localtime(batch.downloaded_at).date())
        raise ActionRefused(
            f"Le fichier de la remise {batch.number} a été pris le {day}\u00a0: les virements sont"
            " partis, ils ne reviennent pas. Corrigez par le bulletin du mois suivant.",
            code="left",
        )
    if on > batch.pay_on:
        raise ActionRefused(
            f"Les virements de la remise {batch.number} étaient à exécuter le"
            f" {french_date(batch.pay_on)}\u00a0: ils ne reviennent pas. Corrigez par le bulletin"
            " du mois suivant.",
            code="left",
        )


def _key(batch: TransferBatch) -> str:
    return f"transfers:{batch.pk}"


def _batch(
    run: PayrollRun, due: list[Payslip], *, pay_on: date, by: Membership | None
) -> TransferBatch:
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    account = _account_of(cooperative)
    number = next_number("virements", year=pay_on.year)
    return TransferBatch.objects.create(
        run=run,
        number=f"VIR-{pay_on.year}-{number:04d}",
        pay_on=pay_on,
        debtor_name=cooperative.name,
        debtor_iban=account.compact,
        debtor_bic=cooperative.bic or str(account.bic or ""),
        transfer_count=len(due),
        total=sum((slip.net_paid for slip in due), ZERO),
        made_by=by,
    )


def _account_of(cooperative: Cooperative) -> IBAN:
    try:
        return IBAN(cooperative.iban)
    except SchwiftyException as error:
        raise ActionRefused(
            "L’IBAN de la coopérative manque ou n’est pas valable\u00a0: les virements n’ont pas"
            " de compte à débiter. Saisissez-le dans les réglages.",
            code="no_cooperative_iban",
        ) from error


def _transfers(batch: TransferBatch, due: list[Payslip]) -> None:
    people = Entrepreneur.objects.in_bulk(slip.entrepreneur_id for slip in due)
    missing = [p.full_name for p in people.values() if not p.iban]
    if missing:
        raise ActionRefused(
            f"L’IBAN de {', '.join(sorted(missing))} n’est plus connu. Saisissez-le sur la fiche,"
            " puis recommencez.",
            code="no_iban",
        )
    month = french_month(Month.of(due[0].month))
    Transfer.objects.bulk_create(
        Transfer(
            batch=batch,
            entrepreneur_id=slip.entrepreneur_id,
            payslip=slip,
            amount=slip.net_paid,
            iban=people[slip.entrepreneur_id].iban,
            holder=people[slip.entrepreneur_id].iban_holder
            or people[slip.entrepreneur_id].full_name,
            reference=f"Salaire {month}"[:35],
        )
        for slip in due
    )


def _post(batch: TransferBatch, due: list[Payslip], *, by: Membership | None) -> None:
    bearers = bearers_of(due)
    dues = [
        net
        for slip in due
        for net in net_dues(
            queries.slip_of(slip), bearers[slip.pk], person=slip.inputs["person"]["name"]
        )
    ]
    entry = transfers_entry(
        _key(batch),
        dues,
        bank=accounts_of(None).bank,
        piece=batch.number,
        on=batch.pay_on,
        label=f"Virements des salaires {of_french_month(Month.of(due[0].month))}",
    )
    posted = accounting.post(entry, by=by)
    assert entry.total == batch.total, f"{posted} is not the batch of {french_date(batch.pay_on)}"
