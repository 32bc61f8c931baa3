"""One euro, from a quote to a payslip: every floor of the house tells the same amount.

The entrepreneur acts behind the neighbour wall, as the role that serves her.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounting import queries as ledger
from accounting.models import EntryLine
from cae.core.documents import keep
from cae.core.enums import DocumentKind
from cae.core.periods import Month
from cae.core.tenancy import OwnIds, tenant
from entrepreneurs import actions as people
from entrepreneurs.models import Entrepreneur
from invoicing import actions as sales
from invoicing.models import ExpenseType
from invoicing.rules.lines import SoldLine
from payroll import actions as pay
from payroll.enums import PayslipStatus, SalaryMode
from payroll.models import Payslip, Transfer
from tests.entrepreneurs.makers import IBAN, NIR, make_activity, make_cesa, make_person
from tests.makers import make_membership
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.django_db

D = Decimal
JUNE_3, JUNE_20, JUNE_22, JUNE_27 = (date(2026, 6, day) for day in (3, 20, 22, 27))
JUNE = Month(2026, 6)
ZERO = D("0.00")


def test_one_euro_from_the_quote_to_the_payslip():
    cooperative = open_one()
    cooperative.iban = "FR7630006000011234567890189"
    cooperative.save()
    camille_place = make_membership(cooperative, "entrepreneur", "camille@exemple.fr")
    accountant = make_membership(cooperative, "accountant")
    officer = make_membership(cooperative, "payroll_officer")
    with tenant(cooperative):
        camille = make_person()
        Entrepreneur.objects.filter(pk=camille.pk).update(membership=camille_place)
        people.set_nir(camille, NIR, by=None)
        people.change_iban(
            camille, iban=IBAN, holder=camille.full_name, on=date(2025, 3, 1), by=None
        )
        make_cesa(camille)
        activity = make_activity(camille)
        supplies = ExpenseType.objects.get(code="supplies")
        camille.refresh_from_db()
    analytic = activity.analytic_id

    def as_camille():
        own = OwnIds(camille.pk, (activity.pk,), (analytic,))
        return tenant(cooperative, membership=camille_place, own=own)

    def as_staff(membership):
        return tenant(cooperative, membership=membership)

    # She sells: a quote, which the client accepts, becomes an invoice she issues alone.
    with as_camille():
        ebene = sales.create_customer(
            activity, name="Maison Ébène", email="compta@ebene.example",
            street="14 rue des Carmes", postcode="35000", town="Rennes", by=camille_place,
        )  # fmt: skip
        quote = sales.create_quote(
            activity,
            content=sales.QuoteContent(
                customer=ebene,
                subject="Identité visuelle",
                lines=[
                    SoldLine(label="Direction", quantity=D(3), unit_price=D(1000), vat="20"),
                ],
                dated_on=JUNE_3,
            ),
            by=camille_place,
        )
        quote = sales.send_quote(quote, on=JUNE_3, by=camille_place)
    with tenant(cooperative):  # the public page: nobody is signed in
        quote = sales.accept_quote(quote, name="Marianne Lescop", role="Gérante", on=JUNE_3)
    with as_camille():
        invoice = sales.invoice_from_quote(quote, by=camille_place)
        invoice = sales.issue_invoice(invoice, on=JUNE_3, by=camille_place)
    assert (invoice.net, invoice.vat, invoice.gross) == (D("3000.00"), D("600.00"), D("3600.00"))

    # The client pays; the cooperative takes its 10 %.
    with as_staff(accountant):
        sales.record_payment(
            invoice, amount=D("3600.00"), received_on=JUNE_20, means="transfer", by=accountant
        )
        assert ledger.available(analytic, JUNE_20).total == D("2700.00")

    # She spends 24 € for her work; somebody else approves it.
    with as_camille():
        voucher = keep(
            b"%PDF-", kind=DocumentKind.VOUCHER, name="ticket.pdf", mime="application/pdf",
            entrepreneur_id=camille.pk, by=camille_place,
        )  # fmt: skip
        line = sales.add_expense(
            camille, activity, expense_type=supplies, spent_on=JUNE_3, label="Carnets",
            paid=D(24), paid_vat=D(4), voucher=voucher, on=JUNE_20, by=camille_place,
        )  # fmt: skip
        sheet = sales.submit_sheet(line.sheet, by=camille_place)
    with as_staff(accountant):
        sales.approve_sheet(sheet, on=JUNE_20, by=accountant)
        available = ledger.available(analytic, JUNE_20).total
    assert available == D("2680.00")  # 2 700 − 20: the VAT of the ticket is given back

    # She asks for all she can; the officer computes, validates and pays the month.
    with as_camille():
        assert ledger.available(analytic, JUNE_20).total == available
        pay.choose_salary(
            camille, JUNE, mode=SalaryMode.ALL, amount=None, on=JUNE_20, by=camille_place
        )
    with as_staff(officer):
        run = pay.open_run(JUNE, on=JUNE_22, by=officer, pay_on=JUNE_27)
        run = pay.compute_run(run, on=JUNE_22, by=officer)
        slip = Payslip.objects.get(run=run)
        for control in slip.controls:
            slip = pay.acknowledge_control(slip, control["code"], on=JUNE_22, by=officer)
        pay.validate_payslips(run, [slip.pk], on=JUNE_22, by=officer)
        pay.pay_run(run, on=JUNE_22, by=officer)
        slip.refresh_from_db()

    # The slip, the ledger and the transfer agree to the cent.
    with as_staff(officer):
        transfer = Transfer.objects.get(payslip=slip)
        posted = {
            number: sum(line.debit - line.credit for line in lines)
            for number, lines in _lines_by_account(analytic).items()
        }
        left = ledger.available(analytic).total
        assert ledger.balance_of("181") == ZERO
        assert ledger.balance_of("6041") == ZERO
        assert sum(line.debit - line.credit for line in EntryLine.objects.all()) == ZERO
    assert slip.status == PayslipStatus.PAID
    assert slip.cost + left == available == slip.budget
    assert left == slip.unspent
    assert posted["6411"] == slip.gross
    assert posted["421"] == ZERO
    assert transfer.amount == slip.net_paid
    assert posted["706"] == -invoice.net
    assert posted["44571"] == -invoice.vat
    with as_camille():
        assert ledger.available(analytic).total == left
        assert Payslip.objects.get().net_paid == slip.net_paid


def _lines_by_account(analytic: int) -> dict[str, list[EntryLine]]:
    found: dict[str, list[EntryLine]] = {}
    for line in EntryLine.objects.filter(analytic=analytic).select_related("account"):
        found.setdefault(line.account.number, []).append(line)
    return found
