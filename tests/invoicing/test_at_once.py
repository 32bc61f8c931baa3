"""Several connections at once: numbers without a gap, one winner, one payment."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounting.models import Entry
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from invoicing import actions, queries
from invoicing.actions.recurring import make_occurrences
from invoicing.models import (
    Allocation,
    InternalOrder,
    Invoice,
    Payment,
    Quote,
    QuoteEvidence,
    Settlement,
)
from invoicing.rules.numbers import Pattern
from tests.invoicing.makers import JUNE_3, D, line, make_seller, make_shop
from tests.invoicing.test_billing import accepted
from tests.invoicing.test_internal_orders import draft as ordered_from
from tests.invoicing.test_quote_life import code_for, sent, sign
from tests.invoicing.test_recurrences import recurring_one
from tests.makers import make_membership

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 12


class Rollback(Exception):
    """Something failed after the number was taken."""


def at_once(cooperative, jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run each job in a thread of its own connection; return its result or its refusal."""

    def run(job: Callable[[], Any]) -> Any:
        try:
            with tenant(cooperative):
                return job()
        except (ActionRefused, Rollback) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def shop(cooperative):
    with tenant(cooperative):
        with transaction.atomic():
            shop = make_shop(cooperative)
        yield shop


def test_numbers_have_no_gap_whatever_is_rolled_back(shop, cooperative):
    with transaction.atomic():
        neighbour = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")
        drafts = [seller.draft() for seller in (shop, neighbour) for _ in range(20)]
    chance = random.Random(20261122)
    falls = [chance.random() < 0.3 for _ in drafts]

    def issue(draft: Invoice, falls: bool) -> None:
        with transaction.atomic():
            actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)
            if falls:
                raise Rollback

    jobs = [lambda d=draft, f=fall: issue(d, f) for draft, fall in zip(drafts, falls, strict=True)]
    for start in range(0, len(jobs), THREADS):
        at_once(cooperative, jobs[start : start + THREADS])

    kept = falls.count(False)
    with transaction.atomic():
        numbers = sorted(Invoice.objects.filter(status="issued").values_list("number", flat=True))
        assert numbers == [f"FA-2026-{n:04}" for n in range(1, kept + 1)]
        assert queries.series_gaps() == []
        assert list(queries.broken_invoices()) == []
        assert Entry.objects.filter(journal__code="VT").count() == kept
        assert Settlement.objects.count() == kept


def test_kinds_and_series_have_no_gap_on_eight_connections(shop, cooperative):
    """Invoices, deposits and credit notes, a series for each kind and activity."""
    with transaction.atomic():
        neighbour = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")
        actions.set_numbering(
            JUNE_3.year, Pattern(per_activity=True, deposit_prefix="AC"), by=shop.accountant
        )
        drafts = []
        for each in (shop, neighbour):
            drafts += [each.draft() for _ in range(4)]
            for _ in range(4):
                deposit = actions.bill_deposit(accepted(each), share=D("0.3"), by=each.seller)
                drafts.append(deposit)
                wrong = each.invoice()
                drafts.append(actions.credit_invoice(wrong, reason="Erreur", by=each.seller))
    chance = random.Random(384)
    falls = [chance.random() < 0.3 for _ in drafts]

    def issue(draft: Invoice, falls: bool) -> None:
        with transaction.atomic():
            actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)
            if falls:
                raise Rollback

    jobs = [lambda d=draft, f=fall: issue(d, f) for draft, fall in zip(drafts, falls, strict=True)]
    chance.shuffle(jobs)
    for start in range(0, len(jobs), 8):
        at_once(cooperative, jobs[start : start + 8])

    with transaction.atomic():
        rows = Invoice.objects.filter(status="issued")
        assert rows.count() == falls.count(False) + 8
        assert rows.values("series").distinct().count() == 6
        assert queries.series_gaps() == []
        assert list(queries.broken_invoices()) == []


