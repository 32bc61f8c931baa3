"""Two officers, and the person, at the same moment: nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from accounting.models import Entry
from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from payroll.actions import (
    choose_salary,
    compute_run,
    open_run,
    pay_run,
    step_back,
    store_payslip,
    take_transfers,
    validate_payslips,
    withdraw_batch,
)
from payroll.enums import RunStatus, SalaryMode
from payroll.models import PayrollRun, Payslip, SalaryChoice, Transfer, TransferBatch
from tests.payroll.makers import NOVEMBER, ON, make_payee, make_run, open_books

pytestmark = pytest.mark.django_db(transaction=True)
OFFICERS = 4


@pytest.fixture
def people(cooperative):
    with tenant(cooperative):
        with transaction.atomic():
            open_books(cooperative)
            people = [
                make_payee("Camille", "Fournier"),
                make_payee("Awa", "Diallo", activity="Sève"),
                make_payee("Bob", "Jolly", activity="Traiteur"),
            ]
        yield people


def computed() -> tuple[PayrollRun, list[int]]:
    with transaction.atomic():
        run = make_run()
        return run, list(run.payslips.values_list("pk", flat=True))


def at_once(cooperative, *jobs: Callable[[], Any]) -> list[Any]:
    """Run each job on a connection of its own; return its result or the code of its refusal."""

    def run(job: Callable[[], Any]) -> Any:
        try:
            with tenant(cooperative):
                return job()
        except ActionRefused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_a_month_is_opened_by_one_of_them(cooperative, people):
    answers = at_once(cooperative, *[lambda: open_run(NOVEMBER, on=ON, by=None)] * OFFICERS)

    assert sum(isinstance(answer, PayrollRun) for answer in answers) == 1
    assert answers.count("already_open") == OFFICERS - 1


def test_computing_together_gives_each_person_one_payslip(cooperative, people):
    with transaction.atomic():
        run = make_run(computed=False)

    at_once(cooperative, *[lambda: compute_run(run, on=ON, by=None)] * OFFICERS)

    with transaction.atomic():
        paid = sorted(run.payslips.values_list("entrepreneur_id", flat=True))
    assert paid == [person.pk for person in people]


def test_validating_and_paying_together_does_each_once(cooperative, people):
    run, ids = computed()

    at_once(cooperative, *[lambda: validate_payslips(run, ids, on=ON, by=None)] * OFFICERS)
    at_once(cooperative, *[lambda: pay_run(run, on=ON, by=None)] * OFFICERS)

    with transaction.atomic():
        assert Entry.objects.filter(journal__code="PA").count() == 3
        assert OutboxMessage.objects.count() == 3
        batch = TransferBatch.objects.get()
        assert batch.total == sum(Payslip.objects.values_list("net_paid", flat=True))
        assert Transfer.objects.count() == 3
        run.refresh_from_db()
    assert run.status == RunStatus.PAID


def test_one_validates_while_another_computes(cooperative, people):
    run, ids = computed()

    at_once(
        cooperative,
        lambda: validate_payslips(run, ids, on=ON, by=None),
        lambda: compute_run(run, on=ON, by=None),
        lambda: validate_payslips(run, ids, on=ON, by=None),
    )

    with transaction.atomic():
        for slip in Payslip.objects.all():
            assert not slip.is_draft
            assert slip.parts.count() == 1
        assert Entry.objects.filter(journal__code="PA").count() == 3


def test_a_person_chooses_while_the_month_is_validated(cooperative, people):
    camille = people[0]
    run, _ = computed()
    with transaction.atomic():
        slip = run.payslips.get(entrepreneur=camille)

    def choose():
        return choose_salary(
            camille, NOVEMBER, mode=SalaryMode.GROSS, amount=Decimal(900), on=ON, by=None
        )

    answers = at_once(
        cooperative, lambda: validate_payslips(run, [slip.pk], on=ON, by=None), choose
    )

    with transaction.atomic():
        slip.refresh_from_db()
        assert SalaryChoice.objects.count() <= 1
    # Whoever came first, the payslip is what it was computed from, or waits to be computed.
    assert (slip.is_draft, answers[0] == "choice_changed") in {(True, True), (False, False)}
    assert slip.gross == 150


def test_a_pdf_delivered_twice_is_kept_once(cooperative, people):
    run, ids = computed()
    validate_payslips(run, ids, on=ON, by=None)

    kept = at_once(cooperative, *[lambda: store_payslip(ids[0]).document_id] * 2)

    assert len(set(kept)) == 1


def test_two_officers_take_back_the_same_payslips_once(cooperative, people):
    run, ids = computed()
    validate_payslips(run, ids, on=ON, by=None)

    at_once(cooperative, *[lambda: step_back(run, ids, reason="Erreur", on=ON, by=None)] * OFFICERS)

    with transaction.atomic():
        assert Entry.objects.exclude(reverses=None).count() == 3
        assert set(Payslip.objects.values_list("status", "revision")) == {("draft", 2)}


def test_one_pays_while_another_takes_back(cooperative, people):
    run, ids = computed()
    validate_payslips(run, ids, on=ON, by=None)

    answers = at_once(
        cooperative,
        lambda: pay_run(run, on=ON, by=None),
        lambda: step_back(run, ids, reason="Erreur", on=ON, by=None),
    )

    with transaction.atomic():
        statuses = set(Payslip.objects.values_list("status", flat=True))
        sent = Transfer.objects.count()
    # Whoever came first, the other was told: a salary is never both sent and taken back.
    assert (statuses, sent, "transferred" in answers, "nothing_to_pay" in answers) in (
        ({"paid"}, 3, True, False),
        ({"draft"}, 0, False, True),
    )


def test_one_takes_the_file_while_another_withdraws_it(cooperative, people):
    run, ids = computed()
    validate_payslips(run, ids, on=ON, by=None)
    batch = pay_run(run, on=ON, by=None)

    answers = at_once(
        cooperative,
        lambda: take_transfers(batch, by=None),
        lambda: withdraw_batch(batch, reason="Erreur", on=ON, by=None),
    )

    with transaction.atomic():
        batch.refresh_from_db()
    assert batch.has_left != batch.is_withdrawn
    assert ("left" in answers) == batch.has_left
    assert ("withdrawn" in answers) == batch.is_withdrawn
