"""Internal orders: written and proposed by one activity, answered by another, posted at once.

The buyer's answer is written by the cooperative in their name: their own role may not touch the
seller's document, nor read the counter, the ledger and the seller's activity it moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting.models import AnalyticAccount, Entry
from accounting.queries import accounts_of, available, cooperative_analytic
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import euros
from cae.core.numbering import next_number
from cae.core.tenancy import as_cooperative
from cae.core.words import folded
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.models import Activity
from invoicing import posting
from invoicing.actions.locking import locked
from invoicing.enums import InternalOrderStatus
from invoicing.models import InternalOrder, InternalOrderLine
from invoicing.queries.internal_orders import counterparties
from invoicing.rules.internal_orders import Left, OrderedLine, ordered_total
from invoicing.rules.moves import INTERNAL_ORDER_MOVES
from invoicing.rules.numbers import INTERNAL_ORDER_PREFIX, document_number


@transaction.atomic
def create_internal_order(
    activity: Activity,
    *,
    buyer_id: int | None,
    subject: str,
    lines: Sequence[OrderedLine],
    notes: str = "",
    on: date,
    by: Membership,
) -> InternalOrder:
    """Write a draft that nobody else sees.

    :param buyer_id: the activity that buys; None for the cooperative itself.
    :raises ActionRefused: `switched_off`, `unknown_buyer`, `no_line`, `too_many_lines`,
        `bad_line`, `total_too_large`.
    """
    _check_switch(by)
    order = InternalOrder(activity=activity, created_by=by)
    _write(order, buyer_id=buyer_id, subject=subject, lines=lines, notes=notes, on=on)
    audit.record("internal_order.created", order, by=by, after={"amount": order.total})
    return order


@transaction.atomic
def change_internal_order(
    order: InternalOrder,
    *,
    buyer_id: int | None,
    subject: str,
    lines: Sequence[OrderedLine],
    notes: str = "",
    on: date,
    by: Membership,
) -> InternalOrder:
    """Rewrite a draft; its lines are replaced.

    :raises ActionRefused: `not_a_draft`, or as `create_internal_order`.
    """
    order = _draft(order)
    before = order.total
    order.lines.all().delete()
    _write(order, buyer_id=buyer_id, subject=subject, lines=lines, notes=notes, on=on)
    if before != order.total:
        audit.record(
            "internal_order.changed",
            order,
            by=by,
            before={"amount": before},
            after={"amount": order.total},
        )
    return order


@transaction.atomic
def discard_internal_order(order: InternalOrder, *, by: Membership) -> None:
    """Delete a draft.

    :raises ActionRefused: `not_a_draft`.
    """
    order = _draft(order)
    audit.record("internal_order.discarded", order, by=by, before={"subject": order.subject})
    order.lines.all().delete()
    order.delete()


@transaction.atomic
def propose_internal_order(order: InternalOrder, *, by: Membership) -> InternalOrder:
    """Show a draft to its buyer, who is told, and may accept or refuse it.

    :raises ActionRefused: `switched_off`, `illegal_move`, `nothing_asked`.
    """
    _check_switch(by)
    order = locked(order)
    check_move(INTERNAL_ORDER_MOVES, order.status, InternalOrderStatus.PROPOSED)
    if order.total <= 0:
        raise ActionRefused(
            "Cette commande ne demande rien. Vérifiez les quantités et les prix de ses lignes.",
            code="nothing_asked",
        )
    order.lines.update(shown_to=order.buyer_id)
    order.shown_to_id = order.buyer_id
    order.status = InternalOrderStatus.PROPOSED
    order.proposed_by = by
    order.proposed_at = timezone.now()
    order.refusal_reason = ""
    order.save()
    audit.record("internal_order.proposed", order, by=by, after={"amount": order.total})
    if order.buyer_id is not None:
        _tell("mail_internal_order_proposed", order)
    return order


@transaction.atomic
def withdraw_internal_order(order: InternalOrder, *, by: Membership) -> InternalOrder:
    """Take an order back to draft: while it waits for its answer, or once refused.

    :raises ActionRefused: `illegal_move`, it was accepted meanwhile.
    """
    order = locked(order)
    check_move(INTERNAL_ORDER_MOVES, order.status, InternalOrderStatus.DRAFT)
    order.status = InternalOrderStatus.DRAFT
    order.shown_to = None
    order.answered_by = None
    order.answered_at = None
    order.save()
    order.lines.update(shown_to=None)
    audit.record("internal_order.withdrawn", order, by=by)
    return order


@transaction.atomic
def accept_internal_order(
    order: InternalOrder, *, on: date, by: Membership, beyond: bool = False
) -> InternalOrder:
    """Agree to an order for its buyer: it is numbered, frozen, and moves the money at once.

    No contribution is taken: this money bore it when the customer of the buyer paid.

    :param beyond: accept even where it takes more than the buyer has: staff only.
    :raises ActionRefused: `switched_off`, `already_answered`, `illegal_move`, `own_order`,
        `not_enough`; `closed_period`, from the ledger.
    """
    _check_switch(by)
    with as_cooperative():
        order = _to_answer(order, InternalOrderStatus.ACCEPTED, by=by)
        buyer = _analytic_of(order.buyer)
        if order.buyer is not None:
            _check_money(buyer, order, who=order.buyer_name, beyond=beyond)
        _answer(order, InternalOrderStatus.ACCEPTED, by=by)
        order.accepted_on = on
        rank = next_number("commandes internes", year=on.year)
        order.number = document_number(INTERNAL_ORDER_PREFIX, year=on.year, rank=rank)
        order.search = _searchable(order)
        order.save()
        ledger.post(
            posting.internal_order_entry(
                order,
                seller=order.activity.analytic.code,
                buyer=buyer.code,
                account=accounts_of(order.activity.analytic).internal,
            ),
            by=by,
        )
    audit.record(
        "internal_order.accepted",
        order,
        by=by,
        actor=_for_buyer(order, by),
        after={"number": order.number, "amount": order.total},
    )
    _tell("mail_internal_order_accepted", order)
    return order


@transaction.atomic
def refuse_internal_order(order: InternalOrder, *, reason: str, by: Membership) -> InternalOrder:
    """Decline an order for its buyer; the seller reads why, and may propose it again.

    :raises ActionRefused: `reason_missing`, `already_answered`, `illegal_move`, `own_order`.
    """
    reason = _said(reason, "Dites pourquoi\u00a0: l’enseigne qui propose le lira.")
    with as_cooperative():
        order = _to_answer(order, InternalOrderStatus.REFUSED, by=by)
        _answer(order, InternalOrderStatus.REFUSED, by=by)
        order.refusal_reason = reason
        order.save()
    audit.record(
        "internal_order.refused",
        order,
        by=by,
        actor=_for_buyer(order, by),
        after={"reason": reason},
    )
    _tell("mail_internal_order_refused", order)
    return order


@transaction.atomic
def cancel_internal_order(
    order: InternalOrder, *, reason: str, on: date, by: Membership, beyond: bool = False
) -> InternalOrder:
    """Undo an accepted order by an opposite entry: the seller gives the money back.

    :param beyond: cancel even where the seller no longer has it: staff only.
    :raises ActionRefused: `reason_missing`, `illegal_move`, `not_enough`; `closed_period`, from
        the ledger.
    """
    reason = _said(reason, "Dites pourquoi cette commande est annulée\u00a0: les deux le liront.")
    with as_cooperative():
        order = locked(order)
        check_move(INTERNAL_ORDER_MOVES, order.status, InternalOrderStatus.CANCELLED)
        seller = _analytic_of(order.activity)
        _check_money(seller, order, who=order.seller_name, beyond=beyond)
        order.status = InternalOrderStatus.CANCELLED
        order.cancelled_by = by
        order.cancelled_on = on
        order.cancel_reason = reason
        order.save()
        entry = Entry.objects.get(posting_key=posting.internal_order_key(order))
        ledger.reverse(entry, on=on, by=by, label=f"Annulation {order.number}")
    audit.record("internal_order.cancelled", order, by=by, after={"reason": reason})
    _tell("mail_internal_order_cancelled", order)
    return order


def _write(
    order: InternalOrder,
    *,
    buyer_id: int | None,
    subject: str,
    lines: Sequence[OrderedLine],
    notes: str,
    on: date,
) -> None:
    known = {c.activity_id: c.name for c in counterparties(order.activity_id, on=on)}
    if buyer_id not in known:
        raise ActionRefused(
            "Cette enseigne n’est pas ouverte dans la coopérative. Choisissez-en une autre.",
            code="unknown_buyer",
        )
    order.total = ordered_total(lines)
    order.seller_name = order.activity.name
    order.buyer_id = buyer_id
    order.buyer_name = known[buyer_id]
    order.subject = " ".join(subject.split())[:160]
    order.notes = notes.strip()
    order.search = _searchable(order)
    order.save()
    InternalOrderLine.objects.bulk_create(
        InternalOrderLine(
            activity_id=order.activity_id,
            order=order,
            position=position,
            label=line.label.strip()[:160],
            description=line.description.strip(),
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            net=line.net,
        )
        for position, line in enumerate(lines, start=1)
    )


def _searchable(order: InternalOrder) -> str:
    return folded(order.number or "", order.seller_name, order.buyer_name, order.subject)[:400]


def _check_switch(by: Membership) -> None:
    if not by.cooperative.internal_orders:
        raise ActionRefused(
            "Les commandes internes sont désactivées dans cette coopérative. Demandez à"
            " l’administration de les activer dans ses réglages.",
            code="switched_off",
        )


def _draft(order: InternalOrder) -> InternalOrder:
    order = locked(order)
    if order.status != InternalOrderStatus.DRAFT:
        raise ActionRefused(
            "Cette commande est déjà proposée. Reprenez-la d’abord pour la corriger.",
            code="not_a_draft",
        )
    return order


def _to_answer(
    order: InternalOrder, target: InternalOrderStatus, *, by: Membership
) -> InternalOrder:
    order = locked(order)
    if order.answered_at is not None:
        raise ActionRefused(
            f"Cette commande a déjà sa réponse\u00a0: {order.get_status_display().lower()}."
            " Rechargez la page pour voir où elle en est.",
            code="already_answered",
        )
    check_move(INTERNAL_ORDER_MOVES, order.status, target)
    if order.proposed_by_id == by.pk:
        raise ActionRefused(
            "Vous avez proposé cette commande\u00a0: quelqu’un d’autre y répond. Si vous êtes"
            " seul·e dans les deux enseignes, demandez à l’équipe d’appui.",
            code="own_order",
        )
    return order


def _for_buyer(order: InternalOrder, by: Membership) -> str:
    """Return who answers as the seller reads it: an activity, and not the address of somebody."""
    return order.buyer_name if by.role.own_only else ""


def _answer(order: InternalOrder, status: InternalOrderStatus, *, by: Membership) -> None:
    order.status = status
    order.answered_by = by
    order.answered_at = timezone.now()


def _analytic_of(activity: Activity | None) -> AnalyticAccount:
    """Return the account that pays, held: two orders at once would spend the same money."""
    found = cooperative_analytic() if activity is None else activity.analytic
    return locked(found)


def _check_money(
    analytic: AnalyticAccount, order: InternalOrder, *, who: str, beyond: bool
) -> None:
    left = Left(available(analytic).total, order.total)
    if left.is_short and not beyond:
        raise ActionRefused(
            f"Il reste {euros(left.before)} de disponible à {who}\u00a0: moins que les"
            f" {euros(left.amount)} de cette commande. Seule l’équipe d’appui peut passer outre,"
            " parlez-lui-en.",
            code="not_enough",
        )


def _said(reason: str, asked: str) -> str:
    if not reason.strip():
        raise ActionRefused(asked, code="reason_missing")
    return reason.strip()


def _tell(task: str, order: InternalOrder) -> None:
    """Mail the other side after commit, once for each time it is proposed or answered."""
    moment = order.answered_at or order.proposed_at
    assert moment is not None
    key = f"internal-order:{order.pk}:{order.status}:{moment:%Y%m%d%H%M%S%f}"
    outbox.enqueue(f"invoicing.tasks.{task}", key=key, order_id=order.pk)
