"""Invoices and credit notes: the list, the record, what is done with it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock, documents, replay
from cae.core.enums import Right
from cae.core.models import Membership
from cae.core.money import number
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.templatetags.cae import NOTHING, date_fr, euros, jour_court
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import activity_names
from invoicing import actions, permissions, queries
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import invoice_snapshot
from invoicing.enums import InvoiceKind, InvoiceStatus
from invoicing.forms.sales import CreditForm, ReplaceForm
from invoicing.models import Invoice
from invoicing.permissions import fetch_invoice
from invoicing.queries.contribution_rates import rate_of
from invoicing.queries.deals import deal_of
from invoicing.queries.folders import filing_of
from invoicing.queries.inputs import inputs_of
from invoicing.rules.einvoicing import objections
from invoicing.views.attachments import attached
from invoicing.views.brings import brings, brings_title, sold_invoice
from invoicing.views.drafts import discarded, posted_draft, posted_input
from invoicing.views.editor import Editor
from invoicing.views.einvoices import electronic_face
from invoicing.views.exporting import export_menu
from invoicing.views.frame import (
    INVOICE_PILLS,
    chosen_activity,
    done,
    duplicate_form,
    history,
    page_of,
    place,
)
from invoicing.views.memos import memos
from invoicing.views.narrowing import invoice_narrowings, staff_choices, year_choices
from invoicing.views.transmissions import deposit_face

#: What a row of the list says: an invoice has three times as many columns.
_LISTED = (
    "tenant", "activity_id", "kind", "status", "number", "subject", "customer_name", "issued_on",
    "gross", "refusal_reason",
)  # fmt: skip
_LABELS = {
    "": "Toutes",
    "draft": "Brouillons",
    "submitted": "À valider",
    "open": "À encaisser",
    "late": "En retard",
    "paid": "Payées",
    "credit": "Avoirs",
    "recurring": "Récurrentes",
}


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def sales(request: PlaceRequest, slug: str) -> HttpResponse:
    """Lead to the invoices, the first of the two lists."""
    return redirect(place(request, "invoices"))


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def invoices(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    ids = permissions.seen_activity_ids(request.membership)
    may_sell = has_right(request.membership, Right.SELL)
    wanted = queries.InvoiceFilter.read(request.GET)
    rows = wanted.rows(ids, on=today)
    totals = queries.totals_of_list(rows) if wanted.narrows else None
    owed = queries.owed(ids, on=today)
    counts = queries.invoice_counts(ids, owed=owed)
    page = page_of(
        request,
        rows.only(*_LISTED),
        count=totals.count if totals else counts["all"],
    )
    listed, here = list(page), place(request, "invoices")
    activities = activity_names({i.activity_id for i in listed}) if ids is None else {}
    return render(
        request,
        "invoicing/invoices.html",
        {
            "inputs": inputs_of(permissions.own_activity_ids(request.membership), "invoice")
            if may_sell
            else [],
            "page": page,
            "rows": [
                _listed(row, here, activities) for row in queries.with_settlements(listed, on=today)
            ],
            "owed": owed,
            "wanted": wanted,
            "totals": totals,
            "kept": {n: v for n, v in wanted.query.items() if n in ("etat", "client", "activite")},
            "narrowings": invoice_narrowings(request, wanted),
            "rates": [
                {"value": rate, "typed": number(rate * 100)} for rate in queries.offered_rates()
            ],
            "years": year_choices(request, on=today),
            **(staff_choices() if ids is None else {}),
            "chips": [
                {
                    "label": label,
                    "count": counts[key or "all"] if set(wanted.query) <= {"etat", "tri"} else None,
                    "url": place(request, "invoices", **{**wanted.query, "etat": key}),
                    "active": key == wanted.state,
                }
                for key, label in _LABELS.items()
                if key != "recurring" or counts[key] or wanted.state == key
            ],
            "export": export_menu(
                request, wanted.query, "invoices", "invoice-lines", "invoice-pdfs"
            ),
            "is_staff": ids is None,
            "may_sell": may_sell,
            "is_empty": not counts["all"],
        },
    )


def _listed(row: queries.InvoiceRow, here: str, activities: dict[int, str]) -> dict[str, object]:
    """Return what a row says, ready to be written: a page of 50 rows is what costs most."""
    invoice, settlement = row.invoice, row.settlement
    is_open = settlement is not None and settlement.remaining > 0
    term = jour_court(settlement.due_on) if settlement and is_open else ""
    return {
        "url": f"{here}{invoice.pk}/",
        "customer": invoice.customer_name,
        "subject": invoice.subject,
        "number": invoice.number or NOTHING,
        "activity": activities.get(invoice.activity_id),
        "activity_url": f"{here}?activite={invoice.activity_id}",
        "issued_on": date_fr(invoice.issued_on),
        "pill": INVOICE_PILLS[row.state],
        "term": f"{row.days_late} j" if row.days_late else term,
        "gross": f"{'− ' if row.state == 'credit' else ''}{euros(invoice.gross)}",
        "remaining": euros(settlement.remaining if settlement else None),
    }


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_invoice(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, activities = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html", status=200)
    document = posted_draft(request, "invoice")
    if document is not None:
        return Editor(request, "invoice", document.activity, document=document).answer()
    kept = posted_input(request, "invoice")
    if kept is not None:
        return Editor(request, "invoice", kept.activity, input=kept).answer()
    return Editor(request, "invoice", activity, activities).answer()


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)
    if invoice.status != InvoiceStatus.DRAFT:
        return redirect(place(request, "invoice", pk))
    if actions.follows_plan(invoice):
        return redirect(place(request, "invoice_details", pk))
    return Editor(request, "invoice", invoice.activity, document=invoice).answer()


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return record(request, fetch_invoice(request.membership, pk))


def record(request: PlaceRequest, invoice: Invoice) -> HttpResponse:
    """Show an invoice: what it says, where it stands, what may be done next."""
    today = clock.today()
    who = request.membership
    may_write = permissions.may_write(who, invoice)
    (row,) = queries.with_settlements([invoice], on=today)
    lines = list(invoice.lines.select_related("vat_choice"))
    snapshot = invoice.snapshot or invoice_snapshot(invoice, lines, on=today)
    is_draft = invoice.status == InvoiceStatus.DRAFT
    is_issued = invoice.status == InvoiceStatus.ISSUED
    face = face_of(snapshot)
    due = row.settlement is not None and row.settlement.remaining > 0
    return render(
        request,
        "invoicing/invoice.html",
        {
            "unread": invoice.inputs.first() if is_draft else None,
            "occurrence": invoice.occurrences.first(),
            "edit_url": place(request, "invoice_edit", invoice.pk),
            "invoice": invoice,
            "row": row,
            "pill": INVOICE_PILLS[row.state],
            "face": face,
            "objections": [] if is_issued else objections(snapshot),
            "einvoice": electronic_face(invoice),
            "deposit": deposit_face(invoice) if is_issued else None,
            "brings": brings(request, sold_invoice(row, face, on=today)),
            "brings_title": brings_title(request, invoice.kind),
            "is_draft": is_draft,
            "is_submitted": invoice.status == InvoiceStatus.SUBMITTED,
            "is_issued": is_issued,
            "is_credit": invoice.kind == InvoiceKind.CREDIT_NOTE,
            "may_write": may_write,
            "may_issue": permissions.may_issue(who, invoice),
            "may_validate": permissions.may_validate(who, invoice),
            "ceiling": permissions.ceiling_of(who, invoice.activity),
            "may_correct": permissions.may_correct(who, invoice),
            "may_remind": due and permissions.may_remind(who, invoice),
            "may_pay": due and permissions.may_record_payment(who, invoice),
            "is_little": row.settlement is not None
            and row.settlement.is_little(request.cooperative.write_off_ceiling),
            "payments": queries.payments_of(invoice),
            "retention": queries.retention_of(invoice.pk)
            if is_issued and invoice.retention
            else None,
            "credit_notes": list(invoice.credit_notes.order_by("id")),
            "reason_form": CreditForm(),
            "replace_form": ReplaceForm(prefix="rectifier"),
            "may_replace": _may_replace(who, row),
            "may_change_accounts": is_issued and permissions.may_change_accounts(who, invoice),
            "attached": attached(request, invoice),
            "rate": rate_of(invoice, on=invoice.issued_on or today),
            "rate_url": place(request, "invoice_rate", invoice.pk)
            if not is_issued
            and invoice.kind != InvoiceKind.CREDIT_NOTE
            and permissions.may_set_rate(who, invoice)
            else "",
            "duplicate_form": duplicate_form(request, invoice) if may_write else None,
            "deal": (deal := deal_of(invoice)),
            "filing": filing_of(invoice),
            "may_file": may_write
            and deal is None
            and not invoice.quote_id
            and not invoice.corrects_id,
            "nonce": replay.new_nonce(),
            "mails": queries.mails_of(invoice) if is_issued else [],
            "may_send": is_issued and permissions.may_send(request.membership, invoice),
            "memos": memos(request, invoice),
            "trail": history(request, invoice),
            "crumbs": [("Devis et factures", place(request, "invoices")), (str(invoice), "")],
        },
    )


def _may_replace(who: Membership, row: queries.InvoiceRow) -> bool:
    """Tell whether a corrective invoice is a way out: nobody has paid or credited anything."""
    settlement = row.settlement
    return (
        settlement is not None
        and permissions.may_write(who, row.invoice)
        and not (settlement.paid or settlement.credited)
        and bool(settlement.gross)
        and not actions.follows_plan(row.invoice)
    )


@requires(Right.SELL)
@require_POST
def submit_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.submit_invoice(invoice, by=request.membership),
        said="Soumise\u00a0: l’équipe d’appui vous écrira si elle demande une correction.",
        to=place(request, "invoice", pk),
    )


@requires(Right.SELL)
@require_POST
def withdraw_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.withdraw_invoice(invoice, by=request.membership),
        said="Reprise\u00a0: corrigez-la, puis soumettez-la à nouveau.",
        to=place(request, "invoice_edit", pk),
    )


@requires(Right.ISSUE_OWN, Right.VALIDATE_INVOICE)
@require_POST
def issue_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_issue)
    return done(
        request,
        lambda: actions.issue_invoice(invoice, on=clock.today(), by=request.membership),
        said="Émise\u00a0: son PDF se prépare.",
        to=place(request, "invoice", pk),
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def credit_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_correct)
    form = CreditForm(request.POST)
    if not form.is_valid():
        (said,) = next(iter(form.errors.values()))[:1]
        raise ActionRefused(str(said), code="bad_credit")
    details = form.cleaned_data

    def create() -> str:
        credit = actions.credit_invoice(
            invoice, reason=details["reason"], amount=details["amount"], by=request.membership
        )
        may_edit = permissions.may_write(request.membership, credit)
        return place(request, "invoice_edit" if may_edit else "invoice", credit.pk)

    return replay.once(request, create)


@requires(Right.SELL)
@require_POST
def replace_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)

    def create() -> str:
        draft = actions.replace_invoice(
            invoice, reason=request.POST.get("rectifier-reason", ""), by=request.membership
        )
        return place(request, "invoice_edit", draft.pk)

    return replay.once(request, create)


@requires(Right.SELL)
@require_POST
def duplicate_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)

    customer = duplicate_form(request, invoice).chosen

    def create() -> str:
        copy = actions.duplicate_invoice(invoice, customer=customer, by=request.membership)
        return place(request, "invoice_edit", copy.pk)

    return replay.once(request, create)


@requires(Right.SELL)
@require_POST
def discard_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)
    return discarded(
        request,
        lambda: actions.discard_invoice(invoice, by=request.membership),
        to=place(request, "invoices"),
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def invoice_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the PDF of an issued invoice, or say that it is being made."""
    invoice = fetch_invoice(request.membership, pk)
    if invoice.status != InvoiceStatus.ISSUED:
        raise Http404
    made = actions.ask_for_invoice_pdf(invoice)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"{invoice.get_kind_display()} {invoice.number}",
            "pdf_url": place(request, "invoice_pdf", pk),
            "poll_url": place(request, "invoice_pdf_state", pk),
            "back_url": place(request, "invoice", pk),
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def invoice_pdf_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer 204 while the PDF is being made, then the fragment that offers it."""
    invoice = fetch_invoice(request.membership, pk)
    if queries.invoice_file(invoice) is None:
        return HttpResponse(status=204)
    return render(
        request, "invoicing/_pdf_ready.html", {"pdf_url": place(request, "invoice_pdf", pk)}
    )
