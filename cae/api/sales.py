"""Quotes and invoices."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.discards import CopySerializer, DiscardedDraftSerializer
from cae.api.letters import DocumentMailSerializer, LetterSerializer, letter_of
from cae.api.quote_life import QuoteLife
from cae.api.serializers import (
    InvoiceSerializer,
    NewInvoiceSerializer,
    NewQuoteSerializer,
    QuoteSerializer,
)
from cae.core import clock
from cae.core.enums import Right
from cae.core.money import ZERO
from invoicing.actions import invoices, quotes
from invoicing.actions.content import PLACE, InvoiceContent, Place, QuoteContent
from invoicing.models import Customer, Invoice, Quote
from invoicing.permissions import fetch_invoice, fetch_quote, may_issue, may_send, may_write
from invoicing.queries import mails_of
from invoicing.rules.lines import Discount, SoldLine


def content_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the content of a document is made of: lines, and one discount for them all."""
    own = ("activity", *(f"delivery_{name}" for name in PLACE))
    kept = {name: value for name, value in data.items() if name not in own}
    place = Place(**{name: data.get(f"delivery_{name}", "") for name in PLACE})
    discount = Discount(
        amount=kept.pop("discount", ZERO) or ZERO, rate=kept.pop("discount_rate", None)
    )
    lines = [SoldLine(**line) for line in data["lines"]]
    return kept | {"lines": lines, "discount": discount, "place": place}


def _copied_for(request: Request) -> Customer | None:
    form = CopySerializer(data=request.data)
    form.is_valid(raise_exception=True)
    customer: Customer | None = form.validated_data.get("customer")
    return customer


class Quotes(QuoteLife):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = QuoteSerializer

    def get_queryset(self):
        return Quote.objects.prefetch_related("lines__service").order_by("-id")

    @extend_schema(request=NewQuoteSerializer, responses={201: QuoteSerializer})
    def create(self, request: Request) -> Response:
        form = NewQuoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        activity = form.validated_data["activity"]
        content = QuoteContent(dated_on=clock.today(), **content_of(form.validated_data))
        return self.created_once(
            request, lambda: quotes.create_quote(activity, content=content, by=self.membership)
        )

    @extend_schema(request=None, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"], serializer_class=InvoiceSerializer)
    def invoice(self, request: Request, pk: str) -> Response:
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        return self.answer(invoices.invoice_from_quote(quote, by=self.membership), status=201)

    @extend_schema(request=CopySerializer, responses={201: QuoteSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """Write the same again in a new draft, for the same customer or for another."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        customer = _copied_for(request)
        return self.created_once(
            request,
            lambda: quotes.duplicate_quote(
                quote, customer=customer, on=clock.today(), by=self.membership
            ),
        )

    @extend_schema(request=None, responses=DiscardedDraftSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Throw a draft away; what is answered puts it back, for a day."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        row = quotes.discard_quote(quote, by=self.membership)
        return Response(DiscardedDraftSerializer(row).data)


class Invoices(Resource):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = InvoiceSerializer

    def get_queryset(self):
        return Invoice.objects.prefetch_related("lines__service").order_by("-id")

    @extend_schema(request=NewInvoiceSerializer, responses={201: InvoiceSerializer})
    def create(self, request: Request) -> Response:
        form = NewInvoiceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        activity = form.validated_data["activity"]
        content = InvoiceContent(**content_of(form.validated_data))
        return self.created_once(
            request, lambda: invoices.create_invoice(activity, content=content, by=self.membership)
        )

    @extend_schema(request=CopySerializer, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """Write the same again in a new draft, for the same customer or for another."""
        invoice = fetch_invoice(self.membership, int(pk), may=may_write)
        customer = _copied_for(request)
        return self.created_once(
            request,
            lambda: invoices.duplicate_invoice(invoice, customer=customer, by=self.membership),
        )

    @extend_schema(request=None, responses=DiscardedDraftSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Throw a draft away; what is answered puts it back, for a day."""
        invoice = fetch_invoice(self.membership, int(pk), may=may_write)
        row = invoices.discard_invoice(invoice, by=self.membership)
        return Response(DiscardedDraftSerializer(row).data)

    @extend_schema(request=None, responses=InvoiceSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        invoice = fetch_invoice(self.membership, int(pk), may=may_write)
        return self.answer(invoices.submit_invoice(invoice, by=self.membership))

    @extend_schema(request=None, responses=InvoiceSerializer)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        invoice = fetch_invoice(self.membership, int(pk), may=may_issue)
        return self.answer(invoices.issue_invoice(invoice, on=clock.today(), by=self.membership))

    @extend_schema(request=LetterSerializer, responses={201: DocumentMailSerializer})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Mail an issued invoice with its PDF."""
        invoice = fetch_invoice(self.membership, int(pk), may=may_send)
        letter = letter_of(invoice, request.data)
        mail = invoices.send_invoice(invoice, letter=letter, by=self.membership)
        return Response(DocumentMailSerializer(mail).data, status=201)

    @extend_schema(responses=DocumentMailSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def mails(self, request: Request, pk: str) -> Response:
        """List what was mailed about it, the latest first."""
        invoice = fetch_invoice(self.membership, int(pk))
        return Response(DocumentMailSerializer(mails_of(invoice), many=True).data)
