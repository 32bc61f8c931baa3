"""Services à la personne: what a line tells, what is declared, what an activity does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cae.core.forms import DateInput, MoneyField
from cae.core.money import parse_amount, percent
from cae.core.periods import duration
from invoicing.models import PersonalServiceKind
from invoicing.rules.personal_services import minutes_sold
from invoicing.rules.vat import LEGAL_RATES

_CLOCK = re.compile(r"(\d{1,3})\s*(?:h|:)\s*(\d{1,2})?\s*(?:min|m)?", re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,5})\s*(?:min|mn|m)", re.IGNORECASE)


class DurationInput(forms.TextInput):
    def format_value(self, value: Any) -> str | None:
        return duration(value) if isinstance(value, int) else value


class DurationField(forms.Field):
    """A duration as people type it: `2 h 30`, `2:30`, `45 min`, `2,5` hours. Gives minutes."""

    widget = DurationInput

    def to_python(self, value: Any) -> int | None:
        typed = str(value or "").replace("\u00a0", " ").strip()
        if not typed:
            return None
        if found := _CLOCK.fullmatch(typed):
            minutes = int(found[1]) * 60 + int(found[2] or 0)
        elif found := _MINUTES.fullmatch(typed):
            minutes = int(found[1])
        else:
            minutes = _from_hours(typed)
        if not 0 < minutes <= 60 * 24 * 31:
            raise ValidationError("Une intervention dure d’une minute à un mois.", code="invalid")
        return minutes


def _from_hours(typed: str) -> int:
    try:
        hours = parse_amount(typed, places=4)
    except ValueError as error:
        raise ValidationError(
            "Cette durée n’est pas lisible. Écrivez-la par exemple ainsi\u00a0: 2 h 30.",
            code="invalid",
        ) from error
    return int((hours * 60).to_integral_value(ROUND_HALF_UP))


class ServiceFields(forms.Form):
    """What a line tells of a service; an activity that does none has none of these fields."""

    service = forms.ChoiceField(label="Service à la personne", required=False)
    worker_name = forms.CharField(label="Intervenant·e", required=False, max_length=120)
    worker_number = forms.CharField(label="Son numéro", required=False, max_length=40)
    done_on = forms.DateField(label="Fait le", required=False, widget=DateInput)
    minutes = DurationField(label="Durée", required=False)

    #: What only an invoice says: a quote does not know yet.
    _WORK = ("worker_name", "worker_number", "done_on", "minutes")

    def offer_services(
        self, services: Sequence[PersonalServiceKind], *, worker: dict[str, str] | None
    ) -> None:
        """Keep the fields of services; `worker` is who did the last one, None on a quote."""
        if not services:
            del self.fields["service"]
        if not services or worker is None:
            for name in self._WORK:
                del self.fields[name]
        if not services:
            return
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Aucun"), *((each.code, each.label) for each in services)]
        field.widget.attrs["data-cae-carry"] = "service"
        for name, value in (worker or {}).items():
            self.fields[name].initial = value
            self.fields[name].widget.attrs["data-cae-carry"] = name
        if "minutes" in self.fields:
            self.fields["minutes"].widget.attrs["placeholder"] = "2 h 30"

    @property
    def service_typed(self) -> dict[str, Any]:
        """What `SoldLine` takes: nothing beside a line that is no service."""
        data = self.cleaned_data
        if not data.get("service"):
            return {}
        typed = {name: data[name] for name in self._WORK if name in data}
        if "minutes" in typed and typed["minutes"] is None:
            typed["minutes"] = minutes_sold(data["quantity"], data["unit"])
        return {"service": data["service"], **typed}


def initial_service(line: Any) -> dict[str, Any]:
    """Return what the fields of a service show for a line that is written."""
    if not line.service_id:
        return {"service": ""}
    shown: dict[str, Any] = {"service": line.service.code}
    return shown | {
        name: getattr(line, name) for name in ServiceFields._WORK if hasattr(line, name)
    }


class DeclarationForm(forms.Form):
    """What the cooperative declared to the State, and who signs."""

    number = forms.CharField(
        label="Numéro de déclaration", max_length=20, help_text="SAP suivi du SIREN."
    )
    declared_on = forms.DateField(label="Date de la déclaration", widget=DateInput)
    approval_number = forms.CharField(
        label="Numéro d’agrément",
        max_length=20,
        required=False,
        help_text="Pour les services aux jeunes enfants, aux personnes âgées ou handicapées.",
    )
    approved_on = forms.DateField(label="Date de l’agrément", required=False, widget=DateInput)
    signed_by = forms.CharField(label="Signataire des attestations", max_length=120)
    signed_as = forms.CharField(label="Qualité du signataire", max_length=120)


class ServiceKindForm(forms.Form):
    """The limits of a kind of service."""

    is_offered = forms.BooleanField(label="Couvert par notre déclaration", required=False)
    vat_rates = forms.MultipleChoiceField(
        label="Taux de TVA admis", widget=forms.CheckboxSelectMultiple
    )
    yearly_cap = MoneyField(
        label="Plafond par an et par foyer, TTC",
        required=False,
        min_value=Decimal("0.01"),
        help_text="Vide\u00a0: pas de plafond propre à ce service.",
    )
    longest_minutes = DurationField(
        label="Durée la plus longue d’une intervention",
        required=False,
        help_text="Vide\u00a0: pas de limite.",
    )

    def __init__(self, *args: Any, rates: Sequence[Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["vat_rates"]
        assert isinstance(field, forms.ChoiceField)
        offered = sorted({rate.normalize() for rate in rates} & set(LEGAL_RATES))
        field.choices = [(f"{rate:f}", percent(rate)) for rate in offered]

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {**data, "vat_rates": [Decimal(rate) for rate in data["vat_rates"]]}


class ActivityServicesForm(forms.Form):
    """The services an activity does, among those that are declared."""

    services = forms.MultipleChoiceField(
        label="Services de cette enseigne", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kinds: Sequence[PersonalServiceKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.code: kind for kind in kinds}
        field = self.fields["services"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.code, kind.label) for kind in kinds]

    @property
    def chosen(self) -> list[PersonalServiceKind]:
        return [self.kinds[code] for code in self.cleaned_data["services"]]
