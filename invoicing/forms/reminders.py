"""Pauses of reminders, and their words."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from cae.core.forms import DateInput, Switch
from invoicing.models import ReminderLevel


class HoldForm(forms.Form):
    INVOICE, CUSTOMER, ACTIVITY = "invoice", "customer", "activity"
    what = forms.ChoiceField(
        label="Ne plus relancer",
        choices=[
            (INVOICE, "cette facture"),
            (CUSTOMER, "ce client"),
            (ACTIVITY, "aucun client de l’enseigne"),
        ],
    )
    reason = forms.CharField(
        label="Motif", max_length=160, help_text="Par exemple un échéancier convenu ou un litige."
    )
    until = forms.DateField(
        label="Jusqu’au",
        widget=DateInput,
        required=False,
        help_text="Sans date, jusqu’à ce que vous repreniez.",
    )


class LevelForm(forms.ModelForm):
    wide = ("subject", "body")

    class Meta:
        model = ReminderLevel
        fields = ("label", "days", "subject", "body", "is_active", "is_automatic")
        widgets: ClassVar = {
            "body": forms.Textarea(attrs={"rows": 14}),
            "is_active": Switch,
            "is_automatic": Switch,
        }
