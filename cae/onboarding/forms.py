"""What an administrator types: the same forms open a cooperative and set it later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from accounting.enums import AccountUse, ContributionBasis, ContributionMeasure
from accounting.models import ContributionRule
from accounting.queries import fitting_accounts
from accounting.rules import Bracket, Contribution
from cae.core.enums import PERSONAL_DATA_RIGHTS, LegalForm, Right, VatBasis
from cae.core.forms import ChoiceCards, DateInput, MoneyField, PercentField, Switch
from cae.core.models import Cooperative, Role
from cae.core.money import ZERO
from cae.core.periods import Month, french_month
from cae.core.workflow import ActionRefused
from cae.onboarding.identity import (
    clean_accent,
    clean_cape_mention,
    clean_naf,
    clean_siren,
    clean_siret,
    clean_slug,
)
from entrepreneurs.actions.access import OWN_RIGHTS
from entrepreneurs.identifiers import clean_bic, clean_iban

#: The months of a year by number, for a choice.
MONTHS = [(n, french_month(Month(2026, n)).split()[0]) for n in range(1, 13)]


def _checked(clean: Callable[[], str]) -> str:
    """Run a check that refuses with a sentence, and say it under the field."""
    try:
        return clean()
    except ActionRefused as refused:
        raise ValidationError(refused.message, code=refused.code) from refused


class SettingsForm(forms.Form):
    """A part of a cooperative's settings; `wide` names the fields that take the whole width."""

    wide: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, cooperative: Cooperative) -> dict[str, Any]:
        """Return what the cooperative has now, as initial values."""
        return {name: getattr(cooperative, name) for name in cls.base_fields}


class NameForm(SettingsForm):
    name = forms.CharField(label="Nom de la coopérative", max_length=120)
    legal_form = forms.ChoiceField(label="Forme juridique", choices=LegalForm.choices)
    capital = MoneyField(label="Capital social", min_value=0)
    naf = forms.CharField(label="Code NAF", max_length=6, required=False, help_text="Comme 70.22Z.")
    registry_town = forms.CharField(label="Ville du RCS", max_length=60, required=False)

    wide = ("name",)

    def clean_naf(self) -> str:
        return _checked(lambda: clean_naf(self.cleaned_data["naf"]))

    def clean_legal_form(self) -> LegalForm:
        return LegalForm(self.cleaned_data["legal_form"])


class OpeningNameForm(NameForm):
    """The first step of an opening also names the cooperative to the State and to the browser."""

    slug = forms.CharField(
        label="Adresse",
        max_length=40,
        help_text="Dans le navigateur\u00a0: /c/les-ateliers-reunis/. Elle ne changera plus.",
    )
    siren = forms.CharField(
        label="SIREN", max_length=11, widget=forms.TextInput({"inputmode": "numeric"})
    )
    siret = forms.CharField(
        label="SIRET du siège", max_length=18, widget=forms.TextInput({"inputmode": "numeric"})
    )

    field_order = ("name", "slug", "legal_form", "siren", "siret", "capital", "naf")

    def clean_slug(self) -> str:
        slug = _checked(lambda: clean_slug(self.cleaned_data["slug"]))
        if Cooperative.objects.filter(slug=slug).exists():
            raise ValidationError(
                f"L’adresse «\u00a0{slug}\u00a0» est déjà prise. Choisissez-en une autre."
            )
        return slug

    def clean_siren(self) -> str:
        return _checked(lambda: clean_siren(self.cleaned_data["siren"]))

    def clean_siret(self) -> str:
        siren = self.cleaned_data.get("siren", "")
        return _checked(lambda: clean_siret(self.cleaned_data["siret"], siren=siren))


class ContactForm(SettingsForm):
    street = forms.CharField(label="Adresse postale", max_length=120)
    postcode = forms.RegexField(
        r"^\d{5}$",
        label="Code postal",
        error_messages={"invalid": "Un code postal a cinq chiffres."},
    )
    town = forms.CharField(label="Ville", max_length=60)
    email = forms.EmailField(label="Courriel", required=False)
    phone = forms.CharField(label="Téléphone", max_length=20, required=False)
    iban = forms.CharField(label="IBAN imprimé sur les factures", max_length=42, required=False)
    bic = forms.CharField(label="BIC", max_length=11, required=False)

    wide = ("street",)

    def clean_iban(self) -> str:
        iban = self.cleaned_data["iban"]
        return _checked(lambda: clean_iban(iban)) if iban else ""


