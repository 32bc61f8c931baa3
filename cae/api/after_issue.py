"""What is still said of an issued invoice: the files beside it, the accounts it is on."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounting.enums import AccountUse
from cae.api.base import HoldsRight, Resource, membership_of
from cae.api.einvoices import AnyAccept
from cae.core import documents
from cae.core.enums import Right
from invoicing import queries
from invoicing.actions import attachments as acts
from invoicing.actions.account_changes import change_accounts
from invoicing.enums import InvoiceStatus
from invoicing.models import POSTED_USES, Invoice, InvoiceAttachment
from invoicing.permissions import (
    fetch_invoice,
    may_attach,
    may_change_accounts,
    may_read,
    may_remove_attachment,
)


class AttachedFileSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="document.name")
    size = serializers.IntegerField(source="document.size")
    sha256 = serializers.CharField(source="document.sha256")

    class Meta:
        model = InvoiceAttachment
        fields = ["id", "invoice", "name", "size", "sha256", "added_at"]
        read_only_fields = fields


class AttachedUploadSerializer(serializers.Serializer):
    file = serializers.FileField()


class InvoiceFiles(viewsets.GenericViewSet):
    """Files beside an issued invoice or credit note, which does not change."""

    permission_classes = [HoldsRight]
    content_negotiation_class = AnyAccept
    parser_classes = [JSONParser, MultiPartParser]
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = AttachedFileSerializer
    lookup_value_regex = Resource.lookup_value_regex

    def get_queryset(self):
        return InvoiceAttachment.objects.select_related("document", "invoice")

    @extend_schema(responses=AttachedFileSerializer(many=True))
    def list(self, request: Request, invoice_pk: str) -> Response:
        invoice = _issued(request, invoice_pk)
        rows = self.get_queryset().filter(invoice=invoice)
        return Response(AttachedFileSerializer(rows, many=True).data)

    @extend_schema(request=AttachedUploadSerializer, responses={201: AttachedFileSerializer})
    def create(self, request: Request, invoice_pk: str) -> Response:
        invoice = fetch_invoice(membership_of(request), int(invoice_pk), may=may_attach)
        form = AttachedUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        upload = form.validated_data["file"]
        added = acts.attach_file(
            invoice,
            content=documents.received(upload),
            name=upload.name,
            by=membership_of(request),
        )
        return Response(AttachedFileSerializer(added).data, status=201)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def retrieve(self, request: Request, invoice_pk: str, pk: str) -> HttpResponseBase:
        row = self._row(request, invoice_pk, pk)
        return documents.attachment(acts.take_file(row, by=membership_of(request)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, invoice_pk: str, pk: str) -> Response:
        row = self._row(request, invoice_pk, pk)
        if not may_remove_attachment(membership_of(request), row):
            raise Http404
        acts.remove_attachment(row, by=membership_of(request))
        return Response(status=204)

    def _row(self, request: Request, invoice_pk: str, pk: str) -> InvoiceAttachment:
        row = self.get_queryset().filter(invoice=_issued(request, invoice_pk), pk=pk).first()
        if row is None:
            raise Http404
        return row


class PostedOnSerializer(serializers.Serializer):
    """`amount`: debit less credit, in EUR; `stays`: why it is not moved, empty where it may be."""

    use = serializers.ChoiceField(choices=[use.value for use in POSTED_USES])
    account = serializers.CharField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    stays = serializers.CharField()


class NewAccountsSerializer(serializers.Serializer):
    """The number of an account for each use to move; an absent one stays."""

    customers = serializers.CharField(max_length=8, required=False)
    services = serializers.CharField(max_length=8, required=False)
    goods = serializers.CharField(max_length=8, required=False)
    reason = serializers.CharField(max_length=400)


class InvoiceAccounts(viewsets.GenericViewSet):
    """Where an issued document is in the books, and how it is moved while its month is open."""

    permission_classes = [HoldsRight]
    rights = (Right.CLOSE_PERIOD,)
    serializer_class = PostedOnSerializer

    def get_queryset(self):
        return Invoice.objects.none()

    @extend_schema(responses=PostedOnSerializer(many=True))
    def list(self, request: Request, invoice_pk: str) -> Response:
        return _posted(_issued(request, invoice_pk, may=may_change_accounts))

    @extend_schema(request=NewAccountsSerializer, responses=PostedOnSerializer(many=True))
    def create(self, request: Request, invoice_pk: str) -> Response:
        invoice = _issued(request, invoice_pk, may=may_change_accounts)
        form = NewAccountsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        reason = said.pop("reason")
        change_accounts(invoice, accounts=said, reason=reason, by=membership_of(request))
        return _posted(invoice)


def _issued(request: Request, pk: str, *, may: Any = may_read) -> Invoice:
    invoice = fetch_invoice(membership_of(request), int(pk), may=may)
    if invoice.status != InvoiceStatus.ISSUED:
        raise Http404
    return invoice


def _posted(invoice: Invoice) -> Response:
    rows = [
        {
            "use": AccountUse(each.use).value,
            "account": each.account,
            "amount": each.amount,
            "stays": each.stays,
        }
        for each in queries.posted_accounts(invoice)
    ]
    return Response(PostedOnSerializer(rows, many=True).data)
