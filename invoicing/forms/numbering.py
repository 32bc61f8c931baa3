"""The form of the numbers of a year."""

from __future__ import annotations

from django import forms

from invoicing.enums import Restart
from invoicing.rules.numbers import Pattern


class NumberingForm(forms.Form):
    """What a number is made of; what could give one twice is refused by the action."""

    invoice_prefix = forms.CharField(label="Préfixe des factures", max_length=6)
    deposit_prefix = forms.CharField(
        label="Préfixe des acomptes",
        max_length=6,
        help_text="Le même que les factures\u00a0: une seule série. Un autre\u00a0: la sienne.",
    )
    credit_prefix = forms.CharField(
        label="Préfixe des avoirs",
        max_length=6,
        help_text="Le même que les factures\u00a0: une seule série. Un autre\u00a0: la sienne.",
    )
    separator = forms.ChoiceField(label="Séparateur", choices=[(s, s) for s in "-/_"])
    year_digits = forms.TypedChoiceField(
        label="Année",
        coerce=int,
        choices=[(4, "Quatre chiffres"), (2, "Deux chiffres"), (0, "Sans l’année")],
    )
    has_month = forms.BooleanField(label="Le mois dans le numéro", required=False)
    restart = forms.ChoiceField(label="Le compteur repart", choices=Restart.choices)
    width = forms.TypedChoiceField(
        label="Chiffres du compteur", coerce=int, choices=[(n, str(n)) for n in range(3, 7)]
    )
    per_activity = forms.BooleanField(
        label="Une série par enseigne, avec son code",
        required=False,
        help_text=(
            "La loi admet des séries distinctes quand elles se justifient. Une par enseigne est "
            "courante dans les CAE, mais repose sur une lecture des «\u00a0sites de "
            "facturation\u00a0»\u00a0: à confirmer avec votre expert-comptable. Par défaut, une "
            "seule série."
        ),
    )
    start = forms.IntegerField(
        label="Dernier numéro déjà donné ailleurs",
        min_value=0,
        max_value=999_999,
        help_text="Pour reprendre la suite d’un autre logiciel en cours d’année. Sinon 0.",
    )

    @property
    def pattern(self) -> Pattern:
        return Pattern(**self.cleaned_data)