class BankAccountForm(forms.Form):
    name = forms.CharField(
        label="Nom du compte",
        max_length=60,
        help_text="Pour le reconnaître\u00a0: il n’est pas imprimé.",
    )
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="Il ne changera plus\u00a0: un compte se ferme et un autre s’ajoute.",
    )
    bic = forms.CharField(label="BIC", max_length=14, required=False)
    ledger_account = forms.ChoiceField(
        label="Compte du plan comptable",
        required=False,
        help_text="Où s’écrit ce qui y entre. Il peut changer.",
    )

    wide = ("name", "iban")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_banks(self)

    def clean_iban(self) -> str:
        return _checked(lambda: clean_iban(self.cleaned_data["iban"]))

    def clean_bic(self) -> str:
        return _checked(lambda: clean_bic(self.cleaned_data["bic"]))


class BookedAccountForm(forms.Form):
    """Where the books keep a bank account."""

    ledger_account = forms.ChoiceField(label="Compte du plan comptable", required=False)

    wide: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_banks(self)


def _offer_banks(form: forms.Form) -> None:
    field = form.fields["ledger_account"]
    assert isinstance(field, forms.ChoiceField)
    banks = fitting_accounts(AccountUse.BANK)
    field.choices = [
        ("", "La banque de chaque enseigne"),
        *((each.number, str(each)) for each in banks),
    ]


class MentionsForm(SettingsForm):
    cape_mention = forms.CharField(
        label="Documents établis sous CAPE",
        max_length=300,
        widget=forms.Textarea({"rows": 4}),
        help_text=(
            "Imprimée sous les devis et les factures d’une personne en CAPE à leur date. {personne}"
            " et {cooperative} prennent leur nom. Les documents déjà émis gardent la leur. Faites"
            " relire vos mots\u00a0: la loi demande de dire ce contrat, sans en donner le texte."
        ),
    )

    wide = ("cape_mention",)

    def clean_cape_mention(self) -> str:
        return _checked(lambda: clean_cape_mention(self.cleaned_data["cape_mention"]))


class PrivacyForm(SettingsForm):
    customer_retention_days = forms.IntegerField(
        label="Jours sans document avant d’anonymiser un particulier",
        min_value=365,
        max_value=3650,
        help_text=(
            "1\u00a0095 jours, soit trois ans, sont l’usage que retient la CNIL. Passé ce délai,"
            " l’équipe d’appui reçoit chaque nuit la liste des clients à anonymiser."
        ),
    )

    wide = ("customer_retention_days",)


class BooksForm(SettingsForm):
    fiscal_year_start = forms.TypedChoiceField(
        label="Premier mois de l’exercice", choices=MONTHS, coerce=int
    )
    vat_basis = forms.ChoiceField(
        label="Exigibilité de la TVA",
        choices=VatBasis.choices,
        widget=ChoiceCards(
            notes={
                VatBasis.CASH: "La TVA est due quand le client paie\u00a0: le cas des services.",
                VatBasis.ACCRUAL: "La TVA est due dès la facture.",
            }
        ),
    )
    payment_days = forms.IntegerField(
        label="Délai de paiement, en jours", min_value=0, max_value=60
    )
    penalty_rate = PercentField(
        label="Taux annuel des pénalités de retard", min_value=0, max_value=1
    )

    wide = ("vat_basis",)

    def clean_vat_basis(self) -> VatBasis:
        return VatBasis(self.cleaned_data["vat_basis"])


class PayrollForm(SettingsForm):
    salary_day = forms.IntegerField(
        label="Jour du virement des salaires", min_value=1, max_value=31
    )
    salary_choice_day = forms.IntegerField(
        label="Dernier jour pour choisir son salaire", min_value=1, max_value=31
    )


