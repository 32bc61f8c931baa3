"""What a customer keeps of works until a year after they accepted them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import ReleaseCause
from invoicing.models.columns import money
from invoicing.models.triggers import RETENTION_MOVES_RIGHT, RETENTION_RELEASES

_WHEN_RELEASED = Q(released_on__isnull=False) & ~Q(release_cause="")


class Retention(TenantModel):
    """The retention of one invoice, opened with it (law 71-584).

    How much of it is unpaid is its settlement's `held`. Names are frozen: a list joins nothing.
    """

    scope = Scope.ACTIVITY
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="retentions")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), null=True, related_name="+")
    number = models.CharField("facture", max_length=35)
    customer_name = models.CharField("client", max_length=160)
    amount = money("montant retenu")
    works_accepted_on = models.DateField("réception des travaux", null=True)
    #: One year after the works were accepted; until that is known, after the invoice.
    due_on = models.DateField("à libérer le")
    contested_on = models.DateField("opposition reçue le", null=True)
    contest_reason = models.CharField("motif de l’opposition", max_length=400, blank=True)
    released_on = models.DateField("libérée le", null=True)
    release_cause = models.CharField(
        "motif de la libération", max_length=10, choices=ReleaseCause.choices, blank=True
    )
    guarantor = models.CharField("établissement garant", max_length=120, blank=True)
    guarantee_reference = models.CharField("référence de la caution", max_length=80, blank=True)

    class Meta:
        verbose_name = "retenue de garantie"
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "activity", "due_on"], name="invoicing_retention_activity"
            ),
            models.Index(
                fields=["tenant", "quote"],
                condition=Q(quote__isnull=False),
                name="invoicing_retention_quote",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "invoice"], name="invoicing_retention_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="invoicing_retention_amount",
                violation_error_message="Une retenue de garantie a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(contested_on=None, contest_reason="")
                | Q(contested_on__isnull=False) & ~Q(contest_reason=""),
                name="invoicing_retention_contest",
                violation_error_message="Une opposition dit ce que le client reproche.",
            ),
            models.CheckConstraint(
                condition=Q(released_on=None, release_cause="", guarantor="")
                | _WHEN_RELEASED & ~Q(release_cause=ReleaseCause.GUARANTEE)
                | _WHEN_RELEASED & ~Q(guarantor=""),
                name="invoicing_retention_released",
                violation_error_message="Une caution dit quelle banque la donne.",
            ),
            models.CheckConstraint(
                condition=~Q(release_cause=ReleaseCause.TERM)
                | Q(
                    contested_on=None,
                    works_accepted_on__isnull=False,
                    released_on__isnull=False,
                    released_on__gte=models.F("due_on"),
                ),
                name="invoicing_retention_term",
                violation_error_message=(
                    "Une retenue se libère à son terme sans opposition, un an après la réception."
                ),
            ),
        ]
        triggers: ClassVar = [RETENTION_MOVES_RIGHT, RETENTION_RELEASES]

    def __str__(self) -> str:
        return f"Retenue {self.number}"
