"""The payroll of a month: opened, computed, checked, validated, paid, handed out."""

from __future__ import annotations

import tempfile
import zipfile
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounting import queries as ledger
from cae.core import audit, clock
from cae.core.accounts import recently_authenticated
from cae.core.csv_files import csv_file
from cae.core.documents import content_of
from cae.core.enums import Right
from cae.core.money import number, percent
from cae.core.pages import chips, form_page, page_of
from cae.core.periods import Month, french_month, french_time, of_french_month, short_date
from cae.core.permissions import requires
from cae.core.replay import new_nonce
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from payroll import actions, queries
from payroll.documents.transfers import transfers_name, transfers_xml
from payroll.enums import RowState, RunStatus
from payroll.forms import OpenRunForm, PayForm, ReasonForm
from payroll.models import PayrollRun
from payroll.permissions import fetch_batch, fetch_run, may_validate

_LONGEST_SEARCH = 80


@requires(Right.RUN_PAYROLL)
@require_safe
def runs(request: PlaceRequest, slug: str) -> HttpResponse:
    """Every month of pay, the latest first."""
    month = Month.of(clock.today())
    return render(
        request,
        "payroll/runs.html",
        {
            "page": page_of(request, queries.runs(), per_page=24),
            "to_open": month if queries.run_of(month) is None else None,
            "open_url": reverse("payroll:open", args=[slug]),
            "may_set_terms": may_validate(request.membership),
        },
    )


