"""Taking back what was validated: while no salary has left, and never after."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.db import DatabaseError, transaction

from accounting import queries as ledger
from accounting.actions import close_period
from accounting.models import Entry
from cae.core.models import AuditEvent, OutboxMessage
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from cae.management.house import wrong_pay
from payroll import queries
from payroll.actions import (
    compute_run,
    pay_run,
    step_back,
    store_payslip,
    take_transfers,
    validate_payslips,
    withdraw_batch,
)
from payroll.actions.mails import payslip_taken_back
from payroll.enums import PayslipStatus, RunStatus
from payroll.models import Payslip, Transfer, TransferBatch
from tests.payroll.makers import NOVEMBER, ON, activity_of, make_payee, make_run, receive
from tests.plugins.planted import planted

WHY = "Prime oubliée"


@planted
def run(camille):
    return validated(make_run())


def validated(run, on=ON):
    validate_payslips(run, [slip.pk for slip in run.payslips.all()], on=on, by=None)
    run.refresh_from_db()
    return run


def back(run, *slips, reason=WHY, on=ON):
    ids = [slip.pk for slip in slips or run.payslips.all()]
    return step_back(run, ids, reason=reason, on=on, by=None)


def refused(action, *args, **kwargs) -> str:
    with pytest.raises(ActionRefused) as refusal:
        action(*args, **kwargs)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


# What it does


def test_a_payslip_taken_back_is_a_draft_whose_entries_are_cancelled(run, camille):
    before = ledger.available(activity_of(camille).analytic, ON)

    (slip,) = back(run)

    slip.refresh_from_db()
    assert (slip.status, slip.validated_at, slip.validated_by) == (PayslipStatus.DRAFT, None, None)
    assert (slip.revision, slip.taken_back_for) == (2, WHY)
    written, cancelled = Entry.objects.filter(journal__code="PA").order_by("id")
    assert (cancelled.reverses, cancelled.date) == (written, written.date)
    assert [written.number, cancelled.number] == [1, 2]
    after = ledger.available(activity_of(camille).analytic, ON)
    assert after.total == before.total + slip.cost == 4000
    assert ledger.balance_of("421") == ledger.balance_of("431") == ledger.balance_of("6") == 0
    run.refresh_from_db()
    assert run.status == RunStatus.COMPUTED
    assert list(wrong_pay()) == []


def test_it_is_computed_validated_and_paid_again_in_its_own_entries(run, camille):
    store_payslip(run.payslips.get().pk)
    back(run)
    receive(activity_of(camille), "100")
    compute_run(run, on=ON, by=None)

    validated(run)
    store_payslip(run.payslips.get().pk)
    pay_run(run, on=ON, by=None)

    slip = run.payslips.get()
    keys = Entry.objects.filter(journal__code="PA").order_by("id").values_list("posting_key")
    assert [key for (key,) in keys] == [
        f"payslip:{slip.pk}:E001",
        f"payslip:{slip.pk}:E001:reversed",
        f"payslip:{slip.pk}:v2:E001",
    ]
    assert (slip.status, slip.taken_back_for) == (PayslipStatus.PAID, "")
    assert ledger.balance_of("421") == 0
    assert list(wrong_pay()) == []


def test_the_pdf_is_withdrawn_and_made_anew(run):
    first = store_payslip(run.payslips.get().pk).document

    (slip,) = back(run)

    assert Payslip.objects.get().document is None
    assert AuditEvent.objects.get(action="payslip.taken_back").before["document"] == first.pk
    validated(run)
    assert queries.documents_progress(run).waiting == 1
    assert OutboxMessage.objects.filter(task__endswith="produce_payslip").count() == 2
    assert store_payslip(slip.pk).document not in (None, first)


def test_a_pdf_that_comes_after_the_payslip_was_taken_back_is_not_made(run):
    (slip,) = back(run)

    assert store_payslip(slip.pk).document is None


def test_the_person_is_told_with_the_reason(run, camille):
    (slip,) = back(run)

    message = OutboxMessage.objects.get(task__endswith="mail_taken_back")
    payslip_taken_back(message.arguments["payslip_id"])
    (sent,) = mail.outbox
    assert sent.subject == "Votre bulletin de novembre 2026 est repris"
    assert sent.to == [camille.email]
    assert WHY in sent.body
    validated(run)
    payslip_taken_back(slip.pk)
    assert len(mail.outbox) == 1  # validated again meanwhile: there is nothing to tell


def test_the_whole_run_or_one_payslip(camille):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    run = validated(make_run())

    back(run, run.payslips.get(entrepreneur=awa))
    assert sorted(run.payslips.values_list("status", flat=True)) == ["draft", "validated"]
    back(run)

    assert set(run.payslips.values_list("status", flat=True)) == {"draft"}
    assert AuditEvent.objects.filter(action="payslip.taken_back").count() == 2
    assert Entry.objects.exclude(reverses=None).count() == 2


# What it refuses


def test_a_reason_is_asked_for(run):
    assert refused(back, run, reason="  ") == "reason_missing"


def test_nothing_is_refused(run):
    assert refused(step_back, run, [], reason=WHY, on=ON, by=None) == "nothing_selected"


def test_a_prepared_transfer_holds_its_payslip(run):
    batch = pay_run(run, on=ON, by=None)

    assert refused(back, run) == "transferred"
    take_transfers(batch, by=None)
    assert refused(back, run) == "transferred"
    assert run.payslips.get().status == PayslipStatus.PAID


def test_a_later_payslip_of_the_year_holds_the_earlier(camille):
    october = validated(make_run(Month(2026, 10), on=ON))
    november = validated(make_run())

    assert refused(back, october) == "later_month"
    back(november)
    back(october)
    assert set(Payslip.objects.values_list("status", flat=True)) == {"draft"}


def test_a_closed_month_is_left_alone(camille):
    october = validated(make_run(Month(2026, 10), on=ON))
    close_period(Month(2026, 10), on=ON, by=None)

    assert refused(back, october) == "closed_period"


def test_taking_back_twice_does_it_once(run):
    slip = run.payslips.get()
    back(run)

    assert list(step_back(run, [slip.pk], reason=WHY, on=ON, by=None)) == []
    assert Entry.objects.exclude(reverses=None).count() == 1


# Transfers


def test_a_batch_nobody_took_is_withdrawn_and_made_again(run):
    batch = pay_run(run, on=ON, by=None)

    withdraw_batch(batch, reason=WHY, on=ON, by=None)

    run.refresh_from_db()
    assert (run.status, run.payslips.get().status) == (RunStatus.VALIDATED, "validated")
    assert ledger.balance_of("421") == -run.payslips.get().net_paid
    assert refused(take_transfers, batch, by=None) == "withdrawn"
    assert refused(withdraw_batch, batch, reason=WHY, on=ON, by=None) == "withdrawn"
    again = pay_run(run, on=ON, by=None)
    assert (again.number, again.total) == ("VIR-2026-0002", batch.total)
    assert Transfer.objects.filter(is_withdrawn=False).count() == 1
    assert list(wrong_pay()) == []


def test_a_withdrawn_batch_lets_its_payslips_be_taken_back(run):
    withdraw_batch(pay_run(run, on=ON, by=None), reason=WHY, on=ON, by=None)

    back(run)

    assert run.payslips.get().is_draft
    assert ledger.balance_of("421") == 0


def test_a_batch_that_left_stays(run):
    batch = pay_run(run, on=ON, by=None)
    take_transfers(batch, by=None)

    assert refused(withdraw_batch, batch, reason=WHY, on=ON, by=None) == "left"


def test_a_batch_past_its_day_stays(run):
    batch = pay_run(run, on=ON, by=None)

    assert refused(withdraw_batch, batch, reason=WHY, on=date(2026, 12, 1), by=None) == "left"


def test_a_pay_of_nothing_is_taken_back_though_settled(books):
    make_payee(cash="0", fixed_part="0")
    run = validated(make_run())
    pay_run(run, on=ON, by=None)
    assert run.payslips.get().status == PayslipStatus.PAID

    back(run)

    assert run.payslips.get().is_draft


# What PostgreSQL holds, whoever asks


def held(rows, **values) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        rows.update(**values)
    return error.value.__cause__.diag.constraint_name or "protected"


def test_postgresql_keeps_a_transferred_payslip(run):
    pay_run(run, on=ON, by=None)
    slips = Payslip.objects.all()
    draft = {"status": "draft", "validated_at": None, "revision": 2}

    assert held(slips, **draft) == "payroll_payslip_left"
    assert held(slips, status="validated") == "payroll_payslip_left"


def test_postgresql_counts_the_revisions(run):
    slips = Payslip.objects.all()

    assert held(slips, status="draft", validated_at=None) == "payroll_payslip_revision"
    assert held(slips, revision=2) == "payroll_payslip_revision"
    assert (
        held(slips, status="draft", validated_at=None, revision=2, gross=Decimal(1))
        == "payroll_payslip_frozen"
    )


def test_postgresql_keeps_a_payslip_that_a_later_one_depends_on(camille):
    validated(make_run(Month(2026, 10), on=ON))
    validated(make_run())
    october = Payslip.objects.filter(month=date(2026, 10, 1))

    assert (
        held(october, status="draft", validated_at=None, revision=2) == "payroll_payslip_in_order"
    )


def test_postgresql_lets_a_batch_leave_or_be_withdrawn(run):
    batch = pay_run(run, on=ON, by=None)
    take_transfers(batch, by=None)
    batch.refresh_from_db()
    batches = TransferBatch.objects.all()

    at = batch.downloaded_at
    assert held(batches, withdrawn_at=at) == "payroll_transferbatch_left_or_withdrawn"
    assert held(batches, downloaded_at=None) == "payroll_transferbatch_leaves_once"
    assert held(batches, total=Decimal(1)) == "protected"
    assert held(Transfer.objects.all(), is_withdrawn=True) == "payroll_transfer_with_batch"
    assert held(Transfer.objects.all(), amount=Decimal(1)) == "payroll_transfer_with_batch"


def test_a_month_taken_back_is_chosen_again(run, camille):
    back(run)

    assert queries.payslip_for(camille, NOVEMBER).is_draft
