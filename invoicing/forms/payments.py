"""Money received, money given back."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from cae.core.forms import DateInput, MoneyField
from invoicing.enums import PaymentMeans


class PaymentForm(forms.Form):
    amount = MoneyField(label="Montant reçu", min_value=Decimal("0.01"))
    received_on = forms.DateField(label="Reçu le", widget=DateInput)
    means = forms.ChoiceField(label="Moyen", choices=PaymentMeans.choices)
    reference = forms.CharField(
        label="Référence", max_length=80, required=False, help_text="Celle du relevé ou du chèque."
    )


class RefundForm(forms.Form):
    on = forms.DateField(label="Virement exécuté le", widget=DateInput)