class SalesForm(SettingsForm):
    quotes_reviewed = forms.BooleanField(
        label="L’équipe d’appui relit les devis avant leur envoi",
        required=False,
        widget=Switch,
        help_text=(
            "Au-delà de son plafond, l’entrepreneur·e soumet son devis ; il part une fois"
            " validé. Le plafond est celui des factures : de la personne, sinon de l’enseigne."
        ),
    )
    company_directory = forms.BooleanField(
        label="Recherche dans l’annuaire public des entreprises",
        required=False,
        widget=Switch,
        help_text=(
            "La fiche d’un client se remplit d’après son nom ou son SIREN, envoyés à l’annuaire de"
            " l’État. Sans effet tant que le serveur n’en a pas l’adresse."
        ),
    )


class ReceiptsForm(SettingsForm):
    write_off_ceiling = MoneyField(
        label="Plafond des petites différences",
        min_value=Decimal(0),
        max_value=Decimal(100),
        help_text=(
            "Ce qui reste d’une facture ou d’un crédit, jusqu’à ce montant, se solde sans argent,"
            " au 658 ou au 758. 0 l’interdit."
        ),
    )

    wide = ("write_off_ceiling",)


class ExchangesForm(SettingsForm):
    internal_orders = forms.BooleanField(
        label="Commandes internes entre enseignes",
        required=False,
        widget=Switch,
        help_text=(
            "Une enseigne travaille pour une autre, ou pour la coopérative, sans facture ni TVA ni"
            " contribution. Désactivées, aucune ne s’écrit ni ne s’accepte\u00a0; celles d’avant"
            " restent."
        ),
    )


class SecurityForm(SettingsForm):
    require_second_factor = forms.BooleanField(
        label="Second facteur obligatoire pour les rôles de gestion",
        required=False,
        widget=Switch,
        help_text="Les entrepreneur·es n’y sont pas tenu·es, mais peuvent l’activer.",
    )


class ColourForm(SettingsForm):
    accent = forms.CharField(
        label="Couleur",
        max_length=7,
        widget=forms.ColorInput(
            {
                "hx-trigger": "input delay:150ms",
                "hx-target": "#apercu",
                "hx-swap": "outerHTML",
                "hx-sync": "this:replace",
            }
        ),
        help_text="Elle doit se lire sur blanc\u00a0: un contraste de 4,5 pour 1 au moins.",
    )

    def clean_accent(self) -> str:
        return _checked(lambda: clean_accent(self.cleaned_data["accent"]))


class ContributionForm(forms.Form):
    basis = forms.ChoiceField(
        label="Prélevée",
        choices=ContributionBasis.choices,
        initial=ContributionBasis.CASHED,
        widget=ChoiceCards,
    )
    measure = forms.ChoiceField(
        label="Sur",
        choices=ContributionMeasure.choices,
        initial=ContributionMeasure.TURNOVER,
    )
    floor = MoneyField(label="Plancher annuel", min_value=0, initial=ZERO)
    cap = MoneyField(label="Plafond annuel", min_value=0, required=False)
    fixed_fee = MoneyField(label="Forfait mensuel", min_value=0, initial=ZERO)

    wide = ("basis",)


class DatedContributionForm(ContributionForm):
    """A version voted by the members, from a day on."""

    label = forms.CharField(
        label="Intitulé",
        max_length=80,
        help_text="Par exemple «\u00a0Vote du 3 décembre 2026\u00a0».",
    )
    valid_from = forms.DateField(label="À partir du", widget=DateInput)

    field_order = ("label", "valid_from")


class CommonRuleForm(forms.Form):
    """From when an activity is taken what all are."""

    valid_from = forms.DateField(
        label="À partir du",
        widget=DateInput,
        help_text="Le premier jour d’un mois le plus souvent, jamais dans un mois clôturé.",
    )

    wide: tuple[str, ...] = ()


class BracketForm(forms.Form):
    above = MoneyField(label="Au-dessus de, par an", min_value=0)
    rate = PercentField(label="Taux", min_value=0, max_value=1)


class _Brackets(forms.BaseFormSet):
    def clean(self) -> None:
        starts = [bracket.above for bracket in brackets_of(self)]
        if not starts:
            raise ValidationError("Une contribution a au moins un taux. Ajoutez une ligne.")
        if starts[0] != 0:
            raise ValidationError("La première tranche commence à 0 €.")
        if starts != sorted(set(starts)):
            raise ValidationError("Les tranches vont en montant, chacune au-dessus d’un montant.")


BracketFormSet = forms.formset_factory(BracketForm, formset=_Brackets, extra=0, can_delete=True)


