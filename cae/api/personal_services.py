"""Services à la personne: their kinds, the yearly certificates, and their making in bulk."""

from __future__ import annotations

from functools import cached_property
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
from cae.api.letters import DocumentMailSerializer, LetterSerializer, letter_of
from cae.core import audit, clock, documents
from cae.core.enums import Right
from invoicing.actions import certificates
from invoicing.models import (
    ActivityService,
    Customer,
    PersonalServiceKind,
    TaxCertificate,
    TaxCertificateRun,
)
from invoicing.permissions import fetch_certificate, fetch_customer, may_send_certificate
from invoicing.queries.certificates import certificate_file


class ServiceKindSerializer(serializers.ModelSerializer):
    """A kind of service; `activities` are those that do it. Lines name it by its `code`."""

    activities = serializers.SerializerMethodField()
    vat_rates = serializers.ListField(
        child=serializers.DecimalField(max_digits=5, decimal_places=4), read_only=True
    )

    class Meta:
        model = PersonalServiceKind
        fields = [
            "id", "code", "label", "source", "vat_rates", "yearly_cap", "longest_minutes",
            "needs_approval", "is_offered", "activities",
        ]  # fmt: skip
        read_only_fields = fields

    def get_activities(self, kind: PersonalServiceKind) -> list[int]:
        return self._done.get(kind.pk, [])

    @cached_property
    def _done(self) -> dict[int, list[int]]:
        done: dict[int, list[int]] = {}
        for pk, activity in ActivityService.objects.values_list("kind_id", "activity_id"):
            done.setdefault(pk, []).append(activity)
        return done


class ServiceKinds(Resource):
    """The services à la personne that the cooperative declared, and who does which."""

    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = ServiceKindSerializer

    def get_queryset(self):
        return PersonalServiceKind.objects.filter(is_offered=True)


class TaxCertificateSerializer(serializers.ModelSerializer):
    """One version of a certificate; `snapshot` is all that it says."""

    has_file = serializers.SerializerMethodField()

    class Meta:
        model = TaxCertificate
        fields = [
            "id", "activity", "customer", "customer_name", "year", "number", "version", "reason",
            "paid", "cesu", "minutes", "made_on", "fingerprint", "has_file", "snapshot",
        ]  # fmt: skip
        read_only_fields = fields

    def get_has_file(self, certificate: TaxCertificate) -> bool:
        return bool(certificate.files.all())


class NewCertificateSerializer(serializers.Serializer):
    """The year must be over. What is certified already is answered, corrected if money moved."""

    customer = serializers.IntegerField(min_value=1)
    year = serializers.IntegerField(min_value=2000, max_value=2100)


class TaxCertificates(Resource):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = TaxCertificateSerializer

    def get_queryset(self):
        return TaxCertificate.objects.prefetch_related("files").order_by("-id")

    @extend_schema(request=NewCertificateSerializer, responses={201: TaxCertificateSerializer})
    def create(self, request: Request) -> Response:
        self._for_staff()
        form = NewCertificateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        customer: Customer = fetch_customer(self.membership, form.validated_data["customer"])
        year = form.validated_data["year"]
        return self.created_once(
            request,
            lambda: certificates.make_certificate(
                customer, year=year, on=clock.today(), by=self.membership
            ),
        )

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        """Answer the PDF; 404 while a worker makes it."""
        certificate = fetch_certificate(self.membership, int(pk))
        made = certificate_file(certificate)
        if made is None:
            raise Http404
        audit.record(
            "certificate.downloaded",
            certificate,
            by=self.membership,
            after={"number": str(certificate)},
        )
        return documents.attachment(made.document)

    @extend_schema(request=LetterSerializer, responses={201: DocumentMailSerializer})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Mail it with its PDF."""
        certificate = fetch_certificate(self.membership, int(pk), may=may_send_certificate)
        letter = letter_of(certificate, request.data)
        mail = certificates.send_certificate(certificate, letter=letter, by=self.membership)
        return Response(DocumentMailSerializer(mail).data, status=201)

    def _for_staff(self) -> None:
        if Right.VALIDATE_INVOICE not in self.membership.role.rights:
            raise Http404


class CertificateRunSerializer(serializers.ModelSerializer):
    done = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = TaxCertificateRun
        fields = [
            "id", "year", "sends", "status", "counts", "failure", "done", "total", "asked_at",
            "done_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_done(self, run: TaxCertificateRun) -> int:
        return certificates.run_progress(run).read()[0]

    def get_total(self, run: TaxCertificateRun) -> int:
        return certificates.run_progress(run).read()[1]


class NewRunSerializer(serializers.Serializer):
    """`sends`: mail those that were never mailed, once they are made."""

    year = serializers.IntegerField(min_value=2000, max_value=2100)
    sends = serializers.BooleanField(default=False)


class CertificateRuns(Resource):
    rights = (Right.VALIDATE_INVOICE,)
    serializer_class = CertificateRunSerializer

    def get_queryset(self):
        return TaxCertificateRun.objects.order_by("-id")

    @extend_schema(request=NewRunSerializer, responses={201: CertificateRunSerializer})
    def create(self, request: Request) -> Response:
        form = NewRunSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data: dict[str, Any] = form.validated_data
        return self.created_once(
            request,
            lambda: certificates.ask_for_certificates(
                data["year"], sends=data["sends"], on=clock.today(), by=self.membership
            ),
        )
