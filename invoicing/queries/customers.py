"""The customers of activities, and what they were billed and owe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from cae.core.models import Cooperative
from cae.core.money import ZERO
from cae.core.search import Sought, matching
from cae.core.tenancy import current_tenant_id
from cae.core.words import folded
from invoicing.enums import CustomerKind, InvoiceKind, InvoiceStatus
from invoicing.models import (
    Customer,
    Invoice,
    Payment,
    Quote,
    Recurrence,
    Settlement,
    StatementFile,
)
from invoicing.queries.sales import searched

_MONEY = DecimalField(max_digits=14, decimal_places=2)


def customers_of(
    activity_ids: tuple[int, ...] | None, *, archived: bool = False
) -> QuerySet[Customer]:
    """Return the customers in use of these activities, by name; of all when None."""
    rows = Customer.objects.filter(archived_at__isnull=not archived)
    return rows if activity_ids is None else rows.filter(activity_id__in=activity_ids)


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """In EUR: what a customer was billed without VAT, credit notes off, and still owes.

    `documents` counts quotes and invoices, drafts included.
    """

    billed: Decimal = ZERO
    owed: Decimal = ZERO
    late: Decimal = ZERO
    documents: int = 0


def customer_figures(customer_ids: list[int], *, on: date) -> dict[int, CustomerFigures]:
    """Return the figures of several customers, by id, in three queries."""
    billed: dict[int, Decimal] = {}
    documents: dict[int, int] = {}
    sums = (
        Invoice.objects.filter(customer_id__in=customer_ids)
        .values_list("customer_id", "kind", "status")
        .annotate(total=Sum(F("net") - F("prepaid_net")), count=Count("pk"))
        .order_by()
    )
    for pk, kind, status, total, count in sums:
        documents[pk] = documents.get(pk, 0) + count
        if status == InvoiceStatus.ISSUED:
            sign = -1 if kind == InvoiceKind.CREDIT_NOTE else 1
            billed[pk] = billed.get(pk, ZERO) + sign * total
    quotes = Quote.objects.filter(customer_id__in=customer_ids).order_by()
    for pk, count in quotes.values_list("customer_id").annotate(count=Count("pk")):
        documents[pk] = documents.get(pk, 0) + count
    owed: dict[int, Decimal] = {}
    late: dict[int, Decimal] = {}
    due = Settlement.objects.filter(remaining__gt=0, invoice__customer_id__in=customer_ids)
    for pk, due_on, remaining, claimable in due.values_list(
        "invoice__customer_id", "due_on", "remaining", "claimable"
    ):
        owed[pk] = owed.get(pk, ZERO) + remaining
        if due_on < on:
            late[pk] = late.get(pk, ZERO) + claimable
    return {
        pk: CustomerFigures(
            billed.get(pk, ZERO), owed.get(pk, ZERO), late.get(pk, ZERO), documents.get(pk, 0)
        )
        for pk in customer_ids
    }


def owing(rows: QuerySet[Customer], *, before: date | None = None) -> QuerySet[Customer]:
    """Keep the customers who owe money; past its due date on `before` when it is given."""
    open_ones = Settlement.objects.filter(remaining__gt=0)
    if before is not None:
        open_ones = open_ones.filter(due_on__lt=before, claimable__gt=0)
    invoices = Invoice.objects.filter(pk__in=open_ones.values("invoice_id"))
    return rows.filter(pk__in=invoices.order_by().values("customer_id"))


def customers_listed(
    query: Mapping[str, str], activity_ids: tuple[int, ...] | None
) -> QuerySet[Customer]:
    """Return the list that an address asks for: `etat`, `type`, `q` and `tri`."""
    state, kind = query.get("etat", ""), query.get("type", "")
    rows = customers_of(activity_ids, archived=state == "archives")
    if state == "dus":
        rows = owing(rows)
    if kind in CustomerKind.values:
        rows = rows.filter(kind=kind)
    return sorted_customers(searched(rows, query.get("q", "").strip()), query.get("tri", ""))


#: How a list of customers may be sorted.
CUSTOMER_SORTS = ("nom", "facture", "du", "documents")


def sorted_customers(rows: QuerySet[Customer], by: str) -> QuerySet[Customer]:
    """Order customers by one of CUSTOMER_SORTS; a leading `-` reverses it."""
    name = by.removeprefix("-")
    if name not in CUSTOMER_SORTS:
        return rows
    sign = "-" if by.startswith("-") else ""
    if name == "nom":
        return rows.order_by(f"{sign}search", f"{sign}id")
    return rows.annotate(rank=_ranked(name)).order_by(f"{sign}rank", "search", "id")


def _ranked(name: str) -> Any:
    """Return the figure a list is sorted by, as the database computes it for each row."""
    mine = Q(customer_id=OuterRef("pk"))
    issued = Invoice.objects.filter(mine, status=InvoiceStatus.ISSUED)
    if name == "facture":
        signed = Case(
            When(kind=InvoiceKind.CREDIT_NOTE, then=F("prepaid_net") - F("net")),
            default=F("net") - F("prepaid_net"),
        )
        return _figure(issued, Sum(signed, output_field=_MONEY))
    if name == "du":
        return _figure(issued, Sum("settlements__remaining", output_field=_MONEY))
    return _figure(Invoice.objects.filter(mine), Count("pk")) + _figure(
        Quote.objects.filter(mine), Count("pk")
    )


def _figure(rows: QuerySet, figure: Any) -> Any:
    by_customer = rows.order_by().values("customer_id").annotate(figure=figure).values("figure")
    return Coalesce(Subquery(by_customer), Value(0), output_field=figure.output_field)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A customer that may be the one being created, and what they share."""

    customer: Customer
    why: str


