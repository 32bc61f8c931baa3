"""The editor of quotes and invoices: one page, the client inline, totals and preview alive.

The same address answers the page, its live fragments, and the saving. Nothing is computed in
the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from cae.core import clock, replay
from cae.core.money import ZERO
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing import actions
from invoicing.actions.catalogue import create_item
from invoicing.actions.inputs import drop_input, input_of
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import invoice_snapshot, quote_snapshot
from invoicing.enums import CustomerKind, Entry, InvoiceKind
from invoicing.forms.customers import CustomerForm
from invoicing.forms.lines import (
    PREFIX,
    SECTION,
    blank_row,
    converted_prices,
    initial_discount,
    initial_rows,
    row_of,
    sale_lines,
)
from invoicing.forms.sales import InvoiceForm, QuoteForm
from invoicing.models import Customer, Invoice, InvoiceLine, Quote, QuoteLine, SaleInput
from invoicing.previews import previewed
from invoicing.queries import customers_of, offered_vat_rates
from invoicing.queries.catalogue import offered_items
from invoicing.queries.wording import default_mentions, offered_mentions
from invoicing.rules.lines import Discount, SoldLine, worth_with_vat
from invoicing.views.brings import brings, brings_title, sold
from invoicing.views.drafts import autosaved, seen_of, typed_of
from invoicing.views.frame import place

#: Which field a refused action is about.
_FIELD_OF = {
    "bad_siret": "siret",
    "bad_siren": "siret",
    "siret_twice": "siret",
    "individual_with_siren": "siret",
    "bad_vat_number": "vat_number",
    "bad_endpoint": "endpoint",
    "invalid_iban": "iban",
    "holder_missing": "iban_holder",
    "foreign_in_france": "country",
    "maybe_known": "another",
}


def field_of(refusal: ActionRefused) -> str | None:
    """Return the field of a customer that a refusal is about, if it is about one."""
    return _FIELD_OF.get(refusal.code)


def _labels_of_errors(form: Form) -> list[str]:
    return [str(form.fields[name].label) for name in form.errors if name in form.fields]


@dataclass
class Editor:
    """One request on the editor of a quote or of an invoice, new or not."""

    request: PlaceRequest
    kind: str  # quote or invoice
    activity: Activity
    activities: Sequence[Activity] = ()
    document: Quote | Invoice | None = None
    input: SaleInput | None = None
    today: date = field(default_factory=lambda: clock.today())

    def __post_init__(self) -> None:
        customers = list(customers_of((self.activity.pk,)))
        if self.document is not None and self.document.customer not in customers:
            customers.append(self.document.customer)
        self.vats = list(offered_vat_rates())
        self.items = offered_items(self.activity.pk)
        self.has_new_rows = False
        self.is_elsewhere = False
        self.converted: dict[str, str] = {}
        self.mentions = offered_mentions(self.activity.pk, self.kind)
        posted = self.data = self._typed()
        if posted is not None:
            self._tick(posted, customers)
        form_class = QuoteForm if self.kind == "quote" else InvoiceForm
        self.form = form_class(
            posted, initial=self._initial(), customers=customers, mentions=self.mentions
        )
        self.entry = self.form["entry"].value() or Entry.NET
        self.new_customer = CustomerForm(
            None if self.form.chosen_customer else posted,
            prefix="client",
            initial={"kind": CustomerKind.COMPANY},
            use_required_attribute=False,
        )
        self.lines = sale_lines(
            posted,
            vats=self.vats,
            entry=self.entry,
            has_options=self.kind == "quote",
            initial=None if posted is not None else self._initial_lines(),
            extra=0 if self.document else 1,
        )

    # -- answers -------------------------------------------------------------------------------

    def answer(self) -> HttpResponse:
        request = self.request
        if request.method != "POST":
            return self.page()
        if request.POST.get("do") == "autosave":
            return autosaved(self)
        if request.htmx:
            return render(request, "invoicing/_live.html", self.context())
        if request.POST.get("keep", "").startswith(PREFIX):
            return self.kept_in_catalogue(request.POST["keep"])
        if {"add_line", "add_section"} & set(request.POST) or request.POST.get("do") == "refresh":
            return self.page()
        return self.written()

    def page(self, *, status: int = 200) -> HttpResponse:
        return render(self.request, "invoicing/editor.html", self.context(), status=status)

    def written(self) -> HttpResponse:
        parts = [self.form.is_valid(), self.lines.is_valid()]
        if self.form.chosen_customer is None:
            parts.append(self.new_customer.is_valid())
        if not all(parts):
            return self.page(status=422)
        try:
            with transaction.atomic():
                return replay.once(self.request, self._written)
        except ActionRefused as refusal:
            self._show(refusal)
            self.is_elsewhere = refusal.code == "changed_elsewhere"
            return self.page(status=422)

    def kept_in_catalogue(self, prefix: str) -> HttpResponse:
        """Keep one line in the catalogue of the activity; the page stays as it is typed."""
        row = next((form for form in self.lines.forms if form.prefix == prefix), None)
        if row is None or row.is_section or not row.is_valid() or not row.has_changed():
            messages.error(
                self.request,
                "Cette ligne n’est pas complète. Donnez-lui une désignation et un prix, puis "
                "gardez-la.",
            )
            return self.page(status=422)
        try:
            with transaction.atomic():
                item = create_item(self.activity, details=row.as_item, by=self.request.membership)
        except ActionRefused as refusal:
            messages.error(self.request, refusal.message)
            return self.page(status=422)
        self.items = offered_items(self.activity.pk)
        toast(self.request, f"«\u00a0{item.label}\u00a0» gardé au catalogue.")
        return self.page()

    # -- writing -------------------------------------------------------------------------------

    def _written(self) -> str:
        document = self.write()
        toast(self.request, "Brouillon enregistré.")
        return place(self.request, self.kind, document.pk)

    def write(self) -> Quote | Invoice:
        """Write the document, its new customer first; what was kept of the form goes."""
        by = self.request.membership
        customer = self.form.chosen_customer
        if customer is None:
            details = self.new_customer.details
            customer = actions.create_customer(
                self.activity,
                name=details.pop("name"),
                by=by,
                unless_known=not self.new_customer.is_another,
                **details,
            )
        values: dict[str, Any] = {
            "customer": customer,
            "lines": self.lines.sold,
            "by": by,
            **self.form.details,
        }
        seen = seen_of(self.request)
        if isinstance(self.document, Quote):
            self.document = actions.change_quote(self.document, seen=seen, **values)
        elif isinstance(self.document, Invoice):
            self.document = actions.change_invoice(self.document, seen=seen, **values)
        elif self.kind == "quote":
            self.document = actions.create_quote(self.activity, **values)
        else:
            self.document = actions.create_invoice(self.activity, **values)
        if self.input is not None:
            drop_input(self.input)
            self.input = None
        return self.document

    def missing(self) -> list[str]:
        """Return what keeps the form from being written as it is, in a few words each."""
        found = _labels_of_errors(self.form)
        for rank, row in enumerate(self.lines.filled, start=1):
            if not row.is_valid():
                found.append(f"ligne {rank} ({', '.join(_labels_of_errors(row))})")
        if not found and not self.lines.is_valid():
            found.append("les lignes")
        if self.form.chosen_customer is None:
            # Not before one says so: half of a name would be a customer for ever.
            found.append("le client, créé quand vous enregistrez")
        return found

    def _show(self, refusal: ActionRefused) -> None:
        name = field_of(refusal)
        if name and self.form.chosen_customer is None:
            self.new_customer.known = refusal.code == "maybe_known"
            self.new_customer.add_error(name, refusal.message)
        else:
            self.form.add_error(None, refusal.message)

    # -- showing -------------------------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        face, refusal = self.preview()
        self._total_lines(face)
        return {
            "kind": self.kind,
            "activity": self.activity,
            "activities": self.activities,
            "form": self.form,
            "new_customer": self.new_customer,
            "lines": self.lines,
            "face": face,
            "refusal": refusal,
            "brings": self._brings(face),
            "brings_title": brings_title(self.request, self._sort),
            **self.identity(),
            "is_elsewhere": self.is_elsewhere,
            "has_customers": bool(self.form.customers),
            "is_credit": self._is_credit,
            "is_with_vat": self.entry == Entry.GROSS,
            "rows_changed": bool(self.converted) or self.has_new_rows,
            "items": self.items,
            "crumbs": self._crumbs(),
            "title": self._title(),
        }

    def identity(self, *, renewed: bool = False) -> dict[str, Any]:
        """Return what the page sends back to say which draft it writes, and what it knew of it."""
        nonce = "" if renewed else self.request.POST.get(replay.FIELD)
        document = self.document
        known = self.request.POST.get("revision") if self.request.method == "POST" else None
        revision = document.revision if document else ""
        return {
            "nonce": nonce or replay.new_nonce(),
            "document": document,
            "input": self.input,
            "revision": revision if renewed or known is None else known,
            "page_name": self.request.POST.get("page") or replay.new_nonce(),
        }

    def preview(self) -> tuple[dict[str, Any] | None, str]:
        """Return the document as it would be, and why it cannot be yet."""
        lines = self._readable_lines()
        if not lines:
            return None, ""
        try:
            return self._face(lines), ""
        except ActionRefused as refusal:
            return None, refusal.message

    def _face(self, lines: list[SoldLine]) -> dict[str, Any]:
        shown = self._shown()
        priced: dict[str, Any] = {"entry": self.entry, "discount": self._discount()}
        if self.kind == "quote":
            quote = Quote(
                activity=self.activity,
                created_by=self.request.membership,
                number=self.document.number if self.document else None,
                dated_on=shown("dated_on") or self.today,
                valid_until=shown("valid_until") or actions.three_months_after(self.today),
                payment_days=shown("payment_days") or 0,
                deposit_rate=shown("deposit_rate") or 0,
                notes=shown("notes") or "",
                subject=shown("subject") or "",
                mentions=self._shown_mentions(),
            )
            rows = previewed(quote, QuoteLine, lines, self._preview_customer(), **priced)
            return face_of(quote_snapshot(quote, rows, on=self.today))
        invoice = Invoice(
            activity=self.activity,
            created_by=self.request.membership,
            payment_days=shown("payment_days") or 0,
            subject=shown("subject") or "",
            notes=shown("notes") or "",
            order_reference=shown("order_reference") or "",
            supplied_on=shown("supplied_on"),
            mentions=self._shown_mentions(),
        )
        if isinstance(self.document, Invoice):
            invoice.kind = self.document.kind
            invoice.corrects = self.document.corrects
            invoice.quote = self.document.quote
        billed = previewed(invoice, InvoiceLine, lines, self._preview_customer(), **priced)
        return face_of(invoice_snapshot(invoice, billed, on=self.today))

    def _readable_lines(self) -> list[SoldLine]:
        if self.lines.is_bound:
            return self.lines.sold
        return actions.sold_lines(self.document) if self.document else []

    def _discount(self) -> Discount:
        if self.form.is_bound:
            self.form.is_valid()
            return self.form.discount_typed
        return actions.discount_of(self.document) if self.document else Discount()

    def _shown_mentions(self) -> list[dict[str, Any]]:
        if not self.form.is_bound:
            return self.document.mentions if self.document else []
        self.form.is_valid()
        return [{"id": each.pk, "text": each.text} for each in self.form.ticked]

    def _shown(self) -> Any:
        if self.form.is_bound:
            self.form.is_valid()
            return self.form.cleaned_data.get
        initial = self.form.initial
        return initial.get

    def _preview_customer(self) -> Customer:
        if not self.form.is_bound and self.document is not None:
            return self.document.customer
        chosen = self.form.chosen_customer
        if chosen is not None:
            return chosen
        typed = self.new_customer
        if typed.is_bound:
            typed.is_valid()
        data = getattr(typed, "cleaned_data", {})
        columns = ("kind", "name", "contact", "street", "complement", "postcode", "town", "country")
        customer = Customer(**{name: data[name] for name in columns if data.get(name)})
        identifier = data.get("siret") or ""
        customer.siren = identifier[:9]
        return customer

    def _total_lines(self, face: dict[str, Any] | None) -> None:
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

    def _worths(self, face: dict[str, Any]) -> list[tuple[bool, Decimal]]:
        """Return whether each line is in the total, and its worth: with VAT if prices are."""
        if self.entry != Entry.GROSS:
            return [(line["counts"], line["net"]) for line in face["lines"]]
        rates = {vat.code: vat.rate for vat in self.vats}
        return [
            (line.counts, worth_with_vat(line, rate=rates.get(line.vat, ZERO)))
            for line in self._readable_lines()
        ]

    def _brings(self, face: dict[str, Any] | None) -> Any:
        if face is None:
            return None
        return brings(self.request, sold(self.activity, self._sort, face, on=self.today))

    # -- what the form starts from -------------------------------------------------------------

    @property
    def _is_credit(self) -> bool:
        document = self.document
        return isinstance(document, Invoice) and document.kind == InvoiceKind.CREDIT_NOTE

    @property
    def _sort(self) -> str:
        if self.kind == "quote":
            return "quote"
        return InvoiceKind.CREDIT_NOTE if self._is_credit else InvoiceKind.INVOICE

    def _initial(self) -> dict[str, Any]:
        document = self.document
        if document is None:
            wanted = self.request.GET.get("client", "")
            return {
                "customer": wanted,
                "dated_on": self.today,
                "valid_until": actions.three_months_after(self.today),
                "payment_days": self.request.cooperative.payment_days,
                "entry": Entry.NET,
                "entry_of_prices": Entry.NET,
            }
        initial = {
            "entry": document.entry,
            "entry_of_prices": document.entry,
            **initial_discount(document),
            "mentions": [str(each["id"]) for each in document.mentions],
            "mentions_seen": " ".join(str(each.pk) for each in self.mentions),
            "customer": str(document.customer_id),
            "subject": document.subject,
            "payment_days": document.payment_days,
            "notes": document.notes,
        }
        if isinstance(document, Quote):
            return initial | {
                "dated_on": document.dated_on,
                "valid_until": document.valid_until,
                "deposit_rate": document.deposit_rate or None,
            }
        return initial | {
            "supplied_on": document.supplied_on,
            "order_reference": document.order_reference,
        }

    def _initial_lines(self) -> list[dict[str, Any]]:
        if self.document is None:
            return []
        lines = self.document.lines.select_related("vat_choice")
        return initial_rows(list(lines), entry=self.document.entry)

    def _typed(self) -> QueryDict | None:
        """Return what is typed: posted now, or kept from before."""
        if self.request.method == "POST":
            return self._as_asked(self.request.POST)
        kept = self.input or (input_of(self.document) if self.document else None)
        return typed_of(kept) if kept else None

    def _as_asked(self, posted: QueryDict) -> QueryDict:
        """Convert the prices where they are now typed the other way; without script, add a row."""
        data = posted.copy()
        entry, before = data.get("entry", ""), data.get("entry_of_prices", "")
        if entry in Entry.values and before in Entry.values and entry != before:
            rates = {vat.code: vat.rate for vat in self.vats}
            self.converted = converted_prices(data, to=entry, rates=rates)
            for name, value in {**self.converted, "entry_of_prices": entry}.items():
                data[name] = value
        self._insert_item(data, entry if entry in Entry.values else Entry.NET)
        if {"add_line", "add_section"} & set(data):
            count = data.get(f"{PREFIX}-TOTAL_FORMS", "")
            rank = int(count) if count.isdecimal() else 0
            data[f"{PREFIX}-TOTAL_FORMS"] = str(rank + 1)
            if "add_section" in data:
                data[f"{PREFIX}-{rank}-kind"] = SECTION
        return data

    def _tick(self, data: QueryDict, customers: list[Customer]) -> None:
        """Tick the mentions of the case the first time it arises; taken off, they stay off."""
        chosen = next((c for c in customers if str(c.pk) == data.get("customer")), None)
        rows = {name: str(data[name]) for name in data if name.startswith(PREFIX) and data[name]}
        wanted = default_mentions(
            self.mentions,
            chosen.kind if chosen else data.get("client-kind", ""),
            natures={said for name, said in rows.items() if name.endswith("-nature")},
            vats={said for name, said in rows.items() if name.endswith("-vat")},
        )
        seen = data.get("mentions_seen", "").split()
        new = [str(each.pk) for each in wanted if str(each.pk) not in seen]
        if new:
            data.setlist("mentions", [*data.getlist("mentions"), *new])
            data["mentions_seen"] = " ".join([*seen, *new])

    def _insert_item(self, data: QueryDict, entry: str) -> None:
        """Fill a new row with the item chosen in the catalogue."""
        wanted = data.pop("catalogue", [""])[-1]
        item = next((item for item in self.items if str(item.pk) == wanted), None)
        if item is None:
            return
        self.has_new_rows = True
        rank = blank_row(data)
        for name, value in row_of(item, entry=entry).items():
            data[f"{PREFIX}-{rank}-{name}"] = value

    def _title(self) -> str:
        if self._is_credit:
            return "Avoir"
        return "Devis" if self.kind == "quote" else "Facture"

    def _crumbs(self) -> list[tuple[str, str]]:
        listing = place(self.request, "quotes" if self.kind == "quote" else "invoices")
        if self.document is not None:
            here = (str(self.document), place(self.request, self.kind, self.document.pk))
            return [("Devis et factures", listing), here, ("Modifier", "")]
        return [
            ("Devis et factures", listing),
            ("Nouveau devis" if self.kind == "quote" else "Nouvelle facture", ""),
        ]
