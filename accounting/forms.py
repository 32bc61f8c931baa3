"""What a page of the books is asked to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from accounting.models import AnalyticAccount
from cae.core.forms import Combobox, DateInput, MoneyField, MonthField
from cae.core.periods import Month

_ALL = "toutes"


class PayDueForm(forms.Form):
    """A payment the bank made for everybody."""

    amount = MoneyField(label="Montant payé", min_value=Decimal("0.01"))
    paid_on = forms.DateField(
        label="Payé le", widget=DateInput, help_text="Le jour où la banque a payé."
    )


class BooksForm(forms.Form):
    """A period in months, and whose books; what is left empty is the whole fiscal year of all."""

    du = MonthField(label="Du mois")
    au = MonthField(label="Au mois")
    enseigne = forms.ChoiceField(label="Pour", widget=Combobox)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        analytics: Sequence[AnalyticAccount],
        year: tuple[date, date],
    ) -> None:
        self.year = year
        self.by_pk = {str(analytic.pk): analytic for analytic in analytics}
        first, last = map(Month.of, year)
        filled = {
            "du": data.get("du") or str(first),
            "au": data.get("au") or str(last),
            "enseigne": data.get("enseigne") or _ALL,
        }
        super().__init__(filled)
        choice = self.fields["enseigne"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (_ALL, "Grand livre général"),
            *((pk, f"{a.code} · {a.label}") for pk, a in self.by_pk.items()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("du"), cleaned.get("au")
        if first and last and first > last:
            self.add_error("au", "Ce mois est avant le premier. Choisissez-en un plus tard.")
        return cleaned

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day asked for; the fiscal year where they are not readable."""
        if not self.is_valid():
            return self.year
        return self.cleaned_data["du"].first_day, self.cleaned_data["au"].last_day

    @property
    def analytic(self) -> AnalyticAccount | None:
        return self.by_pk.get(self.cleaned_data["enseigne"]) if self.is_valid() else None
