"""Who prepares, validates and reads the pay, whatever the view asks before."""

from __future__ import annotations

import pytest
from django.http import Http404

from payroll import permissions
from tests.entrepreneurs.makers import give_access
from tests.makers import make_membership, roles_that
from tests.payroll.makers import NOVEMBER, make_run, paid_month


def test_who_prepares_and_validates(books, cooperative):
    assert roles_that(cooperative, permissions.may_prepare) == {"payroll_officer"}
    assert roles_that(cooperative, permissions.may_validate) == {"payroll_officer"}


def test_a_payslip_or_a_batch_is_not_found_by_whoever_may_not(camille, cooperative):
    run = paid_month(NOVEMBER)
    accountant = make_membership(cooperative, "accountant")

    with pytest.raises(Http404):
        permissions.fetch_payslip(accountant, run.payslips.get().pk)
    with pytest.raises(Http404):
        permissions.fetch_batch(accountant, run.batches.get().pk)


def test_one_s_own_payslip_is_read_once_validated(camille, cooperative):
    draft = make_run().payslips.get()
    owner, other = give_access(camille), make_membership(cooperative, "entrepreneur", "x@x.example")

    assert not permissions.may_read_own(owner, draft)
    assert not permissions.may_read_own(other, draft)
