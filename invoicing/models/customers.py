"""Who buys."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import CustomerKind
from invoicing.models.columns import Addressed


class Customer(Addressed, TenantModel):
    """A customer of one activity: two activities of a cooperative do not share theirs."""

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="customers")
    kind = models.CharField(
        "type", max_length=10, choices=CustomerKind.choices, default=CustomerKind.COMPANY
    )
    name = models.CharField("nom", max_length=160)
    contact = models.CharField("interlocuteur", max_length=120, blank=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    siren = models.CharField(
        "SIREN", max_length=9, blank=True, validators=[RegexValidator(r"^\d{9}$")]
    )
    siret = models.CharField(
        "SIRET", max_length=14, blank=True, validators=[RegexValidator(r"^\d{14}$")]
    )
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)
    endpoint = models.CharField("adresse de facturation électronique", max_length=125, blank=True)
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", null=True)
    search = models.CharField(max_length=400, editable=False)
    archived_at = models.DateTimeField("archivé le", null=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    class Meta:
        verbose_name = "client"
        ordering: ClassVar = ["search", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "activity", "search"], name="invoicing_customer_activity"
            ),
            models.Index(fields=["tenant", "search"], name="invoicing_customer_search"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "siret"],
                condition=~Q(siret="") & Q(archived_at=None),
                name="invoicing_customer_siret_once",
                violation_error_message="Un de vos clients porte déjà ce SIRET.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="invoicing_customer_name",
                violation_error_message="Un client a un nom.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__startswith=models.F("siren")),
                name="invoicing_customer_siret",
                violation_error_message="Le SIRET commence par le SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(payment_days=None) | Q(payment_days__lte=60),
                name="invoicing_customer_days",
                violation_error_message=(
                    "La loi limite le délai de paiement à 60 jours (C. com. L441-10)."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
