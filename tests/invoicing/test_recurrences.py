"""Recurring invoices: written, made on their dates and once, stopped with a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction

from cae.core import audit
from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from entrepreneurs.queries import own_ids
from invoicing import actions, tasks
from invoicing.actions import recurrence_mails, recurrences, recurring
from invoicing.actions.contacts import add_contact
from invoicing.actions.discards import restore_draft
from invoicing.actions.drafting import sold_lines
from invoicing.actions.recurrences import RecurrenceTerms
from invoicing.models import Invoice, Occurrence, Recurrence
from invoicing.queries.recurrences import coming_of, drafts_to_review
from tests.invoicing.makers import D, line, make_customer, refused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
DECEMBER_1 = date(2026, 12, 1)


_SAID = ("customer", "subject", "lines", "payment_days", "mentions", "discount", "entry")


def said(shop, **values: Any) -> dict[str, Any]:
    """What a recurrence is written from: 300 EUR of maintenance, on the 1st of each month."""
    content = {name: values.pop(name) for name in _SAID if name in values}
    usual = {"subject": "Maintenance, {mois} {annee}"}
    lines = content.pop("lines", [line("Maintenance {periode}", price="300")])
    return {
        "content": replace(shop.invoice_content(line(), **{**usual, **content}), lines=lines),
        "terms": RecurrenceTerms(**{"day": 1, "starts_on": DECEMBER_1, **values}),
    }


def recurring_one(shop, *, on: date = TODAY, **values: Any) -> Recurrence:
    return recurrences.create_recurrence(
        shop.activity, **said(shop, **values), on=on, by=shop.seller
    )


def make(recurrence: Recurrence, on: date) -> list[Occurrence]:
    return recurring.make_occurrences(recurrence, on=on)


def now(recurrence: Recurrence) -> Recurrence:
    return Recurrence.objects.get(pk=recurrence.pk)


def ring(task: str) -> int:
    return OutboxMessage.objects.filter(task=f"invoicing.tasks.{task}").count()


def ring_all(task: str) -> None:
    """Run what waits in the outbox for a task."""
    for message in OutboxMessage.objects.filter(task=f"invoicing.tasks.{task}"):
        getattr(tasks, task).run(**message.arguments)


def allow(shop, ceiling: str = "1000") -> None:
    people.set_ceiling(shop.activity, D(ceiling), by=shop.accountant)


# Written


def test_it_says_its_total_and_its_first_date(shop):
    recurrence = recurring_one(shop, day=31, times=3)

    assert (recurrence.status, recurrence.net, recurrence.gross) == ("active", D("300"), D("360"))
    assert recurrence.next_on == date(2026, 12, 31)
    assert coming_of(recurrence) == [
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 2, 28),
    ]
    assert recurrence.responsible == shop.seller
    assert sold_lines(recurrence) == [line("Maintenance {periode}", price="300")]
    assert [event.action for event in audit.trail(recurrence)] == ["recurrence.created"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"starts_on": date(2026, 11, 22)}, "first_past"),
        ({"every": 0}, "bad_rhythm"),
        ({"unit": "day"}, "bad_rhythm"),
        ({"day": 32}, "bad_rhythm"),
        ({"ends_on": date(2027, 1, 1), "times": 2}, "two_ends"),
        ({"times": 0}, "bad_times"),
        ({"ends_on": date(2026, 11, 30)}, "no_date"),
        ({"subject": " "}, "subject_missing"),
        ({"subject": "Suivi {moi}"}, "unknown_blank"),
        ({"lines": [line("Suivi"), line("{}")]}, "unknown_blank"),
        ({"lines": []}, "no_line"),
        ({"lines": [line(price="0")]}, "nothing_due"),
        ({"lines": [line(quantity="-1")]}, "nothing_due"),
        ({"payment_days": 61}, "payment_too_late"),
        ({"is_sent": True}, "not_sent_alone"),
    ],
)
def test_what_cannot_be_written(shop, values, code):
    with refused(code), transaction.atomic():
        recurring_one(shop, **values)
    assert not Recurrence.objects.exists()


# Made


def test_a_draft_says_the_period_and_keeps_it(shop):
    recurrence = recurring_one(shop, covered="ahead")

    (occurrence,) = make(recurrence, DECEMBER_1)

    invoice = occurrence.invoice
    assert (invoice.status, invoice.subject) == ("draft", "Maintenance, décembre 2026")
    assert [row.label for row in invoice.lines.all()] == ["Maintenance du 1er au 31 décembre 2026"]
    assert (occurrence.due_on, occurrence.made_on, occurrence.is_late) == (
        DECEMBER_1,
        DECEMBER_1,
        False,
    )
    assert (occurrence.first_day, occurrence.last_day) == (DECEMBER_1, date(2026, 12, 31))
    assert (invoice.supplied_on, invoice.created_by) == (None, shop.seller)
    assert now(recurrence).next_on == date(2027, 1, 1)
    assert [event.action for event in audit.trail(invoice)] == [
        "invoice.recurred",
        "invoice.created",
    ]
    assert drafts_to_review(shop.activity.pk) == [invoice]


def test_what_is_over_was_done_on_its_last_day(shop):
    recurrence = recurring_one(shop, covered="behind")

    (occurrence,) = make(recurrence, DECEMBER_1)

    assert occurrence.invoice.supplied_on == date(2026, 11, 30)
    assert occurrence.invoice.subject == "Maintenance, novembre 2026"


def test_called_again_the_same_day_nothing_is_made_twice(shop):
    recurrence = recurring_one(shop)

    make(recurrence, DECEMBER_1)

    assert make(recurrence, DECEMBER_1) == []
    assert Invoice.objects.count() == 1


def test_a_worker_that_was_stopped_makes_up_for_it_and_says_so(shop):
    recurrence = recurring_one(shop)

    made = make(recurrence, date(2027, 2, 3))

    assert [(row.due_on.month, row.is_late) for row in made] == [(12, True), (1, True), (2, True)]
    assert [row.invoice.subject for row in made] == [
        "Maintenance, décembre 2026",
        "Maintenance, janvier 2027",
        "Maintenance, février 2027",
    ]
    recurrence_mails.recurrence_made(recurrence, since=DECEMBER_1)
    assert mail.outbox[-1].subject == (
        "3 factures récurrentes à relire\u00a0: Éditions Maison Ébène"
    )
    assert "Faite en retard, le 3 février 2027" in mail.outbox[-1].body


def test_after_long_the_rest_follows_in_another_turn(shop):
    recurrence = recurring_one(shop, unit="week", starts_on=TODAY)
    rung = ring("make_occurrences")

    made = make(recurrence, date(2027, 11, 23))

    assert len(made) == recurring.AT_ONCE
    assert ring("make_occurrences") == rung + 1
    rest = [make(recurrence, date(2027, 11, 23)) for _ in range(3)]
    assert [len(turn) for turn in rest] == [24, 5, 0]


def test_it_is_over_after_its_last_date(shop):
    recurrence = recurring_one(shop, times=2)

    make(recurrence, date(2027, 6, 1))

    over = now(recurrence)
    assert (over.status, over.next_on, over.occurrences.count()) == ("ended", None, 2)
    with refused("recurrence_over"):
        recurrences.end_recurrence(over, by=shop.seller)


def test_a_first_date_that_is_today_does_not_wait_for_the_night(shop):
    recurring_one(shop)
    assert ring("make_occurrences") == 0

    recurring_one(shop, starts_on=TODAY, day=23)

    assert ring("make_occurrences") == 1


def test_each_night_asks_once_for_what_is_due(shop):
    recurring_one(shop)
    paused = recurring_one(shop)
    recurrences.pause_recurrence(paused, by=shop.seller)

    assert recurring.ask_for_due(on=TODAY) == 0
    assert recurring.ask_for_due(on=DECEMBER_1) == 1
    assert recurring.ask_for_due(on=DECEMBER_1) == 1
    assert ring("make_occurrences") == 1


def test_each_cooperative_is_asked_once_a_day(shop, cooperatives):
    assert recurring.ask_everywhere(on=TODAY) == recurring.ask_everywhere(on=TODAY) == 2

    for cooperative in cooperatives:
        with tenant(cooperative):
            assert OutboxMessage.objects.filter(key=f"recurrences:{TODAY}").count() == 1


def test_every_doorbell_leads_to_its_action(shop):
    """From the morning to the mails, each task as a worker runs it."""
    allow(shop)
    recurring_one(shop, starts_on=TODAY, day=23, mode="automatic", is_sent=True)
    stopped = recurring_one(shop, starts_on=TODAY, day=23)
    Recurrence.objects.filter(pk=stopped.pk).update(status="stopped", stop_reason="Client archivé.")

    tasks.recur_one.run()
    ring_all("make_occurrences")
    ring_all("send_recurring_invoice")
    ring_all("mail_recurrence_made")
    tasks.mail_recurrence_stopped.run(stopped.pk)

    (occurrence,) = Occurrence.objects.all()
    assert occurrence.invoice.mails.count() == 1
    assert [message.subject for message in mail.outbox] == [
        "Une facture récurrente faite\u00a0: Éditions Maison Ébène",
        "Facture récurrente arrêtée\u00a0: Éditions Maison Ébène",
    ]
    assert "émise sous le numéro FA-2026-0001, envoyée au client" in mail.outbox[0].body


def test_its_people_make_it_and_neighbours_see_nothing(shop, other_cooperative):
    recurrence = recurring_one(shop)
    make(recurrence, DECEMBER_1)

    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        assert Recurrence.objects.count() == Occurrence.objects.count() == 1
    with tenant(other_cooperative):
        assert not Recurrence.objects.exists()


# By itself


def test_automatic_goes_to_the_support_staff(shop):
    recurrence = recurring_one(shop, mode="automatic")

    (occurrence,) = make(recurrence, DECEMBER_1)

    assert occurrence.invoice.status == "draft"  # as it was made
    invoice = Invoice.objects.get(pk=occurrence.invoice_id)
    assert (invoice.status, invoice.submitted_by) == ("submitted", shop.seller)


def test_automatic_issues_what_its_person_may_issue_alone(shop):
    allow(shop, "300")
    recurrence = recurring_one(shop, mode="automatic", is_sent=True)

    make(recurrence, DECEMBER_1)

    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.issued_by, invoice.issued_on) == (
        "issued",
        shop.seller,
        DECEMBER_1,
    )
    assert ring("send_recurring_invoice") == 1


def test_above_the_ceiling_it_waits_and_leaves_once_issued(shop):
    allow(shop, "299.99")
    recurrence = recurring_one(shop, mode="automatic", is_sent=True)
    make(recurrence, DECEMBER_1)
    invoice = Invoice.objects.get()
    assert (invoice.status, ring("send_recurring_invoice")) == ("submitted", 0)

    actions.issue_invoice(invoice, on=DECEMBER_1, by=shop.accountant)

    assert ring("send_recurring_invoice") == 1


def test_what_may_not_be_issued_that_day_waits_for_the_support_staff(shop):
    allow(shop)
    shop.invoice(on=date(2026, 12, 2))
    recurrence = recurring_one(shop, mode="automatic")

    make(recurrence, DECEMBER_1)

    occurrence = Occurrence.objects.get()
    assert occurrence.invoice.status == "submitted"
    assert "les numéros suivent les dates" in occurrence.note


def test_it_is_mailed_once_and_not_after_somebody_did(shop):
    allow(shop)
    recurrence = recurring_one(shop, mode="automatic", is_sent=True)
    make(recurrence, DECEMBER_1)
    invoice = Invoice.objects.get()

    recurring.send_recurring_invoice(invoice)
    recurring.send_recurring_invoice(invoice)

    (sent,) = invoice.mails.all()
    assert (sent.to, sent.by) == (["compta@maison-ebene.example"], shop.seller)


def test_one_that_cannot_be_mailed_says_so(shop):
    allow(shop)
    recurrence = recurring_one(shop, mode="automatic", is_sent=True)
    make(recurrence, DECEMBER_1)
    shop.customer.email = ""
    shop.customer.save()

    recurring.send_recurring_invoice(Invoice.objects.get())

    occurrence = Occurrence.objects.get()
    assert occurrence.note.startswith("Non envoyée\u00a0: Éditions Maison Ébène n’a pas")
    recurrence_mails.recurring_not_sent(occurrence)
    assert mail.outbox[-1].subject == "Facture non envoyée\u00a0: Éditions Maison Ébène"


# Stopped


def archived(shop):
    actions.archive_customer(shop.customer, by=shop.seller)


def without_vat(shop):
    rate = shop.draft().lines.get().vat_choice
    rate.is_offered = False
    rate.save()


def closed(shop):
    shop.activity.closed_on = date(2026, 11, 30)
    shop.activity.save()


def left(shop):
    part = shop.activity.members.get()
    part.valid_to = date(2026, 11, 30)
    part.save()


def locked_out(shop):
    shop.seller.is_active = False
    shop.seller.save()


def ended(shop):
    shop.person.contracts.create(
        kind="cape",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 11, 30),
        signed_on=date(2026, 1, 1),
    )


def without_address(shop):
    shop.customer.town = ""
    shop.customer.save()


def test_one_to_send_stops_without_anybody_to_send_it_to(shop):
    recurrence = recurring_one(shop, mode="automatic", is_sent=True)
    shop.customer.email = ""
    shop.customer.save()

    assert make(recurrence, DECEMBER_1) == []

    assert "n’a pas d’adresse électronique" in now(recurrence).stop_reason
    add_contact(
        shop.customer,
        name="Léo Quéré",
        email="leo@maison-ebene.example",
        gets_invoices=True,
        by=shop.seller,
    )
    recurrences.resume_recurrence(recurrence, on=DECEMBER_1, by=shop.seller)
    assert len(make(recurrence, DECEMBER_1)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (archived, "est archivé"),
        (without_vat, "n’est plus proposée par la coopérative"),
        (closed, "est fermée"),
        (left, "ne fait plus partie de"),
        (locked_out, "est fermé"),
        (ended, "avec la coopérative est terminé"),
        (without_address, "adresse"),
    ],
)
def test_it_stops_with_a_sentence_and_tells_its_person(shop, change, said):
    recurrence = recurring_one(shop, mode="automatic")
    change(shop)

    assert make(recurrence, DECEMBER_1) == []

    stopped = now(recurrence)
    assert (stopped.status, stopped.next_on) == ("stopped", DECEMBER_1)
    assert said in stopped.stop_reason
    assert not stopped.occurrences.exists()
    assert ring("mail_recurrence_stopped") == 1
    recurrence_mails.recurrence_stopped(stopped)
    assert mail.outbox[-1].to == [shop.seller.user.email]
    assert stopped.stop_reason in mail.outbox[-1].body
    # Later nights do not tell again.
    assert recurring.ask_for_due(on=date(2026, 12, 2)) == 0


def test_what_would_stop_it_is_said_before(shop):
    archived(shop)
    shop.customer.refresh_from_db()

    with refused("stopped"):
        recurring_one(shop)


def test_taken_up_nothing_is_lost(shop):
    recurrence = recurring_one(shop)
    archived(shop)
    make(recurrence, DECEMBER_1)
    with refused("stopped"):
        recurrences.resume_recurrence(recurrence, on=date(2027, 1, 5), by=shop.seller)
    actions.restore_customer(shop.customer, by=shop.seller)

    recurrences.resume_recurrence(recurrence, bill_missed=True, on=date(2027, 1, 5), by=shop.seller)

    assert now(recurrence).status == "active"
    assert ring("make_occurrences") == 1
    assert [row.due_on.month for row in make(recurrence, date(2027, 1, 5))] == [12, 1]


# Paused, skipped, changed, ended


def test_the_dates_of_a_pause_are_skipped_and_remembered(shop):
    recurrence = recurring_one(shop, times=4)
    recurrences.pause_recurrence(recurrence, by=shop.seller)
    assert make(recurrence, DECEMBER_1) == []

    resumed = recurrences.resume_recurrence(recurrence, on=date(2027, 1, 5), by=shop.seller)

    assert (resumed.status, resumed.next_on) == ("active", date(2027, 2, 1))
    assert [(row.due_on.month, row.outcome, row.note) for row in resumed.occurrences.all()] == [
        (1, "skipped", "Pause"),
        (12, "skipped", "Pause"),
    ]
    assert coming_of(resumed) == [date(2027, 2, 1), date(2027, 3, 1)]


def test_a_pause_longer_than_what_was_left_ends_it(shop):
    recurrence = recurring_one(shop, times=1)
    recurrences.pause_recurrence(recurrence, by=shop.seller)

    resumed = recurrences.resume_recurrence(recurrence, on=date(2027, 1, 5), by=shop.seller)

    assert (resumed.status, resumed.next_on) == ("ended", None)


def test_the_date_of_the_day_is_not_missed(shop):
    recurrence = recurring_one(shop)
    recurrences.pause_recurrence(recurrence, by=shop.seller)

    resumed = recurrences.resume_recurrence(recurrence, on=DECEMBER_1, by=shop.seller)

    assert (resumed.next_on, resumed.occurrences.count()) == (DECEMBER_1, 0)


def test_moves_that_are_not(shop):
    recurrence = recurring_one(shop)
    with refused("illegal_move"):
        recurrences.resume_recurrence(recurrence, on=TODAY, by=shop.seller)
    recurrences.pause_recurrence(recurrence, by=shop.seller)
    with refused("illegal_move"):
        recurrences.pause_recurrence(recurrence, by=shop.seller)


def test_one_date_is_skipped_once(shop):
    recurrence = recurring_one(shop)

    skipped = recurrences.skip_date(recurrence, DECEMBER_1, on=TODAY, by=shop.seller)

    assert skipped.next_on == date(2027, 1, 1)
    with refused("not_the_next"):
        recurrences.skip_date(recurrence, DECEMBER_1, on=TODAY, by=shop.seller)
    assert make(recurrence, DECEMBER_1) == []


def test_a_change_is_for_the_coming_dates_only(shop):
    recurrence = recurring_one(shop)
    (before,) = make(recurrence, DECEMBER_1)

    changed = recurrences.change_recurrence(
        recurrence,
        **said(shop, lines=[line("Maintenance {periode}", price="350")]),
        on=date(2026, 12, 2),
        by=shop.seller,
    )

    assert (changed.gross, changed.next_on) == (D("420"), date(2027, 1, 1))
    assert Invoice.objects.get(pk=before.invoice_id).gross == D("360")
    (after,) = make(recurrence, date(2027, 1, 1))
    assert Invoice.objects.get(pk=after.invoice_id).gross == D("420")


def test_another_rhythm_begins_after_what_is_done(shop):
    recurrence = recurring_one(shop)
    make(recurrence, DECEMBER_1)

    weekly = recurrences.change_recurrence(
        recurrence, **said(shop, unit="week", day=None), on=date(2026, 12, 10), by=shop.seller
    )
    assert weekly.next_on == date(2026, 12, 15)
    # Changed again without another rhythm, what is before does not come back.
    same = recurrences.change_recurrence(
        recurrence,
        **said(shop, unit="week", day=None, subject="Suivi"),
        on=date(2026, 12, 10),
        by=shop.seller,
    )
    assert same.next_on == date(2026, 12, 15)


def test_another_rhythm_forgets_no_date_that_was_due(shop):
    recurrence = recurring_one(shop)
    recurrences.pause_recurrence(recurrence, by=shop.seller)

    recurrences.change_recurrence(
        recurrence, **said(shop, every=3), on=date(2027, 1, 10), by=shop.seller
    )

    changed = now(recurrence)
    assert (changed.status, changed.next_on) == ("paused", date(2027, 3, 1))
    assert [(row.due_on.month, row.note) for row in changed.occurrences.all()] == [
        (1, "Rythme changé"),
        (12, "Rythme changé"),
    ]


def test_ended_nothing_more_is_made_nor_changed(shop):
    recurrence = recurring_one(shop)

    recurrences.end_recurrence(recurrence, by=shop.seller)

    assert make(recurrence, DECEMBER_1) == []
    for act in (
        lambda: recurrences.change_recurrence(recurrence, **said(shop), on=TODAY, by=shop.seller),
        lambda: recurrences.skip_date(recurrence, DECEMBER_1, on=TODAY, by=shop.seller),
    ):
        with refused("recurrence_over"):
            act()


def test_a_draft_thrown_away_is_not_made_again(shop):
    recurrence = recurring_one(shop)
    (occurrence,) = make(recurrence, DECEMBER_1)

    actions.discard_invoice(Invoice.objects.get(), by=shop.seller)

    occurrence.refresh_from_db()
    assert (occurrence.outcome, occurrence.invoice) == ("discarded", None)
    assert make(recurrence, DECEMBER_1) == []


def test_a_draft_put_back_takes_its_date_again(shop):
    recurrence = recurring_one(shop)
    (occurrence,) = make(recurrence, DECEMBER_1)
    draft = Invoice.objects.get()
    thrown = actions.discard_invoice(draft, by=shop.seller)

    restored = restore_draft(thrown, by=shop.seller)

    occurrence.refresh_from_db()
    assert (occurrence.outcome, occurrence.invoice) == ("made", restored)
    assert make(recurrence, DECEMBER_1) == []


def test_a_person_who_is_forgotten_leaves_it_over_and_nameless(shop):
    person = make_customer(
        shop.activity, shop.seller, kind="individual", name="Anne Morin", siret=""
    )
    running = recurring_one(shop, customer=person)
    over = recurring_one(shop, customer=person)
    recurrences.end_recurrence(over, by=shop.seller)
    with refused("customer_has_documents"):
        actions.delete_customer(person, by=shop.seller)

    actions.anonymise_customer(person, on=date(2031, 1, 1), by=shop.seller)

    for recurrence in (running, over):
        left_of_it = now(recurrence)
        assert (left_of_it.status, left_of_it.customer_name) == ("ended", "Particulier anonymisé")
        assert "morin" not in left_of_it.search


# What the database refuses by itself


_OTHER_DATE = """
    INSERT INTO invoicing_occurrence (tenant_id, activity_id, recurrence_id, due_on, made_on,
        outcome, first_day, last_day, is_sent, note)
    SELECT tenant_id, activity_id, recurrence_id, {due_on}, made_on,
        {outcome}, {first_day}, last_day, false, '' FROM invoicing_occurrence
