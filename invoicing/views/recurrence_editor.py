"""The editor of a recurring invoice: that of an invoice, with its rhythm and its next dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, ClassVar

from django.http import HttpResponse

from cae.core.periods import french_date
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing.actions.content import (
    InvoiceContent,
    billed_content,
    invoice_content,
    recurrence_content,
)
from invoicing.actions.recurrences import (
    RecurrenceTerms,
    change_recurrence,
    create_recurrence,
    terms_of,
)
from invoicing.enums import Covered, RecurrenceMode, RecurrenceUnit
from invoicing.forms.lines import initial_discount, initial_rows
from invoicing.forms.recurrences import RecurrenceForm
from invoicing.models import Customer, Invoice, Quote, Recurrence
from invoicing.queries.recurrences import SHOWN_DATES, dates_to_come
from invoicing.rules.lines import Discount, SoldLine
from invoicing.rules.recurrences import BLANKS, Period, expanded, expanded_line, period_words
from invoicing.views.editor import Editor
from invoicing.views.editor.preview import Preview
from invoicing.views.frame import place


@dataclass(frozen=True, slots=True)
class Coming:
    """A date to come, as it is shown: its day, what it is for, and its subject that day."""

    day: date
    period: Period
    subject: str

    @property
    def period_label(self) -> str:
        return period_words(self.period)


def shown_dates(terms: RecurrenceTerms, days: Sequence[date], *, subject: str) -> list[Coming]:
    """Return dates with what each one's invoice is for."""
    rhythm, found = terms.rhythm, []
    for day in days:
        period = rhythm.period(day, terms.covered)
        found.append(Coming(day, period, expanded(subject, period)))
    return found


class RecurrencePreview(Preview):
    """The invoice of the next date, its blanks filled."""

    editor: RecurrenceEditor

    @property
    def sold(self) -> list[SoldLine]:
        if self.lines.is_bound:
            return self.lines.sold
        return list(self.editor.content.lines) if self.editor.content else []

    def _drawn(self, lines: list[SoldLine]) -> dict[str, Any]:
        coming = self.editor.coming
        if coming:
            lines = [expanded_line(line, coming[0].period) for line in lines]
        return super()._drawn(lines)

    def _invoice(self) -> Invoice:
        invoice = super()._invoice()
        if self.editor.coming:
            period = self.editor.coming[0].period
            invoice.subject = expanded(invoice.subject, period)
            invoice.notes = expanded(invoice.notes, period)
        return invoice

    @property
    def _discount(self) -> Discount:
        if self.form.is_bound or self.editor.content is None:
            return super()._discount
        return self.editor.content.discount

    @property
    def _mentions(self) -> list[dict[str, Any]]:
        if self.form.is_bound or self.editor.content is None:
            return super()._mentions
        return [{"id": each.pk, "text": each.text} for each in self.editor.content.mentions or ()]

    @property
    def _customer(self) -> Customer:
        if self.form.is_bound or self.editor.content is None:
            return super()._customer
        return self.editor.content.customer


