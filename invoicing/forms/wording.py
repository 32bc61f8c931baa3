"""Forms of mentions and of terms of sale."""

from __future__ import annotations

from typing import Any

from django import forms

from invoicing.actions.wording import LONGEST_TERMS, MentionDetails
from invoicing.enums import MentionCase
from invoicing.models import Mention


class MentionForm(forms.Form):
    title = forms.CharField(label="Intitulé", max_length=80, help_text="Pour la retrouver.")
    case = forms.ChoiceField(label="Cas", choices=MentionCase.choices, initial=MentionCase.BY_HAND)
    text = forms.CharField(
        label="Texte imprimé", max_length=2000, widget=forms.Textarea({"rows": 4})
    )
    on_quotes = forms.BooleanField(label="Sur les devis", required=False, initial=True)
    on_invoices = forms.BooleanField(label="Sur les factures", required=False, initial=True)
    is_default = forms.BooleanField(label="Cochée d’office dans ce cas", required=False)

    wide = ("text",)

    def __init__(self, *args: Any, mention: Mention | None = None, **kwargs: Any) -> None:
        if mention is not None:
            kwargs["initial"] = {name: getattr(mention, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    @property
    def details(self) -> MentionDetails:
        return MentionDetails(**self.cleaned_data)


class TermsForm(forms.Form):
    text = forms.CharField(
        label="Texte",
        required=False,
        max_length=LONGEST_TERMS,
        widget=forms.Textarea({"rows": 20}),
        help_text="Laissé vide, rien n’est joint aux devis.",
    )

    wide = ("text",)
