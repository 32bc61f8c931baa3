"""One activity orders from another: agreed to by both, one entry, no invoice."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail

from accounting import queries as ledger
from accounting.actions import close_period
from accounting.enums import JournalKind, Position
from accounting.models import ContributionLevy, Entry, EntryLine
from cae.core.models import Cooperative, OutboxMessage
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.actions import internal_mails
from invoicing.enums import InternalOrderStatus
from invoicing.models import InternalOrder
from invoicing.rules.internal_orders import Left, OrderedLine, ordered_total
from tests.invoicing.makers import JUNE_3, D, balances, line, make_seller, refused
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
JUNE_9 = date(2026, 6, 9)


def ordered(label: str = "Relecture", quantity: str = "1", price: str = "300") -> OrderedLine:
    return OrderedLine(label=label, quantity=D(quantity), unit_price=D(price))


@planted
def buyer(shop):
    """An activity with 900 EUR to spend: 1 000 EUR cashed, 10 % to the cooperative."""
    found = make_seller(
        shop.cooperative, first_name="Bilal", last_name="Ozan", name="Atelier Sureau"
    )
    found.pay(found.invoice(line(price="1000", vat="20")), "1200")
    return found


@planted
def order(shop, buyer) -> InternalOrder:
    return actions.propose_internal_order(draft(shop, buyer), by=shop.seller)


def draft(shop, buyer=None, *lines: OrderedLine, **values) -> InternalOrder:
    return actions.create_internal_order(
        shop.activity,
        **{
            "buyer_id": buyer.activity.pk if buyer else None,
            "subject": "Relecture du catalogue",
            "lines": lines or [ordered()],
            "on": JUNE_3,
            "by": shop.seller,
            **values,
        },
    )


def now(order: InternalOrder) -> InternalOrder:
    return InternalOrder.objects.get(pk=order.pk)


def accept(order, buyer, **values):
    return actions.accept_internal_order(order, **{"on": JUNE_3, "by": buyer.seller, **values})


# What it adds up to


def test_lines_are_rounded_before_they_are_added():
    assert ordered_total([ordered(quantity="3", price="0.335")] * 2) == D("2.02")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no_line"),
        ([ordered()] * 501, "too_many_lines"),
        ([ordered(label=" ")], "bad_line"),
        ([ordered(price="-1")], "bad_line"),
        ([ordered(quantity="1000000", price="1000")], "total_too_large"),
    ],
)
def test_lines_that_no_order_can_have(lines, code):
    with refused(code):
        ordered_total(lines)


def test_what_is_left_may_be_nothing_but_not_less():
    assert not Left(D("300"), D("300")).is_short
    assert Left(D("299.99"), D("300")).is_short


# From a draft to money


def test_a_draft_has_no_number_and_shows_to_nobody(shop, buyer):
    order = draft(shop, buyer, ordered(quantity="2", price="150.50"), ordered(price="9"))

    assert (order.status, order.number, order.total) == ("draft", None, D("310.00"))
    assert (order.seller_name, order.buyer_name) == ("Studio Brume", "Atelier Sureau")
    with tenant(shop.cooperative, membership=buyer.seller, own=own_ids(buyer.seller)):
        assert not InternalOrder.objects.exists()


def test_accepting_moves_both_sides_in_one_entry_out_of_the_general_ledger(shop, buyer, order):
    before = Entry.objects.count()

    accepted = accept(order, buyer)

    assert (accepted.number, accepted.status) == ("INT-2026-0001", InternalOrderStatus.ACCEPTED)
    assert (accepted.answered_by, accepted.accepted_on) == (buyer.seller, JUNE_3)
    entry = Entry.objects.get(posting_key=f"internal_order:{order.pk}:accepted")
    assert Entry.objects.count() == before + 1
    assert entry.journal.internal
    assert balances(shop.activity.analytic) == {"1812": D("300.00"), "6042": D("-300.00")}
    assert balances(buyer.activity.analytic)["1812"] == D("-300.00")
    assert ledger.balance_of("1812") == ledger.balance_of("6042") == ZERO
    general = {row.number for row in ledger.trial_balance(date(2026, 1, 1), date(2026, 12, 31))}
    assert general & {"1812", "6042"} == set()


def test_it_is_neither_turnover_nor_a_basis_of_the_contribution(shop, buyer, order):
    june = [Month(2026, 6)]
    turnover = ledger.turnover_by_month(None, june)
    levies = ContributionLevy.objects.count()

    accept(order, buyer)

    assert ledger.turnover_by_month(None, june) == turnover
    assert ledger.turnover_by_month(shop.activity.analytic, june)[0].invoiced == ZERO
    assert ContributionLevy.objects.count() == levies


def test_the_available_money_of_both_moves_and_the_statement_says_why(shop, buyer, order):
    accept(order, buyer)

    assert ledger.available(shop.activity.analytic).total == D("300.00")
    assert ledger.available(buyer.activity.analytic).total == D("600.00")
    sold = ledger.statement(shop.activity.analytic).movements[-1]
    bought = ledger.statement(buyer.activity.analytic).movements[-1]
    assert sold.explanation.replace("\u00a0", " ") == (
        "Commande interne : 300,00 € reçus dans la coopérative, sans passer par la banque."
    )
    assert bought.explanation.replace("\u00a0", " ") == (
        "Commande interne : 300,00 € versés dans la coopérative, sans passer par la banque."
    )
    assert (sold.kind, sold.moves) == (JournalKind.INTERNAL, {Position.EXCHANGE: D("300.00")})
    assert bought.label.replace("\u00a0", " ") == (
        "INT-2026-0001 Studio Brume : Relecture du catalogue"
    )


def test_the_month_of_each_side_adds_up(shop, buyer, order):
    accept(order, buyer)

    sold = ledger.distribution(shop.activity.analytic, Month(2026, 6))
    bought = ledger.distribution(buyer.activity.analytic, Month(2026, 6))
    assert (sold.cashed, sold.exchanged, sold.expenses, sold.reserve) == (
        ZERO,
        D("300.00"),
        ZERO,
        D("300.00"),
    )
    assert (bought.cashed, bought.exchanged, bought.expenses, bought.reserve) == (
        D("1000.00"),
        ZERO,
        D("300.00"),
        D("600.00"),
    )


def test_the_buyer_answers_within_their_own_walls(shop, buyer, order):
    with tenant(shop.cooperative, membership=buyer.seller, own=own_ids(buyer.seller)):
        mine = InternalOrder.objects.get()
        assert [line.label for line in mine.lines.all()] == ["Relecture"]
        assert queries.left_to_buyer(mine) == Left(D("900.00"), D("300.00"))
        accepted = accept(mine, buyer)

    assert accepted.number == "INT-2026-0001"
    assert EntryLine.objects.filter(entry__posting_key__contains="internal_order").count() == 4


def test_the_seller_proposes_withdraws_and_cancels_within_their_own_walls(shop, buyer):
    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        order = actions.propose_internal_order(draft(shop, buyer), by=shop.seller)
        order = actions.withdraw_internal_order(order, by=shop.seller)
        assert (order.status, order.shown_to) == ("draft", None)
        order = actions.propose_internal_order(order, by=shop.seller)
    accept(order, buyer)
    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        cancelled = actions.cancel_internal_order(
            order, reason="Travail abandonné", on=JUNE_9, by=shop.seller
        )
    assert (cancelled.status, cancelled.number) == ("cancelled", "INT-2026-0001")


def test_the_cooperative_buys_too(shop, staff):
    order = actions.propose_internal_order(
        draft(shop, None, subject="Animation d’un atelier"), by=shop.seller
    )
    assert (order.buyer_name, order.shown_to) == (shop.cooperative.name, None)
    assert list(queries.orders_to_the_cooperative()) == [order]

    actions.accept_internal_order(order, on=JUNE_3, by=staff)

    own = ledger.cooperative_analytic()
    assert balances(own)["6042"] == D("300.00")
    assert ledger.available(shop.activity.analytic).total == D("300.00")
    assert queries.left_to_buyer(order) is None


def test_numbers_follow_each_other_and_only_where_accepted(shop, buyer):
    first, second, third = (
        actions.propose_internal_order(draft(shop, buyer), by=shop.seller) for _ in range(3)
    )
    accept(third, buyer)
    actions.refuse_internal_order(first, reason="Trop cher", by=buyer.seller)
    accept(second, buyer)

    numbers = dict(InternalOrder.objects.values_list("pk", "number"))
    assert numbers == {first.pk: None, second.pk: "INT-2026-0002", third.pk: "INT-2026-0001"}


# What is refused


def test_one_does_not_order_from_a_closed_or_unknown_activity(shop, buyer):
    people.close_activity(buyer.activity, on=date(2026, 5, 31), by=shop.accountant)
    with refused("unknown_buyer"):
        draft(shop, buyer)
    with refused("unknown_buyer"):
        draft(shop, shop)


def test_the_directory_gives_names_and_nothing_of_the_other_cooperative(shop, buyer):
    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        found = queries.counterparties(shop.activity.pk, on=JUNE_3)

    assert [(c.activity_id, c.name) for c in found] == [
        (buyer.activity.pk, "Atelier Sureau"),
        (None, "Ateliers"),
    ]


def test_an_order_of_nothing_is_not_proposed(shop, buyer):
    with refused("nothing_asked"):
        actions.propose_internal_order(draft(shop, buyer, ordered(price="0")), by=shop.seller)


def test_what_is_proposed_is_changed_only_once_taken_back(shop, buyer, order):
    again = {"buyer_id": None, "subject": "Autre", "lines": [ordered()], "on": JUNE_3}
    with refused("not_a_draft"):
        actions.change_internal_order(order, **again, by=shop.seller)
    with refused("not_a_draft"):
        actions.discard_internal_order(order, by=shop.seller)

    back = actions.withdraw_internal_order(order, by=shop.seller)
    changed = actions.change_internal_order(back, **again, by=shop.seller)
    assert (changed.buyer, changed.subject) == (None, "Autre")
    actions.discard_internal_order(changed, by=shop.seller)
    assert not InternalOrder.objects.exists()


def test_more_than_there_is_asks_for_the_staff(shop, buyer, staff):
    order = actions.propose_internal_order(
        draft(shop, buyer, ordered(price="900.01")), by=shop.seller
    )
    with refused("not_enough"):
        accept(order, buyer)

    actions.accept_internal_order(order, on=JUNE_3, by=staff, beyond=True)
    assert ledger.available(buyer.activity.analytic).total == D("-0.01")


def test_to_the_last_cent_is_accepted(shop, buyer):
    order = actions.propose_internal_order(draft(shop, buyer, ordered(price="900")), by=shop.seller)
    accept(order, buyer)
    assert ledger.available(buyer.activity.analytic).total == ZERO


def test_nobody_answers_their_own_order(shop, buyer, order):
    with refused("own_order"):
        actions.accept_internal_order(order, on=JUNE_3, by=shop.seller)
    with refused("own_order"):
        actions.refuse_internal_order(order, reason="Non", by=shop.seller)


def test_the_second_answer_is_told_of_the_first(shop, buyer, staff, order):
    accept(order, buyer)
    with refused("already_answered"):
        actions.refuse_internal_order(order, reason="Non", by=staff)
    with refused("illegal_move"):
        actions.withdraw_internal_order(order, by=shop.seller)


def test_refusing_says_why_and_the_order_may_come_back(shop, buyer, order):
    with refused("reason_missing"):
        actions.refuse_internal_order(order, reason="  ", by=buyer.seller)
    told = actions.refuse_internal_order(order, reason="Trop cher", by=buyer.seller)
    assert (told.status, told.refusal_reason) == ("refused", "Trop cher")

    back = actions.withdraw_internal_order(told, by=shop.seller)
    assert (back.status, back.refusal_reason, back.answered_by) == ("draft", "Trop cher", None)
    again = actions.propose_internal_order(back, by=shop.seller)
    assert accept(again, buyer).number == "INT-2026-0001"


def test_cancelling_gives_back_by_an_opposite_entry(shop, buyer, order):
    accepted = accept(order, buyer)
    with refused("reason_missing"):
        actions.cancel_internal_order(accepted, reason="", on=JUNE_9, by=shop.seller)

    actions.cancel_internal_order(accepted, reason="Abandon", on=JUNE_9, by=shop.seller)

    assert balances(shop.activity.analytic) == {}
    assert ledger.available(buyer.activity.analytic).total == D("900.00")
    entry = Entry.objects.get(posting_key=f"internal_order:{order.pk}:accepted")
    assert Entry.objects.get(reverses=entry).label == "Annulation INT-2026-0001"
    with refused("illegal_move"):
        actions.cancel_internal_order(accepted, reason="Encore", on=JUNE_9, by=shop.seller)


def test_money_already_spent_is_given_back_by_the_staff_only(shop, buyer, staff, order):
    accepted = accept(order, buyer)
    spent = actions.propose_internal_order(draft(buyer, shop, by=buyer.seller), by=buyer.seller)
    actions.accept_internal_order(spent, on=JUNE_3, by=shop.seller)

    with refused("not_enough"):
        actions.cancel_internal_order(accepted, reason="Abandon", on=JUNE_9, by=shop.seller)
    actions.cancel_internal_order(accepted, reason="Abandon", on=JUNE_9, by=staff, beyond=True)
    assert ledger.available(shop.activity.analytic).total == D("-300.00")


def test_nothing_is_accepted_in_a_closed_month(shop, buyer, staff, order):
    close_period(Month(2026, 6), on=date(2026, 7, 2), by=staff)
    with refused("closed_period"):
        accept(order, buyer)
    order.refresh_from_db()
    assert (order.status, order.number) == ("proposed", None)


def test_switched_off_nothing_new_is_written_nor_agreed_to(shop, buyer, order):
    Cooperative.objects.filter(pk=shop.cooperative.pk).update(internal_orders=False)
    for place in (shop.seller, buyer.seller):
        place.cooperative.refresh_from_db()

    with refused("switched_off"):
        draft(shop, buyer)
    with refused("switched_off"):
        accept(order, buyer)
    actions.refuse_internal_order(order, reason="Plus d’actualité", by=buyer.seller)


# Who is told


def test_each_side_is_mailed_what_the_other_did(shop, buyer, order):
    internal_mails.internal_order_proposed(now(order), on=JUNE_3)
    accepted = accept(order, buyer)
    internal_mails.internal_order_proposed(
        now(order), on=JUNE_3
    )  # it has moved on: nobody is mailed
    internal_mails.internal_order_accepted(now(order), on=JUNE_3)
    actions.cancel_internal_order(accepted, reason="Abandon", on=JUNE_9, by=shop.seller)
    internal_mails.internal_order_cancelled(now(order), on=JUNE_3)

    assert [(m.to, m.subject.replace("\u00a0", " ")) for m in mail.outbox] == [
        (
            ["bilal.ozan@example.org"],
            "Studio Brume vous propose une commande interne : Relecture du catalogue",
        ),
        (
            ["camille.fournier@example.org"],
            "Commande interne INT-2026-0001 acceptée par Atelier Sureau",
        ),
        (
            ["bilal.ozan@example.org", "camille.fournier@example.org"],
            "Commande interne INT-2026-0001 annulée",
        ),
    ]
    queued = OutboxMessage.objects.filter(key__startswith="internal-order:")
    assert sorted(queued.values_list("task", flat=True)) == [
        "invoicing.tasks.mail_internal_order_accepted",
        "invoicing.tasks.mail_internal_order_cancelled",
        "invoicing.tasks.mail_internal_order_proposed",
    ]
    assert "/ventes/internes/" in mail.outbox[0].body


def test_a_refusal_is_mailed_with_its_reason(shop, buyer, order):
    actions.refuse_internal_order(order, reason="Trop cher", by=buyer.seller)
    internal_mails.internal_order_refused(now(order), on=JUNE_3)

    assert mail.outbox[0].to == ["camille.fournier@example.org"]
    assert "Trop cher" in mail.outbox[0].body
