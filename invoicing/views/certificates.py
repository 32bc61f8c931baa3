"""Yearly tax certificates: listed, made in bulk, read, corrected, mailed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import audit, clock, documents
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.words import folded
from invoicing import permissions
from invoicing.actions import Letter
from invoicing.actions import certificates as actions
from invoicing.documents.certificates import certificate_face, certificate_name
from invoicing.enums import RunStatus
from invoicing.models import TaxCertificateRun
from invoicing.permissions import fetch_certificate, fetch_customer
from invoicing.queries import certificates as queries
from invoicing.queries.certificates import CertifiedYear
from invoicing.views.frame import ROWS, done, place
from invoicing.views.sending import answer_letter

#: text, tone, icon
PILLS = {
    "running": ("Année en cours", "", "clock"),
    "missing": ("À faire", "warning", "circle-alert"),
    "stale": ("À refaire", "warning", "refresh-cw"),
    "made": ("Faite", "info", "check"),
    "queued": ("En route", "info", "send"),
    "sent": ("Envoyée", "ok", "send"),
    "failed": ("Non partie", "danger", "circle-alert"),
    "refused": ("Rien à attester", "", ""),
}
_TO_DO = ("missing", "stale")
_CHIPS = (
    ("", "Toutes"),
    ("a-faire", "À faire"),
    ("a-envoyer", "À envoyer"),
    ("envoyees", "Envoyées"),
)
_WANTED = {"a-faire": _TO_DO, "a-envoyer": ("made", "failed"), "envoyees": ("sent", "queued")}


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of a year in the list."""

    year: CertifiedYear
    state: str

    @property
    def pill(self) -> tuple[str, str, str]:
        return PILLS[self.state]


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def certificates(request: PlaceRequest, slug: str) -> HttpResponse:
    year = _year(request.GET.get("annee", ""))
    rows = _rows(request, year)
    state, wanted = request.GET.get("etat", ""), folded(request.GET.get("q", ""))
    shown = [
        row
        for row in rows
        if (state not in _WANTED or row.state in _WANTED[state])
        and wanted in folded(row.year.customer_name)
    ]
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    may_make = permissions.may_make_certificates(request.membership)
    return render(
        request,
        "invoicing/certificates/list.html",
        {
            "year": year,
            "is_over": year < clock.today().year,
            "is_declared": request.cooperative.personal_services,
            "rows": page,
            "page": page,
            "is_empty": not rows,
            "q": request.GET.get("q", ""),
            "state": state,
            "counts": {name: sum(row.state == name for row in rows) for name in PILLS},
            "to_do": sum(row.state in _TO_DO for row in rows),
            "to_send": sum(row.state in ("made", "failed") for row in rows),
            "total": sum(row.year.counted for row in rows),
            "minutes": sum(row.year.minutes for row in rows),
            "years": [
                {
                    "label": str(each),
                    "url": place(request, "certificates", annee=each),
                    "active": each == year,
                }
                for each in queries.certificate_years(on=clock.today())
            ],
            "chips": [
                {
                    "label": label,
                    "count": sum(not value or row.state in _WANTED[value] for row in rows),
                    "url": place(request, "certificates", annee=year, etat=value),
                    "active": value == state,
                }
                for value, label in _CHIPS
            ],
            "may_make": may_make,
            "may_configure": permissions.may_write_common(request.membership),
            **(_progress(request, year) if may_make else {}),
        },
    )


@requires(Right.VALIDATE_INVOICE)
@require_safe
def certificates_state(request: PlaceRequest, slug: str) -> HttpResponse:
    """Answer where the bulk making of a year is; once it is over, the list is read again."""
    year = _year(request.GET.get("annee", ""))
    state = _progress(request, year)
    answer = render(request, "invoicing/certificates/_run.html", {"year": year, **state})
    if not state["waits"]:
        answer["HX-Refresh"] = "true"
    return answer


@requires(Right.VALIDATE_INVOICE)
@require_POST
def make_certificates(request: PlaceRequest, slug: str) -> HttpResponse:
    """Have all those of a year made, and mailed if asked."""
    year = _year(request.POST.get("annee", ""))
    sends = request.POST.get("do") == "send"
    return done(
        request,
        lambda: actions.ask_for_certificates(
            year, sends=sends, on=clock.today(), by=request.membership
        ),
        said="Les attestations se préparent.",
        to=place(request, "certificates", annee=year),
    )


