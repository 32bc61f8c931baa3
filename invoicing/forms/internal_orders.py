"""Forms of internal orders: who for, which lines, why it is refused or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from cae.core.forms import Combobox, NumberField
from invoicing.enums import Unit
from invoicing.queries import Counterparty
from invoicing.rules.internal_orders import OrderedLine
from invoicing.rules.lines import MOST_LINES

#: What the choice of the cooperative itself posts: it has no activity.
COOPERATIVE = "cooperative"


class InternalOrderForm(forms.Form):
    buyer = forms.ChoiceField(
        label="Pour qui",
        widget=Combobox,
        help_text="Une autre enseigne, ou la coopérative pour un atelier, une formation.",
    )
    subject = forms.CharField(label="Objet", max_length=160)
    notes = forms.CharField(
        label="Précisions",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text="L’autre enseigne les lit avant de répondre.",
    )

    def __init__(
        self, *args: Any, counterparties: Sequence[Counterparty] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["buyer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "")] + [
            (COOPERATIVE if one.activity_id is None else str(one.activity_id), one.name)
            for one in counterparties
        ]

    @property
    def details(self) -> dict[str, Any]:
        """What the action is told."""
        data = self.cleaned_data
        buyer = data["buyer"]
        return {
            "buyer_id": None if buyer == COOPERATIVE else int(buyer),
            "subject": data["subject"],
            "notes": data["notes"],
        }


class OrderLineForm(forms.Form):
    """One line; an empty one is left out."""

    net: Decimal | None = None
    """What the line is worth, hung here by the page for its template."""

    label = forms.CharField(label="Désignation", max_length=160)
    quantity = NumberField(label="Quantité", decimal_places=4, initial=Decimal(1))
    unit = forms.ChoiceField(label="Unité", choices=Unit.choices, initial=Unit.PIECE)
    unit_price = NumberField(label="Prix", decimal_places=6, min_value=0)
    description = forms.CharField(
        label="Détail",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 1, "placeholder": "Détail, facultatif"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("quantity", "unit_price"):
            self.fields[name].widget.affix = ""

    @property
    def ordered(self) -> OrderedLine:
        data = self.cleaned_data
        return OrderedLine(
            label=data["label"],
            quantity=data["quantity"],
            unit=data["unit"],
            unit_price=data["unit_price"],
            description=data["description"],
        )


class OrderLineFormSet(BaseFormSet):
    """The lines of an order, in the order of the page."""

    forms: list[OrderLineForm]

    @property
    def filled(self) -> list[OrderLineForm]:
        """The lines to keep: those the order has already, changed or not, and those typed."""
        kept = [
            form
            for rank, form in enumerate(self.forms)
            if (rank < self.initial_form_count() or form.has_changed())
            and not form.data.get(form.add_prefix("DELETE"))
        ]
        return sorted(kept, key=_place_of)

    @property
    def ordered(self) -> list[OrderedLine]:
        """Every line that can be read, worth hung on its form; on a valid form, all of them."""
        found = []
        for form in self.filled:
            if form.is_valid():
                form.net = form.ordered.net
                found.append(form.ordered)
        return found


def _place_of(form: forms.Form) -> int:
    order = getattr(form, "cleaned_data", {}).get("ORDER")
    return 10_000 if order is None else order


def order_lines(*args: Any, extra: int = 0, **kwargs: Any) -> Any:
    """Return the formset of an order's lines; `extra` empty ones end it."""
    factory = formset_factory(
        OrderLineForm,
        formset=OrderLineFormSet,
        extra=extra,
        can_delete=True,
        can_order=True,
        max_num=MOST_LINES,
        absolute_max=MOST_LINES,
        validate_max=True,
    )
    kwargs["prefix"] = "lignes"
    return factory(*args, **kwargs)


class OrderReasonForm(forms.Form):
    """Why an order is refused or cancelled."""

    reason = forms.CharField(
        label="Pourquoi\u00a0?",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="L’autre enseigne le lira sur sa page et par courriel.",
    )
