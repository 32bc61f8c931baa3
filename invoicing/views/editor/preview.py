"""The document as it would be: what the live half of the editor shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cae.core.money import ZERO
from cae.core.workflow import ActionRefused
from invoicing import actions
from invoicing.actions.content import PLACE
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import invoice_snapshot, quote_snapshot
from invoicing.enums import Entry
from invoicing.models import Customer, Invoice, InvoiceLine, Quote, QuoteLine
from invoicing.previews import previewed
from invoicing.rules.einvoicing import Objection, objections
from invoicing.rules.lines import Discount, SoldLine, worth_with_vat

if TYPE_CHECKING:
    from invoicing.views.editor.page import Editor

_ADDRESSED = ("kind", "name", "contact", "street", "complement", "postcode", "town", "country")


class Preview:
    """What the forms of an editor say, as far as they can be read; nothing is written."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.form = editor.form
        self.lines = editor.lines
        self.document = editor.document

    #: Why its electronic file would be refused.
    objections: Sequence[Objection] = ()

    def face(self) -> tuple[dict[str, Any] | None, str]:
        """Return the document as it would be, and why it cannot be yet."""
        lines = self.sold
        if not lines:
            return None, ""
        try:
            return self._drawn(lines), ""
        except ActionRefused as refusal:
            return None, refusal.message

    def total_rows(self, face: Mapping[str, Any] | None) -> None:
        """Hang on each row of the form what it is worth, for its template."""
        if face is None:
            return
        if self.lines.is_bound:
            forms = [form for form, _ in self.lines.readable]
        else:
            forms = [form for form in self.lines.forms if form.initial]
        worths = iter(self._worths(face))
        section = None
        for form in forms:
            if form.is_section:
                section, form.net = form, ZERO
                continue
            counts, form.net = next(worths, (False, None))
            if section is not None and counts:
                section.net += form.net

    @property
    def sold(self) -> list[SoldLine]:
        """The lines that can be read."""
        if self.lines.is_bound:
            return self.lines.sold
        return actions.sold_lines(self.document) if self.document else []

    def _worths(self, face: Mapping[str, Any]) -> list[tuple[bool, Decimal]]:
        """Return whether each line is in the total, and its worth: with VAT if prices are."""
        if self.editor.entry != Entry.GROSS:
            return [(line["counts"], line["net"]) for line in face["lines"]]
        rates = {vat.code: vat.rate for vat in self.editor.vats}
        return [
            (line.counts, worth_with_vat(line, rate=rates.get(line.vat, ZERO)))
            for line in self.sold
        ]

    def _drawn(self, lines: list[SoldLine]) -> dict[str, Any]:
        on = self.editor.today
        priced: dict[str, Any] = {"entry": self.editor.entry, "discount": self._discount}
        if self.editor.kind == "quote":
            quote = self._quote(on=on)
            rows = previewed(quote, QuoteLine, lines, self._customer, **priced)
            snapshot = quote_snapshot(quote, rows, on=on)
        else:
            invoice = self._invoice()
            billed = previewed(invoice, InvoiceLine, lines, self._customer, **priced)
            snapshot = invoice_snapshot(invoice, billed, on=on)
        self.objections = objections(snapshot)
        return face_of(snapshot)

    def _quote(self, *, on: date) -> Quote:
        shown = self._shown
        return Quote(
            activity=self.editor.activity,
            created_by=self.editor.request.membership,
            number=self.document.number if self.document else None,
            dated_on=shown.get("dated_on") or on,
            valid_until=shown.get("valid_until") or actions.three_months_after(on),
            payment_days=shown.get("payment_days") or 0,
            deposit_rate=shown.get("deposit_rate") or 0,
            notes=shown.get("notes") or "",
            subject=shown.get("subject") or "",
            starts_on=shown.get("starts_on"),
            duration=shown.get("duration") or "",
            mentions=self._mentions,
            **self._circumstances,
        )

    def _invoice(self) -> Invoice:
        shown = self._shown
        invoice = Invoice(
            activity=self.editor.activity,
            created_by=self.editor.request.membership,
            payment_days=shown.get("payment_days") or 0,
            subject=shown.get("subject") or "",
            notes=shown.get("notes") or "",
            supplied_from=shown.get("supplied_from"),
            supplied_on=shown.get("supplied_on"),
            mentions=self._mentions,
            **self._circumstances,
        )
        if isinstance(self.document, Invoice):
            invoice.kind = self.document.kind
            invoice.corrects = self.document.corrects
            invoice.quote = self.document.quote
        return invoice

    @property
    def _circumstances(self) -> dict[str, str]:
        names = ("order_reference", *(f"delivery_{name}" for name in PLACE))
        return {name: self._shown.get(name) or "" for name in names}

    @property
    def _shown(self) -> Mapping[str, Any]:
        if not self.form.is_bound:
            return self.form.initial
        self.form.is_valid()
        return self.form.cleaned_data

    @property
    def _discount(self) -> Discount:
        if self.form.is_bound:
            self.form.is_valid()
            return self.form.discount_typed
        return actions.discount_of(self.document) if self.document else Discount()

    @property
    def _mentions(self) -> list[dict[str, Any]]:
        if not self.form.is_bound:
            return self.document.mentions if self.document else []
        self.form.is_valid()
        return [{"id": each.pk, "text": each.text} for each in self.form.ticked]

    @property
    def _customer(self) -> Customer:
        if not self.form.is_bound and self.document is not None:
            return self.document.customer
        chosen = self.form.chosen_customer
        if chosen is not None:
            return chosen
        typed = self.editor.new_customer
        if typed.is_bound:
            typed.is_valid()
        data = getattr(typed, "cleaned_data", {})
        customer = Customer(**{name: data[name] for name in _ADDRESSED if data.get(name)})
        customer.siren = (data.get("siret") or "")[:9]
        return customer
