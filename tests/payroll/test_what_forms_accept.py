"""Whatever a form accepts, the engine computes: a slip or a named control, never a stop."""

from dataclasses import replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from cae.core.money import number
from cae.core.periods import Month
from entrepreneurs.forms import ContractForm, EditPersonForm
from entrepreneurs.models import Entrepreneur
from entrepreneurs.rules import HIGHEST_FIXED_PART, HIGHEST_WITHHOLDING
from payroll.enums import Hours, SalaryMode
from payroll.forms import SalaryForm, TermsForm
from payroll.rules.budget import why_unspent
from payroll.rules.situation import Situation
from payroll.rules.slip import HIGHEST_GROSS
from payroll.rules.wishes import Wish, best_pay

typed = st.decimals(-2, 2_000_000, places=3) | st.sampled_from(
    [Decimal(n) for n in ("0", "0.001", "55", "55.01", "100", "100.01", "999999.99", "1000000.01")]
)


def field_value(form: type, name: str, value: Decimal):
    """Return what a field makes of a typed number, None where it refuses it with a sentence."""
    field = form.base_fields[name]
    try:
        return field.clean(number(value).replace("\u2212\u00a0", "-"))
    except ValidationError as error:
        assert all(" " in message for message in error.messages)
        return None


@given(
    month=st.sampled_from([Month(2025, 3), Month(2026, 1), Month(2026, 8), Month(2026, 12)]),
    accident=typed,
    mobility=typed,
    premium=typed,
    share=typed,
    headcount=st.integers(-1, 100_001),
    withholding=st.none() | typed,
    pension=typed,
    hours=st.sampled_from([Hours.MONTHLY, Hours.YEARLY]),
    amount=typed,
    mode=st.sampled_from(SalaryMode),
    budget=st.decimals(-10_000, 2_000_000, places=2),
    is_carried=st.booleans(),
)
@settings(max_examples=300)
def test_what_forms_accept_is_computed(
    month, accident, mobility, premium, share, headcount, withholding, pension, hours,
    amount, mode, budget, is_carried,
):  # fmt: skip
    accepted = {
        "accident_rate": field_value(TermsForm, "accident_rate", accident),
        "mobility_rate": field_value(TermsForm, "mobility_rate", mobility),
        "health_premium": field_value(TermsForm, "health_premium", premium),
        "health_employer_share": field_value(TermsForm, "health_employer_share", share),
        "pension_share": field_value(TermsForm, "pension_share", pension),
        "headcount": field_value(TermsForm, "headcount", Decimal(headcount)),
    }
    kept = {name: value for name, value in accepted.items() if value is not None}
    rate = withholding and field_value(EditPersonForm, "withholding_rate", withholding)
    situation = replace(
        Situation(
            month=month,
            headcount=24,
            accident_rate=Decimal("0.012"),
            hours=hours,
            withholding_rate=rate,
        ),
        **kept,
    )
    asked = field_value(SalaryForm, "amount", amount)
    fixed = field_value(ContractForm, "fixed_part", amount)
    wishes = [Wish(mode, asked, is_carried)] if asked is not None else []
    wishes += [Wish(SalaryMode.GROSS, fixed, True)] if fixed is not None else []

    for wish in wishes:
        pay = best_pay(situation, wish, budget=budget)
        why_unspent(pay.distribution)
        assert pay.slip.net_paid == pay.slip.net_before_tax - pay.slip.withholding.amount


def test_the_highest_of_each_floor_are_the_same():
    assert HIGHEST_FIXED_PART == HIGHEST_GROSS
    column = Entrepreneur._meta.get_field("withholding_rate")
    assert (
        column.decimal_places == EditPersonForm.base_fields["withholding_rate"].decimal_places + 2
    )
    Situation(
        month=Month(2026, 11),
        headcount=1,
        accident_rate=Decimal(0),
        withholding_rate=HIGHEST_WITHHOLDING,
    )
