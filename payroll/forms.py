"""What is typed about pay."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django import forms

from cae.core.forms import ChoiceCards, DateInput, MoneyField, MonthField, PercentField
from cae.core.periods import Month
from payroll.enums import Hours, HoursSmic, SalaryMode
from payroll.rules.slip import HIGHEST_GROSS
from payroll.rules.terms import HIGHEST_PENSION_SHARE, HIGHEST_PREMIUM, Terms

#: The fields of `TermsForm` that are the terms themselves.
TERMS = (
    "headcount",
    "accident_rate",
    "mobility_rate",
    "health_premium",
    "health_employer_share",
    "hours",
    "hours_smic",
    "pension_share",
)

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


class TermsForm(forms.Form):
    """The terms of every pay from a month on; each says what it changes."""

    valid_from = MonthField(
        label="À partir de", help_text="Les bulletins déjà validés gardent les leurs."
    )
    headcount = forms.IntegerField(
        label="Effectif retenu",
        min_value=0,
        max_value=100_000,
        help_text="Les seuils de 11 et de 50 changent la formation, le FNAL, la mobilité, le"
        " forfait social et l’Action Logement. Comment compter les CESA reste à confirmer.",
    )
    accident_rate = PercentField(
        label="Taux accidents du travail",
        min_value=0,
        max_value=1,
        decimal_places=2,
        help_text="Celui que la Carsat notifie chaque année à l’établissement.",
    )
    mobility_rate = PercentField(
        label="Taux du versement mobilité",
        min_value=0,
        max_value=1,
        decimal_places=2,
        help_text="Celui de la commune. Dû à partir de 11 personnes.",
    )
    health_premium = MoneyField(
        label="Complémentaire santé, prime mensuelle",
        min_value=0,
        max_value=HIGHEST_PREMIUM,
        help_text="Les deux parts ensemble, pour une personne.",
    )
    health_employer_share = PercentField(
        label="Part de la coopérative dans la prime",
        min_value=0,
        max_value=1,
        decimal_places=2,
        help_text="La moitié au moins.",
    )
    hours = forms.ChoiceField(
        label="Heures d’un CESA dans la réduction générale",
        choices=[(hours.value, hours.label) for hours in (Hours.MONTHLY, Hours.YEARLY)],
        widget=ChoiceCards(
            notes={
                Hours.MONTHLY: "Chaque mois compte ses heures, au plus un temps plein. Une paie"
                " irrégulière perd de la réduction. Lecture prudente, par défaut.",
                Hours.YEARLY: "Les heures se comptent sur toute l’année. Une paie irrégulière en"
                " garde autant qu’une paie lissée. À confirmer par un rescrit.",
            }
        ),
        help_text="À confirmer\u00a0: un CESA n’a pas de temps de travail, ses heures se déduisent"
        " de son brut.",
    )
    hours_smic = forms.ChoiceField(
        label="SMIC qui donne ces heures",
        choices=HoursSmic.choices,
        help_text="À confirmer\u00a0: celui de la réduction (figé toute l’année 2026) ou celui du"
        " mois. Ne change rien tant que les deux sont égaux.",
    )
    pension_share = PercentField(
        label="Points de la réduction imputés à l’Agirc-Arrco",
        required=False,
        min_value=0,
        max_value=HIGHEST_PENSION_SHARE,
        decimal_places=2,
        help_text="À confirmer. Vide\u00a0: les 6,01 points des textes. Ne change pas le coût d’une"
        " paie, seulement ce qui va à l’Urssaf et à la retraite.",
    )
    note = forms.CharField(
        label="Pourquoi",
        required=False,
        max_length=200,
        help_text="La notification, le rescrit, l’avis qui le justifie.",
    )

    wide = ("hours", "note")

    @property
    def terms(self) -> Terms:
        """What the form describes."""
        typed = {name: self.cleaned_data[name] for name in TERMS}
        typed["hours"] = Hours(typed["hours"])
        typed["hours_smic"] = HoursSmic(typed["hours_smic"])
        return Terms(**typed)


class PayForm(forms.Form):
    """The day the bank executes the transfers."""

    pay_on = forms.DateField(label="Exécution le", widget=DateInput)
