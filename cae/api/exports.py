"""Exports: asked for, followed, fetched."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core import audit, documents
from cae.core.enums import ExportFormat, ExportStatus, Right
from cae.core.exports import exports_of, progress
from cae.core.models import Export
from invoicing.actions.exports import KINDS, ask_for_export


class ExportSerializer(serializers.ModelSerializer):
    done = serializers.IntegerField(read_only=True)
    total = serializers.IntegerField(read_only=True)

    class Meta:
        model = Export
        fields = [
            "id", "kind", "format", "filters", "status", "failure", "row_count", "done", "total",
            "asked_at", "ready_at", "expires_at",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Export) -> dict[str, Any]:
        for name, count in zip(("done", "total"), progress(instance).read(), strict=True):
            setattr(instance, name, count)
        return super().to_representation(instance)


class NewExportSerializer(serializers.Serializer):
    """`filters` are those of the address of the list: `{"etat": "late", "du": "2026-01-01"}`."""

    kind = serializers.ChoiceField(choices=sorted(KINDS))
    format = serializers.ChoiceField(choices=ExportFormat.choices)
    filters = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True), required=False
    )


class Exports(Resource):
    rights = (Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
    serializer_class = ExportSerializer

    def get_queryset(self):
        return exports_of(self.membership) if self.request.auth else Export.objects.none()

    @extend_schema(request=NewExportSerializer, responses={201: ExportSerializer})
    def create(self, request: Request) -> Response:
        form = NewExportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        return self.created_once(
            request,
            lambda: ask_for_export(
                data["kind"],
                file_format=data["format"],
                query=data.get("filters", {}),
                by=self.membership,
            ),
        )

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        export = exports_of(self.membership).filter(pk=pk, status=ExportStatus.READY).first()
        if export is None or export.document is None:
            raise Http404
        audit.record("export.downloaded", export, by=self.membership, after={"label": export.title})
        return documents.streamed(export.document)
