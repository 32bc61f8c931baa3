"""Statements of the bank: deposited whole, and each line made a payment, or set aside.

Accepting a match records the payment with the action that a person would use: the books, the
chain and the settlements are those of any receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from accounting.actions.checks import check_now
from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.money import ZERO, euros
from cae.core.periods import numeric_date
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused
from entrepreneurs.models import BankAccount
from invoicing.actions.banking import Origin
from invoicing.actions.payments import receive_payment
from invoicing.enums import PaymentMeans, StatementFormat
from invoicing.models import BankLine, BankOutcome, BankStatement, Payment, Settlement
from invoicing.queries.bank import proposal_of
from invoicing.rules.bank_files import MAX_BYTES, TOO_LARGE, Statement, keys_of, read_statements

#: A number of fewer digits is inside too many IBANs by chance.
_SHORTEST_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the cooperative."""

    iban: str
    name: str


def bank_accounts() -> list[Account]:
    """Return the accounts a statement may be of: that of the settings, and those beside it."""
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    main = [Account(cooperative.iban, "Compte principal")] if cooperative.iban else []
    others = BankAccount.objects.filter(closed_on=None).order_by("name", "id")
    return main + [Account(o.iban, o.name) for o in others if o.iban != cooperative.iban]


@transaction.atomic
def deposit_statement(
    content: bytes, *, name: str, iban: str = "", by: Membership
) -> list[BankStatement]:
    """Keep the statements of a file; what another file brought already is not brought twice.

    :param iban: the account, where the file does not say it.
    :raises ActionRefused: `bad_statement`, `unknown_account`, `already_deposited`.
    """
    if len(content) > MAX_BYTES:
        raise ActionRefused(TOO_LARGE, code="bad_statement")
    fingerprint = sha256(content).hexdigest()
    try:
        read = read_statements(content)
    except ValueError as error:
        raise ActionRefused(str(error), code="bad_statement") from error
    # One deposit at a time: two files may have the same lines.
    Cooperative.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    if BankStatement.objects.filter(sha256=fingerprint).exists():
        raise ActionRefused(
            "Ce fichier est déjà déposé\u00a0: ses lignes sont dans la liste.",
            code="already_deposited",
        )
    accounts = bank_accounts()
    kept = [
        _kept(one, _account(one, accounts, iban), rank, fingerprint, name=name, by=by)
        for rank, one in enumerate(read)
    ]
    if not any(one.line_count for one in kept):
        raise ActionRefused(
            "Toutes les lignes de ce fichier sont déjà connues. Il n’y a rien à ajouter.",
            code="already_deposited",
        )
    check_now("invoicing.BankStatement:adds_up")
    for one in kept:
        audit.record(
            "bank.deposited",
            one,
            by=by,
            after={"account": one.account_name, "lines": one.line_count, "name": one.file_name},
        )
    return kept


def _account(read: Statement, accounts: Sequence[Account], chosen: str) -> Account:
    """Return the account a statement is of: OFX says the number inside the IBAN."""
    known = {one.iban: one for one in accounts}
    if read.account in known:
        return known[read.account]
    is_iban = read.account[:2].isalpha()
    says_enough = not is_iban and len(read.account) >= _SHORTEST_NUMBER
    inside = [one for one in accounts if says_enough and read.account in one.iban]
    if len(inside) == 1:
        return inside[0]
    if not is_iban and chosen in known:
        return known[chosen]
    raise ActionRefused(
        f"Ce relevé est celui du compte {read.account or 'inconnu'}, que la coopérative n’a pas. "
        "Choisissez le compte, ou ajoutez-le d’abord dans les réglages (rien n’entre sur un "
        "compte fermé).",
        code="unknown_account",
    )


def _kept(
    read: Statement, account: Account, rank: int, fingerprint: str, *, name: str, by: Membership
) -> BankStatement:
    keys = keys_of(read.moves)
    known = set(
        BankLine.objects.filter(iban=account.iban, key__in=keys).values_list("key", flat=True)
    )
    new = [(key, move) for key, move in zip(keys, read.moves, strict=True) if key not in known]
    statement = BankStatement.objects.create(
        iban=account.iban,
        account_name=account.name,
        file_format=StatementFormat.OFX if read.is_ofx else StatementFormat.CAMT,
        file_name=name[:160],
        sha256=fingerprint,
        rank=rank,
        reference=read.reference,
        starts_on=read.starts_on,
        ends_on=read.ends_on,
        opening=read.opening,
        closing=read.closing,
        line_count=len(new),
        known_count=len(known),
        known_total=sum((m.amount for m in read.moves), ZERO)
        - sum((m.amount for _, m in new), ZERO),
        deposited_by=by,
    )
    BankLine.objects.bulk_create(
        (
            BankLine(
                statement=statement,
                rank=position,
                iban=account.iban,
                booked_on=move.booked_on,
                amount=move.amount,
                label=move.label,
                party=move.party,
                party_iban=move.iban,
                reference=move.reference,
                key=key,
            )
            for position, (key, move) in enumerate(new)
        ),
        batch_size=500,
    )
    return statement


