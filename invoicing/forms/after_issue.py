"""What staff says of a document beside it: files, the accounts it is on, its contribution."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from accounting.queries import fitting_accounts
from cae.core.forms import FileDrop, PercentField
from cae.core.money import euros
from invoicing.queries import PostedOn

_REASON = "reason"


class AttachmentForm(forms.Form):
    file = forms.FileField(
        label="Fichier", widget=FileDrop(note="PDF, JPG, PNG ou HEIC, 10\u00a0Mo au plus")
    )


class OwnRateForm(forms.Form):
    """The rate of contribution of one document; empty is that of the rule."""

    rate = PercentField(
        label="Taux de ce document",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1),
        help_text="Vide\u00a0: celui de l’enseigne, sinon de la coopérative.",
    )
    reason = forms.CharField(
        label="Motif",
        max_length=160,
        help_text="L’enseigne le lit à côté du taux.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    wide: ClassVar[tuple[str, ...]] = ("reason",)


class AccountsForm(forms.Form):
    """Where what may move goes; what stays has no field."""

    wide: ClassVar[tuple[str, ...]] = (_REASON,)

    def __init__(self, *args: Any, posted: Sequence[PostedOn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in posted:
            known = {account.number: str(account) for account in fitting_accounts(each.use)}
            self.fields[each.use.value] = forms.ChoiceField(
                label=each.use.label,
                initial=each.account,
                choices=list({each.account: each.account, **known}.items()),
                help_text=f"{euros(each.said)} sur le compte {each.account}.",
            )
        self.fields[_REASON] = forms.CharField(
            label="Motif",
            max_length=400,
            help_text="Il se lit dans l’historique de la facture.",
            widget=forms.TextInput({"autocomplete": "off"}),
        )

    @property
    def accounts(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != _REASON}