@requires(Right.RUN_PAYROLL)
@require_http_methods(["GET", "POST"])
def open_run(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    form = OpenRunForm(request.POST or None, month=Month.of(today))

    def opened() -> str:
        run = actions.open_run(
            form.cleaned_data["month"],
            on=today,
            pay_on=form.cleaned_data["pay_on"],
            by=request.membership,
        )
        toast(request, f"Paie {of_french_month(run.month)} ouverte.")
        return reverse("payroll:run", args=[slug, run.pk])

    back = reverse("payroll:runs", args=[slug])
    return form_page(
        request,
        form,
        opened,
        title="Ouvrir un mois de paie",
        verb="Ouvrir la paie",
        back=back,
        crumbs=[("Paie", back), ("Ouvrir un mois", "")],
    )


@requires(Right.RUN_PAYROLL)
@require_safe
def run(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    run = fetch_run(request.membership, pk)
    month = Month.of(run.month)
    figures = queries.run_figures(run)
    search = request.GET.get("q", "")[:_LONGEST_SEARCH]
    wanted = request.GET.get("etat", "")
    state = RowState(wanted) if wanted in RowState.values else None
    page = page_of(request, queries.run_slips(run, state=state, search=search))
    variables = queries.variables(month)
    return render(
        request,
        "payroll/run.html",
        {
            "run": run,
            "month": month,
            "crumbs": [("Paie", reverse("payroll:runs", args=[slug])), (str(month.year), "")],
            "figures": figures,
            "variables": variables,
            "page": page,
            "rows": queries.rows(list(page)),
            "chips": chips(request, "etat", _states(figures)),
            "q": search,
            "is_filtered": bool(search or state),
            "steps": _steps(run, figures, variables),
            "left_out": queries.left_out(month),
            "change": _change(figures, month),
            "cover": "" if figures.is_over else _cover(figures.cost),
            "batches": queries.batches(run),
            "today": clock.today(),
            "reason_form": ReasonForm(auto_id="reprendre-%s"),
            "progress": queries.documents_progress(run),
            "may_validate": may_validate(request.membership),
            "may_select": may_validate(request.membership) and figures.validated < figures.count,
            "legend": _legend(),
            "pay_form": PayForm(initial={"pay_on": max(run.pay_on, clock.today())}),
            "to_pay": figures.validated - figures.paid,
            "nonce": new_nonce(),
        },
    )


@requires(Right.RUN_PAYROLL)
@require_POST
def compute(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    run = fetch_run(request.membership, pk)
    actions.compute_run(run, on=clock.today(), by=request.membership)
    toast(request, f"Paie {of_french_month(run.month)} calculée.")
    return redirect("payroll:run", slug=slug, pk=pk)


@requires(Right.VALIDATE_PAYROLL)
@require_POST
@recently_authenticated
def validate(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Validate the payslips ticked, or with `all` every one that is ready."""
    run = fetch_run(request.membership, pk)
    if "all" in request.POST:
        ids = list(queries.run_slips(run, state=RowState.READY).values_list("pk", flat=True))
    else:
        ids = [int(i) for i in request.POST.getlist("pk") if i.isascii() and i.isdigit()][:2000]
    outcome = actions.validate_payslips(run, ids, on=clock.today(), by=request.membership)
    count = len(outcome.validated)
    if count:
        toast(request, "1 bulletin validé." if count == 1 else f"{count} bulletins validés.")
    for refused in outcome.refused[:5]:
        messages.warning(request, f"{refused.name}\u00a0: {refused.reason}.")
    return redirect(_back(request, slug, pk))


@requires(Right.VALIDATE_PAYROLL)
@require_POST
@recently_authenticated
def pay(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    run = fetch_run(request.membership, pk)
    form = PayForm(request.POST)
    pay_on = form.cleaned_data["pay_on"] if form.is_valid() else None
    batch = actions.pay_run(run, on=clock.today(), pay_on=pay_on, by=request.membership)
    if batch is None:
        toast(request, "Bulletins soldés\u00a0: aucun n’avait de salaire à virer.")
    else:
        count = batch.transfer_count
        made = "1 virement préparé" if count == 1 else f"{count} virements préparés"
        toast(request, f"{made}, remise {batch.number}.")
    return redirect("payroll:run", slug=slug, pk=pk)


@requires(Right.VALIDATE_PAYROLL)
@require_POST
@recently_authenticated
def take_back(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Take every validated payslip of a run back to what was computed."""
    run = fetch_run(request.membership, pk)
    done = list(queries.run_slips(run, state=RowState.VALIDATED).values_list("pk", flat=True))
    slips = actions.step_back(
        run, done, reason=_reason(request), on=clock.today(), by=request.membership
    )
    count = len(slips)
    toast(request, "1 bulletin repris." if count == 1 else f"{count} bulletins repris.")
    return redirect("payroll:run", slug=slug, pk=pk)


@requires(Right.VALIDATE_PAYROLL)
@require_POST
@recently_authenticated
def withdraw(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Withdraw a batch whose file nobody took: its payslips wait for their transfer again."""
    batch = actions.withdraw_batch(
        fetch_batch(request.membership, pk),
        reason=_reason(request),
        on=clock.today(),
        by=request.membership,
    )
    toast(request, f"Remise {batch.number} retirée.")
    return redirect("payroll:run", slug=slug, pk=batch.run_id)


def _reason(request: PlaceRequest) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


@requires(Right.RUN_PAYROLL)
@require_POST
def produce(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Have the PDF of every validated payslip that has none made."""
    run = fetch_run(request.membership, pk)
    count = actions.request_documents(run)
    toast(request, "1 bulletin en préparation." if count == 1 else f"{count} en préparation.")
    return redirect("payroll:run", slug=slug, pk=pk)


@requires(Right.RUN_PAYROLL)
@require_safe
def progress(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer how many PDFs are made; nothing (204) while it is what the page already shows."""
    run = fetch_run(request.membership, pk)
    now = queries.documents_progress(run)
    if request.GET.get("fait") == str(now.done) and now.is_running:
        return HttpResponse(status=204)
    return render(request, "payroll/_progress.html", {"run": run, "progress": now})


@requires(Right.VALIDATE_PAYROLL)
@require_safe
@recently_authenticated
def transfers(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Download the file of a batch for the bank; it is kept nowhere, and who took it is."""
    batch = fetch_batch(request.membership, pk)
    try:
        batch = actions.take_transfers(batch, by=request.membership)
    except ActionRefused as refused:
        messages.error(request, refused.message)
        return redirect("payroll:run", slug=slug, pk=batch.run_id)
    response = HttpResponse(transfers_xml(batch), content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{transfers_name(batch)}"'
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Right.RUN_PAYROLL)
@require_safe
@recently_authenticated
def archive(request: PlaceRequest, slug: str, pk: int) -> HttpResponse | FileResponse:
    """Download every payslip of a run that is made, in one file."""
    run = fetch_run(request.membership, pk)
    made = [slip.document for slip in queries.documented_slips(run) if slip.document]
    if not made:
        messages.info(request, "Aucun bulletin n’est encore produit. Validez-en d’abord.")
        return redirect("payroll:run", slug=slug, pk=pk)
    audit.record("payroll.downloaded", run, by=request.membership, after={"count": len(made)})
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it once sent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for document in made:
            entry = zipfile.ZipInfo(f"{document.pk}-{document.name}", run.month.timetuple()[:6])
            bundle.writestr(entry, content_of(document))
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"bulletins-{run.month:%Y-%m}.zip")
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Right.RUN_PAYROLL)
@require_safe
@recently_authenticated
def export(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Download the figures of a run, a line per person, for a spreadsheet."""
    run = fetch_run(request.membership, pk)
    audit.record("payroll.exported", run, by=request.membership)
    return csv_file(
        f"paie-{run.month:%Y-%m}",
        head=["Personne", "Enseignes", "État", *(label for label, _ in _EXPORTED)],
        rows=(
            [
                row.name,
                row.activities,
                row.payslip.get_status_display(),
                *(getattr(row.payslip, name) for _, name in _EXPORTED),
            ]
            for row in queries.rows(list(queries.run_slips(run)))
        ),
    )


_EXPORTED = (
    ("Brut", "gross"),
    ("Cotisations salariales", "employee_charges"),
    ("Cotisations patronales", "employer_charges"),
    ("Réduction", "reduction"),
    ("Coût", "cost"),
    ("Net avant impôt", "net_before_tax"),
    ("Net social", "net_social"),
    ("Net imposable", "net_taxable"),
    ("Prélèvement à la source", "withholding"),
    ("Net à payer", "net_paid"),
    ("Réserve après", "reserve_after"),
)


def _states(figures: queries.RunFigures) -> dict[str, tuple[str, int | None]]:
    choices: dict[str, tuple[str, int | None]] = {"": ("Toutes", figures.count)}
    return choices | {str(s.value): (str(s.label), n) for s, n in figures.states.items()}


def _steps(
    run: PayrollRun, figures: queries.RunFigures, variables: queries.Variables
) -> list[dict[str, str]]:
    """Return where the month stands: each step once the one before is done."""
    validated, count = figures.validated, figures.count
    all_validated = bool(count) and validated == count
    blocked = figures.states[RowState.BLOCKED]
    at = french_time(localtime(run.computed_at).time()) if run.computed_at else ""
    steps = [
        (
            "Variables",
            f"{variables.chosen} choix sur {variables.expected}",
            run.status != RunStatus.OPEN,
        ),
        ("Calcul", f"{count} bulletins, {at}" if at else "à faire", run.status != RunStatus.OPEN),
        (
            "Contrôles",
            f"{validated} sur {count}" + (f", {blocked} à corriger" if blocked else ""),
            all_validated,
        ),
        (
            "Bulletins",
            f"{figures.documents} produits sur {validated}" if validated else "après validation",
            all_validated and figures.documents == count,
        ),
        (
            "Virements",
            "faits" if figures.is_over else f"le {short_date(run.pay_on)}",
            figures.is_over,
        ),
    ]
    current = next((i for i, (*_, done) in enumerate(steps) if not done), len(steps))
    return [
        {
            "label": label,
            "note": note,
            "state": "done" if done else "current" if i == current else "",
            "url": "",
        }
        for i, (label, note, done) in enumerate(steps)
    ]


def _change(figures: queries.RunFigures, month: Month) -> str:
    if figures.change is None:
        return ""
    sign = "+\u00a0" if figures.change > 0 else ""
    previous = french_month(month.previous()).split()[0]
    return f"{sign}{percent(figures.change, places=1)} sur {previous}"


def _cover(cost: Decimal) -> str:
    """Say how much of the cost the banks of the cooperative hold."""
    if not cost:
        return ""
    share = ledger.balance_of("5") * 100 / cost
    return f"trésorerie couverte à {number(share, places=0)}\u00a0%"


def _legend() -> list[Any]:
    zero = Decimal(0)
    return list(
        queries.band(cashed=zero, salary=zero, social=zero, contribution=zero, expenses=zero)
    )


def _back(request: PlaceRequest, slug: str, pk: int) -> str:
    """The run, with the filters of the list that was ticked."""
    state = request.POST.get("etat", "")
    url = reverse("payroll:run", args=[slug, pk])
    return f"{url}?etat={state}" if state in RowState.values else url
