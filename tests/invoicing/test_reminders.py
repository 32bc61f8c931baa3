"""Reminders: which is next, what lateness costs, who is left alone, what is mailed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.actions import reminder_mails, reminders, statements
from invoicing.documents.statements import face_of, statement_pdf, statement_snapshot
from invoicing.enums import CustomerKind
from invoicing.models import Invoice, Reminder, ReminderHold, ReminderLevel
from invoicing.rules.reminders import Step, filled, late_fee, next_step, unknown_blanks
from tests.invoicing.makers import JUNE_3, D, line, make_customer, make_seller, refused
from tests.plugins.planted import planted

JULY_3 = date(2026, 7, 3)  # thirty days after the invoices of 3 June
STEPS = [Step(1, 3), Step(2, 15), Step(3, 30)]


def days(count: int) -> date:
    return JULY_3 + timedelta(days=count)


# The rules, without a database.


@pytest.mark.parametrize(
    ("late", "last", "since", "rank"),
    [
        (0, 0, 0, None),
        (2, 0, 0, None),
        (3, 0, 0, 1),
        (90, 0, 0, 1),  # an old debt begins politely
        (14, 1, 11, None),
        (15, 1, 12, 2),
        (40, 1, 11, None),  # as long between two as the rule leaves
        (40, 1, 12, 2),
        (29, 2, 14, None),
        (30, 2, 15, 3),
        (200, 3, 100, None),
    ],
)
def test_levels_follow_each_other(late, last, since, rank):
    step = next_step(STEPS, days_late=late, last_rank=last, days_since=since)

    assert (step.rank if step else None) == rank


def test_without_a_level_nothing_goes():
    assert next_step([], days_late=40) is None


def test_lateness_is_counted_on_what_is_owed_each_day():
    """Worked by hand at 12.15 %: 1 200 x 10 + 700 x 10 days = 19 000; x 0.1215 / 365 = 6.3247."""
    paid = [(days(10), D("-500"))]

    assert late_fee(D(1200), paid, due_on=JULY_3, on=days(20), rate=D("0.1215")) == D("6.32")
    assert late_fee(D(1200), [], due_on=JULY_3, on=days(365), rate=D("0.1215")) == D("145.80")
    assert late_fee(D(1200), [], due_on=JULY_3, on=JULY_3, rate=D("0.1215")) == 0
    early = [(days(-5), D("-1200"))]
    assert late_fee(D(1200), early, due_on=JULY_3, on=days(90), rate=D("0.1215")) == 0
    back = [(days(-5), D("-1200")), (days(5), D("1200"))]  # a cheque that came back
    assert late_fee(D(1200), back, due_on=JULY_3, on=days(15), rate=D("0.1215")) == D("3.99")
    later = [(days(30), D("-1200"))]
    assert late_fee(D(1200), later, due_on=JULY_3, on=days(10), rate=D("0.1215")) == D("3.99")


def test_blanks_are_known_or_said():
    assert unknown_blanks("Facture {facture} de {reste}") == []
    assert unknown_blanks("{facture} {montant} {} et }") == ["{montant}", "{}", "}"]
    assert filled("{client}, {reste}", {"client": "{reste}", "reste": "5"}) == "{reste}, 5"


# On real invoices.


@planted
def invoice(shop) -> Invoice:
    return shop.invoice(line(price="1000"))


def make_automatic():
    ReminderLevel.objects.update(is_automatic=True)


def test_a_cooperative_begins_with_three_levels_that_wait(shop):
    levels = queries.reminder_levels()

    assert [(level.rank, level.days, level.is_automatic) for level in levels] == [
        (1, 3, False), (2, 15, False), (3, 30, False),
    ]  # fmt: skip
    for level in levels:
        assert unknown_blanks(level.subject) == unknown_blanks(level.body) == []


def test_penalties_and_the_40_euros_never_touch_the_invoice(shop, invoice):
    shop.pay(invoice, "500", on=days(10))
    settlement = queries.settlement_of(invoice)

    lateness = queries.lateness_of(invoice, settlement, on=days(20))

    assert (lateness.days, lateness.remaining) == (20, D("700.00"))
    assert (lateness.late_fee, lateness.indemnity) == (D("6.32"), D("40.00"))
    assert lateness.total == D("746.32")
    on_time = queries.lateness_of(invoice, settlement, on=JULY_3)
    assert (on_time.late_fee, on_time.indemnity) == (0, 0)
    assert queries.settlement_of(invoice).remaining == D("700.00")


def test_the_rate_is_the_one_of_the_invoice(shop, cooperative, invoice):
    cooperative.penalty_rate = D("0.5")
    cooperative.save()

    lateness = queries.lateness_of(invoice, queries.settlement_of(invoice), on=days(365))

    assert lateness.late_fee == D("145.80")


def test_an_individual_owes_neither(shop):
    person = make_customer(
        shop.activity, shop.seller, name="Jeanne Le Goff", siret="", siren="",
        kind=CustomerKind.INDIVIDUAL,
    )  # fmt: skip
    invoice = shop.invoice(customer=person)

    lateness = queries.lateness_of(invoice, queries.settlement_of(invoice), on=days(60))

    assert (lateness.late_fee, lateness.indemnity) == (0, 0)


def test_a_reminder_keeps_its_very_words(shop, seller, invoice):
    reminder = reminders.remind(invoice, on=days(5), by=seller)

    assert (reminder.rank, reminder.label) == (1, "Rappel amical")
    assert reminder.recipient == shop.customer.email
    assert "FA-2026-0001" in reminder.subject and "1\u00a0200,00\u00a0€" in reminder.body
    assert "{" not in reminder.subject + reminder.body
    ReminderLevel.objects.filter(rank=1).update(body="Autre chose")
    assert "Autre chose" not in queries.reminders_of(invoice)[0].body
    following = reminders.remind(invoice, on=days(6), by=seller)
    assert following.rank == 2


def test_what_cannot_be_asked_is_refused(shop, seller, invoice):
    with refused("not_issued"):
        reminders.remind(shop.draft(), on=days(5), by=seller)
    with refused("not_late"):
        reminders.remind(invoice, on=JULY_3, by=seller)
    reminders.remind(invoice, on=days(5), by=seller)
    with refused("already_reminded"):
        reminders.remind(invoice, on=days(5), by=seller)
    ReminderLevel.objects.update(is_active=False)
    with refused("no_level"):
        reminders.remind(invoice, on=days(6), by=seller)
    ReminderLevel.objects.update(is_active=True)
    silent = make_customer(shop.activity, shop.seller, name="Sans courriel", siret="", email="")
    with refused("email_missing"):
        reminders.remind(shop.invoice(customer=silent), on=days(5), by=seller)
    shop.pay(invoice, "1200", on=days(5))
    with refused("already_paid"):
        reminders.remind(invoice, on=days(6), by=seller)


def test_the_night_sends_what_falls_due_once_and_stops_when_paid(shop, invoice):
    other = shop.invoice(line(price="10"))
    assert reminders.remind_late_invoices(on=days(5)) == 0  # nothing goes by itself yet
    make_automatic()

    assert reminders.remind_late_invoices(on=days(2)) == 0
    assert reminders.remind_late_invoices(on=days(5)) == 2
    assert reminders.remind_late_invoices(on=days(5)) == 0
    assert reminders.remind_late_invoices(on=days(16)) == 0
    shop.pay(other, "12", on=days(16))
    assert reminders.remind_late_invoices(on=days(17)) == 1
    assert [r.rank for r in queries.reminders_of(invoice)] == [2, 1]
    assert Reminder.objects.filter(sent_by=None).count() == 3


def test_the_night_is_asked_once_for_each_cooperative(shop, cooperatives):
    for _ in range(2):
        assert reminders.ask_everywhere(on=days(5)) == 2
    for cooperative in cooperatives:
        with tenant(cooperative):
            assert OutboxMessage.objects.filter(key=f"reminders:{days(5)}").count() == 1


@pytest.mark.parametrize("what", ["activity", "customer", "invoice"])
def test_a_pause_holds_the_night_and_the_hand(shop, seller, invoice, what):
    make_automatic()
    target = {"customer": shop.customer} if what == "customer" else {}
    target |= {"invoice": invoice} if what == "invoice" else {}
    hold = reminders.hold_reminders(
        shop.activity, **target, until=days(20), reason="Échéancier", on=days(1), by=seller
    )

    assert reminders.remind_late_invoices(on=days(20)) == 0
    with refused("on_hold"):
        reminders.remind(invoice, on=days(20), by=seller)
    with refused("already_held"):
        reminders.hold_reminders(shop.activity, **target, reason="X", on=days(2), by=seller)
    assert reminders.remind_late_invoices(on=days(21)) == 1  # it is over
    again = reminders.hold_reminders(shop.activity, **target, reason="X", on=days(22), by=seller)
    reminders.lift_hold(again, by=seller)
    for old in (hold, again):
        with refused("already_lifted"):
            reminders.lift_hold(old, by=seller)
    assert reminders.remind(invoice, on=days(40), by=seller).rank == 2


def test_a_pause_says_why_and_is_not_over(shop, seller):
    with refused("reason_missing"):
        reminders.hold_reminders(shop.activity, reason=" ", on=JUNE_3, by=seller)
    with refused("hold_over"):
        reminders.hold_reminders(
            shop.activity, reason="X", until=JUNE_3 - timedelta(days=1), on=JUNE_3, by=seller
        )


def test_a_level_is_changed_with_blanks_that_exist(shop, staff):
    level = ReminderLevel.objects.get(rank=2)
    values = {
        "label": "Ferme", "days": 20, "subject": "{facture}", "body": "{reste} à {client}",
        "is_automatic": True, "is_active": True, "by": staff,
    }  # fmt: skip

    changed = reminders.set_level(level, **values)

    assert (changed.days, changed.label, changed.is_automatic) == (20, "Ferme", True)
    with refused("unknown_blank"):
        reminders.set_level(level, **values | {"body": "{montant}"})
    with refused("words_missing"):
        reminders.set_level(level, **values | {"subject": " "})
    for wrong in (0, 3, 30, 366):
        with refused("bad_days"):
            reminders.set_level(level, **values | {"days": wrong})


# Mails.


def test_a_reminder_goes_with_its_invoice_and_not_once_paid(shop, seller, invoice):
    reminder = reminders.remind(invoice, on=days(5), by=seller)

    reminder_mails.reminder_to_customer(reminder)

    (sent,) = mail.outbox
    assert (sent.to, sent.reply_to) == ([shop.customer.email], [seller.user.email])
    assert (sent.subject, sent.body) == (reminder.subject, reminder.body)
    assert [attached[0] for attached in sent.attachments] == ["Facture FA-2026-0001.pdf"]
    shop.pay(invoice, "1200", on=days(5))
    reminder_mails.reminder_to_customer(reminder)
    assert len(mail.outbox) == 1


def test_one_sends_oneself_a_test(shop, staff):
    level = ReminderLevel.objects.get(rank=3)
    reminders.send_test(level, by=staff)
    assert OutboxMessage.objects.filter(task="invoicing.tasks.mail_reminder_test").count() == 1

    reminder_mails.reminder_test(level, staff)

    (sent,) = mail.outbox
    assert sent.to == [staff.user.email]
    assert sent.subject.startswith("Essai") and "{" not in sent.subject + sent.body


# The account of a customer.


def test_the_statement_is_what_was_asked_and_paid_and_its_balance_what_is_owed(shop, seller, staff):
    first = shop.invoice(line(price="1000"))
    second = shop.invoice(line(price="100"), on=days(1))
    shop.pay(first, "1000", on=days(2))
    credit = actions.credit_invoice(second, reason="Erreur", by=seller)
    actions.issue_invoice(credit, on=days(3), by=staff)
    payment = actions.receive_payment(
        shop.customer, amount=D("300"), received_on=days(4), means="transfer", by=staff
    )
    actions.reverse_payment(payment, on=days(5), reason="Erreur", by=staff)

    account = queries.customer_account(shop.customer, start=days(0), end=days(30))

    assert account.opening == D("1200.00")
    assert [move.amount for move in account.moves] == [
        D("120.00"), D("-1000.00"), D("-120.00"), D("-300.00"), D("300.00"),
    ]  # fmt: skip
    assert account.closing == D("200.00") == queries.settlement_of(first).remaining
    assert account.late == D("200.00")
    assert [row.invoice.number for row in account.open] == ["FA-2026-0001"]


def test_the_statement_is_printed_once_for_what_it_says_and_mailed(shop, staff, invoice):
    when = {"start": date(2026, 1, 1), "end": days(5)}
    assert statements.ask_for_statement(shop.customer, **when) is None

    made = statements.store_statement(shop.customer, **when)

    assert statements.store_statement(shop.customer, **when) == made
    assert statements.ask_for_statement(shop.customer, **when) == made
    snapshot = statement_snapshot(shop.customer, **when)
    siren = snapshot["seller"]["siren"]
    assert face_of(snapshot)["seller"]["siren_label"].split() == [siren[:3], siren[3:6], siren[6:]]
    assert statement_pdf(snapshot) == statement_pdf(snapshot)
    shop.pay(invoice, "200", on=days(4))
    assert statements.ask_for_statement(shop.customer, **when) is None
    reminder_mails.statement_to_customer(shop.customer, **when, membership=staff)
    (sent,) = mail.outbox
    assert "1\u00a0000,00\u00a0€" in sent.body and len(sent.attachments) == 1
    silent = make_customer(shop.activity, shop.seller, name="Sans", siret="", email="")
    with refused("email_missing"):
        statements.send_statement(silent, **when, by=staff)


# Walls.

TAMPERINGS = [
    "UPDATE invoicing_reminder SET body = 'X'",
    "DELETE FROM invoicing_reminder",
    "INSERT INTO invoicing_reminder (tenant_id, activity_id, customer_id, invoice_id, rank, label,"
    " sent_on, recipient, subject, body, remaining, late_fee, indemnity, created_at)"
    " SELECT tenant_id, activity_id, customer_id, invoice_id, rank, label, sent_on, recipient,"
    " subject, body, remaining, late_fee, indemnity, created_at FROM invoicing_reminder",
    "UPDATE invoicing_reminderlevel SET days = 0",
    "INSERT INTO invoicing_reminderhold (tenant_id, activity_id, customer_id, invoice_id, reason,"
    " held_by_id, held_at) SELECT tenant_id, activity_id, customer_id, invoice_id, 'X',"
    " created_by_id, now() FROM invoicing_invoice LIMIT 0 + 1",
]


@pytest.mark.parametrize("statement", TAMPERINGS)
def test_the_database_refuses(shop, seller, invoice, statement):
    reminders.remind(invoice, on=days(5), by=seller)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            statement.replace("customer_id, invoice_id, 'X'", "customer_id, id, 'X'")
            if "hold " in statement
            else statement
        )


def test_a_neighbour_sees_no_reminder_and_changes_no_level(shop, cooperative, seller, invoice):
    neighbour = make_seller(cooperative, first_name="Nour", last_name="Benali", name="Reliures")
    reminders.remind(invoice, on=days(5), by=seller)
    reminders.hold_reminders(shop.activity, reason="Litige", on=days(5), by=seller)

    with tenant(cooperative, membership=neighbour.seller, own=own_ids(neighbour.seller)):
        assert not Reminder.objects.exists() and not ReminderHold.objects.exists()
        assert ReminderLevel.objects.count() == 3
        assert ReminderLevel.objects.update(days=4) == 0
    with tenant(cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        assert Reminder.objects.count() == 1
