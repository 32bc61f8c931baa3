"""Cheques and cash taken to the bank together."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounting.enums import AccountUse
from accounting.rules import FITTING
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import PaymentMeans
from invoicing.models.columns import money
from invoicing.models.payment_triggers import CLOSES_ONCE, ONLY_WHILE_OPEN
from invoicing.models.payments import BANK

#: What is taken to the bank by hand.
DEPOSITED = (PaymentMeans.CHEQUE, PaymentMeans.CASH)


class BankDeposit(TenantModel):
    """A deposit slip (bordereau de remise): open while it is filled, then closed for ever.

    Until it closes, its money waits on 5112 (cheques) or 530 (cash); closing takes it to the bank.
    """

    scope = Scope.STAFF
    means = models.CharField("moyen", max_length=10, choices=PaymentMeans.choices)
    opened_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("ouverte le", auto_now_add=True)

    # What closing gives
    number = models.CharField("numéro", max_length=35, null=True)
    banked_on = models.DateField("remise le", null=True)
    total = money("total")
    item_count = models.PositiveIntegerField("nombre", default=0)
    holder = models.CharField("titulaire", max_length=120, blank=True)
    iban = models.CharField("compte crédité", max_length=34, blank=True)
    #: Where closing takes its money: a bank account of the books.
    account = models.CharField("compte", max_length=8, default=BANK, db_default=BANK)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("fermée le", null=True)

    class Meta:
        verbose_name = "remise en banque"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="invoicing_bankdeposit_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "means"],
                condition=Q(closed_at=None),
                name="invoicing_bankdeposit_open_once",
                violation_error_message="Une remise de ce moyen est déjà ouverte.",
            ),
            models.CheckConstraint(
                condition=Q(means__in=DEPOSITED),
                name="invoicing_bankdeposit_means",
                violation_error_message="On ne remet en banque que des chèques ou des espèces.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, number=None, banked_on=None, closed_by=None, total=0)
                | Q(
                    closed_at__isnull=False,
                    number__isnull=False,
                    number__regex=r"^RB-[0-9]{4}-[0-9]{4,}$",
                    banked_on__isnull=False,
                    closed_by__isnull=False,
                    total__gt=0,
                ),
                name="invoicing_bankdeposit_states",
                violation_error_message="Une remise fermée a un numéro, un jour et un total.",
            ),
            models.CheckConstraint(
                condition=Q(account__regex=FITTING[AccountUse.BANK]),
                name="invoicing_bankdeposit_account",
                violation_error_message="Une remise va sur un compte de banque, 512.",
            ),
        ]
        triggers: ClassVar = [CLOSES_ONCE]

    def __str__(self) -> str:
        return self.number or f"Remise de {self.get_means_display().lower()}s"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class DepositedItem(TenantModel):
    """One cheque, or the cash of one payment, in a deposit."""

    scope = Scope.STAFF
    audited = False
    deposit = TenantForeignKey(BankDeposit, related_name="items")
    payment = TenantForeignKey("invoicing.Payment", related_name="+")

    class Meta:
        verbose_name = "ligne de remise"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "payment"],
                name="invoicing_depositeditem_once",
                violation_error_message="Ce règlement est déjà dans une remise.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "deposit"], name="invoicing_depositeditem_list"),
        ]
        triggers: ClassVar = [ONLY_WHILE_OPEN]


class DepositSlip(TenantModel):
    """The readable slip of a closed deposit, made once by the worker."""

    scope = Scope.STAFF
    audited = False
    deposit = TenantForeignKey(BankDeposit, related_name="slips")
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "bordereau de remise"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "deposit"], name="invoicing_depositslip_once"
            ),
        ]
        triggers: ClassVar = [append_only()]
