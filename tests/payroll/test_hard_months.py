"""Months that go wrong: each gives one sentence, and nothing half-written."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from accounting import queries as ledger
from accounting.actions import close_period
from accounting.models import Entry
from cae.core import clock
from cae.core.models import OutboxMessage, StoredDocument
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from cae.management.house import wrong_pay
from entrepreneurs import actions as people
from entrepreneurs.enums import ContractEnd
from payroll import queries
from payroll.actions import choose_salary, pay_run, store_payslip, validate_payslips
from payroll.enums import RunStatus, SalaryMode
from payroll.models import PayrollRun, Payslip, TransferBatch
from payroll.rules.situation import Situation
from payroll.rules.slip import payslip
from tests.entrepreneurs.makers import give_access, make_activity
from tests.makers import make_membership, signed_in
from tests.payroll.makers import (
    NOVEMBER,
    ON,
    activity_of,
    make_payee,
    make_run,
    provision,
    receive,
    spend,
)

OCTOBER = Month(2026, 10)


def validated(run, on=ON):
    validate_payslips(run, [slip.pk for slip in run.payslips.all()], on=on, by=None)
    return run


def refused(action, *args, **kwargs) -> str:
    with pytest.raises(ActionRefused) as refusal:
        action(*args, **kwargs)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


# A month closed too soon


def test_salaries_of_a_closed_month_are_still_paid_on_an_open_day(camille):
    run = validated(make_run(OCTOBER, on=ON))
    close_period(OCTOBER, on=ON, by=None)

    batch = pay_run(run, on=ON, by=None)

    assert (batch.pay_on, ledger.balance_of("421")) == (ON, 0)
    run.refresh_from_db()
    assert run.status == RunStatus.PAID


def test_salaries_are_not_paid_on_a_closed_day(camille):
    run = validated(make_run(OCTOBER, on=date(2026, 10, 23)))
    close_period(OCTOBER, on=ON, by=None)

    assert refused(pay_run, run, on=date(2026, 10, 27), by=None) == "closed_period"
    assert TransferBatch.objects.count() == 0
    assert run.payslips.get().status == "validated"


# Entries and exits


def test_a_contract_that_starts_inside_a_month_prorates_the_ceiling(books):
    person = make_payee(cash="9000", starts_on=date(2026, 11, 16))

    payee = queries.payee_of(person, NOVEMBER, on=ON)

    assert payee.situation.presence == Fraction(15, 30)
    assert payee.pay().slip.ceiling == Decimal("2002.50")


def test_a_contract_that_ends_inside_a_month_is_paid_then_said(camille):
    people.end_contract(
        camille.contracts.get(),
        ends_on=date(2026, 10, 10),
        reason=ContractEnd.RESIGNATION,
        by=None,
    )

    october = make_run(OCTOBER, on=date(2026, 10, 23))

    assert queries.slip_of(october.payslips.get()).situation.presence == Fraction(10, 31)
    assert make_run().payslips.count() == 0
    (left_out,) = queries.left_out(NOVEMBER)
    assert left_out.person == camille
    assert left_out.reason.startswith("contrat terminé le 10 octobre 2026")


def test_a_whole_month_is_what_it_was():
    whole = Situation(month=NOVEMBER, headcount=24, accident_rate=Decimal("0.012"))

    assert payslip(whole, Decimal(5000)) == payslip(
        replace(whole, presence=Fraction(1)), Decimal(5000)
    )


# Two activities


def test_two_activities_bear_a_pay_to_the_cent_of_each(camille):
    second = make_activity(camille, name="Ateliers du soir")
    receive(second, "333.33")
    third = make_activity(camille, name="Chantier perdu")
    spend(third, "700")
    provision(second, "20")
    choose_salary(camille, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)

    run = validated(make_run())
    pay_run(run, on=ON, by=None)

    slip = run.payslips.get()
    parts = {part.activity.name: part.cost for part in slip.parts.all()}
    assert parts["Chantier perdu"] == 0
    assert sum(parts.values()) == slip.cost
    for activity in (activity_of_name("Studio Brume"), second):
        entry = Entry.objects.get(journal__code="PA", analytic=activity.analytic)
        assert ledger.balance_of("421", analytic=activity.analytic) == 0
        assert sum(line.debit - line.credit for line in entry.lines.all()) == 0
    assert list(wrong_pay()) == []


def activity_of_name(name):
    from entrepreneurs.models import Activity

    return Activity.objects.get(name=name)


def test_every_activity_in_the_red_pays_nothing_and_says_so(camille):
    spend(activity_of(camille), "4500")
    choose_salary(camille, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)

    slip = make_run().payslips.get()

    assert (slip.gross, slip.blocking) == (0, 0)
    assert {c["code"] for c in slip.controls} == {"in_the_red", "below_fixed_part"}


# A PDF that cannot be made


def test_a_pdf_that_fails_leaves_nothing_and_is_made_later(camille, settings, tmp_path):
    run = validated(make_run())
    blocked = tmp_path / "full"
    blocked.write_text("no room")
    settings.CAE_FILES = blocked

    with pytest.raises(OSError, match="full"):
        store_payslip(run.payslips.get().pk)

    assert run.payslips.get().document is None
    assert StoredDocument.objects.count() == 0
    assert OutboxMessage.objects.get().done_at is None  # the relay comes back
    settings.CAE_FILES = tmp_path / "files"
    assert store_payslip(run.payslips.get().pk).document is not None


def test_a_worker_killed_while_writing_leaves_a_file_that_is_written_again(
    camille, settings, tmp_path
):
    run = validated(make_run())
    stored = store_payslip(run.payslips.get().pk).document
    (path,) = (p for p in (tmp_path / "files").rglob(stored.sha256))
    partial = path.with_suffix(".partial")
    path.unlink()
    partial.write_bytes(b"%PDF-half")

    from cae.core import documents
    from payroll.documents.payslip import payslip_pdf

    again = documents.keep(
        payslip_pdf(run.payslips.get()), kind="payslip", name="b.pdf", mime="application/pdf"
    )

    assert again.sha256 == stored.sha256
    assert documents.content_of(stored).startswith(b"%PDF")
    assert not partial.exists()


# A year whose legal values are not known


@pytest.fixture
def in_2027(cooperatives, monkeypatch):
    for each in cooperatives:
        each.require_second_factor = False
        each.save()
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 11))


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_pages_of_a_year_without_legal_values_say_so(camille, cooperative, in_2027):
    staff = signed_in(make_membership(cooperative, "payroll_officer"))
    own = signed_in(give_access(camille))

    def of(name):
        return reverse(f"payroll:{name}", args=[cooperative.slug])

    opened = staff.post(of("open"), {"month": "2027-01", "nonce": "a"})
    assert opened.status_code == 422
    assert "n’est pas connue pour janvier 2027" in text_of(opened)
    assert PayrollRun.objects.count() == 0
    assert staff.get(of("runs")).status_code == 200
    assert "ne sont pas encore toutes connues" in text_of(staff.get(of("terms")))
    assert "n’est pas connue pour janvier 2027" in text_of(own.get(of("salaries")))
    chosen = own.post(of("salaries"), {"mode": "all", "nonce": "b"})
    assert chosen.status_code == 422
    assert "n’est pas connue pour janvier 2027" in text_of(chosen)
    assert Payslip.objects.count() == 0
    home = own.get(reverse("home", args=[cooperative.slug]))
    assert home.status_code == 200
    assert "n’est pas connue pour janvier 2027" in text_of(home)
