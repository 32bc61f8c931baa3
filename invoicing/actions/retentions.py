"""The retention of works: agreed on a quote, kept of its invoices, released a year later.

Source: law 71-584 of 16 July 1971.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting import actions as ledger
from cae.core import audit, outbox
from cae.core.models import Cooperative, Membership
from cae.core.money import ZERO, percent
from cae.core.periods import french_date
from cae.core.tenancy import as_cooperative, tenant
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.locking import locked
from invoicing.enums import ReleaseCause
from invoicing.models import Invoice, Quote, Retention
from invoicing.queries.payments import settlement_of
from invoicing.queries.posted_accounts import accounts_now
from invoicing.queries.retentions import retentions_at_term, works_accepted_on
from invoicing.rules.retentions import MOST, ends_on


@transaction.atomic
def set_retention(quote: Quote, *, rate: Decimal, by: Membership) -> Quote:
    """Say what the customer will keep of each invoice of works; nil for nothing.

    :param rate: fraction.
    :raises ActionRefused: `not_a_draft`; `retention_too_large`, beyond the limit of the law.
    """
    quote = locked(quote)
    if not quote.is_being_written:
        raise ActionRefused(
            "La retenue de garantie se convient sur le devis. Reprenez-le pour la changer, tant "
            "que le client n’a pas répondu.",
            code="not_a_draft",
        )
    if not 0 <= rate <= MOST:
        raise ActionRefused(
            f"La loi limite la retenue de garantie à {percent(MOST)} (loi 71-584, article 1). "
            "Réduisez-la.",
            code="retention_too_large",
        )
    before, quote.retention_rate = quote.retention_rate, rate
    if before != rate:
        quote.save(update_fields=["retention_rate"])
        audit.record(
            "quote.retention_set", quote, by=by, before={"rate": before}, after={"rate": rate}
        )
    return quote


def date_retention(invoice: Invoice, *, on: date) -> None:
    """Date what is kept of an invoice issued `on`; nothing is kept once works are a year old.

    Until the works are accepted, the date is a year from the invoice: it moves with them.
    """
    if not invoice.retention:
        return
    accepted_on = works_accepted_on(invoice.quote_id)
    until = ends_on(accepted_on or on)
    if until <= on:
        invoice.retention = ZERO
    else:
        invoice.retention_due_on = until


@transaction.atomic
def accept_works(retention: Retention, *, on: date, today: date, by: Membership) -> None:
    """Write the day works were accepted (réception): what is kept of them is due a year later.

    It is that of the whole quote: every retention of it that runs, and those to come.

    :raises ActionRefused: `already_released`, `accepted_later`.
    """
    retention = _running(retention)
    if on > today:
        raise ActionRefused(
            f"Le {french_date(on)} n’est pas encore venu. Donnez la date du procès-verbal de "
            "réception une fois signé.",
            code="accepted_later",
        )
    rows = Retention.objects.select_for_update().filter(released_on=None).order_by("id")
    if retention.quote_id is None:
        rows = rows.filter(pk=retention.pk)
    else:
        rows = rows.filter(quote=retention.quote_id)
    for row in rows:
        before, row.works_accepted_on, row.due_on = row.works_accepted_on, on, ends_on(on)
        row.save()
        audit.record(
            "retention.works_accepted",
            row,
            by=by,
            before={"works_accepted_on": before},
            after={"works_accepted_on": on, "due_on": row.due_on},
        )


@transaction.atomic
def contest_retention(
    retention: Retention, *, on: date, reason: str, today: date, by: Membership
) -> Retention:
    """Write that the customer opposes the release, by registered letter: it waits for them.

    :raises ActionRefused: `already_released`, `reason_missing`, `contested_late`,
        `contested_later`.
    """
    retention = _running(retention)
    reason = " ".join(reason.split())[:400]
    if not reason:
        raise ActionRefused(
            "Dites ce que le client reproche\u00a0: son opposition doit être motivée.",
            code="reason_missing",
        )
    if on > today:
        raise ActionRefused(
            f"Le {french_date(on)} n’est pas encore venu. Donnez la date de réception du courrier.",
            code="contested_later",
        )
    if retention.works_accepted_on is not None and on > retention.due_on:
        raise ActionRefused(
            f"L’année de garantie a fini le {french_date(retention.due_on)}\u00a0: une opposition "
            "reçue après ne retient plus rien (loi 71-584, article 2).",
            code="contested_late",
        )
    retention.contested_on, retention.contest_reason = on, reason
    retention.save()
    audit.record("retention.contested", retention, by=by, after={"on": on, "reason": reason})
    return retention


@transaction.atomic
def release_retention(
    retention: Retention,
    *,
    on: date,
    cause: ReleaseCause | str,
    guarantor: str = "",
    reference: str = "",
    today: date,
    by: Membership | None,
) -> Retention:
    """Give a retention back to what may be asked for: 4117 to 411; None of `by` is the night.

    :param guarantor: the bank that guarantees the same amount, where that is why.
    :raises ActionRefused: `already_released`, `nothing_retained`, `released_later`,
        `released_before`, `guarantor_missing`, `works_not_accepted`, `contested`, `too_early`;
        `closed_period`, from the ledger.
    """
    cause = ReleaseCause(cause)
    with as_cooperative():
        settlement = settlement_of(retention.invoice, lock=True)
        assert settlement is not None and settlement.held is not None
        retention = _running(retention)
        if not settlement.held:
            raise ActionRefused(
                f"La retenue de {retention.number} est déjà réglée\u00a0: il n’y a rien à libérer.",
                code="nothing_retained",
            )
        _check_release(retention, cause=cause, guarantor=guarantor, on=on, today=today)
        retention.released_on, retention.release_cause = on, cause
        if cause == ReleaseCause.GUARANTEE:
            retention.guarantor = " ".join(guarantor.split())[:120]
            retention.guarantee_reference = reference.strip()[:80]
        retention.save()
        entry = posting.release_entry(
            retention,
            settlement.held,
            customers=accounts_now(retention.invoice).customers,
            analytic=retention.activity.analytic.code,
        )
        ledger.post(entry, by=by)
    audit.record(
        "retention.released",
        retention,
        by=by,
        after={"amount": settlement.held, "on": on, "cause": cause.label},
    )
    return retention


@transaction.atomic
def release_retentions(*, on: date) -> int:
    """Release what is a year old and that nobody opposed; return how many.

    Can be called again: what is released is over.
    """
    found = retentions_at_term(on=on)
    for retention in found:
        release_retention(retention, on=on, cause=ReleaseCause.TERM, today=on, by=None)
    return len(found)


def ask_everywhere(*, on: date) -> int:
    """Enqueue tonight's releases in every cooperative; return how many there are."""
    cooperatives = list(Cooperative.objects.values_list("pk", flat=True))
    for cooperative_id in cooperatives:
        with tenant(cooperative_id), transaction.atomic():
            outbox.enqueue("invoicing.tasks.release_retentions", key=f"retentions:{on}")
    return len(cooperatives)


