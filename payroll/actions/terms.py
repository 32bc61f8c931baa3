"""Setting what every pay applies, from a month on."""

from __future__ import annotations

from dataclasses import asdict

from django.db import IntegrityError, transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.periods import Month, french_month, of_french_month
from cae.core.workflow import ActionRefused
from payroll import queries
from payroll.enums import Hours
from payroll.models import PayrollTerms
from payroll.rules.terms import HIGHEST_PENSION_SHARE, HIGHEST_PREMIUM, Terms


@transaction.atomic
def set_terms(
    terms: Terms, *, valid_from: Month, note: str = "", by: Membership | None
) -> PayrollTerms:
    """Apply terms to every pay of a month and of those after it, until others are set.

    :raises ActionRefused: `impossible_terms`; `already_validated`, payslips of that month or
        later were validated with other terms; `terms_exist`.
    """
    _check_bounds(terms)
    last = queries.last_validated_month()
    if last is not None and valid_from <= last:
        raise ActionRefused(
            f"Des bulletins {of_french_month(last)} sont validés avec les réglages d’avant, et ne"
            f" changent plus. Faites commencer ceux-ci en {french_month(last.next())} au plus tôt.",
            code="already_validated",
        )
    before = queries.terms_in_force(valid_from)
    try:
        with transaction.atomic():
            written = PayrollTerms.objects.create(
                valid_from=valid_from.first_day,
                note=" ".join(note.split())[:200],
                set_by=by,
                **asdict(terms),
            )
    except IntegrityError as error:
        raise ActionRefused(
            f"Des réglages prennent déjà effet en {french_month(valid_from)}. Choisissez un autre"
            " mois.",
            code="terms_exist",
        ) from error
    old, new = asdict(before), asdict(terms)
    changed = [name for name in new if old[name] != new[name]]
    audit.record(
        "payroll.terms_set",
        written,
        by=by,
        before={name: old[name] for name in changed},
        after={"from": str(valid_from), **{name: new[name] for name in changed}},
    )
    return written


def _check_bounds(terms: Terms) -> None:
    fractions = (terms.accident_rate, terms.mobility_rate, terms.health_employer_share)
    share = terms.pension_share if terms.pension_share is not None else ZERO
    is_possible = (
        all(0 <= rate <= 1 and rate == round(rate, 4) for rate in fractions)
        and 0 <= share <= HIGHEST_PENSION_SHARE
        and share == round(share, 4)
        and 0 <= terms.health_premium <= HIGHEST_PREMIUM
        and terms.headcount >= 0
        and terms.hours in (Hours.MONTHLY, Hours.YEARLY)
    )
    if not is_possible:
        raise ActionRefused(
            "Un de ces réglages est hors de ce que la paie sait calculer. Vérifiez les taux, avec"
            " deux décimales au plus, et la prime.",
            code="impossible_terms",
        )