@dataclass
class RecurrenceEditor(Editor):
    """One request on the editor of a recurring invoice; `source` is what a new one is made from."""

    recurrence: Recurrence | None = None
    source: Quote | Invoice | None = None

    page_template: ClassVar = "invoicing/recurrences/editor.html"
    live_template: ClassVar = "invoicing/recurrences/_live.html"
    preview_class: ClassVar = RecurrencePreview
    has_quick_view: ClassVar = False

    def _filing_form(self) -> None:
        """Each invoice is filed once it is there."""

    def _worker(self) -> None:
        """Nobody has come yet: each invoice will tell."""

    def __post_init__(self) -> None:
        self.content = self._content()
        super().__post_init__()
        self.coming, self.dates_refusal = self._coming()

    def _content(self) -> InvoiceContent | None:
        if self.recurrence is not None:
            return recurrence_content(self.recurrence)
        if isinstance(self.source, Quote):
            return billed_content(self.source)
        return invoice_content(self.source) if self.source else None

    @property
    def form_class(self) -> type[RecurrenceForm]:
        return RecurrenceForm

    # -- what an untouched page shows ------------------------------------------------------------

    def _initial(self) -> dict[str, Any]:
        initial = {
            **super()._initial(),
            "every": 1,
            "unit": RecurrenceUnit.MONTH,
            "day": "",
            "starts_on": self.today,
            "covered": Covered.AHEAD,
            "mode": RecurrenceMode.REVIEW,
        }
        content, origin = self.content, self.recurrence or self.source
        if content is not None and origin is not None:
            initial |= {
                "entry": content.entry,
                "entry_of_prices": content.entry,
                **initial_discount(origin),
                "customer": str(content.customer.pk),
                "subject": content.subject,
                "payment_days": content.payment_days,
                "order_reference": content.order_reference,
                "notes": content.notes,
            }
        if self.recurrence is not None:
            terms = terms_of(self.recurrence)
            names = ("every", "unit", "starts_on", "ends_on", "times", "covered", "mode")
            initial |= {name: getattr(terms, name) for name in names}
            initial |= {"day": terms.day or "", "is_sent": terms.is_sent}
            if content is not None and content.mentions is not None:
                initial["mentions"] = [str(each.pk) for each in content.mentions]
                initial["mentions_seen"] = " ".join(str(each.pk) for each in self.mentions)
        return initial

    def _rows(self) -> list[dict[str, Any]]:
        origin = self.recurrence or self.source
        if origin is None:
            return []
        lines: list[Any] = list(origin.lines.select_related("vat_choice"))
        if isinstance(origin, Quote):
            lines = [line for line in lines if line.is_chosen or not line.is_optional]
        return initial_rows(lines, entry=origin.entry)

    # -- dates -----------------------------------------------------------------------------------

    def _coming(self) -> tuple[list[Coming], str]:
        """Return the next dates as the form would have them, and why there is none."""
        form = self.form
        assert isinstance(form, RecurrenceForm)
        try:
            terms = form.readable_terms if form.is_bound else self._untouched_terms()
            if terms is None:
                return [], "Complétez le rythme\u00a0: les dates s’affichent ici."
            days = dates_to_come(
                terms.rhythm,
                ends_on=terms.ends_on,
                times=terms.times,
                on=self.today,
                earlier=self.recurrence,
            )
            subject = str(form["subject"].value() or "")
            coming = shown_dates(terms, list(islice(days, SHOWN_DATES)), subject=subject)
        except ActionRefused as refusal:
            return [], refusal.message
        return coming, "" if coming else "Aucune date n’est à venir\u00a0: repoussez la fin."

    def _untouched_terms(self) -> RecurrenceTerms:
        if self.recurrence is not None:
            return terms_of(self.recurrence)
        return RecurrenceTerms(starts_on=self.today)

    # -- answers ---------------------------------------------------------------------------------

    def answer(self) -> HttpResponse:
        if self.request.POST.get("do") == "autosave":
            # Half of a rhythm would bill: it is saved when one says so.
            return HttpResponse(status=204)
        return super().answer()

    def _written(self) -> str:
        form, by = self.form, self.request.membership
        assert isinstance(form, RecurrenceForm)
        said: dict[str, Any] = {
            "content": form.content(customer=self._customer(), lines=self.lines.sold),
            "terms": form.terms,
            "on": self.today,
            "by": by,
        }
        if self.recurrence is not None:
            recurrence = change_recurrence(self.recurrence, **said)
            toast(self.request, "Changée pour les dates à venir.")
        else:
            recurrence = create_recurrence(self.activity, **said)
            assert recurrence.next_on is not None
            toast(self.request, f"Première facture le {french_date(recurrence.next_on)}.")
        return place(self.request, "recurrence", recurrence.pk)

    # -- showing ---------------------------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        return super().context() | {
            "recurrence": self.recurrence,
            "coming": self.coming,
            "dates_refusal": self.dates_refusal,
            "blanks": [{"name": f"{{{name}}}", "said": said} for name, said in BLANKS.items()],
            "is_weekly": self.form["unit"].value() == RecurrenceUnit.WEEK,
            "is_automatic": self.form["mode"].value() == RecurrenceMode.AUTOMATIC,
        }

    def _title(self) -> str:
        return "Facture récurrente"

    def _crumbs(self) -> list[tuple[str, str]]:
        listing = ("Factures récurrentes", place(self.request, "recurrences"))
        if self.recurrence is None:
            return [listing, ("Nouvelle", "")]
        here = place(self.request, "recurrence", self.recurrence.pk)
        return [listing, (str(self.recurrence), here), ("Modifier", "")]
