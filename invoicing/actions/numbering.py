"""How the invoices of a year are numbered, set before its first one."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.models import Numbering
from invoicing.queries.numbering import first_number_of, has_begun, pattern_for
from invoicing.rules.numbers import Pattern, check_pattern


@transaction.atomic
def set_numbering(year: int, pattern: Pattern, *, by: Membership) -> Numbering:
    """Write how invoices are numbered from a year on.

    :raises ActionRefused: `numbering_used`, a number of that year is given; `bad_prefix`,
        `bad_width`, `year_missing`, `month_missing`, `bad_start`.
    """
    check_pattern(pattern)
    used = first_number_of(year)
    if used is not None:
        raise ActionRefused(
            f"La facture {used} est déjà émise\u00a0: les numéros de {year} suivent sa règle "
            f"jusqu’au bout. Préparez plutôt la règle de l’année suivante.",
            code="numbering_used",
        )
    if pattern.start and has_begun(pattern, year):
        raise ActionRefused(
            "Cette série a déjà commencé ici\u00a0: elle ne reprend pas ceux d’un autre logiciel.",
            code="bad_start",
        )
    before = asdict(pattern_for(year))
    numbering, _ = Numbering.objects.update_or_create(year=year, defaults=asdict(pattern))
    audit.record("numbering.set", numbering, by=by, before=before, after=asdict(pattern))
    return numbering
