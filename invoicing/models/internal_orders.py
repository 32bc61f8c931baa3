"""What one activity does for another of the cooperative: ordered, agreed to, never invoiced."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import InternalOrderStatus, Unit
from invoicing.models.columns import Cents, money
from invoicing.models.triggers import ORDER_MOVES_RIGHT, only_while_draft
from invoicing.rules.units import quantity_label

_AGREED = (InternalOrderStatus.ACCEPTED, InternalOrderStatus.CANCELLED)
_ANSWERED = (*_AGREED, InternalOrderStatus.REFUSED)


class InternalOrder(TenantModel):
    """An order between two activities, or from an activity to the cooperative itself. In EUR.

    `activity` sells. `buyer` is empty where the cooperative buys. `shown_to` is the buyer from
    the day it is proposed to them: a draft is its author's alone. The names are frozen here
    because neither side may read the other's activity. The buyer writes nothing: their answer
    is written by the cooperative, in their name.
    """

    scope = Scope.BETWEEN
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="internal_sales")
    seller_name = models.CharField("enseigne qui vend", max_length=120)
    buyer = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="internal_purchases")
    buyer_name = models.CharField("enseigne qui achète", max_length=120)
    shown_to = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="+")
    number = models.CharField("numéro", max_length=35, null=True)
    status = models.CharField(
        "état",
        max_length=10,
        choices=InternalOrderStatus.choices,
        default=InternalOrderStatus.DRAFT,
    )
    subject = models.CharField("objet", max_length=160)
    notes = models.TextField("précisions", blank=True)
    total = money("total")

    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    proposed_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField("proposée le", null=True)
    answered_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("répondue le", null=True)
    accepted_on = models.DateField("acceptée le", null=True)
    refusal_reason = models.TextField("motif du refus", blank=True)
    cancelled_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    cancelled_on = models.DateField("annulée le", null=True)
    cancel_reason = models.TextField("motif de l’annulation", blank=True)
    search = models.CharField(max_length=400, editable=False)

    class Meta:
        verbose_name = "commande interne"
        verbose_name_plural = "commandes internes"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "-id"], name="invoicing_internal_seller"),
            models.Index(fields=["tenant", "shown_to", "-id"], name="invoicing_internal_buyer"),
            models.Index(
                fields=["tenant", "proposed_at"],
                condition=Q(status="proposed"),
                name="invoicing_internal_proposed",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="invoicing_internal_number_once"
            ),
            models.CheckConstraint(
                condition=Q(buyer=None) | ~Q(buyer=F("activity")),
                name="invoicing_internal_two_sides",
                violation_error_message="Une enseigne ne se commande rien à elle-même.",
            ),
            models.CheckConstraint(
                condition=Q(status=InternalOrderStatus.DRAFT, shown_to=None)
                | ~Q(status=InternalOrderStatus.DRAFT)
                & (
                    Q(shown_to__isnull=False, buyer__isnull=False, shown_to=F("buyer"))
                    | Q(shown_to=None, buyer=None)
                ),
                name="invoicing_internal_shown",
                violation_error_message="Une commande proposée se montre à qui l’achète.",
            ),
            models.CheckConstraint(
                condition=Q(status=InternalOrderStatus.DRAFT)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False, total__gt=0),
                name="invoicing_internal_proposed_by",
                violation_error_message="Une commande proposée a un montant, un auteur, un jour.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=_ANSWERED, answered_by__isnull=False, answered_at__isnull=False
                )
                | ~Q(status__in=_ANSWERED) & Q(answered_by=None, answered_at=None),
                name="invoicing_internal_answered_by",
                violation_error_message="Une réponse dit de qui, et quand.",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("proposed_by")),
                name="invoicing_internal_two_people",
                violation_error_message="Personne ne répond à sa propre commande.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=_AGREED,
                    number__isnull=False,
                    number__regex=r"^[A-Za-z0-9_/+-]{1,35}$",
                    accepted_on__isnull=False,
                )
                | ~Q(status__in=_AGREED) & Q(number=None, accepted_on=None),
                name="invoicing_internal_numbered",
                violation_error_message="Une commande a un numéro quand elle est acceptée.",
            ),
            models.CheckConstraint(
                condition=~Q(status=InternalOrderStatus.REFUSED) | ~Q(refusal_reason=""),
                name="invoicing_internal_refused",
                violation_error_message="Un refus dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=InternalOrderStatus.CANCELLED,
                    cancelled_by__isnull=False,
                    cancelled_on__isnull=False,
                    cancelled_on__gte=F("accepted_on"),
                )
                & ~Q(cancel_reason="")
                | ~Q(status=InternalOrderStatus.CANCELLED)
                & Q(cancelled_by=None, cancelled_on=None, cancel_reason=""),
                name="invoicing_internal_cancelled",
                violation_error_message="Une annulation dit de qui, quand et pourquoi.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="born_a_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__status__df="draft"),
            ),
            pgtrigger.Protect(
                name="kept_once_proposed",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__df="draft"),
            ),
            ORDER_MOVES_RIGHT,
        ]

    def __str__(self) -> str:
        return self.number or self.subject


class InternalOrderLine(TenantModel):
    """A line: neither VAT nor discount, both sides are one cooperative."""

    scope = Scope.BETWEEN
    audited = False  # rewritten at each save of a draft, frozen afterwards
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    shown_to = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="+")
    order = TenantForeignKey("invoicing.InternalOrder", same=("activity",), related_name="lines")
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("désignation", max_length=160)
    description = models.TextField("détail", blank=True)
    quantity = models.DecimalField("quantité", max_digits=14, decimal_places=4)
    unit = models.CharField("unité", max_length=3, choices=Unit.choices, default=Unit.PIECE)
    unit_price = models.DecimalField("prix unitaire", max_digits=14, decimal_places=6)
    net = money("total")

    class Meta:
        verbose_name = "ligne de commande interne"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "order", "position"], name="invoicing_internalline_position_once"
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, net=Cents(F("quantity") * F("unit_price"))),
                name="invoicing_internalline_net",
                violation_error_message="Le total d’une ligne est sa quantité fois son prix.",
            ),
        ]
        triggers: ClassVar = [only_while_draft("invoicing_internalorder", "order_id")]

    @property
    def quantity_label(self) -> str:
        return quantity_label(self.quantity, self.unit)
