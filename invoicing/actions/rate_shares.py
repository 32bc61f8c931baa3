"""What an accountant says of a receipt: the part of it that settles each VAT rate."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from accounting.actions.checks import check_now
from cae.core.money import ZERO, euros, percent
from cae.core.workflow import ActionRefused
from invoicing.models import Allocation, RateShare, Settlement
from invoicing.queries import left_of_rates
from invoicing.rules.totals import Vat


def checked_shares(
    settlement: Settlement, amount: Decimal, shares: Mapping[Vat, Decimal]
) -> dict[Vat, Decimal]:
    """Return the shares of a receipt by VAT rate, those of zero left out.

    :raises ActionRefused: `nothing_to_share`, `unknown_rate`, `bad_share`, `share_too_large`,
        `shares_differ`.
    """
    left = left_of_rates(settlement)
    number = settlement.invoice.number
    if not left:
        raise ActionRefused(
            f"La facture {number} n’a rien à répartir\u00a0: un seul taux, ou un taux qui rend de "
            "l’argent. Laissez les parts vides.",
            code="nothing_to_share",
        )
    for vat, share in shares.items():
        if vat not in left:
            raise ActionRefused(
                f"La facture {number} n’a rien au taux de {percent(vat.rate)}. Retirez cette part.",
                code="unknown_rate",
            )
        if share < 0:
            raise ActionRefused(
                "Une part est zéro ou plus. Pour rendre de l’argent, contre-passez ou remboursez.",
                code="bad_share",
            )
        if share > left[vat]:
            raise ActionRefused(
                f"Il ne reste que {euros(left[vat])} à régler au taux de {percent(vat.rate)}. "
                "Réduisez cette part.",
                code="share_too_large",
            )
    said = sum(shares.values(), ZERO)
    if said != amount:
        raise ActionRefused(
            f"Les parts font {euros(said)}, le règlement {euros(amount)} sur cette facture. "
            "Corrigez-en une\u00a0: elles doivent tomber au centime.",
            code="shares_differ",
        )
    return {vat: share for vat, share in shares.items() if share}


def keep_shares(allocation: Allocation, shares: Mapping[Vat, Decimal]) -> None:
    """Write what was said of a receipt, with it."""
    if not shares:
        return
    assert allocation.invoice_id is not None
    RateShare.objects.bulk_create(
        RateShare(
            activity_id=allocation.activity_id,
            allocation=allocation,
            invoice_id=allocation.invoice_id,
            category=vat.category,
            rate=vat.rate,
            amount=share,
        )
        for vat, share in shares.items()
    )
    check_now("invoicing.RateShare:adds_up")