def test_a_double_click_issues_once(shop, cooperative):
    draft = shop.draft()

    results = at_once(
        cooperative,
        [lambda: actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)] * 8,
    )

    refusals = [r for r in results if isinstance(r, ActionRefused)]
    assert [r.code for r in refusals] == ["already_issued"] * 7
    assert "FA-2026-0001" in refusals[0].message
    with transaction.atomic():
        assert Entry.objects.filter(journal__code="VT").count() == 1


def test_two_staff_at_once_one_wins_the_other_is_told(shop, cooperative):
    draft = actions.submit_invoice(shop.draft(), by=shop.seller)
    with transaction.atomic():
        colleague = make_membership(cooperative, "accountant", "second@example.org")

    results = at_once(
        cooperative,
        [
            lambda: actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant),
            lambda: actions.refuse_invoice(draft, reason="Taux", by=colleague),
        ],
    )

    # Whoever comes second finds it issued, or back to draft: a draft may be issued.
    refusals = [r.code for r in results if isinstance(r, ActionRefused)]
    with transaction.atomic():
        entries = Entry.objects.filter(journal__code="VT").count()
    assert (refusals, entries) in ((["already_issued"], 1), ([], 1))


def test_payments_at_once_never_exceed_what_is_due(shop, cooperative):
    invoice = shop.invoice()  # 1 200 EUR

    results = at_once(cooperative, [lambda: shop.pay(invoice, "500")] * 6)

    refusals = [r for r in results if isinstance(r, ActionRefused)]
    assert [r.code for r in refusals] == ["too_much"] * 4
    with transaction.atomic():
        assert Settlement.objects.get(invoice=invoice).remaining == D("200.00")
        assert Payment.objects.count() == 2
        assert list(queries.broken_payments()) == []


def test_two_people_use_the_last_euro_of_a_customer_once(shop, cooperative):
    with transaction.atomic():
        first, second = shop.invoice(), shop.invoice()
        actions.receive_payment(
            shop.customer, amount=D("500"), received_on=JUNE_3, means="transfer", parts={},
            by=shop.accountant,
        )  # fmt: skip

    results = at_once(
        cooperative,
        [
            lambda i=invoice: actions.use_credit(
                shop.customer, parts={i.pk: D("500")}, on=JUNE_3, by=shop.accountant
            )
            for invoice in (first, second) * 3
        ],
    )

    refusals = [r.code for r in results if isinstance(r, ActionRefused)]
    assert sorted(refusals) == ["no_credit"] * 5
    with transaction.atomic():
        assert sum(s.paid for s in Settlement.objects.all()) == D("500.00")
        assert queries.customer_credit(shop.customer) == 0


def test_the_database_holds_the_last_euro_where_nobody_asks_the_action(shop, cooperative):
    """Two rows at once, each of which would fit alone: the payment is held by the first."""
    with transaction.atomic():
        invoices = [shop.invoice(), shop.invoice()]
        payment = actions.receive_payment(
            shop.customer, amount=D("500"), received_on=JUNE_3, means="transfer", parts={},
            by=shop.accountant,
        )  # fmt: skip

    def allocate(invoice: Invoice) -> None:
        try:
            with transaction.atomic():
                Allocation.objects.create(
                    activity=shop.activity, payment=payment, invoice=invoice, amount=D("400")
                )
        except IntegrityError as error:
            raise Rollback from error

    results = at_once(cooperative, [lambda i=invoice: allocate(i) for invoice in invoices])

    assert sorted(type(r).__name__ for r in results) == ["NoneType", "Rollback"]
    with transaction.atomic():
        assert queries.left_of(payment) == D("100.00")


def test_a_cheque_goes_to_the_bank_once(shop, cooperative):
    with transaction.atomic():
        cheque = actions.receive_payment(
            shop.customer, amount=D("500"), received_on=JUNE_3, means="cheque", parts={},
            by=shop.accountant,
        )  # fmt: skip
        deposit = actions.fill_deposit("cheque", [cheque], by=shop.accountant)

    results = at_once(
        cooperative,
        [
            lambda: actions.close_deposit(deposit, on=JUNE_3, by=shop.accountant),
            lambda: actions.close_deposit(deposit, on=JUNE_3, by=shop.accountant),
            lambda: actions.fill_deposit("cheque", [cheque], by=shop.accountant),
        ],
    )

    refusals = sorted(r.code for r in results if isinstance(r, ActionRefused))
    assert refusals == ["deposit_closed", "not_waiting"]
    with transaction.atomic():
        assert Entry.objects.filter(posting_key=f"deposit:{deposit.pk}:closed").count() == 1


