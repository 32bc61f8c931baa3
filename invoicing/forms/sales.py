"""Forms of quotes, invoices and payments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from cae.core.forms import Combobox, DateInput, NumberField, PercentField
from invoicing.enums import Nature, Unit
from invoicing.forms.customers import DELAYS
from invoicing.models import Customer, VatRate
from invoicing.rules.lines import MOST_LINES, SoldLine


def _text(label: str, length: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.TextInput(attrs)
    )


def offer(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    """Give a field its choices, known only when the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class SaleForm(forms.Form):
    """What a quote and an invoice share: for whom, and about what."""

    customer = forms.ChoiceField(label="Client déjà connu", required=False, widget=Combobox)
    subject = _text("Objet", 160, required=True)
    payment_days = forms.TypedChoiceField(label="Échéance", coerce=int, choices=DELAYS)

    def __init__(self, *args: Any, customers: Sequence[Customer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customers = {str(customer.pk): customer for customer in customers}
        names = [(pk, customer.name) for pk, customer in self.customers.items()]
        offer(self, "customer", [("", "Nouveau client"), *names])

    @property
    def chosen_customer(self) -> Customer | None:
        return self.customers.get(self.data.get("customer", "") or "")

    @property
    def details(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "customer"}


class QuoteForm(SaleForm):
    dated_on = forms.DateField(label="Date", widget=DateInput)
    valid_until = forms.DateField(label="Valable jusqu’au", widget=DateInput)
    deposit_rate = PercentField(
        label="Acompte à la signature",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1),
    )
    notes = forms.CharField(
        label="Conditions particulières",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )
    field_order = ["customer", "subject", "dated_on", "valid_until"]

    def clean_deposit_rate(self) -> Decimal:
        return self.cleaned_data["deposit_rate"] or Decimal(0)


class InvoiceForm(SaleForm):
    supplied_on = forms.DateField(
        label="Date de la prestation",
        required=False,
        widget=DateInput,
        help_text="Vide\u00a0: celle de l’émission.",
    )
    order_reference = _text("Numéro de commande du client", 40)
    notes = forms.CharField(
        label="Mention particulière",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )


class SaleLineForm(forms.Form):
    """One line; an empty one is left out."""

    net: Decimal | None = None
    """What the line is worth, hung here by the editor for its template."""

    label = _text("Désignation", 160, required=True)
    quantity = NumberField(label="Quantité", decimal_places=4, initial=Decimal(1))
    unit = forms.ChoiceField(label="Unité", choices=Unit.choices, initial=Unit.PIECE)
    unit_price = NumberField(label="Prix HT", decimal_places=6, min_value=0)
    vat = forms.ChoiceField(label="TVA")
    nature = forms.ChoiceField(label="Nature", choices=Nature.choices, initial=Nature.SERVICES)
    description = forms.CharField(
        label="Détail",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 1, "placeholder": "Détail, facultatif"}),
    )

    def __init__(self, *args: Any, vats: Sequence[VatRate] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "vat", [(rate.code, rate.label) for rate in vats])
        if vats:
            self.fields["vat"].initial = vats[0].code
        for name in ("quantity", "unit_price"):
            self.fields[name].widget.affix = ""

    @property
    def sold(self) -> SoldLine:
        data = self.cleaned_data
        return SoldLine(
            label=data["label"],
            quantity=data["quantity"],
            unit=data["unit"],
            unit_price=data["unit_price"],
            vat=data["vat"],
            nature=data["nature"],
            description=data["description"],
        )


class SaleLineFormSet(BaseFormSet):
    """The lines of a document, in the order of the page."""

    @property
    def filled(self) -> list[SaleLineForm]:
        """The lines to keep: those the document has already, changed or not, and those typed."""
        kept = [
            form
            for rank, form in enumerate(self.forms)
            if (rank < self.initial_form_count() or form.has_changed())
            and not form.data.get(form.add_prefix("DELETE"))
        ]
        return sorted(kept, key=_place_of)

    @property
    def sold(self) -> list[SoldLine]:
        """Every line that can be read; on a valid form, all of them."""
        return [form.sold for form in self.filled if form.is_valid()]


def _place_of(form: forms.Form) -> int:
    order = getattr(form, "cleaned_data", {}).get("ORDER")
    return 10_000 if order is None else order


def sale_lines(vats: Sequence[VatRate], *args: Any, extra: int = 0, **kwargs: Any) -> Any:
    """Return the formset of a document's lines; `extra` empty ones end it."""
    factory = formset_factory(
        SaleLineForm,
        formset=SaleLineFormSet,
        extra=extra,
        can_delete=True,
        can_order=True,
        max_num=MOST_LINES,
        absolute_max=MOST_LINES,
        validate_max=True,
    )
    kwargs |= {"prefix": "lignes", "form_kwargs": {"vats": vats}}
    return factory(*args, **kwargs)


def initial_line(line: Any) -> dict[str, Any]:
    """Return what a line of a document shows in its form."""
    return {
        "label": line.label,
        "description": line.description,
        "quantity": line.quantity.normalize(),
        "unit": line.unit,
        "unit_price": line.unit_price.normalize(),
        "vat": line.vat_choice.code,
        "nature": line.nature,
    }


def _reason(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )


class CreditForm(forms.Form):
    reason = _reason("Pourquoi cet avoir\u00a0?", "C’est imprimé sur l’avoir.")


class RefusalForm(forms.Form):
    """What a client answers to a quote, on the public page."""

    reason = _reason("Pourquoi\u00a0?", "Un mot suffit\u00a0: il aide à proposer autre chose.")


class AcceptanceForm(forms.Form):
    """The agreement of a client, on the public page."""

    name = _text("Nom et prénom", 120, required=True, autocomplete="name")
    role = _text("Fonction", 120, autocomplete="organization-title")
    agreed = forms.BooleanField(
        label="Bon pour accord\u00a0: j’accepte ce devis.",
        error_messages={"required": "Cochez la case pour accepter le devis."},
    )
