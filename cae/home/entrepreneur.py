"""An entrepreneur's first page: what is there, where it goes, what to do, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounting import queries as ledger
from cae.core import clock
from cae.core.charts import BarChart, Group, Segment, Series, Tone
from cae.core.money import euros
from cae.core.periods import (
    Month,
    french_date,
    french_month,
    months_ending,
    short_date,
    short_month,
)
from cae.core.requests import PlaceRequest
from cae.home.simulator import simulator_of
from entrepreneurs import queries as people
from entrepreneurs.models import Activity, Entrepreneur
from invoicing import queries as sales
from invoicing.models import Invoice, Quote
from invoicing.views.frame import INVOICE_PILLS
from payroll import queries as pay


def entrepreneur_home(request: PlaceRequest) -> HttpResponse:
    today = clock.today()
    person = people.person_of(request.membership)
    assert person is not None, "the tenant middleware found this person"
    activities = people.activities_of(person, on=today)
    activity = chosen(activities, request.GET.get("activite"))
    context = {
        "person": person,
        "today": today,
        "activities": activities,
        "activity": activity,
        "path": path_steps(person, on=today),
    }
    if activity is not None:
        context |= money_of(activity, on=today)
        context |= simulator_of(person, activity, None, on=today)
        context["to_do"] = to_do(request, person, activity, on=today)
        context["documents"] = latest_documents(request, activity, on=today)
        slug = request.cooperative.slug
        context["treasury_url"] = reverse("accounting:treasury", args=[slug])
        context["sales_url"] = reverse("invoicing:sales", args=[slug])
        context["quote_url"] = reverse("invoicing:quote_new", args=[slug])
    return render(request, "home/entrepreneur.html", context)


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something to do, the page where it is done, and the verb of its button."""

    title: str
    note: str
    icon: str
    tone: str
    verb: str
    url: str


