"""Recurring invoices: their lists, their next dates, and what keeps one from going on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from django.db.models import Count, Max, QuerySet

from cae.core.enums import Right
from cae.core.permissions import has_right
from entrepreneurs import queries as people
from invoicing.enums import InvoiceStatus, LetterKind, RecurrenceStatus
from invoicing.models import Invoice, Occurrence, Recurrence
from invoicing.queries.contacts import recipients
from invoicing.rules.recurrences import Rhythm, coming_dates

#: How many dates are shown before one confirms.
SHOWN_DATES = 6


def recurrences_of(activity_ids: tuple[int, ...] | None) -> QuerySet[Recurrence]:
    """Return the recurrences of these activities, of all of them when None: the next one first."""
    rows = Recurrence.objects.defer("notes").order_by("next_on", "-id")
    return rows if activity_ids is None else rows.filter(activity_id__in=activity_ids)


def recurrence_counts(activity_ids: tuple[int, ...] | None) -> dict[str, int]:
    """Count the recurrences in each state, and `all`, in one query."""
    rows = recurrences_of(activity_ids).order_by().values_list("status")
    counts = dict.fromkeys(RecurrenceStatus.values, 0)
    counts |= dict(rows.annotate(count=Count("pk")))
    return counts | {"all": sum(counts.values())}


def due_recurrences(*, on: date) -> list[int]:
    """Return the ids of those a worker must come to."""
    rows = Recurrence.objects.filter(status=RecurrenceStatus.ACTIVE, next_on__lte=on)
    return list(rows.order_by("next_on", "id").values_list("pk", flat=True))


def dates_left(recurrence: Recurrence) -> int | None:
    """Return how many dates may still come, the next one included; None without a number."""
    if recurrence.times is None:
        return None
    return recurrence.times - recurrence.occurrences.count()


def coming_of(recurrence: Recurrence, *, most: int = SHOWN_DATES) -> list[date]:
    """Return the next dates of a recurrence, none once it is over."""
    if recurrence.next_on is None:
        return []
    days = coming_dates(
        recurrence.rhythm,
        after=recurrence.next_on - timedelta(days=1),
        ends_on=recurrence.ends_on,
        left=dates_left(recurrence),
    )
    return list(islice(days, most))


def dates_to_come(
    rhythm: Rhythm,
    *,
    ends_on: date | None,
    times: int | None,
    on: date,
    earlier: Recurrence | None = None,
) -> Iterator[date]:
    """Yield the dates of a recurrence that is being written.

    Under a new rhythm today is the earliest; a date that is done never comes back.

    :param earlier: the recurrence as it is, where it is not a new one.
    """
    done, last = 0, None
    if earlier is not None:
        known = earlier.occurrences.aggregate(done=Count("pk"), last=Max("due_on"))
        done, last = known["done"], known["last"]
    if earlier is not None and earlier.next_on is not None and rhythm == earlier.rhythm:
        after = earlier.next_on - timedelta(days=1)
    else:
        after = max(last or date.min, on - timedelta(days=1))
    left = None if times is None else max(times - done, 0)
    return coming_dates(rhythm, after=after, ends_on=ends_on, left=left)


def occurrences_of(recurrence: Recurrence) -> list[Occurrence]:
    """Return what became of its dates, the latest first, with their invoices."""
    return list(recurrence.occurrences.select_related("invoice").order_by("-due_on")[:60])


def why_not(recurrence: Recurrence, *, on: date) -> str:
    """Return why no invoice may be made on a day, in a sentence; nothing where one may."""
    activity, customer, who = recurrence.activity, recurrence.customer, recurrence.responsible
    if activity.closed_on is not None and activity.closed_on < on:
        return f"L’enseigne {activity.name} est fermée\u00a0: elle ne facture plus."
    if customer.archived_at is not None:
        return (
            f"{customer.name} est archivé. Reprenez ce client depuis sa fiche, ou terminez cette "
            "récurrence."
        )
    person = people.person_of(who)
    name = people.display_name(who)
    if person is None or not has_right(who, Right.SELL):
        return f"L’accès de {name} est fermé\u00a0: quelqu’un d’autre doit reprendre la récurrence."
    if activity not in people.activities_of(person, on=on):
        return (
            f"{name} ne fait plus partie de {activity.name}\u00a0: quelqu’un d’autre doit "
            "reprendre la récurrence."
        )
    if person.contracts.exists() and people.contract_on(person, on) is None:
        return (
            f"Le contrat de {name} avec la coopérative est terminé\u00a0: plus rien ne se facture "
            "en son nom. Voyez avec l’équipe d’appui."
        )
    return _why_not_as_written(recurrence)


def _why_not_as_written(recurrence: Recurrence) -> str:
    withdrawn = recurrence.lines.filter(vat_choice__is_offered=False).select_related("vat_choice")
    line = withdrawn.first()
    if line is not None:
        return (
            f"La TVA «\u00a0{line.vat_choice.label}\u00a0» n’est plus proposée par la coopérative. "
            "Modifiez les lignes, puis reprenez."
        )
    if recurrence.is_sent and not recipients(recurrence.customer, LetterKind.INVOICES):
        return (
            f"{recurrence.customer.name} n’a pas d’adresse électronique\u00a0: l’envoi n’est pas "
            "possible. Ajoutez-la à sa fiche."
        )
    return ""


def drafts_to_review(activity_id: int) -> list[Invoice]:
    """Return the drafts that recurrences made and nobody went on with, the oldest first."""
    made = Occurrence.objects.filter(activity=activity_id, invoice__isnull=False)
    drafts = Invoice.objects.filter(activity=activity_id, status=InvoiceStatus.DRAFT)
    return list(drafts.filter(pk__in=made.order_by().values("invoice_id")).order_by("id"))


def stopped_recurrences(activity_id: int) -> list[Recurrence]:
    """Return the recurrences of an activity that stopped by themselves."""
    rows = Recurrence.objects.filter(activity=activity_id, status=RecurrenceStatus.STOPPED)
    return list(rows.order_by("next_on", "id"))
