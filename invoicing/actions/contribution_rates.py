"""The rate of contribution of one document, said by the cooperative before it is issued."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from accounting.queries import contribution_rule
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import percent
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceKind, InvoiceStatus, QuoteStatus
from invoicing.models import Invoice, Quote
from invoicing.queries.contribution_rates import own_rate_of

Document = TypeVar("Document", Quote, Invoice)
_OPEN = (QuoteStatus.DRAFT, QuoteStatus.SENT)


@transaction.atomic
def set_own_rate(
    document: Document, *, rate: Decimal | None, reason: str, on: date, by: Membership
) -> Document:
    """Say what is taken of one quote, and so of its invoices, or of one invoice.

    :param rate: fraction; None goes back to the rate of the activity, or of the cooperative.
    :raises ActionRefused: `reason_missing`, `bad_rate`, `already_issued`, `already_answered`,
        `follows_invoice`, `no_rule`.
    """
    document = locked(document)
    reason = " ".join(reason.split())[:160]
    if not reason:
        raise ActionRefused(
            "Dites pourquoi\u00a0: l’enseigne lit ce motif à côté du taux.", code="reason_missing"
        )
    if rate is not None and not 0 <= rate <= 1:
        raise ActionRefused(
            "Un taux de contribution va de 0 à 100\u00a0%. Corrigez-le.", code="bad_rate"
        )
    _check_open(document)
    if contribution_rule(document.activity.analytic_id, on=on) is None:
        raise ActionRefused(
            "La coopérative n’a pas encore de règle de contribution\u00a0: rien n’est pris d’aucun "
            "document. Écrivez d’abord la règle, dans ses réglages.",
            code="no_rule",
        )
    before = document.own_rate
    document.own_rate = rate
    document.own_rate_reason = reason if rate is not None else ""
    document.save(update_fields=["own_rate", "own_rate_reason"])
    audit.record(
        "sale.rate_set",
        document,
        by=by,
        before={"rate": _said(before)},
        after={"rate": _said(rate), "reason": reason},
    )
    return document


def _said(rate: Decimal | None) -> str:
    return "" if rate is None else percent(rate)


def keep_rate(invoice: Invoice) -> None:
    """Write on an invoice about to be issued the rate it has: that of its quote moves no more."""
    rate, reason = own_rate_of(invoice)
    invoice.own_rate, invoice.own_rate_reason = rate, reason


def _check_open(document: Quote | Invoice) -> None:
    if isinstance(document, Quote):
        if document.status not in _OPEN:
            raise ActionRefused(
                "Le client a répondu à ce devis\u00a0: il ne change plus. Dites le taux sur chaque "
                "facture, avant de l’émettre.",
                code="already_answered",
            )
        return
    if document.status == InvoiceStatus.ISSUED:
        raise ActionRefused(
            "Cette facture est émise\u00a0: son taux ne change plus. Faites un avoir, puis une "
            "autre facture avec le bon taux.",
            code="already_issued",
        )
    if document.kind == InvoiceKind.CREDIT_NOTE:
        raise ActionRefused(
            "Un avoir rend la contribution au taux de la facture qu’il corrige. Rien n’est à "
            "choisir.",
            code="follows_invoice",
        )
