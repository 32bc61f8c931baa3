"""What the law wants of software that records payments: closings, archives, attestation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cae.core import clock, documents
from cae.core.enums import Right
from cae.core.pages import chips, page_of
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing import queries
from invoicing.actions.closings import take_archive
from invoicing.enums import ClosedSpan, InvoiceStatus
from invoicing.models import Closing, Invoice, Payment, YearArchive
from invoicing.views.frame import place
from invoicing.views.receipts import tabs

#: Faults said of one chain: the first ones are enough to know where to look.
_SAID = 20


@requires(Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT)
@require_safe
def closings(request: PlaceRequest, slug: str) -> HttpResponse:
    """The closings of days, months or fiscal years, with their totals since the first."""
    spans = {"": ClosedSpan.DAY, "mois": ClosedSpan.MONTH, "exercices": ClosedSpan.YEAR}
    span = spans.get(request.GET.get("periode", ""), ClosedSpan.DAY)
    return render(
        request,
        "invoicing/payments/closings.html",
        {
            "tabs": tabs(request, "closings"),
            "chips": chips(
                request,
                "periode",
                {"": ("Jours", None), "mois": ("Mois", None), "exercices": ("Exercices", None)},
            ),
            "page": page_of(request, queries.closings(span)),
            "archives": list(queries.year_archives()),
        },
    )


@requires(Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT)
@require_safe
def verify(request: PlaceRequest, slug: str) -> HttpResponse:
    """Compute every fingerprint again, and say what is not what it was."""
    invoices = (
        f"{number}\u00a0: son empreinte n’est pas celle de son contenu"
        for number in queries.broken_invoices()
    )
    payments = (
        f"n° {pk}\u00a0: son empreinte n’est pas celle de son contenu"
        for pk in queries.broken_payments()
    )
    return render(
        request,
        "invoicing/payments/verified.html",
        {
            "chains": [
                {
                    "label": label,
                    "count": count,
                    "faults": [fault for _, fault in zip(range(_SAID), faults, strict=False)],
                }
                for label, count, faults in (
                    (
                        "Factures et avoirs",
                        Invoice.objects.filter(status=InvoiceStatus.ISSUED).count(),
                        invoices,
                    ),
                    ("Encaissements", Payment.objects.count(), payments),
                    ("Totaux clos", Closing.objects.count(), queries.broken_closings()),
                )
            ],
            "crumbs": [("Clôtures", place(request, "closings")), ("Vérification", "")],
        },
    )


@requires(Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT)
@require_safe
def archive(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    found = get_object_or_404(YearArchive.objects.select_related("document", "closing"), pk=pk)
    return documents.attachment(take_archive(found, by=request.membership))


@requires(Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT, Right.CONFIGURE)
@require_safe
def attestation(request: PlaceRequest, slug: str) -> HttpResponse:
    """The individual attestation of the publisher, to print and sign."""
    return render(
        request,
        "invoicing/payments/attestation.html",
        {
            "cooperative": request.cooperative,
            "publisher": {
                "name": settings.PUBLISHER_NAME,
                "siren": settings.PUBLISHER_SIREN,
                "address": settings.PUBLISHER_ADDRESS,
                "signatory": settings.PUBLISHER_SIGNATORY,
            },
            "version": settings.CAE_VERSION,
            "major": settings.CAE_VERSION.split(".")[0],
            "today": clock.today(),
            "crumbs": [("Clôtures", place(request, "closings")), ("Attestation", "")],
        },
    )
