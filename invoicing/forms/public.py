"""What a client types on the page of a quote, without an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cae.core.forms import CodeInput
from invoicing.rules.signing import CODE_DIGITS, masked


def _text(label: str, length: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.TextInput(attrs)
    )


class SigningForm(forms.Form):
    """Who signs, and where their code goes: one of the addresses the quote was sent to."""

    name = _text("Nom et prénom", 120, required=True, autocomplete="name")
    role = _text("Fonction", 120, autocomplete="organization-title")
    address = forms.ChoiceField(label="Recevoir le code à", required=False)
    agreed = forms.BooleanField(
        label="Bon pour accord\u00a0: j’accepte ce devis.",
        error_messages={"required": "Cochez la case pour accepter le devis."},
    )

    def __init__(self, *args: Any, addresses: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addresses = list(addresses)
        field = self.fields["address"]
        assert isinstance(field, forms.ChoiceField)
        # By rank: the page never holds an address whole. The list only grows, by its end.
        field.choices = [(str(rank), masked(a)) for rank, a in enumerate(self.addresses)]
        if len(self.addresses) < 2:
            field.widget = forms.HiddenInput()

    def clean_address(self) -> str:
        rank = self.cleaned_data["address"] or "0"
        return self.addresses[int(rank)] if self.addresses else ""


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code reçu par courriel",
        max_length=20,
        widget=CodeInput(length=CODE_DIGITS),
        error_messages={"required": "Écrivez les six chiffres du code."},
    )


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi\u00a0?",
        help_text="Un mot suffit\u00a0: il aide à proposer autre chose.",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )


class QuestionForm(forms.Form):
    name = _text("Votre nom", 120, required=True, autocomplete="name")
    text = forms.CharField(
        label="Votre question", max_length=2000, widget=forms.Textarea({"rows": 3})
    )
