"""Internal orders between two activities of the cooperative."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import OwnActivityField, ReasonSerializer
from cae.core import clock
from cae.core.enums import Right
from entrepreneurs.models import Activity
from invoicing import actions
from invoicing.enums import Unit
from invoicing.models import InternalOrder, InternalOrderLine
from invoicing.permissions import (
    fetch_internal_order,
    may_answer_order,
    may_cancel_order,
    may_go_beyond,
    may_write_order,
)
from invoicing.rules.internal_orders import OrderedLine


class OrderedLineSerializer(serializers.Serializer):
    label = serializers.CharField(max_length=160)  # type: ignore[assignment]  # the name of a field
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=4)
    unit = serializers.ChoiceField(choices=Unit.choices, default=Unit.PIECE)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=6, min_value=0)


class InternalOrderLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = InternalOrderLine
        fields = ["position", "label", "description", "quantity", "unit", "unit_price", "net"]


class InternalOrderSerializer(serializers.ModelSerializer):
    lines = InternalOrderLineSerializer(many=True, read_only=True)

    class Meta:
        model = InternalOrder
        fields = [
            "id", "activity", "seller_name", "buyer", "buyer_name", "number", "status", "subject",
            "notes", "total", "proposed_at", "answered_at", "accepted_on", "refusal_reason",
            "cancelled_on", "cancel_reason", "lines",
        ]  # fmt: skip
        read_only_fields = fields


class NewInternalOrderSerializer(serializers.Serializer):
    """`buyer` is the id of an activity; none for the cooperative itself."""

    activity = OwnActivityField()
    buyer = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )
    subject = serializers.CharField(max_length=160)
    notes = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    lines = serializers.ListField(child=OrderedLineSerializer(), allow_empty=False, max_length=500)


class InternalOrders(Resource):
    """Both sides: what one's activities sell, and what they were proposed."""

    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = InternalOrderSerializer

    def get_queryset(self):
        return InternalOrder.objects.prefetch_related("lines").order_by("-id")

    @extend_schema(request=NewInternalOrderSerializer, responses={201: InternalOrderSerializer})
    def create(self, request: Request) -> Response:
        form = NewInternalOrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        activity: Activity = data.pop("activity")
        lines = [OrderedLine(**line) for line in data.pop("lines")]
        return self.created_once(
            request,
            lambda: actions.create_internal_order(
                activity,
                buyer_id=data.pop("buyer"),
                lines=lines,
                on=clock.today(),
                by=self.membership,
                **data,
            ),
        )

    @extend_schema(request=None, responses=InternalOrderSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        order = fetch_internal_order(self.membership, int(pk), may=may_write_order)
        return self.answer(actions.propose_internal_order(order, by=self.membership))

    @extend_schema(request=None, responses=InternalOrderSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        order = fetch_internal_order(self.membership, int(pk), may=may_write_order)
        return self.answer(actions.withdraw_internal_order(order, by=self.membership))

    @extend_schema(request=None, responses=InternalOrderSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        order = fetch_internal_order(self.membership, int(pk), may=may_answer_order)
        return self.answer(
            actions.accept_internal_order(
                order,
                on=clock.today(),
                by=self.membership,
                beyond=may_go_beyond(self.membership),
            )
        )

    @extend_schema(request=ReasonSerializer, responses=InternalOrderSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        order = fetch_internal_order(self.membership, int(pk), may=may_answer_order)
        return self.answer(
            actions.refuse_internal_order(order, reason=_reason(request), by=self.membership)
        )

    @extend_schema(request=ReasonSerializer, responses=InternalOrderSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        order = fetch_internal_order(self.membership, int(pk), may=may_cancel_order)
        return self.answer(
            actions.cancel_internal_order(
                order,
                reason=_reason(request),
                on=clock.today(),
                by=self.membership,
                beyond=may_go_beyond(self.membership),
            )
        )


def _reason(request: Request) -> str:
    form = ReasonSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    return form.validated_data["reason"]
