"""The words and figures of a document, frozen as plain JSON when it is sent or issued.

Its PDF and its XML are made from this alone: made again years later, they are the same.
Amounts are strings, dates are ISO 8601, what is not known yet is an empty string.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cae.core.enums import VatBasis
from cae.core.models import Cooperative
from cae.core.money import ZERO, percent, to_cents
from cae.core.periods import french_date
from cae.core.tenancy import current_tenant_id
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import Activity, ActivityMember, Entrepreneur
from entrepreneurs.queries import contract_on
from entrepreneurs.queries.insurances import insurance_on
from invoicing.enums import CustomerKind, InvoiceKind, Nature, Unit, VatCategory
from invoicing.models import Invoice, InvoiceLine, Quote, QuoteLine, Terms
from invoicing.queries.billing import quote_parts
from invoicing.queries.folders import filing_of
from invoicing.queries.personal_services import labels_of_services, service_declaration
from invoicing.queries.retentions import works_accepted_on
from invoicing.queries.wording import current_terms
from invoicing.rules.billing import deposit_parts, with_vat
from invoicing.rules.endpoints import endpoint_of
from invoicing.rules.lines import vat_rows_of
from invoicing.rules.totals import Vat

#: Grows when the shape changes: what reads a snapshot knows how old it is.
SHAPE = 5

#: C. com. D441-5: owed by a professional for each invoice paid late.
RECOVERY_FEE = Decimal("40.00")

#: BT-3, UNTDID 1001.
_TYPE_CODES = {
    InvoiceKind.DEPOSIT: "386",
    InvoiceKind.CORRECTIVE: "384",
    InvoiceKind.CREDIT_NOTE: "381",
}
_CREDIT_OF_A_DEPOSIT = "503"

_LETTERS = {
    frozenset({Nature.SERVICES}): "S",
    frozenset({Nature.GOODS}): "B",
    frozenset({Nature.SERVICES, Nature.GOODS}): "M",
}

_NATURES = {
    frozenset({Nature.SERVICES}): "Prestation de services",
    frozenset({Nature.GOODS}): "Livraison de biens",
    frozenset({Nature.SERVICES, Nature.GOODS}): "Livraison de biens et prestation de services",
}


def invoice_snapshot(invoice: Invoice, lines: Sequence[InvoiceLine], *, on: date) -> dict[str, Any]:
    """Return all that an invoice or a credit note says, dated `on`; a draft has no number."""
    cooperative = _cooperative()
    corrected = invoice.corrects
    return {
        "shape": SHAPE,
        "kind": invoice.kind,
        "title": InvoiceKind(invoice.kind).label,
        "type_code": _type_code(invoice),
        "process": _process(invoice, lines),
        "number": invoice.number or "",
        "dated_on": on.isoformat(),
        "due_on": _iso(invoice.due_on),
        "supplied_on": _iso(invoice.supplied_on or on),
        "supplied_from": _iso(invoice.supplied_from),
        "quote_number": (invoice.quote.number or "") if invoice.quote else "",
        "corrects": corrected
        and {"number": corrected.number, "dated_on": _iso(corrected.issued_on)},
        **_body(invoice, lines, cooperative=cooperative, on=on),
        "deposits": _deposits(invoice),
        "prepaid": str(invoice.prepaid),
        "due": str(invoice.due),
        "retention": _retention(invoice),
        "penalty_rate": str(cooperative.penalty_rate),
        "recovery_fee": str(RECOVERY_FEE),
        "terms": _payment_terms(invoice, cooperative),
    }


def quote_snapshot(quote: Quote, lines: Sequence[QuoteLine], *, on: date) -> dict[str, Any]:
    """Return all that a quote says to its customer; a draft has no number."""
    delay = f"Paiement à {quote.payment_days} jours." if quote.payment_days else ""
    return {
        "shape": SHAPE,
        "kind": "quote",
        "title": "Devis",
        "number": quote.number or "",
        "version": quote.version,
        "dated_on": quote.dated_on.isoformat(),
        "valid_until": quote.valid_until.isoformat(),
        "starts_on": _iso(quote.starts_on),
        "duration": quote.duration,
        "deposit_rate": str(quote.deposit_rate),
        "deposit": str(_deposit(quote, lines)),
        "instalments": [
            {"label": each.label, "due_on": _iso(each.due_on), "gross": str(each.gross)}
            for each in (quote.instalments.all() if quote.pk else ())
        ],
        "schedule_shown": quote.schedule_shown,
        **_body(quote, lines, cooperative=_cooperative(), on=on),
        "retention_rate": _fraction(quote.retention_rate or None),
        "terms": [
            delay or "Paiement à réception de la facture.",
            *_agreed_retention(quote),
            "Devis gratuit.",
        ],
        "terms_of_sale": [
            {
                "of": str(terms.activity or terms.business_type or ""),
                "version": terms.version,
                "text": terms.text,
                "file": _terms_file(terms),
            }
            for terms in current_terms(quote.activity_id, business_type_id=_business_type_id(quote))
        ],
    }


def _terms_file(terms: Terms) -> dict[str, Any] | None:
    """Return the PDF of these terms, named by its SHA-256: it travels beside the quote."""
    if not terms.file_sha256:
        return None
    return {"terms": terms.pk, "name": terms.file_name, "sha256": terms.file_sha256}


def _retention(invoice: Invoice) -> dict[str, str] | None:
    """Return what the customer keeps of works; its date is not known before it is issued."""
    if not invoice.retention or invoice.kind == InvoiceKind.CREDIT_NOTE:
        return None
    return {
        "amount": str(invoice.retention),
        "rate": _fraction(invoice.retention_rate),
        "due_on": _iso(invoice.retention_due_on),
        "accepted_on": _iso(works_accepted_on(invoice.quote_id)),
    }


def _agreed_retention(quote: Quote) -> list[str]:
    if not quote.retention_rate:
        return []
    return [
        f"Retenue de garantie de {percent(quote.retention_rate)} TTC de chaque facture de "
        "travaux, libérée un an après leur réception ou remplacée par une caution bancaire "
        "(loi n°\u00a071-584 du 16\u00a0juillet 1971)."
    ]


def _deposit(quote: Quote, lines: Sequence[QuoteLine]) -> Decimal:
    """Return what the deposit will come to, to the cent, once its invoice is written."""
    if not quote.deposit_rate:
        return ZERO
    net = to_cents(quote.net * quote.deposit_rate)
    return with_vat(deposit_parts(net, quote_parts(quote, lines)))


def _body(
    document: Quote | Invoice,
    lines: Sequence[QuoteLine | InvoiceLine],
    *,
    cooperative: Cooperative,
    on: date,
) -> dict[str, Any]:
    activity = document.activity
    person = _person_of(document, on=on)
    counted = [line for line in lines if _counts(line)]
    services = labels_of_services(line.service_id for line in lines)
    cases = {
        (line.vat_category, line.vat_rate): (line.vat_choice.vatex, line.vat_choice.mention)
        for line in reversed(counted)
    }
    vat_rows = vat_rows_of(
        ((Vat(VatCategory(line.vat_category), line.vat_rate), line.net) for line in counted),
        discount=document.discount,
    )
    return {
        "subject": document.subject,
        "seller": _seller(cooperative, activity),
        "entry": document.entry,
        "brand": _brand(activity, person) | {"endpoint": f"{cooperative.siren}_{activity.code}"},
        "customer": _customer(document),
        "order_reference": document.order_reference,
        "buyer_reference": document.customer.chorus_service,
        "delivery": _delivery(document),
        "lines": [_line(line, services=services) for line in lines],
        "vat_rows": [
            {
                "category": each.row.vat.category.value,
                "rate": str(each.row.vat.rate),
                "basis": str(each.row.basis),
                "tax": str(each.row.tax),
                "discount": str(each.discount),
                "vatex": cases[each.row.vat.category, each.row.vat.rate][0],
                "mention": cases[each.row.vat.category, each.row.vat.rate][1],
            }
            for each in vat_rows
        ],
        "line_total": str(document.net + document.discount),
        "discount": str(document.discount),
        "discount_rate": _fraction(document.discount_rate),
        "rounding": str(document.rounding),
        "net": str(document.net),
        "vat": str(document.vat),
        "gross": str(document.gross),
        "vat_basis": cooperative.vat_basis,
        "nature": _nature(lines),
        "mentions": _mentions(document, lines, cooperative=cooperative, person=person, on=on),
        "chosen_mentions": [each["text"] for each in document.mentions],
        "notes": document.notes,
    }


def _brand(activity: Activity, person: Entrepreneur | None) -> dict[str, str]:
    """Return the card of an activity; where it says nothing, how to reach its person.

    Its logo is named by its SHA-256: those bytes are kept for ever, and can be no others.
    """
    return {
        "name": activity.name,
        "trade": activity.trade,
        "purpose": activity.purpose,
        "person": person.full_name if person else "",
        "email": activity.email or (person.email if person else ""),
        "phone": activity.phone or (person.phone if person else ""),
        "street": activity.street,
        "postcode": activity.postcode,
        "town": activity.town,
        "website": activity.website,
        "logo": activity.logo.sha256 if activity.logo else "",
    }


def _seller(cooperative: Cooperative, activity: Activity) -> dict[str, str]:
    account = activity.bank_account or cooperative
    return {
        "name": cooperative.name,
        "legal_form": cooperative.get_legal_form_display(),
        "capital": str(cooperative.capital),
        "street": cooperative.street,
        "postcode": cooperative.postcode,
        "town": cooperative.town,
        "country": "FR",
        "siren": cooperative.siren,
        "siret": cooperative.siret,
        "registry_town": cooperative.registry_town,
        "naf": cooperative.naf,
        "vat_number": cooperative.vat_number,
        "email": cooperative.email,
        "phone": cooperative.phone,
        "iban": account.iban,
        "bic": account.bic,
        "endpoint": cooperative.siren,
    }


def _customer(document: Quote | Invoice) -> dict[str, str]:
    frozen = {
        name: getattr(document, f"customer_{name}")
        for name in (
            "kind", "name", "contact", "street", "complement", "postcode", "town", "country",
            "siren", "siret", "vat_number",
        )
    }  # fmt: skip
    customer = document.customer
    scheme, endpoint = endpoint_of(
        kind=document.customer_kind,
        siren=document.customer_siren,
        endpoint=customer.endpoint,
        email=customer.bills_to,
    )
    return frozen | {
        "email": customer.bills_to,
        "endpoint_scheme": scheme,
        "endpoint": endpoint,
    }


def _delivery(document: Quote | Invoice) -> dict[str, str] | None:
    """Return where one works or delivers, where it is not at the customer's."""
    names = ("street", "complement", "postcode", "town", "country")
    place = {name: getattr(document, f"delivery_{name}") for name in names}
    return place if any(place.values()) else None


