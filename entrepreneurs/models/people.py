"""Persons: those who trade through the cooperative, and those who walk beside them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from cae.core.crypto import EncryptedTextField
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from entrepreneurs import rules
from entrepreneurs.enums import Situation


class NamedPerson(TenantModel):
    """A first and a last name, and the copy that lists are sorted and searched by."""

    first_name = models.CharField("prénom", max_length=60)
    last_name = models.CharField("nom", max_length=60)
    #: Last then first name, without accents, lower-case: `rules.sort_name` writes it.
    sort_name = models.CharField(max_length=140, editable=False)
    email = models.EmailField("courriel")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    membership = models.ForeignKey(
        "core.Membership",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="droit d’accès",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class StaffMember(NamedPerson):
    """Someone of the support team or of the management. Entrepreneurs may read who they are."""

    scope = Scope.COOPERATIVE
    job = models.CharField("fonction", max_length=60, blank=True)
    invitation = TenantForeignKey("core.Invitation", null=True, related_name="+")

    class Meta:
        verbose_name = "membre de l’équipe"
        ordering: ClassVar = ["sort_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "membership"], name="entrepreneurs_staff_membership_once"
            ),
        ]


class Entrepreneur(NamedPerson):
    """A person who trades, or is about to trade, through the cooperative.

    `situation` is moved by the dated steps of the path, never by hand. The NIR and the IBAN
    are sealed: they are never searched, logged nor put in a trace.
    """

    scope = Scope.PERSON_ITSELF
    situation = models.CharField(
        "situation", max_length=12, choices=Situation.choices, default=Situation.CANDIDATE
    )
    street = models.CharField("adresse postale", max_length=120, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    town = models.CharField("ville", max_length=60, blank=True)
    birth_date = models.DateField("date de naissance", null=True)
    nir = EncryptedTextField("numéro de sécurité sociale", blank=True)
    iban = EncryptedTextField("IBAN", blank=True)
    iban_holder = models.CharField("titulaire du compte", max_length=120, blank=True)
    iban_changed_on = models.DateField("IBAN changé le", null=True)
    adviser = TenantForeignKey(
        StaffMember, null=True, related_name="portfolio", verbose_name="accompagnateur·rice"
    )
    withholding_rate = models.DecimalField(
        "taux du prélèvement à la source",
        max_digits=5,
        decimal_places=4,
        null=True,
        help_text="Sans taux personnel, le taux neutre s’applique.",
    )
    #: None: that of each of their activities.
    validation_ceiling = models.DecimalField(
        "plafond d’émission sans validation, HT", max_digits=12, decimal_places=2, null=True
    )
    invitation = TenantForeignKey("core.Invitation", null=True, related_name="+")
    created_at = models.DateTimeField("fiche ouverte le", auto_now_add=True)

    class Meta:
        verbose_name = "entrepreneur·e"
        ordering: ClassVar = ["sort_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "membership"],
                name="entrepreneurs_entrepreneur_membership_once",
            ),
            models.CheckConstraint(
                condition=models.Q(withholding_rate__isnull=True)
                | models.Q(
                    withholding_rate__gte=0, withholding_rate__lte=rules.HIGHEST_WITHHOLDING
                ),
                name="entrepreneurs_entrepreneur_withholding",
                violation_error_message="Le taux du prélèvement se lit entre 0 et 55\u00a0%.",
            ),
            models.CheckConstraint(
                condition=models.Q(validation_ceiling=None) | models.Q(validation_ceiling__gte=0),
                name="entrepreneurs_entrepreneur_ceiling",
                violation_error_message="Un plafond ne peut pas être négatif.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "sort_name"], name="entrepreneurs_by_name"),
            models.Index(
                fields=["tenant", "situation", "sort_name"], name="entrepreneurs_by_situation"
            ),
            models.Index(fields=["tenant", "adviser"], name="entrepreneurs_by_adviser"),
        ]
