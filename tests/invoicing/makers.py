"""Sales of an activity, through the real actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounting.actions import open_ledger, set_contribution_rule
from accounting.models import EntryLine
from accounting.rules import Contribution
from cae.core.models import Cooperative, Membership
from cae.core.money import ZERO
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, Entrepreneur
from invoicing import actions
from invoicing.models import Customer, ExpenseType, Invoice, Quote
from invoicing.rules.lines import SoldLine
from tests.entrepreneurs.makers import give_access, make_activity, make_person
from tests.makers import make_membership

D = Decimal
JUNE_3 = date(2026, 6, 3)
#: Identifiers with a right key, of nobody.
SIREN, SIRET = "404833048", "40483304800022"


@dataclass
class Shop:
    """One activity of a cooperative that sells, and the people around it."""

    cooperative: Cooperative
    person: Entrepreneur
    activity: Activity
    seller: Membership
    accountant: Membership
    customer: Customer

    def quote(self, *lines: SoldLine, **values: Any) -> Quote:
        activity, by = values.pop("activity", self.activity), values.pop("by", self.seller)
        content = self.quote_content(*lines, **values)
        return actions.create_quote(activity, content=content, by=by)

    def quote_content(self, *lines: SoldLine, **values: Any) -> actions.QuoteContent:
        usual = {"customer": self.customer, "subject": "Album jeunesse", "dated_on": JUNE_3}
        return actions.QuoteContent(**{**usual, "lines": lines or [line()], **values})

    def draft(self, *lines: SoldLine, **values: Any) -> Invoice:
        by = values.pop("by", self.seller)
        content = self.invoice_content(*lines, **values)
        return actions.create_invoice(self.activity, content=content, by=by)

    def invoice_content(self, *lines: SoldLine, **values: Any) -> actions.InvoiceContent:
        usual = {"customer": self.customer, "subject": "Album jeunesse"}
        return actions.InvoiceContent(**{**usual, "lines": lines or [line()], **values})

    def invoice(self, *lines: SoldLine, on: date = JUNE_3, **values: Any) -> Invoice:
        return actions.issue_invoice(self.draft(*lines, **values), on=on, by=self.accountant)

    def pay(self, invoice: Invoice, amount: str | Decimal, on: date = JUNE_3):
        return actions.record_payment(
            invoice, amount=D(amount), received_on=on, means="transfer", by=self.accountant
        )

    def type(self, code: str) -> ExpenseType:
        return ExpenseType.objects.get(code=code)

    def spend(self, code: str = "supplies", paid: str = "120", vat: str = "20", **values: Any):
        return actions.add_expense(
            self.person,
            self.activity,
            **{
                "expense_type": self.type(code),
                "spent_on": JUNE_3,
                "label": "Papeterie Lefèvre",
                "paid": D(paid),
                "paid_vat": D(vat),
                "on": JUNE_3,
                "by": self.seller,
                **values,
            },
        )


def line(
    label: str = "Direction artistique", quantity: str = "1", price: str = "1000", **rest: Any
) -> SoldLine:
    return SoldLine(label=label, quantity=D(quantity), unit_price=D(price), **{"vat": "20", **rest})


def make_shop(
    cooperative: Cooperative,
    *,
    first_name: str = "Camille",
    last_name: str = "Fournier",
    name: str = "Studio Brume",
    rule: Contribution | None = None,
) -> Shop:
    """An activity that may sell at once; call it inside the cooperative."""
    open_ledger(label=cooperative.name)
    actions.seed_sales_settings()
    set_contribution_rule(
        rule or Contribution.flat(D("0.10")),
        label="Taux voté",
        valid_from=date(2024, 1, 1),
        by=None,
    )
    return make_seller(cooperative, first_name=first_name, last_name=last_name, name=name)


def make_seller(cooperative: Cooperative, *, first_name: str, last_name: str, name: str) -> Shop:
    """One more person with an activity in a cooperative that sells already."""
    person = make_person(first_name, last_name)
    activity = make_activity(person, name=name)
    seller = give_access(person)
    accountant = Membership.objects.filter(
        cooperative=cooperative, role__code="accountant"
    ).first() or make_membership(cooperative, "accountant")
    customer = make_customer(activity, seller)
    return Shop(cooperative, person, activity, seller, accountant, customer)


def make_customer(activity: Activity, by: Membership, **values: Any) -> Customer:
    return actions.create_customer(
        activity,
        **{
            "name": "Éditions Maison Ébène",
            "contact": "Marianne Lescop",
            "email": "compta@maison-ebene.example",
            "street": "14 rue des Carmes",
            "postcode": "35000",
            "town": "Rennes",
            "siret": SIRET,
            "by": by,
            **values,
        },
    )


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expect an action to be refused with this code, and a whole sentence."""
    with pytest.raises(ActionRefused) as refusal:
        yield
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def balances(analytic) -> dict[str, Decimal]:
    """Debit less credit of each account of an activity, those that are not zero."""
    found: dict[str, Decimal] = {}
    for row in EntryLine.objects.filter(analytic=analytic).select_related("account"):
        number = row.account.number
        found[number] = found.get(number, ZERO) + row.debit - row.credit
    return {number: amount for number, amount in sorted(found.items()) if amount}
