"""Doorbells of pay: the PDF of each payslip."""

from celery import shared_task


@shared_task
def produce_payslip(payslip_id: int) -> None:
    """Make the PDF of one validated payslip."""
    from payroll.actions import store_payslip

    store_payslip(payslip_id)
