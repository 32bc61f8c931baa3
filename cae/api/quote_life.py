"""A quote once written: sent, shared, taken back, its versions, its messages, its mails."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.letters import (
    DocumentMailSerializer,
    LetterSerializer,
    OptionalReasonSerializer,
    PageLinkSerializer,
    QuoteMessageSerializer,
    QuoteVersionSerializer,
    letter_of,
)
from cae.api.retentions import AgreedRetentionSerializer
from cae.api.serializers import QuoteSerializer, ReasonSerializer
from cae.core import clock
from invoicing import actions, queries
from invoicing.actions.retentions import set_retention
from invoicing.actions.schedules import Instalment, set_schedule, show_schedule
from invoicing.enums import QuoteStatus, ScheduleShown
from invoicing.models import QuoteInstalment
from invoicing.permissions import fetch_quote, may_review, may_write


class InstalmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = QuoteInstalment
        fields = ["position", "label", "due_on", "net", "gross"]
        read_only_fields = fields


class NewInstalmentSerializer(serializers.Serializer):
    """A fraction of the quote, or EUR without VAT; the last one takes what is left."""

    label = serializers.CharField(max_length=120)  # type: ignore[assignment]  # the name of a field
    due_on = serializers.DateField(required=False, allow_null=True)
    share = serializers.DecimalField(
        required=False, allow_null=True, max_digits=5, decimal_places=4, min_value=0, max_value=1
    )
    net = serializers.DecimalField(
        required=False, allow_null=True, max_digits=12, decimal_places=2, min_value=0
    )


class ScheduleSerializer(serializers.Serializer):
    """None at all: no schedule."""

    instalments = serializers.ListField(child=NewInstalmentSerializer(), max_length=100)
    shown = serializers.ChoiceField(choices=ScheduleShown.choices, required=False)


class QuoteLife(Resource):
    """What a program does with a quote that is written; its client answers on the public page."""

    @extend_schema(responses=InstalmentSerializer(many=True), methods=["get"])
    @extend_schema(
        request=ScheduleSerializer, responses=InstalmentSerializer(many=True), methods=["put"]
    )
    @action(detail=True, methods=["get", "put"], pagination_class=None, filter_backends=[])
    def schedule(self, request: Request, pk: str) -> Response:
        """Read the payment schedule of a quote, or rewrite that of a draft."""
        if request.method == "GET":
            quote = fetch_quote(self.membership, int(pk))
        else:
            quote = fetch_quote(self.membership, int(pk), may=may_write)
            form = ScheduleSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            typed = [Instalment(**each) for each in form.validated_data["instalments"]]
            with transaction.atomic():
                quote = set_schedule(quote, typed, by=self.membership)
                if shown := form.validated_data.get("shown"):
                    quote = show_schedule(quote, shown, by=self.membership)
        return Response(InstalmentSerializer(quote.instalments.all(), many=True).data)

    @extend_schema(request=LetterSerializer, responses=QuoteSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Send a draft, or mail once more a quote that waits for its answer."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        letter = letter_of(quote, request.data)
        if quote.status == QuoteStatus.SENT and letter is not None:
            actions.mail_quote_again(quote, letter=letter, by=self.membership)
            return self.answer(quote)
        sent = actions.send_quote(quote, on=clock.today(), by=self.membership, letter=letter)
        return self.answer(sent)

    @extend_schema(request=AgreedRetentionSerializer, responses=QuoteSerializer)
    @action(detail=True, methods=["post"])
    def retention(self, request: Request, pk: str) -> Response:
        """Say what the customer keeps of each invoice of works; nil for nothing."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        form = AgreedRetentionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(set_retention(quote, by=self.membership, **form.validated_data))

    @extend_schema(request=None, responses=PageLinkSerializer)
    @action(detail=True, methods=["post"], serializer_class=PageLinkSerializer)
    def share(self, request: Request, pk: str) -> Response:
        """Make a new link to the public page; the earlier ones stop working."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        token = actions.share_quote(quote, on=clock.today(), by=self.membership)
        url = request.build_absolute_uri(reverse("public_quote", args=[token]))
        return Response({"url": url})

    @extend_schema(request=None, responses=QuoteSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a quote without answer back to draft."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        return self.answer(actions.reopen_quote(quote, by=self.membership))

    @extend_schema(request=None, responses=QuoteSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask the support staff to read a draft."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        return self.answer(actions.submit_quote(quote, by=self.membership))

    @extend_schema(request=None, responses=QuoteSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Correct a quote that the support staff reads, or has validated."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        return self.answer(actions.take_back_quote(quote, by=self.membership))

    @extend_schema(request=None, responses=QuoteSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, pk: str) -> Response:
        """Say that a submitted quote may leave."""
        quote = fetch_quote(self.membership, int(pk), may=may_review)
        return self.answer(actions.validate_quote(quote, by=self.membership))

    @extend_schema(request=ReasonSerializer, responses=QuoteSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Send a submitted quote back to its author, who reads why."""
        quote = fetch_quote(self.membership, int(pk), may=may_review)
        form = ReasonSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        reason = form.validated_data["reason"]
        return self.answer(actions.send_quote_back(quote, reason=reason, by=self.membership))

    @extend_schema(request=OptionalReasonSerializer, responses=QuoteSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Cancel a quote that was sent."""
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        form = OptionalReasonSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        reason = form.validated_data.get("reason", "")
        return self.answer(actions.withdraw_quote(quote, reason=reason, by=self.membership))

    @extend_schema(responses=QuoteVersionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def versions(self, request: Request, pk: str) -> Response:
        """List what was sent, the latest version first."""
        quote = fetch_quote(self.membership, int(pk))
        return Response(QuoteVersionSerializer(queries.versions_of(quote), many=True).data)

    @extend_schema(responses=DocumentMailSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def mails(self, request: Request, pk: str) -> Response:
        """List what was mailed about it, the latest first."""
        quote = fetch_quote(self.membership, int(pk))
        return Response(DocumentMailSerializer(queries.mails_of(quote), many=True).data)

    @extend_schema(methods=["get"], responses=QuoteMessageSerializer(many=True))
    @extend_schema(
        methods=["post"], request=QuoteMessageSerializer, responses={201: QuoteMessageSerializer}
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None, filter_backends=[])
    def messages(self, request: Request, pk: str) -> Response:
        """List the questions and the answers, or answer."""
        if request.method == "GET":
            quote = fetch_quote(self.membership, int(pk))
            said = queries.messages_of(quote)
            return Response(QuoteMessageSerializer(said, many=True).data)
        quote = fetch_quote(self.membership, int(pk), may=may_write)
        form = QuoteMessageSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        message = actions.answer_question(
            quote, text=form.validated_data["text"], by=self.membership
        )
        return Response(QuoteMessageSerializer(message).data, status=201)
