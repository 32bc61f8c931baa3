"""The ground: cooperatives, logins and their places, and what every app writes.

Platform tables (no row-level security, no personal data but the e-mail): Cooperative, User,
Role, Membership, ApiToken, PublicLink. All others belong to one cooperative.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import localdate

from cae.core.enums import (
    DocumentKind,
    ExportFormat,
    ExportStatus,
    LegalForm,
    LinkKind,
    Right,
    VatBasis,
)
from cae.core.forgotten import CHANGES_ONLY_FORGET, ERASES, EVENTS_ONLY_FORGET
from cae.core.periods import numeric_date
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


def append_only(
    name: str = "append_only",
    *,
    operation: pgtrigger.Operation = pgtrigger.Update | pgtrigger.Delete,
) -> pgtrigger.Protect:
    """Return the trigger of a table that only grows."""
    return pgtrigger.Protect(name=name, operation=operation)


#: `{personne}` and `{cooperative}` are replaced on each document. The law wants the contract to
#: be said and gives no words (C. com. L127-1): each cooperative may choose its own.
CAPE_MENTION = (
    "{personne} bénéficie d’un contrat d’appui au projet d’entreprise (CAPE, C. com. L127-1)"
    " conclu avec {cooperative}"
)


class Cooperative(models.Model):
    """A tenant: one CAE with its identity and its settings. Amounts in EUR, rates as fractions."""

    slug = models.SlugField("adresse", max_length=40, unique=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("nom", max_length=120)
    legal_form = models.CharField("forme juridique", max_length=12, choices=LegalForm.choices)
    siren = models.CharField("SIREN", max_length=9, validators=[RegexValidator(r"^\d{9}$")])
    siret = models.CharField("SIRET du siège", max_length=14)
    vat_number = models.CharField("numéro de TVA", max_length=13, blank=True)
    naf = models.CharField("code NAF", max_length=6, blank=True)
    capital = models.DecimalField("capital social", max_digits=12, decimal_places=2, default=0)
    registry_town = models.CharField("ville du RCS", max_length=60, blank=True)
    street = models.CharField("adresse postale", max_length=120)
    postcode = models.CharField("code postal", max_length=10)
    town = models.CharField("ville", max_length=60)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    iban = models.CharField("IBAN imprimé sur les factures", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)

    fiscal_year_start = models.PositiveSmallIntegerField(
        "premier mois de l’exercice",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    vat_basis = models.CharField(
        "exigibilité de la TVA", max_length=8, choices=VatBasis.choices, default=VatBasis.CASH
    )
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", default=30)
    penalty_rate = models.DecimalField(
        "taux annuel des pénalités de retard", max_digits=6, decimal_places=4, default="0.1215"
    )
    #: EUR; an invoice or a credit that is left with no more is settled without money. 0: never.
    write_off_ceiling = models.DecimalField(
        "plafond des petites différences",
        max_digits=6,
        decimal_places=2,
        default="5.00",
        db_default="5.00",
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    cape_mention = models.CharField(
        "mention des documents établis sous CAPE",
        max_length=300,
        default=CAPE_MENTION,
        db_default=CAPE_MENTION,
    )
    quotes_reviewed = models.BooleanField(
        "devis relus avant leur envoi", default=False, db_default=False
    )
    company_directory = models.BooleanField(
        "recherche dans l’annuaire des entreprises", default=True, db_default=True
    )
    internal_orders = models.BooleanField(
        "commandes internes entre enseignes", default=True, db_default=True
    )
    #: Written by the declaration of the cooperative: its pages then show the certificates.
    personal_services = models.BooleanField(
        "services à la personne", default=False, db_default=False
    )
    require_second_factor = models.BooleanField("second facteur obligatoire", default=True)
    salary_day = models.PositiveSmallIntegerField(
        "jour du virement des salaires",
        default=27,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    salary_choice_day = models.PositiveSmallIntegerField(
        "dernier jour pour choisir son salaire",
        default=25,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    headcount = models.PositiveIntegerField("effectif retenu pour les cotisations", default=24)
    accident_rate = models.DecimalField(
        "taux accidents du travail", max_digits=6, decimal_places=4, default="0.0120"
    )
    mobility_rate = models.DecimalField(
        "taux du versement mobilité", max_digits=6, decimal_places=4, default="0"
    )
    health_premium = models.DecimalField(
        "complémentaire santé, prime mensuelle", max_digits=8, decimal_places=2, default=0
    )
    health_employer_share = models.DecimalField(
        "part de la coopérative dans la complémentaire santé",
        max_digits=5,
        decimal_places=4,
        default="0.5",
    )
    #: `#0b6a54`; empty for the colour of the house. It is written into a stylesheet as it is.
    accent = models.CharField("couleur", max_length=7, blank=True, default="", db_default="")
    #: CNIL, référentiel « gestion commerciale » : three years after the last contact.
    customer_retention_days = models.PositiveSmallIntegerField(
        "jours sans document avant d’anonymiser un particulier",
        default=1095,
        db_default=1095,
        validators=[MinValueValidator(365), MaxValueValidator(3650)],
    )
    is_demo = models.BooleanField("démonstration", default=False)
    opened_at = models.DateTimeField("ouverte le", auto_now_add=True)

    class Meta:
        verbose_name = "coopérative"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(write_off_ceiling__gte=0, write_off_ceiling__lte=100),
                name="core_cooperative_write_off",
                violation_error_message="Une petite différence va de 0 à 100\u00a0€.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    accident_rate__gte=0,
                    accident_rate__lte=1,
                    mobility_rate__gte=0,
                    mobility_rate__lte=1,
                    health_employer_share__gte=0,
                    health_employer_share__lte=1,
                    health_premium__gte=0,
                ),
                name="core_cooperative_payroll",
                violation_error_message="Un taux de paie va de 0 à 100\u00a0%.",
            ),
            models.CheckConstraint(
                condition=models.Q(accent="") | models.Q(accent__regex=r"^#[0-9a-f]{6}$"),
                name="core_cooperative_accent",
                violation_error_message="Une couleur s’écrit #0b6a54.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    customer_retention_days__gte=365, customer_retention_days__lte=3650
                ),
                name="core_cooperative_retention",
                violation_error_message="La conservation dure de 365 à 3 650 jours.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A login. No personal data here but the e-mail: the person lives in a cooperative."""

    email = models.EmailField("courriel", unique=True)
    is_active = models.BooleanField("actif", default=True)
    is_platform_admin = models.BooleanField("administre la plateforme", default=False)
    joined_at = models.DateTimeField("inscrit le", auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "compte"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="core_user_email_once"),
        ]

    def __str__(self) -> str:
        return self.email


