"""What is mailed about pay. Called by workers; a payslip that has moved on is not mailed."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from cae.core.periods import of_french_month
from payroll.models import Payslip


def payslip_taken_back(payslip_id: int) -> None:
    """Tell the person that the payslip they could read is being corrected, and why."""
    payslip = Payslip.objects.prefetch_related("entrepreneur").get(pk=payslip_id)
    if not payslip.is_draft or not payslip.taken_back_for:
        return
    EmailMessage(
        f"Votre bulletin {of_french_month(payslip.month)} est repris",
        render_to_string(
            "email/payslip_taken_back.txt",
            {
                "payslip": payslip,
                "person": payslip.entrepreneur,
                "cooperative": payslip.tenant,
                "link": settings.SITE_URL
                + reverse("payroll:salaries", args=[payslip.tenant.slug])
                + f"?mois={payslip.month:%Y-%m}",
            },
        ),
        to=[payslip.entrepreneur.email],
    ).send()
