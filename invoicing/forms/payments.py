"""Money received, money given back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from cae.core.forms import ChoiceCards, DateInput, MoneyField
from invoicing.enums import RECEIVED_BY
from invoicing.models import Settlement


class PaymentForm(forms.Form):
    amount = MoneyField(label="Montant reçu", min_value=Decimal("0.01"))
    received_on = forms.DateField(label="Reçu le", widget=DateInput)
    means = forms.ChoiceField(label="Moyen", choices=RECEIVED_BY)
    reference = forms.CharField(
        label="Référence", max_length=80, required=False, help_text="Celle du relevé ou du chèque."
    )

    keeps_surplus = forms.BooleanField(
        label="Garder le surplus en crédit du client",
        required=False,
        help_text="Ce qui dépasse la facture servira à une autre, ou sera rendu.",
    )


class ReceiptForm(forms.Form):
    """What a customer paid, and what it settles: by itself, by hand, or nothing yet."""

    OLDEST, CHOSEN, NOTHING = "oldest", "chosen", "nothing"
    amount = MoneyField(label="Montant reçu", min_value=Decimal("0.01"))
    received_on = forms.DateField(label="Reçu le", widget=DateInput)
    means = forms.ChoiceField(label="Moyen", choices=RECEIVED_BY)
    reference = forms.CharField(
        label="Référence", max_length=80, required=False, help_text="Celle du relevé ou du chèque."
    )
    spread = forms.ChoiceField(
        label="Ce que ce règlement solde",
        choices=[
            (OLDEST, "Les plus anciennes factures"),
            (CHOSEN, "Les montants que j’écris"),
            (NOTHING, "Rien encore"),
        ],
        widget=ChoiceCards(
            notes={
                OLDEST: "L’échéance la plus ancienne d’abord ; le surplus reste en crédit.",
                CHOSEN: "À côté de chaque facture, ci-dessous.",
                NOTHING: "Une avance : toute la somme reste en crédit du client.",
            }
        ),
        initial=OLDEST,
    )

    def __init__(self, *args: Any, due: Sequence[Settlement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due = due
        if not due:
            self.fields["spread"].initial = self.NOTHING
        for settlement in due:
            self.fields[self._name(settlement)] = MoneyField(
                label=f"Part de {settlement.invoice.number}",
                required=False,
                min_value=Decimal("0.01"),
            )

    @property
    def rows(self) -> list[tuple[Settlement, forms.BoundField]]:
        """Each open invoice with the field of its part."""
        return [(settlement, self[self._name(settlement)]) for settlement in self.due]

    @property
    def values(self) -> dict[str, Any]:
        """What `receive_payment` takes."""
        data = self.cleaned_data
        parts: dict[int, Decimal] | None = {}
        if data["spread"] == self.OLDEST:
            parts = None
        elif data["spread"] == self.CHOSEN:
            parts = {
                settlement.invoice_id: part
                for settlement in self.due
                if (part := data.get(self._name(settlement)))
            }
        kept = ("amount", "received_on", "means", "reference")
        return {name: data[name] for name in kept} | {"parts": parts}

    @staticmethod
    def _name(settlement: Settlement) -> str:
        return f"part_{settlement.invoice_id}"


class GiveBackForm(forms.Form):
    amount = MoneyField(label="Montant rendu", min_value=Decimal("0.01"))
    given_on = forms.DateField(label="Rendu le", widget=DateInput)
    means = forms.ChoiceField(label="Moyen", choices=RECEIVED_BY)
    reference = forms.CharField(label="Référence", max_length=80, required=False)
    reason = forms.CharField(label="Motif", max_length=160)
    wide = ("reason",)


class ReversalForm(forms.Form):
    on = forms.DateField(label="Contre-passé le", widget=DateInput)
    reason = forms.CharField(
        label="L’erreur",
        max_length=160,
        help_text="Par exemple : saisi deux fois, chèque impayé.",
    )
    wide = ("reason",)


class CloseDepositForm(forms.Form):
    on = forms.DateField(label="Remise à la banque le", widget=DateInput)


class RefundForm(forms.Form):
    on = forms.DateField(label="Virement exécuté le", widget=DateInput)
