"""The forms of an import: a file, then what its columns are."""

from __future__ import annotations

from typing import Any

from django import forms

from cae.core.forms import FileDrop
from invoicing.enums import CustomerKind
from invoicing.models import CustomerImport
from invoicing.rules.columns import FIELDS

_CHOICES = [("", "Ne pas importer"), *((name, label) for name, (label, _) in FIELDS.items())]


class ImportForm(forms.Form):
    file = forms.FileField(
        label="Fichier de clients",
        widget=FileDrop(
            {"accept": ".csv,.txt,.xlsx"},
            invitation="Glissez un fichier ou choisissez-le",
            note="CSV ou .xlsx, 100\u00a0000 lignes et 30\u00a0Mo au plus",
        ),
    )


class MappingForm(forms.Form):
    """What each column of a file holds; `mapping` gives it by rank."""

    default_kind = forms.ChoiceField(
        label="Type des clients quand la colonne est vide ou absente",
        choices=CustomerKind.choices,
    )

    @property
    def mapping(self) -> dict[int, str]:
        return {
            int(name.removeprefix("c")): column
            for name, column in self.cleaned_data.items()
            if name != "default_kind" and column
        }


def mapping_form(imported: CustomerImport, data: Any = None) -> MappingForm:
    """Return the form of a file, with a field for each of its columns."""
    initial = {f"c{rank}": column for rank, column in imported.mapping.items()}
    form = MappingForm(data, initial={**initial, "default_kind": imported.default_kind})
    for rank, name in enumerate(imported.head):
        form.fields[f"c{rank}"] = forms.ChoiceField(
            label=name or f"Colonne {rank + 1}", choices=_CHOICES, required=False
        )
    return form
