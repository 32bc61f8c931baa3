"""The lines of a quote or an invoice as one types them: titles, what is sold, discounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from cae.core.forms import NumberField, NumberTextInput
from cae.core.money import ZERO, number, parse_amount
from invoicing.actions.catalogue import ItemDetails
from invoicing.enums import Entry, Nature, Unit
from invoicing.forms.personal_services import ServiceFields, initial_service
from invoicing.models import CatalogueItem, PersonalServiceKind, VatRate
from invoicing.rules.lines import MOST_LINES, Discount, SoldLine
from invoicing.rules.totals import price_with_vat, price_without_vat
from invoicing.rules.units import price_label

LINE, SECTION = "line", "section"
RATE, AMOUNT = "rate", "amount"
PREFIX = "lignes"
LONGEST_TITLE = 120


class PriceInput(NumberTextInput):
    """A unit price, with the decimals it has, two at least."""

    affix = ""

    def format_value(self, value: Any) -> str | None:
        return price_label(value) if isinstance(value, Decimal) else value


class DiscountedForm(forms.Form):
    """What may have a discount: a percentage, or an amount without VAT."""

    discount = NumberField(label="Remise", required=False, decimal_places=2, min_value=0)
    discount_kind = forms.ChoiceField(
        label="Remise en", choices=[(RATE, "%"), (AMOUNT, "€ HT")], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["discount"].widget.affix = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("discount_kind") != AMOUNT and (data.get("discount") or 0) > 100:
            self.add_error("discount", "Une remise va de 0 à 100\u00a0%.")
        return data

    @property
    def discount_typed(self) -> Discount:
        typed = self.cleaned_data.get("discount") or ZERO
        if not typed:
            return Discount()
        if self.cleaned_data.get("discount_kind") == AMOUNT:
            return Discount(amount=typed)
        return Discount(rate=typed / 100)


def initial_discount(priced: Any) -> dict[str, Any]:
    """Return what a discount shows in its form; `priced` is a line or a document."""
    if priced.discount_rate is not None:
        return {"discount": (priced.discount_rate * 100).normalize(), "discount_kind": RATE}
    return {
        "discount": priced.discount or None,
        "discount_kind": AMOUNT if priced.discount else RATE,
    }


class SaleLineForm(ServiceFields, DiscountedForm):
    """One row: a title, whose `label` heads the rows below, or a line; a blank one is left out."""

    net: Decimal | None = None
    """What the row is worth, hung here by the editor for its template."""

    kind = forms.ChoiceField(
        choices=[(LINE, "Ligne"), (SECTION, "Titre")],
        required=False,
        initial=LINE,
        widget=forms.HiddenInput,
    )
    label = forms.CharField(label="Désignation", max_length=160)
    quantity = NumberField(label="Quantité", decimal_places=4, initial=Decimal(1))
    unit = forms.ChoiceField(label="Unité", choices=Unit.choices, initial=Unit.PIECE)
    unit_price = NumberField(label="Prix HT", decimal_places=6, min_value=0, widget=PriceInput)
    vat = forms.ChoiceField(label="TVA")
    nature = forms.ChoiceField(label="Nature", choices=Nature.choices, initial=Nature.SERVICES)
    is_optional = forms.BooleanField(label="En option, hors du total", required=False)
    description = forms.CharField(
        label="Détail",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 1, "placeholder": "Détail, facultatif"}),
    )

    def __init__(
        self,
        *args: Any,
        vats: Sequence[VatRate] = (),
        entry: str = Entry.NET,
        has_options: bool = False,
        services: Sequence[PersonalServiceKind] = (),
        worker: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer_services(services, worker=worker)
        choices = self.fields["vat"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(rate.code, rate.label) for rate in vats]
        self.entry = entry
        if vats:
            choices.initial = vats[0].code
        if not has_options:
            del self.fields["is_optional"]
        if entry == Entry.GROSS:
            self.fields["unit_price"].label = "Prix TTC"
        self.fields["quantity"].widget.affix = ""
        for name in ("vat", "nature"):
            # A new line is taxed as the one above.
            self.fields[name].widget.attrs["data-cae-carry"] = name
        if self.is_section:
            self.fields["label"].label = "Titre"
            for field in self.fields.values():
                field.required = False

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        if self.is_section and len(label) > LONGEST_TITLE:
            raise ValidationError(f"Un titre tient en {LONGEST_TITLE} caractères.", code="too_long")
        return label

    @property
    def is_section(self) -> bool:
        return self["kind"].value() == SECTION

    @property
    def typed_discount_label(self) -> str:
        """`10 %` or `50,00 €`, nothing without a discount; read from what is on the page."""
        typed = self["discount"].value()
        if isinstance(typed, str):
            try:
                typed = parse_amount(typed, places=2)
            except ValueError:
                return ""
        if not typed:
            return ""
        unit = "€" if self["discount_kind"].value() == AMOUNT else "%"
        return f"{number(typed)}\u00a0{unit}"

    @property
    def is_removed(self) -> bool:
        return bool(self.data.get(self.add_prefix("DELETE")))

    @property
    def extras(self) -> list[str]:
        """What the folded part of the line holds that is out of the ordinary."""
        found = []
        if discount := self.typed_discount_label:
            found.append(f"Remise {discount}")
        if "is_optional" in self.fields and self["is_optional"].value():
            found.append("En option")
        if self["nature"].value() == Nature.GOODS:
            found.append("Biens")
        return found

    @property
    def is_open(self) -> bool:
        """Tell whether the folded part shows: it was open, or something in it is wrong."""
        folded = ("discount", "discount_kind", "nature", "is_optional")
        return bool(self.data.get(self.add_prefix("open"))) or any(
            name in self.errors for name in folded
        )

    def has_changed(self) -> bool:
        """Tell whether something is typed; a unit or a rate alone says nothing."""
        told = {"label", "quantity", "unit_price", "description", "discount", "is_optional"}
        return self.is_section or bool(told & set(self.changed_data))

    def sold_under(self, section: str) -> SoldLine:
        data = self.cleaned_data
        discount = self.discount_typed
        price = data["unit_price"]
        typed = {"price_with_vat": price} if self.entry == Entry.GROSS else {"unit_price": price}
        return SoldLine(
            section=section,
            label=data["label"],
            quantity=data["quantity"],
            unit=data["unit"],
            vat=data["vat"],
            nature=data["nature"],
            description=data["description"],
            discount=discount.amount,
            discount_rate=discount.rate,
            is_optional=data.get("is_optional", False),
            **typed,
            **self.service_typed,
        )

    @property
    def as_item(self) -> ItemDetails:
        """The line as an item of the catalogue; its quantity and its discount are its own."""
        data = self.cleaned_data
        kept = ("label", "vat", "unit", "nature", "description")
        return ItemDetails(
            **{name: data[name] for name in kept}, price=data["unit_price"], entry=self.entry
        )


class SaleLineFormSet(BaseFormSet):
    """The rows of a document, in the order of the page."""

    forms: list[SaleLineForm]

    def __iter__(self) -> Iterator[SaleLineForm]:
        return iter(sorted(self.forms, key=_place_of))

    @property
    def filled(self) -> list[SaleLineForm]:
        """The rows to keep: those the document has already, changed or not, and those typed."""
        kept = [
            form
            for rank, form in enumerate(self.forms)
            if (rank < self.initial_form_count() or form.has_changed()) and not form.is_removed
        ]
        return sorted(kept, key=_place_of)

    @property
    def readable(self) -> list[tuple[SaleLineForm, SoldLine | None]]:
        """Every row that can be read, with what it sells: nothing for a title."""
        rows: list[tuple[SaleLineForm, SoldLine | None]] = []
        section = ""
        for form in self.filled:
            if not form.is_valid():
                continue
            if form.is_section:
                section = form.cleaned_data["label"]
                rows.append((form, None))
            else:
                rows.append((form, form.sold_under(section)))
        return rows

    @property
    def sold(self) -> list[SoldLine]:
        """Every line that can be read; on a valid form, all of them."""
        return [line for _, line in self.readable if line is not None]


def _place_of(form: forms.Form) -> int:
    typed = form["ORDER"].value() if "ORDER" in form.fields else None
    return int(str(typed)) if str(typed).isdecimal() else 10_000


def sale_lines(
    *args: Any,
    vats: Sequence[VatRate],
    entry: str = Entry.NET,
    has_options: bool = False,
    services: Sequence[PersonalServiceKind] = (),
    worker: dict[str, str] | None = None,
    extra: int = 0,
    **kwargs: Any,
) -> Any:
    """Return the formset of a document's lines; `extra` empty ones end it.

    :param services: the services à la personne that the activity does.
    :param worker: who did the last one, on an invoice.
    """
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
    form_kwargs = {
        "vats": vats,
        "entry": entry,
        "has_options": has_options,
        "services": services,
        "worker": worker,
    }
    return factory(*args, **{**kwargs, "prefix": PREFIX, "form_kwargs": form_kwargs})


def initial_rows(lines: Sequence[Any], *, entry: str) -> list[dict[str, Any]]:
    """Return what the rows of a document show: a title where the section changes."""
    rows: list[dict[str, Any]] = []
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            rows.append({"kind": SECTION, "label": section})
        rows.append(_initial_line(line, entry=entry))
    return rows


def _initial_line(line: Any, *, entry: str) -> dict[str, Any]:
    price = line.unit_price
    if entry == Entry.GROSS and line.typed_price is not None:
        price = line.typed_price
    return {
        "kind": LINE,
        "label": line.label,
        "description": line.description,
        "quantity": line.quantity.normalize(),
        "unit": line.unit,
        "unit_price": price.normalize(),
        "vat": line.vat_choice.code,
        "nature": line.nature,
        "is_optional": getattr(line, "is_optional", False),
        **initial_discount(line),
        **initial_service(line),
    }


def converted_prices(
    posted: Mapping[str, Any], *, to: str, rates: Mapping[str, Decimal]
) -> dict[str, str]:
    """Return the prices of posted rows with VAT, or without, by name of field.

    What cannot be read stays as it is: it is left out of the answer.

    :param rates: the VAT rate of each code, a fraction.
    """
    found: dict[str, str] = {}
    count = str(posted.get(f"{PREFIX}-TOTAL_FORMS", ""))
    for rank in range(min(int(count), MOST_LINES) if count.isdecimal() else 0):
        name = f"{PREFIX}-{rank}-unit_price"
        rate = rates.get(str(posted.get(f"{PREFIX}-{rank}-vat", "")))
        if rate is None:
            continue
        convert = price_with_vat if to == Entry.GROSS else price_without_vat
        try:
            price = parse_amount(str(posted.get(name, "")), places=6)
            found[name] = price_label(convert(price, rate=rate))
        except (ValueError, ArithmeticError):
            continue
    return found


def row_of(item: CatalogueItem, *, entry: str) -> dict[str, str]:
    """Return the fields of a row filled with an item, its price as prices are typed here."""
    price = item.price
    if entry != item.entry:
        convert = price_with_vat if entry == Entry.GROSS else price_without_vat
        price = convert(price, rate=item.vat_choice.rate)
    return {
        "kind": LINE,
        "label": item.label,
        "description": item.description,
        "quantity": "1",
        "unit": item.unit,
        "unit_price": price_label(price),
        "vat": item.vat_choice.code,
        "nature": item.nature,
    }


def blank_row(data: QueryDict) -> int:
    """Return the rank of a row that nothing is typed in; one is added where there is none."""
    count = str(data.get(f"{PREFIX}-TOTAL_FORMS", ""))
    total = min(int(count), MOST_LINES) if count.isdecimal() else 0
    told = ("label", "unit_price", "description", "DELETE")
    for rank in range(total):
        row = f"{PREFIX}-{rank}-"
        if data.get(f"{row}kind") != SECTION and not any(data.get(row + name) for name in told):
            return rank
    data[f"{PREFIX}-TOTAL_FORMS"] = str(total + 1)
    data[f"{PREFIX}-{total}-ORDER"] = str(total + 1)
    return total
