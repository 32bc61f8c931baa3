"""Open a cooperative from a terminal: the same action as the browser's wizard."""

from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from accounting.enums import ContributionBasis, ContributionMeasure
from accounting.rules import Bracket, Contribution
from cae.core.clock import today
from cae.core.enums import LegalForm, VatBasis
from cae.core.money import ZERO, parse_amount
from cae.core.workflow import ActionRefused
from cae.onboarding import Administrator, Identity, open_cooperative


class Command(BaseCommand):
    help = (
        "Ouvre une coopérative prête à travailler : plan comptable, journaux, taux, barèmes, "
        "contrats, rôles et règle de contribution, puis invite son administrateur·rice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        identity = parser.add_argument_group("identité")
        identity.add_argument("--name", required=True, help="nom de la coopérative")
        identity.add_argument("--slug", default="", help="adresse ; tirée du nom sans elle")
        identity.add_argument(
            "--legal-form", choices=LegalForm.values, default=LegalForm.SCOP_SARL.value
        )
        identity.add_argument("--siren", required=True)
        identity.add_argument("--siret", required=True, help="SIRET du siège")
        identity.add_argument("--street", required=True, help="adresse postale")
        identity.add_argument("--postcode", required=True)
        identity.add_argument("--town", required=True)
        identity.add_argument("--capital", default="30", help="capital social en euros")
        identity.add_argument("--naf", default="", help="code NAF, comme 70.22Z")
        identity.add_argument("--email", default="")
        identity.add_argument("--phone", default="")
        identity.add_argument("--iban", default="", help="IBAN imprimé sur les factures")

        books = parser.add_argument_group("comptes")
        books.add_argument(
            "--fiscal-year-start", type=int, default=1, help="premier mois de l’exercice, 1 à 12"
        )
        books.add_argument(
            "--vat-basis",
            choices=VatBasis.values,
            default=VatBasis.CASH.value,
            help="cash : sur les encaissements ; accrual : d’après les débits",
        )

        contribution = parser.add_argument_group("contribution")
        contribution.add_argument(
            "--bracket",
            action="append",
            metavar="SEUIL:TAUX",
            help="tranche annuelle en euros et taux en %% ; répétable. Par défaut 0:10",
        )
        contribution.add_argument(
            "--basis", choices=ContributionBasis.values, default=ContributionBasis.INVOICED.value
        )
        contribution.add_argument(
            "--measure",
            choices=ContributionMeasure.values,
            default=ContributionMeasure.TURNOVER.value,
        )
        contribution.add_argument("--floor", default="0", help="plancher annuel en euros")
        contribution.add_argument("--cap", default="", help="plafond annuel en euros")
        contribution.add_argument("--fixed-fee", default="0", help="forfait mensuel en euros")

        person = parser.add_argument_group("administrateur·rice")
        person.add_argument("--admin-email", required=True)
        person.add_argument("--admin-first-name", required=True)
        person.add_argument("--admin-last-name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cooperative = open_cooperative(
                _identity(options),
                contribution=_contribution(options),
                administrator=Administrator(
                    first_name=options["admin_first_name"],
                    last_name=options["admin_last_name"],
                    email=options["admin_email"],
                ),
                on=today(),
            )
        except ActionRefused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(
            f"{cooperative.name} est ouverte à l’adresse /c/{cooperative.slug}/. "
            f"L’invitation part à {options['admin_email']}."
        )


def _identity(options: dict[str, Any]) -> Identity:
    return Identity(
        name=options["name"],
        slug=options["slug"] or slugify(options["name"]),
        legal_form=LegalForm(options["legal_form"]),
        siren=options["siren"],
        siret=options["siret"],
        street=options["street"],
        postcode=options["postcode"],
        town=options["town"],
        capital=_amount(options["capital"], "--capital"),
        naf=options["naf"],
        email=options["email"],
        phone=options["phone"],
        iban=options["iban"],
        fiscal_year_start=options["fiscal_year_start"],
        vat_basis=VatBasis(options["vat_basis"]),
    )


def _contribution(options: dict[str, Any]) -> Contribution:
    try:
        return Contribution(
            brackets=tuple(_bracket(text) for text in options["bracket"] or ["0:10"]),
            basis=ContributionBasis(options["basis"]),
            measure=ContributionMeasure(options["measure"]),
            floor=_amount(options["floor"], "--floor"),
            cap=_amount(options["cap"], "--cap") if options["cap"] else None,
            fixed_fee=_amount(options["fixed_fee"], "--fixed-fee"),
        )
    except ValueError as error:
        raise CommandError(
            "Les tranches commencent à 0 et vont en montant, par exemple "
            "--bracket 0:11 --bracket 40000:10 --bracket 80000:9."
        ) from error


def _bracket(text: str) -> Bracket:
    above, colon, percent = text.partition(":")
    if not colon:
        raise CommandError(f"La tranche « {text} » s’écrit SEUIL:TAUX, par exemple 0:10.")
    rate = _amount(percent, "--bracket", places=3).scaleb(-2)
    if not 0 <= rate <= 1:
        raise CommandError(f"Le taux de la tranche « {text} » se lit entre 0 et 100 %.")
    return Bracket(_amount(above, "--bracket"), rate)


def _amount(text: str, option: str, *, places: int = 2) -> Decimal:
    try:
        amount = parse_amount(text, places=places)
    except ValueError as error:
        raise CommandError(f"{option} : {error}") from None
    if amount < ZERO:
        raise CommandError(f"{option} : un montant négatif n’a pas de sens ici.")
    return amount
