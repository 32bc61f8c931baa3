"""Deals and their margins."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import OwnActivityField
from cae.core import clock
from cae.core.enums import Right
from invoicing.actions import deals as acts
from invoicing.models import (
    Deal,
    DealItem,
)
from invoicing.permissions import fetch_deal, may_write
from invoicing.queries.deals import deals_shown


class MarginSerializer(serializers.Serializer):
    promised = serializers.DecimalField(max_digits=14, decimal_places=2)
    invoiced = serializers.DecimalField(max_digits=14, decimal_places=2)
    left = serializers.DecimalField(max_digits=14, decimal_places=2)
    purchases = serializers.DecimalField(max_digits=14, decimal_places=2)
    orders = serializers.DecimalField(max_digits=14, decimal_places=2)
    margin = serializers.DecimalField(max_digits=14, decimal_places=2)
    rate = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)


class DealItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = DealItem
        fields = ["id", "quote", "invoice", "expense_line", "order", "label", "net"]


class DealSerializer(serializers.ModelSerializer):
    items = DealItemSerializer(many=True, read_only=True)
    margin = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = ["id", "activity", "customer", "name", "closed_on", "items", "margin"]
        read_only_fields = fields

    @extend_schema_field(MarginSerializer)
    def get_margin(self, deal: Deal) -> Any:
        known = self.context.get("margins", {})
        margin = known.get(deal.pk) or deals_shown([deal])[0].margin
        return MarginSerializer(margin).data


class NewDealSerializer(serializers.Serializer):
    activity = OwnActivityField()
    name = serializers.CharField(max_length=160)


class DealLinkSerializer(serializers.Serializer):
    sort = serializers.ChoiceField(choices=sorted(acts.LINKED))
    document = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class Deals(Resource):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = DealSerializer

    def get_queryset(self):
        return Deal.objects.prefetch_related("items").order_by("-id")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        deals = list(page if page is not None else self.get_queryset())
        margins = {shown.deal.pk: shown.margin for shown in deals_shown(deals)}
        context = {**self.get_serializer_context(), "margins": margins}
        data = DealSerializer(deals, many=True, context=context).data
        return self.get_paginated_response(data) if page is not None else Response(data)

    @extend_schema(request=NewDealSerializer, responses={201: DealSerializer})
    def create(self, request: Request) -> Response:
        form = NewDealSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        return self.created_once(
            request,
            lambda: acts.open_deal(data["activity"], name=data["name"], by=self.membership),
        )

    @extend_schema(request=DealLinkSerializer, responses=DealSerializer)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: str) -> Response:
        deal = fetch_deal(self.membership, int(pk), may=may_write)
        form = DealLinkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        model = acts.LINKED[form.validated_data["sort"]]
        document = model.objects.filter(pk=form.validated_data["document"]).first()
        if document is None:
            raise Http404
        acts.link_to_deal(deal, document, by=self.membership)
        return self.answer(deal)

    @extend_schema(request=None, responses=DealSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        deal = fetch_deal(self.membership, int(pk), may=may_write)
        return self.answer(acts.close_deal(deal, on=clock.today(), by=self.membership))

    @extend_schema(request=None, responses=DealSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        deal = fetch_deal(self.membership, int(pk), may=may_write)
        return self.answer(acts.reopen_deal(deal, by=self.membership))