def brackets_of(formset: forms.BaseFormSet) -> list[Bracket]:
    """Return the typed brackets in their order, without the removed lines."""
    typed = (getattr(form, "cleaned_data", None) or {} for form in formset)
    return [
        Bracket(t["above"], t["rate"])
        for t in typed
        if not t.get("DELETE") and t.get("above") is not None and t.get("rate") is not None
    ]


def contribution_of(form: ContributionForm, brackets: forms.BaseFormSet) -> Contribution:
    """Return the rule that valid forms describe."""
    typed = form.cleaned_data
    return Contribution(
        brackets=tuple(brackets_of(brackets)),
        basis=ContributionBasis(typed["basis"]),
        measure=ContributionMeasure(typed["measure"]),
        floor=typed["floor"],
        cap=typed["cap"],
        fixed_fee=typed["fixed_fee"],
    )


def initial_contribution(rule: ContributionRule | None) -> dict[str, Any]:
    """Return the fields of the rule in force, to start the next version from."""
    if rule is None:
        return {}
    names = ("basis", "measure", "floor", "cap", "fixed_fee")
    return {name: getattr(rule, name) for name in names}


def initial_brackets(rule: ContributionRule | None) -> list[dict[str, Decimal]]:
    """Return the brackets of the rule in force, or the ten percent of most cooperatives."""
    if rule is None:
        return [{"above": ZERO, "rate": Decimal("0.10")}]
    pairs = zip(rule.thresholds, rule.rates, strict=True)
    return [{"above": above, "rate": rate.normalize()} for above, rate in pairs]


class AdministratorForm(SettingsForm):
    first_name = forms.CharField(label="Prénom", max_length=60)
    last_name = forms.CharField(label="Nom", max_length=60)
    email = forms.EmailField(
        label="Adresse électronique", help_text="L’invitation part à cette adresse."
    )

    wide = ("email",)


class InvitationForm(forms.Form):
    """Someone of the team; entrepreneurs are invited from their record."""

    first_name = forms.CharField(label="Prénom", max_length=60)
    last_name = forms.CharField(label="Nom", max_length=60)
    job = forms.CharField(label="Fonction", max_length=60, required=False)
    email = forms.EmailField(label="Adresse électronique")
    role: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Rôle", queryset=None, empty_label=None
    )

    wide = ("role",)

    def __init__(self, *args: Any, cooperative: Cooperative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = cooperative.roles.filter(own_only=False)  # type: ignore[attr-defined]


class PlaceRoleForm(forms.Form):
    role: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Rôle", queryset=None, empty_label=None
    )

    wide = ("role",)

    def __init__(self, *args: Any, roles: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = roles  # type: ignore[attr-defined]


#: How rights are grouped on screen; one that is nowhere else is the cooperative's work.
_LIFE = (Right.STEER, Right.SEE_MEMBERS, Right.SEE_ASSEMBLIES)
_SETTINGS = (Right.CONFIGURE, Right.INVITE, Right.SEE_AUDIT)


def right_groups() -> list[tuple[str, list[Right]]]:
    """Return every right once, under the heading a person reads."""
    placed = {*OWN_RIGHTS, *_LIFE, *_SETTINGS}
    return [
        ("Sa propre activité", [right for right in Right if right in OWN_RIGHTS]),
        ("Le travail de la coopérative", [right for right in Right if right not in placed]),
        ("La vie coopérative", list(_LIFE)),
        ("Les réglages", list(_SETTINGS)),
    ]


class RoleForm(forms.Form):
    label = forms.CharField(label="Nom du rôle", max_length=60)
    rights = forms.TypedMultipleChoiceField(
        label="Ce que ce rôle permet",
        choices=[
            (
                group,
                [
                    (
                        right.value,
                        f"{right.label} · données personnelles"
                        if right in PERSONAL_DATA_RIGHTS
                        else right.label,
                    )
                    for right in rights
                ],
            )
            for group, rights in right_groups()
        ],
        coerce=Right,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un droit."},
    )

    wide = ("label", "rights")

    @staticmethod
    def of(role: Role) -> dict[str, Any]:
        return {"label": role.label, "rights": role.rights}


def first_of_next_month(day: date) -> date:
    """Return the first day of the next month: when a new rule most often begins."""
    return Month.of(day).next().first_day
