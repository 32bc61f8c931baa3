"""Statements of the bank: deposited, read; lines matched or set aside."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core.enums import Right
from invoicing.actions import bank
from invoicing.models import BankLine, BankStatement
from invoicing.permissions import fetch_payment
from invoicing.queries.bank import bank_lines, proposed_for

_STATES = ("waiting", "matched", "aside", "out", "all")


class BankStatementSerializer(serializers.ModelSerializer):
    class Meta:
        model = BankStatement
        fields = [
            "id", "iban", "account_name", "file_format", "file_name", "sha256", "reference",
            "starts_on", "ends_on", "opening", "closing", "line_count", "known_count",
            "known_total", "deposited_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewStatementSerializer(serializers.Serializer):
    """`iban`: the account, where the file does not say it."""

    file = serializers.FileField()
    iban = serializers.CharField(required=False, allow_blank=True, max_length=34, default="")


class BankOutcomeSerializer(serializers.Serializer):
    payment = serializers.IntegerField(source="payment_id", allow_null=True)
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField()


class BankLineSerializer(serializers.ModelSerializer):
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = BankLine
        fields = [
            "id", "statement", "booked_on", "amount", "label", "party", "party_iban",
            "reference", "outcome",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(BankOutcomeSerializer(allow_null=True))
    def get_outcome(self, line: BankLine) -> dict | None:
        found = [one for one in line.outcomes.all() if one.undone_at is None]
        return dict(BankOutcomeSerializer(found[0]).data) if found else None


class LineMatchSerializer(serializers.Serializer):
    """Invoices of one customer to settle, or a payment written already."""

    invoices = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        allow_empty=False,
        max_length=500,
    )
    payment = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def validate(self, attrs: dict) -> dict:
        if ("invoices" in attrs) == ("payment" in attrs):
            raise serializers.ValidationError("Donnez des factures, ou un encaissement.")
        return attrs


class LineAsideSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=160)


class LineProposalSerializer(serializers.Serializer):
    """What a line most likely pays: empty where nothing tells."""

    invoices = serializers.ListField(child=serializers.IntegerField())
    strength = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True)
    payment = serializers.IntegerField(allow_null=True)


class BankStatements(Resource):
    """Statements are added whole and never change."""

    rights = (Right.RECORD_PAYMENT,)
    serializer_class = BankStatementSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def get_queryset(self):
        return BankStatement.objects.order_by("-id")

    @extend_schema(
        request={"multipart/form-data": NewStatementSerializer},
        responses={201: BankStatementSerializer(many=True)},
    )
    def create(self, request: Request) -> Response:
        form = NewStatementSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data["file"]
        kept = bank.deposit_statement(
            sent.read(bank.MAX_BYTES + 1),
            name=sent.name or "releve",
            iban=form.validated_data["iban"],
            by=self.membership,
        )
        return Response(self.get_serializer(kept, many=True).data, status=201)


class BankLines(Resource):
    """A line is matched with what it pays, or set aside with a reason."""

    rights = (Right.RECORD_PAYMENT,)
    serializer_class = BankLineSerializer

    def get_queryset(self):
        state = self.request.query_params.get("state", "all")
        rows = BankLine.objects.all()
        if self.action == "list" and state in _STATES and state != "all":
            rows = bank_lines("" if state == "waiting" else state)
        return rows.prefetch_related("outcomes").order_by("-booked_on", "-id")

    @extend_schema(parameters=[OpenApiParameter("state", enum=_STATES, default="all")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """`waiting`: receipts to match; `matched`, `aside`; `out`: what was paid out."""
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=LineProposalSerializer)
    @action(detail=True, methods=["get"])
    def proposal(self, request: Request, pk: str) -> Response:
        """What the line most likely pays."""
        (row,) = proposed_for([self.get_object()])
        said = {
            "invoices": [one.pk for one in row.proposal.invoices] if row.proposal else [],
            "strength": row.proposal.strength if row.proposal else "",
            "why": row.proposal.why if row.proposal else "",
            "payment": row.payment.pk if row.payment else None,
        }
        return Response(LineProposalSerializer(said).data)

    @extend_schema(request=LineMatchSerializer, responses=BankLineSerializer)
    @action(detail=True, methods=["post"])
    def match(self, request: Request, pk: str) -> Response:
        line = self.get_object()
        form = LineMatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if "payment" in form.validated_data:
            payment = fetch_payment(self.membership, form.validated_data["payment"])
            bank.match_payment(line, payment, by=self.membership)
        else:
            bank.match_invoices(line, form.validated_data["invoices"], by=self.membership)
        return self.answer(self.get_object())

    @extend_schema(request=LineAsideSerializer, responses=BankLineSerializer)
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, pk: str) -> Response:
        line = self.get_object()
        form = LineAsideSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        bank.set_aside(line, reason=form.validated_data["reason"], by=self.membership)
        return self.answer(self.get_object())

    @extend_schema(request=None, responses=BankLineSerializer)
    @action(detail=True, methods=["post"], url_path="take-up")
    def take_up(self, request: Request, pk: str) -> Response:
        bank.take_up_again(self.get_object(), by=self.membership)
        return self.answer(self.get_object())
