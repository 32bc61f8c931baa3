"""The accounts an issued document is on: those of its issue, or where it was moved since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.enums import AccountUse
from accounting.models import EntryLine
from accounting.queries import last_closed_month
from accounting.rules import Accounts
from cae.core.money import ZERO
from cae.core.periods import Month, of_french_month
from invoicing.enums import InvoiceKind
from invoicing.models import AccountChange, Invoice
from invoicing.queries.invoices import parts_of
from invoicing.queries.payments import settlement_of

_USUAL = Accounts()


def written_on(invoice: Invoice) -> Accounts:
    """Return where an invoice was posted when it was issued."""
    return Accounts(
        customers=invoice.customers_account or _USUAL.customers,
        services=invoice.services_account or _USUAL.services,
        goods=invoice.goods_account or _USUAL.goods,
    )


def accounts_now(invoice: Invoice) -> Accounts:
    """Return where an issued invoice is: what comes after it is posted there."""
    changes = AccountChange.objects.filter(invoice=invoice).order_by("rank")
    return replace(written_on(invoice), **dict(changes.values_list("use", "after")))


def changes_of(invoice: Invoice) -> list[AccountChange]:
    """Return the accounts that were changed since it was issued, the latest first."""
    return list(
        AccountChange.objects.filter(invoice=invoice)
        .select_related("changed_by__user")
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class PostedOn:
    """Where one use of an issued document is, and why it stays there if it does."""

    use: AccountUse
    account: str
    #: Debit less credit that it has there, in EUR.
    amount: Decimal
    stays: str = ""

    @property
    def said(self) -> Decimal:
        """The amount as people say it: without its side."""
        return abs(self.amount)


def posted_accounts(invoice: Invoice) -> list[PostedOn]:
    """Return where each use of an issued document is: its customer, its services, its goods.

    A deposit sells nothing yet: it has no product until the invoice that deducts it.
    """
    now = accounts_now(invoice)
    posted = [_customer(invoice, now.customers)]
    sign = -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
    sold: dict[AccountUse, Decimal] = {}
    for part in parts_of(invoice):
        if not part.is_deposit:
            use = AccountUse(part.nature.value)
            sold[use] = sold.get(use, ZERO) - sign * part.net
    for use, freed in _freed(invoice).items():
        sold[use] = sold.get(use, ZERO) + freed
    stays = _replaced(invoice)
    for use in (AccountUse.SERVICES, AccountUse.GOODS):
        if sold.get(use):
            posted.append(PostedOn(use, getattr(now, use.value), sold[use], stays))
    return posted


def closed_for(invoice: Invoice) -> str:
    """Tell why nothing of a document moves any more: the month of its entry is closed."""
    assert invoice.issued_on is not None
    month, last = Month.of(invoice.issued_on), last_closed_month()
    if last is None or month > last:
        return ""
    return (
        f"Le mois {of_french_month(month)} est clôturé\u00a0: ses écritures sont parties en "
        "comptabilité et ne changent plus. Passez le reclassement dans le logiciel comptable, à "
        "une date d’un mois ouvert."
    )


def _customer(invoice: Invoice, account: str) -> PostedOn:
    settlement = settlement_of(invoice)
    if settlement is None:  # a credit note settles its invoice, where that one is
        amount = -(invoice.due - invoice.retention)
        return PostedOn(
            AccountUse.CUSTOMERS, account, amount, "Un avoir est sur le compte de sa facture."
        )
    stays = ""
    if settlement.paid or settlement.credited:
        stays = (
            "Un règlement ou un avoir est déjà écrit sur ce compte\u00a0: le client y reste, pour "
            "que tout se lettre."
        )
    elif invoice.retention and not settlement.retained:
        stays = "Sa retenue de garantie est libérée sur ce compte\u00a0: le client y reste."
    assert settlement.claimable is not None
    if not settlement.claimable:
        stays = stays or "Rien n’y attend."
    return PostedOn(AccountUse.CUSTOMERS, account, settlement.claimable, stays)


def _replaced(invoice: Invoice) -> str:
    corrective = Invoice.objects.filter(
        corrects=invoice, kind=InvoiceKind.CORRECTIVE, number__isnull=False
    ).first()
    if corrective is None:
        return ""
    return f"{corrective.number} la remplace et a repris son écriture\u00a0: changez la sienne."


def _freed(invoice: Invoice) -> dict[AccountUse, Decimal]:
    """Return what a credit note took out of turnover of the deposits it freed."""
    if invoice.kind != InvoiceKind.CREDIT_NOTE:
        return {}
    first = written_on(invoice)
    lines = EntryLine.objects.filter(
        entry__posting_key=f"invoice:{invoice.pk}:deposits", account__number__startswith="70"
    ).values_list("account__number", "debit", "credit")
    freed: dict[AccountUse, Decimal] = {}
    for number, debit, credit in lines:
        use = AccountUse.SERVICES if number == first.services else AccountUse.GOODS
        freed[use] = freed.get(use, ZERO) + debit - credit
    return freed
