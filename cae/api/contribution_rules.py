"""The rules of contribution: the common ones, and those of one activity."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounting.actions import follow_common_rule, set_contribution_rule
from accounting.enums import AnalyticKind, ContributionBasis, ContributionMeasure
from accounting.models import AnalyticAccount, ContributionRule
from accounting.permissions import fetch_analytic
from accounting.queries import contribution_rule, cooperative_analytic
from accounting.rules import Bracket, Contribution
from cae.api.base import Resource
from cae.core import clock
from cae.core.enums import Right
from cae.core.money import ZERO
from cae.core.permissions import has_right

_ASKED = OpenApiParameter("analytic", int, description="Id in `own-accounts/`.")
_EUROS: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0}


class ContributionBracketSerializer(serializers.Serializer):
    """`rate`, a fraction, on the year's basis above `above` EUR."""

    above = serializers.DecimalField(**_EUROS)
    rate = serializers.DecimalField(max_digits=6, decimal_places=5, min_value=0, max_value=1)


class ContributionRuleSerializer(serializers.ModelSerializer):
    """`analytic`: whose own it is, null for the common ones.

    One that `follows_common` says no basis, no measure and no bracket.
    """

    basis = serializers.ChoiceField(ContributionBasis.choices, allow_blank=True, read_only=True)
    measure = serializers.ChoiceField(ContributionMeasure.choices, allow_blank=True, read_only=True)
    brackets = serializers.SerializerMethodField()

    class Meta:
        model = ContributionRule
        fields = [
            "id", "label", "analytic", "follows_common", "valid_from", "basis", "measure",
            "brackets", "floor", "cap", "fixed_fee",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ContributionBracketSerializer(many=True))
    def get_brackets(self, rule: ContributionRule) -> Any:
        pairs = zip(rule.thresholds, rule.rates, strict=True)
        brackets = [Bracket(above, rate) for above, rate in pairs]
        return ContributionBracketSerializer(brackets, many=True).data


class NewContributionRuleSerializer(serializers.Serializer):
    """Of one activity where `analytic` is said, else of all that have no own."""

    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    analytic = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1
    )
    valid_from = serializers.DateField()
    basis = serializers.ChoiceField(choices=ContributionBasis.choices)
    measure = serializers.ChoiceField(
        choices=ContributionMeasure.choices, default=ContributionMeasure.TURNOVER
    )
    brackets = ContributionBracketSerializer(many=True)
    floor = serializers.DecimalField(**_EUROS, default=ZERO)
    cap = serializers.DecimalField(**_EUROS, default=None, allow_null=True)
    fixed_fee = serializers.DecimalField(**_EUROS, default=ZERO)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {name: attrs[name] for name in ("floor", "cap", "fixed_fee")}
        try:
            terms = Contribution(
                brackets=tuple(Bracket(**each) for each in attrs["brackets"]),
                basis=ContributionBasis(attrs["basis"]),
                measure=ContributionMeasure(attrs["measure"]),
                **said,
            )
        except ValueError as nonsense:
            raise serializers.ValidationError(
                {"brackets": "La première tranche commence à 0\u00a0€, les suivantes en montant."}
            ) from nonsense
        return {**attrs, "terms": terms}


class CommonRuleSerializer(serializers.Serializer):
    analytic = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    valid_from = serializers.DateField()


class ContributionRules(Resource):
    """What was voted, the latest first; `analytic` asks for those of one activity."""

    rights = (Right.CONFIGURE, Right.SEE_ACCOUNTS)
    serializer_class = ContributionRuleSerializer

    def get_queryset(self):
        rules = ContributionRule.objects.all()
        asked = self.request.query_params.get("analytic", "")
        return rules.filter(analytic=_activity(asked)) if asked else rules

    @extend_schema(parameters=[_ASKED])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request=NewContributionRuleSerializer, responses={201: ContributionRuleSerializer}
    )
    def create(self, request: Request) -> Response:
        """Put a rule in force from a day on; one that is in force is never changed."""
        data = self._asked(request, NewContributionRuleSerializer)
        pk = data.get("analytic")
        return self.created_once(
            request,
            lambda: set_contribution_rule(
                data["terms"],
                label=data["label"],
                valid_from=data["valid_from"],
                analytic=_activity(pk) if pk else None,
                by=self.membership,
            ),
        )

    @extend_schema(request=CommonRuleSerializer, responses={201: ContributionRuleSerializer})
    @action(detail=False, methods=["post"])
    def common(self, request: Request) -> Response:
        """Have an activity follow the common rule again, from a day on."""
        data = self._asked(request, CommonRuleSerializer)
        analytic = _activity(data["analytic"])
        return self.created_once(
            request,
            lambda: follow_common_rule(analytic, valid_from=data["valid_from"], by=self.membership),
        )

    @extend_schema(parameters=[_ASKED], responses=ContributionRuleSerializer)
    @action(detail=False, methods=["get"], url_path="in-force")
    def in_force(self, request: Request) -> Response:
        """The rule of today, of an activity or of all; its `analytic` says whose it is."""
        asked = request.query_params.get("analytic", "")
        analytic = _activity(asked) if asked else cooperative_analytic()
        rule = contribution_rule(analytic, on=clock.today())
        if rule is None:
            raise Http404
        return self.answer(rule)

    def _asked(self, request: Request, form_class: type[serializers.Serializer]) -> dict[str, Any]:
        if not has_right(self.membership, Right.CONFIGURE):
            raise Http404
        form = form_class(data=request.data)
        form.is_valid(raise_exception=True)
        return form.validated_data


def _activity(asked: str | int) -> AnalyticAccount:
    if not str(asked).isdecimal() or len(str(asked)) > 18:
        raise Http404
    analytic = fetch_analytic(int(asked))
    if analytic.kind != AnalyticKind.ACTIVITY:
        raise Http404
    return analytic
