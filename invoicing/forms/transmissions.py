"""The deposit of invoices: how it is done, and what a platform answered."""

from __future__ import annotations

from typing import Any

from django import forms

from cae.core.forms import ChoiceCards, DateInput
from invoicing.enums import TransmissionRoute, TransmissionStatus
from invoicing.rules.transmissions import known_reasons, offered_after

_NOTES: dict[str, str] = {
    TransmissionRoute.NONE: "Rien n’est préparé.",
    TransmissionRoute.MANUAL: "Les fichiers du jour se téléchargent, la réponse se note ici.",
    TransmissionRoute.API: "Alvéole envoie et lit les réponses, par le profil de sa documentation.",
}


class DepositsForm(forms.Form):
    """How invoices are deposited for one target."""

    route = forms.ChoiceField(
        label="Dépôt", choices=TransmissionRoute.choices, widget=ChoiceCards(notes=_NOTES)
    )
    name = forms.CharField(
        label="Nom de la plateforme",
        max_length=80,
        required=False,
        help_text="Celui de votre contrat, pour que l’équipe sache où aller.",
    )
    url = forms.URLField(
        label="Adresse de l’API",
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text="Pour un dépôt par une API seulement, comme les deux champs suivants.",
    )
    login = forms.CharField(label="Identifiant", max_length=120, required=False)
    secret = forms.CharField(
        label="Mot de passe",
        max_length=400,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Gardé chiffré, jamais montré. Vide : celui qui est gardé ne change pas.",
    )
    since = forms.DateField(
        label="Factures émises depuis le",
        required=False,
        widget=DateInput,
        help_text="Le jour de votre obligation d’émettre\u00a0: 1er septembre 2026 pour une grande "
        "entreprise ou une ETI, 1er septembre 2027 pour les autres. À confirmer avec votre "
        "expert-comptable.",
    )


class ChorusDepositsForm(DepositsForm):
    """The same for public bodies, with what Chorus Pro may ask for."""

    needs_service = forms.BooleanField(
        label="Prévenir quand le code service manque",
        required=False,
    )
    needs_commitment = forms.BooleanField(
        label="Prévenir quand le numéro d’engagement manque",
        required=False,
        help_text="Chaque administration choisit ce qu’elle exige\u00a0: l’annuaire de Chorus Pro "
        "le dit.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]
        self.fields["since"].help_text = (
            "Les factures aux administrations y passent toutes\u00a0: mettez le jour où vous "
            "commencez à les suivre ici."
        )


class AnswerForm(forms.Form):
    """What a person read on the platform."""

    code = forms.ChoiceField(label="État")
    on = forms.DateField(label="Le", widget=DateInput)
    reason = forms.ChoiceField(label="Motif", required=False)
    note = forms.CharField(label="Précision", max_length=400, required=False)
    reference = forms.CharField(label="Référence de la plateforme", max_length=80, required=False)

    def __init__(self, *args: Any, after: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes, reasons = self.fields["code"], self.fields["reason"]
        assert isinstance(codes, forms.ChoiceField)
        assert isinstance(reasons, forms.ChoiceField)
        codes.choices = [(code.value, _with_code(code)) for code in offered_after(after)]
        reasons.choices = [("", "Aucun"), *known_reasons()]


class AsideForm(forms.Form):
    """Why an invoice is not deposited."""

    note = forms.CharField(label="Pourquoi", max_length=400)


class DepositedForm(forms.Form):
    """The day the chosen invoices were deposited."""

    on = forms.DateField(label="Déposées le", widget=DateInput)


def _with_code(status: TransmissionStatus) -> str:
    return f"{status.label} ({status.value})"
