"""What a cooperative sells and spends with: VAT rates, expense types, mileage scale."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounting.enums import CostNature
from cae.core.tenancy.models import Scope, TenantModel
from invoicing.enums import ExpenseKind, VatCategory, Vehicle
from invoicing.models.columns import legal_vat, money


class VatRate(TenantModel):
    """A VAT choice offered on lines. Never edited once used: withdrawn, and another one added."""

    scope = Scope.COOPERATIVE
    code = models.SlugField("code", max_length=32)
    label = models.CharField("intitulé", max_length=60)
    rate = models.DecimalField("taux", max_digits=5, decimal_places=4)
    category = models.CharField("catégorie", max_length=2, choices=VatCategory.choices)
    vatex = models.CharField("code d’exonération", max_length=24, blank=True)
    mention = models.CharField("mention imprimée", max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "taux de TVA"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="invoicing_vatrate_code_once",
                violation_error_message="Ce code de TVA existe déjà.",
            ),
            legal_vat("invoicing_vatrate_legal", rate="rate", category="category"),
            models.CheckConstraint(
                condition=Q(category=VatCategory.STANDARD) | ~Q(mention=""),
                name="invoicing_vatrate_mention",
                violation_error_message="Une exonération porte une mention sur la facture.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ExpenseType(TenantModel):
    """A kind of expense, with the account it is written on and the VAT it gives back."""

    scope = Scope.COOPERATIVE
    code = models.SlugField("code", max_length=32)
    label = models.CharField("intitulé", max_length=60)
    kind = models.CharField(max_length=8, choices=ExpenseKind.choices, default=ExpenseKind.EXPENSE)
    account = models.CharField("compte", max_length=12)
    nature = models.CharField(
        "nature", max_length=16, choices=CostNature.choices, default=CostNature.OVERHEAD
    )
    deductible_share = models.DecimalField(
        "part de TVA déductible", max_digits=5, decimal_places=4, default=1
    )
    reimbursed_share = models.DecimalField(
        "part remboursée",
        max_digits=5,
        decimal_places=4,
        default=1,
        help_text="Par exemple 0,5 pour un téléphone à moitié personnel.",
    )
    icon = models.CharField(max_length=32, default="receipt")
    hint = models.CharField("aide", max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "type de dépense"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"], name="invoicing_expensetype_code_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    deductible_share__range=(0, 1),
                    reimbursed_share__gt=0,
                    reimbursed_share__lte=1,
                ),
                name="invoicing_expensetype_shares",
                violation_error_message="Une part est comprise entre 0 et 1.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class MileageScale(TenantModel):
    """One band of the scale: up to `up_to_km` a year, `rate` per km plus `fixed` EUR."""

    scope = Scope.COOPERATIVE
    valid_from = models.DateField("en vigueur depuis le")
    vehicle = models.CharField("véhicule", max_length=20, choices=Vehicle.choices)
    power = models.PositiveSmallIntegerField("puissance fiscale, jusqu’à", default=0)
    up_to_km = models.PositiveIntegerField("jusqu’à, en km par an", null=True)
    rate = models.DecimalField("taux par km", max_digits=6, decimal_places=4)
    fixed = money("part fixe")
    source = models.CharField("texte", max_length=160)

    class Meta:
        verbose_name = "barème kilométrique"
        ordering: ClassVar = ["vehicle", "power", "up_to_km"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "valid_from", "vehicle", "power", "up_to_km"],
                nulls_distinct=False,
                name="invoicing_mileagescale_band_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_vehicle_display()} {self.power} CV"
