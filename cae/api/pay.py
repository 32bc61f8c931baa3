"""One's own payslips, and the simulator: the same engine as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cae.api.base import HoldsRight, Resource, membership_of
from cae.api.serializers import OwnActivityField
from cae.core import clock
from cae.core.enums import Right
from entrepreneurs.queries import person_of
from payroll.enums import PayslipStatus
from payroll.models import Payslip
from payroll.queries.simulator import RESERVE_RATE, Hypotheses, simulate


def _money(**options: Any) -> serializers.DecimalField:
    """Return a field of EUR to the cent."""
    return serializers.DecimalField(max_digits=12, decimal_places=2, **options)


class PayslipSerializer(serializers.ModelSerializer):
    class Meta:
        model = Payslip
        fields = [
            "id", "month", "status", "pay_on", "gross", "employee_charges", "employer_charges",
            "reduction", "cost", "net_before_tax", "net_social", "net_taxable", "withholding",
            "net_paid",
        ]  # fmt: skip
        read_only_fields = fields


class Payslips(Resource):
    """The validated payslips of the key's person, latest first."""

    rights = (Right.SEE_OWN,)
    serializer_class = PayslipSerializer

    def get_queryset(self):
        return Payslip.objects.exclude(status=PayslipStatus.DRAFT).order_by("-month", "-id")


class SimulationRequestSerializer(serializers.Serializer):
    activity = OwnActivityField()
    turnover = _money(min_value=0)
    expenses = _money(min_value=0, default=0)
    reserve_rate = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=0, max_value=1, default=RESERVE_RATE
    )


class SimulationSerializer(serializers.Serializer):
    """The parts add up to `turnover`, to the cent."""

    turnover = _money()
    contribution = _money()
    expenses = _money()
    reserve = _money()
    gross = _money()
    social_contributions = _money()
    net_before_tax = _money()


class SimulationView(APIView):
    """« Et si j’encaissais… » : what a monthly turnover would become."""

    permission_classes = [HoldsRight]
    rights = (Right.SEE_OWN,)

    @extend_schema(request=SimulationRequestSerializer, responses=SimulationSerializer)
    def post(self, request: Request, *args: Any) -> Response:
        form = SimulationRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        person = person_of(membership_of(request))
        assert person is not None, "a key that sees its own belongs to an entrepreneur"
        found = simulate(
            person,
            asked["activity"],
            Hypotheses(asked["turnover"], asked["expenses"], asked["reserve_rate"]),
            on=clock.today(),
        )
        return Response(
            SimulationSerializer(
                {
                    "turnover": found.hypotheses.turnover,
                    "contribution": found.contribution,
                    "expenses": found.hypotheses.expenses,
                    "reserve": found.reserve,
                    "gross": found.pay.slip.gross,
                    "social_contributions": found.pay.contributions,
                    "net_before_tax": found.net,
                }
            ).data
        )
