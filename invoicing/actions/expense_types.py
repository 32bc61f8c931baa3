"""What a kind of expense gives back, and where it is written: decided by who keeps the books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.enums import ExpenseKind
from invoicing.models import ExpenseType
from invoicing.queries import expense_accounts

_PLACES = Decimal("0.0001")


@transaction.atomic
def change_expense_type(
    expense_type: ExpenseType,
    *,
    label: str,
    account: str,
    deductible_share: Decimal,
    reimbursed_share: Decimal,
    hint: str,
    is_offered: bool,
    by: Membership,
) -> ExpenseType:
    """Change a kind of expense for those entered from now on; sheets keep their amounts.

    Shares are fractions. The account is that of the sheets approved from now on.

    :raises ActionRefused: `label_missing`, `unknown_account`, `bad_share`,
        `journey_without_vat`.
    """
    expense_type = locked(expense_type)
    changed: dict[str, Any] = {
        "label": " ".join(label.split()),
        "account": account.strip(),
        "deductible_share": deductible_share.quantize(_PLACES),
        "reimbursed_share": reimbursed_share.quantize(_PLACES),
        "hint": " ".join(hint.split()),
        "is_offered": is_offered,
    }
    _check(expense_type, **changed)
    before = {
        name: getattr(expense_type, name)
        for name, value in changed.items()
        if getattr(expense_type, name) != value
    }
    if not before:
        return expense_type
    for name in before:
        setattr(expense_type, name, changed[name])
    expense_type.save(update_fields=list(before))
    audit.record(
        "expense_type.changed",
        expense_type,
        by=by,
        before=before,
        after={name: changed[name] for name in before},
    )
    return expense_type


def _check(
    expense_type: ExpenseType,
    *,
    label: str,
    account: str,
    deductible_share: Decimal,
    reimbursed_share: Decimal,
    **rest: Any,
) -> None:
    if not label:
        raise ActionRefused(
            "Donnez un intitulé\u00a0: c’est lui qu’on choisit.", code="label_missing"
        )
    known = {number for number, _ in expense_accounts()}
    if account != expense_type.account and account not in known:
        raise ActionRefused(
            "Ce compte n’est pas un compte de charge de votre plan. Choisissez-en un de la liste.",
            code="unknown_account",
        )
    if not 0 <= deductible_share <= 1:
        raise ActionRefused("La TVA se déduit de 0 à 100\u00a0%.", code="bad_share")
    if not 0 < reimbursed_share <= 1:
        raise ActionRefused(
            "La part remboursée va de plus de 0 à 100\u00a0%. Pour ne plus rembourser ce type,"
            " cessez de le proposer.",
            code="bad_share",
        )
    if expense_type.kind == ExpenseKind.MILEAGE and (deductible_share or reimbursed_share != 1):
        raise ActionRefused(
            "Un trajet se paie au barème, en entier et sans TVA. Changez plutôt son intitulé ou"
            " son compte.",
            code="journey_without_vat",
        )
