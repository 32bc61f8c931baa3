from payroll.models.payslips import Payslip, PayslipPart
from payroll.models.runs import PayrollRun, SalaryChoice
from payroll.models.terms import PayrollTerms
from payroll.models.transfers import Transfer, TransferBatch

__all__ = [
    "PayrollRun",
    "PayrollTerms",
    "Payslip",
    "PayslipPart",
    "SalaryChoice",
    "Transfer",
    "TransferBatch",
]
