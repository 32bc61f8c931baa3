"""One request on the editor: what it answers, and what it writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from cae.core import clock, replay
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from entrepreneurs.permissions import fetch_own_person
from entrepreneurs.queries import display_name
from invoicing import actions
from invoicing.actions.catalogue import create_item
from invoicing.actions.filing import file_under
from invoicing.actions.inputs import choose_editor, drop_input, input_of
from invoicing.enums import CustomerKind, Entry, InvoiceKind
from invoicing.forms.customers import CustomerForm, field_of
from invoicing.forms.folders import FilingForm
from invoicing.forms.lines import PREFIX, sale_lines
from invoicing.forms.sales import InvoiceForm, QuoteForm, SaleForm
from invoicing.models import Customer, Invoice, Quote, SaleInput
from invoicing.queries import customers_of, offered_vat_rates
from invoicing.queries.catalogue import offered_items
from invoicing.queries.folders import filing_of, followed
from invoicing.queries.inputs import wants_quick
from invoicing.queries.personal_services import last_worker, services_of
from invoicing.queries.wording import offered_mentions
from invoicing.views.brings import brings, brings_title, sold
from invoicing.views.drafts import autosaved, seen_of, take_up
from invoicing.views.editor.initial import blank_fields, fields_of, rows_of
from invoicing.views.editor.preview import Preview
from invoicing.views.editor.typed import Typed, kept_fields, read_typed, tick_mentions
from invoicing.views.frame import place

QUICK = "quick"
_VIEWS = (QUICK, "full")


@dataclass
class Editor:
    """One request on the editor of a quote or of an invoice, new or not."""

    page_template: ClassVar = "invoicing/editor.html"
    live_template: ClassVar = "invoicing/_live.html"
    preview_class: ClassVar = Preview
    has_quick_view: ClassVar = True

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
        self.vats = list(offered_vat_rates(beside=self.document))
        self.items = offered_items(self.activity.pk)
        self.mentions = offered_mentions(self.activity.pk, self.kind)
        self.is_elsewhere = False
        self.is_quick = self.has_quick_view and wants_quick(self.request.membership)
        self.typed = self._typed()
        if self.typed is not None:
            tick_mentions(self.typed.data, offered=self.mentions, customers=customers)
        self._make_forms(customers)

    def _typed(self) -> Typed | None:
        """Return what is typed: posted now, or kept from before."""
        if self.request.method == "POST":
            return read_typed(self.request.POST, vats=self.vats, items=self.items)
        kept = self.input or (input_of(self.document) if self.document else None)
        return Typed(kept_fields(kept)) if kept else None

    def _make_forms(self, customers: Sequence[Customer]) -> None:
        data = self.data
        rows = self._rows()
        self.form = self.form_class(
            data, initial=self._initial(), customers=customers, mentions=self.mentions
        )
        self.entry = self.form["entry"].value() or Entry.NET
        self.new_customer = CustomerForm(
            None if self.form.chosen_customer else data,
            prefix="client",
            initial={"kind": CustomerKind.COMPANY},
            use_required_attribute=False,
        )
        self.filing_form = self._filing_form()
        self.lines = sale_lines(
            data,
            vats=self.vats,
            entry=self.entry,
            has_options=self.kind == "quote",
            services=(services := services_of(self.activity.pk)),
            worker=self._worker() if services and self.kind == "invoice" else None,
            initial=None if data is not None else rows,
            extra=0 if rows or self.document else 1,
        )

    def _filing_form(self) -> FilingForm | None:
        """Return where the document is filed; None for one that follows another."""
        if self.document is not None and followed(self.document) is not None:
            return None
        filing = filing_of(self.document) if self.document else None
        return FilingForm(self.data, activity_id=self.activity.pk, filing=filing)

    @property
    def form_class(self) -> type[SaleForm]:
        return QuoteForm if self.kind == "quote" else InvoiceForm

    def _rows(self) -> list[dict[str, Any]]:
        """Return what the rows of an untouched page show."""
        return rows_of(self.document)

    def _worker(self) -> dict[str, str] | None:
        """Return who a new line of service names: as the last one, else the person who types."""
        return last_worker(self.activity.pk) or {
            "worker_name": display_name(self.request.membership),
            "worker_number": "",
        }

    def _initial(self) -> dict[str, Any]:
        if self.document is not None:
            return fields_of(self.document, mentions=self.mentions)
        return blank_fields(
            self.request.cooperative, customer=self.request.GET.get("client", ""), on=self.today
        )

    @property
    def data(self) -> QueryDict | None:
        return self.typed.data if self.typed else None

    # -- answers -------------------------------------------------------------------------------

    def answer(self) -> HttpResponse:
        request = self.request
        if request.method != "POST":
            return self.page()
        if request.POST.get("do") == "autosave":
            return autosaved(self)
        if request.htmx:
            return render(request, self.live_template, self.context())
        if request.POST.get("do") in _VIEWS:
            self.is_quick = request.POST["do"] == QUICK
            choose_editor(fetch_own_person(request.membership), is_quick=self.is_quick)
            return self.unjudged()
        if request.POST.get("keep", "").startswith(PREFIX):
            return self.kept_in_catalogue(request.POST["keep"])
        if {"add_line", "add_section"} & set(request.POST) or request.POST.get("do") == "refresh":
            return self.page()
        return self.written()

    def page(self, *, status: int = 200) -> HttpResponse:
        return render(self.request, self.page_template, self.context(), status=status)

    def unjudged(self) -> HttpResponse:
        """Show the page as it is typed, without saying what is missing: nobody has finished."""
        context = self.context()
        for form in (self.form, self.new_customer, self.filing_form, *self.lines.forms):
            if form is not None:
                form.errors.clear()
        return render(self.request, "invoicing/editor.html", context)

    def written(self) -> HttpResponse:
        parts = [self.form.is_valid(), self.lines.is_valid()]
        if self.filing_form is not None:
            parts.append(self.filing_form.is_valid())
        if self.form.chosen_customer is None:
            parts.append(self.new_customer.is_valid())
        if not all(parts):
            return self.page(status=422)
        try:
            with transaction.atomic():
                return replay.once(self.request, self._written, resume=self._resumed)
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

    def _resumed(self, address: str) -> str:
        """Write what was typed over what this page saved by itself the moment before."""
        return self._written() if take_up(self, address) else address

    def write(self) -> Quote | Invoice:
        """Write the document, its new customer first; what was kept of the form goes."""
        by, seen = self.request.membership, seen_of(self.request)
        content: Any = self.form.content(customer=self._customer(), lines=self.lines.sold)
        if isinstance(self.document, Quote):
            self.document = actions.change_quote(self.document, content=content, seen=seen, by=by)
        elif isinstance(self.document, Invoice):
            self.document = actions.change_invoice(self.document, content=content, seen=seen, by=by)
        elif self.kind == "quote":
            self.document = actions.create_quote(self.activity, content=content, by=by)
        else:
            self.document = actions.create_invoice(self.activity, content=content, by=by)
        if self.filing_form is not None:
            file_under(self.document, **self.filing_form.chosen, by=by)
        if self.input is not None:
            drop_input(self.input)
            self.input = None
        return self.document

    def _customer(self) -> Customer:
        """Return the customer chosen, or the one typed, who exists from now on."""
        if self.form.chosen_customer is not None:
            return self.form.chosen_customer
        details = self.new_customer.details
        return actions.create_customer(
            self.activity,
            name=details.pop("name"),
            by=self.request.membership,
            unless_known=not self.new_customer.is_another,
            **details,
        )

    def missing(self) -> list[str]:
        """Return what keeps the form from being written as it is, in a few words each."""
        found = _labels_of_errors(self.form)
        if self.filing_form is not None:
            found += _labels_of_errors(self.filing_form)
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
        preview = self.preview_class(self)
        face, refusal = preview.face()
        preview.total_rows(face)
        return {
            "kind": self.kind,
            "activity": self.activity,
            "activities": self.activities,
            "form": self.form,
            "new_customer": self.new_customer,
            "filing_form": self.filing_form,
            "lines": self.lines,
            "face": face,
            "refusal": refusal,
            "objections": preview.objections,
            "brings": self._brings(face),
            "brings_title": brings_title(self.request, self._sort),
            **self.identity(),
            "is_elsewhere": self.is_elsewhere,
            "is_quick": self.is_quick,
            "has_circumstances": self.form.has_circumstances,
            "hides_circumstances": self.is_quick and not self.form.has_circumstances,
            "hides_terms": self.is_quick and not self.form.has_terms,
            "hides_filing": self.is_quick and not self._is_filed,
            "has_customers": bool(self.form.customers),
            "is_credit": self._is_credit,
            "is_with_vat": self.entry == Entry.GROSS,
            "rows_changed": self.typed is not None and self.typed.rows_changed,
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

    def _brings(self, face: dict[str, Any] | None) -> Any:
        if face is None:
            return None
        return brings(self.request, sold(self.activity, self._sort, face, on=self.today))

    @property
    def _is_filed(self) -> bool:
        form = self.filing_form
        return form is not None and any(form[name].value() for name in form.fields)

    @property
    def _is_credit(self) -> bool:
        document = self.document
        return isinstance(document, Invoice) and document.kind == InvoiceKind.CREDIT_NOTE

    @property
    def _sort(self) -> str:
        if self.kind == "quote":
            return "quote"
        return InvoiceKind.CREDIT_NOTE if self._is_credit else InvoiceKind.INVOICE

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


def _labels_of_errors(form: Form) -> list[str]:
    return [str(form.fields[name].label) for name in form.errors if name in form.fields]
