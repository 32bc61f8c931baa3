"""The terms in force: those every pay of a month is computed with."""

from __future__ import annotations

from django.db.models import QuerySet

from cae.core.models import Cooperative
from cae.core.periods import Month
from cae.core.tenancy import current_tenant_id
from payroll.enums import PayslipStatus
from payroll.models import PayrollTerms, Payslip
from payroll.rules.terms import Terms


def terms_in_force(month: Month) -> Terms:
    """Return the terms of a month; those of the cooperative at its opening before any other."""
    dated = PayrollTerms.objects.filter(valid_from__lte=month.first_day).first()
    if dated is not None:
        return dated.terms
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    return Terms(
        headcount=cooperative.headcount,
        accident_rate=cooperative.accident_rate,
        mobility_rate=cooperative.mobility_rate,
        health_premium=cooperative.health_premium,
        health_employer_share=cooperative.health_employer_share,
    )


def dated_terms() -> QuerySet[PayrollTerms]:
    """Return every version of the terms, the latest in force first."""
    return PayrollTerms.objects.prefetch_related("set_by__user")


def last_validated_month() -> Month | None:
    """Return the last month with a validated payslip: its terms are settled."""
    day = (
        Payslip.objects.exclude(status=PayslipStatus.DRAFT)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    return Month.of(day) if day else None
