"""What is typed about pay."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django import forms

from cae.core.forms import ChoiceCards, DateInput, MoneyField, MonthField
from cae.core.periods import Month
from payroll.enums import SalaryMode
from payroll.rules.slip import HIGHEST_GROSS

#: What a person chooses among; the others are for whoever prepares the pay.
OWN_MODES = (SalaryMode.ALL, SalaryMode.NET_PAID, SalaryMode.GROSS, SalaryMode.COST)
#: In the order of the cards: what most people choose first.
_MODES = (
    SalaryMode.ALL,
    SalaryMode.NET_PAID,
    SalaryMode.NET,
    SalaryMode.GROSS,
    SalaryMode.COST,
)
_NOTES = {
    SalaryMode.ALL: "Le plus haut salaire que votre budget permet, le jour de la paie.",
    SalaryMode.NET_PAID: "Ce qui arrive sur votre compte, impôt déduit.",
    SalaryMode.NET: "Avant le prélèvement à la source.",
    SalaryMode.GROSS: "Le montant en haut du bulletin.",
    SalaryMode.COST: "Ce que le salaire prend à votre activité, cotisations comprises.",
}


class SalaryForm(forms.Form):
    """A choice of salary: what is fixed, and its amount."""

    mode = forms.ChoiceField(
        label="Ce que vous fixez",
        widget=ChoiceCards(notes={mode.value: note for mode, note in _NOTES.items()}),
    )
    amount = MoneyField(
        label="Montant",
        min_value=0,
        max_value=HIGHEST_GROSS,
        help_text="Sans objet pour «\u00a0Tout ce que je peux\u00a0».",
        error_messages={
            "required": "Écrivez le montant, ou prenez «\u00a0Tout ce que je peux\u00a0»."
        },
    )

    def __init__(self, *args: Any, offered: Collection[SalaryMode] = _MODES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("mode") or self.initial.get("mode")
        modes: Any = self.fields["mode"]
        modes.choices = [(m.value, m.label) for m in _MODES if m in offered or m == chosen]
        self.fields["amount"].required = chosen != SalaryMode.ALL

    @property
    def mode_chosen(self) -> SalaryMode:
        return SalaryMode(self.cleaned_data["mode"])

    @property
    def amount_chosen(self) -> Decimal | None:
        """The amount, None for « tout ce que je peux » whatever was typed."""
        amount: Decimal | None = self.cleaned_data["amount"]
        return None if self.mode_chosen == SalaryMode.ALL else amount


class OpenRunForm(forms.Form):
    """The month whose payroll is opened."""

    month = MonthField(label="Mois")
    pay_on = forms.DateField(
        label="Virements le",
        required=False,
        widget=DateInput,
        help_text="Vide\u00a0: le jour habituel de la coopérative, ou le jour ouvré d’avant.",
    )

    def __init__(self, *args: Any, month: Month, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["month"] = str(month)


class NoteForm(forms.Form):
    """What was found when a point was looked at."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=200,
        help_text="Pour qui relira\u00a0: ce que vous avez vérifié.",
    )


class ReasonForm(forms.Form):
    """Why something is taken back: kept in its trace, and sent to the persons it concerns."""

    reason = forms.CharField(label="Pourquoi", max_length=200)


class PayForm(forms.Form):
    """The day the bank executes the transfers."""

    pay_on = forms.DateField(label="Exécution le", widget=DateInput)
