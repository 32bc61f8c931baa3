"""What is typed about people, their contracts and their activities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from cae.core.forms import DateInput, FileDrop, MoneyField, NumberField, PercentField
from cae.core.models import User
from cae.core.money import ZERO
from cae.core.periods import numeric_date
from cae.core.workflow import ActionRefused
from entrepreneurs import rules
from entrepreneurs.actions.cards import Card
from entrepreneurs.actions.insurances import Policy
from entrepreneurs.enums import ContractEnd, ContractKind, StepKind
from entrepreneurs.identifiers import clean_iban, clean_nir
from entrepreneurs.models import (
    Activity,
    BankAccount,
    Branch,
    ContractType,
    Entrepreneur,
    StaffMember,
)


def _checked(clean: Callable[[str], str], text: str) -> str:
    """Run a check that refuses with a sentence, and say it under the field."""
    try:
        return clean(text) if text else ""
    except ActionRefused as refused:
        raise ValidationError(refused.message, code=refused.code) from refused


class InsuranceForm(forms.Form):
    """What a certificate of ten-year insurance says."""

    insurer = forms.CharField(label="Assureur", max_length=120)
    policy_number = forms.CharField(label="Numéro de contrat", max_length=60)
    contact = forms.CharField(
        label="Coordonnées de l’assureur",
        max_length=200,
        help_text="Adresse, téléphone ou courriel\u00a0: ils sont imprimés.",
    )
    territory = forms.CharField(
        label="Couverture géographique", max_length=120, initial="France métropolitaine"
    )
    valid_from = forms.DateField(label="Valable du", widget=DateInput)
    valid_to = forms.DateField(label="au", widget=DateInput)
    certificate = forms.FileField(
        label="Attestation de l’assureur",
        widget=FileDrop,
        error_messages={"required": "Joignez l’attestation\u00a0: elle seule prouve l’assurance."},
    )
    wide = ("contact", "certificate")

    @property
    def policy(self) -> Policy:
        kept = {name: value for name, value in self.cleaned_data.items() if name != "certificate"}
        return Policy(**kept)


class PersonForm(forms.Form):
    first_name = forms.CharField(label="Prénom", max_length=60)
    last_name = forms.CharField(label="Nom", max_length=60)
    email = forms.EmailField(label="Adresse électronique")
    phone = forms.CharField(
        label="Téléphone",
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    street = forms.CharField(label="Adresse postale", max_length=120, required=False)
    postcode = forms.CharField(label="Code postal", max_length=10, required=False)
    town = forms.CharField(label="Ville", max_length=60, required=False)
    birth_date = forms.DateField(
        label="Date de naissance",
        required=False,
        widget=DateInput,
        help_text="Nécessaire pour un CESA.",
    )
    nir = forms.CharField(
        label="Numéro de sécurité sociale",
        required=False,
        help_text="Quinze chiffres. Conservé chiffré.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    adviser: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Accompagnateur·rice", queryset=None, required=False
    )

    wide: ClassVar[tuple[str, ...]] = ("street",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adviser"].queryset = StaffMember.objects.all()  # type: ignore[attr-defined]

    def clean_nir(self) -> str:
        return _checked(clean_nir, self.cleaned_data["nir"])

    @property
    def identity(self) -> dict[str, Any]:
        """What `update_person` takes."""
        return {k: v for k, v in self.cleaned_data.items() if k in _IDENTITY}


_IDENTITY = frozenset(PersonForm.base_fields) - {"nir", "adviser"}


class NewPersonForm(PersonForm):
    knowingly = forms.BooleanField(
        label="C’est une autre personne que celle déjà enregistrée", required=False
    )

    wide = ("street", "knowingly")

    def ask_to_confirm(self) -> None:
        """Offer to open the record all the same: shown once a twin was found."""
        self.fields["knowingly"].widget = forms.CheckboxInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.data.get("knowingly"):
            self.fields["knowingly"].widget = forms.HiddenInput()


class EditPersonForm(PersonForm):
    withholding_rate = PercentField(
        label="Taux du prélèvement à la source",
        required=False,
        min_value=0,
        max_value=rules.HIGHEST_WITHHOLDING,
        decimal_places=2,
        help_text="Sans taux personnel, le taux neutre s’applique.",
    )

    def __init__(self, *args: Any, person: Entrepreneur, **kwargs: Any) -> None:
        initial = {name: getattr(person, name) for name in _IDENTITY}
        initial |= {
            "nir": person.nir,
            "adviser": person.adviser_id,
            "withholding_rate": person.withholding_rate,
        }
        super().__init__(*args, initial=initial, **kwargs)


class IbanForm(forms.Form):
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        help_text="Recopié depuis un relevé d’identité bancaire. Conservé chiffré.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    holder = forms.CharField(label="Titulaire du compte", max_length=120)

    wide = ("iban", "holder")

    def clean_iban(self) -> str:
        return _checked(clean_iban, self.cleaned_data["iban"])


class ContractForm(forms.Form):
    """The terms of one kind of contract; the fields that make no sense for it are left out."""

    starts_on = forms.DateField(label="Premier jour", widget=DateInput)
    ends_on = forms.DateField(label="Dernier jour", widget=DateInput)
    trial_ends_on = forms.DateField(
        label="Fin de la période d’essai", required=False, widget=DateInput
    )
    fixed_part = MoneyField(
        label="Part fixe, brut par mois",
        min_value=0,
        max_value=rules.HIGHEST_FIXED_PART,
        help_text="Versée chaque mois, en euros.",
    )
    signed_on = forms.DateField(label="Signé le", required=False, widget=DateInput)

    wide: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        *args: Any,
        kind: ContractKind,
        proposed: ContractType | None,
        earlier: list[rules.Terms],
        on: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        start = max((c.ends_on + timedelta(days=1) for c in earlier if c.ends_on), default=on)
        self.fields["starts_on"].initial = start
        if kind in (ContractKind.CESA, ContractKind.CDI):
            del self.fields["ends_on"]
        else:
            months = (proposed and proposed.months) or rules.CAPE_MONTHS
            self.fields["ends_on"].initial = rules.term(start, months=months)
        if kind == ContractKind.CAPE:
            del self.fields["trial_ends_on"], self.fields["fixed_part"]
            return
        if proposed is not None:
            self.fields["fixed_part"].initial = proposed.fixed_part
        if kind == ContractKind.CESA:
            latest = rules.latest_trial_end(start, earlier)
            trial = self.fields["trial_ends_on"]
            if latest >= start:
                trial.help_text = (
                    f"Jusqu’au {numeric_date(latest)} au plus\u00a0: huit mois moins le temps "
                    "passé en CAPE."
                )
            else:
                trial.help_text = "Aucune\u00a0: le CAPE a duré huit mois."

    @property
    def terms(self) -> dict[str, Any]:
        """What `add_contract` takes, fields left out at their nothing."""
        given = {"ends_on": None, "trial_ends_on": None, "fixed_part": ZERO, "signed_on": None}
        return given | self.cleaned_data | {"kind": self.kind}


class EndContractForm(forms.Form):
    ends_on = forms.DateField(label="Dernier jour", widget=DateInput)
    reason = forms.ChoiceField(label="Motif", choices=ContractEnd.choices)

    wide: ClassVar[tuple[str, ...]] = ()


class StepForm(forms.Form):
    kind = forms.ChoiceField(
        label="Étape", choices=[(step.value, step.label) for step in rules.FREE_STEPS]
    )
    day = forms.DateField(label="Le", widget=DateInput)
    note = forms.CharField(label="Précision", max_length=200, required=False)

    wide = ("note",)

    def clean_kind(self) -> StepKind:
        return StepKind(self.cleaned_data["kind"])


class ExitForm(forms.Form):
    day = forms.DateField(label="Dernier jour", widget=DateInput)
    reason = forms.ChoiceField(label="Motif", choices=ContractEnd.choices)
    note = forms.CharField(label="Précision", max_length=200, required=False)

    wide = ("note",)

    def clean_reason(self) -> ContractEnd:
        return ContractEnd(self.cleaned_data["reason"])


class ActivityForm(forms.Form):
    name = forms.CharField(label="Nom de l’enseigne", max_length=80)
    trade = forms.CharField(label="Métier", max_length=80, required=False)
    code = forms.CharField(
        label="Code analytique",
        max_length=12,
        required=False,
        help_text="Laissez vide pour le suivant de la série.",
    )
    opened_on = forms.DateField(label="Ouverte le", widget=DateInput)

    wide: ClassVar[tuple[str, ...]] = ()


class CardForm(forms.Form):
    """The card of an activity; who does not choose its account or its branch is not asked."""

    purpose = forms.CharField(
        label="Ce que vous proposez",
        max_length=160,
        required=False,
        help_text="Une phrase, imprimée sous le nom de l’enseigne.",
    )
    street = forms.CharField(label="Adresse", max_length=120, required=False)
    postcode = forms.CharField(label="Code postal", max_length=10, required=False)
    town = forms.CharField(label="Ville", max_length=60, required=False)
    email = forms.EmailField(
        label="Courriel",
        required=False,
        help_text="Vide\u00a0: celui de la personne qui porte l’enseigne.",
    )
    phone = forms.CharField(
        label="Téléphone",
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
        help_text="Vide\u00a0: celui de la personne qui porte l’enseigne.",
    )
    website = forms.CharField(
        label="Site",
        max_length=200,
        required=False,
        widget=forms.TextInput({"inputmode": "url"}),
    )
    logo = forms.FileField(
        label="Logo",
        required=False,
        widget=FileDrop(
            {"accept": "image/png,image/jpeg,image/webp"},
            invitation="Glissez un logo ou choisissez-le",
            note="PNG ou JPG, 2 Mo au plus",
        ),
    )
    without_logo = forms.BooleanField(label="Retirer le logo", required=False)
    account: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Compte bancaire imprimé",
        queryset=None,
        required=False,
        help_text="Où les clients de cette enseigne versent ce qu’ils doivent.",
    )

    branch: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Antenne",
        queryset=None,
        required=False,
        help_text="Où la coopérative accompagne cette enseigne. Elle n’est pas imprimée.",
    )

    wide: ClassVar[tuple[str, ...]] = ("purpose", "street", "logo", "account", "branch")

    def __init__(
        self,
        *args: Any,
        activity: Activity,
        may_choose_account: bool,
        may_choose_branch: bool,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = asdict(Card.of(activity)) | {
            "account": activity.bank_account_id,
            "branch": activity.branch_id,
        }
        super().__init__(*args, **kwargs)
        if activity.logo_id is None:
            del self.fields["without_logo"]
        if may_choose_account:
            account: Any = self.fields["account"]
            account.queryset = BankAccount.objects.filter(closed_on=None)
            account.empty_label = "Celui des réglages de la coopérative"
        else:
            del self.fields["account"]
        self._offer_branches(activity, may_choose_branch)

    def _offer_branches(self, activity: Activity, may_choose: bool) -> None:
        """Those in service and its own; a cooperative without any is not asked."""
        offered = Branch.objects.filter(Q(is_archived=False) | Q(pk=activity.branch_id))
        if may_choose and offered.exists():
            branch: Any = self.fields["branch"]
            branch.queryset = offered
            branch.empty_label = "Aucune en particulier"
        else:
            del self.fields["branch"]

    @property
    def card(self) -> Card:
        return Card(**{name: self.cleaned_data[name] for name in Card.__dataclass_fields__})


class CeilingForm(forms.Form):
    ceiling = MoneyField(
        label="Plafond hors taxes",
        min_value=0,
        help_text="En dessous, la facture part sans validation. 0 pour tout valider.",
    )

    wide: ClassVar[tuple[str, ...]] = ()


class PersonCeilingForm(forms.Form):
    ceiling = MoneyField(
        label="Plafond hors taxes",
        min_value=0,
        required=False,
        help_text=(
            "Vaut pour toutes ses enseignes. Vide\u00a0: celui de chaque enseigne. "
            "0 pour tout valider."
        ),
    )

    wide: ClassVar[tuple[str, ...]] = ()


class ReserveForm(forms.Form):
    reserve = MoneyField(
        label="Réserve",
        min_value=0,
        help_text="Ce que vous gardez sur l’activité\u00a0: ce montant ne part pas en salaire.",
    )

    wide: ClassVar[tuple[str, ...]] = ()


class PartForm(forms.Form):
    """One person's part in a sharing key."""

    person: forms.ModelChoiceField = forms.ModelChoiceField(label="Personne", queryset=None)
    share = NumberField(label="Part", decimal_places=4, max_digits=9, min_value=Decimal("0.0001"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Entrepreneur.objects.all()  # type: ignore[attr-defined]


class _Parts(forms.BaseFormSet):
    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            typed = getattr(form, "cleaned_data", {})
            person = typed.get("person")
            if person is None or typed.get("DELETE"):
                continue
            if person in seen:
                raise ValidationError(f"{person.full_name} figure deux fois dans la clé.")
            seen.add(person)


PartFormSet = forms.formset_factory(PartForm, formset=_Parts, extra=1, can_delete=True)


def shares_of(parts: forms.BaseFormSet[PartForm]) -> dict[Entrepreneur, Decimal]:
    """Return the key a valid formset holds, without the removed lines."""
    typed = (form.cleaned_data for form in parts)
    return {t["person"]: t["share"] for t in typed if t and not t.get("DELETE")}


class SharingForm(forms.Form):
    on = forms.DateField(label="À partir du", widget=DateInput)

    wide: ClassVar[tuple[str, ...]] = ()


class JoinForm(forms.Form):
    """A new login chooses its password."""

    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="Douze caractères au moins\u00a0: une phrase se retient mieux.",
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, user=User(email=self.email))
        return password
