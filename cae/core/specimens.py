"""The figures of the page of components: invented, and the same every time."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator

from cae.core.charts import BarChart, Group, Segment, Series, Tone
from cae.core.forms import (
    ChoiceCards,
    CodeInput,
    Combobox,
    DateInput,
    FileDrop,
    MoneyField,
    MonthField,
    PercentField,
    RangedNumber,
    Segmented,
    Switch,
)
from cae.core.periods import Month, french_month, months_ending, short_month
from cae.core.shell import Help, NavGroup, NavItem, Place, Shell

TODAY = date(2026, 11, 23)

BAND = [
    Segment("Salaire net", Decimal("2057.80"), Tone.NET),
    Segment("Cotisations sociales", Decimal("1678.87"), Tone.SOCIAL),
    Segment("Contribution coopérative", Decimal("486.00"), Tone.COOPERATIVE),
    Segment("Frais", Decimal("312.40"), Tone.EXPENSES),
    Segment("Réserve", Decimal("324.93"), Tone.RESERVE),
]

_INVOICED = (3160, 2480, 3920, 4310, 3760, 5240, 4680, 2960, 1420, 4900, 5510, 5900)
_CASHED = (2900, 3160, 2480, 3600, 4310, 3980, 4900, 4680, 2100, 2620, 4900, 4860)

TURNOVER = BarChart(
    title="Chiffre d’affaires facturé et encaissé sur 12 mois",
    series=(Series("Facturé", Tone.INVOICED), Series("Encaissé", Tone.NET)),
    groups=[
        Group(short_month(month), (invoiced, cashed), french_month(month))
        for month, invoiced, cashed in zip(
            months_ending(Month.of(TODAY), 12), _INVOICED, _CASHED, strict=True
        )
    ],
)

BALANCE = (5200, 4900, 5350, 5700, 6150, 6400, 6250, 6550, 6000, 6500, 7600, 8412)

SHELL = Shell(
    cooperative="Les Ateliers Réunis",
    detail="Scop CAE · Rennes",
    home_url="#",
    groups=[
        NavGroup(
            [
                NavItem("Accueil", "#", "house", active=True),
                NavItem("Devis et factures", "#", "receipt-text"),
                NavItem("Clients", "#", "users"),
                NavItem("Dépenses", "#", "wallet", badge=2, badge_label="à compléter"),
                NavItem("Ma trésorerie", "#", "piggy-bank"),
                NavItem("Mes salaires", "#", "banknote"),
            ]
        ),
        NavGroup(
            [
                NavItem("Assemblées", "#", "vote"),
                NavItem("Mon parcours", "#", "sprout"),
                NavItem("Rendez-vous et ateliers", "#", "calendar-days"),
                NavItem("Documents", "#", "book-open"),
            ],
            "La coopérative",
        ),
    ],
    tabs=[
        NavItem("Accueil", "#", "house", active=True),
        NavItem("Ventes", "#", "receipt-text"),
        NavItem("Dépense", "#", "camera", main=True),
        NavItem("La coop", "#", "vote"),
    ],
    creates=[
        NavItem("Nouveau devis", "#", "file-pen-line", shortcut="Alt+D"),
        NavItem("Nouvelle dépense", "#", "camera"),
        NavItem("Nouveau client", "#", "user-plus"),
    ],
    places=[
        Place("Les Ateliers Réunis", "Scop CAE · Rennes", "#", current=True),
        Place("La Ruche du Léon", "Scic CAE · Morlaix", "#"),
    ],
    person="Camille Fournier",
    role="entrepreneure",
    search_url="#",
    alerts=NavItem("Notifications", "#", "bell", badge=1, badge_label="nouvelle"),
    help=Help("Une question\u00a0?", "Hélène, votre conseillère", "#"),
)

SWATCHES = [
    ("encre", "Encre", "texte"),
    ("fond", "Fond", "page"),
    ("surface", "Surface", "cartes"),
    ("trait", "Trait", "séparations"),
    ("accent", "Accent", "par coopérative"),
    ("heros", "Sapin", "solde"),
    ("net", "Net", "salaire, pour"),
    ("cotis", "Cotisations", "réserves"),
    ("coop", "Coopérative", "contribution"),
    ("frais", "Frais", "contre"),
    ("reserve", "Réserve", "abstention"),
    ("facture", "Facturé", "en attente"),
]

RUN_STEPS = [
    {"label": "Variables", "note": "48 sur 48", "state": "done"},
    {"label": "Calcul", "note": "9 h 14", "state": "done"},
    {"label": "Contrôles", "note": "39 validées sur 46", "state": "current"},
    {"label": "Virements", "note": "27 nov."},
    {"label": "Bulletins", "note": "28 nov."},
    {"label": "DSN", "note": "avant le 5 déc."},
]

PATH_STEPS = [
    {"label": "CAPE", "note": "mars 2024 – févr. 2025", "state": "done"},
    {"label": "Entrepreneure salariée", "note": "depuis le 1er mars 2025", "state": "current"},
    {"label": "Associée", "note": "au plus tard le 1er mars 2027"},
]

CHIPS = [
    {"label": "Toutes", "count": 46, "url": "#", "active": True},
    {"label": "À vérifier", "count": 6, "url": "#"},
    {"label": "Bloquées", "count": 1, "url": "#"},
    {"label": "Validées", "count": 39, "url": "#"},
]

ROWS = [
    {
        "name": name,
        "note": note,
        "cashed": Decimal(cashed),
        "net": Decimal(net),
        "reserve": Decimal(reserve),
        "segments": [
            Segment(segment.label, segment.amount * weight, segment.tone)
            for segment, weight in zip(BAND, weights, strict=True)
        ],
        "control": control,
    }
    for name, note, cashed, net, reserve, weights, control in (
        (
            "Camille Fournier",
            "Graphisme · CESA",
            "4860.00",
            "2057.80",
            "2274.51",
            (1, 1, 1, 1, 1),
            ("Validé", "ok", "check"),
        ),
        (
            "Yanis Belkacem",
            "Menuiserie du Frêne · CESA",
            "6120.00",
            "2040.39",
            "2255.26",
            (1, 1, 1, 4, 1),
            ("+38 % sur octobre", "info", "circle-alert"),
        ),
        (
            "Soizic Kervella",
            "Yoga à l’Ouest · CESA",
            "1890.00",
            "788.25",
            "-212.40",
            (1, 1, 1, 1, 0),
            ("Réserve négative", "danger", "lock"),
        ),
    )
]

CHANGES = [
    ("IBAN", "FR76 •••• 0189", "FR76 •••• 4402"),
    ("Téléphone", "", "06 12 34 56 78"),
]


class SpecimenForm(forms.Form):
    """One field of each kind."""

    email = forms.EmailField(label="Adresse électronique", initial="compta@maison-ebene.fr")
    siren = forms.CharField(label="SIREN", help_text="9 chiffres", required=False)
    amount = MoneyField(label="Montant", initial=Decimal("1260"))
    rate = PercentField(label="Taux de contribution", initial=Decimal("0.105"))
    day = forms.DateField(label="Date d’émission", widget=DateInput, initial=TODAY)
    month = MonthField(label="Mois", initial="2026-11")
    unit = forms.ChoiceField(
        label="Unité", choices=[("day", "jour"), ("hour", "heure"), ("piece", "pièce")]
    )
    customer = forms.ChoiceField(
        label="Client",
        widget=Combobox,
        choices=[
            ("", ""),
            ("1", "Éditions Maison Ébène"),
            ("2", "Mairie de Bruz"),
            ("3", "Théâtre du Vieux-Port"),
        ],
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    locked = forms.CharField(
        label="Numéro",
        initial="FA-2026-0187",
        disabled=True,
        help_text="Émise\u00a0: pour la corriger, créez un avoir.",
    )
    prices = forms.ChoiceField(
        label="Prix saisis",
        widget=Segmented,
        choices=[("net", "HT"), ("gross", "TTC")],
        initial="net",
    )
    mode = forms.ChoiceField(
        label="Votre salaire de novembre",
        widget=ChoiceCards(
            notes={
                "gross": "Vous fixez le brut",
                "net": "Vous fixez ce que vous recevez",
                "all": "Sans toucher à la réserve",
            }
        ),
        choices=[
            ("gross", "Brut souhaité"),
            ("net", "Net souhaité"),
            ("all", "Tout ce que je peux"),
        ],
        initial="net",
    )
    simulated = MoneyField(
        label="Chiffre d’affaires encaissé par mois",
        widget=RangedNumber(highest=9000, affix="€ HT"),
        initial=Decimal("4200"),
    )
    voucher = forms.FileField(
        label="Justificatif",
        widget=FileDrop(invitation="Glissez un ticket ou prenez-le en photo"),
        required=False,
    )
    code = forms.CharField(label="Code reçu par courriel", widget=CodeInput)
    agree = forms.BooleanField(label="Bon pour accord\u00a0: j’accepte ce devis")
    reminders = forms.BooleanField(
        label="Relancer automatiquement", widget=Switch, required=False, initial=True
    )


class RefusalForm(forms.Form):
    reason = forms.CharField(label="Motif, envoyé à la personne", widget=forms.Textarea)


class LineForm(forms.Form):
    name = forms.CharField(label="Désignation")
    quantity = forms.CharField(label="Qté", widget=forms.TextInput({"class": "num"}))
    unit = forms.ChoiceField(label="Unité", choices=[("day", "jour"), ("piece", "pièce")])
    price = forms.CharField(label="Prix HT", widget=forms.TextInput({"class": "num"}))
    rate = forms.ChoiceField(label="TVA", choices=[("20", "20 %"), ("10", "10 %")])
    note = forms.CharField(label="Détail", required=False)


LineFormSet = forms.formset_factory(LineForm, extra=0, can_delete=True, can_order=True)


def context() -> dict[str, Any]:
    """Return what `composants.html` shows."""
    invalid = SpecimenForm({"email": "compta@maison-ebene.fr", "siren": "812 345 67"})
    invalid.add_error("siren", "Il manque un chiffre.")
    return {
        "shell": SHELL,
        "today": TODAY,
        "swatches": SWATCHES,
        "segments": BAND,
        "turnover": TURNOVER,
        "balance": BALANCE,
        "steps": RUN_STEPS,
        "path": PATH_STEPS,
        "chips": CHIPS,
        "rows": ROWS,
        "changes": CHANGES,
        "form": SpecimenForm(auto_id="exemple_%s"),
        "invalid": invalid,
        "refusal": RefusalForm(),
        "lines": LineFormSet(
            prefix="lines",
            initial=[
                {
                    "name": "Direction artistique",
                    "quantity": "3",
                    "price": "420,00",
                    "note": "Recherche de pistes, planche de tendances",
                },
                {"name": "Illustrations intérieures", "quantity": "12", "price": "85,00"},
            ],
        ),
        "page": Paginator(range(460), 46).page(4),
    }