def _type_code(invoice: Invoice) -> str:
    corrected = invoice.corrects
    if corrected is not None and corrected.kind == InvoiceKind.DEPOSIT:
        return _CREDIT_OF_A_DEPOSIT
    return _TYPE_CODES.get(InvoiceKind(invoice.kind), "380")


def _process(invoice: Invoice, lines: Sequence[InvoiceLine]) -> str:
    """Return the invoicing process (BT-23): what is sold, then 4 once deposits are off.

    Source: AFNOR XP Z12-014, BR-FR-08 and BR-FR-CO-08.
    """
    letter = _LETTERS.get(frozenset(Nature(line.nature) for line in lines), "S")
    return f"{letter}4" if invoice.prepaid else f"{letter}1"


def _deposits(invoice: Invoice) -> list[dict[str, str]]:
    if not invoice.prepaid:
        return []
    return [
        {
            "number": deduction.deposit.number or "",
            "dated_on": _iso(deduction.deposit.issued_on),
            "net": str(deduction.net),
            "gross": str(deduction.gross),
        }
        for deduction in invoice.deductions.select_related("deposit")
    ]


def _counts(line: QuoteLine | InvoiceLine) -> bool:
    return isinstance(line, InvoiceLine) or line.is_chosen or not line.is_optional


def _fraction(rate: Decimal | None) -> str:
    return "" if rate is None else f"{rate.normalize():f}"


