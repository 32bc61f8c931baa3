"""« Ce que cette facture vous apporte » : the engine that pays, asked for one sale more.

On the roof because the editor of a sale is below pay, and must not know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from accounting import queries as ledger
from cae.core.enums import Right
from cae.core.money import ZERO, euros, percent, to_cents
from cae.core.periods import of_french_month
from cae.core.permissions import has_right
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs import queries as people
from entrepreneurs.models import Entrepreneur
from entrepreneurs.permissions import may_see_treasury
from invoicing.views.brings import Sold
from payroll.queries import Brought, brought, contribution_on
from payroll.queries.simulator import RESERVE_RATE


@dataclass(frozen=True, slots=True)
class Brings:
    """What the card says: the sale, what it becomes, or why it cannot be told."""

    sale: Sold
    found: Brought | None
    refusal: str
    is_own: bool
    names: str
    detail_url: str
    detail_label: str

    @property
    def amount(self) -> Decimal:
        """The pay a sale adds, or where there is no pay what stays; of a loss, without its sign."""
        if self.found is None:
            return ZERO
        return abs(self.found.salary if self.found.paid else self.found.rest)

    @property
    def is_loss(self) -> bool:
        return self.sale.net < 0

    @property
    def what(self) -> str:
        """What the amount is, and when it comes."""
        is_paid = self.found is not None and self.found.paid
        what = "de salaire net" if is_paid else "sur le compte de l’activité"
        who = f" pour {self.names}" if self.names and not self.is_own else ""
        return f"{what}{who}{self._when}"

    @property
    def _when(self) -> str:
        if self.is_loss:
            return " en moins"
        if self.sale.kind == "quote":
            return ", une fois accepté, facturé et payé"
        if self.sale.cashed:
            return f", quand les {euros(self.sale.gross)} qui restent seront payés"
        return ", une fois payée"

    @property
    def assumptions(self) -> str:
        """What one must know to believe the amount, in sentences."""
        found = self.found
        if found is None:
            return ""
        said = []
        if self.sale.vat:
            said.append(
                f"Les {euros(abs(self.sale.vat))} de TVA vont à l’État\u00a0:"
                " ils ne sont pas comptés ici."
            )
        if not found.paid:
            said.append(
                "En CAPE, ou sans CESA, une vente ne devient pas du salaire\u00a0: cet argent reste"
                " sur le compte de l’activité."
            )
        else:
            said.append(
                f"Estimation {of_french_month(found.month)}, avant impôt, par le calcul du"
                " bulletin\u00a0: ce que cette vente change au plus haut salaire possible, avec"
                f" {percent(RESERVE_RATE)} gardés en réserve."
            )
            if found.budget < 0:
                said.append(
                    f"Il manque aujourd’hui {euros(-found.budget)}, réserve comprise\u00a0:"
                    " une vente les comble avant de devenir du salaire."
                )
            else:
                said.append(
                    f"Sans elle, {euros(found.budget)} peuvent déjà devenir du salaire,"
                    " cotisations comprises."
                )
        if found.share != 1 and self.is_own:
            said.append(f"C’est votre part de l’activité\u00a0: {percent(found.share, places=1)}.")
        return " ".join(said)


def brings(request: PlaceRequest, sale: Sold) -> Brings | None:
    """Return what a sale brings to who reads it: to oneself, or to the people of its activity.

    None for staff who may not see people: a pay is personal.
    """
    own = people.person_of(request.membership) if request.membership.role.own_only else None
    if own is None and not has_right(request.membership, Right.SEE_PEOPLE):
        return None
    persons = [own] if own else [p for p, _ in people.shares_on(sale.activity, on=sale.on)]
    found, refusal = None, ""
    levied = ledger.contribution_taken(sale.posting_key) if sale.posting_key else None
    try:
        found = brought(
            sale.activity,
            persons,
            net=sale.net,
            on=sale.on,
            contribution=_contribution(sale, levied),
            levied=levied is not None,
        )
    except ActionRefused as refused:
        refusal = refused.message
    return Brings(
        sale=sale,
        found=found,
        refusal=refusal,
        is_own=own is not None,
        names=_names(persons),
        **_detail(request, sale, is_paid=bool(found and found.paid)),
    )


def _contribution(sale: Sold, levied: Decimal | None) -> Decimal:
    """Return what was taken of what is still to be cashed, or would be."""
    if levied is not None:
        return to_cents(levied * sale.unpaid)
    if sale.own_rate is not None:
        return to_cents(sale.net * sale.own_rate)
    return contribution_on(sale.activity, sale.net, on=sale.on)


def _names(persons: Sequence[Entrepreneur]) -> str:
    if len(persons) > 3:
        return f"{len(persons)} personnes"
    return ", ".join(person.full_name for person in persons)


def _detail(request: PlaceRequest, sale: Sold, *, is_paid: bool) -> dict[str, str]:
    """Return where the pay is explained line by line, else where the money is."""
    slug, membership = request.cooperative.slug, request.membership
    if is_paid and has_right(membership, Right.CHOOSE_SALARY):
        return {
            "detail_url": reverse("payroll:salaries", args=[slug]),
            "detail_label": "Comment mon salaire se calcule",
        }
    if has_right(membership, Right.SEE_OWN):
        url = reverse("accounting:treasury", args=[slug])
        return {
            "detail_url": f"{url}?activite={sale.activity.pk}",
            "detail_label": "Ma trésorerie",
        }
    if may_see_treasury(membership, sale.activity):
        return {
            "detail_url": reverse("accounting:activity_treasury", args=[slug, sale.activity.pk]),
            "detail_label": f"Trésorerie de {sale.activity.name}",
        }
    return {"detail_url": "", "detail_label": ""}
