"""Forms of mentions and of terms of sale."""

from __future__ import annotations

from typing import Any

from django import forms

from cae.core.forms import FileDrop
from invoicing.actions.wording import LONGEST_TERMS, MentionDetails
from invoicing.enums import MentionCase
from invoicing.models import Mention, Terms


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
        help_text="Imprimé à la fin du devis. Laissez-le vide si tout est dans un PDF.",
    )
    pdf = forms.FileField(
        label="PDF",
        required=False,
        widget=FileDrop(
            {"accept": "application/pdf"}, note="PDF de 5\u00a0Mo et de 20\u00a0pages au plus"
        ),
    )
    drops_pdf = forms.BooleanField(label="Ne plus joindre le PDF", required=False)

    wide = ("text", "pdf", "drops_pdf")

    def __init__(self, *args: Any, latest: Terms | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["text"] = latest.text if latest else ""
        if latest is None or not latest.file_sha256:
            del self.fields["drops_pdf"]
        else:
            self.fields["pdf"].label = "Autre PDF"
            self.fields["pdf"].help_text = "Il remplace celui qui est joint aujourd’hui."
