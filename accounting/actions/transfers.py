"""What waits to be paid by transfer; the floor that owes a debt answers for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounting import rules
from accounting.enums import TransferKind, TransferState
from accounting.models import Account, AnalyticAccount, Transfer
from accounting.rules.transfers import LONGEST_NAME
from cae.core.models import Membership
from cae.core.workflow import ActionRefused

#: What joining a batch says of a transfer.
PAYEE = tuple(rules.Payee.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Debts:
    """What the floor that owes answers about its own kind of debts."""

    #: Who each debt pays, as known now.
    payees: Callable[[Collection[str]], Mapping[str, rules.Payee]]
    #: Takes note that the bank paid these debts on a day; posts nothing.
    settle: Callable[[Collection[str], date, Membership], None]


_DEBTS: dict[TransferKind, Debts] = {}


def answer_for(kind: TransferKind, debts: Debts) -> None:
    """Say who answers for a kind of debts: once, when the floor that owes them starts."""
    _DEBTS[kind] = debts


def settle(kind: TransferKind, debts: Collection[str], *, on: date, by: Membership) -> None:
    """Tell who owes these debts that the bank paid them on that day."""
    _DEBTS[kind].settle(debts, on, by)


@transaction.atomic
def await_transfer(
    kind: TransferKind, debt: str, *, account: str, analytic: AnalyticAccount, **owed: Any
) -> Transfer:
    """Have a debt wait for its transfer.

    :param account: where it is owed; `owed` is the rest of what `Transfer` says of a debt.
    """
    return Transfer.objects.create(
        kind=kind,
        debt=debt,
        account=Account.objects.get(number=account),
        analytic=analytic,
        **owed,
    )


@transaction.atomic
def pay_otherwise(debt: str) -> None:
    """Have a debt wait no more: it is paid without a batch. Call it before locking what owes.

    :raises ActionRefused: `in_batch`.
    """
    transfer = (
        Transfer.objects.select_for_update()
        .filter(debt=debt, state__in=[TransferState.WAITING, TransferState.PENDING])
        .first()
    )
    if transfer is None:
        return
    if transfer.batch is not None:
        where = f"le lot {transfer.batch.number}" if transfer.batch.number else "le lot ouvert"
        raise ActionRefused(
            f"{transfer.piece} est dans {where}\u00a0: la payer à part la paierait deux fois. "
            "Retirez-la du lot, ou notez le lot exécuté.",
            code="in_batch",
        )
    transfer.state = TransferState.CANCELLED
    transfer.save(update_fields=["state"])


def payees_of(transfers: Sequence[Transfer]) -> dict[str, rules.Payee]:
    """Return whom each debt pays, as known now."""
    found: dict[str, rules.Payee] = {}
    for kind, debts in by_kind(transfers).items():
        found |= _DEBTS[kind].payees(debts)
    return found


def by_kind(transfers: Sequence[Transfer]) -> dict[TransferKind, list[str]]:
    """Return the debts of transfers, by their kind."""
    kinds: dict[TransferKind, list[str]] = {}
    for transfer in transfers:
        kinds.setdefault(TransferKind(transfer.kind), []).append(transfer.debt)
    return kinds


def check_payees(transfers: Sequence[Transfer], payees: Mapping[str, rules.Payee]) -> None:
    """Refuse what a bank would: `no_iban`, `bad_iban`, `bad_holder`."""
    for transfer in transfers:
        payee = payees[transfer.debt]
        if not payee.iban:
            raise ActionRefused(
                f"L’IBAN de {transfer.payee} n’est pas connu. Demandez-le-lui, ou décochez "
                f"{transfer.piece}.",
                code="no_iban",
            )
        if not rules.has_right_key(payee.iban):
            raise ActionRefused(
                f"La clé de l’IBAN de {transfer.payee} est fausse. Corrigez-le sur sa fiche, ou "
                f"décochez {transfer.piece}.",
                code="bad_iban",
            )
        if not rules.sepa_text(payee.holder, LONGEST_NAME):
            raise ActionRefused(
                f"Le titulaire du compte de {transfer.payee} n’a aucune lettre qu’une banque "
                "lise. Écrivez-le en lettres latines sur sa fiche, comme sur le RIB.",
                code="bad_holder",
            )


def check_unchanged(transfers: Sequence[Transfer]) -> None:
    """Refuse to pay where somebody no longer is: `payee_changed`."""
    payees = payees_of(transfers)
    for transfer in transfers:
        said = rules.Payee(**{name: getattr(transfer, name) for name in PAYEE})
        if said != payees[transfer.debt]:
            raise ActionRefused(
                f"Le compte de {transfer.payee} a changé depuis que {transfer.piece} est dans ce "
                "lot. Retirez ce virement, vérifiez le nouveau compte, puis remettez-le.",
                code="payee_changed",
            )
