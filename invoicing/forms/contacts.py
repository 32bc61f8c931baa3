"""Forms of the people at a customer's, and of its account in the books."""

from __future__ import annotations

from typing import Any

from django import forms

from cae.core.forms import Switch
from invoicing.forms.customers import text
from invoicing.models import CustomerContact


class ContactForm(forms.Form):
    name = text("Nom et prénom", 120, required=True, autocomplete="off")
    role = text("Fonction", 120, help_text="Gérante, comptabilité, achats…")
    email = forms.EmailField(label="Courriel", required=False)
    phone = text("Téléphone", 20, inputmode="tel")
    gets_quotes = forms.BooleanField(
        label="Reçoit les devis", required=False, widget=Switch, help_text="Et peut les accepter."
    )
    gets_invoices = forms.BooleanField(
        label="Reçoit les factures",
        required=False,
        widget=Switch,
        help_text="Les avoirs et les relevés de compte aussi.",
    )
    gets_reminders = forms.BooleanField(label="Reçoit les relances", required=False, widget=Switch)

    @staticmethod
    def initial_of(contact: CustomerContact) -> dict[str, Any]:
        return {name: getattr(contact, name) for name in ContactForm.base_fields}


class PartyAccountForm(forms.Form):
    account = text(
        "Compte tiers",
        20,
        help_text="Vide pour le retirer. Lettres sans accent et chiffres, 17 au plus.",
        spellcheck="false",
        autocomplete="off",
    )