class Role(models.Model):
    """A named set of rights in one cooperative."""

    cooperative = models.ForeignKey(Cooperative, models.PROTECT, related_name="roles")
    code = models.SlugField("code", max_length=40)
    label = models.CharField("intitulé", max_length=60)
    rights = ArrayField(
        models.CharField(max_length=32, choices=Right.choices), verbose_name="droits"
    )
    own_only = models.BooleanField("limité à ses propres activités", default=False)
    is_seeded = models.BooleanField("rôle d’origine", default=False)

    class Meta:
        verbose_name = "rôle"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cooperative", "code"], name="core_role_code_once"),
        ]

    def __str__(self) -> str:
        return self.label


class Membership(models.Model):
    """A login's place in a cooperative, with one role. A hybrid person holds two."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    cooperative = models.ForeignKey(Cooperative, models.PROTECT, related_name="memberships")
    role = models.ForeignKey(Role, models.PROTECT, related_name="memberships")
    is_active = models.BooleanField("actif", default=True)
    created_at = models.DateTimeField("depuis", auto_now_add=True)

    class Meta:
        verbose_name = "droit d’accès"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "cooperative", "role"], name="core_membership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.cooperative}"


class ApiToken(models.Model):
    """A key of the API, tied to one membership. Only its SHA-256 is kept."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="tokens")
    label = models.CharField("usage", max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    last_used_at = models.DateTimeField("dernier usage", null=True)
    revoked_at = models.DateTimeField("révoquée le", null=True)

    class Meta:
        verbose_name = "clé d’API"

    def __str__(self) -> str:
        return self.label


class PublicLink(models.Model):
    """A random token that names one record of one cooperative. Only its SHA-256 is kept."""

    digest = models.CharField(max_length=64, unique=True)
    cooperative = models.ForeignKey(Cooperative, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=LinkKind.choices)
    target_id = models.BigIntegerField()
    #: Of the target, when the link was made; 0 where it has none.
    version = models.PositiveSmallIntegerField(default=0, db_default=0)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "lien public"
        indexes: ClassVar = [
            models.Index(fields=["cooperative", "kind", "target_id"], name="core_publiclink_target")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Invitation(TenantModel):
    """A person asked to join, by e-mail, with a role."""

    scope = Scope.STAFF
    email = models.EmailField("courriel")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("envoyée le", auto_now_add=True)
    accepted_at = models.DateTimeField("acceptée le", null=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "invitation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "tenant",
                Lower("email"),
                "role",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="core_invitation_open_once",
                violation_error_message="Une invitation attend déjà cette personne.",
            ),
        ]


def _only_forgets(func: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of a trace: it only grows, but for what `Forgotten` erases of it."""
    return [
        append_only("never_lost", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="only_forgets", when=pgtrigger.Before, operation=pgtrigger.Update, func=func
        ),
    ]


class AuditEvent(TenantModel):
    """Who did what to which record, and what changed. Append-only, but for `Forgotten`."""

    scope = Scope.OWNED
    audited = False
    action = models.CharField("acte", max_length=60)
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    actor = models.CharField("auteur", max_length=120)
    at = models.DateTimeField("le", auto_now_add=True)
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)
    activity_id = models.BigIntegerField(null=True)
    entrepreneur_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "trace"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "target_type", "target_id"], name="core_auditevent_target"
            ),
        ]
        triggers: ClassVar = _only_forgets(EVENTS_ONLY_FORGET)


class RowChange(TenantModel):
    """What a row was before each change: written by a trigger, whatever made the change.

    Append-only, but for `Forgotten`.
    """

    scope = Scope.JOURNAL
    audited = False
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    verb = models.CharField(max_length=6)
    was = models.JSONField(null=True)
    became = models.JSONField(null=True)
    membership_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "modification"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "table_name", "row_id"], name="core_rowchange_row"),
        ]
        triggers: ClassVar = _only_forgets(CHANGES_ONLY_FORGET)


class Forgotten(TenantModel):
    """A row whose traces lost the values of some columns, and by whom: the register of it.

    Writing here is what erases (RGPD art. 17); the register itself says nothing of the person.
    """

    scope = Scope.STAFF
    audited = False
    target_type = models.CharField(max_length=60)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    columns = ArrayField(models.CharField(max_length=63))
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("le", auto_now_add=True)

    class Meta:
        verbose_name = "oubli"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "table_name", "row_id"], name="core_forgotten_row"),
        ]
        triggers: ClassVar = [
            append_only(),
            pgtrigger.Trigger(
                name="erases", when=pgtrigger.After, operation=pgtrigger.Insert, func=ERASES
            ),
        ]


class StoredDocument(TenantModel):
    """A file kept by the cooperative. Its bytes are named by their SHA-256 and never change."""

    scope = Scope.OWNED
    audited = False
    kind = models.CharField(max_length=12, choices=DocumentKind.choices)
    name = models.CharField("nom", max_length=160)
    mime = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    activity_id = models.BigIntegerField(null=True)
    entrepreneur_id = models.BigIntegerField(null=True)
    uploaded_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("reçu le", auto_now_add=True)

    class Meta:
        verbose_name = "document"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "sha256"], name="core_storeddocument_sha"),
        ]
        triggers: ClassVar = [append_only()]


class Counter(TenantModel):
    """The last number given in a series and a year; locked until its transaction ends."""

    scope = Scope.STAFF
    audited = False
    series = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "series", "year"], name="core_counter_series_once"
            ),
        ]


class OutboxMessage(TenantModel):
    """A task to run after commit. The row is the truth; the broker may lose everything."""

    scope = Scope.STAFF
    audited = False
    task = models.CharField(max_length=120)
    key = models.CharField(max_length=160)
    arguments = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="core_outbox_key_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "created_at"],
                condition=models.Q(done_at=None),
                name="core_outbox_waiting",
            ),
        ]


class HouseCheck(TenantModel):
    """What a night's computation found in the cooperative's books, check by check."""

    scope = Scope.STAFF
    audited = False
    at = models.DateTimeField("le", auto_now_add=True)
    faults = models.PositiveIntegerField("écarts")
    #: How many faults each check found; the platform reads this, and no further.
    counts = models.JSONField("écarts par contrôle", default=dict)
    #: The first sentences of each check, for the people of the cooperative.
    said = models.JSONField("ce qui ne concorde pas", default=dict)

    class Meta:
        verbose_name = "contrôle de la nuit"
        verbose_name_plural = "contrôles de la nuit"
        ordering: ClassVar = ["-id"]
        triggers: ClassVar = [append_only("read_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return numeric_date(localdate(self.at))


class SubmittedForm(TenantModel):
    """A form already received: a double click or a replay creates nothing twice."""

    scope = Scope.JOURNAL
    audited = False
    nonce = models.CharField(max_length=64)
    membership_id = models.BigIntegerField()
    result_url = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "nonce"], name="core_submittedform_nonce_once"
            ),
        ]


class Memo(TenantModel):
    """A note on any record, dated and signed.

    A memo of the staff alone has no `activity_id`: the wall between neighbours hides it from
    entrepreneurs, whatever a page forgets.
    """

    scope = Scope.OWNED
    audited = False  # what is said of a person can be forgotten
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    text = models.TextField("mémo", max_length=4000)
    author = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    at = models.DateTimeField("le", auto_now_add=True)
    is_pinned = models.BooleanField("épinglé", default=False)
    is_shared = models.BooleanField("lu par l’entrepreneur·e", default=True)
    activity_id = models.BigIntegerField(null=True)
    entrepreneur_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "mémo"
        ordering: ClassVar = ["-is_pinned", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "target_type", "target_id"], name="core_memo_target"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="core_memo_text",
                violation_error_message="Un mémo a un texte.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_shared=True)
                | models.Q(is_shared=False, activity_id=None, entrepreneur_id=None),
                name="core_memo_walled",
                violation_error_message="Un mémo de l’équipe ne se montre pas ailleurs.",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Export(TenantModel):
    """A file that somebody asked for and a worker makes: theirs alone, and not for long."""

    scope = Scope.PERSON
    audited = False
    kind = models.CharField(max_length=40)
    format = models.CharField("format", max_length=4, choices=ExportFormat.choices)
    title = models.CharField("contenu", max_length=160)
    #: The address's query of the list that was asked for: read again by the worker.
    filters = models.JSONField(default=dict)
    status = models.CharField(
        "état", max_length=8, choices=ExportStatus.choices, default=ExportStatus.WAITING
    )
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    #: The person behind the membership, whom the wall between neighbours knows; none for staff.
    entrepreneur_id = models.BigIntegerField(null=True)
    document = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    row_count = models.PositiveIntegerField("lignes", null=True)
    failure = models.CharField("pourquoi", max_length=300, blank=True)
    asked_at = models.DateTimeField("demandé le", auto_now_add=True)
    ready_at = models.DateTimeField("prêt le", null=True)
    expires_at = models.DateTimeField("conservé jusqu’au", null=True)

    class Meta:
        verbose_name = "export"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "membership", "-id"], name="core_export_membership"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    status=ExportStatus.READY, document__isnull=False, expires_at__isnull=False
                )
                | ~models.Q(status=ExportStatus.READY) & models.Q(document=None),
                name="core_export_ready",
                violation_error_message="Un export prêt a un fichier, et lui seul.",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ExportStatus.FAILED) & ~models.Q(failure="")
                | ~models.Q(status=ExportStatus.FAILED) & models.Q(failure=""),
                name="core_export_failed",
                violation_error_message="Un export arrêté dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
