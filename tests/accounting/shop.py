"""Activities with some money, for the pages; by default it came on the first of this month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from accounting import rules
from accounting.actions import levy_contribution, open_ledger, post, set_contribution_rule
from accounting.enums import ContributionBasis
from accounting.models import Entry
from accounting.rules import Contribution, DraftEntry, credit, debit
from cae.core import clock
from cae.core.models import Cooperative, Membership
from cae.core.periods import Month, of_french_month
from cae.core.tenancy import tenant
from entrepreneurs.models import Activity, Entrepreneur
from tests.entrepreneurs.makers import give_access, make_activity, make_person

D = Decimal
DAY = Month.of(clock.today()).first_day


@dataclass
class Trader:
    """Somebody who signs in, and the activity of theirs."""

    person: Entrepreneur
    membership: Membership
    activity: Activity


def open_shop(cooperative: Cooperative) -> None:
    cooperative.require_second_factor = False
    cooperative.save()
    with tenant(cooperative), transaction.atomic():
        open_ledger(label=cooperative.name)
        set_contribution_rule(
            Contribution.flat(D("0.10")), label="Taux voté", valid_from=date(2020, 1, 1), by=None
        )


def make_trader(cooperative: Cooperative, first_name: str, trade: str) -> Trader:
    with tenant(cooperative), transaction.atomic():
        person = make_person(first_name)
        return Trader(person, give_access(person), make_activity(person, name=trade))


def write(trader: Trader, journal: str, *lines: rules.DraftLine, **about: object) -> Entry:
    code = trader.activity.code
    draft = DraftEntry(
        journal=journal,
        date=about.pop("on", DAY),  # type: ignore[arg-type]
        lines=[_of(line, code) for line in lines],
        analytic=code,
        **{
            "piece": "FA-1",
            "label": "Facture",
            "posting_key": f"essai:{Entry.objects.count()}",
            **about,
        },  # type: ignore[arg-type]
    )
    return post(draft, by=None)


def invoice(
    trader: Trader, net: int, *, piece: str, party: str = "Maison Ébène", on: date = DAY
) -> Entry:
    entry = write(
        trader,
        "VT",
        debit("411", D(net) * 6 / 5, party=party, due_on=on + timedelta(days=30)),
        credit("706", D(net)),
        credit("44574", D(net) / 5),
        piece=piece,
        label=f"{piece} {party}",
        on=on,
    )
    levy_contribution(
        trader.activity.analytic,
        moment=ContributionBasis.INVOICED,
        basis=D(net),
        on=on,
        piece=piece,
        posting_key=f"contribution:{trader.activity.pk}:{piece}",
        by=None,
    )
    return entry


def receipt(
    trader: Trader, net: int, *, piece: str, party: str = "Maison Ébène", on: date = DAY
) -> Entry:
    return write(
        trader,
        "BQ",
        debit("512", D(net) * 6 / 5),
        credit("411", D(net) * 6 / 5, party=party, net=D(net)),
        debit("44574", D(net) / 5),
        credit("44571", D(net) / 5),
        piece=piece,
        label=f"Règlement {piece} {party}",
        on=on,
    )


def pay(trader: Trader, gross: int, *, month: Month) -> Entry:
    """A payslip in round figures, owed at the end of its month and transferred that day."""
    about = {"piece": f"Paie {month}", "on": month.last_day}
    write(
        trader,
        "PA",
        debit("6411", D(gross)),
        debit("6451", D(gross) * 3 / 10),
        credit("421", D(gross) * 76 / 100),
        credit("431", D(gross) * 52 / 100),
        credit("4421", D(gross) * 2 / 100),
        label=f"Paie {of_french_month(month)}, {trader.person.full_name}",
        **about,
    )
    net = D(gross) * 76 / 100
    return write(trader, "BQ", debit("421", net), credit("512", net), label="Salaire", **about)


def _of(line: rules.DraftLine, code: str) -> rules.DraftLine:
    return replace(line, analytic=code)