@requires(Right.VALIDATE_INVOICE)
@require_POST
def make_certificate(request: PlaceRequest, slug: str, year: int, customer_pk: int) -> HttpResponse:
    """Make, or correct, that of one customer."""
    customer = fetch_customer(request.membership, customer_pk)
    return done(
        request,
        lambda: actions.make_certificate(
            customer, year=year, on=clock.today(), by=request.membership
        ),
        said=f"Attestation de {customer.name} faite.",
        to=place(request, "certificates", annee=year),
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def certificate(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    certificate = fetch_certificate(request.membership, pk)
    versions = queries.certificate_versions(certificate)
    paid = queries.paid_years(certificate.year, customer_id=certificate.customer_id)
    _, now = paid.get(certificate.customer_id, (None, None))
    is_last = versions[0].pk == certificate.pk
    return render(
        request,
        "invoicing/certificates/certificate.html",
        {
            "certificate": certificate,
            "face": certificate_face(certificate.snapshot),
            "versions": versions,
            "is_last": is_last,
            "last": versions[0],
            "is_stale": is_last and not queries.says(certificate, now),
            "mails": queries.certificate_mails(certificate),
            "file": actions.ask_for_certificate_pdf(certificate),
            "may_make": permissions.may_make_certificates(request.membership),
            "may_send": permissions.may_send_certificate(request.membership, certificate),
            "crumbs": [
                (
                    f"Attestations {certificate.year}",
                    place(request, "certificates", annee=certificate.year),
                ),
                (str(certificate), ""),
            ],
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def certificate_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over a version, or say that it is being made."""
    certificate = fetch_certificate(request.membership, pk)
    made = actions.ask_for_certificate_pdf(certificate)
    if made is not None:
        audit.record(
            "certificate.downloaded",
            certificate,
            by=request.membership,
            after={"number": str(certificate)},
        )
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"Attestation {certificate}",
            "pdf_url": place(request, "certificate_pdf", pk),
            "poll_url": place(request, "certificate_pdf_state", pk),
            "back_url": place(request, "certificate", pk),
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def certificate_pdf_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer 204 while a version is being made, then the fragment that offers it."""
    certificate = fetch_certificate(request.membership, pk)
    if actions.ask_for_certificate_pdf(certificate) is None:
        return HttpResponse(status=204)
    url = place(request, "certificate_pdf", pk)
    return render(request, "invoicing/_pdf_ready.html", {"pdf_url": url})


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def send_certificate(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    certificate = fetch_certificate(request.membership, pk, may=permissions.may_send_certificate)
    last = queries.certificate_versions(certificate)[0]
    if last.pk != certificate.pk:
        return redirect(place(request, "certificate", last.pk))

    def send(letter: Letter | None) -> str:
        mail = actions.send_certificate(certificate, letter=letter, by=request.membership)
        return f"Attestation en route vers {mail.to[0]}."

    context: dict[str, Any] = {
        "title": "Envoyer l’attestation",
        "attached": certificate_name(certificate.snapshot),
        "file_missing": actions.ask_for_certificate_pdf(certificate) is None,
        "back_url": place(request, "certificate", pk),
        "crumbs": [
            (
                f"Attestations {certificate.year}",
                place(request, "certificates", annee=certificate.year),
            ),
            (str(certificate), place(request, "certificate", pk)),
            ("Envoyer", ""),
        ],
    }
    return answer_letter(request, certificate, send=send, context=context)


def _rows(request: PlaceRequest, year: int) -> list[Row]:
    ids = permissions.seen_activity_ids(request.membership)
    found = queries.certified_years(year, activity_ids=ids)
    mails = queries.last_mails(each.certificate.pk for each in found if each.certificate)
    running = year >= clock.today().year
    return [Row(each, _state(each, mails, running=running)) for each in found]


def _state(each: CertifiedYear, mails: dict[int, Any], *, running: bool) -> str:
    if running:
        return "running"
    if each.certificate is None:
        return "missing" if each.is_due else "refused"
    if each.is_stale:
        return "stale"
    mail = mails.get(each.certificate.pk)
    return str(mail.state) if mail else "made"


def _progress(request: PlaceRequest, year: int) -> dict[str, Any]:
    run: TaxCertificateRun | None = queries.last_run(year)
    waits = run is not None and run.status == RunStatus.WAITING
    at_done, at_total = actions.run_progress(run).read() if run and waits else (0, 0)
    return {
        "run": run,
        "waits": waits,
        "at_done": at_done,
        "at_total": at_total,
        "poll_url": place(request, "certificates_state", annee=year),
    }


def _year(asked: str) -> int:
    """Return the year asked for, else the last one that is over."""
    years = queries.certificate_years(on=clock.today())
    return int(asked) if asked.isdecimal() and int(asked) in years else years[1]
