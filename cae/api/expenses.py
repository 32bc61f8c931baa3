"""Expenses of the key's person, with their voucher."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.api.serializers import (
    ExpenseLineSerializer,
    ExpenseSheetSerializer,
    NewExpenseSerializer,
)
from cae.core import clock
from cae.core.documents import keep_upload, received
from cae.core.enums import DocumentKind, Right
from cae.core.permissions import has_right
from entrepreneurs.queries import person_of
from invoicing.actions import expenses
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseLine, ExpenseSheet
from invoicing.permissions import fetch_sheet, may_write_sheet


class Expenses(Resource):
    """Each line joins the draft sheet of its month; a sheet is submitted as a whole."""

    rights = (Right.SPEND,)
    serializer_class = ExpenseLineSerializer

    def get_queryset(self):
        return ExpenseLine.objects.order_by("-id")

    @extend_schema(request=NewExpenseSerializer, responses={201: ExpenseLineSerializer})
    def create(self, request: Request) -> Response:
        form = NewExpenseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.created_once(request, lambda: self._add(dict(form.validated_data)))

    def _add(self, data: dict) -> ExpenseLine:
        person = person_of(self.membership)
        assert person is not None, "a key that may spend belongs to an entrepreneur"
        upload = data.pop("voucher", None)
        voucher = upload and keep_upload(
            received(upload),
            kind=DocumentKind.VOUCHER,
            name=upload.name,
            entrepreneur_id=person.pk,
            by=self.membership,
        )
        return expenses.add_expense(
            person,
            data.pop("activity"),
            voucher=voucher,
            on=clock.today(),
            by=self.membership,
            **data,
        )


class ExpenseSheets(Resource):
    rights = (Right.SPEND, Right.VALIDATE_EXPENSE)
    serializer_class = ExpenseSheetSerializer

    def get_queryset(self):
        """Those who approve read a sheet once it is submitted, as on the pages."""
        sheets = ExpenseSheet.objects.prefetch_related("lines").order_by("-month", "-id")
        if has_right(self.membership, Right.SPEND):
            return sheets
        return sheets.exclude(status=ExpenseSheetStatus.DRAFT)

    @extend_schema(request=None, responses=ExpenseSheetSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        sheet = fetch_sheet(self.membership, int(pk), may=may_write_sheet)
        return self.answer(expenses.submit_sheet(sheet, by=self.membership))
