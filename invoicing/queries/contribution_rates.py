"""Which rate of contribution a document has: its own, its activity's, the cooperative's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.enums import ContributionBasis
from accounting.queries import contribution_rule
from cae.core.money import percent
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, Quote


@dataclass(frozen=True, slots=True)
class DocumentRate:
    """What is taken of a document, in words, and where that comes from."""

    #: A fraction; None where brackets of the year decide, or nothing is taken.
    rate: Decimal | None
    said: str
    origin: str
    reason: str = ""
    is_own: bool = False


def own_rate_of(document: Quote | Invoice) -> tuple[Decimal | None, str]:
    """Return the rate said of a document, and why: of what it corrects, or bills, if not of it.

    An issued one keeps the rate it was issued with.
    """
    is_issued = isinstance(document, Invoice) and document.status == InvoiceStatus.ISSUED
    if document.own_rate is not None or is_issued or isinstance(document, Quote):
        return document.own_rate, document.own_rate_reason
    if document.corrects is not None:
        return document.corrects.own_rate, document.corrects.own_rate_reason
    if document.quote is not None:
        return document.quote.own_rate, document.quote.own_rate_reason
    return None, ""


def rate_of(document: Quote | Invoice, *, on: date) -> DocumentRate:
    """Return which rate a document has, on a day."""
    rule = contribution_rule(document.activity.analytic_id, on=on)
    if rule is None:
        return DocumentRate(None, "aucune", "la coopérative n’a pas encore de règle")
    moment = ContributionBasis(rule.basis).label.lower()
    own, reason = own_rate_of(document)
    if own is not None:
        origin = "taux de ce document"
        if document.own_rate is None and isinstance(document, Invoice):
            origin = "taux de ce qu’il corrige" if document.corrects_id else "taux du devis"
        return DocumentRate(own, f"{percent(own)} {moment}", origin, reason, is_own=True)
    whose = "règle de l’enseigne" if rule.analytic_id else "règle de la coopérative"
    origin = f"{whose}, «\u00a0{rule.label}\u00a0»"
    if len(rule.rates) == 1:
        return DocumentRate(rule.rates[0], f"{percent(rule.rates[0])} {moment}", origin)
    first, last = percent(rule.rates[0]), percent(rule.rates[-1])
    return DocumentRate(None, f"de {first} à {last} selon le cumul de l’année, {moment}", origin)
