"""Doorbells of pay: the PDF of each payslip, the mail when one is taken back."""

from celery import shared_task


@shared_task
def produce_payslip(payslip_id: int) -> None:
    """Make the PDF of one validated payslip."""
    from payroll.actions import store_payslip

    store_payslip(payslip_id)


@shared_task
def mail_taken_back(payslip_id: int) -> None:
    """Tell somebody that their validated payslip was taken back."""
    from payroll.actions.mails import payslip_taken_back

    payslip_taken_back(payslip_id)
