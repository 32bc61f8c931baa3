"""Who may what with a sale or an expense, role by role, whatever the view asks before.

Behind the wall of PostgreSQL a neighbour's sale is not even there; in front of it, whoever holds
every right and shares no activity still writes nothing.
"""

from __future__ import annotations

import pytest
from django.http import Http404

from cae.core.enums import Right
from cae.core.models import Membership, Role, User
from invoicing import actions, permissions
from tests.invoicing.makers import make_seller
from tests.invoicing.test_expenses import voucher
from tests.makers import roles_that
from tests.plugins.planted import planted

READERS = {"adviser", "accountant", "payroll_officer", "co_manager"}


@pytest.fixture
def all_rights(cooperative) -> Membership:
    """Every right of the product, and no activity."""
    role = Role.objects.create(
        cooperative=cooperative, code="tout", label="Tout", rights=sorted(Right)
    )
    user = User.objects.create_user("tout@example.org")
    return Membership.objects.create(cooperative=cooperative, role=role, user=user)


@planted
def neighbour(shop) -> Membership:
    return make_seller(
        shop.cooperative, first_name="Yanis", last_name="Belkacem", name="Le Frêne"
    ).seller


@pytest.mark.parametrize(
    ("may", "roles"),
    [
        (permissions.may_read, READERS),
        (permissions.may_write, set()),
        (permissions.may_validate, {"adviser", "accountant"}),
        (permissions.may_issue, {"adviser", "accountant"}),
        (permissions.may_send, {"adviser", "accountant"}),
        (permissions.may_record_payment, {"accountant"}),
        (permissions.may_see_trail, READERS | {"administrator"}),
    ],
)
def test_who_may_with_somebody_else_s_invoice(may, roles, shop):
    draft = shop.draft()

    assert roles_that(shop.cooperative, lambda membership: may(membership, draft)) == roles


def test_who_corrects_an_issued_invoice(shop, neighbour):
    invoice, may = shop.invoice(), permissions.may_correct

    who = roles_that(shop.cooperative, lambda membership: may(membership, invoice))
    assert who == {"adviser", "accountant"}
    assert may(shop.seller, invoice)
    assert not may(neighbour, invoice)
    assert not may(shop.accountant, shop.draft())


@pytest.mark.parametrize(
    ("may", "roles"),
    [
        (permissions.may_read_sheet, {"accountant"}),
        (permissions.may_write_sheet, set()),
        (permissions.may_approve_sheet, {"accountant"}),
        (permissions.may_refund_sheet, {"accountant"}),
    ],
)
def test_who_may_with_somebody_else_s_expenses(may, roles, shop, neighbour):
    sheet = actions.submit_sheet(shop.spend(voucher=voucher(shop)).sheet, by=shop.seller)

    assert roles_that(shop.cooperative, lambda membership: may(membership, sheet)) == roles
    assert not may(neighbour, sheet)


def test_every_right_does_not_make_an_activity_one_s_own(shop, all_rights):
    """Each sale and each sheet that only its people write is not found by anybody else."""
    written = permissions.may_write
    for fetch, row, may in (
        (permissions.fetch_customer, shop.customer, written),
        (permissions.fetch_quote, shop.quote(), written),
        (permissions.fetch_invoice, shop.draft(), written),
        (permissions.fetch_sheet, shop.spend("phone").sheet, permissions.may_write_sheet),
    ):
        assert fetch(shop.seller, row.pk, may=may) == row
        with pytest.raises(Http404):
            fetch(all_rights, row.pk, may=may)
    with pytest.raises(Http404):
        permissions.fetch_own_activity(all_rights, shop.activity.pk)


def test_under_the_ceiling_only_its_author_issues(shop, neighbour):
    shop.activity.validation_ceiling = 5000
    shop.activity.save()
    draft = shop.draft()
    draft.activity.refresh_from_db()

    assert permissions.may_issue(shop.seller, draft)
    assert not permissions.may_issue(neighbour, draft)