def test_a_quote_is_accepted_once_whoever_signs_it(shop, cooperative):
    """Its client with two codes, and staff who type the paper in: one agreement, one proof."""
    with transaction.atomic():
        quote = sent(shop)
        codes = [code_for(quote, name=name) for name in ("Marianne Lescop", "Noé Lescop")]

    results = at_once(
        cooperative,
        [
            *(lambda c=code: sign(c) for code in codes),
            lambda: actions.accept_quote(
                quote, name="Marianne Lescop", on=JUNE_3, by=shop.accountant
            ),
            lambda: actions.refuse_quote(quote, reason="Un collègue a dit non"),
        ],
    )

    refusals = [r.code for r in results if isinstance(r, ActionRefused)]
    assert refusals == ["already_answered"] * 3
    (won,) = [r for r in results if isinstance(r, Quote)]
    with transaction.atomic():
        kept = Quote.objects.get()
        assert (kept.status, kept.signed_name) == (won.status, won.signed_name)
        assert QuoteEvidence.objects.count() == (1 if won.status == "accepted" else 0)


def test_an_internal_order_is_answered_once(shop, cooperative):
    with transaction.atomic():
        buyer = make_seller(cooperative, first_name="Bilal", last_name="Ozan", name="Sureau")
        buyer.pay(buyer.invoice(line(price="1000")), "1200")
        order = actions.propose_internal_order(ordered_from(shop, buyer), by=shop.seller)

    results = at_once(
        cooperative,
        [
            *[lambda: actions.accept_internal_order(order, on=JUNE_3, by=buyer.seller)] * 3,
            lambda: actions.refuse_internal_order(order, reason="Non", by=shop.accountant),
        ],
    )

    refusals = [r.code for r in results if isinstance(r, ActionRefused)]
    assert refusals == ["already_answered"] * 3
    (won,) = [r for r in results if isinstance(r, InternalOrder)]
    with transaction.atomic():
        kept = InternalOrder.objects.get()
        entries = Entry.objects.filter(posting_key=f"internal_order:{order.pk}:accepted")
        assert kept.status == won.status
        assert (entries.count(), kept.number) == (
            (1, "INT-2026-0001") if won.status == "accepted" else (0, None)
        )


def test_two_internal_orders_do_not_spend_the_same_money(shop, cooperative):
    with transaction.atomic():
        buyer = make_seller(cooperative, first_name="Bilal", last_name="Ozan", name="Sureau")
        buyer.pay(buyer.invoice(line(price="500")), "600")  # 450 EUR, the contribution off
        orders = [
            actions.propose_internal_order(ordered_from(shop, buyer), by=shop.seller)
            for _ in range(2)
        ]

    results = at_once(
        cooperative,
        [
            lambda o=order: actions.accept_internal_order(o, on=JUNE_3, by=buyer.seller)
            for order in orders
        ],
    )

    assert [r.code for r in results if isinstance(r, ActionRefused)] == ["not_enough"]
    with transaction.atomic():
        assert Entry.objects.filter(posting_key__startswith="internal_order:").count() == 1


def test_two_workers_make_a_date_of_a_recurrence_once(shop, cooperative):
    with transaction.atomic():
        recurrence = recurring_one(shop)

    def work() -> int:
        with transaction.atomic():
            return len(make_occurrences(recurrence, on=date(2027, 1, 1)))

    made = at_once(cooperative, [work] * 4)

    assert sorted(made) == [0, 0, 0, 2]
    with transaction.atomic():
        assert Invoice.objects.count() == 2
