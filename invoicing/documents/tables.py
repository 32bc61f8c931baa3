"""The tables that leave for a spreadsheet: their columns, and their rows read as they are written.

Rows come from a cursor of the database, some thousands at a time: none of these is ever whole in
memory. Credit notes are negative, so that a column adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

from cae.core.csv_files import Cell
from cae.core.exports import Sheet
from entrepreneurs.models import Activity
from invoicing import queries
from invoicing.enums import CustomerKind, InvoiceKind, Unit
from invoicing.models import Customer, Invoice, InvoiceLine, Payment, Quote
from invoicing.rules.order_book import Ordered

_AT_ONCE = 1000
Row = TypeVar("Row")
Line = Sequence[Cell]

#: What a page says of an invoice, in a word.
STATES = {
    "draft": "Brouillon",
    "refused": "À corriger",
    "submitted": "À valider",
    "open": "À encaisser",
    "partly": "Payée en partie",
    "late": "En retard",
    "paid": "Payée",
    "credited": "Annulée par avoir",
    "credit": "Avoir",
}


def invoices_sheet(rows: QuerySet[Invoice], *, on: date) -> Sheet:
    """Return one row an invoice, with what is still owed on `on`."""
    head = (
        "Numéro", "Nature", "État", "Émise le", "Échéance", "Client", "SIREN", "Objet", "Enseigne",
        "Total HT", "TVA", "Total TTC", "Acomptes déduits", "Encaissé", "Reste dû",
        "Jours de retard",
    )  # fmt: skip
    names = _activity_names()

    def written(batch: list[Invoice]) -> Iterator[Line]:
        for row in queries.with_settlements(batch, on=on):
            invoice, settlement = row.invoice, row.settlement
            sign = _sign(invoice)
            yield (
                invoice.number or "",
                invoice.get_kind_display(),
                STATES[row.state],
                invoice.issued_on,
                invoice.due_on,
                invoice.customer_name,
                invoice.customer_siren,
                invoice.subject,
                names.get(invoice.activity_id, ""),
                sign * invoice.net,
                sign * invoice.vat,
                sign * invoice.gross,
                sign * invoice.prepaid or None,
                settlement.paid if settlement else None,
                settlement.remaining if settlement else None,
                row.days_late or None,
            )

    return _sheet(head, rows, written)


def invoice_lines_sheet(rows: QuerySet[Invoice], *, on: date) -> Sheet:
    """Return one row a line of an invoice."""
    head = (
        "Numéro", "Nature", "Émise le", "Client", "Enseigne", "Désignation", "Quantité", "Unité",
        "Prix unitaire HT", "Remise", "Taux de TVA (%)", "Total HT",
    )  # fmt: skip
    names = _activity_names()

    def written(batch: list[Invoice]) -> Iterator[Line]:
        lines: dict[int, list[InvoiceLine]] = {}
        for line in InvoiceLine.objects.filter(invoice_id__in=[i.pk for i in batch]).order_by(
            "invoice_id", "position"
        ):
            lines.setdefault(line.invoice_id, []).append(line)
        for invoice in batch:
            sign = _sign(invoice)
            for line in lines.get(invoice.pk, ()):
                yield (
                    invoice.number or "",
                    invoice.get_kind_display(),
                    invoice.issued_on,
                    invoice.customer_name,
                    names.get(invoice.activity_id, ""),
                    line.label,
                    sign * line.quantity,
                    Unit(line.unit).label,
                    line.unit_price,
                    line.discount,
                    line.vat_rate * 100,
                    sign * line.net,
                )

    return _sheet(head, rows, written)


def quotes_sheet(rows: QuerySet[Quote], *, on: date) -> Sheet:
    """Return one row a quote."""
    head = (
        "Numéro", "État", "Date", "Valable jusqu’au", "Client", "SIREN", "Objet", "Enseigne",
        "Total HT", "TVA", "Total TTC",
    )  # fmt: skip
    names = _activity_names()

    def written(batch: list[Quote]) -> Iterator[Line]:
        for quote in batch:
            yield (
                quote.number or "",
                quote.get_status_display(),
                quote.dated_on,
                quote.valid_until,
                quote.customer_name,
                quote.customer_siren,
                quote.subject,
                names.get(quote.activity_id, ""),
                quote.net,
                quote.vat,
                quote.gross,
            )

    return _sheet(head, rows, written)


#: Also the columns an import recognises at once.
CUSTOMER_HEAD = (
    "Type", "Nom", "SIREN", "SIRET", "Forme juridique", "Code NAF", "Numéro de TVA",
    "Interlocuteur", "Courriel", "Courriel de facturation", "Téléphone", "Adresse", "Complément",
    "Code postal", "Ville", "Pays",
    "Adresse de facturation électronique", "Délai de paiement",
)  # fmt: skip


def customers_sheet(rows: QuerySet[Customer], *, on: date) -> Sheet:
    """Return one row a customer, with what they were billed and owe."""
    head = (*CUSTOMER_HEAD, "Enseigne", "Documents", "Facturé HT", "Reste dû", "Dont en retard")
    names = _activity_names()

    def written(batch: list[Customer]) -> Iterator[Line]:
        figures = queries.customer_figures([customer.pk for customer in batch], on=on)
        for customer in batch:
            figure = figures[customer.pk]
            yield (
                CustomerKind(customer.kind).label,
                customer.name,
                customer.siren,
                customer.siret,
                customer.legal_form,
                customer.naf,
                customer.vat_number,
                customer.contact,
                customer.email,
                customer.billing_email,
                customer.phone,
                customer.street,
                customer.complement,
                customer.postcode,
                customer.town,
                customer.country,
                customer.endpoint,
                customer.payment_days,
                names.get(customer.activity_id, ""),
                figure.documents,
                figure.billed,
                figure.owed,
                figure.late,
            )

    return _sheet(head, rows.defer("iban"), written)


def order_book_sheet(orders: Sequence[Ordered], *, on: date) -> Sheet:
    """Return one row an accepted quote with something left to bill, without VAT."""
    head = (
        "Devis", "Client", "Objet", "Enseigne", "Accepté le", "Ancienneté", "Commandé HT",
        "Facturé HT", "Reste à facturer HT",
    )  # fmt: skip
    names = _activity_names()
    rows = (
        (
            order.number,
            order.customer_name,
            order.subject,
            names.get(order.activity_id, ""),
            order.accepted_on,
            order.age.label,
            order.net,
            order.billed,
            order.left,
        )
        for order in orders
    )
    return Sheet(head, rows, len(orders))


def payments_sheet(rows: QuerySet[Payment], *, on: date) -> Sheet:
    """Return one row a payment; what was given back is negative."""
    head = (
        "Reçu le", "Client", "Payé par", "Enseigne", "Moyen", "Référence", "Banque du client",
        "Compte", "Montant",
    )  # fmt: skip
    names = _activity_names()

    def written(batch: list[Payment]) -> Iterator[Line]:
        for payment in batch:
            yield (
                payment.received_on,
                payment.customer_name,
                payment.issuer,
                names.get(payment.activity_id, ""),
                payment.get_means_display(),
                payment.reference,
                payment.issuer_bank,
                payment.account,
                payment.amount,
            )

    return _sheet(head, rows, written)


def _sheet(
    head: Sequence[str], rows: QuerySet[Any], written: Callable[[list[Any]], Iterable[Line]]
) -> Sheet:
    def lines() -> Iterator[Line]:
        cursor = rows.iterator(chunk_size=_AT_ONCE)
        while batch := list(islice(cursor, _AT_ONCE)):
            yield from written(batch)

    return Sheet(head, lines(), rows.count())


def _activity_names() -> dict[int, str]:
    return dict(Activity.objects.values_list("pk", "name"))


def _sign(invoice: Invoice) -> int:
    return -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
