"""Money received, money given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from cae.core.forms import ChoiceCards, DateInput, MoneyField
from cae.core.money import euros, percent
from entrepreneurs.models import BankAccount
from invoicing.actions.banking import Origin
from invoicing.enums import RECEIVED_BY
from invoicing.models import Settlement
from invoicing.models.deposits import DEPOSITED
from invoicing.rules.totals import Vat


class OriginForm(forms.Form):
    """Who paid and from where, to which account of the cooperative."""

    issuer = forms.CharField(
        label="Payé par",
        max_length=120,
        required=False,
        help_text="Si ce n’est pas le client\u00a0: un parent, un assureur, un organisme.",
    )
    issuer_bank = forms.CharField(
        label="Banque du client", max_length=60, required=False, help_text="Celle du chèque."
    )
    bank_account: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Reçu sur le compte",
        queryset=None,
        required=False,
        empty_label="Celui des réglages de la coopérative",
        help_text="D’un chèque ou d’espèces, il se choisit à la remise en banque.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_open_accounts(self)

    @property
    def origin(self) -> Origin:
        """What was said; that of the activity is proposed, and is not yet where a cheque goes."""
        said = {name: self.cleaned_data[name] for name in OriginForm.base_fields}
        if self.cleaned_data["means"] in DEPOSITED:
            said["bank_account"] = None
        return Origin(**said)


def offer_open_accounts(form: forms.Form) -> None:
    """Offer the bank accounts of the cooperative that are still open."""
    field: Any = form.fields["bank_account"]
    field.queryset = BankAccount.objects.filter(closed_on=None)


class PaymentForm(OriginForm):
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

    @property
    def values(self) -> dict[str, Any]:
        """What `record_payment` takes."""
        kept = ("amount", "received_on", "means", "reference", "keeps_surplus")
        return {name: self.cleaned_data[name] for name in kept} | {"origin": self.origin}


class SharedPaymentForm(PaymentForm):
    """A payment, and the part of it for each VAT rate where somebody says it."""

    def __init__(self, *args: Any, left: Mapping[Vat, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rates = {f"share_{rank}": vat for rank, vat in enumerate(left)}
        for name, vat in self.rates.items():
            self.fields[name] = MoneyField(
                label=f"Part à {percent(vat.rate)}",
                required=False,
                min_value=Decimal(0),
                help_text=f"Il reste {euros(left[vat])} à ce taux.",
            )

    @property
    def share_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.rates]

    @property
    def says_shares(self) -> bool:
        """Tell whether a share was typed: the fold that holds them is then open."""
        return any(self[name].data for name in self.rates)

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        said = {vat: data[name] for name, vat in self.rates.items() if data[name] is not None}
        return super().values | {"shares": said or None}


class ReceiptForm(OriginForm):
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
        return {name: data[name] for name in kept} | {"parts": parts, "origin": self.origin}

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
    bank_account: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Sur le compte",
        queryset=None,
        required=False,
        empty_label="Celui des réglages de la coopérative",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_open_accounts(self)


class CloseBatchForm(forms.Form):
    """From which account, and when, the bank pays a batch of transfers."""

    bank_account: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Compte à débiter",
        queryset=None,
        required=False,
        empty_label="Celui des réglages de la coopérative",
    )
    execute_on = forms.DateField(
        label="À exécuter le",
        widget=DateInput,
        help_text="La banque paie le jour ouvré qui suit, si ce jour n’en est pas un.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_open_accounts(self)


class ExecuteBatchForm(forms.Form):
    executed_on = forms.DateField(
        label="Exécuté par la banque le", widget=DateInput, help_text="Le jour du relevé."
    )


class CancelBatchForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi",
        max_length=200,
        help_text="Par exemple\u00a0: rejeté par la banque, mauvais compte débité.",
    )
    wide = ("reason",)


class RefundForm(forms.Form):
    on = forms.DateField(label="Virement exécuté le", widget=DateInput)
