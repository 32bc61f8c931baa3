"""The rate of contribution of a quote or an invoice, and where it comes from."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import HoldsRight, membership_of
from cae.core import clock
from cae.core.enums import Right
from invoicing.actions.contribution_rates import set_own_rate
from invoicing.models import Invoice, Quote
from invoicing.permissions import fetch_invoice, fetch_quote, may_set_rate
from invoicing.queries.contribution_rates import rate_of


class DocumentRateSerializer(serializers.Serializer):
    """`rate`: a fraction, null where brackets of the year decide; `is_own`: of this document."""

    rate = serializers.DecimalField(max_digits=6, decimal_places=5, allow_null=True)
    said = serializers.CharField()
    origin = serializers.CharField()
    reason = serializers.CharField()
    is_own = serializers.BooleanField()


class NewDocumentRateSerializer(serializers.Serializer):
    """`rate`: a fraction; null goes back to that of the activity, or of the cooperative."""

    rate = serializers.DecimalField(
        max_digits=6, decimal_places=5, min_value=0, max_value=1, allow_null=True
    )
    reason = serializers.CharField(max_length=160)


class _Rates(viewsets.GenericViewSet):
    permission_classes = [HoldsRight]
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = DocumentRateSerializer
    fetch: Any

    @extend_schema(responses=DocumentRateSerializer)
    def list(self, request: Request, document_pk: str) -> Response:
        document = type(self).fetch(membership_of(request), int(document_pk))
        return Response(DocumentRateSerializer(rate_of(document, on=clock.today())).data)

    @extend_schema(request=NewDocumentRateSerializer, responses=DocumentRateSerializer)
    def create(self, request: Request, document_pk: str) -> Response:
        who = membership_of(request)
        document = type(self).fetch(who, int(document_pk), may=may_set_rate)
        form = NewDocumentRateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        changed = set_own_rate(document, on=clock.today(), by=who, **form.validated_data)
        return Response(DocumentRateSerializer(rate_of(changed, on=clock.today())).data)


class QuoteRates(_Rates):
    """Of a quote: it is that of the invoices it becomes."""

    fetch = staticmethod(fetch_quote)

    def get_queryset(self):
        return Quote.objects.none()


class InvoiceRates(_Rates):
    """Of an invoice, until it is issued."""

    fetch = staticmethod(fetch_invoice)

    def get_queryset(self):
        return Invoice.objects.none()
