"""What is done about pay, one transaction each."""

from payroll.actions.archive import store_payslip, take_payslip
from payroll.actions.choices import choose_salary
from payroll.actions.payment import pay_run, take_transfers, withdraw_batch
from payroll.actions.runs import acknowledge_control, compute_run, open_run
from payroll.actions.step_back import step_back
from payroll.actions.terms import set_terms
from payroll.actions.validation import (
    Validation,
    request_document,
    request_documents,
    validate_payslips,
)

__all__ = [
    "Validation",
    "acknowledge_control",
    "choose_salary",
    "compute_run",
    "open_run",
    "pay_run",
    "request_document",
    "request_documents",
    "set_terms",
    "step_back",
    "store_payslip",
    "take_payslip",
    "take_transfers",
    "validate_payslips",
    "withdraw_batch",
]
