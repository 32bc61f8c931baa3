"""Folders, what they hold and come to, where a sale is filed, and the types of both."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import CustomerField, OwnActivityField
from cae.core import documents
from cae.core.enums import Right
from invoicing.actions import folder_types as types
from invoicing.actions import folders as acts
from invoicing.actions.filing import file_under
from invoicing.models import (
    BusinessType,
    Deal,
    Filing,
    Folder,
    FolderFile,
    FolderPhase,
    FolderType,
)
from invoicing.permissions import (
    fetch_business_type,
    fetch_deal,
    fetch_folder,
    fetch_folder_type,
    fetch_invoice,
    fetch_quote,
    may_set_types,
    may_write,
)
from invoicing.queries.folders import filing_of, folder_figures

_AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class FolderFiguresSerializer(serializers.Serializer):
    """EUR without VAT, but `paid` and `owed`, which are with it."""

    sold = serializers.DecimalField(**_AMOUNT)
    invoiced = serializers.DecimalField(**_AMOUNT)
    paid = serializers.DecimalField(**_AMOUNT)
    owed = serializers.DecimalField(**_AMOUNT)
    costs = serializers.DecimalField(**_AMOUNT)
    margin = serializers.DecimalField(**_AMOUNT)


class FolderPhaseSerializer(serializers.ModelSerializer):
    class Meta:
        model = FolderPhase
        fields = ["id", "name"]


class FilingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Filing
        fields = ["id", "folder", "phase", "business_type", "deal", "quote", "invoice"]


class FolderFileSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="document.name", read_only=True)
    size = serializers.IntegerField(source="document.size", read_only=True)

    class Meta:
        model = FolderFile
        fields = ["id", "name", "size", "added_at"]


class FolderSerializer(serializers.ModelSerializer):
    customers = serializers.SerializerMethodField()
    phases = FolderPhaseSerializer(many=True, read_only=True)
    filings = FilingSerializer(many=True, read_only=True)
    files = FolderFileSerializer(many=True, read_only=True)
    figures = serializers.SerializerMethodField()

    class Meta:
        model = Folder
        fields = [
            "id", "activity", "folder_type", "code", "name", "archived_at", "customers",
            "phases", "filings", "files", "figures",
        ]  # fmt: skip
        read_only_fields = fields

    def get_customers(self, folder: Folder) -> list[int]:
        return [each.customer_id for each in folder.members.all()]

    @extend_schema_field(FolderFiguresSerializer)
    def get_figures(self, folder: Folder) -> Any:
        known = self.context.get("figures") or folder_figures([folder.pk])
        return FolderFiguresSerializer(known[folder.pk]).data


@extend_schema_field(serializers.IntegerField())
class FolderTypeField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return FolderType.objects.all()


@extend_schema_field(serializers.IntegerField())
class BusinessTypeField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return BusinessType.objects.all()


@extend_schema_field(serializers.IntegerField())
class FolderField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return Folder.objects.all()


@extend_schema_field(serializers.IntegerField())
class PhaseField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return FolderPhase.objects.all()


class FolderWordsSerializer(serializers.Serializer):
    folder_type = FolderTypeField()
    name = serializers.CharField(max_length=160)
    code = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    customers = serializers.ListField(child=CustomerField(), required=False, max_length=200)


class NewFolderSerializer(FolderWordsSerializer):
    activity = OwnActivityField()


class PhaseWordsSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=80)


class FolderUploadSerializer(serializers.Serializer):
    file = serializers.FileField()


class Folders(Resource):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = FolderSerializer
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self):
        return Folder.objects.prefetch_related(
            "members", "phases", "filings", "files__document"
        ).order_by("-id")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        rows = list(page if page is not None else self.get_queryset())
        context = {
            **self.get_serializer_context(),
            "figures": folder_figures([folder.pk for folder in rows]),
        }
        data = FolderSerializer(rows, many=True, context=context).data
        return self.get_paginated_response(data) if page is not None else Response(data)

    @extend_schema(request=NewFolderSerializer, responses={201: FolderSerializer})
    def create(self, request: Request) -> Response:
        form = NewFolderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        activity = said.pop("activity")
        return self.created_once(
            request,
            lambda: acts.open_folder(
                activity, details=acts.FolderDetails(**said), by=self.membership
            ),
        )

    @extend_schema(request=FolderWordsSerializer, responses=FolderSerializer)
    def update(self, request: Request, pk: str) -> Response:
        folder = self._written(pk)
        form = FolderWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        details = acts.FolderDetails(**form.validated_data)
        return self.answer(acts.change_folder(folder, details=details, by=self.membership))

    def destroy(self, request: Request, pk: str) -> Response:
        acts.delete_folder(self._written(pk), by=self.membership)
        return Response(status=204)

    @extend_schema(request=None, responses=FolderSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        return self.answer(acts.archive_folder(self._written(pk), by=self.membership))

    @extend_schema(request=None, responses=FolderSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        return self.answer(acts.restore_folder(self._written(pk), by=self.membership))

    @extend_schema(request=PhaseWordsSerializer, responses={201: FolderSerializer})
    @action(detail=True, methods=["post"])
    def phases(self, request: Request, pk: str) -> Response:
        folder = self._written(pk)
        form = PhaseWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        acts.add_phase(folder, name=form.validated_data["name"], by=self.membership)
        return self.answer(folder, status=201)

    @extend_schema(request=FolderUploadSerializer, responses={201: FolderSerializer})
    @action(detail=True, methods=["post"])
    def files(self, request: Request, pk: str) -> Response:
        """Put a PDF or a photo in a folder."""
        folder = self._written(pk)
        form = FolderUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        upload = form.validated_data["file"]
        acts.add_folder_file(
            folder, content=documents.received(upload), name=upload.name, by=self.membership
        )
        return self.answer(folder, status=201)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"files/(?P<file_pk>[1-9][0-9]{0,18})")
    def remove_file(self, request: Request, pk: str, file_pk: str) -> Response:
        """Take a file out of a folder, and forget its bytes."""
        folder = self._written(pk)
        acts.remove_folder_file(get_object_or_404(folder.files, pk=file_pk), by=self.membership)
        return Response(status=204)

    def _written(self, pk: str) -> Folder:
        return fetch_folder(self.membership, int(pk), may=may_write)


_FETCHED = {"deal": fetch_deal, "quote": fetch_quote, "invoice": fetch_invoice}


class FiledSerializer(serializers.Serializer):
    """What is filed, and where; no folder and no type takes it out."""

    sort = serializers.ChoiceField(choices=sorted(_FETCHED))
    document = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    folder = FolderField(allow_null=True, required=False, default=None)
    phase = PhaseField(allow_null=True, required=False, default=None)
    business_type = BusinessTypeField(allow_null=True, required=False, default=None)


class Filings(Resource):
    """Where deals, quotes and invoices are filed; what follows another is filed with it."""

    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = FilingSerializer

    def get_queryset(self):
        return Filing.objects.order_by("-id")

    @extend_schema(request=FiledSerializer, responses={200: FilingSerializer, 204: None})
    def create(self, request: Request) -> Response:
        form = FiledSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        fetch: Any = _FETCHED[said.pop("sort")]
        filed: Deal = fetch(self.membership, said.pop("document"), may=may_write)
        file_under(filed, **said, by=self.membership)
        filing = filing_of(filed)
        return self.answer(filing) if filing else Response(status=204)


class BusinessTypeSerializer(serializers.ModelSerializer):
    class Meta:
        model = BusinessType
        fields = ["id", "code", "label", "mention", "is_to_confirm", "is_offered"]


class BusinessTypeWordsSerializer(serializers.Serializer):
    label = serializers.CharField(max_length=60)  # type: ignore[assignment]
    mention = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")
    is_offered = serializers.BooleanField(required=False, default=True)


class BusinessTypes(Resource):
    rights = (Right.SELL, Right.SEE_SALES, Right.CONFIGURE, Right.VALIDATE_INVOICE)
    serializer_class = BusinessTypeSerializer

    def get_queryset(self):
        return BusinessType.objects.order_by("position", "id")

    @extend_schema(request=BusinessTypeWordsSerializer, responses={201: BusinessTypeSerializer})
    def create(self, request: Request) -> Response:
        _refuse_others(self.membership)
        return self.created_once(request, lambda: self._write(request, None))

    @extend_schema(request=BusinessTypeWordsSerializer, responses=BusinessTypeSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self.answer(self._write(request, fetch_business_type(self.membership, int(pk))))

    def _write(self, request: Request, found: BusinessType | None) -> BusinessType:
        form = BusinessTypeWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        details = types.BusinessTypeDetails(**form.validated_data)
        return types.write_business_type(found, details=details, by=self.membership)


class FolderTypeSerializer(serializers.ModelSerializer):
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = FolderType
        fields = ["id", "code", "label", "hint", "is_offered", "allowed"]

    def get_allowed(self, row: FolderType) -> list[int]:
        return [each.business_type_id for each in row.allowed.all()]


class FolderTypeWordsSerializer(serializers.Serializer):
    label = serializers.CharField(max_length=60)  # type: ignore[assignment]
    hint = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    is_offered = serializers.BooleanField(required=False, default=True)
    allowed = serializers.ListField(child=BusinessTypeField(), max_length=100)


class FolderTypes(Resource):
    rights = (Right.SELL, Right.SEE_SALES, Right.CONFIGURE, Right.VALIDATE_INVOICE)
    serializer_class = FolderTypeSerializer

    def get_queryset(self):
        return FolderType.objects.prefetch_related("allowed").order_by("position", "id")

    @extend_schema(request=FolderTypeWordsSerializer, responses={201: FolderTypeSerializer})
    def create(self, request: Request) -> Response:
        _refuse_others(self.membership)
        return self.created_once(request, lambda: self._write(request, None))

    @extend_schema(request=FolderTypeWordsSerializer, responses=FolderTypeSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self.answer(self._write(request, fetch_folder_type(self.membership, int(pk))))

    def _write(self, request: Request, found: FolderType | None) -> FolderType:
        form = FolderTypeWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        details = types.FolderTypeDetails(**form.validated_data)
        return types.write_folder_type(found, details=details, by=self.membership)


def _refuse_others(membership: Any) -> None:
    if not may_set_types(membership):
        raise Http404
