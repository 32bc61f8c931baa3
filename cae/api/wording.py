"""The mentions and the terms of sale: the cooperative's, or an activity's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.folders import BusinessTypeField
from cae.api.serializers import OwnActivityField
from cae.core import documents
from cae.core.enums import Right
from cae.core.models import Membership
from entrepreneurs.models import Activity
from invoicing.actions import wording
from invoicing.enums import MentionCase
from invoicing.models import Mention, Terms
from invoicing.permissions import fetch_mention, fetch_terms, may_write_common, own_activity_ids


class MentionSerializer(serializers.ModelSerializer):
    """A mention; `activity` is null where it is the cooperative's."""

    class Meta:
        model = Mention
        fields = [
            "id", "activity", "title", "text", "case", "on_quotes", "on_invoices", "is_default",
            "is_to_confirm", "archived_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewMentionSerializer(serializers.Serializer):
    """What is printed, and where; `title` is for those who choose it."""

    activity = OwnActivityField(required=False, allow_null=True, default=None)
    title = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=2000)
    case = serializers.ChoiceField(choices=MentionCase.choices, default=MentionCase.BY_HAND)
    on_quotes = serializers.BooleanField(default=True)
    on_invoices = serializers.BooleanField(default=True)
    is_default = serializers.BooleanField(default=False)


class TermsSerializer(serializers.ModelSerializer):
    """A text, a PDF (`file_name`, `file_sha256`), both; or the end of those before."""

    class Meta:
        model = Terms
        fields = [
            "id", "activity", "business_type", "version", "text", "file_name", "file_sha256",
            "is_ended", "written_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewTermsSerializer(serializers.Serializer):
    """A new version; an empty text without PDF ends them.

    `file` is a PDF of 5 MB and 20 pages at most; `keeps_file` keeps that of the version before.
    """

    activity = OwnActivityField(required=False, allow_null=True, default=None)
    business_type = BusinessTypeField(required=False, allow_null=True, default=None)
    text = serializers.CharField(allow_blank=True, max_length=wording.LONGEST_TERMS)
    file = serializers.FileField(required=False)
    keeps_file = serializers.BooleanField(default=False)


def _refuse_others(activity: Activity | None, membership: Membership) -> None:
    """Answer that there is nothing, where these words are not theirs to write."""
    if activity is None:
        allowed = may_write_common(membership)
    else:
        allowed = activity.pk in own_activity_ids(membership)
    if not allowed:
        raise Http404


class Mentions(Resource):
    """The library of mentions, those archived left out of the list."""

    rights = (Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
    serializer_class = MentionSerializer

    def get_queryset(self):
        rows = Mention.objects.order_by("id")
        return rows.filter(archived_at=None) if self.action == "list" else rows

    @extend_schema(request=NewMentionSerializer, responses={201: MentionSerializer})
    def create(self, request: Request) -> Response:
        data = self._typed(request)
        activity = data.pop("activity")
        _refuse_others(activity, self.membership)
        return self.created_once(
            request,
            lambda: wording.add_mention(
                activity, details=wording.MentionDetails(**data), by=self.membership
            ),
        )

    @extend_schema(request=NewMentionSerializer, responses=MentionSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Rewrite a mention whole, which confirms it; whose it is never changes."""
        mention = fetch_mention(self.membership, int(pk))
        data = self._typed(request)
        del data["activity"]
        details = wording.MentionDetails(**data)
        return self.answer(wording.change_mention(mention, details=details, by=self.membership))

    @extend_schema(request=None, responses=MentionSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        mention = fetch_mention(self.membership, int(pk))
        return self.answer(wording.archive_mention(mention, by=self.membership))

    @staticmethod
    def _typed(request: Request) -> dict[str, Any]:
        form = NewMentionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


class TermsOfSale(Resource):
    """Every version written, the latest first."""

    rights = (Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
    serializer_class = TermsSerializer
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self):
        return Terms.objects.order_by("-id")

    @extend_schema(request=NewTermsSerializer, responses={201: TermsSerializer})
    def create(self, request: Request) -> Response:
        form = NewTermsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        activity, upload = said.pop("activity"), said.pop("file", None)
        _refuse_others(activity, self.membership)
        return self.created_once(
            request,
            lambda: wording.write_terms(
                activity,
                text=said["text"],
                business_type=said["business_type"],
                pdf=documents.received(upload) if upload else None,
                pdf_name=upload.name if upload else "",
                keeps_pdf=said["keeps_file"],
                by=self.membership,
            ),
        )

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """Hand over the PDF of a version; 404 where it has none."""
        terms = fetch_terms(self.membership, int(pk))
        if not terms.file_sha256:
            raise Http404
        return documents.kept_pdf(terms.file_sha256, name=terms.file_name)
