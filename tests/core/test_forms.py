"""Fields that read what French people type, and how they are drawn."""

from decimal import Decimal

import pytest
from django import forms

from cae.core.forms import Combobox, MoneyField, MonthField, NumberField, PercentField
from cae.core.periods import Month


class PriceForm(forms.Form):
    amount = MoneyField(label="Montant", min_value=0, help_text="TTC")
    rate = PercentField(label="Taux", required=False)
    month = MonthField(label="Mois", required=False)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (MoneyField(), "1 234,56", Decimal("1234.56")),
        (MoneyField(), "1\u202f234,5", Decimal("1234.50")),
        (MoneyField(), "-12", Decimal("-12")),
        (NumberField(decimal_places=4), "0,1234", Decimal("0.1234")),
        (PercentField(), "5,5", Decimal("0.055")),
        (PercentField(), "100", Decimal("1")),
        (PercentField(), "10,125", Decimal("0.10125")),
        (MonthField(), "2026-11", Month(2026, 11)),
    ],
)
def test_what_is_typed_is_read(field, typed, kept):
    assert field.clean(typed) == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (MoneyField(), "douze"),
        (MoneyField(), "1,234"),
        (MoneyField(), "9" * 13),
        (MoneyField(min_value=0), "-1"),
        (PercentField(max_value=1), "101"),
        (MonthField(), "novembre"),
        (MonthField(), "2026-13"),
        (MoneyField(), ""),
    ],
)
def test_what_cannot_be_read_is_refused_in_french(field, typed):
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean(typed)

    assert refusal.value.messages[0].endswith(".")


def test_a_field_shows_what_it_keeps_the_way_it_is_typed():
    kept = {"amount": Decimal("1260"), "rate": Decimal("0.105")}
    form = PriceForm(initial=kept)

    assert 'value="1\u00a0260,00"' in str(form["amount"])
    assert 'value="10,5"' in str(form["rate"])
    assert not PriceForm({"amount": "1 260,00", "rate": "10,5"}, initial=kept).has_changed()


def test_what_was_typed_wrong_is_shown_again_with_its_reason():
    drawn = PriceForm({"amount": "douze"})["amount"].as_field_group()

    assert 'value="douze"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in drawn
    assert 'id="id_amount_error"' in drawn


def test_only_optional_fields_say_that_they_are():
    form = PriceForm()

    assert "facultatif" not in form["amount"].as_field_group()
    assert "facultatif" in form["rate"].as_field_group()


def test_a_combobox_is_a_select_without_script():
    drawn = Combobox(choices=[("1", "Maison Ébène")]).render("customer", "1")

    assert drawn.startswith('<select name="customer" data-cae-combobox')
