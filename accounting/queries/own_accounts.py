"""Where documents are posted: what an activity says, else the cooperative, else the usual."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounting import rules
from accounting.enums import AccountUse, AnalyticKind
from accounting.models import Account, AccountChoice, AnalyticAccount, EntryLine
from accounting.queries.lines import id_of, numbers
from cae.core.prepared import Given, Prepared


def accounts_of(analytic: AnalyticAccount | int | None) -> rules.Accounts:
    """Return where documents of an activity are posted; those of the cooperative when None."""
    choices = _choices(analytic=None if analytic is None else id_of(analytic))
    if not choices:
        return rules.Accounts()
    chart = numbers()
    own_first = sorted(choices, key=lambda choice: choice.analytic_id is None)
    return rules.cascade(*(said_by(choice, chart) for choice in own_first))


@Prepared
def _choices(*, analytic: Given | None) -> QuerySet[AccountChoice]:
    asked = Q(analytic=None)
    return AccountChoice.objects.filter(asked if analytic is None else asked | Q(analytic=analytic))


def said_by(choice: AccountChoice | None, chart: dict[int, str]) -> dict[str, str]:
    """Return what a choice says, by the name of the use; empty where it says nothing.

    :param chart: the number of each account by its id.
    """
    if choice is None:
        return dict.fromkeys((*AccountUse.values, "party_prefix"), "")
    said = {use.value: chart.get(choice.id_of(use) or 0, "") for use in AccountUse}
    return said | {"party_prefix": choice.party_prefix}


@dataclass(frozen=True, slots=True)
class ChosenAccounts:
    """What an analytic account says of its own, and where its documents end up."""

    analytic: AnalyticAccount
    own: dict[str, str]
    #: Where they would end up if it said nothing.
    inherited: rules.Accounts
    accounts: rules.Accounts

    @property
    def is_cooperative(self) -> bool:
        return self.analytic.kind == AnalyticKind.COOPERATIVE

    @property
    def has_own(self) -> bool:
        return any(self.own.values())

    @property
    def told(self) -> list[tuple[str, str, bool]]:
        """Each use with its number, and whether it is said here, in the order of the page."""
        said = [
            (use.label, getattr(self.accounts, use.value), bool(self.own[use.value]))
            for use in AccountUse
        ]
        prefix = self.accounts.party_prefix
        return [*said, ("Début des comptes tiers", prefix or "–", bool(self.own["party_prefix"]))]

    @property
    def own_told(self) -> list[tuple[str, str]]:
        """What is said here, and nothing of what it inherits."""
        return [(label, number) for label, number, is_own in self.told if is_own]


def chosen_accounts(analytics: Sequence[AnalyticAccount]) -> list[ChosenAccounts]:
    """Return the accounts of these analytic accounts, in their order, in two queries."""
    choices = {choice.analytic_id: choice for choice in AccountChoice.objects.all()}
    chart = numbers()
    common = said_by(choices.get(None), chart)
    found = []
    for analytic in analytics:
        is_own = analytic.kind != AnalyticKind.COOPERATIVE
        own = said_by(choices.get(analytic.pk), chart) if is_own else common
        inherited = rules.cascade(common) if is_own else rules.Accounts()
        found.append(ChosenAccounts(analytic, own, inherited, rules.cascade(own, common)))
    return found


def fitting_accounts(use: AccountUse) -> list[Account]:
    """Return the accounts of the chart that may serve a use, by number."""
    return [each for each in Account.objects.order_by("number") if rules.fits(use, each.number)]


def posted_on(posting_key: str, *, beginning: str) -> str | None:
    """Return the account, of those that begin so, that an entry already written is on."""
    return (
        EntryLine.objects.filter(
            entry__posting_key=posting_key, account__number__startswith=beginning
        )
        .values_list("account__number", flat=True)
        .first()
    )
