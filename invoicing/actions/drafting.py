"""What quotes and invoices have in common while they may still change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from cae.core.words import folded
from cae.core.workflow import ActionRefused
from invoicing.enums import Entry, VatCategory
from invoicing.models import (
    Customer,
    Invoice,
    InvoiceLine,
    Mention,
    Quote,
    QuoteLine,
    Recurrence,
    RecurrenceLine,
    VatRate,
)
from invoicing.queries.personal_services import codes_of_services, services_by_code
from invoicing.queries.wording import default_mentions, offered_mentions
from invoicing.rules.countries import is_country
from invoicing.rules.lines import NO_DISCOUNT, Discount, SoldLine, Sum, sum_of
from invoicing.rules.totals import Vat

if TYPE_CHECKING:
    from invoicing.actions.content import SaleContent

_PLACE = ("street", "complement", "postcode", "town", "country")
_COPIED = ("street", "complement", "postcode", "town", "country", "siren", "siret", "vat_number")


def copy_customer(document: Quote | Invoice, customer: Customer) -> None:
    """Write on the document who it is for, as they are now."""
    document.customer = customer
    document.customer_kind = customer.kind
    document.customer_name = customer.name
    document.customer_contact = customer.contact
    for name in _COPIED:
        setattr(document, f"customer_{name}", getattr(customer, name))


def copy_circumstances(document: Quote | Invoice, content: SaleContent) -> None:
    """Write on the document whose order it answers, and where one works or delivers.

    :raises ActionRefused: `bad_place`.

    Source: EN 16931-1, BR-57; CGI ann. II art. 242 nonies A, I, 7° bis.
    """
    customer, place = content.customer, content.place
    if place and not (place.postcode.strip() and place.town.strip()):
        raise ActionRefused(
            "Un lieu a au moins un code postal et une ville\u00a0: complétez-le.", code="bad_place"
        )
    if place.country and not is_country(place.country):
        raise ActionRefused(
            f"«\u00a0{place.country}\u00a0» n’est pas un pays que nous connaissons. Écrivez son "
            "code de deux lettres.",
            code="bad_place",
        )
    document.order_reference = content.order_reference.strip() or customer.chorus_commitment
    for name in _PLACE:
        said = getattr(place, name) if place else getattr(customer, f"delivery_{name}")
        setattr(document, f"delivery_{name}", " ".join(said.split()))
    if document.delivery_street or document.delivery_town:
        document.delivery_country = document.delivery_country or customer.country


def payment_days_for(customer: Customer, wanted: int | None) -> int:
    """Return the delay asked for, else the customer's, else the cooperative's."""
    if wanted is not None:
        return wanted
    if customer.payment_days is not None:
        return customer.payment_days
    return customer.tenant.payment_days


def vat_choices() -> dict[str, VatRate]:
    """Return every VAT choice of the cooperative by code, withdrawn ones included."""
    return {choice.code: choice for choice in VatRate.objects.all()}


def add_up(
    document: Quote | Invoice | Recurrence,
    lines: Sequence[SoldLine],
    *,
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
) -> tuple[Sum, dict[str, VatRate]]:
    """Write the totals of these lines on the document; return them with the VAT choices."""
    choices = vat_choices()
    found = sum_of(
        lines,
        vats={code: Vat(VatCategory(c.category), c.rate) for code, c in choices.items()},
        entry=entry,
        discount=discount,
    )
    totals = found.totals
    document.net, document.vat, document.gross = totals.net, totals.tax, totals.gross
    document.entry = entry
    document.rounding = totals.rounding
    document.discount = totals.allowance_total
    document.discount_rate = discount.rate
    document.search = searchable(document)
    return found, choices


def searchable(document: Quote | Invoice | Recurrence) -> str:
    """Return what the search of a list reads."""
    return folded(document.number or "", document.customer_name, document.subject)[:400]


Row = TypeVar("Row", QuoteLine, InvoiceLine, RecurrenceLine)

#: Columns of one kind of document only.
_OPTION = ("is_optional", "is_chosen")
_WORK = ("worker_name", "worker_number", "done_on", "minutes", "quote_line_id", "progress")
_OWN: dict[type, tuple[str, ...]] = {
    QuoteLine: _OPTION,
    InvoiceLine: _WORK,
    RecurrenceLine: (),
}


def rows_of(model: type[Row], found: Sum, choices: Mapping[str, VatRate]) -> list[Row]:
    """Return the unsaved lines of a document, their VAT frozen beside the choice.

    :raises ActionRefused: `unknown_service`.
    """
    own = _OWN[model]
    services = services_by_code(line.service for line in found.lines)
    return [
        model(
            position=position,
            section=" ".join(line.section.split())[:120],
            label=line.label.strip()[:160],
            description=line.description.strip(),
            nature=line.nature,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            typed_price=line.price_with_vat,
            discount=discount,
            discount_rate=line.discount_rate,
            vat_choice=choices[line.vat],
            vat_category=choices[line.vat].category,
            vat_rate=choices[line.vat].rate,
            net=net,
            service=services[line.service] if line.service else None,
            **{name: getattr(line, name) for name in own},
        )
        for position, (line, discount, net) in enumerate(
            zip(found.lines, found.line_discounts, found.line_nets, strict=True), start=1
        )
    ]


def sold_lines(document: Quote | Invoice | Recurrence) -> list[SoldLine]:
    """Return the lines of a document as typed ones, to copy them."""
    lines: Sequence[QuoteLine | InvoiceLine | RecurrenceLine]
    lines = list(document.lines.select_related("vat_choice"))
    own = _OWN[document.lines.model]
    codes = codes_of_services(line.service_id for line in lines)
    return [
        SoldLine(
            section=line.section,
            label=line.label,
            description=line.description,
            nature=line.nature,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            price_with_vat=line.typed_price,
            discount=line.discount,
            discount_rate=line.discount_rate,
            vat=line.vat_choice.code,
            service=codes[line.service_id] if line.service_id else "",
            **{name: getattr(line, name) for name in own},
        )
        for line in lines
    ]


def billed_lines(quote: Quote) -> list[SoldLine]:
    """Return the lines of an accepted quote as an invoice writes them: options not chosen out."""
    return [
        replace(line, is_optional=False, is_chosen=False)
        for line in sold_lines(quote)
        if line.counts
    ]


def discount_of(document: Quote | Invoice | Recurrence) -> Discount:
    """Return the discount on a whole document as it was typed."""
    if document.discount_rate is not None:
        return Discount(rate=document.discount_rate)
    return Discount(amount=document.discount)


def copy_mentions(
    document: Quote | Invoice, mentions: Sequence[Mention] | None, lines: Sequence[SoldLine]
) -> None:
    """Write the text of mentions on a document.

    :param mentions: those ticked; None keeps those it has, on a new one those of its case.
    """
    if mentions is None:
        if document.pk:
            return
        kind = "quote" if isinstance(document, Quote) else "invoice"
        mentions = default_mentions(
            offered_mentions(document.activity_id, kind),
            document.customer_kind,
            natures={line.nature for line in lines},
            vats={line.vat for line in lines},
        )
    document.mentions = [{"id": each.pk, "text": each.text} for each in mentions]
