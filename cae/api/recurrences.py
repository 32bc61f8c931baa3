"""Recurring invoices: written, paused, taken up, skipped, ended; what they made."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.sales import content_of
from cae.api.serializers import NewInvoiceSerializer
from cae.core import clock
from cae.core.enums import Right
from invoicing.actions import recurrences as acts
from invoicing.actions.content import InvoiceContent
from invoicing.enums import Covered, RecurrenceMode, RecurrenceUnit
from invoicing.models import Occurrence, Recurrence, RecurrenceLine
from invoicing.permissions import fetch_recurrence, may_write
from invoicing.queries.recurrences import coming_of, occurrences_of
from invoicing.rules.recurrences import LAST_DAY, MOST_EVERY, MOST_TIMES

_TERMS = (
    "every", "unit", "day", "starts_on", "ends_on", "times", "covered", "mode", "is_sent",
)  # fmt: skip


class RecurrenceLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = RecurrenceLine
        fields = [
            "position", "section", "label", "description", "nature", "quantity", "unit",
            "unit_price", "typed_price", "discount", "discount_rate", "vat_category", "vat_rate",
            "net",
        ]  # fmt: skip


class RecurrenceSerializer(serializers.ModelSerializer):
    """`stop_reason` says why it stopped by itself; `coming` are its next dates, six at most."""

    lines = RecurrenceLineSerializer(many=True, read_only=True)
    coming = serializers.SerializerMethodField()

    class Meta:
        model = Recurrence
        fields = [
            "id", "activity", "customer", "customer_name", "status", "stop_reason", *_TERMS,
            "next_on", "coming", "subject", "payment_days", "order_reference", "notes", "entry",
            "discount", "discount_rate", "net", "vat", "gross", "rounding", "lines",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.DateField()))
    def get_coming(self, recurrence: Recurrence) -> list[str]:
        return [day.isoformat() for day in coming_of(recurrence)]


class NewRecurrenceSerializer(NewInvoiceSerializer):
    """An invoice, and when it comes back. `day` is of the month, 31 for the last one.

    Texts may hold `{mois}`, `{annee}`, `{trimestre}` and `{periode}`.
    """

    supplied_on = None  # type: ignore[assignment]  # each invoice has its own
    every = serializers.IntegerField(default=1, min_value=1, max_value=MOST_EVERY)
    unit = serializers.ChoiceField(choices=RecurrenceUnit.choices, default=RecurrenceUnit.MONTH)
    day = serializers.IntegerField(required=False, min_value=1, max_value=LAST_DAY)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False)
    times = serializers.IntegerField(required=False, min_value=1, max_value=MOST_TIMES)
    covered = serializers.ChoiceField(choices=Covered.choices, default=Covered.AHEAD)
    mode = serializers.ChoiceField(choices=RecurrenceMode.choices, default=RecurrenceMode.REVIEW)
    is_sent = serializers.BooleanField(default=False)


class ChangedRecurrenceSerializer(NewRecurrenceSerializer):
    """All of it again, for the coming dates."""

    activity = None  # type: ignore[assignment]


class RecurrenceResumeSerializer(serializers.Serializer):
    bill_missed = serializers.BooleanField(
        default=False, help_text="Also make the dates that passed meanwhile; else they are skipped."
    )


class RecurrenceSkipSerializer(serializers.Serializer):
    date = serializers.DateField(help_text="The next date, as `next_on` says it.")


class OccurrenceSerializer(serializers.ModelSerializer):
    """A date: `made_on` is later than `due_on` where it was made up for."""

    class Meta:
        model = Occurrence
        fields = ["due_on", "made_on", "outcome", "invoice", "first_day", "last_day", "note"]
        read_only_fields = fields


class Recurrences(Resource):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = RecurrenceSerializer

    def get_queryset(self):
        return Recurrence.objects.prefetch_related("lines").order_by("-id")

    @extend_schema(request=NewRecurrenceSerializer, responses={201: RecurrenceSerializer})
    def create(self, request: Request) -> Response:
        form = NewRecurrenceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        activity = form.validated_data["activity"]
        said = self._said(form.validated_data)
        return self.created_once(request, lambda: acts.create_recurrence(activity, **said))

    @extend_schema(request=ChangedRecurrenceSerializer, responses=RecurrenceSerializer)
    def update(self, request: Request, pk: str) -> Response:
        found = self._writable(pk)
        form = ChangedRecurrenceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(acts.change_recurrence(found, **self._said(form.validated_data)))

    @extend_schema(request=None, responses=RecurrenceSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return self.answer(acts.pause_recurrence(self._writable(pk), by=self.membership))

    @extend_schema(request=RecurrenceResumeSerializer, responses=RecurrenceSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        found = self._writable(pk)
        form = RecurrenceResumeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            acts.resume_recurrence(
                found,
                bill_missed=form.validated_data["bill_missed"],
                on=clock.today(),
                by=self.membership,
            )
        )

    @extend_schema(request=RecurrenceSkipSerializer, responses=RecurrenceSerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        found = self._writable(pk)
        form = RecurrenceSkipSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        day = form.validated_data["date"]
        return self.answer(acts.skip_date(found, day, on=clock.today(), by=self.membership))

    @extend_schema(request=None, responses=RecurrenceSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        return self.answer(acts.end_recurrence(self._writable(pk), by=self.membership))

    @extend_schema(responses=OccurrenceSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def occurrences(self, request: Request, pk: str) -> Response:
        """List what became of its dates, the latest first."""
        found = fetch_recurrence(self.membership, int(pk))
        return Response(OccurrenceSerializer(occurrences_of(found), many=True).data)

    def _writable(self, pk: str) -> Recurrence:
        return fetch_recurrence(self.membership, int(pk), may=may_write)

    def _said(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what the actions take of a valid form."""
        content = {name: value for name, value in data.items() if name not in _TERMS}
        terms = {name: value for name, value in data.items() if name in _TERMS}
        return {
            "content": InvoiceContent(**content_of(content)),
            "terms": acts.RecurrenceTerms(**terms),
            "on": clock.today(),
            "by": self.membership,
        }
