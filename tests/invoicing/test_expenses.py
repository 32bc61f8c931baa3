"""Expenses: a voucher each, two pairs of eyes, one entry, one refund."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounting.enums import ContributionMeasure
from accounting.rules import Contribution
from cae.core import documents
from cae.core.enums import DocumentKind
from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from entrepreneurs.queries import own_ids
from invoicing import actions
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseLine, ExpenseSheet
from invoicing.queries import mileage_bands
from invoicing.rules.mileage import allowance, yearly_allowance
from tests.entrepreneurs.makers import give_access, make_person
from tests.invoicing.makers import JUNE_3, D, balances, make_seller, make_shop, refused
from tests.makers import make_membership

pytestmark = pytest.mark.django_db


def voucher(shop, content: bytes = b"%PDF-1.7 ticket"):
    return documents.keep(
        content,
        kind=DocumentKind.VOUCHER,
        name="ticket.pdf",
        mime="application/pdf",
        entrepreneur_id=shop.person.pk,
    )


def drive(shop, distance="100", vehicle="car", power=5, **values):
    return actions.add_mileage(
        shop.person,
        shop.activity,
        **{
            "expense_type": shop.type("mileage"),
            "spent_on": JUNE_3,
            "label": "Salon du livre",
            "distance": D(distance),
            "vehicle": vehicle,
            "power": power,
            "on": JUNE_3,
            "by": shop.seller,
            **values,
        },
    )


def submitted(shop) -> ExpenseSheet:
    line = shop.spend(voucher=voucher(shop))
    return actions.submit_sheet(line.sheet, by=shop.seller)


def test_expenses_of_a_month_share_one_sheet(shop):
    first, second = shop.spend(), shop.spend("phone", paid="30", vat="5")
    other = shop.spend(spent_on=date(2026, 5, 31))

    assert first.sheet == second.sheet != other.sheet
    sheet = ExpenseSheet.objects.get(pk=first.sheet_id)
    # Half of the telephone, and half of its VAT.
    assert (second.net, second.vat, second.gross) == (D("12.50"), D("2.50"), D("15.00"))
    assert (sheet.net, sheet.vat, sheet.gross) == (D("112.50"), D("22.50"), D("135.00"))


def test_no_vat_is_deducted_on_a_train_ticket(shop):
    line = shop.spend("train", paid="110", vat="10")
    assert (line.net, line.vat, line.gross) == (D("110.00"), D("0.00"), D("110.00"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"paid": Decimal(0)}, "bad_amount"),
        ({"paid": Decimal("-12")}, "bad_amount"),
        ({"paid_vat": Decimal("120")}, "bad_vat"),
        ({"paid_vat": Decimal("-1")}, "bad_vat"),
        ({"spent_on": date(2026, 6, 4)}, "in_the_future"),
        ({"spent_on": date(2024, 12, 31)}, "too_old"),
        ({"label": " "}, "label_missing"),
    ],
)
def test_an_expense_that_makes_no_sense_is_refused_whole(shop, values, code):
    with refused(code):
        shop.spend(**values)
    assert ExpenseSheet.objects.count() == 0


def test_mileage_adds_up_to_the_scale_of_the_year(shop):
    journeys = [drive(shop, "1600"), drive(shop, "1999.9"), drive(shop, "1400.1"), drive(shop)]

    bands = mileage_bands(vehicle="car", power=5, on=JUNE_3)
    assert sum(j.gross for j in journeys) == yearly_allowance(bands, D("5100"))
    assert yearly_allowance(bands, D("4000")) == D("2544.00")
    assert yearly_allowance(bands, D("6000")) == D("3537.00")
    assert yearly_allowance(bands, D("22000")) == D("9394.00")
    assert allowance(bands, before=D(0), distance=D("1600")) == journeys[0].gross


def test_an_electric_car_is_paid_a_fifth_more(shop):
    assert drive(shop, vehicle="electric_car").gross == D("76.32")
    assert drive(shop, vehicle="moped", power=0).gross == D("31.50")
    with refused("bad_distance"):
        drive(shop, "2001")


def test_a_sheet_without_vouchers_does_not_leave(shop, seller):
    line = shop.spend()
    with refused("voucher_missing"):
        actions.submit_sheet(line.sheet, by=seller)

    actions.attach_voucher(line, voucher(shop), by=seller)
    sheet = actions.submit_sheet(line.sheet, by=seller)

    assert (sheet.number, sheet.status) == ("ND-2026-0001", ExpenseSheetStatus.SUBMITTED)
    with refused("not_a_draft"):
        actions.remove_expense(line, by=seller)
    # What is spent meanwhile waits on another sheet.
    assert shop.spend().sheet != sheet


def test_an_empty_sheet_does_not_leave(shop, seller):
    line = shop.spend()
    actions.remove_expense(line, by=seller)
    with refused("empty_sheet"):
        actions.submit_sheet(line.sheet, by=seller)


def test_approving_then_refunding_follows_the_worked_vector(shop, seller, staff):
    line = shop.spend(voucher=voucher(shop))
    drive(shop)
    sheet = actions.submit_sheet(line.sheet, by=seller)

    sheet = actions.approve_sheet(sheet, on=JUNE_3, by=staff)
    assert balances(shop.activity.analytic) == {
        "425": D("-183.60"),
        "44566": D("20.00"),
        "6064": D("100.00"),
        "6251": D("63.60"),
    }

    actions.refund_sheet(sheet, on=JUNE_3, by=staff)
    assert balances(shop.activity.analytic)["512"] == D("-183.60")
    with refused("already_refunded"):
        actions.refund_sheet(sheet, on=JUNE_3, by=staff)


def test_purchases_the_measure_leaves_out_give_the_contribution_back(cooperative, inside):
    shop = make_shop(
        cooperative, rule=Contribution.flat(D("0.10"), measure=ContributionMeasure.GROSS_MARGIN)
    )
    line = shop.spend("materials", voucher=voucher(shop))
    shop.spend("supplies", voucher=voucher(shop))
    actions.approve_sheet(
        actions.submit_sheet(line.sheet, by=shop.seller), on=JUNE_3, by=shop.accountant
    )

    assert balances(shop.activity.analytic)["6041"] == D("-10.00")


def test_two_staff_at_once_one_wins_the_other_is_told(shop, staff):
    sheet = submitted(shop)
    colleague = make_membership(shop.cooperative, "accountant", "second@example.org")
    actions.approve_sheet(sheet, on=JUNE_3, by=staff)

    with refused("already_approved"):
        actions.approve_sheet(sheet, on=JUNE_3, by=colleague)
    with refused("already_approved"):
        actions.refuse_sheet(sheet, reason="Illisible", by=colleague)


def test_nobody_approves_their_own_expenses_whatever_their_rights(shop, cooperative):
    sheet = submitted(shop)
    as_staff = make_membership(cooperative, "accountant", shop.seller.user.email)

    with refused("own_sheet"):
        actions.approve_sheet(sheet, on=JUNE_3, by=as_staff)
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE invoicing_expensesheet SET status = 'approved', approved_on = now(), "
            "approved_by_id = submitted_by_id WHERE id = %s",
            [sheet.pk],
        )


def test_a_refusal_comes_back_with_its_reason(shop, staff, seller):
    sheet = submitted(shop)
    with refused("reason_missing"):
        actions.refuse_sheet(sheet, reason="", by=staff)

    sheet = actions.refuse_sheet(sheet, reason="Ticket illisible", by=staff)

    assert (sheet.status, sheet.refusal_reason) == ("draft", "Ticket illisible")
    assert OutboxMessage.objects.filter(task__endswith="mail_sheet_refused").count() == 1
    again = actions.submit_sheet(sheet, by=seller)
    assert (again.number, again.refusal_reason) == ("ND-2026-0001", "")


def test_amounts_are_frozen_once_submitted(shop, staff):
    sheet = submitted(shop)
    for statement in (
        f"UPDATE invoicing_expensesheet SET gross = 1, net = 1, vat = 0 WHERE id = {sheet.pk}",
        f"UPDATE invoicing_expenseline SET paid = 999 WHERE sheet_id = {sheet.pk}",
        f"DELETE FROM invoicing_expenseline WHERE sheet_id = {sheet.pk}",
        f"DELETE FROM invoicing_expensesheet WHERE id = {sheet.pk}",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_colleague_of_the_same_activity_does_not_see_them(shop, cooperative):
    shop.spend()
    colleague = make_person("Naïma", "Benali")
    give_access(colleague)

    with tenant(cooperative, own=own_ids(colleague.membership)):
        assert ExpenseSheet.objects.count() == 0
        assert ExpenseLine.objects.count() == 0
    with tenant(cooperative, own=own_ids(shop.seller)):
        assert ExpenseLine.objects.count() == 1


def test_one_spends_for_ones_own_activities_only(shop, cooperative):
    other = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")
    with refused("not_a_member"):
        actions.add_expense(
            shop.person,
            other.activity,
            expense_type=shop.type("supplies"),
            spent_on=JUNE_3,
            label="Papier",
            paid=D("12"),
            on=JUNE_3,
            by=shop.seller,
        )
