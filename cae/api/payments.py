"""Money of customers: received, used, given back, reversed; and what goes to the bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import CustomerField
from cae.core import clock
from cae.core.enums import Right
from entrepreneurs.models import BankAccount
from invoicing.actions import credits, deposits, payments, write_offs
from invoicing.enums import RECEIVED_BY, VatCategory
from invoicing.models import Allocation, BankDeposit, DepositedItem, Payment, RateShare
from invoicing.models.deposits import DEPOSITED
from invoicing.permissions import fetch_deposit, fetch_invoice, fetch_payment, may_record_payment
from invoicing.rules.totals import Vat


class RateShareSerializer(serializers.ModelSerializer):
    """The part of a receipt, with VAT, that settles one rate; `rate` is a fraction."""

    class Meta:
        model = RateShare
        fields = ["category", "rate", "amount"]


class AllocationSerializer(serializers.ModelSerializer):
    shares = RateShareSerializer(many=True, read_only=True)

    class Meta:
        model = Allocation
        fields = [
            "invoice", "refund", "amount", "net", "vat_due", "vat_waived", "dated_on", "shares",
        ]  # fmt: skip


class PaymentSerializer(serializers.ModelSerializer):
    allocations = AllocationSerializer(many=True, read_only=True)

    class Meta:
        model = Payment
        fields = [
            "id", "activity", "customer", "customer_name", "amount", "received_on", "means",
            "reference", "issuer", "issuer_bank", "bank_account", "account", "reverses",
            "reason", "chain_rank", "fingerprint", "recorded_at", "allocations",
        ]  # fmt: skip
        read_only_fields = fields


def _money(**options) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=2, **options)


class PartSerializer(serializers.Serializer):
    invoice = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    amount = _money(min_value=0)


class SharedPartSerializer(PartSerializer):
    """`shares`: what it settles of each VAT rate, where it is not pro rata; they add up to it."""

    shares = RateShareSerializer(many=True, required=False)


class PartsSerializer(serializers.Serializer):
    """`parts`: absent, the oldest invoices first; empty, none."""

    customer = CustomerField()
    parts = serializers.ListField(child=PartSerializer(), required=False, max_length=500)

    @property
    def values(self) -> dict:
        """The data, with the parts by invoice."""
        data = dict(self.validated_data)
        if "parts" in data:
            data["parts"] = {part["invoice"]: part["amount"] for part in data["parts"]}
        return data


@extend_schema_field(serializers.IntegerField())
class BankAccountField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return BankAccount.objects.all()


class NewPaymentSerializer(PartsSerializer):
    parts = serializers.ListField(child=SharedPartSerializer(), required=False, max_length=500)
    amount = _money(min_value=0)
    received_on = serializers.DateField()
    means = serializers.ChoiceField(choices=RECEIVED_BY)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=80)
    issuer = serializers.CharField(default="", allow_blank=True, max_length=120)
    issuer_bank = serializers.CharField(default="", allow_blank=True, max_length=60)
    bank_account = BankAccountField(default=None, allow_null=True)

    @property
    def values(self) -> dict:
        data = super().values
        data["shares"] = {
            part["invoice"]: {_vat(share): share["amount"] for share in part["shares"]}
            for part in self.validated_data.get("parts", [])
            if part.get("shares")
        }
        names = ("issuer", "issuer_bank", "bank_account")
        return data | {"origin": payments.Origin(**{name: data.pop(name) for name in names})}


def _vat(share: Mapping[str, Any]) -> Vat:
    try:
        return Vat(VatCategory(share["category"]), share["rate"])
    except ValueError as error:
        raise serializers.ValidationError(
            {"parts": "Seule la catégorie S a un taux qui n’est pas nul."}
        ) from error


class GiveBackSerializer(serializers.Serializer):
    customer = CustomerField()
    amount = _money(min_value=0)
    given_on = serializers.DateField()
    means = serializers.ChoiceField(choices=RECEIVED_BY)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=80)
    reason = serializers.CharField(max_length=160)


class ReversalSerializer(serializers.Serializer):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=160)


class WriteOffSerializer(serializers.Serializer):
    """What is settled without money: the rest of an invoice, or the credit of a customer."""

    invoice = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    customer = CustomerField(required=False)
    on = serializers.DateField()

    def validate(self, attrs: dict) -> dict:
        if ("invoice" in attrs) == ("customer" in attrs):
            raise serializers.ValidationError("Donnez une facture, ou un client.")
        return attrs


class UsedSerializer(serializers.Serializer):
    used = _money()


class Payments(Resource):
    """Payments are never changed nor deleted: a mistake is reversed by its opposite."""

    rights = (Right.RECORD_PAYMENT,)
    serializer_class = PaymentSerializer

    def get_queryset(self):
        return Payment.objects.prefetch_related("allocations__shares").order_by("-chain_rank")

    @extend_schema(request=NewPaymentSerializer, responses={201: PaymentSerializer})
    def create(self, request: Request) -> Response:
        form = NewPaymentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.values
        return self.created_once(
            request,
            lambda: payments.receive_payment(data.pop("customer"), by=self.membership, **data),
        )

    @extend_schema(request=ReversalSerializer, responses={201: PaymentSerializer})
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        payment = fetch_payment(self.membership, int(pk))
        form = ReversalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.created_once(
            request,
            lambda: credits.reverse_payment(payment, by=self.membership, **form.validated_data),
        )

    @extend_schema(request=GiveBackSerializer, responses={201: PaymentSerializer})
    @action(detail=False, methods=["post"], url_path="give-back")
    def give_back(self, request: Request) -> Response:
        form = GiveBackSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        return self.created_once(
            request, lambda: credits.give_back(data.pop("customer"), by=self.membership, **data)
        )

    @extend_schema(request=WriteOffSerializer, responses={201: PaymentSerializer})
    @action(detail=False, methods=["post"], url_path="write-off")
    def write_off(self, request: Request) -> Response:
        form = WriteOffSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        if "customer" in data:
            return self.created_once(
                request,
                lambda: write_offs.write_off_credit(
                    data["customer"], on=data["on"], by=self.membership
                ),
            )
        invoice = fetch_invoice(self.membership, data["invoice"], may=may_record_payment)
        return self.created_once(
            request,
            lambda: write_offs.write_off_invoice(invoice, on=data["on"], by=self.membership),
        )

    @extend_schema(request=PartsSerializer, responses=UsedSerializer)
    @action(detail=False, methods=["post"], url_path="use-credit")
    def use_credit(self, request: Request) -> Response:
        form = PartsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.values
        used = credits.use_credit(
            data.pop("customer"), on=clock.today(), by=self.membership, **data
        )
        return Response(UsedSerializer({"used": used}).data)


@extend_schema_field(serializers.IntegerField())
class PaymentField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return Payment.objects.all()


class BankDepositSerializer(serializers.ModelSerializer):
    payments = serializers.SerializerMethodField()

    class Meta:
        model = BankDeposit
        fields = [
            "id", "means", "number", "banked_on", "account", "total", "item_count", "opened_at",
            "closed_at", "payments",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_payments(self, deposit: BankDeposit) -> list[int]:
        items = DepositedItem.objects.filter(deposit=deposit).order_by("id")
        return list(items.values_list("payment_id", flat=True))


class NewDepositSerializer(serializers.Serializer):
    means = serializers.ChoiceField(choices=[(m.value, m.label) for m in DEPOSITED])
    payments = serializers.ListField(child=PaymentField(), allow_empty=False, max_length=500)


class ClosingDepositSerializer(serializers.Serializer):
    """`bank_account`: the one it was taken to, that of the settings when absent."""

    on = serializers.DateField()
    bank_account = BankAccountField(required=False, allow_null=True)


class BankDeposits(Resource):
    """A deposit is filled, then closed: it has its number, and does not change any more."""

    rights = (Right.RECORD_PAYMENT,)
    serializer_class = BankDepositSerializer

    def get_queryset(self):
        return BankDeposit.objects.order_by("-id")

    @extend_schema(request=NewDepositSerializer, responses={201: BankDepositSerializer})
    def create(self, request: Request) -> Response:
        form = NewDepositSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        return self.created_once(
            request,
            lambda: deposits.fill_deposit(data["means"], data["payments"], by=self.membership),
        )

    @extend_schema(request=ClosingDepositSerializer, responses=BankDepositSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        deposit = fetch_deposit(self.membership, int(pk))
        form = ClosingDepositSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            deposits.close_deposit(deposit, by=self.membership, **form.validated_data)
        )
