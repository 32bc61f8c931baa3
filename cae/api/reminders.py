"""Reminders of late invoices, their pauses, and statements of account."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import HoldsRight, Resource, membership_of
from cae.core import clock
from cae.core.enums import Right
from invoicing.actions import reminders
from invoicing.documents.statements import statement_snapshot
from invoicing.models import Customer, Invoice, Reminder, ReminderHold, ReminderLevel
from invoicing.permissions import (
    fetch_customer,
    fetch_invoice,
    may_read_account,
    may_remind,
    reminded_activity_ids,
)

_RIGHTS = (Right.SELL, Right.VALIDATE_INVOICE, Right.RECORD_PAYMENT)


class ReminderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Reminder
        exclude = ["tenant", "sent_by"]
        read_only_fields = [
            "activity", "customer", "invoice", "rank", "label", "sent_on", "recipient", "copies",
            "subject", "body", "remaining", "late_fee", "indemnity", "created_at",
        ]  # fmt: skip


@extend_schema_field(serializers.IntegerField())
class InvoiceField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return Invoice.objects.all()


class NewReminderSerializer(serializers.Serializer):
    """`level`: the rank of a level; the next one when absent."""

    invoice = InvoiceField()
    level = serializers.IntegerField(min_value=1, max_value=9, required=False)

    def validate_level(self, rank: int) -> ReminderLevel:
        level = ReminderLevel.objects.filter(rank=rank, is_active=True).first()
        if level is None:
            raise serializers.ValidationError("Ce niveau n’existe pas ou n’est plus utilisé.")
        return level


class HoldSerializer(serializers.ModelSerializer):
    class Meta:
        model = ReminderHold
        fields = [
            "id",
            "activity",
            "customer",
            "invoice",
            "until",
            "reason",
            "held_at",
            "lifted_at",
        ]
        read_only_fields = fields


class NewHoldSerializer(serializers.Serializer):
    """`what`: this invoice, all those of its customer, or all those of its activity."""

    invoice = InvoiceField()
    what = serializers.ChoiceField(choices=["invoice", "customer", "activity"], default="invoice")
    until = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=160)


class Reminders(Resource):
    rights = _RIGHTS
    serializer_class = ReminderSerializer

    def get_queryset(self):
        rows = Reminder.objects.order_by("-id")
        ids = reminded_activity_ids(self.membership)
        return rows if ids is None else rows.filter(activity__in=ids)

    @extend_schema(request=NewReminderSerializer, responses={201: ReminderSerializer})
    def create(self, request: Request) -> Response:
        form = NewReminderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data: dict[str, Any] = form.validated_data
        invoice = fetch_invoice(self.membership, data["invoice"].pk, may=may_remind)
        return self.created_once(
            request,
            lambda: reminders.remind(
                invoice, on=clock.today(), level=data.get("level"), by=self.membership
            ),
        )


class ReminderHolds(Resource):
    rights = _RIGHTS
    serializer_class = HoldSerializer

    def get_queryset(self):
        rows = ReminderHold.objects.order_by("-id")
        ids = reminded_activity_ids(self.membership)
        return rows if ids is None else rows.filter(activity__in=ids)

    @extend_schema(request=NewHoldSerializer, responses={201: HoldSerializer})
    def create(self, request: Request) -> Response:
        form = NewHoldSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data: dict[str, Any] = form.validated_data
        invoice = fetch_invoice(self.membership, data["invoice"].pk, may=may_remind)
        what = data["what"]
        return self.created_once(
            request,
            lambda: reminders.hold_reminders(
                invoice.activity,
                customer=invoice.customer if what == "customer" else None,
                invoice=invoice if what == "invoice" else None,
                until=data.get("until"),
                reason=data["reason"],
                on=clock.today(),
                by=self.membership,
            ),
        )

    @extend_schema(request=None, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        return self.answer(reminders.lift_hold(self.get_object(), by=self.membership))


class LevelSerializer(serializers.ModelSerializer):
    class Meta:
        model = ReminderLevel
        exclude = ["tenant"]


class ReminderLevels(Resource):
    rights = (*_RIGHTS, Right.CONFIGURE)
    serializer_class = LevelSerializer

    def get_queryset(self):
        return ReminderLevel.objects.order_by("rank")


class StatementSerializer(serializers.Serializer):
    """The account of a customer since 1 January: moves, and what is open."""

    start = serializers.DateField()
    end = serializers.DateField()
    opening = serializers.DecimalField(max_digits=14, decimal_places=2)
    closing = serializers.DecimalField(max_digits=14, decimal_places=2)
    late = serializers.DecimalField(max_digits=14, decimal_places=2)
    moves = serializers.ListField(child=serializers.DictField())
    open = serializers.ListField(child=serializers.DictField())


class Statements(viewsets.GenericViewSet):
    """By the id of the customer."""

    permission_classes = [HoldsRight]
    rights = (Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
    lookup_value_regex = Resource.lookup_value_regex
    serializer_class = StatementSerializer

    def get_queryset(self):
        return Customer.objects.order_by("search", "id")

    @extend_schema(responses=StatementSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(membership_of(request), int(pk), may=may_read_account)
        today = clock.today()
        snapshot = statement_snapshot(customer, start=today.replace(month=1, day=1), end=today)
        return Response(StatementSerializer(snapshot).data)
