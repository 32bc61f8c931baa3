"""Bank accounts of the cooperative that activities print, beside that of its settings."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core import clock
from cae.core.enums import Right
from entrepreneurs import actions
from entrepreneurs.models import BankAccount


class BankAccountSerializer(serializers.ModelSerializer):
    """`ledger_account`: its number in the books, null for that of each activity."""

    ledger_account: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="number", read_only=True
    )

    class Meta:
        model = BankAccount
        fields = ["id", "name", "iban", "bic", "ledger_account", "closed_on", "created_at"]
        read_only_fields = fields


class NewBankAccountSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    iban = serializers.CharField(max_length=42)
    bic = serializers.CharField(max_length=14, allow_blank=True, default="")
    ledger_account = serializers.CharField(max_length=8, allow_blank=True, default="")


class BookedAccountSerializer(serializers.Serializer):
    """A number of the chart, 512 or under; empty for the bank of each activity."""

    ledger_account = serializers.CharField(max_length=8, allow_blank=True)


class BankAccounts(Resource):
    """Where customers of some activities pay; its numbers never change, it is closed."""

    rights = (Right.CONFIGURE,)
    serializer_class = BankAccountSerializer

    def get_queryset(self):
        return BankAccount.objects.prefetch_related("ledger_account").order_by("name", "id")

    @extend_schema(request=NewBankAccountSerializer, responses={201: BankAccountSerializer})
    def create(self, request: Request) -> Response:
        form = NewBankAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        added = actions.add_account(**form.validated_data, by=self.membership)
        return self.answer(added, status=201)

    @extend_schema(request=BookedAccountSerializer, responses=BankAccountSerializer)
    @action(detail=True, methods=["put"])
    def ledger(self, request: Request, pk: str) -> Response:
        """Say where the books keep it from now on."""
        form = BookedAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        account = self.get_object()
        return self.answer(actions.book_account(account, by=self.membership, **form.validated_data))

    @extend_schema(request=None, responses=BankAccountSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close one that no activity prints any more; it never opens again."""
        account = self.get_object()
        return self.answer(actions.close_account(account, on=clock.today(), by=self.membership))