def _line(line: QuoteLine | InvoiceLine, *, services: Mapping[int, str]) -> dict[str, Any]:
    return {
        "section": line.section,
        "label": line.label,
        "description": line.description,
        "nature": line.nature,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit,
        "unit_label": Unit(line.unit).label,
        "unit_price": f"{line.unit_price.normalize():f}",
        "typed_price": _fraction(line.typed_price),
        "discount": str(line.discount),
        "discount_rate": _fraction(line.discount_rate),
        "vat_category": line.vat_category,
        "vat_rate": f"{line.vat_rate.normalize():f}",
        "vatex": line.vat_choice.vatex,
        "net": str(line.net),
        "service": services[line.service_id] if line.service_id else "",
        **(_option(line) if isinstance(line, QuoteLine) else _work(line)),
    }


def _option(line: QuoteLine) -> dict[str, Any]:
    return {"is_optional": line.is_optional, "is_chosen": line.is_chosen}


def _work(line: InvoiceLine) -> dict[str, Any]:
    return {
        "worker_name": line.worker_name,
        "worker_number": line.worker_number,
        "done_on": _iso(line.done_on),
        "minutes": line.minutes,
    }


def _nature(lines: Sequence[QuoteLine | InvoiceLine]) -> str:
    natures = frozenset(Nature(line.nature) for line in lines)
    return _NATURES.get(natures, _NATURES[frozenset({Nature.SERVICES})])


