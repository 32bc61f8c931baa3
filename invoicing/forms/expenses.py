"""What a person types about an expense or a journey."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from cae.core.forms import DateInput, FileDrop, MoneyField, NumberField, PercentField, Switch
from entrepreneurs.models import Activity
from invoicing.enums import ExpenseKind, Vehicle
from invoicing.models import ExpenseType

LONGEST_REASON = 1000


class _OfActivity(forms.Form):
    """A form about one of the person's activities; unasked when there is one only."""

    activity: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Enseigne", empty_label=None
    )

    def __init__(self, *args: Any, activities: list[Activity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["activity"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Activity.objects.filter(pk__in=[a.pk for a in activities])
        if activities:
            field.initial = activities[0].pk
        if len(activities) == 1:
            field.widget = forms.HiddenInput()


class ExpenseForm(_OfActivity):
    voucher = forms.FileField(
        label="Justificatif",
        required=False,
        widget=FileDrop(
            {"capture": "environment"}, invitation="Glissez un ticket ou prenez-le en photo"
        ),
    )
    expense_type: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Type de dépense", empty_label=None
    )
    spent_on = forms.DateField(label="Date", widget=DateInput)
    label = forms.CharField(label="Fournisseur ou motif", max_length=160)
    paid = MoneyField(label="Montant payé, TVA comprise", min_value=Decimal("0.01"))
    paid_vat = MoneyField(
        label="dont TVA",
        min_value=Decimal(0),
        required=False,
        help_text="Celle du ticket. Laissez vide s’il n’y en a pas.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, ExpenseKind.EXPENSE)


class JourneyForm(_OfActivity):
    expense_type: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Type de trajet", empty_label=None
    )
    spent_on = forms.DateField(label="Date", widget=DateInput)
    label = forms.CharField(label="Motif", max_length=160)
    origin = forms.CharField(label="Départ", max_length=80, required=False)
    destination = forms.CharField(label="Arrivée", max_length=80, required=False)
    distance = NumberField(
        label="Distance en km", decimal_places=1, max_digits=6, min_value=Decimal("0.1")
    )
    vehicle = forms.ChoiceField(label="Véhicule", choices=Vehicle.choices)
    power = forms.IntegerField(
        label="Puissance fiscale", min_value=1, max_value=30, help_text="En chevaux, carte grise."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, ExpenseKind.MILEAGE)


class VoucherForm(forms.Form):
    voucher = forms.FileField(
        label="Justificatif",
        widget=FileDrop(
            {"capture": "environment"}, invitation="Glissez un ticket ou prenez-le en photo"
        ),
    )


class ReasonForm(forms.Form):
    """Why something is refused: the person reads it."""

    reason = forms.CharField(
        label="Que faut-il corriger\u00a0?",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text="L’entrepreneur·e le lira sur sa page et par courriel.",
    )


def _offer(form: forms.Form, kind: ExpenseKind) -> None:
    field = form.fields["expense_type"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = ExpenseType.objects.filter(kind=kind, is_offered=True)


class ExpenseTypeForm(forms.Form):
    """A kind of expense, as who keeps the books sets it."""

    label = forms.CharField(label="Intitulé", max_length=60)
    account = forms.ChoiceField(
        label="Compte", help_text="Celui des notes approuvées à partir de maintenant."
    )
    deductible_share = PercentField(
        label="TVA déduite",
        min_value=0,
        max_value=1,
        help_text=(
            "De la TVA du ticket. 0 pour l’hôtel et le transport de personnes, 80 pour le"
            " carburant d’une voiture (CGI ann. II art. 206, IV, 2)."
        ),
    )
    reimbursed_share = PercentField(
        label="Part remboursée",
        min_value=0,
        max_value=1,
        help_text="50 pour un téléphone à moitié personnel.",
    )
    hint = forms.CharField(
        label="Aide affichée", max_length=160, required=False, help_text="Sous le type choisi."
    )
    is_offered = forms.BooleanField(label="Proposé à la saisie", required=False, widget=Switch)

    def __init__(
        self, *args: Any, kind: ExpenseType, accounts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {name: getattr(kind, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        known = accounts
        if kind.account not in dict(accounts):
            known = [(kind.account, ""), *accounts]
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(number, f"{number} {label}".strip()) for number, label in known]
