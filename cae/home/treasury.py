"""« Ma trésorerie »: how much there is, how it is obtained, and every movement explained.

On the roof because it asks the ledger how much, and the people's floor whose and what is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounting import queries as ledger
from accounting.enums import JournalKind, Position
from accounting.models import EntryLine
from accounting.queries import books
from accounting.rules import MAKES_AVAILABLE, Available, explanation, position_of
from cae.core import audit, clock
from cae.core.accounts import recently_authenticated
from cae.core.charts import BarChart, Group, Series, Tone
from cae.core.csv_files import csv_file
from cae.core.enums import Right
from cae.core.money import ZERO, euros, parse_amount
from cae.core.pages import PER_PAGE, say
from cae.core.periods import Month, french_month, months_ending, short_month
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from cae.home.entrepreneur import chosen
from cae.home.pieces import document_url
from entrepreneurs import actions, permissions
from entrepreneurs import queries as people
from entrepreneurs.forms import ReserveForm
from entrepreneurs.models import Activity
from payroll.queries import payable_budget

#: Months shown at once.
_WINDOW = 12


@requires(Right.SEE_OWN)
@require_http_methods(["GET", "POST"])
def treasury(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show the money of one activity; a POST keeps another reserve."""
    today = clock.today()
    activities = _own_activities(request, on=today)
    activity = chosen(activities, request.GET.get("activite"))
    if activity is None:
        return render(request, "accounting/treasury_empty.html")
    form = ReserveForm(request.POST or None, initial={"reserve": activity.reserve})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                actions.set_reserve(activity, form.cleaned_data["reserve"], by=request.membership)
        except ActionRefused as refused:
            say(form, refused)
        else:
            toast(request, "Réserve enregistrée.")
            return redirect(_url(request, activity))
    return _page(request, activity, form=form, activities=activities)


