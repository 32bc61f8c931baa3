"""How our forms are drawn, and the fields a cooperative needs.

Templates write `{{ form.email.as_field_group }}` or `<c-field :field="form.email" />`: label above,
hint and errors below, tied together for screen readers. Optional fields say so; the others are due.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting

from cae.core import money
from cae.core.periods import Month


class FormRenderer(TemplatesSetting):
    """settings.FORM_RENDERER: the templates of templates/django/forms/."""

    form_template_name = "django/forms/div.html"
    formset_template_name = "django/forms/formsets/div.html"
    field_template_name = "django/forms/field.html"


# Widgets: those that look different have a template of their own.


class AffixInput(forms.TextInput):
    """A number typed as text, with its unit after it."""

    template_name = "django/forms/widgets/affix.html"
    affix = ""
    kind = "number"

    def __init__(self, attrs: dict[str, Any] | None = None, *, affix: str | None = None) -> None:
        super().__init__(
            {"inputmode": "decimal", "autocomplete": "off", "class": "num", **(attrs or {})}
        )
        if affix is not None:
            self.affix = affix

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["affix"] = self.affix
        context["widget"]["kind"] = self.kind
        return context


class MoneyInput(AffixInput):
    affix = "€"
    kind = "money"

    def format_value(self, value: Any) -> str | None:
        return money.number(value, places=2) if isinstance(value, Decimal | int) else value


class PercentInput(AffixInput):
    affix = "%"
    kind = "percent"

    def format_value(self, value: Any) -> str | None:
        return money.number(value) if isinstance(value, Decimal | int) else value


class NumberTextInput(AffixInput):
    def format_value(self, value: Any) -> str | None:
        return money.number(value) if isinstance(value, Decimal | int) else value


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MonthInput(forms.TextInput):
    input_type = "month"


class Switch(forms.CheckboxInput):
    """A checkbox for a setting that is on or off at once."""


class ChoiceCards(forms.RadioSelect):
    """Radios drawn as cards; `notes` gives the sentence under a choice, by value."""

    template_name = "django/forms/widgets/choice_cards.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
        *,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.notes = dict(notes or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["note"] = self.notes.get(str(value), "")
        return option


class Segmented(forms.RadioSelect):
    """Two or three short choices in one control: HT | TTC."""

    template_name = "django/forms/widgets/segmented.html"


class Combobox(forms.Select):
    """A select one can type in; without script it is the select."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"data-cae-combobox": "", **(attrs or {})}, choices)


class FileDrop(forms.FileInput):
    """A place to drop a file; on a phone `capture` opens the camera."""

    template_name = "django/forms/widgets/file_drop.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        invitation: str = "Glissez un fichier ou choisissez-le",
        note: str = "PDF, JPG ou HEIC, 10 Mo au plus",
    ) -> None:
        super().__init__(
            {"accept": "application/pdf,image/jpeg,image/png,image/heic", **(attrs or {})}
        )
        self.invitation = invitation
        self.note = note

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["invitation"] = self.invitation
        context["widget"]["note"] = self.note
        return context


class CodeInput(forms.TextInput):
    """A code received by mail or shown by a telephone."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, length: int = 6) -> None:
        super().__init__(
            {
                "class": "code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "pattern": f"[0-9]{{{length}}}",
                "maxlength": length,
                **(attrs or {}),
            }
        )


class RangedNumber(forms.TextInput):
    """An amount one may also set with a slider. Only the typed one is sent."""

    template_name = "django/forms/widgets/ranged_number.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        lowest: int = 0,
        highest: int = 10_000,
        step: int = 50,
        affix: str = "€",
    ) -> None:
        super().__init__(
            {
                "inputmode": "decimal",
                "autocomplete": "off",
                "class": "input-large",
                **(attrs or {}),
            }
        )
        self.bounds = {"lowest": lowest, "highest": highest, "step": step, "affix": affix}

    def format_value(self, value: Any) -> str | None:
        return money.number(value) if isinstance(value, Decimal | int) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(self.bounds)
        try:
            context["widget"]["position"] = int(money.parse_amount(str(value), places=6))
        except ValueError:
            context["widget"]["position"] = self.bounds["lowest"]
        return context


# Fields: they read what French people type.


class NumberField(forms.Field):
    """A number typed the French way: `1 234,5`. Gives a Decimal."""

    widget: type[forms.Widget] | forms.Widget = NumberTextInput
    #: How many places the typed number is to the left of the one kept.
    shift = 0

    def __init__(
        self,
        *,
        decimal_places: int = 2,
        max_digits: int = 12,
        min_value: Decimal | int | None = None,
        max_value: Decimal | int | None = None,
        **kwargs: Any,
    ) -> None:
        self.decimal_places = decimal_places
        super().__init__(**kwargs)
        self.validators.append(
            DecimalValidator(max_digits + self.shift, decimal_places + self.shift)
        )
        if min_value is not None:
            self.validators.append(MinValueValidator(min_value))
        if max_value is not None:
            self.validators.append(MaxValueValidator(max_value))

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            typed = money.parse_amount(str(value), places=self.decimal_places)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
        return typed.scaleb(-self.shift)

    def prepare_value(self, value: Any) -> Any:
        return value.scaleb(self.shift) if isinstance(value, Decimal) else value


class MoneyField(NumberField):
    """An amount in EUR, two places."""

    widget = MoneyInput


class PercentField(NumberField):
    """A fraction typed as a percentage: `5,5` gives Decimal("0.055")."""

    widget = PercentInput
    shift = 2

    def __init__(
        self,
        *,
        decimal_places: int = 3,
        max_digits: int = 6,
        max_value: Decimal | int | None = None,
        error_messages: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        said = {"min_value": "Un taux n’est pas négatif."}
        if max_value is not None:
            highest = money.percent(Decimal(max_value))
            said["max_value"] = f"Ce taux dépasse {highest}%, le plus haut possible. Vérifiez-le."
        super().__init__(
            decimal_places=decimal_places,
            max_digits=max_digits,
            max_value=max_value,
            error_messages={**said, **(error_messages or {})},
            **kwargs,
        )


class MonthField(forms.Field):
    """A month: `2026-11` gives Month(2026, 11)."""

    widget = MonthInput

    def to_python(self, value: Any) -> Month | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Month):
            return value
        try:
            return Month.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
