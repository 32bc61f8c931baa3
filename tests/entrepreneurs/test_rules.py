"""The law of the path, on worked examples."""

from datetime import date

import pytest

from cae.core.workflow import ActionRefused
from entrepreneurs import rules
from entrepreneurs.enums import ContractKind, Situation, StepKind
from entrepreneurs.rules import Terms

ADULT = date(1990, 5, 2)


def cape(starts_on: date, ends_on: date | None = None) -> Terms:
    return Terms(
        kind=ContractKind.CAPE,
        starts_on=starts_on,
        ends_on=ends_on or rules.term(starts_on, months=12),
    )


def cesa(starts_on: date, *, ends_on: date | None = None, trial_ends_on: date | None = None):
    return Terms(
        kind=ContractKind.CESA, starts_on=starts_on, ends_on=ends_on, trial_ends_on=trial_ends_on
    )


def refusal(new: Terms, *earlier: Terms, birth_date: date | None = ADULT) -> str:
    with pytest.raises(ActionRefused) as refused:
        rules.check_contract(new, earlier=earlier, birth_date=birth_date)
    return refused.value.code


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Loïc", "Le Goff", "le goff loic"),
        ("Éloïse", "Müller-Ça", "muller-ca eloise"),
        ("  Anne ", "O’Brien", "o’brien anne"),
        ("Cœur", "Straße", "strasse coeur"),
    ],
)
def test_names_sort_without_accents(first, last, expected):
    assert rules.sort_name(first, last) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2024, 3, 1), 12, date(2025, 2, 28)),
        (date(2023, 3, 1), 12, date(2024, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2026, 11, 23), 8, date(2027, 7, 22)),
    ],
)
def test_a_contract_of_some_months_ends_the_day_before(start, months, expected):
    assert rules.term(start, months=months) == expected


def test_association_comes_three_years_after_the_cesa_less_the_cape():
    contracts = [cape(date(2024, 3, 1)), cesa(date(2025, 3, 1))]

    # 365 days of CAPE before 1 March 2028.
    assert rules.association_deadline(contracts) == date(2027, 3, 2)


def test_association_without_cape_has_the_whole_three_years():
    assert rules.association_deadline([cesa(date(2024, 2, 29))]) == date(2027, 2, 28)


def test_three_full_capes_leave_no_time_to_become_associate():
    contracts = [
        cape(date(2022, 1, 1)),
        cape(date(2023, 1, 1)),
        cape(date(2024, 1, 1)),
        cesa(date(2025, 1, 1)),
    ]

    # 365 + 365 + 366 days are one more than the three years before 1 January 2028.
    assert rules.association_deadline(contracts) == date(2025, 1, 1)


def test_any_earlier_contract_shortens_the_way_to_association():
    cdd = Terms(kind=ContractKind.CDD, starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 31))

    assert rules.association_deadline([cdd, cesa(date(2025, 2, 1))]) == date(2028, 1, 1)


def test_no_cesa_no_deadline():
    assert rules.association_deadline([cape(date(2026, 1, 1))]) is None


def test_a_cape_may_be_renewed_twice():
    first, second = cape(date(2023, 9, 1)), cape(date(2024, 9, 1))

    rules.check_contract(cape(date(2025, 9, 1)), earlier=[first, second], birth_date=ADULT)


def test_a_fourth_cape_is_refused():
    three = [cape(date(year, 9, 1)) for year in (2022, 2023, 2024)]

    assert refusal(cape(date(2025, 9, 1)), *three) == "fourth_cape"


def test_a_cape_lasts_twelve_months_at_most():
    rules.check_contract(cape(date(2026, 1, 1), date(2026, 12, 31)), earlier=[], birth_date=ADULT)

    assert refusal(cape(date(2026, 1, 1), date(2027, 1, 1))) == "cape_too_long"


def test_contracts_do_not_overlap():
    running = cape(date(2026, 1, 1))

    assert refusal(cesa(date(2026, 12, 31)), running) == "overlap"
    assert refusal(cape(date(2025, 6, 1)), running) == "overlap"
    assert refusal(cesa(date(2027, 1, 1)), cesa(date(2026, 1, 1))) == "overlap"
    rules.check_contract(cesa(date(2027, 1, 1)), earlier=[running], birth_date=ADULT)


