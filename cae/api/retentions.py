"""What customers keep of works: how much, until when, accepted, opposed, released."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core import clock
from cae.core.enums import Right
from invoicing import queries
from invoicing.actions import retentions
from invoicing.enums import ReleaseCause
from invoicing.models import Retention
from invoicing.permissions import fetch_retention, may_follow_retention


class AgreedRetentionSerializer(serializers.Serializer):
    """A fraction: the law limits it to 0.05."""

    rate = serializers.DecimalField(max_digits=5, decimal_places=4, min_value=0, max_value=1)


class RetentionSerializer(serializers.ModelSerializer):
    """`held` is what is unpaid of it; `due_on` moves until the works are accepted."""

    held = serializers.SerializerMethodField()

    class Meta:
        model = Retention
        fields = [
            "id", "activity", "invoice", "quote", "number", "customer_name", "amount", "held",
            "works_accepted_on", "due_on", "contested_on", "contest_reason", "released_on",
            "release_cause", "guarantor", "guarantee_reference",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DecimalField(max_digits=12, decimal_places=2))
    def get_held(self, retention: Retention) -> str:
        return str(self.context["held"][retention.pk])


class AcceptedWorksSerializer(serializers.Serializer):
    on = serializers.DateField()


class OppositionSerializer(serializers.Serializer):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=400)


class RetentionReleaseSerializer(serializers.Serializer):
    """`guarantor`: the bank, where it guarantees the same amount."""

    on = serializers.DateField()
    cause = serializers.ChoiceField(choices=ReleaseCause.choices)
    guarantor = serializers.CharField(required=False, allow_blank=True, max_length=120)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=80)


class Retentions(Resource):
    """Opened with their invoice, released by themselves a year after works were accepted."""

    rights = (Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
    serializer_class = RetentionSerializer

    def get_queryset(self):
        return Retention.objects.order_by("due_on", "id")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Ask once what is unpaid of each row."""
        context: dict[str, Any] = {**self.get_serializer_context()}
        if args:
            rows = args[0] if kwargs.get("many") else [args[0]]
            shown = queries.retentions_shown(list(rows), on=clock.today())
            context["held"] = {each.retention.pk: each.held for each in shown}
        kwargs["context"] = context
        return self.get_serializer_class()(*args, **kwargs)

    @extend_schema(request=AcceptedWorksSerializer, responses=RetentionSerializer)
    @action(detail=True, methods=["post"])
    def works(self, request: Request, pk: str) -> Response:
        """Date the acceptance of the works of its quote."""
        found = self._followed(pk)
        form = AcceptedWorksSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        retentions.accept_works(
            found, today=clock.today(), by=self.membership, **form.validated_data
        )
        found.refresh_from_db()
        return self.answer(found)

    @extend_schema(request=OppositionSerializer, responses=RetentionSerializer)
    @action(detail=True, methods=["post"])
    def opposition(self, request: Request, pk: str) -> Response:
        """Write that the customer opposes the release."""
        form = OppositionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            retentions.contest_retention(
                self._followed(pk), today=clock.today(), by=self.membership, **form.validated_data
            )
        )

    @extend_schema(request=RetentionReleaseSerializer, responses=RetentionSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Make it owed as the rest of its invoice."""
        form = RetentionReleaseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            retentions.release_retention(
                self._followed(pk), today=clock.today(), by=self.membership, **form.validated_data
            )
        )

    def _followed(self, pk: str) -> Retention:
        return fetch_retention(self.membership, int(pk), may=may_follow_retention)