def to_do(
    request: PlaceRequest, person: Entrepreneur, activity: Activity, *, on: date
) -> list[ToDo]:
    """Return what waits for the person, the most pressing first."""
    slug = request.cooperative.slug
    found: list[ToDo] = []
    for row in sales.late_invoices(activity.pk, on=on)[:2]:
        late = (on - row.due_on).days
        found.append(
            ToDo(
                row.invoice.customer_name,
                f"{euros(row.claimable)} · {late} jour{'s' if late > 1 else ''} de retard",
                "clock",
                "warning",
                "Voir",
                reverse("invoicing:invoice", args=[slug, row.invoice_id]),
            )
        )
    for order in sales.internal_orders_to_answer([activity.pk])[:2]:
        found.append(
            ToDo(
                "Une commande interne attend votre réponse",
                f"{order.seller_name} · {euros(order.total)}",
                "handshake",
                "",
                "Répondre",
                reverse("invoicing:internal_order", args=[slug, order.pk]),
            )
        )
    for invoice in sales.sent_back(activity.pk)[:2]:
        found.append(
            ToDo(
                "Corriger une facture",
                f"{invoice.customer_name} · {invoice.refusal_reason}"[:90],
                "pencil",
                "warning",
                "Corriger",
                reverse("invoicing:invoice", args=[slug, invoice.pk]),
            )
        )
    for stopped in sales.stopped_recurrences(activity.pk)[:2]:
        found.append(
            ToDo(
                "Une facture récurrente s’est arrêtée",
                f"{stopped.customer_name} · {stopped.stop_reason}"[:90],
                "refresh-cw",
                "warning",
                "Voir",
                reverse("invoicing:recurrence", args=[slug, stopped.pk]),
            )
        )
    for draft in sales.drafts_to_review(activity.pk)[:2]:
        found.append(
            ToDo(
                "Relire une facture récurrente",
                f"{draft.customer_name} · {draft.subject}"[:90],
                "refresh-cw",
                "",
                "Relire",
                reverse("invoicing:invoice", args=[slug, draft.pk]),
            )
        )
    for question in sales.questions_waiting(activity.pk)[:2]:
        found.append(
            ToDo(
                "Répondre à une question",
                f"{question.quote.customer_name} · {question.text}"[:90],
                "message-square",
                "warning",
                "Répondre",
                reverse("invoicing:quote", args=[slug, question.quote_id]) + "#questions",
            )
        )
    missing = sales.expenses_without_voucher(person.pk)
    if missing:
        found.append(
            ToDo(
                "Joindre un justificatif"
                if len(missing) == 1
                else f"Joindre {len(missing)} justificatifs",
                ", ".join(line.label for line in missing[:2]),
                "camera",
                "",
                "Joindre",
                reverse("invoicing:sheet", args=[slug, missing[0].sheet_id]),
            )
        )
    for quote in sales.accepted_not_invoiced(activity.pk)[:1]:
        found.append(
            ToDo(
                "Facturer un devis accepté",
                f"{quote.customer_name} · {euros(quote.gross)}",
                "file-check",
                "",
                "Facturer",
                reverse("invoicing:quote", args=[slug, quote.pk]),
            )
        )
    month = Month.of(on)
    if pay.payee_of(person, month, on=on) and pay.wish_of(person, month) is None:
        day = pay.choice_deadline(month)
        if on <= day:
            found.append(
                ToDo(
                    "Choisir votre salaire",
                    f"Avant le {french_date(day, weekday=True, year=False)}",
                    "banknote",
                    "",
                    "Choisir",
                    reverse("payroll:salaries", args=[slug]),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Document:
    """A quote or an invoice of the last ones, as a line of the list."""

    title: str
    note: str
    url: str
    state: str
    tone: str
    when: str
    amount: Decimal


def latest_documents(request: PlaceRequest, activity: Activity, *, on: date) -> list[Document]:
    """Return the four last quotes and invoices touched, latest first."""
    slug = request.cooperative.slug
    invoices = list(sales.sales_of(Invoice, (activity.pk,)).order_by("-id")[:4])
    quotes = list(sales.sales_of(Quote, (activity.pk,)).order_by("-id")[:4])
    found = [
        (
            row.invoice.created_at,
            Document(
                row.invoice.customer_name,
                " · ".join(filter(None, [row.invoice.number, row.invoice.subject])),
                reverse("invoicing:invoice", args=[slug, row.invoice.pk]),
                *_said(row, on=on),
                row.invoice.gross,
            ),
        )
        for row in sales.with_settlements(invoices, on=on)
    ]
    found += [
        (
            quote.created_at,
            Document(
                quote.customer_name,
                " · ".join(filter(None, [quote.number, quote.subject])),
                reverse("invoicing:quote", args=[slug, quote.pk]),
                f"Devis {quote.get_status_display().lower()}",
                _QUOTE_TONES.get(quote.status, ""),
                short_date(quote.dated_on),
                quote.gross,
            ),
        )
        for quote in quotes
    ]
    return [document for _, document in sorted(found, key=lambda f: f[0], reverse=True)[:4]]


_QUOTE_TONES = {"sent": "info", "accepted": "ok", "refused": "danger", "expired": "warning"}
#: The words of the lists, but for what is read differently here.
_INVOICE_WORDS = {state: (label, tone) for state, (label, tone, _) in INVOICE_PILLS.items()} | {
    "refused": ("À corriger", "warning"),
    "open": ("Émise", "info"),
    "credited": ("Annulée", ""),
}


def _said(row: sales.InvoiceRow, *, on: date) -> tuple[str, str, str]:
    """Return the state of an invoice in words: label, tone, and when."""
    label, tone = _INVOICE_WORDS[row.state]
    when = ""
    if row.state == "late":
        when = f"depuis {row.days_late} jour{'s' if row.days_late > 1 else ''}"
    elif row.settlement is not None and row.state in {"open", "partly"}:
        when = f"échéance {short_date(row.settlement.due_on)}"
    elif row.invoice.issued_on is not None:
        when = f"du {short_date(row.invoice.issued_on)}"
    return label, tone, when


def chosen(activities: list[Activity], wanted: str | None) -> Activity | None:
    """Return the activity asked for if it is one of these, else the first."""
    return next((a for a in activities if str(a.pk) == wanted), next(iter(activities), None))


def money_of(activity: Activity, *, on: date) -> dict[str, object]:
    """Return what the ledger says of one activity: today, this month and over twelve months."""
    months = months_ending(Month.of(on), 12)
    balance = ledger.available_by_month(activity.analytic_id, months)
    turnover = ledger.turnover_by_month(activity.analytic_id, months)
    month = ledger.distribution(activity.analytic_id, Month.of(on))
    return {
        "available": ledger.available(activity.analytic_id, on),
        "balance": list(balance.values()),
        "balance_title": (
            f"Solde sur 12 mois, de {euros(balance[months[0]], cents=False)} "
            f"à {euros(balance[months[-1]], cents=False)}"
        ),
        "months": (short_month(months[0]), short_month(months[-1])),
        "month": month,
        "month_name": french_month(Month.of(on)).split()[0],
        "segments": [
            Segment("Salaire net", month.salary, Tone.NET),
            Segment("Cotisations sociales", month.social, Tone.SOCIAL),
            Segment("Contribution coopérative", month.contribution, Tone.COOPERATIVE),
            Segment("Frais", month.expenses, Tone.EXPENSES),
            Segment("Réserve", month.reserve, Tone.RESERVE),
        ],
        "turnover": turnover_chart(turnover),
        "cashed_over_year": sum(t.cashed for t in turnover),
        "invoiced_over_year": sum(t.invoiced for t in turnover),
    }


def turnover_chart(turnover: list[ledger.Turnover]) -> BarChart:
    return BarChart(
        title="Chiffre d’affaires facturé et encaissé sur 12 mois",
        series=(Series("Facturé", Tone.INVOICED), Series("Encaissé", Tone.NET)),
        groups=[
            Group(short_month(t.month), (t.invoiced, t.cashed), french_month(t.month))
            for t in turnover
        ],
    )


def path_steps(person: Entrepreneur, *, on: date) -> list[dict[str, str]]:
    """Return the path as the component draws it."""
    return [
        {"label": stretch.label, "note": _when(stretch), "state": stretch.state}
        for stretch in people.path_of(person, on=on)
    ]


def _when(stretch: people.Stretch) -> str:
    if stretch.due_on is not None:
        return f"au plus tard le {french_date(stretch.due_on)}"
    if stretch.starts_on is None:
        return ""
    if stretch.state == "current" or stretch.ends_on is None:
        return f"depuis le {french_date(stretch.starts_on)}"
    if stretch.starts_on == stretch.ends_on:
        return f"le {french_date(stretch.starts_on)}"
    first, last = short_month(Month.of(stretch.starts_on)), short_month(Month.of(stretch.ends_on))
    return f"{first} {stretch.starts_on.year} – {last} {stretch.ends_on.year}"
