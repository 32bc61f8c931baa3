"""Who may see and keep the record of a person; what may not be seen does not exist (404)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404

from cae.core.enums import Right
from cae.core.models import Membership
from cae.core.permissions import has_right
from entrepreneurs.models import Activity, Contract, Entrepreneur, Insurance
from entrepreneurs.queries import own_ids

MayPerson = Callable[[Membership, Entrepreneur], bool]
MayActivity = Callable[[Membership, Activity], bool]
MayInsurance = Callable[[Membership, Insurance], bool]


def may_see_person(membership: Membership, person: Entrepreneur) -> bool:
    """Staff see everybody; an entrepreneur sees themself."""
    return has_right(membership, Right.SEE_PEOPLE) or _is_self(membership, person)


def may_manage_person(membership: Membership, person: Entrepreneur) -> bool:
    return has_right(membership, Right.MANAGE_PEOPLE)


def may_invite_person(membership: Membership, person: Entrepreneur) -> bool:
    return has_right(membership, Right.INVITE) or may_manage_person(membership, person)


def may_see_identifiers(membership: Membership, person: Entrepreneur) -> bool:
    """Who pays and who keeps the records read a NIR or an IBAN in full; others its end."""
    return (
        has_right(membership, Right.MANAGE_PEOPLE)
        or has_right(membership, Right.RUN_PAYROLL)
        or _is_self(membership, person)
    )


def may_change_iban(membership: Membership, person: Entrepreneur) -> bool:
    return may_manage_person(membership, person) or _is_self(membership, person)


def may_see_trail(membership: Membership, person: Entrepreneur) -> bool:
    return has_right(membership, Right.SEE_AUDIT)


def may_manage_activity(membership: Membership, activity: Activity) -> bool:
    return has_right(membership, Right.MANAGE_PEOPLE)


def may_see_money(membership: Membership) -> bool:
    """Tell which staff read the money of activities: the books, or people and their sales.

    Pay shows in it, so the invoices of all are not enough.
    """
    return has_right(membership, Right.SEE_ACCOUNTS) or (
        has_right(membership, Right.SEE_PEOPLE) and has_right(membership, Right.SEE_SALES)
    )


def may_see_treasury(membership: Membership, activity: Activity) -> bool:
    """Tell who reads the money of an activity as staff; its own people have their own page."""
    return may_see_money(membership)


def fetch_person(
    membership: Membership, pk: int, *, may: MayPerson = may_see_person
) -> Entrepreneur:
    """Return the record, or a 404 where it does not exist for this membership."""
    person = Entrepreneur.objects.filter(pk=pk).select_related("adviser").first()
    if person is None or not may(membership, person):
        raise Http404
    return person


def fetch_own_person(membership: Membership) -> Entrepreneur:
    """Return the record of who is signed in."""
    person = Entrepreneur.objects.filter(membership=membership).select_related("adviser").first()
    if person is None:
        raise Http404
    return person


def fetch_contract(
    membership: Membership, pk: int, *, may: MayPerson = may_manage_person
) -> Contract:
    contract = Contract.objects.filter(pk=pk).select_related("entrepreneur").first()
    if contract is None or not may(membership, contract.entrepreneur):
        raise Http404
    return contract


def fetch_activity(
    membership: Membership, pk: int, *, may: MayActivity = may_manage_activity
) -> Activity:
    activity = Activity.objects.filter(pk=pk).first()
    if activity is None or not may(membership, activity):
        raise Http404
    return activity


def may_write_card(membership: Membership, activity: Activity) -> bool:
    """Tell who says what customers read: the people of the activity, and who keeps records."""
    return may_insure(membership, activity)


def may_choose_account(membership: Membership, activity: Activity) -> bool:
    """Tell who says where customers pay: never the people of the activity."""
    return has_right(membership, Right.MANAGE_PEOPLE)


def may_choose_branch(membership: Membership, activity: Activity) -> bool:
    """Tell who says which branch receives it: the staff that keeps the records."""
    return has_right(membership, Right.MANAGE_PEOPLE)


def insured_activity_ids(membership: Membership) -> tuple[int, ...] | None:
    """Return the activities whose insurance a membership reads; None for all."""
    if has_right(membership, Right.MANAGE_PEOPLE) or has_right(membership, Right.VALIDATE_INVOICE):
        return None
    return _own_activities(membership)


def may_insure(membership: Membership, activity: Activity) -> bool:
    """Tell who puts a certificate on file: the people of the activity, and who keeps records."""
    return has_right(membership, Right.MANAGE_PEOPLE) or (
        has_right(membership, Right.SELL) and activity.pk in _own_activities(membership)
    )


def may_read_insurance(membership: Membership, insurance: Insurance) -> bool:
    ids = insured_activity_ids(membership)
    return ids is None or insurance.activity is None or insurance.activity.pk in ids


def may_withdraw_insurance(membership: Membership, insurance: Insurance) -> bool:
    if insurance.activity is None:
        return has_right(membership, Right.MANAGE_PEOPLE)
    return may_insure(membership, insurance.activity)


def fetch_insurance(
    membership: Membership, pk: int, *, may: MayInsurance = may_read_insurance
) -> Insurance:
    insurance = Insurance.objects.filter(pk=pk).select_related("activity").first()
    if insurance is None or not may(membership, insurance):
        raise Http404
    return insurance


def _own_activities(membership: Membership) -> tuple[int, ...]:
    ids = own_ids(membership)
    return ids.activity_ids if ids else ()


def _is_self(membership: Membership, person: Entrepreneur) -> bool:
    return person.membership_id == membership.pk
