"""The electronic face of an issued invoice: its file, and what the checks said of it."""

from __future__ import annotations

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import HoldsRight, Resource, membership_of
from cae.core import documents
from cae.core.enums import Right
from invoicing.actions import ask_for_another_file, ask_for_invoice_pdf
from invoicing.actions.receipted import ask_for_receipted
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, InvoiceVerdict
from invoicing.permissions import fetch_invoice, may_validate
from invoicing.queries import invoice_file, verdict_of
from invoicing.rules.faults import plain_faults


class VerdictSerializer(serializers.Serializer):
    """`state`: waiting (no file yet), judging, valid, or refused; reasons are in French."""

    state = serializers.ChoiceField(choices=["waiting", "judging", "valid", "refused"])
    sha256 = serializers.CharField(help_text="of the file, empty while there is none")
    judged_at = serializers.DateTimeField(allow_null=True)
    rules = serializers.DictField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())
    faults = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class AnyAccept(DefaultContentNegotiation):
    """A file is answered as it is kept, what is said beside it in JSON, whatever is accepted."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ElectronicInvoices(viewsets.GenericViewSet):
    """Under `/invoices/<id>/`, of issued invoices and credit notes."""

    permission_classes = [HoldsRight]
    content_negotiation_class = AnyAccept
    lookup_value_regex = Resource.lookup_value_regex
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = VerdictSerializer

    def get_queryset(self):
        return Invoice.objects.filter(status=InvoiceStatus.ISSUED)

    @extend_schema(
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            202: OpenApiResponse(VerdictSerializer, description="it is being made: ask again"),
        }
    )
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, pk: str) -> HttpResponseBase:
        made = ask_for_invoice_pdf(self._issued(pk))
        if made is None:
            return Response(_verdict(self._issued(pk)), status=202)
        return documents.attachment(made.document)

    @extend_schema(
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            202: VerdictSerializer,
        }
    )
    @action(detail=True, methods=["get"])
    def receipted(self, request: Request, pk: str) -> HttpResponseBase:
        """The copy of a paid invoice that says when it was paid, and how."""
        invoice = self._issued(pk)
        made = ask_for_receipted(invoice)
        if made is None:
            return Response(_verdict(invoice), status=202)
        return documents.attachment(made.document)

    @extend_schema(responses=VerdictSerializer)
    @action(detail=True, methods=["get"])
    def verdict(self, request: Request, pk: str) -> Response:
        return Response(_verdict(self._issued(pk)))

    @extend_schema(request=None, responses={202: VerdictSerializer})
    @action(detail=True, methods=["post"], url_path="make-again")
    def make_again(self, request: Request, pk: str) -> Response:
        invoice = fetch_invoice(membership_of(self.request), int(pk), may=may_validate)
        ask_for_another_file(invoice, by=membership_of(self.request))
        return Response(_verdict(invoice), status=202)

    def _issued(self, pk: str) -> Invoice:
        invoice = fetch_invoice(membership_of(self.request), int(pk))
        if invoice.status != InvoiceStatus.ISSUED:
            raise Http404
        return invoice


def _verdict(invoice: Invoice) -> dict[str, object]:
    made, verdict = invoice_file(invoice), verdict_of(invoice)
    return {
        "state": _state(verdict, is_made=made is not None),
        "sha256": made.document.sha256 if made else "",
        "judged_at": verdict.judged_at if verdict else None,
        "rules": verdict.rules if verdict else {},
        "reasons": plain_faults(verdict.faults) if verdict else [],
        "faults": verdict.faults if verdict else [],
    }


def _state(verdict: InvoiceVerdict | None, *, is_made: bool) -> str:
    if verdict is None:
        return "judging" if is_made else "waiting"
    return "valid" if verdict.is_valid else "refused"
