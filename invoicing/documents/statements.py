"""The statement of account of a customer (relevé de compte): what was asked, paid, and is open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Any

from cae.core import pdf
from invoicing.documents.faces import siren_label
from invoicing.models import Customer
from invoicing.queries import customer_account
from invoicing.rules.numbers import fingerprint


def statement_snapshot(customer: Customer, *, start: date, end: date) -> dict[str, Any]:
    """Return all that a statement says, as plain JSON; amounts are strings."""
    account = customer_account(customer, start=start, end=end)
    cooperative = customer.tenant
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "seller": {
            "name": cooperative.name,
            "legal_form": cooperative.get_legal_form_display(),
            "siren": cooperative.siren,
            "street": cooperative.street,
            "postcode": cooperative.postcode,
            "town": cooperative.town,
            "iban": " ".join(wrap(cooperative.iban.replace(" ", ""), 4)),
        },
        "activity": customer.activity.name,
        "customer": {
            "name": customer.name,
            "street": customer.street,
            "postcode": customer.postcode,
            "town": customer.town,
        },
        "opening": str(account.opening),
        "closing": str(account.closing),
        "late": str(account.late),
        "held": str(account.held),
        "moves": [
            {
                "on": move.on.isoformat(),
                "label": move.label,
                "amount": str(move.amount),
                "balance": str(move.balance),
            }
            for move in account.moves
        ],
        "open": [
            {
                "number": row.invoice.number,
                "subject": row.invoice.subject,
                "due_on": row.due_on.isoformat(),
                "remaining": str(row.remaining),
                "held": str(row.held),
                "is_late": row.due_on < end and bool(row.claimable),
            }
            for row in account.open
        ],
    }


def statement_pdf(snapshot: dict[str, Any]) -> bytes:
    """Return the PDF of a statement: the same bytes each time."""
    return pdf.render(
        "statement.html",
        {"face": face_of(snapshot), "made_on": snapshot["end"]},
        identifier=f"statement:{fingerprint(snapshot, previous='')}",
    )


def face_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot as templates read it: amounts are decimals again, days are dates."""
    return {
        **snapshot,
        "seller": {
            **snapshot["seller"],
            "siren_label": siren_label(snapshot["seller"]["siren"]),
        },
        "start": date.fromisoformat(snapshot["start"]),
        "end": date.fromisoformat(snapshot["end"]),
        **{name: Decimal(snapshot[name]) for name in ("opening", "closing", "late", "held")},
        "moves": [
            {
                "on": date.fromisoformat(move["on"]),
                "label": move["label"],
                "debit": max(Decimal(move["amount"]), Decimal(0)),
                "credit": max(-Decimal(move["amount"]), Decimal(0)),
                "balance": Decimal(move["balance"]),
            }
            for move in snapshot["moves"]
        ],
        "open": [
            {
                **row,
                "due_on": date.fromisoformat(row["due_on"]),
                "remaining": Decimal(row["remaining"]),
                "held": Decimal(row["held"]),
            }
            for row in snapshot["open"]
        ],
    }
