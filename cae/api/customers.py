"""Customers and their memos."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import (
    CompanySerializer,
    ContactSerializer,
    CustomerSerializer,
    MemoSerializer,
    NewCustomerSerializer,
    PartyAccountSerializer,
)
from cae.core import audit, clock
from cae.core.enums import Right
from cae.core.memos import memos_of, write_memo
from invoicing import actions
from invoicing.documents.dossiers import customer_dossier
from invoicing.models import Customer
from invoicing.permissions import fetch_customer, may_anonymise, may_set_account, may_write
from invoicing.queries import owing
from invoicing.queries.companies import found_companies

_STATES = ("used", "archived", "owing", "all")


class Customers(Resource):
    rights = (Right.SELL, Right.SEE_SALES)
    serializer_class = CustomerSerializer
    filter_backends = [filters.SearchFilter]
    search_fields = ["search"]

    def get_queryset(self):
        rows = Customer.objects.order_by("search", "id")
        if self.action != "list":
            return rows
        state = self.request.query_params.get("state", "used")
        if state == "archived":
            return rows.exclude(archived_at=None)
        if state != "all":
            rows = rows.filter(archived_at=None)
        return owing(rows) if state == "owing" else rows

    @extend_schema(parameters=[OpenApiParameter("state", enum=_STATES, default="used")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewCustomerSerializer, responses={201: CustomerSerializer})
    def create(self, request: Request) -> Response:
        form = NewCustomerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        return self.created_once(
            request,
            lambda: actions.create_customer(data.pop("activity"), by=self.membership, **data),
        )

    @extend_schema(request=CustomerSerializer(partial=True), responses=CustomerSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(self.membership, int(pk), may=may_write)
        form = self.get_serializer(customer, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        data = {k: v for k, v in form.validated_data.items() if k != "activity"}
        return self.answer(actions.change_customer(customer, by=self.membership, **data))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(self.membership, int(pk), may=may_write)
        actions.delete_customer(customer, by=self.membership)
        return Response(status=204)

    @extend_schema(
        parameters=[OpenApiParameter("q", required=True)], responses=CompanySerializer(many=True)
    )
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def lookup(self, request: Request) -> Response:
        """What the public directory of companies answers; nothing is written."""
        found = found_companies(request.query_params.get("q", ""), by=self.membership)
        return Response(CompanySerializer(found, many=True).data)

    @extend_schema(request=None, responses=CustomerSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(self.membership, int(pk), may=may_write)
        return self.answer(actions.archive_customer(customer, by=self.membership))

    @extend_schema(request=None, responses=CustomerSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(self.membership, int(pk), may=may_write)
        return self.answer(actions.restore_customer(customer, by=self.membership))

    @extend_schema(request=None, responses=CustomerSerializer)
    @action(detail=True, methods=["post"])
    def anonymise(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(self.membership, int(pk), may=may_anonymise)
        return self.answer(
            actions.anonymise_customer(customer, on=clock.today(), by=self.membership)
        )

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
    def data(self, request: Request, pk: str) -> Response:
        """Everything known of the customer (RGPD art. 15 and 20)."""
        customer = fetch_customer(self.membership, int(pk), may=may_anonymise)
        audit.record("customer.exported", customer, by=self.membership)
        return Response(customer_dossier(customer))

    @extend_schema(responses=ContactSerializer(many=True), methods=["get"])
    @extend_schema(request=ContactSerializer, responses={201: ContactSerializer}, methods=["post"])
    @action(detail=True, methods=["get", "post"], pagination_class=None, filter_backends=[])
    def contacts(self, request: Request, pk: str) -> Response:
        """The people at this customer's."""
        if request.method == "GET":
            customer = fetch_customer(self.membership, int(pk))
            return Response(ContactSerializer(customer.contacts.all(), many=True).data)
        customer = fetch_customer(self.membership, int(pk), may=may_write)
        form = ContactSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        contact = actions.add_contact(customer, by=self.membership, **form.validated_data)
        return Response(ContactSerializer(contact).data, status=201)

    @extend_schema(
        request=ContactSerializer(partial=True), responses=ContactSerializer, methods=["patch"]
    )
    @extend_schema(request=None, responses={204: None}, methods=["delete"])
    @action(detail=True, methods=["patch", "delete"], url_path="contacts/(?P<contact>[0-9]{1,18})")
    def contact(self, request: Request, pk: str, contact: str) -> Response:
        """Correct or remove one of the people at this customer's."""
        customer = fetch_customer(self.membership, int(pk), may=may_write)
        found = get_object_or_404(customer.contacts, pk=int(contact))
        if request.method == "DELETE":
            actions.remove_contact(found, by=self.membership)
            return Response(status=204)
        form = ContactSerializer(found, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changed = actions.change_contact(found, by=self.membership, **form.validated_data)
        return Response(ContactSerializer(changed).data)

    @extend_schema(request=PartyAccountSerializer, responses=CustomerSerializer)
    @action(detail=True, methods=["put"])
    def account(self, request: Request, pk: str) -> Response:
        """What the books call this customer; who keeps them alone may say it."""
        customer = fetch_customer(self.membership, int(pk), may=may_set_account)
        form = PartyAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.answer(
            actions.set_party_account(customer, by=self.membership, **form.validated_data)
        )

    @extend_schema(responses=MemoSerializer(many=True), methods=["get"])
    @extend_schema(request=MemoSerializer, responses={201: MemoSerializer}, methods=["post"])
    @action(detail=True, methods=["get", "post"], pagination_class=None, filter_backends=[])
    def memos(self, request: Request, pk: str) -> Response:
        customer = fetch_customer(self.membership, int(pk))
        if request.method == "GET":
            return Response(MemoSerializer(memos_of(customer), many=True).data)
        form = MemoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        memo = write_memo(customer, by=self.membership, **form.validated_data)
        return Response(MemoSerializer(memo).data, status=201)
