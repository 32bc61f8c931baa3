"""What an accepted quote was billed, the invoices that bill it, and what corrects them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import InvoiceSerializer, ReasonSerializer
from cae.core.enums import Right
from invoicing.actions import invoices
from invoicing.enums import InvoiceStatus, QuoteStatus
from invoicing.models import Invoice, Quote
from invoicing.permissions import fetch_invoice, fetch_quote, may_correct, may_write
from invoicing.queries import billing_plan


class DepositSerializer(serializers.Serializer):
    """A deposit: a fraction of the quote, or EUR without VAT."""

    share = serializers.DecimalField(
        required=False, max_digits=5, decimal_places=4, min_value=0, max_value=1
    )
    net = serializers.DecimalField(required=False, max_digits=12, decimal_places=2, min_value=0)


class ProgressSerializer(serializers.Serializer):
    """The cumulated fraction that is done, of every line."""

    progress = serializers.DecimalField(max_digits=5, decimal_places=4, min_value=0, max_value=1)
    with_deposits = serializers.BooleanField(required=False, default=False)


class PlanLineSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="line.pk")
    label = serializers.CharField(source="line.label")  # type: ignore[assignment]
    net = serializers.DecimalField(max_digits=12, decimal_places=2)
    billed = serializers.DecimalField(max_digits=12, decimal_places=2)
    progress = serializers.DecimalField(max_digits=5, decimal_places=4)


class BillingPlanSerializer(serializers.Serializer):
    """What was promised, billed and remains, with VAT; and how far each line is."""

    id = serializers.IntegerField(source="quote.pk")
    promised = serializers.DecimalField(max_digits=12, decimal_places=2)
    billed = serializers.DecimalField(max_digits=12, decimal_places=2)
    remaining = serializers.DecimalField(max_digits=12, decimal_places=2)
    is_closed = serializers.BooleanField()
    lines = PlanLineSerializer(many=True)
    invoices = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_invoices(self, plan: Any) -> list[int]:
        return [each.invoice.pk for each in plan.invoices]


class BillingPlans(Resource):
    """The accepted quotes, as far as they are billed; the number is that of the quote."""

    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = BillingPlanSerializer

    def get_queryset(self):
        return Quote.objects.filter(status=QuoteStatus.ACCEPTED).order_by("-id")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("many"):
            args = ([billing_plan(quote) for quote in args[0]], *args[1:])
        elif args and isinstance(args[0], Quote):
            args = (billing_plan(args[0]), *args[1:])
        return super().get_serializer(*args, **kwargs)

    @extend_schema(request=DepositSerializer, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"], serializer_class=InvoiceSerializer)
    def deposit(self, request: Request, pk: str) -> Response:
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        form = DepositSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft = invoices.bill_deposit(quote, by=self.membership, **form.validated_data)
        return self.answer(draft, status=201)

    @extend_schema(request=ProgressSerializer, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"], serializer_class=InvoiceSerializer)
    def progress(self, request: Request, pk: str) -> Response:
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        form = ProgressSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft = invoices.bill_progress(quote, by=self.membership, **form.validated_data)
        return self.answer(draft, status=201)

    @extend_schema(request=None, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"], serializer_class=InvoiceSerializer)
    def rest(self, request: Request, pk: str) -> Response:
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        return self.answer(invoices.bill_rest(quote, by=self.membership), status=201)


class CreditSerializer(serializers.Serializer):
    """Why, and how much: EUR with VAT; all that is left where nothing is said."""

    reason = serializers.CharField(max_length=1000)
    amount = serializers.DecimalField(required=False, max_digits=12, decimal_places=2, min_value=0)


class Corrections(Resource):
    """Issued invoices and the credit notes that correct them."""

    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = InvoiceSerializer

    def get_queryset(self):
        corrected = Invoice.objects.filter(status=InvoiceStatus.ISSUED)
        return corrected.exclude(corrects=None).prefetch_related("lines__service").order_by("-id")

    @extend_schema(request=CreditSerializer, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"])
    def credit(self, request: Request, pk: str) -> Response:
        """Write the draft of a credit note; the number is that of the invoice."""
        invoice = fetch_invoice(self.membership, int(pk), may=may_correct)
        form = CreditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft = invoices.credit_invoice(invoice, by=self.membership, **form.validated_data)
        return self.answer(draft, status=201)

    @extend_schema(request=ReasonSerializer, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """Write the draft of a corrective invoice; the number is that of the one it replaces."""
        invoice = fetch_invoice(self.membership, int(pk), may=may_write)
        form = ReasonSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft = invoices.replace_invoice(invoice, by=self.membership, **form.validated_data)
        return self.answer(draft, status=201)