"""


def other_date(*, due_on="due_on + 31", outcome="'skipped'", first_day="first_day") -> str:
    return _OTHER_DATE.format(due_on=due_on, outcome=outcome, first_day=first_day)


def setting(**values: str) -> str:
    said = ", ".join(f"{name} = {value}" for name, value in values.items())
    return f"UPDATE invoicing_recurrence SET {said}"


_GUARDS = [
    (setting(every="0"), "recurrence_rhythm"),
    (setting(day="NULL"), "recurrence_rhythm"),
    (setting(day="32"), "recurrence_rhythm"),
    (setting(unit="'week'"), "recurrence_rhythm"),
    (setting(ends_on="'2026-01-01'"), "recurrence_end"),
    (setting(ends_on="'2028-01-01'", times="3"), "recurrence_end"),
    (setting(times="0"), "recurrence_end"),
    (setting(next_on="NULL"), "recurrence_next"),
    (setting(next_on="'2026-11-30'"), "recurrence_next"),
    (setting(status="'ended'"), "recurrence_next"),
    (setting(status="'stopped'"), "recurrence_stopped"),
    (setting(stop_reason="'Sans raison.'"), "recurrence_stopped"),
    (setting(is_sent="true"), "recurrence_sent"),
    (setting(gross="0", net="0", vat="0"), "recurrence_whole"),
    (setting(payment_days="61"), "recurrence_whole"),
    (setting(subject="''"), "recurrence_whole"),
    (setting(gross="1"), "recurrence_totals"),
    (setting(discount="-1"), "recurrence_reduced"),
    ("DELETE FROM invoicing_recurrence", "never_lost"),
    ("UPDATE invoicing_recurrenceline SET net = 1", "recurrenceline_net"),
    ("UPDATE invoicing_recurrenceline SET vat_rate = 0.19", "recurrenceline_vat"),
    ("UPDATE invoicing_occurrence SET due_on = '2027-01-01'", "only_its_fate"),
    ("UPDATE invoicing_occurrence SET made_on = '2027-01-01'", "only_its_fate"),
    ("UPDATE invoicing_occurrence SET is_sent = true", "only_its_fate"),
    ("UPDATE invoicing_occurrence SET invoice_id = NULL", "keeps_its_invoice"),
    ("UPDATE invoicing_occurrence SET outcome = 'skipped'", "occurrence_outcome"),
    ("DELETE FROM invoicing_occurrence", "never_lost"),
    (other_date(due_on="due_on"), "occurrence_once"),
    (other_date(outcome="'made'"), "occurrence_outcome"),
    (other_date(first_day="last_day + 1"), "occurrence_period"),
]


def test_the_database_refuses_each(shop):
    make(recurring_one(shop), DECEMBER_1)

    for sql, guard in _GUARDS:
        with pytest.raises(DatabaseError, match=guard), transaction.atomic():
            run(sql)


def test_an_invoice_of_the_history_goes_through_its_action_only(shop):
    make(recurring_one(shop), DECEMBER_1)

    with pytest.raises(IntegrityError, match="occurrence_invoice_fk"), transaction.atomic():
        run("DELETE FROM invoicing_invoicevat")
        run("DELETE FROM invoicing_invoiceline")
        run("DELETE FROM invoicing_invoice")
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_became_of_a_date_is_said_once(shop):
    recurrence = recurring_one(shop)
    recurrences.skip_date(recurrence, DECEMBER_1, on=TODAY, by=shop.seller)

    with pytest.raises(DatabaseError, match="said_once"), transaction.atomic():
        run("UPDATE invoicing_occurrence SET note = 'Autre'")


def test_what_is_over_is_over_for_good(shop):
    recurrence = recurring_one(shop)
    recurrences.end_recurrence(recurrence, by=shop.seller)

    with pytest.raises(DatabaseError, match="over for good"), transaction.atomic():
        run(setting(status="'active'", next_on="'2027-01-01'"))
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        run("UPDATE invoicing_recurrenceline SET label = 'Autre'")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
