"""The form of a recurring invoice: that of an invoice, and when it comes back."""

from __future__ import annotations

from typing import Any

from django import forms

from cae.core.forms import ChoiceCards, DateInput, Switch
from invoicing.actions.recurrences import RecurrenceTerms
from invoicing.enums import Covered, RecurrenceMode
from invoicing.forms.sales import InvoiceForm
from invoicing.rules.recurrences import LAST_DAY, MOST_EVERY, MOST_TIMES

_MODES: dict[str, str] = {
    RecurrenceMode.REVIEW: "Un brouillon vous attend à chaque date, et vous êtes prévenu·e.",
    RecurrenceMode.AUTOMATIC: (
        "Émise seule jusqu’à votre plafond. Au-delà, soumise à l’équipe d’appui."
    ),
}
_OWN = (
    "every", "unit", "day", "starts_on", "ends_on", "times", "covered", "mode", "is_sent",
)  # fmt: skip


class RecurrenceForm(InvoiceForm):
    every = forms.IntegerField(label="Tous les", min_value=1, max_value=MOST_EVERY, initial=1)
    unit = forms.ChoiceField(
        label="Unité", choices=[("week", "semaines"), ("month", "mois"), ("year", "ans")]
    )
    day = forms.TypedChoiceField(
        label="Jour du mois",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "Celui de la première date"),
            *((day, "le 1er" if day == 1 else f"le {day}") for day in range(1, LAST_DAY)),
            (LAST_DAY, "le dernier jour"),
        ],
    )
    starts_on = forms.DateField(label="Première date", widget=DateInput)
    ends_on = forms.DateField(label="Jusqu’au", required=False, widget=DateInput)
    times = forms.IntegerField(
        label="ou nombre de fois", required=False, min_value=1, max_value=MOST_TIMES
    )
    covered = forms.ChoiceField(label="Période facturée", choices=Covered.choices)
    mode = forms.ChoiceField(
        label="Ce qui se fait",
        choices=RecurrenceMode.choices,
        widget=ChoiceCards(notes=_MODES),
    )
    is_sent = forms.BooleanField(
        label="L’envoyer au client une fois émise", required=False, widget=Switch
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each invoice has its own: the end of its period, or the day it is issued.
        del self.fields["supplied_on"]

    @property
    def details(self) -> dict[str, Any]:
        return {name: value for name, value in super().details.items() if name not in _OWN}

    @property
    def terms(self) -> RecurrenceTerms:
        """When it comes back, of a valid form."""
        return RecurrenceTerms(**{name: self.cleaned_data[name] for name in _OWN})

    @property
    def readable_terms(self) -> RecurrenceTerms | None:
        """The terms as far as one has typed them: nothing until there is a rhythm and a day."""
        self.is_valid()
        if {"every", "unit", "starts_on", "day", "ends_on", "times"} & set(self.errors):
            return None
        kept = {name: self.cleaned_data[name] for name in _OWN if name in self.cleaned_data}
        return RecurrenceTerms(**kept)


class ResumeForm(forms.Form):
    """What becomes of the dates that passed while nothing was made."""

    bill_missed = forms.BooleanField(
        label="Facturer aussi ces dates",
        required=False,
        help_text="Sans cocher, elles sont sautées, et l’historique le dit.",
    )
