"""The insurance of building trades: certificates put on file, and withdrawn."""

from __future__ import annotations

from typing import Any

from django.http import Http404
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
from cae.core.permissions import has_right
from entrepreneurs import actions
from entrepreneurs.models import Insurance
from entrepreneurs.permissions import fetch_insurance, may_insure, may_withdraw_insurance


class InsuranceSerializer(serializers.ModelSerializer):
    """Of an activity; of the cooperative, for all of them, when `activity` is null."""

    class Meta:
        model = Insurance
        fields = [
            "id", "activity", "insurer", "contact", "policy_number", "territory", "valid_from",
            "valid_to", "withdrawn_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewInsuranceSerializer(serializers.Serializer):
    activity = OwnActivityField(required=False)
    insurer = serializers.CharField(max_length=120)
    contact = serializers.CharField(max_length=200)
    policy_number = serializers.CharField(max_length=60)
    territory = serializers.CharField(max_length=120)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    certificate = serializers.FileField()


class Insurances(Resource):
    """What lets building trades sell: without one that runs, no quote nor invoice leaves."""

    rights = (Right.SELL, Right.MANAGE_PEOPLE)
    serializer_class = InsuranceSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def get_queryset(self):
        return Insurance.objects.order_by("-id")

    @extend_schema(request=NewInsuranceSerializer, responses={201: InsuranceSerializer})
    def create(self, request: Request) -> Response:
        form = NewInsuranceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(form.validated_data)
        activity, upload = data.pop("activity", None), data.pop("certificate")
        may = (
            may_insure(self.membership, activity)
            if activity
            else has_right(self.membership, Right.MANAGE_PEOPLE)
        )
        if not may:
            raise Http404
        return self.answer(
            actions.add_insurance(
                activity,
                actions.Policy(**data),
                content=documents.received(upload),
                name=upload.name,
                by=self.membership,
            ),
            status=201,
        )

    @extend_schema(request=None, responses=InsuranceSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back one written by mistake, or a policy that was cancelled."""
        insurance = fetch_insurance(self.membership, int(pk), may=may_withdraw_insurance)
        return self.answer(actions.withdraw_insurance(insurance, by=self.membership))
