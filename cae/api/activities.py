"""The activities of the cooperative, and how much each issues without being validated."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core.enums import Right
from entrepreneurs import actions
from entrepreneurs.models import Activity
from entrepreneurs.permissions import fetch_activity


class ActivitySerializer(serializers.ModelSerializer):
    class Meta:
        model = Activity
        fields = ["id", "name", "code", "trade", "validation_ceiling", "opened_on", "closed_on"]
        read_only_fields = fields


class CeilingSerializer(serializers.Serializer):
    """In EUR without VAT; 0 has everything validated."""

    ceiling = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)


class Activities(Resource):
    """One's own; all of them for the staff."""

    rights = (Right.SELL, Right.SEE_PEOPLE, Right.SEE_SALES)
    serializer_class = ActivitySerializer

    def get_queryset(self):
        return Activity.objects.order_by("name", "id")

    @extend_schema(request=CeilingSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["put"])
    def ceiling(self, request: Request, pk: str) -> Response:
        """How much the activity issues alone; who keeps the people's records says it."""
        activity = fetch_activity(self.membership, int(pk))
        form = CeilingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        amount = form.validated_data["ceiling"]
        return self.answer(actions.set_ceiling(activity, amount, by=self.membership))
