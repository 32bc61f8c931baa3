"""Mails to customers: one that is about to leave, and the words of all."""

from __future__ import annotations

from django import forms

from cae.core.workflow import ActionRefused
from invoicing.actions.sendings import read_addresses
from invoicing.rules.letters import LONGEST_BODY, LONGEST_SUBJECT, Wording


class WordingForm(forms.Form):
    """The subject and the message, with their blanks."""

    subject = forms.CharField(label="Objet", max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label="Message", max_length=LONGEST_BODY, widget=forms.Textarea({"rows": 14})
    )

    @property
    def wording(self) -> Wording:
        data = self.cleaned_data
        return Wording(data["subject"], data["body"].replace("\r\n", "\n"))


class SendingForm(WordingForm):
    """A mail about one document."""

    to = forms.CharField(
        label="À",
        max_length=1000,
        help_text="Plusieurs adresses\u00a0: séparez-les par des virgules.",
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "email"}),
    )
    copies = forms.CharField(
        label="Copie à",
        max_length=1000,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "email"}),
    )
    copy_to_me = forms.BooleanField(label="M’envoyer une copie", required=False)
    field_order = ["to", "copies", "copy_to_me", "subject", "body"]

    def clean_to(self) -> tuple[str, ...]:
        return _addresses(self.cleaned_data["to"])

    def clean_copies(self) -> tuple[str, ...]:
        return _addresses(self.cleaned_data["copies"])


def _addresses(typed: str) -> tuple[str, ...]:
    try:
        return read_addresses(typed)
    except ActionRefused as refusal:
        raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
