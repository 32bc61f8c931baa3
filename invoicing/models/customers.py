"""Who buys."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Lower
from django.db.models.lookups import Exact

from cae.core.crypto import EncryptedTextField
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import CustomerKind
from invoicing.models.columns import Addressed

#: What is emptied when a customer is forgotten.
PERSONAL = (
    "contact",
    "email",
    "billing_email",
    "phone",
    "street",
    "complement",
    "postcode",
    "town",
    "delivery_street",
    "delivery_complement",
    "delivery_postcode",
    "delivery_town",
    "delivery_country",
    "vat_number",
    "legal_form",
    "naf",
    "chorus_service",
    "chorus_commitment",
    "iban",
    "iban_holder",
    "party_account",
)

#: The chart of accounts is the cooperative's: an entrepreneur does not touch it.
_BY_STAFF = """
    IF current_user = 'cae_entrepreneur'
        AND NEW.party_account IS DISTINCT FROM
            (CASE WHEN TG_OP = 'UPDATE' THEN OLD.party_account ELSE '' END)
    THEN
        RAISE EXCEPTION 'the support staff alone sets a third-party account'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""

#: A sealed value is not compared, but an empty one is not sealed.
_NO_IBAN = Exact(Length("iban"), 0)


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
    billing_email = models.EmailField("courriel de facturation", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    delivery_street = models.CharField("adresse de livraison", max_length=120, blank=True)
    delivery_complement = models.CharField(
        "complément de l’adresse de livraison", max_length=120, blank=True
    )
    delivery_postcode = models.CharField("code postal de livraison", max_length=12, blank=True)
    delivery_town = models.CharField("ville de livraison", max_length=60, blank=True)
    delivery_country = models.CharField("pays de livraison", max_length=2, blank=True)
    siren = models.CharField(
        "SIREN", max_length=9, blank=True, validators=[RegexValidator(r"^\d{9}$")]
    )
    siret = models.CharField(
        "SIRET", max_length=14, blank=True, validators=[RegexValidator(r"^\d{14}$")]
    )
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)
    legal_form = models.CharField(
        "forme juridique", max_length=80, blank=True, default="", db_default=""
    )
    naf = models.CharField(
        "code d’activité (NAF)", max_length=6, blank=True, default="", db_default=""
    )
    #: Typed; `rules.endpoints.endpoint_of` says which one is used when it is empty.
    endpoint = models.CharField(
        "adresse de facturation électronique",
        max_length=125,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9._-]*$")],
    )
    chorus_service = models.CharField("code service Chorus Pro", max_length=100, blank=True)
    chorus_commitment = models.CharField(
        "numéro d’engagement Chorus Pro", max_length=50, blank=True
    )
    iban = EncryptedTextField("IBAN", blank=True)
    iban_holder = models.CharField("titulaire du compte", max_length=120, blank=True)
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", null=True)
    #: The customer in the books of the cooperative; written by its staff, copied on each entry.
    party_account = models.CharField(
        "compte tiers", max_length=17, blank=True, default="", db_default=""
    )
    search = models.CharField(max_length=400, editable=False)
    archived_at = models.DateTimeField("archivé le", null=True)
    anonymised_at = models.DateTimeField("anonymisé le", null=True)
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
                fields=["tenant", "activity", "siret", "chorus_service"],
                condition=~Q(siret="") & Q(archived_at=None),
                name="invoicing_customer_siret_once",
                violation_error_message="Un de vos clients porte déjà ce SIRET.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "party_account"],
                condition=~Q(party_account=""),
                name="invoicing_customer_party_account_once",
                violation_error_message="Un autre client porte déjà ce compte tiers.",
            ),
            models.CheckConstraint(
                condition=Q(party_account__regex=r"^[A-Z0-9]{0,17}$"),
                name="invoicing_customer_party_account",
                violation_error_message="Un compte tiers s’écrit en majuscules et en chiffres.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="invoicing_customer_name",
                violation_error_message="Un client a un nom.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__startswith=F("siren")),
                name="invoicing_customer_siret",
                violation_error_message="Le SIRET commence par le SIREN.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[CustomerKind.INDIVIDUAL, CustomerKind.FOREIGN])
                | Q(siren="", siret="", endpoint=""),
                name="invoicing_customer_siren_of_kind",
                violation_error_message="Seule une organisation française a un SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(naf="")
                | Q(naf__regex=r"^[0-9]{2}\.[0-9]{2}[A-Z]$")
                & ~Q(kind__in=[CustomerKind.INDIVIDUAL, CustomerKind.FOREIGN]),
                name="invoicing_customer_naf",
                violation_error_message=(
                    "Un code d’activité s’écrit 62.01Z, et va à une organisation française."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(kind=CustomerKind.FOREIGN) | ~Q(country="FR"),
                name="invoicing_customer_foreign",
                violation_error_message="Un client étranger a une adresse hors de France.",
            ),
            models.CheckConstraint(
                condition=Q(endpoint="")
                | Q(endpoint__regex=r"^[A-Za-z0-9._-]{9,125}$", endpoint__startswith=F("siren")),
                name="invoicing_customer_endpoint",
                violation_error_message=(
                    "L’adresse de facturation électronique commence par le SIREN du client."
                ),
            ),
            models.CheckConstraint(
                condition=Q(_NO_IBAN, iban_holder="") | ~Q(_NO_IBAN) & ~Q(iban_holder=""),
                name="invoicing_customer_iban",
                violation_error_message="Un IBAN va avec le nom du titulaire du compte.",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None)
                | Q(
                    _NO_IBAN,
                    **{name: "" for name in PERSONAL if name != "iban"},
                    kind=CustomerKind.INDIVIDUAL,
                    archived_at__isnull=False,
                ),
                name="invoicing_customer_anonymised",
                violation_error_message="D’un client anonymisé, il ne reste rien de personnel.",
            ),
            models.CheckConstraint(
                condition=Q(payment_days=None) | Q(payment_days__lte=60),
                name="invoicing_customer_days",
                violation_error_message=(
                    "La loi limite le délai de paiement à 60 jours (C. com. L441-10)."
                ),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="accounts_are_the_staffs",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("party_account"),
                func=_BY_STAFF,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def bills_to(self) -> str:
        """Where invoices are mailed: the billing e-mail, else the ordinary one."""
        return self.billing_email or self.email


class CustomerContact(TenantModel):
    """Somebody at a customer's, and which letters go to them."""

    scope = Scope.ACTIVITY
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="contacts")
    name = models.CharField("nom", max_length=120)
    role = models.CharField("fonction", max_length=120, blank=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    gets_quotes = models.BooleanField("reçoit les devis", default=False)
    gets_invoices = models.BooleanField("reçoit les factures", default=False)
    gets_reminders = models.BooleanField("reçoit les relances", default=False)

    class Meta:
        verbose_name = "contact"
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "customer"], name="invoicing_contact_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "tenant",
                "customer",
                Lower("email"),
                condition=~Q(email=""),
                name="invoicing_contact_email_once",
                violation_error_message="Un contact de ce client a déjà ce courriel.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="invoicing_contact_name",
                violation_error_message="Un contact a un nom.",
            ),
            models.CheckConstraint(
                condition=~Q(email="")
                | Q(gets_quotes=False, gets_invoices=False, gets_reminders=False),
                name="invoicing_contact_reached",
                violation_error_message="Qui reçoit des messages a un courriel.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
