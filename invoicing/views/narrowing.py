"""The filters of a list that are on, each with the link that takes it off."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounting.queries import fiscal_years
from cae.core.money import euros, percent
from cae.core.periods import numeric_date
from cae.core.requests import PlaceRequest
from entrepreneurs.models import Activity, Branch, StaffMember
from entrepreneurs.queries import advisers, branches
from invoicing.models import Customer
from invoicing.queries import InvoiceFilter
from invoicing.views.frame import place


def year_label(request: PlaceRequest, year: int) -> str:
    """Return how a fiscal year is said: by the year it begins in, and the next if it ends there."""
    return str(year) if request.cooperative.fiscal_year_start == 1 else f"{year}-{year + 1}"


def year_choices(request: PlaceRequest, *, on: date) -> list[tuple[int, str]]:
    """Return the fiscal years with something written in them, the latest first."""
    years = fiscal_years(start_month=request.cooperative.fiscal_year_start, on=on)
    return [(first.year, year_label(request, first.year)) for first, _ in years]


def staff_choices() -> dict[str, list[tuple[int, str]]]:
    """Return what only the staff filters by: who follows somebody, and the branches.

    A branch that is archived still has the invoices of its activities.
    """
    return {
        "advisers": [(one.pk, one.full_name) for one in advisers()],
        "branches": [
            (one.pk, f"{one.name} (archivée)" if one.is_archived else one.name)
            for one in branches()
        ],
    }


def invoice_narrowings(request: PlaceRequest, wanted: InvoiceFilter) -> list[dict[str, Any]]:
    """Return the filters in force beside the state and the words, in French."""
    said: dict[str, str] = {}
    if wanted.customer:
        name = Customer.objects.filter(pk=wanted.customer).values_list("name", flat=True).first()
        said["client"] = name or "Client inconnu"
    if wanted.activity:
        names = Activity.objects.filter(pk=wanted.activity).values_list("name", flat=True)
        said["activite"] = names.first() or "Enseigne inconnue"
    if wanted.since:
        said["du"] = f"depuis le {numeric_date(wanted.since)}"
    if wanted.until:
        said["au"] = f"jusqu’au {numeric_date(wanted.until)}"
    if wanted.least is not None:
        said["min"] = f"au moins {euros(wanted.least)}"
    if wanted.most is not None:
        said["max"] = f"au plus {euros(wanted.most)}"
    if wanted.year:
        said["exercice"] = f"exercice {year_label(request, wanted.year)}"
    if wanted.adviser:
        adviser = StaffMember.objects.filter(pk=wanted.adviser).first()
        said["accompagnement"] = f"suivi par {adviser}" if adviser else "Accompagnement inconnu"
    if wanted.branch:
        branch = Branch.objects.filter(pk=wanted.branch).first()
        said["antenne"] = f"antenne {branch}" if branch else "Antenne inconnue"
    if wanted.alone:
        said["seule"] = "émise sans validation"
    if wanted.vat is not None:
        said["tva"] = f"TVA {percent(wanted.vat)}"
    query = wanted.query
    return [
        {
            "label": f"{label} ×",
            "count": None,
            "url": place(request, "invoices", **{k: v for k, v in query.items() if k != name}),
        }
        for name, label in said.items()
    ]
