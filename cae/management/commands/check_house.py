"""Compute again, each night, what must be true of every cooperative."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from cae.management.house import CHECKS, Check

#: Faults said of one check: the first ones are enough to know where to look.
_SAID = 5


class Command(BaseCommand):
    help = (
        "Recalcule les écritures, les séries, les empreintes, les fichiers, les factures et la "
        "paie de chaque coopérative. Sort avec le statut 1 dès qu’un compte n’est pas bon."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cooperative", default="", help="l’adresse d’une seule d’entre elles")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Cooperative.objects.order_by("name")
        if options["cooperative"]:
            found = found.filter(slug=options["cooperative"])
            if not found.exists():
                raise CommandError(f"Aucune coopérative à l’adresse « {options['cooperative']} ».")
        # Every check of every cooperative is run: one fault must not hide another.
        faults = [fault for cooperative in found for fault in self._faults_of(cooperative)]
        if faults:
            sys.exit(1)

    def _faults_of(self, cooperative: Cooperative) -> list[str]:
        self.stdout.write(cooperative.name)
        with tenant(cooperative), transaction.atomic():
            return [fault for check in CHECKS for fault in self._found_by(check)]

    def _found_by(self, check: Check) -> list[str]:
        faults = list(check.faults())
        self.stdout.write(f"  {'FAUTE' if faults else 'juste':7}{check.name}")
        for fault in faults[:_SAID]:
            self.stdout.write(f"         {fault}")
        if len(faults) > _SAID:
            self.stdout.write(f"         … et {len(faults) - _SAID} de plus")
        return faults
