"""What the checks of an electronic invoice refuse and a person can mend: told before it is issued.

Once issued a document keeps its number and its faults: the judge of its file comes too late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from invoicing.enums import VatCategory
from invoicing.rules.countries import country_name, is_in_union

#: The categories of VAT that a seller without a VAT number cannot use (BR-S-02, BR-AE-02…).
_WITH_NUMBER = (
    VatCategory.STANDARD,
    VatCategory.EXEMPT,
    VatCategory.REVERSE_CHARGE,
    VatCategory.INTRA_EU,
    VatCategory.EXPORT,
)
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a file would be refused: a code, and what to do in French."""

    code: str
    message: str


def objections(document: Mapping[str, Any]) -> list[Objection]:
    """Return what would be refused of a document, the first to mend first.

    :param document: a snapshot, that of a draft included (`documents/snapshots.py`).

    Sources: EN 16931-1, BR-O-11, BR-AE-02, BR-IC-02, BR-S-02, BR-29; AFNOR V1.4.0, BR-FR-03 and
    BR-FR-10; CGI art. 259, 1° and 283-2 for who owes the VAT of a service.
    """
    return [*_of_vat(document), *_of_seller(document), *_of_dates(document)]


def _of_vat(document: Mapping[str, Any]) -> Iterator[Objection]:
    customer = document["customer"]
    name, country = customer["name"], customer["country"]
    categories = {row["category"] for row in document["vat_rows"]}
    if VatCategory.OUT_OF_SCOPE in categories:
        if len(categories) > 1:
            yield Objection(
                "vat_mixed",
                "Ce qui est hors du champ de la TVA se facture à part. Gardez ici ces seules "
                "lignes, et faites un autre document du reste.",
            )
        elif is_in_union(country):
            yield Objection(
                "vat_in_union",
                f"«\u00a0Hors champ\u00a0» est pour un client établi hors de l’Union européenne, "
                f"et {name} est en {country_name(country)}. Choisissez un autre cas de TVA.",
            )
    if VatCategory.REVERSE_CHARGE in categories and not _is_identified(customer):
        if is_in_union(country):
            yield Objection(
                "vat_number_missing",
                f"L’autoliquidation demande le numéro de TVA de {name}, ou son SIREN. Complétez "
                "sa fiche, ou choisissez un autre cas de TVA.",
            )
        else:
            yield Objection(
                "vat_outside_union",
                f"{name} est hors de l’Union européenne et n’a pas de numéro de TVA\u00a0: un "
                "service s’y facture «\u00a0Hors champ\u00a0: services à un assujetti hors de "
                "l’UE\u00a0». Changez la TVA des lignes.",
            )
    if VatCategory.INTRA_EU in categories and not customer["vat_number"]:
        yield Objection(
            "vat_number_missing",
            f"Une livraison dans l’Union européenne demande le numéro de TVA de {name}. Complétez "
            "sa fiche, ou choisissez un autre cas de TVA.",
        )


def _is_identified(customer: Mapping[str, str]) -> bool:
    return bool(customer["vat_number"] or customer["siren"])


def _of_seller(document: Mapping[str, Any]) -> Iterator[Objection]:
    seller = document["seller"]
    categories = {row["category"] for row in document["vat_rows"]}
    if not seller["siren"]:
        yield Objection(
            "seller_incomplete",
            "Il manque le SIREN de la coopérative. L’équipe d’appui le complète dans ses réglages.",
        )
    if not seller["vat_number"] and categories & set(_WITH_NUMBER):
        yield Objection(
            "seller_incomplete",
            "Il manque le numéro de TVA de la coopérative. L’équipe d’appui le complète dans ses "
            "réglages.",
        )


def _of_dates(document: Mapping[str, Any]) -> Iterator[Objection]:
    for name in ("supplied_from", "supplied_on"):
        day = document.get(name)
        if day and date.fromisoformat(day).year not in _YEARS:
            yield Objection(
                "bad_dates",
                "La date de la prestation n’est pas de ce siècle. Corrigez-la.",
            )
