"""Make the cooperatives of the demonstration, once."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cae.core.accounts import DemoAccount, demo_accounts
from cae.core.clock import today
from cae.core.periods import french_date
from cae.demo import COMPANIES, last_known_day, seed


class Command(BaseCommand):
    help = (
        "Crée les coopératives de démonstration, avec une année de vie, si elles n’y sont pas "
        "encore. Affiche ensuite un compte par rôle."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on",
            type=_day,
            default=None,
            help="son jour, aujourd’hui sans lui",
        )
        parser.add_argument(
            "--only",
            choices=[company.identity.slug for company in COMPANIES],
            help="une seule des coopératives",
        )
        parser.add_argument(
            "--small", action="store_true", help="quelques personnes et trois mois, pour essayer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CAE_DEMO:
            raise CommandError(
                "La démonstration ouvre des comptes dont le mot de passe est connu de tous : elle "
                "ne se crée que là où CAE_DEMO=1, jamais en production."
            )
        on = options["on"] or today()
        known = last_known_day(on)
        # Progress goes apart from the accounts, which `manage.py demo` keeps and shows.
        if known != on:
            self.stderr.write(
                f"Les taux de paie ne sont connus que jusqu’au {french_date(known)} : la "
                "démonstration s’arrête à ce jour."
            )
        seed(on=known, is_small=options["small"], only=options["only"], tell=self.stderr.write)
        self.stdout.write(_said(demo_accounts()))


def _said(accounts: Iterable[DemoAccount]) -> str:
    """Return one account per role, cooperative by cooperative."""
    lines = [f"Un compte par rôle, mot de passe « {settings.DEMO_PASSWORD} » :"]
    for cooperative, places in groupby(accounts, key=lambda account: account.cooperative):
        lines.append(f"  {cooperative}")
        lines += [f"    {place.role:24}{place.email}" for place in places]
    return "\n".join(lines)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas une date. Écrivez 2026-11-23.") from error
