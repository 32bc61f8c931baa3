"""How a cooperative numbers its invoices, from a year on."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantModel
from invoicing.enums import Restart
from invoicing.rules.numbers import Pattern

#: Numbers that are given already must keep their rule: a year that is begun is closed to changes.
LOCKED_ONCE_USED = pgtrigger.Trigger(
    name="locked_once_used",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF EXISTS (
            SELECT FROM invoicing_invoice
             WHERE tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id) AND status = 'issued'
               AND extract(year FROM issued_on) >= LEAST(NEW.year, OLD.year)
        ) THEN
            RAISE EXCEPTION 'invoices are numbered already in %', COALESCE(NEW.year, OLD.year)
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_numbering_used';
        END IF;
        RETURN COALESCE(NEW, OLD);
    """,
)

_PREFIX = r"^[A-Za-z]{1,6}$"


class Numbering(TenantModel):
    """The pattern of the numbers of a year, and of the next ones until another replaces it."""

    scope = Scope.COOPERATIVE
    year = models.PositiveSmallIntegerField("à partir de l’année")
    invoice_prefix = models.CharField("préfixe des factures", max_length=6, default="FA")
    deposit_prefix = models.CharField("préfixe des acomptes", max_length=6, default="FA")
    credit_prefix = models.CharField("préfixe des avoirs", max_length=6, default="AV")
    separator = models.CharField("séparateur", max_length=1, default="-")
    year_digits = models.PositiveSmallIntegerField("chiffres de l’année", default=4)
    has_month = models.BooleanField("avec le mois", default=False)
    per_activity = models.BooleanField("une série par enseigne", default=False)
    restart = models.CharField(
        "le compteur repart", max_length=5, choices=Restart.choices, default=Restart.YEAR
    )
    width = models.PositiveSmallIntegerField(
        "chiffres du compteur",
        default=4,
        validators=[MinValueValidator(3), MaxValueValidator(6)],
    )
    start = models.PositiveIntegerField("dernier numéro déjà donné", default=0)

    class Meta:
        verbose_name = "numérotation"
        ordering: ClassVar = ["year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "year"], name="invoicing_numbering_once"),
            models.CheckConstraint(
                condition=Q(
                    invoice_prefix__regex=_PREFIX,
                    deposit_prefix__regex=_PREFIX,
                    credit_prefix__regex=_PREFIX,
                    separator__in=("-", "/", "_"),
                    year_digits__in=(0, 2, 4),
                    width__range=(3, 6),
                ),
                name="invoicing_numbering_pieces",
                violation_error_message="Un préfixe a de une à six lettres.",
            ),
            models.CheckConstraint(
                condition=Q(restart=Restart.NEVER)
                | Q(restart=Restart.YEAR, year_digits__gt=0)
                | Q(restart=Restart.MONTH, year_digits__gt=0, has_month=True),
                name="invoicing_numbering_unique",
                violation_error_message=(
                    "Un compteur qui repart chaque année ou chaque mois les porte dans le numéro."
                ),
            ),
            models.CheckConstraint(
                condition=Q(start=0)
                | Q(per_activity=False) & ~Q(restart=Restart.MONTH) & Q(start__lt=1_000_000),
                name="invoicing_numbering_start",
                violation_error_message=(
                    "Une reprise de numéros suppose une seule série, qui ne repart pas chaque mois."
                ),
            ),
        ]
        triggers: ClassVar = [LOCKED_ONCE_USED]

    def __str__(self) -> str:
        return f"Numérotation {self.year}"

    @property
    def pattern(self) -> Pattern:
        return Pattern(**{name: getattr(self, name) for name in Pattern.__dataclass_fields__})
