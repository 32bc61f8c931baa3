"""Customers: the list, the record, and what they owe."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import audit, clock
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.identifiers import bank_of, masked
from invoicing import actions, permissions, queries
from invoicing.documents.dossiers import customer_dossier
from invoicing.enums import CustomerKind, QuoteStatus
from invoicing.models import Customer, Invoice, Payment, Quote
from invoicing.permissions import fetch_customer
from invoicing.rules.countries import country_name
from invoicing.rules.customers import missing_on_invoices
from invoicing.rules.endpoints import endpoint_of
from invoicing.views.exporting import export_menu
from invoicing.views.frame import INVOICE_PILLS, QUOTE_PILLS, done, history, page_of, place
from invoicing.views.memos import memos

LATEST = 20

_LISTS = {"": "Clients", "dus": "Avec un reste dû", "archives": "Archivés"}
_KINDS = {"": "Tous", **dict(CustomerKind.choices)}


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def customers(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    ids = permissions.seen_activity_ids(request.membership)
    text, state = request.GET.get("q", "").strip(), request.GET.get("etat", "")
    kind, sort = request.GET.get("type", ""), request.GET.get("tri", "")
    rows = queries.customers_listed(request.GET, ids)
    page = page_of(request, rows.defer("iban").prefetch_related("activity"))
    figures = queries.customer_figures([customer.pk for customer in page], on=today)

    def chips(labels: dict[str, str], name: str, current: str) -> list[dict[str, object]]:
        kept = {"etat": state, "type": kind, "q": text, "tri": sort}
        return [
            {
                "label": label,
                "count": None,
                "url": place(request, "customers", **{**kept, name: value}),
                "active": current == value,
            }
            for value, label in labels.items()
        ]

    return render(
        request,
        "invoicing/customers.html",
        {
            "page": page,
            "rows": [{"customer": c, "figures": figures[c.pk]} for c in page],
            "q": text,
            "kept": {"etat": state, "type": kind, "tri": sort},
            "chips": chips(_LISTS, "etat", state),
            "kinds": chips(_KINDS, "type", kind),
            "is_staff": ids is None,
            "may_sell": has_right(request.membership, Right.SELL),
            "export": export_menu(request, request.GET.dict(), "customers"),
            "is_empty": not page.object_list and not (text or state or kind),
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    today, who = clock.today(), request.membership
    customer = fetch_customer(who, pk)
    latest = list(queries.sales_of(Invoice, None).filter(customer=customer)[:LATEST])
    quotes = queries.sales_of(Quote, None).filter(customer=customer)[:LATEST]
    payments = Payment.objects.filter(customer=customer).order_by("-received_on", "-id")
    scheme, endpoint = endpoint_of(
        kind=customer.kind,
        siren=customer.siren,
        endpoint=customer.endpoint,
        email=customer.bills_to,
    )
    return render(
        request,
        "invoicing/customer.html",
        {
            "customer": customer,
            "figures": queries.customer_figures([pk], on=today)[pk],
            "credit": queries.customer_credit(customer),
            "may_pay": permissions.may_record_payment(request.membership, customer),
            "invoices": [
                {"row": row, "invoice": row.invoice, "pill": INVOICE_PILLS[row.state]}
                for row in queries.with_settlements(latest, on=today)
            ],
            "quotes": [{"quote": q, "pill": QUOTE_PILLS[QuoteStatus(q.status)]} for q in quotes],
            "payments": list(payments[:LATEST]),
            "missing": _missing(customer),
            "scheme": scheme,
            "endpoint": endpoint,
            "iban": masked(customer.iban),
            "bank": bank_of(customer.iban),
            "country": country_name(customer.country) if customer.country != "FR" else "",
            "is_person": customer.kind == CustomerKind.INDIVIDUAL,
            "may_write": permissions.may_write(who, customer) and not customer.anonymised_at,
            "may_have_data": permissions.may_anonymise(who, customer),
            "may_anonymise": permissions.may_anonymise(who, customer)
            and customer.kind == CustomerKind.INDIVIDUAL
            and not customer.anonymised_at,
            "may_delete": permissions.may_write(who, customer)
            and not queries.document_count(customer),
            "may_set_account": permissions.may_set_account(who, customer),
            "contacts": list(customer.contacts.all()),
            "memos": memos(request, customer),
            "trail": history(request, customer),
            "crumbs": [("Clients", place(request, "customers")), (customer.name, "")],
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def customer_data(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Hand over everything known of a customer, as the RGPD gives right to (art. 15 and 20)."""
    customer = fetch_customer(request.membership, pk, may=permissions.may_anonymise)
    audit.record("customer.exported", customer, by=request.membership)
    answer = JsonResponse(customer_dossier(customer), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="client-{pk}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@requires(Right.SELL)
@require_POST
def archive_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    actions.archive_customer(customer, by=request.membership)
    toast(request, "Client archivé.", undo=place(request, "customer_restore", pk))
    return redirect(place(request, "customers"))


@requires(Right.SELL)
@require_POST
def restore_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.restore_customer(customer, by=request.membership),
        said="Client remis dans la liste.",
        to=place(request, "customer", pk),
    )


@requires(Right.SELL)
@require_POST
def delete_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    gone = not queries.document_count(customer)
    return done(
        request,
        lambda: actions.delete_customer(customer, by=request.membership),
        said="Client supprimé.",
        to=place(request, "customers") if gone else place(request, "customer", pk),
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_http_methods(["GET", "POST"])
def anonymise_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Say what will be forgotten and what the law keeps; then do it."""
    customer = fetch_customer(request.membership, pk, may=permissions.may_anonymise)
    if request.method == "POST":
        return done(
            request,
            lambda: actions.anonymise_customer(customer, on=clock.today(), by=request.membership),
            said="Client anonymisé.",
            to=place(request, "customer", pk),
        )
    return render(
        request,
        "invoicing/customer_anonymise.html",
        {
            "customer": customer,
            "documents": queries.document_count(customer),
            "crumbs": [
                ("Clients", place(request, "customers")),
                (customer.name, place(request, "customer", pk)),
                ("Anonymiser", ""),
            ],
        },
    )


def _missing(customer: Customer) -> list[str]:
    if customer.anonymised_at is not None:
        return []
    return missing_on_invoices(
        kind=customer.kind,
        siren=customer.siren,
        siret=customer.siret,
        town=customer.town,
        vat_number=customer.vat_number,
        email=customer.bills_to,
    )
