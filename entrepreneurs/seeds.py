"""The contracts a cooperative opens with."""

from __future__ import annotations

from decimal import Decimal

from cae.core.money import ZERO
from entrepreneurs import rules
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import ContractType

#: Kind, title, months proposed, months of trial, gross EUR a month of the fixed part.
_CONTRACTS: tuple[tuple[ContractKind, str, int | None, int, Decimal], ...] = (
    (
        ContractKind.CAPE,
        "Contrat d’appui au projet d’entreprise",
        rules.CAPE_MONTHS,
        0,
        ZERO,
    ),
    (ContractKind.CESA, "Contrat d’entrepreneur salarié associé", None, 2, Decimal("150")),
    (ContractKind.CDI, "Contrat à durée indéterminée", None, 2, ZERO),
    (ContractKind.CDD, "Contrat à durée déterminée", 6, 1, ZERO),
)


def seed_contract_types() -> None:
    """Give the current cooperative its types of contract; what is there stays."""
    ContractType.objects.bulk_create(
        (
            ContractType(kind=kind, label=label, months=months, trial_months=trial, fixed_part=part)
            for kind, label, months, trial, part in _CONTRACTS
        ),
        ignore_conflicts=True,
    )
