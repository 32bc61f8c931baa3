"""Compute again, each night, what must be true of every cooperative."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from cae.management.house import SAID, Finding, examine, keep


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
        # Every cooperative is examined: one fault must not hide another.
        if sum([self._faults_of(cooperative) for cooperative in found]):
            sys.exit(1)

    def _faults_of(self, cooperative: Cooperative) -> int:
        self.stdout.write(cooperative.name)
        with tenant(cooperative):
            findings = examine()
            if findings is None:
                self.stdout.write("  son contrôle est déjà en cours\u00a0: lisez-en le résultat")
                return 0
            with transaction.atomic():
                kept = keep(findings)
        for finding in findings:
            self._say(finding)
        return kept.faults

    def _say(self, finding: Finding) -> None:
        self.stdout.write(f"  {'FAUTE' if finding.count else 'juste':7}{finding.check}")
        for fault in finding.said:
            self.stdout.write(f"         {fault}")
        if finding.count > SAID:
            self.stdout.write(f"         … et {finding.count - SAID} de plus")