def _mentions(
    document: Quote | Invoice,
    lines: Sequence[QuoteLine | InvoiceLine],
    *,
    cooperative: Cooperative,
    person: Entrepreneur | None,
    on: date,
) -> list[str]:
    """Sources: CGI ann. II art. 242 nonies A, I, 8° bis, 11° bis, 12°, 13°; C. com. L127-1;
    C. trav. D7233-1 and D7233-3.
    """
    mentions = [_nature(lines)]
    if cooperative.vat_basis == VatBasis.ACCRUAL:
        mentions.append("Option pour le paiement de la taxe d’après les débits")
    mentions += [line.vat_choice.mention for line in lines if line.vat_choice.mention]
    mentions += _insurance(document, on=on)
    if any(line.service_id for line in lines):
        mentions += _services()
    mentions += _business(document)
    if person and _is_under_cape(person, on=on):
        mentions.append(
            cooperative.cape_mention.replace("{personne}", person.full_name).replace(
                "{cooperative}", cooperative.name
            )
        )
    return list(dict.fromkeys(mentions))


def _insurance(document: Quote | Invoice, *, on: date) -> list[str]:
    """Sources: C. assur. L243-2; law 96-603, art. 22-2: insurer, how to reach it, territory."""
    is_credit = isinstance(document, Invoice) and document.kind == InvoiceKind.CREDIT_NOTE
    if not document.activity.is_building or is_credit:
        return []
    found = insurance_on(document.activity, on=on)
    if found is None:
        return []
    return [
        f"Assurance décennale\u00a0: {found.insurer}, {found.contact}, contrat "
        f"{found.policy_number}, couverture\u00a0: {found.territory}"
    ]


def _business_type_id(quote: Quote) -> int | None:
    filing = filing_of(quote) if quote.pk else None
    return filing.business_type_id if filing else None


def _business(document: Quote | Invoice) -> list[str]:
    """Return what the type of business says, once somebody of the cooperative agreed to it."""
    filing = filing_of(document) if document.pk else None
    if filing is None or filing.business_type.is_to_confirm or not filing.business_type.mention:
        return []
    return [filing.business_type.mention]


def _services() -> list[str]:
    """Return what a document that sells services à la personne says of the declaration."""
    declaration = service_declaration()
    if declaration is None:
        return []
    said = (
        f"Services à la personne\u00a0: déclaration {declaration.number} du "
        f"{french_date(declaration.declared_on)}"
    )
    if declaration.approved_on:
        said += (
            f", agrément {declaration.approval_number} du {french_date(declaration.approved_on)}"
        )
    return [
        said,
        "Un règlement en espèces n’ouvre pas droit au crédit d’impôt (C. trav. D7233-3)",
    ]


def _payment_terms(invoice: Invoice, cooperative: Cooperative) -> list[str]:
    """Source: C. com. L441-9 and L441-10, which bind professionals only."""
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return []
    terms = ["Pas d’escompte pour paiement anticipé."]
    if invoice.customer_kind != CustomerKind.INDIVIDUAL:
        terms += [
            f"En cas de retard, pénalités au taux annuel de {percent(cooperative.penalty_rate)}, "
            "exigibles sans rappel, et indemnité forfaitaire pour frais de recouvrement de "
            "40\u00a0€ (C. com. L441-10 et D441-5).",
        ]
    return terms


def _cooperative() -> Cooperative:
    return Cooperative.objects.get(pk=current_tenant_id())


def _person_of(document: Quote | Invoice, *, on: date) -> Entrepreneur | None:
    """Return who of the activity a document speaks for, on its day.

    Its author; of a credit note written by staff, the author of the invoice; else the first who
    is of the activity that day, or ever was.
    """
    corrected = getattr(document, "corrects", None)
    authors = [document.created_by_id, corrected.created_by_id if corrected else None]
    parts = list(
        ActivityMember.objects.filter(activity=document.activity)
        .select_related("entrepreneur")
        .order_by("valid_from", "id")
    )
    present = [p for p in parts if p.valid_from <= on and (not p.valid_to or p.valid_to >= on)]
    for author in authors:
        for part in present or parts:
            if author is not None and part.entrepreneur.membership_id == author:
                return part.entrepreneur
    return next((part.entrepreneur for part in present or parts), None)


def _is_under_cape(person: Entrepreneur, *, on: date) -> bool:
    contract = contract_on(person, on)
    return contract is not None and contract.kind == ContractKind.CAPE


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
