"""Who may what with the record of a person, role by role, whatever the view asks before."""

from __future__ import annotations

import pytest
from django.http import Http404

from entrepreneurs import permissions
from tests.entrepreneurs.makers import give_access, make_activity, make_cesa
from tests.makers import make_membership, roles_that

KEEPERS = {"adviser", "payroll_officer"}
STAFF = {"adviser", "accountant", "payroll_officer", "co_manager", "administrator"}


@pytest.mark.parametrize(
    ("may", "roles"),
    [
        (permissions.may_see_person, STAFF),
        (permissions.may_manage_person, KEEPERS),
        (permissions.may_invite_person, KEEPERS | {"administrator"}),
        (permissions.may_see_identifiers, KEEPERS),
        (permissions.may_change_iban, KEEPERS),
        (permissions.may_see_trail, STAFF),
    ],
)
def test_who_may_with_somebody_else_s_record(may, roles, person, cooperative):
    assert roles_that(cooperative, lambda membership: may(membership, person)) == roles


def test_who_may_manage_an_activity(person, cooperative):
    activity = make_activity(person)

    may = permissions.may_manage_activity
    assert roles_that(cooperative, lambda membership: may(membership, activity)) == KEEPERS


def test_one_s_own_record_is_read_not_managed(person):
    camille = give_access(person)

    assert permissions.may_see_person(camille, person)
    assert permissions.may_see_identifiers(camille, person)
    assert permissions.may_change_iban(camille, person)
    assert not permissions.may_manage_person(camille, person)
    assert not permissions.may_see_trail(camille, person)


def test_what_one_may_not_is_not_found(person, cooperative):
    nobody = make_membership(cooperative, "entrepreneur")
    fetched = (
        (permissions.fetch_person, person),
        (permissions.fetch_contract, make_cesa(person)),
        (permissions.fetch_activity, make_activity(person)),
    )
    for fetch, record in fetched:
        with pytest.raises(Http404):
            fetch(nobody, record.pk)
    with pytest.raises(Http404):
        permissions.fetch_own_person(nobody)
