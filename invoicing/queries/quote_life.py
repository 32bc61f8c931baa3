"""What became of a quote once sent: versions, readings, messages, evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max

from cae.core.money import euros
from cae.core.periods import french_date
from entrepreneurs.queries import display_names
from invoicing.enums import QuoteStatus, Side
from invoicing.models import (
    Quote,
    QuoteEvidence,
    QuoteFile,
    QuoteMessage,
    QuoteVersion,
    QuoteVisit,
    SignatureCode,
)


def versions_of(quote: Quote) -> list[QuoteVersion]:
    """Return what was sent, the latest version first."""
    return list(quote.versions.select_related("sent_by__user").order_by("-version"))


def version_of(quote: Quote, version: int) -> QuoteVersion | None:
    """Return one version that was sent."""
    return quote.versions.filter(version=version).first()


def version_file(quote: Quote, version: int) -> QuoteFile | None:
    """Return the PDF of a version as it was sent, before anybody signed."""
    return (
        QuoteFile.objects.filter(quote=quote, version=version, signed=False)
        .select_related("document")
        .first()
    )


def visit_of(quote: Quote) -> QuoteVisit | None:
    """Return when the client read the version in force."""
    return QuoteVisit.objects.filter(quote=quote, version=quote.version).first()


def messages_of(quote: Quote) -> list[QuoteMessage]:
    """Return what the client and we wrote about a quote, the earliest first."""
    return list(quote.messages.order_by("id"))


def evidence_of(quote: Quote) -> QuoteEvidence | None:
    """Return how we know that the client agreed."""
    return QuoteEvidence.objects.filter(quote=quote).select_related("document").first()


def codes_since(quote: Quote, *, since: datetime) -> int:
    """Count the codes mailed for a quote from an instant on."""
    return SignatureCode.objects.filter(quote=quote, sent_at__gt=since).count()


def client_messages_since(quote: Quote, *, since: datetime) -> int:
    """Count what the client wrote about a quote from an instant on."""
    return QuoteMessage.objects.filter(quote=quote, side=Side.CLIENT, at__gt=since).count()


def read_among(quotes: Iterable[Quote]) -> set[int]:
    """Return the ids of these quotes whose version in force was read by the client."""
    versions = {quote.pk: quote.version for quote in quotes}
    rows = QuoteVisit.objects.filter(quote_id__in=versions).values_list("quote_id", "version")
    return {pk for pk, version in rows if versions[pk] == version}


def asked_among(quotes: Iterable[Quote]) -> set[int]:
    """Return the ids of these quotes whose last message is a question of the client."""
    ids = [quote.pk for quote in quotes]
    return {message.quote_id for message in _last_messages(ids) if message.side == Side.CLIENT}


def questions_waiting(activity_id: int) -> list[QuoteMessage]:
    """Return the questions of clients that nobody answered, the oldest first, with their quote."""
    last = (
        QuoteMessage.objects.filter(activity=activity_id)
        .order_by()
        .values("quote_id")
        .annotate(last=Max("pk"))
        .values("last")
    )
    return list(
        QuoteMessage.objects.filter(pk__in=last, side=Side.CLIENT)
        .prefetch_related("quote")
        .order_by("id")
    )


def _last_messages(quote_ids: list[int]) -> list[QuoteMessage]:
    last = (
        QuoteMessage.objects.filter(quote_id__in=quote_ids)
        .order_by()
        .values("quote_id")
        .annotate(last=Max("pk"))
        .values("last")
    )
    return list(QuoteMessage.objects.filter(pk__in=last))


# What happened, in order.


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a quote after it was written."""

    at: datetime
    what: str
    who: str
    detail: str = ""


def timeline_of(quote: Quote) -> list[Step]:
    """Return what happened to a quote since it was sent, the latest first."""
    client = quote.customer_name
    versions = versions_of(quote)
    names = display_names(version.sent_by for version in versions if version.sent_by)
    steps = [
        Step(
            version.sent_at,
            f"Version {version.version} envoyée",
            names.get(version.sent_by_id or 0, ""),
        )
        for version in versions
    ]
    for visit in quote.visits.all():
        steps.append(Step(visit.first_at, f"Version {visit.version} lue", client))
        if visit.last_at - visit.first_at > timedelta(minutes=1):
            steps.append(Step(visit.last_at, "Dernière lecture", client, f"{visit.count} en tout"))
    for message in messages_of(quote):
        is_question = message.side == Side.CLIENT
        what = "Question posée" if is_question else "Réponse envoyée"
        steps.append(Step(message.at, what, message.name, message.text[:140]))
    for code in quote.codes.all():
        steps.append(Step(code.sent_at, "Code de signature demandé", code.name))
    steps += _ends(quote)
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _ends(quote: Quote) -> list[Step]:
    signed = ", ".join(part for part in (quote.signed_name, quote.signed_role) if part)
    if quote.status == QuoteStatus.ACCEPTED and quote.answered_at:
        return [Step(quote.answered_at, "Accepté", signed)]
    if quote.status == QuoteStatus.REFUSED and quote.answered_at:
        who = signed or quote.customer_name
        return [Step(quote.answered_at, "Refusé", who, quote.refusal_reason)]
    if quote.status == QuoteStatus.WITHDRAWN and quote.withdrawn_at:
        return [Step(quote.withdrawn_at, "Annulé", "", quote.withdrawal_reason)]
    return []


# What a version changed.


def changes_between(earlier: dict[str, Any], later: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (what, before, after) for each line and total that two snapshots do not share.

    A line is known by its label: two of the same label are told apart by their rank.
    """
    before, after = _said_lines(earlier), _said_lines(later)
    changes = [
        (label, before.get(label, ""), after.get(label, ""))
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    ]
    for name, key, said in (
        ("Objet", "subject", str),
        ("Valable jusqu’au", "valid_until", _day),
        ("Acompte", "deposit", _amount),
        ("Total HT", "net", _amount),
        ("Total TTC", "gross", _amount),
        ("Conditions", "notes", str),
    ):
        was, becomes = earlier.get(key, ""), later.get(key, "")
        if was != becomes:
            changes.append((name, said(was), said(becomes)))
    return changes


def _said_lines(snapshot: dict[str, Any]) -> dict[str, str]:
    said: dict[str, str] = {}
    for line in snapshot["lines"]:
        label, rank = line["label"], 2
        while label in said:
            label, rank = f"{line['label']} ({rank})", rank + 1
        quantity = line["quantity"].replace(".", ",")
        said[label] = f"{quantity} × {_amount(line['unit_price'])} = {_amount(line['net'])}"
    return said


def _amount(text: str) -> str:
    return euros(Decimal(text)) if text else ""


def _day(text: str) -> str:
    return french_date(datetime.fromisoformat(text).date()) if text else ""
