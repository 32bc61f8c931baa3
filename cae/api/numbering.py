"""How the invoices of each year are numbered."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core.enums import Right
from invoicing.actions import set_numbering
from invoicing.enums import Restart
from invoicing.models import Numbering
from invoicing.rules.numbers import Pattern

_PIECES = [
    "invoice_prefix", "deposit_prefix", "credit_prefix", "separator", "year_digits", "has_month",
    "per_activity", "restart", "width", "start",
]  # fmt: skip


class NumberingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Numbering
        fields = ["id", "year", *_PIECES]
        read_only_fields = fields


class NewNumberingSerializer(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=9999)
    invoice_prefix = serializers.CharField(required=False, max_length=6)
    deposit_prefix = serializers.CharField(required=False, max_length=6)
    credit_prefix = serializers.CharField(required=False, max_length=6)
    separator = serializers.ChoiceField(required=False, choices=["-", "/", "_"])
    year_digits = serializers.ChoiceField(required=False, choices=[0, 2, 4])
    has_month = serializers.BooleanField(required=False)
    per_activity = serializers.BooleanField(required=False)
    restart = serializers.ChoiceField(required=False, choices=Restart.choices)
    width = serializers.IntegerField(required=False, min_value=3, max_value=6)
    start = serializers.IntegerField(required=False, min_value=0, max_value=999_999)


class Numberings(Resource):
    """The rules that were set; what is not sent keeps its usual value."""

    rights = (Right.CONFIGURE, Right.CLOSE_PERIOD)
    serializer_class = NumberingSerializer

    def get_queryset(self):
        return Numbering.objects.order_by("-year")

    @extend_schema(request=NewNumberingSerializer, responses={201: NumberingSerializer})
    def create(self, request: Request) -> Response:
        form = NewNumberingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        year = data.pop("year")
        return self.created_once(
            request, lambda: set_numbering(year, Pattern(**data), by=self.membership)
        )
