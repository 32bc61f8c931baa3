"""What the two sides of an internal order are mailed. Called by workers.

An order that has moved on since is not mailed.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from entrepreneurs.models import Activity
from entrepreneurs.queries import shares_on
from invoicing.enums import InternalOrderStatus
from invoicing.models import InternalOrder


def internal_order_proposed(order: InternalOrder, *, on: date) -> None:
    """Tell the people of the buyer that an order waits for their answer."""
    if order.status != InternalOrderStatus.PROPOSED or order.buyer is None:
        return
    _mail(
        f"{order.seller_name} vous propose une commande interne\u00a0: {order.subject}",
        "internal_order_proposed.txt",
        order,
        to=_people_of(order.buyer, on=on),
    )


def internal_order_accepted(order: InternalOrder, *, on: date) -> None:
    """Tell the people of the seller that the money is on their activity."""
    if order.status != InternalOrderStatus.ACCEPTED:
        return
    _mail(
        f"Commande interne {order.number} acceptée par {order.buyer_name}",
        "internal_order_accepted.txt",
        order,
        to=_people_of(order.activity, on=on),
    )


def internal_order_refused(order: InternalOrder, *, on: date) -> None:
    """Tell the people of the seller why it is declined."""
    if order.status != InternalOrderStatus.REFUSED:
        return
    _mail(
        f"Commande interne refusée par {order.buyer_name}\u00a0: {order.subject}",
        "internal_order_refused.txt",
        order,
        to=_people_of(order.activity, on=on),
    )


def internal_order_cancelled(order: InternalOrder, *, on: date) -> None:
    """Tell both sides that the money went back."""
    if order.status != InternalOrderStatus.CANCELLED:
        return
    sides = [side for side in (order.activity, order.buyer) if side is not None]
    _mail(
        f"Commande interne {order.number} annulée",
        "internal_order_cancelled.txt",
        order,
        to=sorted({address for side in sides for address in _people_of(side, on=on)}),
    )


def _people_of(activity: Activity, *, on: date) -> list[str]:
    return [person.email for person, _ in shares_on(activity, on=on) if person.email]


def _mail(subject: str, template: str, order: InternalOrder, *, to: list[str]) -> None:
    if not to:
        return
    link = reverse("invoicing:internal_order", args=[order.tenant.slug, order.pk])
    context = {"order": order, "cooperative": order.tenant, "link": settings.SITE_URL + link}
    EmailMessage(
        " ".join(subject.split()), render_to_string(f"email/{template}", context), to=to
    ).send()
