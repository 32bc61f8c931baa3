"""Slips, ledger and transfers agree to the cent."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sepaxml
import xmlschema
from django.db import DatabaseError, connection, transaction

from accounting import queries as ledger
from accounting.actions import choose_accounts, open_account
from accounting.documents.transfers import SCHEMA
from accounting.models import Entry, EntryLine
from accounting.rules import checked
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from entrepreneurs import actions as people
from payroll import queries
from payroll.actions import choose_salary, pay_run, validate_payslips
from payroll.documents.transfers import transfers_xml
from payroll.enums import PayslipStatus, RunStatus, SalaryMode
from payroll.models import Payslip, PayslipPart, Transfer, TransferBatch
from payroll.posting import Bearer, net_dues, payslip_entries
from payroll.rules.contributions import RULES
from tests.entrepreneurs.makers import make_activity
from tests.makers import make_membership
from tests.payroll.makers import (
    NOVEMBER,
    ON,
    activity_of,
    make_payee,
    make_run,
    paid_month,
    receive,
)

WAGES = "421"


def choose(person, amount):
    choose_salary(person, NOVEMBER, mode=SalaryMode.GROSS, amount=Decimal(amount), on=ON, by=None)


def validated_run():
    run = make_run()
    validate_payslips(run, [slip.pk for slip in run.payslips.all()], on=ON, by=None)
    return run


def balance(prefix, person=None):
    analytic = activity_of(person).analytic if person else None
    return ledger.balance_of(prefix, analytic=analytic)


def test_an_entry_elides_the_month_that_begins_with_a_vowel(camille):
    april = make_run(Month(2026, 4), on=date(2026, 4, 23))
    validate_payslips(april, [april.payslips.get().pk], on=date(2026, 4, 23), by=None)

    assert Entry.objects.get(journal__code="PA").label == "Paie d’avril 2026, Camille Fournier"


def test_a_validated_payslip_is_in_the_ledger_line_by_line(camille):
    choose(camille, "2000")
    run = validated_run()

    slip = run.payslips.get()
    computed = queries.slip_of(slip)
    funds = computed.by_fund()
    assert balance("6411") == slip.gross
    assert balance("645") + balance("6333") == slip.cost - slip.gross
    assert balance("6333") == sum(
        line.employer for line in computed.lines if line.code in ("formation", "taxe_apprentissage")
    )
    assert balance("421") == -slip.net_paid
    assert balance("4421") == -slip.withholding
    assert balance("431") == -sum(funds["urssaf"])
    assert balance("4373") == -sum(funds["pension"])
    assert balance("4372") == -sum(funds["health"])
    entry = Entry.objects.get(journal__code="PA")
    assert (entry.date, entry.analytic, entry.posting_key) == (
        ON,
        activity_of(camille).analytic,
        f"payslip:{slip.pk}:E001",
    )
    due = entry.lines.get(account__number="421")
    assert (due.party, due.due_on) == ("Camille Fournier", date(2026, 11, 27))


def test_the_pay_takes_its_cost_from_the_available_money(camille):
    choose(camille, "2000")
    run = validated_run()
    analytic = activity_of(camille).analytic
    slip = run.payslips.get()

    after_validation = ledger.available(analytic, ON).total
    pay_run(run, on=ON, by=None)

    assert after_validation == 4000 - slip.cost == slip.reserve_after
    assert ledger.available(analytic).total == after_validation


def test_the_month_goes_where_the_band_says(camille):
    choose(camille, "2000")
    slip = validated_run().payslips.get()

    month = ledger.distribution(activity_of(camille).analytic, NOVEMBER)

    assert (month.salary, month.social) == (slip.net_before_tax, slip.cost - slip.net_before_tax)


def test_a_late_validation_is_posted_in_its_month(camille):
    run = make_run(on=date(2026, 12, 2))
    validate_payslips(run, [run.payslips.get().pk], on=date(2026, 12, 2), by=None)

    assert Entry.objects.get(journal__code="PA").date == date(2026, 11, 30)


def test_a_pay_of_nothing_writes_nothing_and_is_paid_without_a_transfer(books):
    make_payee(cash="0", fixed_part="0")
    run = validated_run()

    assert pay_run(run, on=ON, by=None) is None

    assert Entry.objects.count() == Transfer.objects.count() == 0
    assert run.payslips.get().status == PayslipStatus.PAID


def test_each_activity_of_a_person_bears_its_part(camille):
    other = make_activity(camille, name="Ateliers du soir")
    receive(other, "1000.07")
    choose_salary(camille, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)
    run = validated_run()
    pay_run(run, on=ON, by=None)

    slip = run.payslips.get()
    assert Entry.objects.filter(journal__code="PA").count() == 2
    for part in PayslipPart.objects.select_related("activity"):
        debits = EntryLine.objects.filter(
            analytic=part.activity.analytic_id, journal__code="PA", account__number__startswith="6"
        )
        assert sum(line.debit - line.credit for line in debits) == part.cost
        assert ledger.balance_of(WAGES, analytic=part.activity.analytic_id) == ZERO
    assert balance("6411") == slip.gross


@pytest.mark.parametrize("costs", [["1"], ["1", "1"], ["2", "1"], ["1", "0.01", "7"]])
@pytest.mark.parametrize("gross", ["1", "150", "1823.03", "5470"])
def test_the_entries_of_a_payslip_always_balance_and_add_up(camille, gross, costs):
    from payroll.enums import Hours
    from payroll.rules.parts import split
    from payroll.rules.slip import payslip

    situation = queries.payee_of(camille, NOVEMBER, on=ON).situation
    assert situation.hours == Hours.MONTHLY
    slip = payslip(situation, Decimal(gross))
    shares = split(slip.cost, [Decimal(c) for c in costs])
    bearers = [Bearer(f"E{i}", share) for i, share in enumerate(shares) if share]

    entries = payslip_entries("k", slip, bearers, person="X", on=ON, pay_on=ON)

    lines = [line for entry in entries for line in checked(entry).lines]
    totals = {
        account: sum(li.debit - li.credit for li in lines if li.account == account)
        for account in ("6411", "421", "4421", "431")
    }
    assert totals == {
        "6411": slip.gross,
        "421": -slip.net_paid,
        "4421": -slip.withholding.amount,
        "431": -sum(slip.by_fund()["urssaf"]),
    }
    assert sum(due.amount for due in net_dues(slip, bearers, person="X")) == slip.net_paid


def test_every_contribution_has_its_accounts():
    from payroll.posting import _ACCOUNTS

    assert {rule.fund for rule in RULES} <= set(_ACCOUNTS)


# Transfers


def _bank_of_the_cooperative(number: str) -> None:
    own = ledger.cooperative_analytic()
    by = make_membership(own.tenant, "accountant")
    open_account(number, label="Banque des salaires", by=by)
    choose_accounts(own, accounts={"bank": number}, by=by)


def test_slips_ledger_and_transfers_agree_to_the_cent(camille):
    choose(camille, "2000")
    awa = make_payee("Awa", "Diallo", activity="Sève")
    choose(awa, "1823.03")
    run = validated_run()
    _bank_of_the_cooperative("51201")

    batch = pay_run(run, on=ON, by=None)

    slips = sum(run.payslips.values_list("net_paid", flat=True))
    paid = EntryLine.objects.filter(entry__posting_key=f"transfers:{batch.pk}")
    assert batch.total == slips == sum(batch.transfers.values_list("amount", flat=True))
    assert sum(line.credit for line in paid if line.account.number == "51201") == slips
    assert balance(WAGES) == ZERO
    assert batch.transfer_count == 2
    run.refresh_from_db()
    assert run.status == RunStatus.PAID


def test_what_is_validated_later_leaves_in_a_second_batch(camille):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    run = make_run()
    mine, hers = run.payslips.order_by("entrepreneur_id")
    validate_payslips(run, [mine.pk], on=ON, by=None)
    first = pay_run(run, on=ON, by=None)
    validate_payslips(run, [hers.pk], on=ON, by=None)

    second = pay_run(run, on=ON, by=None)

    assert (first.number, second.number) == ("VIR-2026-0001", "VIR-2026-0002")
    assert second.transfers.get().entrepreneur_id == awa.pk


def test_paying_twice_is_refused(camille):
    run = validated_run()
    pay_run(run, on=ON, by=None)

    assert refused(run) == "nothing_to_pay"
    assert Transfer.objects.count() == 1


def refused(run) -> str:
    with pytest.raises(ActionRefused) as refusal:
        pay_run(run, on=ON, by=None)
    return refusal.value.code


def test_a_cooperative_without_an_account_cannot_pay(camille, cooperative):
    cooperative.iban = ""
    cooperative.save()

    assert refused(validated_run()) == "no_cooperative_iban"


def test_an_account_lost_since_is_refused_and_nothing_is_written(camille):
    run = validated_run()
    type(camille).objects.update(iban="")

    assert refused(run) == "no_iban"
    assert run.payslips.get().status == PayslipStatus.VALIDATED


def test_transfers_never_leave_in_the_past(camille):
    run = validated_run()

    assert pay_run(run, on=date(2026, 11, 30), by=None).pay_on == date(2026, 11, 30)


def test_the_file_is_valid_for_a_bank_and_the_same_each_time(camille):
    people.change_iban(
        camille,
        iban="FR7630006000011234567890189",
        holder="Éléonore & Cie Prigent",
        on=date(2026, 1, 1),
        by=None,
    )
    run = validated_run()
    batch = pay_run(run, on=ON, by=None)

    content = transfers_xml(batch)

    folder = Path(sepaxml.__file__).parent / "schemas"
    xmlschema.XMLSchema(str(folder / f"{SCHEMA}.xsd")).validate(content.decode())
    assert transfers_xml(TransferBatch.objects.get()) == content
    assert b"<Nm>Eleonore   Cie Prigent</Nm>" in content
    amount = run.payslips.get().net_paid
    assert f'<InstdAmt Ccy="EUR">{amount}</InstdAmt>'.encode() in content
    assert b"<ReqdExctnDt><Dt>2026-11-27</Dt></ReqdExctnDt>" in content


def test_an_account_is_sealed_in_the_table_of_transfers(camille):
    pay_run(validated_run(), on=ON, by=None)

    with connection.cursor() as cursor:
        cursor.execute("SELECT iban FROM payroll_transfer")
        (kept,) = cursor.fetchone()
    assert "FR" not in kept.split(":")[0]
    assert Transfer.objects.get().iban == camille.iban


# What PostgreSQL itself refuses


def broken(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


def test_a_validated_payslip_never_changes(camille):
    run = validated_run()
    slips = Payslip.objects.all()

    assert broken(lambda: slips.update(gross=1, employee_charges=0, net_before_tax=1))
    assert broken(lambda: slips.update(pay_on=date(2026, 12, 1)))
    assert broken(lambda: slips.update(status=PayslipStatus.DRAFT, validated_at=None))
    assert broken(lambda: PayslipPart.objects.update(cost=1))
    assert broken(lambda: PayslipPart.objects.all().delete())
    assert broken(lambda: slips._raw_delete("default"))
    assert broken(lambda: slips.update(status=PayslipStatus.PAID)), "without its transfer"
    assert run.payslips.get().status == PayslipStatus.VALIDATED


def test_a_payslip_that_does_not_add_up_cannot_be_written(camille):
    make_run()
    slips = Payslip.objects.all()

    assert broken(lambda: slips.update(net_paid=1))
    assert broken(lambda: slips.update(cost=1))
    assert broken(lambda: slips.update(net_before_tax=1))
    assert broken(lambda: slips.update(unspent=1))
    assert broken(lambda: slips.update(month=date(2026, 11, 2)))


def test_a_transfer_is_the_net_of_its_payslip_and_a_batch_its_transfers(camille):
    run = validated_run()
    slip = run.payslips.get()
    batch = {
        "run": run,
        "number": "X",
        "pay_on": ON,
        "debtor_name": "X",
        "debtor_iban": "X",
    }
    other = {"entrepreneur_id": slip.entrepreneur_id, "payslip": slip, "iban": "X", "holder": "X"}

    def transfer(amount, **more):
        made = TransferBatch.objects.create(**batch, transfer_count=1, total=amount, **more)
        Transfer.objects.create(batch=made, amount=amount, reference="X", **other)

    assert broken(lambda: transfer(slip.net_paid - 1))

    def empty_batch():
        TransferBatch.objects.create(**batch, transfer_count=1, total=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert broken(empty_batch)
    pay_run(run, on=ON, by=None)
    assert broken(lambda: Transfer.objects.update(amount=1))
    assert broken(lambda: TransferBatch.objects.all()._raw_delete("default"))


def test_an_entrepreneur_cannot_touch_a_payslip_even_their_own(camille):
    from cae.core.tenancy import current_tenant_id, tenant
    from tests.entrepreneurs.makers import give_access, own_ids

    run = make_run()
    give_access(camille)
    own = own_ids(camille)

    with tenant(current_tenant_id(), own=own):
        assert Payslip.objects.count() == 1
        assert broken(lambda: Payslip.objects.update(controls=[])) or (
            Payslip.objects.get().controls == run.payslips.get().controls
        )
        assert Payslip.objects.all()._raw_delete("default") == 0


def test_a_year_of_pay_agrees_everywhere(camille):
    for number in (9, 10):
        paid_month(Month(2026, number))

    assert balance(WAGES) == ZERO
    assert sum(TransferBatch.objects.values_list("total", flat=True)) == sum(
        Payslip.objects.values_list("net_paid", flat=True)
    )
