"""Forms of quotes, invoices and payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from cae.core.forms import (
    Combobox,
    DateInput,
    FileDrop,
    MoneyField,
    PercentField,
    Segmented,
)
from invoicing.actions.content import PLACE, InvoiceContent, Place, QuoteContent, SaleContent
from invoicing.enums import Entry
from invoicing.forms.customers import DELAYS
from invoicing.forms.lines import DiscountedForm
from invoicing.models import Customer, Mention
from invoicing.rules.countries import COUNTRIES
from invoicing.rules.lines import SoldLine


def _text(label: str, length: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.TextInput(attrs)
    )


def offer(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    """Give a field its choices, known only when the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class CircumstancesForm(forms.Form):
    """Whose order a document answers, and where one works or delivers."""

    order_reference = forms.CharField(
        label="Numéro de commande du client",
        max_length=50,
        required=False,
        help_text="Administration\u00a0: son numéro d’engagement. Vide\u00a0: celui de sa fiche.",
    )
    delivery_street = _text("Lieu de la prestation ou de la livraison", 120)
    delivery_complement = _text("Complément du lieu", 120)
    delivery_postcode = _text("Code postal du lieu", 12)
    delivery_town = _text("Ville du lieu", 60)
    delivery_country = forms.ChoiceField(
        label="Pays du lieu", required=False, choices=[("", "Celui du client"), *COUNTRIES]
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if place_typed(data) and not (data.get("delivery_postcode") and data.get("delivery_town")):
            self.add_error(
                "delivery_town",
                "Un lieu a au moins un code postal et une ville\u00a0: complétez-le.",
            )
        return data

    @property
    def has_circumstances(self) -> bool:
        """Tell whether anything is said of them, or is wrong in them."""
        told = {*CircumstancesForm.base_fields, "supplied_from", "starts_on", "duration"}
        return any(self[name].value() or self[name].errors for name in told & set(self.fields))


def place_typed(data: Mapping[str, Any]) -> Place:
    """Return the place that the fields of a form name."""
    return Place(**{name: data.get(f"delivery_{name}") or "" for name in PLACE})


def as_content(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned fields as the content of a document takes them: its place as one value."""
    kept = {name: said for name, said in data.items() if not name.startswith("delivery_")}
    return kept | {"place": place_typed(data)}


class SuppliedForm(forms.Form):
    """When what an invoice asks for was done."""

    supplied_from = forms.DateField(
        label="Début de la prestation",
        required=False,
        widget=DateInput,
        help_text="Si elle a duré plusieurs jours\u00a0: sa date est alors celle de sa fin.",
    )
    supplied_on = forms.DateField(
        label="Date de la prestation",
        required=False,
        widget=DateInput,
        help_text="Vide\u00a0: celle de l’émission.",
    )


class SaleForm(CircumstancesForm, DiscountedForm):
    """What a quote and an invoice share: for whom, about what, how prices are typed."""

    customer = forms.ChoiceField(label="Client déjà connu", required=False, widget=Combobox)
    subject = _text("Objet", 160, required=True)
    payment_days = forms.TypedChoiceField(label="Échéance", coerce=int, choices=DELAYS)
    entry = forms.ChoiceField(
        label="Saisie des prix",
        choices=[(Entry.NET, "HT"), (Entry.GROSS, "TTC")],
        required=False,
        widget=Segmented,
    )
    #: How the prices now on the page were typed: when it differs from `entry`, they are converted.
    entry_of_prices = forms.ChoiceField(
        choices=Entry.choices, required=False, widget=forms.HiddenInput
    )

    mentions = forms.MultipleChoiceField(
        label="Mentions", required=False, widget=forms.CheckboxSelectMultiple
    )
    #: What was ticked once by itself: taken off by hand, it stays off.
    mentions_seen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        customers: Sequence[Customer] = (),
        mentions: Sequence[Mention] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(mention.pk): mention for mention in mentions}
        offer(self, "mentions", [(pk, mention.title) for pk, mention in self.offered.items()])
        self.customers = {str(customer.pk): customer for customer in customers}
        names = [(pk, customer.name) for pk, customer in self.customers.items()]
        offer(self, "customer", [("", "Nouveau client"), *names])

    @property
    def chosen_customer(self) -> Customer | None:
        return self.customers.get(self.data.get("customer", "") or "")

    @property
    def has_terms(self) -> bool:
        """Tell whether anything is said of them that most documents do not say, or is wrong."""
        told = {"notes", "deposit_rate"} & set(self.fields)
        return any(self[name].value() or self[name].errors for name in told)

    @property
    def details(self) -> dict[str, Any]:
        """What the form says of the content of a document: all but its customer and its lines."""
        own = {"customer", "entry_of_prices", "discount", "discount_kind", "mentions_seen"}
        kept = {name: value for name, value in self.cleaned_data.items() if name not in own}
        return as_content(kept) | {
            "discount": self.discount_typed,
            "entry": kept["entry"] or Entry.NET,
            "mentions": self.ticked,
        }

    def content(self, *, customer: Customer, lines: Sequence[SoldLine]) -> SaleContent:
        """Return the content of the document, of a valid form."""
        raise NotImplementedError

    @property
    def ticked(self) -> list[Mention]:
        return [self.offered[pk] for pk in self.cleaned_data.get("mentions", ())]


class QuoteForm(SaleForm):
    dated_on = forms.DateField(label="Date", widget=DateInput)
    valid_until = forms.DateField(label="Valable jusqu’au", widget=DateInput)
    deposit_rate = PercentField(
        label="Acompte à la signature",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1),
    )
    starts_on = forms.DateField(label="Début prévu", required=False, widget=DateInput)
    duration = _text("Durée prévue", 60, placeholder="Trois semaines")
    notes = forms.CharField(
        label="Conditions particulières",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )
    field_order = ["customer", "subject", "dated_on", "valid_until"]

    def clean_deposit_rate(self) -> Decimal:
        return self.cleaned_data["deposit_rate"] or Decimal(0)

    def content(self, *, customer: Customer, lines: Sequence[SoldLine]) -> QuoteContent:
        return QuoteContent(customer=customer, lines=lines, **self.details)


class InvoiceForm(SuppliedForm, SaleForm):
    notes = forms.CharField(
        label="Mention particulière",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )

    def content(self, *, customer: Customer, lines: Sequence[SoldLine]) -> InvoiceContent:
        return InvoiceContent(customer=customer, lines=lines, **self.details)


def _reason(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )


class DuplicateForm(forms.Form):
    """For whom a document is written again."""

    customer = forms.ChoiceField(label="Pour", widget=Combobox)

    prefix = "copie"

    def __init__(self, *args: Any, customers: Sequence[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customers = {str(customer.pk): customer for customer in customers}
        offer(self, "customer", [(pk, each.name) for pk, each in self.customers.items()])

    @property
    def chosen(self) -> Customer | None:
        """The customer chosen; None where nothing readable is said: the same one."""
        return self.customers.get(self.data.get(self.add_prefix("customer"), ""))


class CreditForm(forms.Form):
    reason = _reason("Pourquoi cet avoir\u00a0?", "C’est imprimé sur l’avoir.")
    amount = MoneyField(
        label="Montant TTC à rendre",
        required=False,
        min_value=Decimal(0),
        help_text="Vide\u00a0: tout ce qui reste de la facture.",
    )


class ReplaceForm(forms.Form):
    reason = _reason(
        "Pourquoi cette rectification\u00a0?", "C’est imprimé sur la facture rectificative."
    )


class AcceptanceForm(forms.Form):
    """The agreement of a client received otherwise than on the public page."""

    name = _text("Nom et prénom", 120, required=True, autocomplete="off")
    role = _text("Fonction", 120, autocomplete="off")
    scan = forms.FileField(label="Devis signé", required=False, widget=FileDrop)


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi\u00a0?",
        help_text="Facultatif. Le client le lira.",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label="Votre réponse", max_length=2000, widget=forms.Textarea({"rows": 3})
    )
