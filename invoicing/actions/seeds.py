"""What a cooperative sells and spends with from its first day."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from django.db import transaction

from accounting.enums import CostNature
from invoicing.enums import ExpenseKind, Vehicle
from invoicing.models import (
    BusinessType,
    ExpenseType,
    FolderType,
    FolderTypeAllows,
    Mention,
    MileageScale,
    ReminderLevel,
    VatRate,
)
from invoicing.rules import folders, mentions, vat

#: code, label, account, nature, icon, share of VAT deducted, help. Accounts are those of the
#: chart a cooperative opens with. VAT: CGI ann. II art. 206, IV, 2 (lodging of the person, and
#: passenger transport, give none back; fuel is to be cut by the accountant: 80 %).
_EXPENSES: tuple[tuple[str, str, str, CostNature, str, str, str], ...] = (
    ("meals", "Repas", "6257", CostNature.OVERHEAD, "utensils", "1", "Repas d’affaires"),
    ("train", "Train, avion, taxi", "6251", CostNature.OVERHEAD, "train-front", "0", ""),
    ("parking", "Péage, parking", "6251", CostNature.OVERHEAD, "square-parking", "1", ""),
    ("lodging", "Hôtel", "6256", CostNature.OVERHEAD, "bed", "0", ""),
    ("fuel", "Carburant d’un véhicule loué", "6061", CostNature.OVERHEAD, "fuel", "0.8", ""),
    ("supplies", "Fournitures", "6064", CostNature.OVERHEAD, "pencil-ruler", "1", ""),
    ("equipment", "Petit équipement", "6063", CostNature.OVERHEAD, "wrench", "1",
     "Moins de 500 € HT"),
    ("post", "Poste", "626", CostNature.OVERHEAD, "mail", "1", ""),
    ("phone", "Téléphone, internet", "626", CostNature.OVERHEAD, "smartphone", "1",
     "La moitié est remboursée\u00a0: l’autre est personnelle"),
    ("software", "Logiciel, hébergement", "651", CostNature.OVERHEAD, "laptop", "1", ""),
    ("documentation", "Livres, documentation", "6181", CostNature.OVERHEAD, "book-open", "1", ""),
    ("training", "Formation suivie", "6185", CostNature.OVERHEAD, "graduation-cap", "1", ""),
    ("advertising", "Publicité, impression", "623", CostNature.OVERHEAD, "megaphone", "1", ""),
    ("premises", "Location de salle, d’atelier", "6132", CostNature.OVERHEAD, "store", "1", ""),
    ("rental", "Location de matériel", "6135", CostNature.OVERHEAD, "package", "1", ""),
    ("insurance", "Assurance", "616", CostNature.OVERHEAD, "shield", "0", ""),
    ("goods", "Marchandises revendues", "607", CostNature.RESALE, "package", "1",
     "Achetées pour un client"),
    ("materials", "Matières d’un chantier", "601", CostNature.MATERIALS, "hammer", "1",
     "Achetées pour un client"),
    ("subcontracting", "Sous-traitance", "611", CostNature.SUBCONTRACTING, "users", "1", ""),
    ("mission", "Frais de mission refacturés", "6256", CostNature.MISSION, "briefcase", "1", ""),
    ("other", "Autre dépense", "628", CostNature.OVERHEAD, "receipt", "1", ""),
)  # fmt: skip

_REIMBURSED = {"phone": Decimal("0.5")}
_SCALES = ("mileage_2023.json",)


@transaction.atomic
def seed_sales_settings() -> None:
    """Give the current cooperative its VAT rates, expense types and mileage scales.

    Can be called again: what is there stays.
    """
    VatRate.objects.bulk_create(
        (
            VatRate(
                code=case.code,
                label=case.label,
                rate=case.rate,
                category=case.category,
                vatex=case.vatex,
                mention=case.mention,
                position=rank,
            )
            for rank, case in enumerate(vat.OFFERED)
        ),
        ignore_conflicts=True,
    )
    ExpenseType.objects.bulk_create(_expense_types(), ignore_conflicts=True)
    if not BusinessType.objects.exists():
        _seed_folder_types()
    if not Mention.objects.exists():
        Mention.objects.bulk_create(
            Mention(is_to_confirm=True, **asdict(each)) for each in mentions.OFFERED
        )
    ReminderLevel.objects.bulk_create(
        (ReminderLevel(rank=rank, **level) for rank, level in enumerate(_reminders(), start=1)),
        ignore_conflicts=True,
    )
    for name in _SCALES:
        scale = json.loads(files("invoicing.scales").joinpath(name).read_text(encoding="utf-8"))
        MileageScale.objects.bulk_create(_bands(scale), ignore_conflicts=True)


def _seed_folder_types() -> None:
    taken = {
        row.code: row
        for row in BusinessType.objects.bulk_create(
            BusinessType(is_to_confirm=bool(each.mention), position=rank, **asdict(each))
            for rank, each in enumerate(folders.BUSINESS_TYPES)
        )
    }
    for rank, (code, label, hint, allowed) in enumerate(folders.FOLDER_TYPES):
        row = FolderType.objects.create(code=code, label=label, hint=hint, position=rank)
        FolderTypeAllows.objects.bulk_create(
            FolderTypeAllows(folder_type=row, business_type=taken[each]) for each in allowed
        )


def _reminders() -> list[dict[str, Any]]:
    """Return the levels of reminder; none goes by itself before the cooperative says so."""
    words = files("invoicing.words").joinpath("reminders.toml").read_text(encoding="utf-8")
    return tomllib.loads(words)["levels"]


def _expense_types() -> list[ExpenseType]:
    mileage = ExpenseType(
        code="mileage",
        label="Trajet en voiture, à moto",
        kind=ExpenseKind.MILEAGE,
        account="6251",
        icon="car",
        deductible_share=0,
        hint="Payé par le barème kilométrique",
        position=0,
    )
    return [
        mileage,
        *(
            ExpenseType(
                code=code,
                label=label,
                account=account,
                nature=nature,
                icon=icon,
                deductible_share=Decimal(deductible),
                reimbursed_share=_REIMBURSED.get(code, Decimal(1)),
                hint=hint,
                position=rank,
            )
            for rank, (code, label, account, nature, icon, deductible, hint) in enumerate(
                _EXPENSES, start=1
            )
        ),
    ]


def _bands(scale: dict[str, Any]) -> list[MileageScale]:
    """Return the bands of a scale, and those of electric vehicles, which it increases."""
    increase = 1 + Decimal(scale["electric_increase"])
    bands = []
    for name, powers in scale["vehicles"].items():
        for vehicle, factor in (
            (Vehicle(name), Decimal(1)),
            (Vehicle(f"electric_{name}"), increase),
        ):
            bands += [
                MileageScale(
                    valid_from=date.fromisoformat(scale["valid_from"]),
                    vehicle=vehicle,
                    power=row["power"],
                    up_to_km=band["up_to_km"],
                    rate=Decimal(band["rate"]) * factor,
                    fixed=Decimal(band["fixed"]) * factor,
                    source=scale["source"],
                )
                for row in powers
                for band in row["bands"]
            ]
    return bands
