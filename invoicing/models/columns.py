"""Columns that a quote, an invoice and their lines share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value

from accounting.enums import AccountUse
from accounting.rules import FITTING
from cae.core.money import ZERO
from invoicing.enums import CustomerKind, Entry, Nature, Unit, VatCategory
from invoicing.rules.vat import LEGAL_RATES


def money(label: str, **options: Any) -> models.DecimalField:
    """Return a column of EUR to the cent, zero unless said otherwise."""
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, **{"default": ZERO, **options}
    )


def account_column(label: str) -> models.CharField:
    """Return a column for the number of an account, empty for the usual one."""
    return models.CharField(label, max_length=8, blank=True, default="", db_default="")


def or_empty(use: AccountUse) -> str:
    """Return what matches an account of the chart for a use, or nothing."""
    return f"^$|{FITTING[use]}"


class Cents(Func):
    """`round(x, 2)` of PostgreSQL: half away from zero, as `to_cents` does."""

    function = "ROUND"
    output_field = models.DecimalField(max_digits=14, decimal_places=2)

    def __init__(self, expression: Any, **extra: Any) -> None:
        super().__init__(expression, Value(2), **extra)


class Addressed(models.Model):
    """A structured address: banks and platforms refuse any other kind since November 2026."""

    street = models.CharField("adresse", max_length=120, blank=True)
    complement = models.CharField("complément", max_length=120, blank=True)
    postcode = models.CharField("code postal", max_length=12, blank=True)
    town = models.CharField("ville", max_length=60, blank=True)
    country = models.CharField("pays", max_length=2, default="FR")

    class Meta:
        abstract = True


class OwnRated(models.Model):
    """The rate of contribution of one document, where the cooperative says another than its rule's.

    It is printed nowhere: it is between the cooperative and the activity.
    """

    own_rate = models.DecimalField(
        "taux de contribution propre", max_digits=6, decimal_places=5, null=True
    )
    own_rate_reason = models.CharField(
        "motif du taux propre", max_length=160, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True


def own_rated(name: str) -> models.CheckConstraint:
    """A rate of its own is between nothing and all, and says why."""
    return models.CheckConstraint(
        condition=Q(own_rate=None, own_rate_reason="")
        | Q(own_rate__isnull=False, own_rate__gte=0, own_rate__lte=1) & ~Q(own_rate_reason=""),
        name=name,
        violation_error_message="Un taux propre va de 0 à 100\u00a0%, et dit pourquoi.",
    )


class FrozenCustomer(models.Model):
    """Who the document is for, as it was when it was last saved: lists need no join."""

    customer_kind = models.CharField(max_length=10, choices=CustomerKind.choices)
    customer_name = models.CharField("client", max_length=160)
    customer_contact = models.CharField("à l’attention de", max_length=120, blank=True)
    customer_street = models.CharField(max_length=120, blank=True)
    customer_complement = models.CharField(max_length=120, blank=True)
    customer_postcode = models.CharField(max_length=12, blank=True)
    customer_town = models.CharField(max_length=60, blank=True)
    customer_country = models.CharField(max_length=2, default="FR")
    customer_siren = models.CharField(max_length=9, blank=True)
    customer_siret = models.CharField(max_length=14, blank=True)
    customer_vat_number = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True


class Totalled(models.Model):
    """The totals of a document, in EUR: positive on a credit note too, its kind says the sign."""

    net = money("total HT")
    vat = money("TVA")
    gross = money("total TTC")

    class Meta:
        abstract = True


class Reduced(models.Model):
    """How prices are typed, the discount on the whole document, and the rounding of its total.

    `discount` is without VAT, already taken off `net`; where `discount_rate` is null it was typed
    as an amount. `rounding` (BT-114) brings a total typed with VAT to what was promised.
    """

    entry = models.CharField(
        "saisie des prix", max_length=5, choices=Entry.choices, default=Entry.NET
    )
    discount = money("remise HT")
    discount_rate = models.DecimalField("remise", max_digits=5, decimal_places=4, null=True)
    rounding = money("arrondi")

    class Meta:
        abstract = True


class Particular(models.Model):
    """What a case asks for: mentions, another place, the reference of an order.

    `mentions` are {"id", "text"}: the text is copied, the id says which box was ticked.
    `revision` grows each time a draft is written, and `written_from` is the page that did: two
    pages never overwrite each other unseen.
    """

    mentions = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    delivery_street = models.CharField(
        "lieu", max_length=120, blank=True, default="", db_default=""
    )
    delivery_complement = models.CharField(max_length=120, blank=True, default="", db_default="")
    delivery_postcode = models.CharField(max_length=12, blank=True, default="", db_default="")
    delivery_town = models.CharField(max_length=60, blank=True, default="", db_default="")
    delivery_country = models.CharField(max_length=2, blank=True, default="", db_default="")
    revision = models.PositiveIntegerField(default=1, db_default=1)
    written_from = models.CharField(max_length=24, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class PricedLine(models.Model):
    """What is sold: quantities to four decimals, prices to six, VAT frozen beside its choice."""

    position = models.PositiveSmallIntegerField("rang")
    #: Repeated on each line of the section; empty above the first one.
    section = models.CharField("titre", max_length=120, blank=True, default="", db_default="")
    label = models.CharField("désignation", max_length=160)
    description = models.TextField("détail", blank=True)
    nature = models.CharField(max_length=8, choices=Nature.choices, default=Nature.SERVICES)
    quantity = models.DecimalField("quantité", max_digits=14, decimal_places=4)
    unit = models.CharField("unité", max_length=3, choices=Unit.choices, default=Unit.PIECE)
    unit_price = models.DecimalField("prix unitaire HT", max_digits=14, decimal_places=6)
    typed_price = models.DecimalField(
        "prix unitaire tel que saisi", max_digits=14, decimal_places=6, null=True
    )
    discount = money("remise HT", db_default=ZERO)
    discount_rate = models.DecimalField("remise", max_digits=5, decimal_places=4, null=True)
    vat_category = models.CharField(max_length=2, choices=VatCategory.choices)
    vat_rate = models.DecimalField("taux de TVA", max_digits=5, decimal_places=4)
    net = money("total HT")

    class Meta:
        abstract = True


def coherent_totals(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(gross=F("net") + F("vat")),
        name=name,
        violation_error_message="Le total TTC doit être la somme du HT et de la TVA.",
    )


def legal_vat(
    name: str, *, rate: str = "vat_rate", category: str = "vat_category"
) -> models.CheckConstraint:
    """Only rates that exist in France; and only the standard category has one."""
    taxed = Q(**{category: VatCategory.STANDARD, f"{rate}__gt": Decimal(0)})
    untaxed = ~Q(**{category: VatCategory.STANDARD}) & Q(**{rate: Decimal(0)})
    return models.CheckConstraint(
        condition=Q(**{f"{rate}__in": LEGAL_RATES}) & (taxed | untaxed),
        name=name,
        violation_error_message="Ce taux de TVA n’existe pas en France.",
    )


def priced(name: str) -> models.CheckConstraint:
    """A line is its quantity times its price, less its discount.

    What is given back is a negative quantity; a discount never makes a line one.
    """
    worth = Cents(F("quantity") * F("unit_price"))
    by_amount = Q(discount_rate=None)
    by_rate = Q(discount_rate__range=(0, 1), discount=Cents(worth * F("discount_rate")))
    return models.CheckConstraint(
        condition=Q(unit_price__gte=0, discount__gte=0, net=worth - F("discount"))
        & (Q(discount=0) | Q(net__gte=0))
        & (by_amount | by_rate),
        name=name,
        violation_error_message=(
            "Le total d’une ligne est sa quantité multipliée par son prix, moins sa remise."
        ),
    )


def reduced(name: str) -> models.CheckConstraint:
    """A discount takes off, a rounding moves cents."""
    return models.CheckConstraint(
        condition=Q(discount__gte=0, rounding__range=(Decimal(-5), Decimal(5)))
        & (Q(discount_rate=None) | Q(discount_rate__range=(0, 1))),
        name=name,
        violation_error_message="Une remise est positive, et au plus de 100\u00a0%.",
    )
