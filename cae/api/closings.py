"""Closings and yearly archives: read, and verified."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core.enums import Right
from invoicing import queries
from invoicing.models import Closing, YearArchive


class ClosingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Closing
        exclude = ["tenant"]


class VerifiedSerializer(serializers.Serializer):
    """What is not what it was, in each chain; empty lists where all is intact."""

    invoices = serializers.ListField(child=serializers.CharField())
    payments = serializers.ListField(child=serializers.IntegerField())
    closings = serializers.ListField(child=serializers.CharField())


class YearArchiveSerializer(serializers.ModelSerializer):
    class Meta:
        model = YearArchive
        fields = ["id", "closing", "sha256", "invoice_count", "payment_count", "made_at"]


class Closings(Resource):
    rights = (Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT)
    serializer_class = ClosingSerializer

    def get_queryset(self):
        return Closing.objects.order_by("-chain_rank")

    @extend_schema(responses=VerifiedSerializer)
    @action(detail=False, methods=["get"])
    def verify(self, request: Request) -> Response:
        found = {
            "invoices": list(queries.broken_invoices()),
            "payments": list(queries.broken_payments()),
            "closings": list(queries.broken_closings()),
        }
        return Response(VerifiedSerializer(found).data)


class YearArchives(Resource):
    """The file itself is taken from the page: who takes it is kept."""

    rights = (Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT)
    serializer_class = YearArchiveSerializer

    def get_queryset(self):
        return YearArchive.objects.order_by("-id")
