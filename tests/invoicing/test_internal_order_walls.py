"""PostgreSQL refuses to have an internal order say what its two sides did not agree to."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from entrepreneurs.queries import own_ids
from invoicing import actions
from invoicing.models import InternalOrder
from tests.invoicing.makers import JUNE_3, D
from tests.invoicing.test_internal_orders import accept, buyer, draft, order  # noqa: F401
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

ORDERS, LINES = "invoicing_internalorder", "invoicing_internalorderline"


def sql(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refusal_of(statement: str, *values: object) -> str:
    """Run a statement that must be refused; return the constraint, or what PostgreSQL said."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        sql(statement, *values)
    cause = error.value.__cause__
    return cause.diag.constraint_name or str(cause).splitlines()[0]


@planted
def accepted(order, buyer) -> InternalOrder:  # noqa: F811
    return accept(order, buyer)


# What was proposed


@pytest.mark.parametrize(
    "change",
    [
        "total = total + 1",
        "subject = 'Autre chose'",
        "notes = 'Une promesse de plus'",
        "seller_name = 'Une autre enseigne'",
        "buyer_name = 'Une autre enseigne'",
        "buyer_id = NULL, shown_to_id = NULL",
        "created_at = now()",
    ],
)
@pytest.mark.parametrize("state", ["order", "accepted"])
def test_neither_side_rewrites_it(request, state, change):
    found = request.getfixturevalue(state)
    assert refusal_of(f"UPDATE {ORDERS} SET {change} WHERE id = %s", found.pk) in {
        "invoicing_internal_frozen",
        "invoicing_internal_move",
    }


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {LINES} SET quantity = 2, net = net * 2 WHERE order_id = %s",
        f"UPDATE {LINES} SET label = 'Autre chose' WHERE order_id = %s",
        f"DELETE FROM {LINES} WHERE order_id = %s",
        f"INSERT INTO {LINES} (tenant_id, activity_id, order_id, position, label, description,"
        " quantity, unit, unit_price, net)"
        f" SELECT tenant_id, activity_id, id, 9, 'De plus', '', 1, 'C62', 1, 1 FROM {ORDERS}"
        " WHERE id = %s",
    ],
)
def test_its_lines_are_those_that_were_proposed(order, statement):  # noqa: F811
    assert f"{LINES} of {ORDERS} {order.pk} is frozen" in refusal_of(statement, order.pk)


def test_it_adds_up_when_it_is_proposed(shop, buyer):  # noqa: F811
    found = draft(shop, buyer)
    sql(f"UPDATE {ORDERS} SET total = 301 WHERE id = %s", found.pk)
    proposed = (
        f"UPDATE {ORDERS} SET status = 'proposed', shown_to_id = buyer_id,"
        " proposed_by_id = created_by_id, proposed_at = now() WHERE id = %s"
    )
    assert refusal_of(proposed, found.pk) == "invoicing_internal_adds_up"
    sql(f"UPDATE {ORDERS} SET total = 300 WHERE id = %s", found.pk)
    assert refusal_of(proposed, found.pk) == "invoicing_internal_adds_up", "its lines do not show"
    sql(f"UPDATE {LINES} SET shown_to_id = %s WHERE order_id = %s", found.buyer_id, found.pk)
    assert sql(proposed, found.pk) == 1


def test_a_draft_shows_to_nobody(shop, buyer):  # noqa: F811
    found = draft(shop, buyer)
    shown = f"UPDATE {ORDERS} SET shown_to_id = buyer_id WHERE id = %s"
    assert refusal_of(shown, found.pk) == "invoicing_internal_shown"


def test_what_was_proposed_is_not_deleted(order):  # noqa: F811
    assert "Cannot delete rows" in refusal_of(f"DELETE FROM {ORDERS} WHERE id = %s", order.pk)


# What was agreed to


@pytest.mark.parametrize("status", ["draft", "proposed", "refused", "accepted"])
def test_what_was_agreed_to_only_leads_to_its_cancellation(accepted, status):
    moved = f"UPDATE {ORDERS} SET status = %s WHERE id = %s"
    assert refusal_of(moved, status, accepted.pk) == "invoicing_internal_move"


@pytest.mark.parametrize(
    "change",
    ["number = 'INT-2026-0002'", "accepted_on = accepted_on - 1", "answered_by_id = created_by_id"],
)
def test_cancelling_changes_nothing_of_what_was_agreed_to(accepted, change):
    cancelled = (
        f"UPDATE {ORDERS} SET status = 'cancelled', cancelled_by_id = created_by_id,"
        f" cancelled_on = '2026-06-09', cancel_reason = 'Abandon', {change} WHERE id = %s"
    )
    assert refusal_of(cancelled, accepted.pk) == "invoicing_internal_frozen"


