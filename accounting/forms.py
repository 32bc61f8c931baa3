"""What a page of the books is asked to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from accounting.enums import AccountUse
from accounting.models import Account, AnalyticAccount
from accounting.queries import ChosenAccounts
from cae.core.forms import Combobox, DateInput, MoneyField, MonthField
from cae.core.periods import Month

_ALL = "toutes"


class PayDueForm(forms.Form):
    """A payment the bank made for everybody."""

    amount = MoneyField(label="Montant payé", min_value=Decimal("0.01"))
    paid_on = forms.DateField(
        label="Payé le", widget=DateInput, help_text="Le jour où la banque a payé."
    )


class AccountForm(forms.Form):
    """An account added to the chart."""

    number = forms.CharField(
        label="Numéro",
        max_length=8,
        widget=forms.TextInput({"inputmode": "numeric", "class": "num", "autocomplete": "off"}),
        help_text="De 3 à 8 chiffres\u00a0: 4111, 51201, 70601. Il ne change plus.",
    )
    label = forms.CharField(
        label="Intitulé", max_length=120, help_text="Ce que dit la balance à côté du numéro."
    )

    wide: ClassVar[tuple[str, ...]] = ("label",)


class AccountChoiceForm(forms.Form):
    """Where the documents of an activity, or of all, are posted from now on."""

    party_prefix = forms.CharField(
        label="Début des comptes tiers",
        max_length=8,
        required=False,
        help_text=(
            "Un client sans compte tiers en reçoit un à sa première écriture\u00a0: ce début, puis "
            "son nom, comme 411EBENE."
        ),
    )

    wide: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        *args: Any,
        chosen: ChosenAccounts,
        fitting: Mapping[AccountUse, Sequence[Account]],
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = chosen.own
        super().__init__(*args, **kwargs)
        above = "celui du plan" if chosen.is_cooperative else "celui de la coopérative"
        for use in AccountUse:
            inherited = getattr(chosen.inherited, use.value)
            self.fields[use.value] = forms.ChoiceField(
                label=use.label,
                required=False,
                choices=[
                    ("", f"{inherited}, {above}"),
                    *((each.number, str(each)) for each in fitting[use]),
                ],
            )
        self.order_fields([*AccountUse.values, "party_prefix"])
        if chosen.inherited.party_prefix:
            self.fields[
                "party_prefix"
            ].help_text += f" Vide\u00a0: {chosen.inherited.party_prefix}, {above}."

    @property
    def accounts(self) -> dict[str, str]:
        return {use: self.cleaned_data[use] for use in AccountUse.values}


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
