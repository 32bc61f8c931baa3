"""The chart a cooperative adds to, and the accounts that it or an activity has of its own."""

import re
from collections.abc import Mapping

from django.db import transaction

from accounting import chart, queries, rules
from accounting.enums import AccountUse, AnalyticKind
from accounting.models import Account, AccountChoice, AnalyticAccount
from accounting.queries.lines import numbers
from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused

_NUMBER = re.compile(r"[1-8][0-9]{2,7}")


@transaction.atomic
def open_account(number: str, *, label: str, by: Membership) -> Account:
    """Add an account to the chart of the cooperative; its number never changes.

    :raises ActionRefused: `bad_number`, `label_missing`, `account_exists`, `unknown_root`.
    """
    number, label = "".join(number.split()), " ".join(label.split())[:120]
    if not _NUMBER.fullmatch(number):
        raise ActionRefused(
            "Un numéro de compte a de 3 à 8 chiffres et commence par sa classe, de 1 à 8. "
            "Corrigez-le.",
            code="bad_number",
        )
    if not label:
        raise ActionRefused(
            "Donnez un intitulé à ce compte\u00a0: il se lit dans la balance.", code="label_missing"
        )
    known = dict(Account.objects.values_list("number", "label"))
    if number in known:
        raise ActionRefused(
            f"Le compte {number} existe déjà\u00a0: «\u00a0{known[number]}\u00a0». Choisissez un "
            "autre numéro.",
            code="account_exists",
        )
    if not any(other.startswith(number[:2]) for other in known):
        raise ActionRefused(
            f"Votre plan n’a aucun compte qui commence par {number[:2]}\u00a0: l’application ne "
            "saurait pas le présenter. Vérifiez le numéro.",
            code="unknown_root",
        )
    account = Account.objects.create(
        number=number, label=label, needs_analytic=chart.needs_analytic(number)
    )
    audit.record("account.opened", account, by=by, after={"number": number, "label": label})
    return account


@transaction.atomic
def choose_accounts(
    analytic: AnalyticAccount,
    *,
    accounts: Mapping[str, str],
    party_prefix: str = "",
    by: Membership,
) -> AccountChoice:
    """Say where documents to come are posted; what is posted stays where it is.

    That of the cooperative is for all the activities that say nothing.

    :param accounts: the number for each use, by its name; empty goes back to the cascade.
    :raises ActionRefused: `unknown_account`, `wrong_class`, `bad_prefix`.
    """
    prefix = "".join(party_prefix.split()).upper()
    if not rules.PARTY_PREFIX.fullmatch(prefix):
        raise ActionRefused(
            "Le début des comptes tiers a huit lettres sans accent ou chiffres au plus, comme "
            "411. Corrigez-le.",
            code="bad_prefix",
        )
    ids = {number: pk for pk, number in numbers().items()}
    wanted = {use: "".join(accounts.get(use.value, "").split()) for use in AccountUse}
    for use, number in wanted.items():
        _check(use, number, known=number in ids)
    owner = None if analytic.kind == AnalyticKind.COOPERATIVE else analytic
    AccountChoice.objects.get_or_create(analytic=owner)
    choice = AccountChoice.objects.select_for_update().get(analytic=owner)
    before = queries.said_by(choice, numbers())
    said = {use.value: number for use, number in wanted.items()} | {"party_prefix": prefix}
    changed = {name: value for name, value in said.items() if before[name] != value}
    if not changed:
        return choice
    for use, number in wanted.items():
        setattr(choice, f"{use.value}_id", ids.get(number))
    choice.party_prefix = prefix
    choice.save()
    audit.record(
        "accounts.chosen",
        choice,
        by=by,
        before={name: before[name] for name in changed},
        after={"of": analytic.label} | changed,
    )
    return choice


def _check(use: AccountUse, number: str, *, known: bool) -> None:
    if number and not known:
        raise ActionRefused(
            f"Le compte {number} n’existe pas dans le plan comptable. Ouvrez-le d’abord, ou "
            "choisissez-en un autre.",
            code="unknown_account",
        )
    if number and not rules.fits(use, number):
        raise ActionRefused(
            f"Le compte {number} ne va pas pour «\u00a0{use.label}\u00a0»\u00a0: il commence par "
            f"{rules.BEGINNINGS[use]}. Choisissez-en un autre.",
            code="wrong_class",
        )
