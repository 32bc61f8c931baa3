"""Who at a customer's receives what."""

from __future__ import annotations

from invoicing.enums import LetterKind
from invoicing.models import Customer

#: A letter leaves for ten addresses at most.
MOST_RECIPIENTS = 10


def recipients(customer: Customer, kind: LetterKind) -> tuple[str, ...]:
    """Return where letters of a kind go: to the contacts who receive them, else to the customer.

    Empty where no address is known. What is neither a quote nor a reminder goes as invoices do.
    """
    chosen = customer.contacts.filter(**{f"gets_{kind.value}": True})
    found = tuple(chosen.order_by("id").values_list("email", flat=True)[:MOST_RECIPIENTS])
    if found:
        return found
    usual = customer.email if kind == LetterKind.QUOTES else customer.bills_to
    return (usual,) if usual else ()
