"""Members, since when, with how many shares, and what they were elected to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from governance.enums import MandateKind, MemberExit, MovementKind


class Member(TenantModel):
    """An associate: an entrepreneur of the cooperative, or a person from outside it.

    Names are those of the register. Whoever left and comes back keeps the same number.
    """

    scope = Scope.PERSON
    pinned = ("entrepreneur",)
    number = models.PositiveIntegerField("numéro au registre")
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", null=True, related_name="+")
    first_name = models.CharField("prénom", max_length=60, blank=True)
    last_name = models.CharField("nom ou raison sociale", max_length=120)
    sort_name = models.CharField(max_length=190, editable=False)
    email = models.EmailField("courriel", blank=True)
    college = models.CharField("collège", max_length=60, blank=True)

    class Meta:
        verbose_name = "associé·e"
        verbose_name_plural = "associé·es"
        ordering: ClassVar = ["sort_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="governance_member_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "entrepreneur"],
                name="governance_member_person_once",
                violation_error_message="Cette personne est déjà au registre.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class MemberPeriod(TenantModel):
    """From when to when someone was a member, both days included: the electorate of a day."""

    scope = Scope.PERSON
    member = TenantForeignKey(Member, related_name="periods", same=("entrepreneur",))
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", null=True, related_name="+")
    starts_on = models.DateField("admis·e le")
    ends_on = models.DateField("sorti·e le", null=True)
    admitted_by = TenantForeignKey("governance.Resolution", null=True, related_name="+")
    exit_reason = models.CharField("motif", max_length=16, choices=MemberExit, blank=True)

    class Meta:
        verbose_name = "période de sociétariat"
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "member"],
                condition=Q(ends_on=None),
                name="governance_memberperiod_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None, exit_reason="")
                | Q(ends_on__gte=F("starts_on")) & ~Q(exit_reason=""),
                name="governance_memberperiod_end",
                violation_error_message="Une sortie a une date et un motif.",
            ),
        ]


class ShareMovement(TenantModel):
    """A movement of the register of shares. It only grows: a mistake is corrected by another.

    Effects are signed: `shares` held, EUR `subscribed`, EUR `paid` up.
    """

    scope = Scope.PERSON
    audited = False
    member = TenantForeignKey(Member, related_name="movements", same=("entrepreneur",))
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", null=True, related_name="+")
    number = models.PositiveIntegerField("numéro du mouvement")
    kind = models.CharField("mouvement", max_length=12, choices=MovementKind)
    on = models.DateField("le")
    shares = models.IntegerField("parts", default=0)
    subscribed = models.DecimalField("souscrit", max_digits=12, decimal_places=2, default=0)
    paid = models.DecimalField("libéré", max_digits=12, decimal_places=2, default=0)
    note = models.CharField("précision", max_length=120, blank=True)
    recorded_at = models.DateTimeField("enregistré le", auto_now_add=True)

    class Meta:
        verbose_name = "mouvement de parts"
        verbose_name_plural = "mouvements de parts"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="governance_sharemovement_number_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=MovementKind.SUBSCRIPTION, shares__gt=0, subscribed__gt=0, paid=0)
                | Q(kind=MovementKind.RELEASE, shares=0, subscribed=0, paid__gt=0)
                | Q(kind=MovementKind.REFUND, shares__lt=0, subscribed__lt=0, paid__lte=0),
                name="governance_sharemovement_effect",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "member"], name="governance_movement_member"),
        ]
        triggers: ClassVar = [append_only()]


class Mandate(TenantModel):
    """What a member was elected to, until when. All in the cooperative may read it."""

    scope = Scope.COOPERATIVE
    member = TenantForeignKey(Member, related_name="mandates")
    #: Copied: entrepreneurs may read who manages, not the register.
    holder = models.CharField("titulaire", max_length=190)
    kind = models.CharField("mandat", max_length=12, choices=MandateKind)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    resolution = TenantForeignKey("governance.Resolution", null=True, related_name="+")

    class Meta:
        verbose_name = "mandat"
        ordering: ClassVar = ["-starts_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="governance_mandate_days",
                violation_error_message="Un mandat ne peut pas finir avant de commencer.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "ends_on"], name="governance_mandate_end"),
        ]
