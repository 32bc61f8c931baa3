"""The activities of the cooperative, and how much each issues without being validated."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core import clock, documents
from cae.core.enums import Right
from entrepreneurs import actions
from entrepreneurs.models import Activity, BankAccount, Branch
from entrepreneurs.permissions import (
    fetch_activity,
    may_choose_account,
    may_choose_branch,
    may_see_money,
    may_write_card,
)
from invoicing.queries.hanging import hanging_of


class ActivitySerializer(serializers.ModelSerializer):
    class Meta:
        model = Activity
        fields = [
            "id", "name", "code", "trade", "validation_ceiling", "opened_on", "closed_on",
            "purpose", "street", "postcode", "town", "email", "phone", "website", "logo",
            "bank_account", "branch",
        ]  # fmt: skip
        read_only_fields = fields


class CeilingSerializer(serializers.Serializer):
    """In EUR without VAT; 0 has everything validated."""

    ceiling = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)


class CardSerializer(serializers.Serializer):
    """What customers read; what is empty is not printed."""

    purpose = serializers.CharField(max_length=160, allow_blank=True, default="")
    street = serializers.CharField(max_length=120, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=10, allow_blank=True, default="")
    town = serializers.CharField(max_length=60, allow_blank=True, default="")
    email = serializers.CharField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(max_length=20, allow_blank=True, default="")
    website = serializers.CharField(max_length=200, allow_blank=True, default="")


class LogoSerializer(serializers.Serializer):
    logo = serializers.FileField()


class PrintedAccountSerializer(serializers.Serializer):
    """A bank account of the cooperative; null for that of its settings."""

    account = serializers.IntegerField(allow_null=True, min_value=1, max_value=2**63 - 1)


class ChosenBranchSerializer(serializers.Serializer):
    """A branch of the cooperative; null for none in particular."""

    branch = serializers.IntegerField(allow_null=True, min_value=1, max_value=2**63 - 1)


class ActivityClosingSerializer(serializers.Serializer):
    """Its last day."""

    on = serializers.DateField()


class HangingSerializer(serializers.Serializer):
    """How many of each are still open; the money only to who may see it."""

    unpaid = serializers.IntegerField()
    drafts = serializers.IntegerField()
    quotes = serializers.IntegerField()
    recurrences = serializers.IntegerField()
    sheets = serializers.IntegerField()
    owed = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    balance = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)


class Activities(Resource):
    """One's own; all of them for the staff."""

    rights = (Right.SELL, Right.SEE_PEOPLE, Right.SEE_SALES)
    serializer_class = ActivitySerializer

    def get_queryset(self):
        return Activity.objects.order_by("name", "id")

    @extend_schema(responses=HangingSerializer)
    @action(detail=True, methods=["get"])
    def hanging(self, request: Request, pk: str) -> Response:
        """What an activity would leave behind if it closed."""
        activity = fetch_activity(self.membership, int(pk))
        found = hanging_of(activity, on=clock.today(), money=may_see_money(self.membership))
        return Response(HangingSerializer(found).data)

    @extend_schema(request=ActivityClosingSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """It sells nothing after that day; what is owed is still paid."""
        activity = fetch_activity(self.membership, int(pk))
        form = ActivityClosingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            actions.close_activity(activity, by=self.membership, **form.validated_data)
        )

    @extend_schema(request=None, responses=ActivitySerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take its closing back."""
        activity = fetch_activity(self.membership, int(pk))
        return self.answer(actions.reopen_activity(activity, on=clock.today(), by=self.membership))

    @extend_schema(request=CeilingSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["put"])
    def ceiling(self, request: Request, pk: str) -> Response:
        """How much the activity issues alone; who keeps the people's records says it."""
        activity = fetch_activity(self.membership, int(pk))
        form = CeilingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        amount = form.validated_data["ceiling"]
        return self.answer(actions.set_ceiling(activity, amount, by=self.membership))

    @extend_schema(request=CardSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["put"])
    def card(self, request: Request, pk: str) -> Response:
        """What quotes and invoices to come print of the activity."""
        activity = fetch_activity(self.membership, int(pk), may=may_write_card)
        form = CardSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        card = actions.Card(**form.validated_data)
        return self.answer(actions.write_card(activity, card, by=self.membership))

    @extend_schema(request=LogoSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["put"], parser_classes=[MultiPartParser])
    def logo(self, request: Request, pk: str) -> Response:
        """The logo, made again before it is kept."""
        activity = fetch_activity(self.membership, int(pk), may=may_write_card)
        form = LogoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        upload = form.validated_data["logo"]
        return self.answer(
            actions.set_logo(
                activity, documents.received(upload), name=upload.name, by=self.membership
            )
        )

    @extend_schema(request=None, responses=ActivitySerializer)
    @logo.mapping.delete
    def remove_logo(self, request: Request, pk: str) -> Response:
        """Print no logo any more."""
        activity = fetch_activity(self.membership, int(pk), may=may_write_card)
        return self.answer(actions.remove_logo(activity, by=self.membership))

    @extend_schema(request=PrintedAccountSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["put"])
    def account(self, request: Request, pk: str) -> Response:
        """Where its customers pay; who keeps the people's records says it."""
        activity = fetch_activity(self.membership, int(pk), may=may_choose_account)
        form = PrintedAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data["account"]
        account = get_object_or_404(BankAccount, pk=asked) if asked else None
        return self.answer(actions.choose_account(activity, account, by=self.membership))

    @extend_schema(request=ChosenBranchSerializer, responses=ActivitySerializer)
    @action(detail=True, methods=["put"])
    def branch(self, request: Request, pk: str) -> Response:
        """Which branch it answers to; who keeps the people's records says it."""
        activity = fetch_activity(self.membership, int(pk), may=may_choose_branch)
        form = ChosenBranchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data["branch"]
        branch = get_object_or_404(Branch, pk=asked) if asked else None
        return self.answer(actions.choose_branch(activity, branch, by=self.membership))
