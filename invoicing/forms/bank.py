"""A file of the bank, and why a line is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from cae.core.forms import FileDrop

if TYPE_CHECKING:
    from invoicing.actions.bank import Account


class StatementForm(forms.Form):
    file = forms.FileField(
        label="Relevé de la banque",
        widget=FileDrop(
            {"accept": ".xml,.ofx,.camt,.txt"},
            invitation="Glissez un fichier ou choisissez-le",
            note="CAMT.053 (XML) ou OFX, 5\u00a0Mo au plus",
        ),
    )
    account = forms.ChoiceField(
        label="Compte",
        required=False,
        help_text="Utile seulement quand le fichier ne dit pas l’IBAN (OFX).",
    )

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            ("", "Celui du fichier"),
            *((one.iban, f"{one.name}, …{one.iban[-4:]}") for one in accounts),
        ]


class AsideForm(forms.Form):
    reason = forms.CharField(
        label="Ce qu’est cette ligne",
        max_length=160,
        help_text="Par exemple\u00a0: subvention, apport, remise de chèques RB-2026-0004.",
    )
