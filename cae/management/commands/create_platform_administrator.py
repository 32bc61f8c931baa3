"""Open an account that administers the platform, apart from every cooperative."""

from __future__ import annotations

from argparse import ArgumentParser
from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cae.core.workflow import ActionRefused
from cae.platform.accounts import invite_administrator


class Command(BaseCommand):
    help = (
        "Ouvre un compte qui administre la plateforme, à part de toute coopérative, et lui envoie "
        "le lien pour choisir son mot de passe. Un second facteur lui est imposé."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="son adresse électronique")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = invite_administrator(options["email"])
        except ActionRefused as refused:
            raise CommandError(refused.message) from refused
        except (OSError, SMTPException) as error:
            raise CommandError(
                f"Le courriel n’a pas pu partir ({error})\u00a0: aucun compte n’est ouvert. "
                "Vérifiez EMAIL_HOST."
            ) from error
        self.stdout.write(f"Invitation envoyée à {user.email}.")
