"""Who may see and do what with pay; what may not be seen does not exist (404)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404

from cae.core.enums import Right
from cae.core.models import Membership
from cae.core.permissions import has_right
from entrepreneurs import queries as people
from entrepreneurs.models import Entrepreneur
from payroll.models import PayrollRun, Payslip, TransferBatch

MayPayslip = Callable[[Membership, Payslip], bool]


def may_prepare(membership: Membership, payslip: Payslip | None = None) -> bool:
    """Whoever prepares the pay sees every payslip, draft or not."""
    return has_right(membership, Right.RUN_PAYROLL)


def may_validate(membership: Membership) -> bool:
    return has_right(membership, Right.VALIDATE_PAYROLL)


def may_read_own(membership: Membership, payslip: Payslip) -> bool:
    """An entrepreneur reads their own payslips, once validated."""
    person = people.person_of(membership)
    return (
        has_right(membership, Right.SEE_OWN)
        and person is not None
        and payslip.entrepreneur_id == person.pk
        and not payslip.is_draft
    )


def fetch_person(membership: Membership) -> Entrepreneur:
    """Return the entrepreneur who is signed in."""
    person = people.person_of(membership)
    if person is None:
        raise Http404
    return person


def fetch_run(membership: Membership, pk: int) -> PayrollRun:
    run = PayrollRun.objects.filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def fetch_batch(membership: Membership, pk: int) -> TransferBatch:
    batch = TransferBatch.objects.filter(pk=pk).select_related("run").first()
    if batch is None or not may_validate(membership):
        raise Http404
    return batch


def fetch_payslip(membership: Membership, pk: int, *, may: MayPayslip = may_prepare) -> Payslip:
    """Return a payslip, or a 404 where it does not exist for this membership."""
    payslip = Payslip.objects.filter(pk=pk).prefetch_related("entrepreneur", "document").first()
    if payslip is None or not may(membership, payslip):
        raise Http404
    return payslip
