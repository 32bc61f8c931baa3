"""Taking validated payslips back to what was computed, while no salary has left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction

from accounting import actions as accounting
from accounting.models import Entry
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.periods import Month, french_date, of_french_month
from cae.core.workflow import ActionRefused
from payroll import queries
from payroll.actions.payment import checked_reason
from payroll.actions.runs import check_open_month, locked, settle
from payroll.actions.validation import bearers_of, entry_date
from payroll.enums import PayslipStatus
from payroll.models import PayrollRun, Payslip, Transfer

_TELL = "payroll.tasks.mail_taken_back"


@transaction.atomic
def step_back(
    run: PayrollRun, ids: Collection[int], *, reason: str, on: date, by: Membership | None
) -> Sequence[Payslip]:
    """Take validated payslips of a run back to drafts, all of them or none.

    What they wrote in the ledger is cancelled on the day, within their month; their PDF is
    detached; the persons are told after commit. Drafts are left out without a word: two
    officers may press together. Nobody comes back once a transfer is prepared for them.

    :raises ActionRefused: `nothing_selected`, `reason_missing`, `closed_period`,
        `transferred`, `later_month`.
    """
    why = checked_reason(reason)
    if not ids:
        raise ActionRefused(
            "Aucun bulletin validé n’est à reprendre. Choisissez-en un qui l’est.",
            code="nothing_selected",
        )
    run = locked(run)
    check_open_month(Month.of(run.month))
    slips = list(
        run.payslips.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .exclude(status=PayslipStatus.DRAFT)
        .order_by("pk")
    )
    _check_not_transferred(slips)
    _check_last_of_the_year(slips)
    _cancel_entries(slips, run, on=on, by=by)
    for slip in slips:
        audit.record(
            "payslip.taken_back",
            slip,
            by=by,
            before={"net_paid": slip.net_paid, "document": slip.document_id},
            after={"reason": why},
        )
        slip.status, slip.document, slip.taken_back_for = PayslipStatus.DRAFT, None, why
        slip.validated_by, slip.validated_at = None, None
        slip.revision += 1
    Payslip.objects.bulk_update(
        slips,
        ["status", "document", "validated_by", "validated_at", "revision", "taken_back_for"],
    )
    settle(run)
    outbox.enqueue_all(
        _TELL,
        {f"payslip-taken-back:{s.pk}:{s.revision}": {"payslip_id": s.pk} for s in slips},
    )
    return slips


def _check_not_transferred(slips: Sequence[Payslip]) -> None:
    sent = (
        Transfer.objects.filter(payslip__in=slips, is_withdrawn=False)
        .prefetch_related("batch")
        .order_by("id")
        .first()
    )
    if sent is None:
        return
    if sent.batch.has_left:
        raise ActionRefused(
            f"La remise {sent.batch.number} est partie à la banque\u00a0: ces salaires ne"
            " reviennent plus. Corrigez par le bulletin du mois suivant.",
            code="transferred",
        )
    raise ActionRefused(
        f"Les virements sont préparés pour le {french_date(sent.batch.pay_on)}. Retirez d’abord la"
        f" remise {sent.batch.number}, tant que personne n’a pris son fichier.",
        code="transferred",
    )


def _check_last_of_the_year(slips: Sequence[Payslip]) -> None:
    later = queries.validated_after(slips)
    if not later:
        return
    slip = next(slip for slip in slips if slip.pk in later)
    raise ActionRefused(
        f"Le bulletin {of_french_month(later[slip.pk])} de {slip.inputs['person']['name']} est"
        " validé et se calcule depuis celui-ci. Reprenez-le d’abord.",
        code="later_month",
    )


def _cancel_entries(
    slips: Sequence[Payslip], run: PayrollRun, *, on: date, by: Membership | None
) -> None:
    bearers = bearers_of(slips)
    keys = [
        f"{slip.posting_key}:{bearer.analytic}" for slip in slips for bearer in bearers[slip.pk]
    ]
    entries = Entry.objects.filter(posting_key__in=keys).order_by("date", "id")
    accounting.reverse_all(list(entries), on=entry_date(run, on), by=by)
