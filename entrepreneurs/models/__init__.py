from entrepreneurs.models.accounts import BankAccount
from entrepreneurs.models.activities import Activity, ActivityMember
from entrepreneurs.models.branches import Branch
from entrepreneurs.models.contracts import Contract, ContractType, PathStep
from entrepreneurs.models.insurances import Insurance
from entrepreneurs.models.people import Entrepreneur, StaffMember

__all__ = [
    "Activity",
    "ActivityMember",
    "BankAccount",
    "Branch",
    "Contract",
    "ContractType",
    "Entrepreneur",
    "Insurance",
    "PathStep",
    "StaffMember",
]
