"""The form of a customer: it asks what their kind needs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cae.core.forms import ChoiceCards
from cae.core.workflow import ActionRefused
from entrepreneurs.identifiers import clean_iban
from invoicing.enums import CustomerKind
from invoicing.models import Customer
from invoicing.rules.companies import Company
from invoicing.rules.countries import COUNTRIES
from invoicing.rules.endpoints import read_endpoint
from invoicing.rules.identifiers import (
    check_vat_of,
    read_naf,
    read_siren,
    read_siret,
    read_vat_number,
)

DELAYS = [
    ("0", "À réception"),
    ("15", "15 jours"),
    ("30", "30 jours"),
    ("45", "45 jours"),
    ("60", "60 jours"),
]
_CHORUS = ("chorus_service", "chorus_commitment")
#: What each kind is not asked.
_NOT_ASKED = {
    CustomerKind.COMPANY: _CHORUS,
    CustomerKind.PUBLIC: (),
    CustomerKind.INDIVIDUAL: (
        "siret",
        "vat_number",
        "legal_form",
        "naf",
        "endpoint",
        "contact",
        *_CHORUS,
    ),
    CustomerKind.FOREIGN: ("siret", "naf", "endpoint", *_CHORUS),
}
_KIND_NOTES: dict[str, str] = {
    CustomerKind.COMPANY: "Avec un SIREN.",
    CustomerKind.PUBLIC: "Mairie, école, hôpital\u00a0: Chorus Pro.",
    CustomerKind.INDIVIDUAL: "Une personne, pour elle-même.",
    CustomerKind.FOREIGN: "Établi hors de France.",
}

#: Which field a refused action is about.
_FIELD_OF = {
    "bad_siret": "siret",
    "bad_siren": "siret",
    "siret_twice": "siret",
    "individual_with_siren": "siret",
    "bad_vat_number": "vat_number",
    "bad_naf": "naf",
    "bad_endpoint": "endpoint",
    "invalid_iban": "iban",
    "holder_missing": "iban_holder",
    "foreign_in_france": "country",
    "maybe_known": "another",
}


def field_of(refusal: ActionRefused) -> str | None:
    """Return the field of a customer that a refusal is about, if it is about one."""
    return _FIELD_OF.get(refusal.code)


def text(label: str, length: int, *, required: bool = False, help_text: str = "", **attrs: Any):
    """Return a field of one line."""
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs),
    )


class CustomerForm(forms.Form):
    """A customer, on its own page or inside a quote.

    Made for the kind that was posted, or for that of `initial`: the others' fields are left out.
    """

    kind = forms.ChoiceField(label="Type", choices=CustomerKind.choices)
    name = text("Nom", 160, required=True, autocomplete="organization")
    siret = forms.CharField(
        label="SIRET",
        max_length=20,
        required=False,
        help_text="14 chiffres\u00a0; le SIREN seul, 9 chiffres, suffit.",
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    vat_number = text("Numéro de TVA", 20)
    legal_form = text("Forme juridique", 80)
    naf = text("Code d’activité (NAF)", 8, help_text="Par exemple 62.01Z.", spellcheck="false")
    contact = text("Interlocuteur", 120, autocomplete="name")
    email = forms.EmailField(
        label="Courriel", required=False, help_text="Pour lui envoyer devis et factures."
    )
    billing_email = forms.EmailField(
        label="Courriel de facturation", required=False, help_text="S’il diffère du premier."
    )
    phone = text("Téléphone", 20, inputmode="tel")
    street = text("Adresse", 120, autocomplete="street-address")
    complement = text("Complément", 120)
    postcode = text("Code postal", 12, autocomplete="postal-code")
    town = text("Ville", 60, autocomplete="address-level2")
    country = forms.ChoiceField(label="Pays", choices=COUNTRIES, initial="FR")
    delivery_street = text("Adresse de livraison", 120)
    delivery_complement = text("Complément de livraison", 120)
    delivery_postcode = text("Code postal de livraison", 12)
    delivery_town = text("Ville de livraison", 60)
    delivery_country = forms.ChoiceField(
        label="Pays de livraison", required=False, choices=[("", "Le même"), *COUNTRIES]
    )
    endpoint = text(
        "Adresse de facturation électronique",
        125,
        help_text="Vide\u00a0: son SIREN. Sinon SIREN_SIRET ou SIREN_SUFFIXE, comme il l’indique.",
        spellcheck="false",
    )
    chorus_service = text("Code service Chorus Pro", 100)
    chorus_commitment = text(
        "Numéro d’engagement", 50, help_text="Proposé sur ses factures\u00a0; il figure sur le bon."
    )
    payment_days = forms.TypedChoiceField(
        label="Délai de paiement",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Celui de la coopérative"), *DELAYS],
    )
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        required=False,
        help_text="Pour le rembourser ou le prélever\u00a0; chiffré.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    iban_holder = text("Titulaire du compte", 120, autocomplete="off")
    another = forms.BooleanField(label="C’est bien un autre client", required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *args: Any,
        cards: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.known = False
        kind = self._kind(data)
        for name in _NOT_ASKED[kind]:
            del self.fields[name]
        if kind == CustomerKind.INDIVIDUAL:
            self.fields["name"].label = "Nom et prénom"
            self.fields["name"].widget.attrs["autocomplete"] = "name"
        if kind == CustomerKind.FOREIGN:
            country = self.fields["country"]
            assert isinstance(country, forms.ChoiceField)
            country.choices = [("", "Choisissez"), *COUNTRIES[1:]]
            country.initial = ""
        if cards:
            self.fields["kind"].widget = ChoiceCards(
                choices=CustomerKind.choices, notes=_KIND_NOTES
            )

    def _kind(self, data: Mapping[str, Any] | None) -> CustomerKind:
        said = data.get(self.add_prefix("kind")) if data is not None else self.initial.get("kind")
        return CustomerKind(said) if said in CustomerKind.values else CustomerKind.COMPANY

    def clean_siret(self) -> str:
        """A SIREN alone is accepted: nine digits say who, not where."""
        typed = self.cleaned_data["siret"]
        reads: Callable[[str], str] = (
            read_siren if len([c for c in typed if c.isdigit()]) <= 10 else read_siret
        )
        return _read(reads, typed)

    def clean_vat_number(self) -> str:
        number = _read(read_vat_number, self.cleaned_data["vat_number"])
        return _checked(lambda: check_vat_of(number, siren=self._siren)) or number

    def clean_naf(self) -> str:
        return _read(read_naf, self.cleaned_data["naf"])

    def clean_endpoint(self) -> str:
        return _read(lambda t: read_endpoint(t, siren=self._siren), self.cleaned_data["endpoint"])

    def clean_iban(self) -> str:
        try:
            return clean_iban(self.cleaned_data["iban"]) if self.cleaned_data["iban"] else ""
        except ActionRefused as refusal:
            raise ValidationError(refusal.message, code="invalid") from refusal

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("iban") and not data.get("iban_holder"):
            self.add_error(
                "iban_holder", "Écrivez le nom exact du titulaire\u00a0: les banques le vérifient."
            )
        return data

    @property
    def _siren(self) -> str:
        return self.cleaned_data.get("siret", "")[:9]

    @property
    def has_delivery(self) -> bool:
        """Whether the fields of another address are shown at once."""
        names = [name for name in self.fields if name.startswith("delivery_")]
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def is_another(self) -> bool:
        """Whether the person said that it is not the customer it looks like."""
        return self.cleaned_data["another"]

    @property
    def details(self) -> dict[str, Any]:
        """The columns of the customer: empty where their kind is not asked."""
        unasked = dict.fromkeys(_NOT_ASKED[self._kind(self.data)], "")
        details = {**unasked, **self.cleaned_data}
        del details["another"]
        siret = details["siret"]
        if len(siret) == 9:
            return details | {"siren": siret, "siret": ""}
        return details | {"siren": siret[:9]}

    @staticmethod
    def initial_of(customer: Customer) -> dict[str, Any]:
        columns = [name for name in CustomerForm.base_fields if name != "another"]
        initial = {name: getattr(customer, name) for name in columns}
        return initial | {
            "siret": customer.siret or customer.siren,
            "payment_days": "" if customer.payment_days is None else customer.payment_days,
        }

    @staticmethod
    def filled_from(company: Company) -> dict[str, Any]:
        """The fields that the public directory knows of a company: what it leaves out stays."""
        known = {
            "name": company.name,
            "siret": company.siret or company.siren,
            "vat_number": company.vat_number,
            "legal_form": company.legal_form,
            "naf": company.naf,
            "street": company.street,
            "complement": company.complement,
            "postcode": company.postcode,
            "town": company.town,
        }
        kind = CustomerKind.PUBLIC if company.is_public else CustomerKind.COMPANY
        found = {name: value for name, value in known.items() if value}
        return found | {"kind": kind.value, "country": "FR"}


class MemoForm(forms.Form):
    """A memo on a record."""

    text = forms.CharField(label="Mémo", max_length=4000, widget=forms.Textarea({"rows": 3}))
    is_pinned = forms.BooleanField(label="Épingler en haut", required=False)
    is_private = forms.BooleanField(
        label="Réservé à l’équipe d’appui",
        required=False,
        help_text="L’entrepreneur·e ne le verra pas.",
    )


def _read(read: Callable[[str], str], typed: str) -> str:
    return _checked(lambda: read(typed)) if typed.strip() else ""


def _checked(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from error