@requires(Right.SEE_ACCOUNTS, Right.SEE_PEOPLE)
@require_safe
def activity_treasury(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Show staff the same page of any activity: they read, the reserve stays its people's."""
    activity = permissions.fetch_activity(request.membership, pk, may=permissions.may_see_treasury)
    return _page(request, activity)


def _page(
    request: PlaceRequest,
    activity: Activity,
    *,
    form: ReserveForm | None = None,
    activities: Sequence[Activity] = (),
) -> HttpResponse:
    """Show the money of an activity; `form` is for its people, who choose their reserve."""
    today = clock.today()
    is_own = form is not None
    asked = _Asked.of(request, on=today)
    found = asked.movements(activity)
    months = months_ending(asked.last, _WINDOW)
    balance = ledger.available_by_month(activity.analytic_id, months)
    budget = payable_budget(activity, Month.of(today), on=today)
    money = budget.available
    expected = ledger.expected_of(activity.analytic_id, on=today)
    return render(
        request,
        "accounting/treasury.html",
        {
            "today": today,
            "is_own": is_own,
            "title": "Ma trésorerie" if is_own else "Trésorerie",
            "crumbs": [] if is_own else _crumbs(request, activity),
            "activity": activity,
            "activities": activities,
            "form": form,
            "money": money,
            "deductions": _deductions(money),
            "names": [] if is_own else _names(activity, on=today),
            "kept": ZERO - activity.reserve,
            "provisioned": ZERO - money.provisions,
            "budget": budget,
            "expected": expected,
            "expected_total": sum((item.amount for item in expected), ZERO),
            "late": [item for item in expected if item.is_late(today)],
            "curve": list(balance.values()),
            "curve_title": (
                f"Disponible sur 12 mois, de {euros(balance[months[0]], cents=False)}"
                f" à {euros(balance[months[-1]], cents=False)}"
            ),
            "curve_ends": (short_month(months[0]), short_month(months[-1])),
            "chart": BarChart(
                title="Disponible à la fin de chaque mois",
                series=(Series("Disponible", Tone.NET),),
                groups=[
                    Group(short_month(m), (amount,), french_month(m))
                    for m, amount in balance.items()
                ],
            ),
            "asked": asked,
            "statement": found,
            "page": Paginator(found.movements[::-1], PER_PAGE).get_page(request.GET.get("page")),
            "chips": asked.chips(months),
            "earlier": asked.link(fin=str(months[0].previous()), mois=""),
            "later": asked.link(fin="", mois="") if asked.fin else "",
            "csv_url": f"{_csv_url(request, activity, is_own=is_own)}{asked.link()}",
        },
        status=422 if form is not None and form.errors else 200,
    )


@requires(Right.SEE_OWN)
@require_safe
def treasury_csv(request: PlaceRequest, slug: str) -> HttpResponse:
    """Download the statement as it is shown, the oldest movement first."""
    today = clock.today()
    activity = chosen(_own_activities(request, on=today), request.GET.get("activite"))
    if activity is None:
        raise Http404
    return _csv(request, activity)


@requires(Right.SEE_ACCOUNTS, Right.SEE_PEOPLE)
@require_safe
@recently_authenticated
def activity_treasury_csv(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Give staff the statement of any activity; who took it away is written."""
    activity = permissions.fetch_activity(request.membership, pk, may=permissions.may_see_treasury)
    audit.record("activity.statement", activity, by=request.membership)
    return _csv(request, activity)


def _csv(request: PlaceRequest, activity: Activity) -> HttpResponse:
    today = clock.today()
    found = _Asked.of(request, on=today).movements(activity)
    return csv_file(
        f"tresorerie-{activity.code}-{today:%Y-%m-%d}",
        head=("Date", "Pièce", "Libellé", "Explication", "Montant", "Disponible après"),
        rows=(
            (m.date, m.piece, m.label, m.explanation, m.amount, m.balance) for m in found.movements
        ),
    )


@requires(Right.SEE_OWN)
@require_safe
def movement(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Show what one entry did to an activity of one's own, line by line."""
    activities = _own_activities(request, on=clock.today())
    own = {activity.analytic_id: activity for activity in activities}
    lines = list(books.own_lines_of_entry(pk, own))
    if not lines:
        raise Http404
    asked = request.GET.get("activite")
    activity = next(
        (own[line.analytic_id] for line in lines if str(own[line.analytic_id].pk) == asked),
        own[lines[0].analytic_id],
    )
    back = [("Ma trésorerie", _url(request, activity))]
    lines = [line for line in lines if line.analytic_id == activity.analytic_id]
    return _movement(request, activity, lines, back=back, is_own=True)


@requires(Right.SEE_ACCOUNTS, Right.SEE_PEOPLE)
@require_safe
def activity_movement(request: PlaceRequest, slug: str, pk: int, entry_pk: int) -> HttpResponse:
    """Show staff what one entry did to any activity."""
    activity = permissions.fetch_activity(request.membership, pk, may=permissions.may_see_treasury)
    lines = list(books.own_lines_of_entry(entry_pk, [activity.analytic_id]))
    if not lines:
        raise Http404
    here = reverse("accounting:activity_treasury", args=[slug, pk])
    back = [*_crumbs(request, activity)[:-1], ("Trésorerie", here)]
    return _movement(request, activity, lines, back=back, is_own=False)


def _movement(
    request: PlaceRequest,
    activity: Activity,
    lines: Sequence[EntryLine],
    *,
    back: Sequence[tuple[str, str]],
    is_own: bool,
) -> HttpResponse:
    moves: dict[Position, Decimal] = {}
    for line in lines:
        position = position_of(line.account.number)
        if position in MAKES_AVAILABLE:
            moves[position] = moves.get(position, ZERO) + line.debit - line.credit
    first = lines[0]
    key = books.posting_key_of(first.entry_id)
    return render(
        request,
        "accounting/movement.html",
        {
            "activity": activity,
            "is_own": is_own,
            "first": first,
            "lines": [(line, _meaning(line.account.number)) for line in lines],
            "explanation": explanation(JournalKind(first.journal.kind), moves)
            if any(moves.values())
            else "",
            "amount": sum(moves.values(), ZERO),
            "document_url": document_url(request, key, piece=first.piece),
            "entry_url": reverse(
                "accounting:entry", args=[request.cooperative.slug, first.entry_id]
            )
            if has_right(request.membership, Right.SEE_ACCOUNTS)
            else "",
            "crumbs": [*back, (first.piece or "Écriture", "")],
        },
    )


# What the page asks for.


@dataclass(frozen=True, slots=True)
class _Asked:
    """The part of the statement one wants: a month of a window of twelve, words to look for."""

    activity: str
    last: Month
    fin: str
    month: Month | None
    search: str
    on: date

    @classmethod
    def of(cls, request: PlaceRequest, *, on: date) -> _Asked:
        last = min(_month(request.GET.get("fin")) or Month.of(on), Month.of(on))
        month = _month(request.GET.get("mois"))
        return cls(
            activity=request.GET.get("activite", ""),
            last=last,
            fin=str(last) if last != Month.of(on) else "",
            month=month if month in months_ending(last, _WINDOW) else None,
            search=request.GET.get("q", "").strip()[:80],
            on=on,
        )

    def movements(self, activity: Activity) -> ledger.Statement:
        """Return the movements asked for; their balances are those of the whole statement."""
        first = self.month or self.last.plus(1 - _WINDOW)
        end = min((self.month or self.last).last_day, self.on)
        found = ledger.statement(activity.analytic_id, start=first.first_day, end=end)
        if not self.search:
            return found
        kept = [m for m in found.movements if _matches(m, self.search)]
        return ledger.Statement(found.opening, kept)

    def link(self, **changes: str) -> str:
        now = {
            "activite": self.activity,
            "fin": self.fin,
            "mois": str(self.month or ""),
            "q": self.search,
        }
        query = {name: value for name, value in (now | changes).items() if value}
        return f"?{urlencode(query)}" if query else "?"

    def chips(self, months: list[Month]) -> list[dict[str, object]]:
        choices = [("12 mois", None), *((short_month(m), m) for m in reversed(months))]
        return [
            {
                "label": label,
                "count": None,
                "url": self.link(mois=str(month or "")),
                "active": month == self.month,
            }
            for label, month in choices
        ]


def _month(text: str | None) -> Month | None:
    try:
        return Month.parse(text or "")
    except ValueError:
        return None


def _matches(movement: ledger.Movement, search: str) -> bool:
    """Whether every word is in the piece, the label or the explanation, or it is the amount."""
    try:
        if abs(parse_amount(search)) in {abs(movement.amount), *map(abs, movement.moves.values())}:
            return True
    except ValueError:
        pass
    text = folded(f"{movement.piece} {movement.label} {movement.explanation}")
    return all(word in text for word in folded(search).split())


# What it shows.


def _own_activities(request: PlaceRequest, *, on: date) -> list[Activity]:
    person = permissions.fetch_own_person(request.membership)
    return people.activities_of(person, on=on)


def _url(request: PlaceRequest, activity: Activity) -> str:
    url = reverse("accounting:treasury", args=[request.cooperative.slug])
    return f"{url}?activite={activity.pk}"


def _csv_url(request: PlaceRequest, activity: Activity, *, is_own: bool) -> str:
    slug = request.cooperative.slug
    if is_own:
        return reverse("accounting:treasury_csv", args=[slug])
    return reverse("accounting:activity_treasury_csv", args=[slug, activity.pk])


def _crumbs(request: PlaceRequest, activity: Activity) -> list[tuple[str, str]]:
    """Return the way staff come by: the person where there is one and they may, else the books."""
    slug = request.cooperative.slug
    if not has_right(request.membership, Right.SEE_PEOPLE):
        return [("Comptabilité", reverse("accounting:books", args=[slug])), (activity.name, "")]
    people_url = reverse("entrepreneurs:people", args=[slug])
    holders = [
        (person.full_name, reverse("entrepreneurs:person", args=[slug, person.pk]))
        for person, _ in people.shares_on(activity, on=clock.today())[:1]
    ]
    return [("Entrepreneurs", people_url), *holders, (activity.name, "")]


def _names(activity: Activity, *, on: date) -> list[str]:
    return [person.full_name for person, _ in people.shares_on(activity, on=on)]


def _deductions(money: Available) -> list[tuple[str, str, Decimal]]:
    """Return what takes from the bank: its name, why, how much, negative when it takes.

    What is nil is not said.
    """
    named = [
        ("TVA à reverser", "Payée par les clients, elle revient à l’État.", money.vat_due),
        ("Salaires à virer", "Bulletins validés, virement à venir.", money.wages),
        ("Cotisations sociales", "Dues à l’Urssaf et aux caisses.", money.social),
        ("Impôt prélevé à la source", "Retenu sur les salaires.", money.withholding),
        ("Fournisseurs", "Factures reçues, pas encore payées.", money.suppliers),
        ("Dépenses à rembourser", "Approuvées, virement à venir.", money.refunds),
        (
            "Dû à la coopérative" if money.link >= 0 else "Dû par la coopérative",
            "Contribution, et ce qui passe entre la coopérative et l’activité.",
            money.link,
        ),
        (
            "Commandes internes",
            "Ce que d’autres enseignes vous ont versé, ou que vous leur avez versé, sans banque.",
            money.exchange,
        ),
    ]
    return [(label, why, ZERO - owed) for label, why, owed in named if owed]


_MEANINGS = {
    "1": "Capitaux",
    "2": "Investissement",
    "3": "Stock",
    "6": "Charge",
    "7": "Chiffre d’affaires",
}


def _meaning(number: str) -> str:
    """Return what an account is, in the words of the treasury."""
    position = position_of(number)
    if number == "44574":
        return "TVA en attente du règlement"
    if position == Position.OTHER:
        return _MEANINGS.get(number[0], "Autre")
    return str(position.label)
