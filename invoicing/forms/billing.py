"""Forms of the billing plan of a quote, and of what a draft of it says beside its lines."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from cae.core.forms import ChoiceCards, DateInput, MoneyField, PercentField
from invoicing.actions import Instalment
from invoicing.enums import ScheduleShown
from invoicing.forms.customers import DELAYS
from invoicing.forms.sales import CircumstancesForm, SuppliedForm, as_content
from invoicing.queries.billing import PlanLine

_MOST_INSTALMENTS = 24


def _share(label: str, **options: Any) -> PercentField:
    return PercentField(label=label, min_value=Decimal(0), max_value=Decimal(1), **options)


class DepositForm(forms.Form):
    """A deposit: a share of the quote, or an amount without VAT."""

    share = _share("Part du devis", required=False)
    net = MoneyField(label="ou montant HT", required=False, min_value=Decimal(0))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("share")) == bool(data.get("net")):
            raise ValidationError(
                "Donnez une part du devis, ou un montant hors taxes\u00a0: l’un des deux."
            )
        return data


class ProgressForm(forms.Form):
    """How far each line of a quote is done, by now."""

    with_deposits = forms.BooleanField(label="Déduire les acomptes déjà réglés", required=False)

    def __init__(self, *args: Any, lines: Iterable[PlanLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for each in self.lines:
            self.fields[f"line_{each.line.pk}"] = _share(
                f"Avancement de {each.line.label}", initial=each.progress, required=False
            )

    @property
    def rows(self) -> list[tuple[PlanLine, forms.BoundField]]:
        """Each line of the quote with its field."""
        return [(each, self[f"line_{each.line.pk}"]) for each in self.lines]

    @property
    def progress(self) -> dict[int, Decimal]:
        return {
            each.line.pk: self.cleaned_data[f"line_{each.line.pk}"]
            for each in self.lines
            if self.cleaned_data[f"line_{each.line.pk}"] is not None
        }


class DetailsForm(SuppliedForm, CircumstancesForm):
    """What a draft says beside its lines."""

    subject = forms.CharField(label="Objet", max_length=160)
    payment_days = forms.TypedChoiceField(label="Échéance", coerce=int, choices=DELAYS)
    notes = forms.CharField(
        label="Mention particulière",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )
    field_order = ["subject", "payment_days", "supplied_from", "supplied_on", "order_reference"]

    @property
    def details(self) -> dict[str, Any]:
        """What the form says of the content of an invoice."""
        return as_content(self.cleaned_data)


class EqualScheduleForm(forms.Form):
    count = forms.IntegerField(
        label="Nombre d’échéances égales", min_value=2, max_value=_MOST_INSTALMENTS, initial=3
    )


class ScheduleShownForm(forms.Form):
    shown = forms.ChoiceField(
        label="Sur le devis, l’échéancier s’imprime",
        choices=ScheduleShown.choices,
        required=False,
        widget=ChoiceCards(
            notes={
                ScheduleShown.ALL: "Chaque échéance, sa date et son montant.",
                ScheduleShown.UNDATED: "Chaque échéance et son montant.",
                ScheduleShown.SUMMARY: "Le nombre d’échéances, leurs montants, la période.",
                ScheduleShown.NONE: "Le plan de facturation le suit quand même.",
            }
        ),
    )


class InstalmentForm(forms.Form):
    """One instalment; the amount of the last one is not read: it takes what is left."""

    gross: Decimal | None = None

    label = forms.CharField(label="Intitulé", max_length=120)
    due_on = forms.DateField(label="Date prévue", required=False, widget=DateInput)
    share = _share("Part", required=False)
    net = MoneyField(label="ou montant HT", required=False, min_value=Decimal(0))

    @property
    def typed(self) -> Instalment:
        data = self.cleaned_data
        return Instalment(
            label=data["label"],
            due_on=data["due_on"],
            share=data["share"],
            net=None if data["share"] else data["net"],
        )


class _Instalments(BaseFormSet):
    @property
    def typed(self) -> list[Instalment]:
        """What was typed, in the order of the page."""
        kept = [f for f in self.forms if f.has_changed() or f.initial]
        return [
            form.typed for form in kept if not form.cleaned_data.get("DELETE") and form.is_valid()
        ]


InstalmentFormSet = formset_factory(
    InstalmentForm,
    formset=_Instalments,
    extra=2,
    can_delete=True,
    max_num=_MOST_INSTALMENTS,
    absolute_max=_MOST_INSTALMENTS + 1,
    validate_max=True,
)
