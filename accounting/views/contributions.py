"""What each activity gave to the cooperative."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounting import queries, rules
from accounting.views.frame import asked_of, note_export, tabs, url, years
from cae.core.accounts import recently_authenticated
from cae.core.csv_files import csv_file
from cae.core.enums import Right
from cae.core.money import ZERO
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest


@requires(Right.SEE_ACCOUNTS)
@require_safe
def contributions(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show what was taken from each activity over a period, and by which rules."""
    asked = asked_of(request)
    rows = queries.contributions(asked.start, asked.end)
    return render(
        request,
        "accounting/contributions.html",
        {
            "tabs": tabs(request, "contributions"),
            "years": years(request, asked),
            "asked": asked,
            "rows": rows,
            "account": rules.CONTRIBUTION_ACCOUNT,
            "basis": sum((row.basis for row in rows), ZERO),
            "share": sum((row.share for row in rows), ZERO),
            "fixed": sum((row.fixed for row in rows), ZERO),
            "total": sum((row.total for row in rows), ZERO),
            "rules": queries.contribution_rules(on=asked.end),
            "csv_url": f"{url(request, 'contributions_csv')}{asked.query}",
        },
    )


@requires(Right.SEE_ACCOUNTS)
@require_safe
@recently_authenticated
def contributions_csv(request: PlaceRequest, slug: str) -> HttpResponse:
    """Download what was taken from each activity."""
    note_export(request, "contributions")
    asked = asked_of(request)
    return csv_file(
        f"contributions-{asked.start:%Y-%m}-{asked.end:%Y-%m}",
        head=("Code", "Enseigne", "Assiette", "Part", "Forfait", "Plancher", "Total"),
        rows=(
            (r.analytic.code, r.analytic.label, r.basis, r.share, r.fee, r.floor, r.total)
            for r in queries.contributions(asked.start, asked.end)
        ),
    )
