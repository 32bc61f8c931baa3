"""The form of an item of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cae.core.forms import NumberField, Segmented
from invoicing.actions.catalogue import ItemDetails
from invoicing.enums import Entry, Nature, Unit
from invoicing.forms.lines import PriceInput
from invoicing.models import CatalogueItem, VatRate


class ItemForm(forms.Form):
    label = forms.CharField(label="Désignation", max_length=160)
    price = NumberField(label="Prix", decimal_places=6, min_value=0, widget=PriceInput)
    entry = forms.ChoiceField(
        label="Ce prix est",
        choices=[(Entry.NET, "HT"), (Entry.GROSS, "TTC")],
        initial=Entry.NET,
        widget=Segmented,
    )
    vat = forms.ChoiceField(label="TVA")
    unit = forms.ChoiceField(label="Unité", choices=Unit.choices, initial=Unit.PIECE)
    nature = forms.ChoiceField(label="Nature", choices=Nature.choices, initial=Nature.SERVICES)
    reference = forms.CharField(label="Référence", max_length=40, required=False)
    category = forms.CharField(
        label="Famille",
        max_length=60,
        required=False,
        help_text="Pour retrouver ensemble ce qui va ensemble.",
    )
    description = forms.CharField(
        label="Détail",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        vats: Sequence[VatRate],
        item: CatalogueItem | None = None,
        **kwargs: Any,
    ) -> None:
        if item is not None:
            kwargs["initial"] = {
                **{name: getattr(item, name) for name in self.base_fields if name not in _OWN},
                "price": item.price.normalize(),
                "vat": item.vat_choice.code,
            }
        super().__init__(*args, **kwargs)
        field = self.fields["vat"]
        assert isinstance(field, forms.ChoiceField)
        choices = [(rate.code, rate.label) for rate in vats]
        if item is not None and item.vat_choice.code not in dict(choices):
            choices.append((item.vat_choice.code, item.vat_choice.label))
        field.choices = choices

    @property
    def wide(self) -> tuple[str, ...]:
        return ("label", "description")

    @property
    def details(self) -> ItemDetails:
        return ItemDetails(**self.cleaned_data)


_OWN = ("price", "vat")
