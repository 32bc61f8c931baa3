"""The deposits of issued invoices: how they are made, where each stands, what was answered."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core import clock
from cae.core.enums import Right
from invoicing.actions import carrying
from invoicing.actions import transmissions as acts
from invoicing.enums import TransmissionRoute, TransmissionStatus, TransmissionTarget
from invoicing.models import DepositAccount, Transmission, TransmissionEvent
from invoicing.permissions import fetch_transmission, may_deposit
from invoicing.rules.transmissions import REASONS


class TransmissionEventSerializer(serializers.ModelSerializer):
    """`rates` are the parts of `amount` per rate, in percent: `[["20", "120.00"]]`."""

    class Meta:
        model = TransmissionEvent
        fields = [
            "id", "code", "reason", "note", "happened_on", "amount", "rates", "source",
            "reference", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields


class TransmissionSerializer(serializers.ModelSerializer):
    """`status` is an official code of the life cycle, `waiting` or `dropped`."""

    events = TransmissionEventSerializer(many=True, read_only=True)

    class Meta:
        model = Transmission
        fields = [
            "id", "activity", "invoice", "number", "customer_name", "issued_on", "amount",
            "target", "route", "rank", "status", "tells_cashed", "cashed", "failure", "flow",
            "attempts", "next_at", "events",
        ]  # fmt: skip
        read_only_fields = fields


class AnswerSerializer(serializers.Serializer):
    """What was read on the platform; a refusal, a dispute or a rejection gives its `reason`."""

    code = serializers.ChoiceField(choices=TransmissionStatus.choices)
    on = serializers.DateField()
    reason = serializers.ChoiceField(
        choices=sorted(REASONS.items()), required=False, allow_blank=True
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=400)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=80)


class AsideSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=400)


class AnyFile(DefaultContentNegotiation):
    """A zip is answered whatever is accepted."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class Transmissions(Resource):
    """An entrepreneur reads those of their invoices; the staff writes what is answered."""

    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = TransmissionSerializer
    content_negotiation_class = AnyFile

    def get_queryset(self):
        return Transmission.objects.prefetch_related("events").order_by("-id")

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=False, methods=["get"])
    def parcel(self, request: Request) -> HttpResponse:
        """The zip of what is deposited by hand."""
        if not may_deposit(self.membership):
            raise Http404
        return HttpResponse(acts.take_parcel(by=self.membership), content_type="application/zip")

    @extend_schema(request=AnswerSerializer, responses={200: TransmissionSerializer})
    @action(detail=True, methods=["post"], url_path="answer")
    def reply(self, request: Request, pk: str) -> Response:
        """Write what the platform answered; `200` says that it was deposited."""
        found = fetch_transmission(self.membership, int(pk))
        form = AnswerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        acts.record_answer(found, **form.validated_data, today=clock.today(), by=self.membership)
        return self._stands(found)

    @extend_schema(request=None, responses={200: TransmissionSerializer})
    @action(detail=True, methods=["post"], url_path="tell-cashed")
    def tell_cashed(self, request: Request, pk: str) -> Response:
        """Write that the platform was told of what was received (212)."""
        found = fetch_transmission(self.membership, int(pk))
        acts.tell_cashed(found, on=clock.today(), by=self.membership)
        return self._stands(found)

    @extend_schema(request=AsideSerializer, responses={200: TransmissionSerializer})
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, pk: str) -> Response:
        """Write that it is not deposited, and why."""
        found = fetch_transmission(self.membership, int(pk))
        form = AsideSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        acts.set_aside(
            found, note=form.validated_data["note"], on=clock.today(), by=self.membership
        )
        return self._stands(found)

    @extend_schema(request=None, responses={202: TransmissionSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Have a deposit by an API that stopped sent again."""
        found = fetch_transmission(self.membership, int(pk))
        carrying.retry(found, at=clock.now(), by=self.membership)
        return Response(self.get_serializer(self.get_queryset().get(pk=found.pk)).data, status=202)

    @extend_schema(request=None, responses={201: TransmissionSerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """Prepare another deposit of what nobody took."""
        found = fetch_transmission(self.membership, int(pk))
        made = acts.deposit_again(found, by=self.membership)
        return Response(self.get_serializer(self.get_queryset().get(pk=made.pk)).data, status=201)

    def _stands(self, found: Transmission) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=found.pk)).data)


class DepositAccountSerializer(serializers.ModelSerializer):
    class Meta:
        model = DepositAccount
        fields = [
            "id",
            "target",
            "route",
            "name",
            "url",
            "login",
            "since",
            "needs_service",
            "needs_commitment",
        ]
        read_only_fields = fields


class NewDepositAccountSerializer(serializers.Serializer):
    """`since`: the first day whose invoices are deposited; asked for unless `route` is none."""

    target = serializers.ChoiceField(choices=TransmissionTarget.choices)
    route = serializers.ChoiceField(choices=TransmissionRoute.choices)
    since = serializers.DateField(required=False, allow_null=True, default=None)
    name = serializers.CharField(required=False, allow_blank=True, max_length=80)
    url = serializers.URLField(required=False, allow_blank=True, max_length=200)
    login = serializers.CharField(required=False, allow_blank=True, max_length=120)
    secret = serializers.CharField(
        required=False, allow_blank=True, max_length=400, write_only=True
    )
    needs_service = serializers.BooleanField(required=False)
    needs_commitment = serializers.BooleanField(required=False)


class DepositAccounts(Resource):
    """How the cooperative deposits, one for each target: `POST` writes it again."""

    rights = (Right.CONFIGURE, Right.CLOSE_PERIOD)
    serializer_class = DepositAccountSerializer

    def get_queryset(self):
        return DepositAccount.objects.order_by("-target")

    @extend_schema(request=NewDepositAccountSerializer, responses={201: DepositAccountSerializer})
    def create(self, request: Request) -> Response:
        form = NewDepositAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        target = data.pop("target")
        return self.created_once(
            request, lambda: acts.set_deposits(target, **data, by=self.membership)
        )
