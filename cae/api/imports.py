"""Files of customers: sent, checked, applied."""

from __future__ import annotations

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import OwnActivityField
from cae.core import documents
from cae.core.enums import Right
from invoicing.actions import imports
from invoicing.enums import CustomerKind
from invoicing.models import CustomerImport
from invoicing.permissions import fetch_import
from invoicing.rules.columns import FIELDS


class ImportSerializer(serializers.ModelSerializer):
    class Meta:
        model = CustomerImport
        fields = [
            "id", "activity", "file_name", "encoding", "separator", "head", "mapping",
            "default_kind", "status", "counts", "preview", "failure", "created_at", "done_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewImportSerializer(serializers.Serializer):
    activity = OwnActivityField()
    file = serializers.FileField()


class MappingSerializer(serializers.Serializer):
    """`mapping`: the column of a customer by rank of a column of the file, from 0."""

    mapping = serializers.DictField(child=serializers.ChoiceField(choices=sorted(FIELDS)))
    default_kind = serializers.ChoiceField(
        choices=CustomerKind.choices, default=CustomerKind.COMPANY
    )

    def validate_mapping(self, value: dict[str, str]) -> dict[int, str]:
        if not all(rank.isascii() and rank.isdigit() and len(rank) < 4 for rank in value):
            raise serializers.ValidationError("Une colonne se désigne par son rang, depuis 0.")
        return {int(rank): column for rank, column in value.items()}


class CustomerImports(Resource):
    rights = (Right.SELL,)
    serializer_class = ImportSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def get_queryset(self):
        return CustomerImport.objects.order_by("-id")

    @extend_schema(request=NewImportSerializer, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        form = NewImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        return self.answer(
            imports.start_from(data["file"], data["activity"], by=self.membership), status=201
        )

    @extend_schema(request=MappingSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        imported = fetch_import(self.membership, int(pk))
        form = MappingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            imports.ask_for_check(imported, by=self.membership, **form.validated_data)
        )

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        imported = fetch_import(self.membership, int(pk))
        return self.answer(imports.ask_to_apply(imported, by=self.membership))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def report(self, request: Request, pk: str) -> HttpResponseBase:
        """The rows that are refused, each with its reason."""
        imported = fetch_import(self.membership, int(pk))
        if imported.report is None:
            raise Http404
        return documents.streamed(imported.report)
