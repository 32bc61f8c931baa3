"""What is said of the retention of works: agreed, accepted, opposed, released."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from cae.core.forms import ChoiceCards, DateInput, PercentField
from invoicing.enums import ReleaseCause
from invoicing.rules.retentions import MOST


class AgreedForm(forms.Form):
    rate = PercentField(
        label="Retenue de garantie",
        required=False,
        min_value=Decimal(0),
        max_value=MOST,
        help_text="De chaque facture de travaux, TTC. La loi la limite à 5\u00a0%.",
        error_messages={
            "max_value": (
                "La loi limite la retenue de garantie à 5\u00a0%% (loi 71-584). Réduisez-la."
            )
        },
    )

    def clean_rate(self) -> Decimal:
        return self.cleaned_data["rate"] or Decimal(0)


class AcceptedWorksForm(forms.Form):
    on = forms.DateField(
        label="Réception des travaux",
        widget=DateInput,
        help_text="La date du procès-verbal signé par le client.",
    )


class OppositionForm(forms.Form):
    on = forms.DateField(label="Courrier reçu le", widget=DateInput)
    reason = forms.CharField(
        label="Ce que le client reproche", max_length=400, widget=forms.Textarea({"rows": 3})
    )


class ReleaseForm(forms.Form):
    cause = forms.ChoiceField(
        label="Pourquoi",
        choices=[
            (ReleaseCause.AGREED, "Mainlevée du client"),
            (ReleaseCause.GUARANTEE, "Caution bancaire"),
            (ReleaseCause.TERM, "Un an écoulé sans opposition"),
        ],
        widget=ChoiceCards(
            notes={
                ReleaseCause.AGREED: "Il accepte de payer avant le terme, ou lève ses réserves.",
                ReleaseCause.GUARANTEE: "Une banque garantit la même somme à sa place.",
                ReleaseCause.TERM: "Un an après la réception, la loi suffit.",
            }
        ),
        initial=ReleaseCause.AGREED,
    )
    on = forms.DateField(label="Libérée le", widget=DateInput)
    guarantor = forms.CharField(
        label="Banque",
        max_length=120,
        required=False,
        help_text="Pour une caution\u00a0: l’établissement qui la donne.",
    )
    reference = forms.CharField(label="Référence de la caution", max_length=80, required=False)
