"""The chart of accounts, and where documents of the cooperative and of activities are posted."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounting import actions, queries
from accounting.enums import AccountUse
from accounting.models import Account
from accounting.permissions import fetch_analytic, may_choose_accounts
from cae.api.base import HoldsRight, Resource, membership_of
from cae.core.enums import Right


class LedgerAccountSerializer(serializers.ModelSerializer):
    class Meta:
        model = Account
        fields = ["id", "number", "label", "needs_analytic"]
        read_only_fields = fields


class NewLedgerAccountSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=8)
    label = serializers.CharField(max_length=120)  # type: ignore[assignment]


class Accounts(Resource):
    """The chart of the cooperative; a number never changes."""

    rights = (Right.SEE_ACCOUNTS, Right.CONFIGURE)
    serializer_class = LedgerAccountSerializer

    def get_queryset(self):
        return Account.objects.order_by("number")

    @extend_schema(request=NewLedgerAccountSerializer, responses={201: LedgerAccountSerializer})
    def create(self, request: Request) -> Response:
        _check_may(request)
        form = NewLedgerAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        opened = actions.open_account(**form.validated_data, by=self.membership)
        return self.answer(opened, status=201)


class AccountNumbersSerializer(serializers.Serializer):
    """The number for each use; empty goes back to the cooperative's, then to the usual one."""

    customers = serializers.CharField(max_length=8, allow_blank=True, default="")
    services = serializers.CharField(max_length=8, allow_blank=True, default="")
    goods = serializers.CharField(max_length=8, allow_blank=True, default="")
    expenses = serializers.CharField(max_length=8, allow_blank=True, default="")
    bank = serializers.CharField(max_length=8, allow_blank=True, default="")
    internal = serializers.CharField(max_length=8, allow_blank=True, default="")
    party_prefix = serializers.CharField(max_length=8, allow_blank=True, default="")


class OwnAccountsSerializer(serializers.Serializer):
    """What is said of one (`own`), and where its documents end up (`accounts`)."""

    id = serializers.IntegerField(source="analytic.pk")
    code = serializers.CharField(source="analytic.code")
    label = serializers.CharField(source="analytic.label")  # type: ignore[assignment]
    is_cooperative = serializers.BooleanField()
    own = AccountNumbersSerializer()
    accounts = AccountNumbersSerializer()


class OwnAccounts(viewsets.ViewSet):
    """The cooperative first, then each activity, by analytic account."""

    permission_classes = [HoldsRight]
    rights = (Right.SEE_ACCOUNTS, Right.CONFIGURE)
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=OwnAccountsSerializer(many=True))
    def list(self, request: Request) -> Response:
        found = queries.chosen_accounts(queries.analytics_by_code())
        return Response(OwnAccountsSerializer(found, many=True).data)

    @extend_schema(responses=OwnAccountsSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return _answer(int(pk))

    @extend_schema(request=AccountNumbersSerializer, responses=OwnAccountsSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """For documents to come; what is posted stays."""
        _check_may(request)
        form = AccountNumbersSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(form.validated_data)
        actions.choose_accounts(
            fetch_analytic(int(pk)),
            party_prefix=given.pop("party_prefix"),
            accounts={use: given[use] for use in AccountUse.values},
            by=membership_of(request),
        )
        return _answer(int(pk))


def _check_may(request: Request) -> None:
    if not may_choose_accounts(membership_of(request)):
        raise Http404


def _answer(pk: int) -> Response:
    (chosen,) = queries.chosen_accounts([fetch_analytic(pk)])
    return Response(OwnAccountsSerializer(chosen).data)
