"""Copies of quotes and invoices; drafts thrown away, and put back within the day."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import CustomerField
from cae.core.enums import Right
from invoicing.actions.discards import restore_draft
from invoicing.models import DiscardedDraft, Quote
from invoicing.permissions import fetch_discarded


class CopySerializer(serializers.Serializer):
    customer = CustomerField(required=False, help_text="Somebody else; the same one unless said.")


class DiscardedDraftSerializer(serializers.ModelSerializer):
    class Meta:
        model = DiscardedDraft
        fields: ClassVar = ["id", "activity", "kind", "title", "discarded_at"]
        read_only_fields = fields


class RestoredDraftSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["quote", "invoice"])
    id = serializers.IntegerField()


class DiscardedDrafts(Resource):
    """Drafts thrown away less than a day ago."""

    rights = (Right.SELL,)
    serializer_class = DiscardedDraftSerializer

    def get_queryset(self):
        return DiscardedDraft.objects.order_by("-id")

    @extend_schema(request=None, responses=RestoredDraftSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Put a draft back as it was, under the key it had."""
        row = fetch_discarded(self.membership, int(pk))
        document = restore_draft(row, by=self.membership)
        kind = "quote" if isinstance(document, Quote) else "invoice"
        return Response(RestoredDraftSerializer({"kind": kind, "id": document.pk}).data)
