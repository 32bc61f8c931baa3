"""People at any stage of the path, through the real actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cae.core.models import Membership
from cae.core.tenancy import OwnIds
from entrepreneurs import actions, queries, rules
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import Activity, Contract, Entrepreneur
from tests.makers import make_membership

IBAN = "FR1420041010050500013M02606"
NIR = "255081416802538"


def make_person(
    first_name: str = "Camille", last_name: str = "Fournier", **identity
) -> Entrepreneur:
    """A candidate with no access yet."""
    return actions.register_entrepreneur(
        first_name=first_name,
        last_name=last_name,
        email=identity.pop("email", f"{first_name}.{last_name}@example.org".lower()),
        birth_date=identity.pop("birth_date", date(1990, 5, 2)),
        by=None,
        **identity,
    )


def make_activity(
    *people: Entrepreneur, name: str = "Studio Brume", on: date = date(2024, 3, 1)
) -> Activity:
    return actions.open_activity(name=name, shares=dict.fromkeys(people, 1), on=on, by=None)


def make_cape(person: Entrepreneur, starts_on: date = date(2024, 3, 1)) -> Contract:
    return actions.add_contract(
        person,
        kind=ContractKind.CAPE,
        starts_on=starts_on,
        ends_on=rules.term(starts_on, months=12),
        on=starts_on,
        by=None,
    )


def make_cesa(
    person: Entrepreneur, starts_on: date = date(2025, 3, 1), fixed_part: Decimal = Decimal("150")
) -> Contract:
    return actions.add_contract(
        person,
        kind=ContractKind.CESA,
        starts_on=starts_on,
        fixed_part=fixed_part,
        on=starts_on,
        by=None,
    )


def give_access(person: Entrepreneur) -> Membership:
    """Sign the person in as an entrepreneur."""
    person.membership = make_membership(person.tenant, "entrepreneur", email=person.email)
    person.save(update_fields=["membership"])
    return person.membership


def own_ids(person: Entrepreneur) -> OwnIds:
    ids = queries.own_ids(person.membership)
    assert ids is not None
    return ids