def test_a_cape_does_not_follow_a_cesa():
    ended = cesa(date(2024, 1, 1), ends_on=date(2025, 1, 1))

    assert refusal(cape(date(2026, 1, 1)), ended) == "cape_after_cesa"


def test_terms_are_asked_where_the_law_has_one():
    without_term = Terms(kind=ContractKind.CAPE, starts_on=date(2026, 1, 1))

    assert refusal(without_term) == "no_term"
    assert refusal(cesa(date(2026, 1, 1), ends_on=date(2026, 12, 31))) == "open_ended"
    assert refusal(cape(date(2026, 2, 1), date(2026, 1, 1))) == "ends_before_start"


def test_a_minor_signs_no_cesa_but_may_sign_a_cape():
    sixteen = date(2009, 7, 2)

    assert refusal(cesa(date(2026, 7, 1)), birth_date=sixteen) == "minor"
    rules.check_contract(cape(date(2026, 7, 2)), earlier=[], birth_date=sixteen)
    assert refusal(cape(date(2025, 7, 1)), birth_date=sixteen) == "minor"


def test_a_cesa_needs_the_date_of_birth():
    assert refusal(cesa(date(2026, 7, 1)), birth_date=None) == "birth_date_missing"


def test_a_trial_lasts_eight_months_less_the_cape():
    half_a_year = cape(date(2026, 1, 1), date(2026, 6, 30))
    start = date(2026, 7, 1)

    assert rules.latest_trial_end(start, []) == date(2027, 2, 28)
    # 181 days of CAPE before 28 February 2027.
    assert rules.latest_trial_end(start, [half_a_year]) == date(2026, 8, 31)
    rules.check_contract(
        cesa(start, trial_ends_on=date(2026, 8, 31)), earlier=[half_a_year], birth_date=ADULT
    )
    too_long = cesa(start, trial_ends_on=date(2026, 9, 1))
    assert refusal(too_long, half_a_year) == "trial_too_long"


def test_after_a_year_of_cape_no_trial_is_left():
    new = cesa(date(2027, 1, 1), trial_ends_on=date(2027, 1, 1))

    assert refusal(new, cape(date(2026, 1, 1))) == "trial_too_long"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], Situation.CANDIDATE),
        ([StepKind.INFORMATION, StepKind.DIAGNOSIS], Situation.CANDIDATE),
        ([StepKind.DIAGNOSIS, StepKind.CAPE, StepKind.CAPE_RENEWAL], Situation.SUPPORTED),
        ([StepKind.CAPE, StepKind.CESA, StepKind.AMENDMENT], Situation.EMPLOYEE),
        ([StepKind.CESA, StepKind.ASSOCIATION], Situation.MEMBER),
        (
            [StepKind.CESA, StepKind.ASSOCIATION, StepKind.MEMBERSHIP_END],
            Situation.EMPLOYEE,
        ),
        ([StepKind.CAPE, StepKind.EXIT], Situation.LEFT),
        ([StepKind.CAPE, StepKind.EXIT, StepKind.CESA], Situation.EMPLOYEE),
    ],
)
def test_steps_lead_somewhere(steps, expected):
    assert rules.situation_after(steps) == expected


@pytest.mark.parametrize(
    "steps",
    [
        [StepKind.ASSOCIATION],
        [StepKind.CAPE, StepKind.ASSOCIATION],
        [StepKind.CAPE_RENEWAL],
        [StepKind.CESA, StepKind.DIAGNOSIS],
        [StepKind.EXIT, StepKind.EXIT],
    ],
)
def test_a_step_out_of_order_is_refused(steps):
    with pytest.raises(ActionRefused) as refused:
        rules.situation_after(steps)

    assert refused.value.code == "step_out_of_order"


def test_a_second_cape_is_a_renewal():
    assert rules.step_of(ContractKind.CAPE, []) == StepKind.CAPE
    assert rules.step_of(ContractKind.CAPE, [cape(date(2025, 1, 1))]) == StepKind.CAPE_RENEWAL
    assert rules.step_of(ContractKind.CDI, []) is None
