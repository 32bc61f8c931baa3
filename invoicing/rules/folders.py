"""The types of folders and deals a cooperative starts with, and what a folder comes to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFigures:
    """What a folder comes to, in EUR: without VAT, but `paid` and `owed`, which are with it.

    `sold` is what was accepted, and what was invoiced without a quote; `invoiced` is less what
    was credited or replaced, deposits counted once; `costs` are what its deals bought.
    """

    sold: Decimal = ZERO
    invoiced: Decimal = ZERO
    paid: Decimal = ZERO
    owed: Decimal = ZERO
    costs: Decimal = ZERO

    @property
    def margin(self) -> Decimal:
        return self.invoiced - self.costs


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedBusinessType:
    code: str
    label: str
    mention: str = ""


#: The mention is to confirm by each cooperative. Source: CGI ann. II art. 242 nonies A, I, 16°
#: (margin scheme of travel agencies).
BUSINESS_TYPES = (
    OfferedBusinessType(code="classic", label="Classique"),
    OfferedBusinessType(code="training", label="Formation"),
    OfferedBusinessType(code="site", label="Chantier"),
    OfferedBusinessType(
        code="travel",
        label="Voyage, TVA sur la marge",
        mention="Régime particulier – Agences de voyages",
    ),
)

#: Code, label, help, codes of the business types it takes.
FOLDER_TYPES = (
    ("classic", "Dossier classique", "Tout ce qui n’a pas de règle à part.", ("classic",)),
    (
        "training",
        "Convention de formation",
        "Des actions de formation, et ce qui se vend avec.",
        ("training", "classic"),
    ),
    (
        "site",
        "Chantier",
        "Des travaux, et les études qui les précèdent.",
        ("site", "classic"),
    ),
    ("travel", "Voyage", "Des séjours vendus avec la TVA sur la marge.", ("travel",)),
)
