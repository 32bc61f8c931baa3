"""Everything known of a customer, as plain JSON (RGPD art. 15 and 20)."""

from __future__ import annotations

from typing import Any

from cae.core import audit
from cae.core.memos import memos_of
from invoicing.models import Customer, Folder, Invoice, Payment, Quote

#: Ours, not theirs.
_INTERNAL = ("id", "tenant", "activity", "search")


def customer_dossier(customer: Customer) -> dict[str, Any]:
    """Return the record of a customer, their documents, payments, memos and trail.

    Amounts are strings in EUR, dates are ISO 8601. Drafts are listed too.
    """
    return {
        "client": {
            field.name: _plain(getattr(customer, field.attname))
            for field in customer._meta.concrete_fields
            if field.name not in _INTERNAL
        },
        "enseigne": customer.activity.name,
        "contacts": [
            {
                "nom": contact.name,
                "fonction": contact.role,
                "courriel": contact.email,
                "telephone": contact.phone,
            }
            for contact in customer.contacts.order_by("id")
        ],
        "devis": [
            {
                "numero": quote.number or "",
                "etat": quote.get_status_display(),
                "date": _plain(quote.dated_on),
                "objet": quote.subject,
                "total_ttc": str(quote.gross),
            }
            for quote in Quote.objects.filter(customer=customer).defer("snapshot").order_by("id")
        ],
        "factures": [
            {
                "numero": invoice.number or "",
                "nature": invoice.get_kind_display(),
                "etat": invoice.get_status_display(),
                "date": _plain(invoice.issued_on),
                "objet": invoice.subject,
                "total_ttc": str(invoice.gross),
                "document": invoice.snapshot or {},
            }
            for invoice in Invoice.objects.filter(customer=customer).order_by("id")
        ],
        "dossiers": [
            str(folder)
            for folder in Folder.objects.filter(members__customer=customer).order_by("id")
        ],
        "encaissements": [
            {
                "date": _plain(payment.received_on),
                "montant": str(payment.amount),
                "moyen": payment.get_means_display(),
                "reference": payment.reference,
            }
            for payment in Payment.objects.filter(customer=customer).order_by("id")
        ],
        "memos": [
            {"date": memo.at.isoformat(), "texte": memo.text}
            for memo in memos_of(customer).order_by("id")
        ],
        "historique": [
            {"date": event.at.isoformat(), "acte": event.action, "apres": event.after}
            for event in audit.trail(customer).order_by("id")
        ],
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | None) else str(value)