def lookalikes(customer: Customer) -> list[Lookalike]:
    """Return the customers of the same activity that this one may be already, five at most.

    Compared: SIRET, SIREN, VAT number, e-mail, and the name without accents nor case.
    """
    shared = {
        "même SIRET": Q(siret=customer.siret) if customer.siret else None,
        "même SIREN": Q(siren=customer.siren) if customer.siren else None,
        "même numéro de TVA": Q(vat_number=customer.vat_number) if customer.vat_number else None,
        "même courriel": Q(email__iexact=customer.email) if customer.email else None,
        "même nom": Q(name__folded=folded(customer.name)),
    }
    wanted = Q()
    for condition in shared.values():
        if condition is not None:
            wanted |= condition
    rows = Customer.objects.filter(wanted, activity=customer.activity_id, anonymised_at=None)
    return [Lookalike(row, _why(customer, row)) for row in rows.exclude(pk=customer.pk)[:5]]


def _why(one: Customer, other: Customer) -> str:
    for label, column in (
        ("même SIRET", "siret"), ("même SIREN", "siren"), ("même numéro de TVA", "vat_number"),
    ):  # fmt: skip
        if getattr(one, column) and getattr(one, column) == getattr(other, column):
            return label
    if one.email and one.email.lower() == other.email.lower():
        return "même courriel"
    return "même nom"


def document_count(customer: Customer) -> int:
    """Count the quotes, invoices, recurring or not, payments and statements of a customer."""
    models = (Quote, Invoice, Recurrence, Payment, StatementFile)
    return sum(model.objects.filter(customer=customer).count() for model in models)


def last_activity(customer_ids: list[int]) -> dict[int, date]:
    """Return the day of the last document of each customer, of their creation where none is."""
    days: dict[int, date] = {}
    for model, day in (
        (Quote, Max("dated_on")),
        (Invoice, Max(Coalesce("issued_on", TruncDate("created_at")))),
        (Payment, Max("received_on")),
    ):
        rows = model.objects.filter(customer_id__in=customer_ids).order_by()
        for pk, last in rows.values_list("customer_id").annotate(last=day):
            days[pk] = max(days.get(pk, last), last)
    created = Customer.objects.filter(pk__in=customer_ids)
    return dict(created.values_list("pk", TruncDate("created_at"))) | days


def customer_retention() -> timedelta:
    """Return how long the current cooperative keeps a person after their last document."""
    days = Cooperative.objects.values_list("customer_retention_days", flat=True)
    return timedelta(days=days.get(pk=current_tenant_id()))


def customers_to_forget(*, on: date, after: timedelta) -> list[Customer]:
    """Return the people whose last document is older than `after`, and who owe nothing, by name."""
    limit = on - after
    rows = Customer.objects.filter(
        kind=CustomerKind.INDIVIDUAL, anonymised_at=None, created_at__date__lte=limit
    )
    recent_ones: tuple[QuerySet[Any], ...] = (
        Quote.objects.filter(dated_on__gt=limit),
        Invoice.objects.filter(
            Q(issued_on__gt=limit) | Q(issued_on=None, created_at__date__gt=limit)
        ),
        Payment.objects.filter(received_on__gt=limit),
    )
    for recent in recent_ones:
        rows = rows.exclude(pk__in=recent.order_by().values("customer_id"))
    return list(rows.exclude(pk__in=owing(rows).order_by().values("pk")).order_by("search", "id"))


def found_customers(
    wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[Customer]:
    """Return customers in use by name; of these activities, of all when None."""
    return list(matching(customers_of(activity_ids), wanted, "search")[:most])
