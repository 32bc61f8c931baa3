"""Forms of folders, of their phases and files, of where something is filed, and of types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cae.core.forms import Combobox, FileDrop, Switch
from invoicing.actions.folder_types import BusinessTypeDetails, FolderTypeDetails
from invoicing.actions.folders import FolderDetails
from invoicing.forms.sales import offer
from invoicing.models import BusinessType, Customer, Filing, Folder, FolderPhase, FolderType
from invoicing.queries.folders import business_types, business_types_taken, offered_places


class FolderForm(forms.Form):
    name = forms.CharField(label="Nom", max_length=160, help_text="Un lieu, un client, un projet.")
    code = forms.CharField(
        label="Code", max_length=20, required=False, help_text="Le vôtre, s’il en a un."
    )
    folder_type = forms.ChoiceField(
        label="Type de dossier", help_text="Il dit quelles affaires y entrent."
    )
    customers = forms.MultipleChoiceField(
        label="Clients",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un ou plusieurs. Aucun\u00a0: vous les direz plus tard.",
    )
    wide = ("name", "customers")

    def __init__(
        self,
        *args: Any,
        types: Sequence[FolderType],
        customers: Sequence[Customer],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.types = {str(row.pk): row for row in types}
        self.known = {str(row.pk): row for row in customers}
        offer(self, "folder_type", [(pk, row.label) for pk, row in self.types.items()])
        offer(self, "customers", [(pk, row.name) for pk, row in self.known.items()])
        if not self.known:
            del self.fields["customers"]

    @property
    def details(self) -> FolderDetails:
        said = self.cleaned_data
        return FolderDetails(
            name=said["name"],
            code=said["code"],
            folder_type=self.types[said["folder_type"]],
            customers=[self.known[pk] for pk in said.get("customers", ())],
        )


def initial_folder(folder: Folder, customers: Sequence[Customer]) -> dict[str, Any]:
    """Return what the form of a folder shows."""
    return {
        "name": folder.name,
        "code": folder.code,
        "folder_type": str(folder.folder_type_id),
        "customers": [str(customer.pk) for customer in customers],
    }


class PhaseForm(forms.Form):
    name = forms.CharField(label="Nouvelle phase", max_length=80)


class FolderFileForm(forms.Form):
    file = forms.FileField(
        label="Fichier", widget=FileDrop(note="PDF, JPG, PNG ou HEIC, 10\u00a0Mo au plus")
    )


class FilingForm(forms.Form):
    """Where a deal, a quote or an invoice is filed, and under which type of business."""

    place = forms.ChoiceField(label="Dossier", required=False, widget=Combobox)
    business_type = forms.ChoiceField(
        label="Type d’affaire",
        required=False,
        help_text="Vide\u00a0: le premier que prend le dossier.",
    )

    def __init__(
        self, *args: Any, activity_id: int, filing: Filing | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", initial_filing(filing))
        super().__init__(*args, **kwargs)
        rows = business_types()
        if filing is not None and filing.business_type not in rows:
            rows.append(filing.business_type)
        self.types = {str(row.pk): row for row in rows}
        self.has_places = bool(places := offered_places(activity_id, beside=filing))
        offer(self, "place", [("", "Aucun dossier"), *places])
        types = [(pk, row.label) for pk, row in self.types.items()]
        offer(self, "business_type", [("", "Sans type particulier"), *types])

    @property
    def chosen(self) -> dict[str, Any]:
        """The folder, the phase and the type that a valid form names."""
        folder, _, phase = self.cleaned_data["place"].partition("-")
        return {
            "folder": Folder.objects.get(pk=folder) if folder else None,
            "phase": FolderPhase.objects.get(pk=phase) if phase else None,
            "business_type": self.types.get(self.cleaned_data["business_type"]),
        }


def initial_filing(filing: Filing | None) -> dict[str, str]:
    """Return what the form of a filing shows."""
    if filing is None:
        return {}
    phase = f"-{filing.phase_id}" if filing.phase_id else ""
    return {
        "place": f"{filing.folder_id}{phase}" if filing.folder_id else "",
        "business_type": str(filing.business_type_id),
    }


class BusinessTypeForm(forms.Form):
    label = forms.CharField(label="Intitulé", max_length=60)
    is_offered = forms.BooleanField(label="Proposé", required=False, widget=Switch, initial=True)
    mention = forms.CharField(
        label="Mention imprimée",
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": 3}),
        help_text="Au pied de ses devis et de ses factures. Vide\u00a0: aucune.",
    )
    wide = ("mention",)

    @property
    def details(self) -> BusinessTypeDetails:
        return BusinessTypeDetails(**self.cleaned_data)


class FolderTypeForm(forms.Form):
    label = forms.CharField(label="Intitulé", max_length=60)
    is_offered = forms.BooleanField(label="Proposé", required=False, widget=Switch, initial=True)
    hint = forms.CharField(label="Aide", max_length=160, required=False)
    allowed = forms.MultipleChoiceField(
        label="Types d’affaire qu’il prend",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wide = ("hint", "allowed")

    def __init__(self, *args: Any, found: FolderType | None = None, **kwargs: Any) -> None:
        taken = business_types_taken(found.pk, withdrawn=True) if found else []
        if found is not None:
            kwargs["initial"] = {
                "label": found.label,
                "hint": found.hint,
                "is_offered": found.is_offered,
                "allowed": [str(row.pk) for row in taken],
            }
        super().__init__(*args, **kwargs)
        rows: list[BusinessType] = business_types()
        rows += [row for row in taken if row not in rows]
        self.types = {str(row.pk): row for row in rows}
        offer(self, "allowed", [(pk, row.label) for pk, row in self.types.items()])

    @property
    def details(self) -> FolderTypeDetails:
        said = self.cleaned_data
        return FolderTypeDetails(
            label=said["label"],
            hint=said["hint"],
            is_offered=said["is_offered"],
            allowed=[self.types[pk] for pk in said["allowed"]],
        )
