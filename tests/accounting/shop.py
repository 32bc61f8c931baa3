"""Activities with some money, for the pages: everything happened on the first of this month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounting import rules
from accounting.actions import levy_contribution, open_ledger, post, set_contribution_rule
from accounting.enums import ContributionBasis
from accounting.models import Entry
from accounting.rules import Contribution, DraftEntry, credit, debit
from cae.core import clock
from cae.core.models import Cooperative, Membership
from cae.core.periods import Month
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
    with tenant(cooperative):
        open_ledger(label=cooperative.name)
        set_contribution_rule(
            Contribution.flat(D("0.10")), label="Taux voté", valid_from=DAY, by=None
        )


def make_trader(cooperative: Cooperative, first_name: str, trade: str) -> Trader:
    with tenant(cooperative):
        person = make_person(first_name)
        return Trader(person, give_access(person), make_activity(person, name=trade))


def write(trader: Trader, journal: str, *lines: rules.DraftLine, **about: object) -> Entry:
    code = trader.activity.code
    draft = DraftEntry(
        journal=journal,
        date=about.pop("on", DAY),  # type: ignore[arg-type]
        lines=[_of(line, code) for line in lines],
        analytic=code,
        posting_key=f"essai:{Entry.objects.count()}",
        **{"piece": "FA-1", "label": "Facture", **about},  # type: ignore[arg-type]
    )
    return post(draft, by=None)


def invoice(trader: Trader, net: int, *, piece: str, party: str = "Maison Ébène") -> Entry:
    entry = write(
        trader,
        "VT",
        debit("411", D(net) * 6 / 5, party=party, due_on=DAY),
        credit("706", D(net)),
        credit("44574", D(net) / 5),
        piece=piece,
        label=f"{piece} {party}",
    )
    levy_contribution(
        trader.activity.analytic,
        moment=ContributionBasis.INVOICED,
        basis=D(net),
        on=DAY,
        piece=piece,
        posting_key=f"contribution:{trader.activity.pk}:{piece}",
        by=None,
    )
    return entry


def receipt(trader: Trader, net: int, *, piece: str, party: str = "Maison Ébène") -> Entry:
    return write(
        trader,
        "BQ",
        debit("512", D(net) * 6 / 5),
        credit("411", D(net) * 6 / 5, party=party, net=D(net)),
        debit("44574", D(net) / 5),
        credit("44571", D(net) / 5),
        piece=piece,
        label=f"Règlement {piece} {party}",
    )


def _of(line: rules.DraftLine, code: str) -> rules.DraftLine:
    from dataclasses import replace

    return replace(line, analytic=code)
