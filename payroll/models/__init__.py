from payroll.models.payslips import Payslip, PayslipPart
from payroll.models.runs import PayrollRun, SalaryChoice
from payroll.models.transfers import Transfer, TransferBatch

__all__ = [
    "PayrollRun",
    "Payslip",
    "PayslipPart",
    "SalaryChoice",
    "Transfer",
    "TransferBatch",
]