def _running(retention: Retention) -> Retention:
    retention = locked(retention)
    if retention.released_on is not None:
        raise ActionRefused(
            f"La retenue de {retention.number} est libérée depuis le "
            f"{french_date(retention.released_on)}\u00a0: elle ne change plus.",
            code="already_released",
        )
    return retention


def _check_release(
    retention: Retention, *, cause: ReleaseCause, guarantor: str, on: date, today: date
) -> None:
    if on > today:
        raise ActionRefused(
            f"Le {french_date(on)} n’est pas encore venu. Libérez-la ce jour-là.",
            code="released_later",
        )
    issued_on = retention.invoice.issued_on
    assert issued_on is not None
    if on < issued_on:
        raise ActionRefused(
            f"La facture {retention.number} date du {french_date(issued_on)}\u00a0: sa retenue "
            "ne se libère pas avant. Corrigez la date.",
            code="released_before",
        )
    if cause == ReleaseCause.GUARANTEE and not guarantor.strip():
        raise ActionRefused(
            "Dites quelle banque donne sa caution\u00a0: elle remplace la retenue.",
            code="guarantor_missing",
        )
    if cause == ReleaseCause.TERM:
        _check_term(retention, on=on)


def _check_term(retention: Retention, *, on: date) -> None:
    if retention.works_accepted_on is None:
        raise ActionRefused(
            "L’année de garantie part de la réception des travaux. Donnez d’abord sa date.",
            code="works_not_accepted",
        )
    if retention.contested_on is not None:
        raise ActionRefused(
            f"Le client s’oppose à la libération depuis le {french_date(retention.contested_on)}. "
            "Levez ses réserves avec lui, puis enregistrez sa mainlevée.",
            code="contested",
        )
    if on < retention.due_on:
        raise ActionRefused(
            f"L’année de garantie court jusqu’au {french_date(retention.due_on)}. Avant cette "
            "date, il faut la mainlevée du client ou une caution bancaire.",
            code="too_early",
        )
