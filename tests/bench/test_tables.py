"""Tables that come and go: 20,000 invoices to a spreadsheet, 100,000 customers checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing.actions.exports import ask_for_export
from invoicing.actions.imports import ask_for_check, start_import
from tests.bench.measure import Table
from tests.bench.plant import INVOICES, plant
from tests.plugins.browser import ROOT

LINES = 100_000
#: A worker of its own, so that its memory is that of the work: peak, then what the imports cost.
_WORK = """
import resource, sys, time, django
django.setup()
from django.db import transaction
from cae.core import clock
from cae.core.models import Cooperative, Export
from cae.core.tenancy import tenant
from invoicing.actions.exports import make_export
from invoicing.actions.imports import check_customers
from invoicing.models import CustomerImport, Invoice
import openpyxl, xlsxwriter
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
with tenant(Cooperative.objects.get(slug=sys.argv[1])):
    with transaction.atomic():
        Invoice.objects.first()
        exports = Export.objects.select_related("membership__role")
        files = CustomerImport.objects.select_related("membership__role", "document")
        row = (exports if sys.argv[2] == "export" else files).get(pk=sys.argv[3])
    before, start = peak(), time.perf_counter()
    if sys.argv[2] == "export":
        make_export(row, on=clock.today())
        with transaction.atomic():
            row.refresh_from_db()
        print(row.status, row.row_count, end=" ")
    else:
        check_customers(row)
        print(row.status, sum(row.counts.values()), end=" ")
print(time.perf_counter() - start, before, peak())
"""


def _worked(slug: str, *what: object) -> tuple[str, int, float, int, int]:
    done = subprocess.run(
        [sys.executable, "-c", _WORK, slug, *map(str, what)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    status, rows, seconds, before, peak = done.stdout.split()
    return status, int(rows), float(seconds), int(before), int(peak)


@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
def test_tables_that_come_and_go(
    cooperative, site, table: Table, tmp_path: Path, monkeypatch, settings
):
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    settings.CAE_FILES = Path(site.environment["CAE_FILES"])  # what is sent here is read there
    cache.clear()
    shop, _ = plant(cooperative, on=clock.today())
    rows = [("", "rows", "together", "a second", "memory before", "at its peak")]
    for file_format in ("xlsx", "csv"):
        with transaction.atomic(), tenant(cooperative):
            export = ask_for_export(
                "invoices", file_format=file_format, query={}, by=shop.accountant
            )
        status, count, seconds, before, peak = _worked(cooperative.slug, "export", export.pk)
        assert (status, count) == ("ready", INVOICES)
        rows.append((f"invoices to {file_format}", *_cells(count, seconds, before, peak)))

    path = tmp_path / "customers.csv"
    with path.open("w") as out:
        out.write("Nom;Courriel;CP;Ville;Type\r\n")
        for n in range(LINES):
            out.write(f"Client {n};c{n}@exemple.fr;35000;Rennes;entreprise\r\n")
    with transaction.atomic(), tenant(cooperative):
        imported = start_import(shop.activity, path=path, name="c.csv", by=shop.seller)
        ask_for_check(
            imported,
            mapping={int(rank): name for rank, name in imported.mapping.items()},
            default_kind="company",
            by=shop.seller,
        )
    status, count, seconds, before, peak = _worked(cooperative.slug, "import", imported.pk)
    assert (status, count) == ("checked", LINES)
    rows.append(("customers checked", *_cells(count, seconds, before, peak)))
    table("Tables that come and go", *rows)


def _cells(count: int, seconds: float, before: int, peak: int) -> tuple[str, ...]:
    return (
        f"{count:,}",
        f"{seconds:.1f} s",
        f"{count / seconds:,.0f}",
        f"{before} MB",
        f"{peak} MB",
    )
