"""The order book: accepted quotes with something left to bill."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cae.api.base import HoldsRight, membership_of
from cae.core import clock
from cae.core.enums import Right
from invoicing.permissions import seen_activity_ids
from invoicing.queries import order_book
from invoicing.rules.order_book import Age, Ordered, total_left


def _money() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2)


class OrderedSerializer(serializers.Serializer):
    quote = serializers.IntegerField(source="quote_id")
    activity = serializers.IntegerField(source="activity_id")
    customer = serializers.IntegerField(source="customer_id")
    customer_name = serializers.CharField()
    number = serializers.CharField()
    subject = serializers.CharField()
    accepted_on = serializers.DateField()
    age = serializers.ChoiceField(choices=[(age.value, age.label) for age in Age])
    net = _money()
    billed = _money()
    left = _money()


class OrderBookSerializer(serializers.Serializer):
    left = _money()
    orders = OrderedSerializer(many=True)


class OrderBookView(APIView):
    """What is left to bill without VAT, the longest accepted first."""

    permission_classes = [HoldsRight]
    rights = (Right.SELL, Right.SEE_SALES)

    @extend_schema(responses=OrderBookSerializer)
    def get(self, request: Request, *args: Any) -> Response:
        ids = seen_activity_ids(membership_of(request))
        orders: list[Ordered] = order_book(ids, on=clock.today())
        found = {"left": total_left(orders), "orders": orders}
        return Response(OrderBookSerializer(found).data)
