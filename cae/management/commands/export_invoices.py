"""Write every issued invoice of a cooperative in a folder, as it is sent."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cae.core import documents, outbox
from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from invoicing import actions, queries
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice
from invoicing.rules.faults import plain_faults


class Command(BaseCommand):
    help = (
        "Écrit dans un dossier le Factur-X de chaque facture et avoir émis d’une coopérative, en "
        "fabriquant et en contrôlant ceux qui ne l’étaient pas. Sort avec le statut 1 dès qu’un "
        "fichier est refusé par les contrôles."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cooperative", required=True, help="son adresse")
        parser.add_argument("--output", required=True, type=Path, help="le dossier où écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        cooperative = Cooperative.objects.filter(slug=options["cooperative"]).first()
        if cooperative is None:
            raise CommandError(f"Aucune coopérative à l’adresse « {options['cooperative']} ».")
        folder: Path = options["output"]
        folder.mkdir(parents=True, exist_ok=True)
        with tenant(cooperative):
            with transaction.atomic():
                issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED)
                keys = list(issued.order_by("chain_rank").values_list("pk", flat=True))
            refused = sum([self._write(pk, folder) for pk in keys])
        self.stdout.write(
            f"{len(keys)} documents écrits dans {folder}, "
            + (f"dont {refused} refusés." if refused else "tous conformes.")
        )
        if refused:
            sys.exit(1)

    def _write(self, pk: int, folder: Path) -> int:
        """Write one document; return 1 when it is refused, each in its own transaction."""
        with transaction.atomic(), outbox.muted():
            invoice = Invoice.objects.get(pk=pk)
            verdict = queries.verdict_of(invoice)
            if verdict is None:
                verdict = actions.judge_invoice(invoice)
            elif not verdict.is_valid:
                verdict = actions.make_invoice_again(invoice)
            content = documents.content_of(verdict.file.document)
        assert invoice.number is not None
        (folder / f"{invoice.number.replace('/', '_')}.pdf").write_bytes(content)
        if verdict.is_valid:
            return 0
        self.stdout.write(f"{invoice.number} : refusé. {' '.join(plain_faults(verdict.faults))}")
        return 1
