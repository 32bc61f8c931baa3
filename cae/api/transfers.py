"""What is paid by transfer, and the batches the bank executes."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounting import actions, queries
from accounting.models import Transfer, TransferBatch
from cae.api.base import Resource
from cae.api.payments import BankAccountField
from cae.core import clock
from cae.core.enums import Right
from entrepreneurs.identifiers import masked
from invoicing.actions import transfers as refunds
from invoicing.permissions import fetch_transfer_batch


class TransferSerializer(serializers.ModelSerializer):
    """`iban` is masked: the file of the batch is downloaded from its page only."""

    iban = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields = [
            "id", "kind", "debt", "state", "batch", "payee", "holder", "iban", "piece", "amount",
            "wording", "owed_since",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_iban(self, transfer: Transfer) -> str:
        return masked(transfer.iban or "")


class TransferBatchSerializer(serializers.ModelSerializer):
    transfers = serializers.SerializerMethodField()

    class Meta:
        model = TransferBatch
        fields = [
            "id", "state", "number", "account", "execute_on", "transfer_count", "total",
            "opened_at", "closed_at", "taken_at", "executed_on", "cancelled_for", "transfers",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_transfers(self, batch: TransferBatch) -> list[int]:
        return [transfer.pk for transfer in queries.transfers_of(batch)]


class NewTransferBatchSerializer(serializers.Serializer):
    """`transfers`: what waits, added to the open batch; one is opened where there is none."""

    transfers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        allow_empty=False,
        max_length=500,
    )


class TakenOutSerializer(serializers.Serializer):
    transfer = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class ClosingTransferBatchSerializer(serializers.Serializer):
    """`bank_account`: the one that pays, that of the settings when absent."""

    bank_account = BankAccountField(default=None, allow_null=True)
    execute_on = serializers.DateField()


class ExecutedTransferBatchSerializer(serializers.Serializer):
    executed_on = serializers.DateField()


class CancelledTransferBatchSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class Transfers(Resource):
    """Every debt to pay by transfer, waiting or not, latest first."""

    rights = (Right.RECORD_PAYMENT,)
    serializer_class = TransferSerializer

    def get_queryset(self):
        return Transfer.objects.order_by("-id")


class TransferBatches(Resource):
    """A batch is filled, closed with its file, then executed or cancelled, whole."""

    rights = (Right.RECORD_PAYMENT,)
    serializer_class = TransferBatchSerializer

    def get_queryset(self):
        return TransferBatch.objects.order_by("-id")

    def _read(self, form: serializers.Serializer, pk: str) -> tuple[TransferBatch, dict]:
        batch = fetch_transfer_batch(self.membership, int(pk))
        form.is_valid(raise_exception=True)
        return batch, dict(form.validated_data)

    @extend_schema(request=NewTransferBatchSerializer, responses={201: TransferBatchSerializer})
    def create(self, request: Request) -> Response:
        form = NewTransferBatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        chosen = form.validated_data["transfers"]
        return self.created_once(request, lambda: actions.fill_batch(chosen, by=self.membership))

    @extend_schema(request=TakenOutSerializer, responses=TransferBatchSerializer)
    @action(detail=True, methods=["post"], url_path="take-out")
    def take_out(self, request: Request, pk: str) -> Response:
        batch, data = self._read(TakenOutSerializer(data=request.data), pk)
        return self.answer(actions.take_out_of_batch(batch, data["transfer"], by=self.membership))

    @extend_schema(request=ClosingTransferBatchSerializer, responses=TransferBatchSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        batch, data = self._read(ClosingTransferBatchSerializer(data=request.data), pk)
        return self.answer(refunds.close_batch(batch, on=clock.today(), by=self.membership, **data))

    @extend_schema(request=ExecutedTransferBatchSerializer, responses=TransferBatchSerializer)
    @action(detail=True, methods=["post"])
    def execute(self, request: Request, pk: str) -> Response:
        batch, data = self._read(ExecutedTransferBatchSerializer(data=request.data), pk)
        return self.answer(
            actions.execute_batch(batch, on=clock.today(), by=self.membership, **data)
        )

    @extend_schema(request=CancelledTransferBatchSerializer, responses=TransferBatchSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        batch, data = self._read(CancelledTransferBatchSerializer(data=request.data), pk)
        return self.answer(actions.cancel_batch(batch, by=self.membership, **data))
