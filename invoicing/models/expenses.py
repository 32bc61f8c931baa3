"""What a person spent for an activity, and is given back."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import ExpenseSheetStatus, Vehicle
from invoicing.models.columns import Totalled, coherent_totals, money
from invoicing.models.triggers import only_while_draft

AMOUNTS_CHANGE = reduce(
    or_,
    (
        pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")})
        for name in ("entrepreneur", "activity", "month", "number", "net", "vat", "gross")
    ),
)


class ExpenseSheet(Totalled, TenantModel):
    """A month of expenses of one person for one activity. `vat` is the part deducted.

    Colleagues in the same activity do not see it: it belongs to the person.
    """

    scope = Scope.PERSON
    pinned = ("entrepreneur",)
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="expense_sheets")
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="expense_sheets")
    person_name = models.CharField("personne", max_length=160)
    month = models.DateField("mois")
    number = models.CharField("numéro", max_length=35, null=True)
    status = models.CharField(
        "état",
        max_length=10,
        choices=ExpenseSheetStatus.choices,
        default=ExpenseSheetStatus.DRAFT,
    )
    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("ouverte le", auto_now_add=True)
    submitted_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("soumise le", null=True)
    approved_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField("approuvée le", null=True)
    refunded_on = models.DateField("remboursée le", null=True)
    refusal_reason = models.TextField("motif du refus", blank=True)

    class Meta:
        verbose_name = "note de dépenses"
        ordering: ClassVar = ["-month", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "entrepreneur", "-month"], name="invoicing_sheet_person"
            ),
            models.Index(fields=["tenant", "activity", "-month"], name="invoicing_sheet_activity"),
            models.Index(
                fields=["tenant", "submitted_at"],
                condition=Q(status="submitted"),
                name="invoicing_sheet_submitted",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="invoicing_sheet_number_once"
            ),
            coherent_totals("invoicing_sheet_totals"),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="invoicing_sheet_month",
                violation_error_message="Un mois est noté par son premier jour.",
            ),
            models.CheckConstraint(
                condition=Q(status=ExpenseSheetStatus.DRAFT)
                | Q(number__isnull=False, submitted_by__isnull=False, submitted_at__isnull=False),
                name="invoicing_sheet_submitted_by",
                violation_error_message="Une note soumise dit par qui, et quand.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[ExpenseSheetStatus.DRAFT, ExpenseSheetStatus.SUBMITTED],
                    approved_by=None,
                    approved_on=None,
                )
                | Q(
                    status__in=[
                        ExpenseSheetStatus.APPROVED,
                        ExpenseSheetStatus.REFUNDED,
                        ExpenseSheetStatus.WAIVED,
                    ],
                    approved_by__isnull=False,
                    approved_on__isnull=False,
                ),
                name="invoicing_sheet_approved_by",
                violation_error_message="Une note approuvée dit par qui, et quand.",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (~Q(approved_by=F("submitted_by")) & ~Q(approved_by=F("created_by"))),
                name="invoicing_sheet_two_people",
                violation_error_message="Personne n’approuve ses propres dépenses.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="born_a_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__status__df="draft"),
            ),
            pgtrigger.Protect(
                name="frozen_once_closed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["refunded", "waived"]),
            ),
            pgtrigger.Protect(
                name="kept_once_submitted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__number__isnull=False),
            ),
            pgtrigger.Protect(
                name="amounts_frozen_once_submitted",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__df="draft") & AMOUNTS_CHANGE,
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.person_name} {self.month:%Y-%m}"


class ExpenseLine(TenantModel):
    """One expense with its voucher, or one journey. `gross` is what the person is given back."""

    scope = Scope.PERSON
    pinned = ("entrepreneur",)
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="+")
    sheet = TenantForeignKey("invoicing.ExpenseSheet", same=("entrepreneur",), related_name="lines")
    expense_type = TenantForeignKey("invoicing.ExpenseType", related_name="+")
    spent_on = models.DateField("date")
    label = models.CharField("fournisseur ou motif", max_length=160)
    paid = money("payé TTC")
    paid_vat = money("dont TVA")
    net = money("charge")
    vat = money("TVA déductible")
    gross = money("remboursé")
    voucher = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    distance = models.DecimalField("distance en km", max_digits=7, decimal_places=1, null=True)
    vehicle = models.CharField(max_length=20, choices=Vehicle.choices, blank=True)
    power = models.PositiveSmallIntegerField("puissance fiscale", null=True)
    origin = models.CharField("départ", max_length=80, blank=True)
    destination = models.CharField("arrivée", max_length=80, blank=True)
    explanation = models.CharField("calcul", max_length=240, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "dépense"
        ordering: ClassVar = ["spent_on", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "sheet"], name="invoicing_expenseline_sheet"),
            models.Index(
                fields=["tenant", "entrepreneur", "spent_on"], name="invoicing_expenseline_person"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("vat"), gross__gt=0, vat__gte=0, net__gte=0),
                name="invoicing_expenseline_totals",
                violation_error_message="Une dépense a un montant positif, TVA comprise.",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=F("gross"), paid_vat__lt=F("paid"), paid_vat__gte=F("vat")),
                name="invoicing_expenseline_paid",
                violation_error_message="La TVA d’une dépense est plus petite que son total.",
            ),
            models.CheckConstraint(
                condition=Q(distance=None, vehicle="", power=None)
                | (
                    Q(distance__isnull=False, distance__gt=0, power__isnull=False, paid_vat=0)
                    & ~Q(vehicle="")
                ),
                name="invoicing_expenseline_journey",
                violation_error_message="Un trajet a une distance, un véhicule et pas de TVA.",
            ),
        ]
        triggers: ClassVar = [only_while_draft("invoicing_expensesheet", "sheet_id")]

    def __str__(self) -> str:
        return self.label
