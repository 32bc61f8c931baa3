"""The catalogue of an activity and of the cooperative."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import filters, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import OwnActivityField
from cae.core.enums import Right
from invoicing.actions import catalogue
from invoicing.enums import Entry, Nature, Unit
from invoicing.models import CatalogueItem
from invoicing.permissions import fetch_item, may_write_common, own_activity_ids
from invoicing.queries.catalogue import catalogue_of


class ItemSerializer(serializers.ModelSerializer):
    """An item; `activity` is null where it is the cooperative's."""

    vat = serializers.CharField(source="vat_choice.code")

    class Meta:
        model = CatalogueItem
        fields = [
            "id", "activity", "reference", "category", "label", "description", "nature", "unit",
            "entry", "unit_price", "typed_price", "vat", "archived_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewItemSerializer(serializers.Serializer):
    """An item to add or to change; `price` is with VAT where `entry` is gross."""

    activity = OwnActivityField(required=False, allow_null=True, default=None)
    label = serializers.CharField(max_length=160)  # type: ignore[assignment]  # the name of a field
    price = serializers.DecimalField(max_digits=14, decimal_places=6, min_value=0)
    vat = serializers.CharField(max_length=32)
    entry = serializers.ChoiceField(choices=Entry.choices, default=Entry.NET)
    unit = serializers.ChoiceField(choices=Unit.choices, default=Unit.PIECE)
    nature = serializers.ChoiceField(choices=Nature.choices, default=Nature.SERVICES)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    reference = serializers.CharField(max_length=40, required=False, allow_blank=True)
    category = serializers.CharField(max_length=60, required=False, allow_blank=True)


class Catalogue(Resource):
    rights = (Right.SELL, Right.SEE_SALES, Right.CONFIGURE)
    serializer_class = ItemSerializer
    filter_backends = [filters.SearchFilter]
    search_fields = ["search"]

    def get_queryset(self):
        ids = own_activity_ids(self.membership) or None
        rows = catalogue_of(ids)
        return rows if self.action == "list" else rows | catalogue_of(ids, archived=True)

    @extend_schema(request=NewItemSerializer, responses={201: ItemSerializer})
    def create(self, request: Request) -> Response:
        data = self._typed(request)
        activity = data.pop("activity")
        if activity is None and not may_write_common(self.membership):
            raise Http404
        if activity is not None and activity.pk not in own_activity_ids(self.membership):
            raise Http404
        return self.created_once(
            request,
            lambda: catalogue.create_item(
                activity, details=catalogue.ItemDetails(**data), by=self.membership
            ),
        )

    @extend_schema(request=NewItemSerializer, responses=ItemSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Rewrite an item whole; whose it is never changes."""
        item = fetch_item(self.membership, int(pk))
        data = self._typed(request)
        del data["activity"]
        return self.answer(
            catalogue.change_item(item, details=catalogue.ItemDetails(**data), by=self.membership)
        )

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        item = fetch_item(self.membership, int(pk))
        return self.answer(catalogue.archive_item(item, by=self.membership))

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        item = fetch_item(self.membership, int(pk))
        return self.answer(catalogue.restore_item(item, by=self.membership))

    @staticmethod
    def _typed(request: Request) -> dict[str, Any]:
        form = NewItemSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)