def test_a_cancellation_says_why_and_comes_after(accepted):
    cancelled = (
        f"UPDATE {ORDERS} SET status = 'cancelled', cancelled_by_id = created_by_id,"
        " cancelled_on = %s, cancel_reason = %s WHERE id = %s"
    )
    for day, reason in (("2026-06-09", ""), ("2026-06-02", "Abandon")):
        assert refusal_of(cancelled, day, reason, accepted.pk) == "invoicing_internal_cancelled"
    assert sql(cancelled, "2026-06-09", "Abandon", accepted.pk) == 1


def test_an_answer_is_somebody_elses_and_has_a_number(order, staff):  # noqa: F811
    answered = (
        f"UPDATE {ORDERS} SET status = 'accepted', answered_by_id = %s, answered_at = now(),"
        " accepted_on = '2026-06-03', number = %s WHERE id = %s"
    )
    own = order.proposed_by_id
    assert refusal_of(answered, own, "INT-1", order.pk) == "invoicing_internal_two_people"
    assert refusal_of(answered, staff.pk, None, order.pk) == "invoicing_internal_numbered"


# Each side, under its own role


def test_a_proposal_shows_to_its_buyer_and_to_nobody_else(shop, buyer):  # noqa: F811
    found = draft(shop, buyer)
    proposed = (
        f"UPDATE {ORDERS} SET status = 'proposed', shown_to_id = %s,"
        " proposed_by_id = created_by_id, proposed_at = now() WHERE id = %s"
    )
    for other in (None, shop.activity.pk):
        sql(f"UPDATE {LINES} SET shown_to_id = %s WHERE order_id = %s", other, found.pk)
        assert refusal_of(proposed, other, found.pk) == "invoicing_internal_shown"


@pytest.mark.parametrize("side", ["shop", "buyer"])
@pytest.mark.parametrize("status", ["accepted", "refused", "cancelled"])
def test_no_entrepreneur_writes_an_answer_by_hand(request, shop, order, side, status):  # noqa: F811
    one = request.getfixturevalue(side)
    answer = (
        f"UPDATE {ORDERS} SET status = %s, answered_by_id = %s, answered_at = now(),"
        " accepted_on = '2026-06-03', number = 'INT-2026-0001', refusal_reason = 'Non'"
        " WHERE id = %s"
    )
    values = (status, one.accountant.pk, order.pk)
    with tenant(shop.cooperative, membership=one.seller, own=own_ids(one.seller)):
        if side == "buyer":
            assert sql(answer, *values) == 0
        else:
            assert refusal_of(answer, *values) in {
                "invoicing_internal_answer",
                "invoicing_internal_move",
            }
    order.refresh_from_db()
    assert order.status == "proposed"


def test_the_buyer_reads_it_and_touches_nothing(shop, buyer, order):  # noqa: F811
    with tenant(shop.cooperative, membership=buyer.seller, own=own_ids(buyer.seller)):
        assert InternalOrder.objects.get().total == D("300.00")
        for statement in (
            f"UPDATE {ORDERS} SET total = 1 WHERE id = %s",
            f"DELETE FROM {ORDERS} WHERE id = %s",
            f"UPDATE {LINES} SET net = 1 WHERE order_id = %s",
            f"DELETE FROM {LINES} WHERE order_id = %s",
        ):
            assert sql(statement, order.pk) == 0


def test_taken_back_it_no_longer_shows(shop, buyer, order):  # noqa: F811
    actions.withdraw_internal_order(order, by=shop.seller)
    with tenant(shop.cooperative, membership=buyer.seller, own=own_ids(buyer.seller)):
        assert not InternalOrder.objects.exists()
        assert sql(f"UPDATE {LINES} SET net = net WHERE order_id = %s", order.pk) == 0


def test_a_third_activity_and_another_cooperative_see_nothing(shop, accepted, other_cooperative):
    from tests.invoicing.makers import make_seller

    third = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
    with tenant(shop.cooperative, membership=third.seller, own=own_ids(third.seller)):
        assert not InternalOrder.objects.exists()
    with tenant(other_cooperative):
        assert not InternalOrder.objects.exists()
        assert sql(f"UPDATE {ORDERS} SET id = id WHERE id = %s", accepted.pk) == 0
    assert accepted.accepted_on == JUNE_3