@transaction.atomic
def match_invoices(line: BankLine, invoice_ids: Sequence[int], *, by: Membership) -> Payment:
    """Record what a line received on invoices of one customer; the rest stays as their credit.

    :raises ActionRefused: `already_matched`, `no_receipt`, `nothing_chosen`, `not_issued`,
        `already_paid`, those of `receive_payment`.

    The books receive it on the account of the statement.
    """
    line = _waiting(line)
    rows = list(
        Settlement.objects.filter(invoice__in=list(invoice_ids))
        .select_related("invoice__customer")
        .order_by("due_on", "invoice_id")
    )
    if not rows or len(rows) != len(set(invoice_ids)):
        raise ActionRefused(
            "Choisissez au moins une facture émise à rapprocher de cette ligne.",
            code="nothing_chosen",
        )
    parts: dict[int, Decimal] = {}
    left = line.amount
    for row in rows:
        assert row.remaining is not None
        share = min(row.claimable or row.remaining, left)
        if share > 0:
            parts[row.invoice_id] = share
            left -= share
    if not parts:
        raise ActionRefused(
            "Ces factures sont déjà soldées. Choisissez-en d’autres, ou mettez la ligne de côté.",
            code="already_paid",
        )
    payment = receive_payment(
        rows[0].invoice.customer,
        amount=line.amount,
        received_on=line.booked_on,
        means=PaymentMeans.TRANSFER,
        reference=line.reference or line.label,
        origin=Origin(bank_account=_received_on(line)),
        parts=parts,
        by=by,
    )
    _decide(line, payment=payment, by=by)
    return payment


@transaction.atomic
def accept_proposal(line: BankLine, invoice_ids: Sequence[int], *, by: Membership) -> Payment:
    """Record the match that is proposed, if it is still the one that was seen.

    :raises ActionRefused: `proposal_changed`, as `match_invoices`.
    """
    line = _waiting(line)
    found = proposal_of(line)
    if found is None or [one.pk for one in found.invoices] != list(invoice_ids):
        raise ActionRefused(
            f"Ce qui est proposé pour la ligne de {euros(line.amount)} du "
            f"{numeric_date(line.booked_on)} a changé depuis. Relisez-la.",
            code="proposal_changed",
        )
    return match_invoices(line, invoice_ids, by=by)


@transaction.atomic
def match_payment(line: BankLine, payment: Payment, *, by: Membership) -> BankOutcome:
    """Say that a line is a payment somebody recorded already: nothing more is written.

    :raises ActionRefused: `already_matched`, `no_receipt`, `not_this_payment`.
    """
    line = _waiting(line)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if (
        payment.amount != line.amount
        or payment.is_gap
        or payment.reverses_id
        or payment.reversals.exists()
        or (payment.bank_account is not None and payment.bank_account.iban != line.iban)
        or BankOutcome.objects.filter(payment=payment, undone_at=None).exists()
    ):
        raise ActionRefused(
            "Cet encaissement n’a pas le montant de la ligne, est sur un autre compte, "
            "contre-passé, ou déjà rapproché. Choisissez-en un autre.",
            code="not_this_payment",
        )
    return _decide(line, payment=payment, by=by)


@transaction.atomic
def set_aside(line: BankLine, *, reason: str, by: Membership) -> BankOutcome:
    """Say that a line pays no invoice, and why.

    :raises ActionRefused: `already_matched`, `no_receipt`, `reason_missing`.
    """
    line = _waiting(line)
    reason = " ".join(reason.split())[:160]
    if not reason:
        raise ActionRefused(
            "Dites ce qu’est cette ligne\u00a0: une subvention, un apport, une remise de chèques.",
            code="reason_missing",
        )
    return _decide(line, reason=reason, by=by)


@transaction.atomic
def take_up_again(line: BankLine, *, by: Membership) -> None:
    """Put back among those to match a line that was set aside.

    :raises ActionRefused: `not_aside`.
    """
    outcome = (
        BankOutcome.objects.select_for_update(no_key=True)
        .filter(line=line, payment=None, undone_at=None)
        .first()
    )
    if outcome is None:
        raise ActionRefused(
            "Cette ligne n’est pas mise de côté. Un rapprochement se défait en contre-passant "
            "l’encaissement.",
            code="not_aside",
        )
    outcome.undone_at, outcome.undone_by = timezone.now(), by
    outcome.save(update_fields=["undone_at", "undone_by"])
    audit.record("bank.taken_up", line, by=by, before={"reason": outcome.reason})


def _received_on(line: BankLine) -> BankAccount | None:
    """Return the account of a line: the open one first; None is that of the settings."""
    return BankAccount.objects.filter(iban=line.iban).order_by("-closed_on").first()


def _waiting(line: BankLine) -> BankLine:
    """Hold a line that nothing was made of yet.

    :raises ActionRefused: `no_receipt`, `already_matched`.
    """
    line = BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    if line.amount <= 0:
        raise ActionRefused(
            "Cette ligne est une sortie d’argent\u00a0: seules les entrées se rapprochent ici.",
            code="no_receipt",
        )
    if line.outcomes.filter(undone_at=None).exists():
        raise ActionRefused(
            "Cette ligne est déjà rapprochée ou mise de côté. Relisez la liste.",
            code="already_matched",
        )
    return line


def _decide(
    line: BankLine, *, payment: Payment | None = None, reason: str = "", by: Membership
) -> BankOutcome:
    outcome = BankOutcome.objects.create(line=line, payment=payment, reason=reason, decided_by=by)
    if payment is None:
        audit.record("bank.set_aside", line, by=by, after={"reason": reason})
    else:
        audit.record(
            "bank.matched", line, by=by, after={"amount": line.amount, "payment": payment.pk}
        )
    return outcome
