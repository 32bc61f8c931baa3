"""The demonstration: made once, whole, by the day it is given."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.test import override_settings

from accounting.enums import BatchState
from accounting.models import EntryLine, TransferBatch
from cae.core.models import Cooperative, Membership, OutboxMessage
from cae.core.tenancy import tenant
from cae.demo import last_known_day
from cae.demo.companies import ATELIERS, BOCAGE
from cae.demo.desk import deposit_invoices
from cae.management.transfers import wrong_batches
from entrepreneurs.enums import Situation
from entrepreneurs.models import Entrepreneur
from governance.enums import AssemblyStatus
from governance.models import Assembly
from invoicing.enums import InvoiceStatus, PaymentMeans, QuoteStatus
from invoicing.models import (
    BankOutcome,
    Deal,
    ExpenseSheet,
    Folder,
    FolderFile,
    Invoice,
    Payment,
    Quote,
    Settlement,
    Transmission,
)
from invoicing.queries.bank import bank_lines, proposed_for
from invoicing.queries.folders import folder_figures
from payroll.enums import ControlCode, RunStatus
from payroll.models import PayrollRun, Payslip, Transfer
from payroll.queries import controls_of
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def a_demonstration(settings):
    settings.CAE_DEMO = True


def seeded(on: date = DAY, *, only: str | None = None) -> str:
    out = StringIO()
    call_command("seed_demo", on=on, small=True, only=only, stdout=out, stderr=StringIO())
    return out.getvalue()


@planted
def told() -> str:
    with override_settings(CAE_DEMO=True):
        return seeded()


@planted
def bocage() -> str:
    with override_settings(CAE_DEMO=True):
        return seeded(only=BOCAGE.identity.slug)


def ateliers() -> Cooperative:
    return Cooperative.objects.get(slug="ateliers-reunis")


def total(rows: QuerySet, column: str) -> Decimal:
    return rows.aggregate(total=Sum(column))["total"] or Decimal(0)


def test_the_demonstration_leaves_each_role_something_to_do(told):
    assert "camille@studio-brume.example" in told
    with tenant(ateliers()):
        assert {Situation.CANDIDATE, Situation.SUPPORTED, Situation.EMPLOYEE, Situation.MEMBER} == {
            Situation(s) for s in Entrepreneur.objects.values_list("situation", flat=True)
        }
        assert Quote.objects.filter(status=QuoteStatus.SENT).exists()
        assert Invoice.objects.filter(status=InvoiceStatus.SUBMITTED).exists()
        assert Invoice.objects.filter(
            status=InvoiceStatus.DRAFT, occurrences__isnull=False
        ).exists()
        assert Settlement.objects.filter(remaining__gt=0, due_on__lt=DAY).exists()
        assert ExpenseSheet.objects.filter(status="submitted").exists()
        assert set(Assembly.objects.values_list("status", flat=True)) == {
            AssemblyStatus.CLOSED,
            AssemblyStatus.CONVENED,
        }
        *past, current = PayrollRun.objects.order_by("month")
        assert [run.status for run in past] == [RunStatus.PAID] * len(past)
        assert current.status == RunStatus.COMPUTED
        found = {control.code for slip in current.payslips.all() for control in controls_of(slip)}
        assert {ControlCode.OVERDRAWN, ControlCode.IBAN_CHANGED, ControlCode.VARIATION} <= found
        # The past is replayed: no mail leaves, and only the latest invoices are made ahead.
        assert set(OutboxMessage.objects.values_list("task", flat=True)) == {
            "invoicing.tasks.produce_invoice_pdf"
        }


def test_folders_the_bank_and_deposits_are_seen_full(told):
    with tenant(ateliers()):
        running = list(Folder.objects.filter(archived_at=None))
        assert {folder.folder_type.code for folder in running} >= {"site", "classic"}
        figures = folder_figures([folder.pk for folder in running]).values()
        assert any(each.invoiced for each in figures)
        assert FolderFile.objects.count() == len(running)
        assert Folder.objects.exclude(archived_at=None).exists()
        assert Deal.objects.exists()

        assert bank_lines("matched").exists()
        assert bank_lines("aside").exists()
        assert bank_lines("out").exists()
        waiting = proposed_for(bank_lines())
        assert {row.proposal is None for row in waiting} == {True, False}
        assert BankOutcome.objects.filter(payment__isnull=False).count() > 1
        assert Payment.objects.filter(means=PaymentMeans.GAP).count() == 1

        batches = TransferBatch.objects.order_by("id")
        assert [batch.state for batch in batches] == [BatchState.EXECUTED, BatchState.OPEN]
        assert list(wrong_batches()) == []


def test_deposited_invoices_have_their_answers():
    seeded(only=BOCAGE.identity.slug)
    cooperative = Cooperative.objects.get()
    accountant = Membership.objects.get(role__code="accountant", cooperative=cooperative)

    with tenant(cooperative):
        deposit_invoices(on=DAY, by=accountant, files=2)

        told = Transmission.objects.order_by("invoice__chain_rank")
        assert list(told.values_list("status", flat=True)) == ["205", "203"]


def test_ledger_payslips_and_transfers_of_each_month_agree_to_the_cent(told):
    with tenant(ateliers()):
        nets = []
        for run in PayrollRun.objects.filter(status=RunStatus.PAID):
            wages = EntryLine.objects.filter(
                date__range=(run.month, run.pay_on), account__number="421"
            )
            net = total(Payslip.objects.filter(run=run), "net_paid")
            assert net == total(Transfer.objects.filter(batch__run=run), "amount")
            assert net == total(wages, "debit") == total(wages, "credit")
            nets.append(net)
        assert len(nets) == 2
        assert sum(nets) > 1000


def test_one_cooperative_can_come_before_the_other(bocage):
    assert [cooperative.slug for cooperative in Cooperative.objects.all()] == ["fabrique-du-bocage"]
    assert BOCAGE.identity.name in bocage
    assert ATELIERS.identity.name not in bocage


def test_a_second_run_makes_only_what_is_missing(bocage):
    seeded()
    before = Membership.objects.count(), ateliers().pk

    seeded(on=date(2026, 12, 24))

    assert (Membership.objects.count(), ateliers().pk) == before
    assert Cooperative.objects.count() == 2


def test_the_same_day_gives_the_same_story():
    def facts() -> list[tuple]:
        with tenant(ateliers()):
            rows = Invoice.objects.order_by("id").values_list("number", "issued_on", "gross")
            return list(rows)

    with transaction.atomic():
        seeded(only=ATELIERS.identity.slug)
        first = facts()
        transaction.set_rollback(True)
    seeded(only=ATELIERS.identity.slug)

    assert facts() == first


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 12, 31)])
def test_any_day_of_a_month_will_do(day):
    seeded(on=day)

    with tenant(ateliers()):
        assert PayrollRun.objects.get(month=day.replace(day=1)).status in (
            RunStatus.OPEN,
            RunStatus.COMPUTED,
        )
        assert not Invoice.objects.filter(issued_on__gt=day).exists()


def test_it_is_refused_where_its_password_would_be_a_hole(settings):
    settings.CAE_DEMO = False

    with pytest.raises(CommandError, match="CAE_DEMO"):
        seeded()

    assert not Cooperative.objects.exists()


def test_it_stops_where_the_rates_of_pay_do():
    assert last_known_day(DAY) == DAY
    assert last_known_day(date(2031, 3, 4)) < date(2031, 3, 4)


@pytest.mark.parametrize("company", [ATELIERS, BOCAGE], ids=lambda c: c.identity.slug)
def test_what_is_told_holds_together(company):
    keys = {person.key for person in company.people}

    assert {key for shop in company.shops for key, _ in shop.partners} <= keys
    assert len({person.email for person in company.people}) == len(company.people)
    assert all(person.cesa or person.wish == ("all", 0) for person in company.people)


def test_the_mean_turnover_is_that_of_a_real_cooperative():
    yearly = [Decimal(shop.yearly) for shop in ATELIERS.shops]

    assert 24_000 < sum(yearly) / len(yearly) < 34_000
    assert sum(50_000 <= amount <= 62_000 for amount in yearly) in (3, 4, 5)
