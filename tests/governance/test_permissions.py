"""Who reads the register, whatever the view asks before."""

from __future__ import annotations

import pytest
from django.http import Http404

from governance import permissions
from tests.governance.makers import make_member
from tests.makers import make_membership, roles_that


def test_who_reads_the_register(books, cooperative):
    assert roles_that(cooperative, permissions.may_see_register) == {"co_manager"}


def test_a_member_is_not_found_by_whoever_may_not(books, cooperative):
    member = make_member()

    with pytest.raises(Http404):
        permissions.fetch_member(make_membership(cooperative, "adviser"), member.pk)
