"""Matching (lettrage): what was owed and what paid it, found again together."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from accounting.actions.checks import check_now
from accounting.models import Account, EntryLine
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused


@transaction.atomic
def reconcile(lines: Sequence[EntryLine], *, on: date, by: Membership | None) -> str:
    """Match lines of one account that cancel out, and return their code.

    :raises ActionRefused: `already_matched`, `not_one_account`, `unmatched_sum`.
    """
    with as_cooperative():
        locked = list(
            EntryLine.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(pk__in=[line.pk for line in lines])
        )
        _check_matching(locked)
        account = locked[0].account
        # Codes never start again: a matching may straddle two fiscal years.
        code = _letters(next_number(f"matching:{account.number}", year=0))
        EntryLine.objects.filter(pk__in=[line.pk for line in locked]).update(
            match_code=code, matched_on=on
        )
        check_now("accounting.EntryLine:matches")
        audit.record("lines.matched", account, by=by, after={"code": code, "lines": len(locked)})
    return code


@transaction.atomic
def unmatch(account: Account, code: str, *, by: Membership | None) -> int:
    """Undo a matching; return how many lines are open again."""
    with as_cooperative():
        opened = EntryLine.objects.filter(account=account, match_code=code).update(
            match_code="", matched_on=None
        )
        check_now("accounting.EntryLine:matches")
        audit.record("lines.unmatched", account, by=by, before={"code": code})
    return opened


def _check_matching(lines: Sequence[EntryLine]) -> None:
    if any(line.match_code for line in lines):
        raise ActionRefused(
            "Une de ces lignes est déjà lettrée. Défaites d’abord son lettrage.",
            code="already_matched",
        )
    if len({line.account_id for line in lines}) != 1:
        raise ActionRefused(
            "Ces lignes ne sont pas du même compte. Choisissez-les dans un seul.",
            code="not_one_account",
        )
    if sum((line.debit - line.credit for line in lines), ZERO):
        raise ActionRefused(
            "Ces lignes ne s’annulent pas. Choisissez des débits et des crédits de même total.",
            code="unmatched_sum",
        )


def _letters(number: int) -> str:
    """Return A to Z, then AA, AB… for 1, 2…"""
    letters = ""
    while number:
        number, index = divmod(number - 1, 26)
        letters = chr(ord("A") + index) + letters
    return letters
