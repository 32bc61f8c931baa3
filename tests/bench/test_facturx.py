"""A thousand Factur-X by the worker: made, kept, then judged by the official rules."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import transaction

from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from invoicing.actions.einvoices import ask_for_missing_files
from invoicing.documents.facturx.verdicts import verdict_on_pdf
from invoicing.documents.pdfs import invoice_pdf
from invoicing.models import Invoice, InvoiceFile, InvoiceVerdict
from tests.bench.measure import Service, Table, Times, started
from tests.bench.plant import FAR, copy
from tests.conftest import admin_dsn
from tests.invoicing.makers import line, make_shop
from tests.plugins.browser import wait

INVOICES, PROCESSES = int(os.environ.get("CAE_BENCH_INVOICES", 1_000)), 2


@pytest.fixture
def worker_of_two(site, tmp_path: Path) -> Iterator[Service]:
    """The worker of production, two processes; each has a judge of its own beside it."""
    is_ready = tmp_path / "worker.ready"
    with started(
        *(sys.executable, "-m", "celery", "--app", "cae", "worker"),
        *("--concurrency", str(PROCESSES), "--without-mingle", "--without-gossip"),
        environment={**site.environment, "CAE_READY_FILE": str(is_ready)},
        log=tmp_path / "worker.log",
        is_ready=is_ready.exists,
    ) as service:
        yield service


@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
def test_a_thousand_facturx(cooperative, worker_of_two, table: Table) -> None:
    at_rest = worker_of_two.megabytes
    _issued(INVOICES, cooperative)
    start = time.perf_counter()
    with transaction.atomic(), tenant(cooperative):
        assert ask_for_missing_files() == INVOICES
    made, while_making = _reached(InvoiceFile.objects.count, cooperative, worker_of_two, start)
    judged, memory = _reached(InvoiceVerdict.objects.count, cooperative, worker_of_two, start)
    with transaction.atomic(), tenant(cooperative):
        assert not InvoiceVerdict.objects.filter(is_valid=False).exists()
        one = Invoice.objects.order_by("id").first()
        assert one is not None
        ours = Times.of(20, lambda: invoice_pdf(one), now=time.process_time)
        content = invoice_pdf(one)
        verdict_on_pdf(content)
        judging = Times.of(20, lambda: verdict_on_pdf(content))

    table(
        f"{INVOICES:,} Factur-X, {PROCESSES} processes, from the request on",
        ("", "together", "a second", "each, alone"),
        ("made and kept", *_cells(made, ours)),
        ("… and judged", *_cells(judged, judging)),
    )
    table(
        "Worker: two processes, their judges and their parent, shared pages counted once (PSS)",
        ("cold start, to ready", f"{worker_of_two.seconds:.1f} s"),
        ("at rest, no judge yet", f"{at_rest:.0f} MB"),
        ("after the last file", f"{while_making:.0f} MB"),
        ("after the last verdict", f"{memory:.0f} MB"),
    )


def _cells(seconds: float, alone: Times) -> tuple[str, str, str]:
    return f"{seconds:.0f} s", f"{INVOICES / seconds:.1f}", f"{alone.median * 1000:.0f} ms"


def _issued(count: int, cooperative: Cooperative) -> None:
    """One real sale of three rates, copied by PostgreSQL with another number each."""
    with transaction.atomic(), tenant(cooperative):
        cooperative.registry_town, cooperative.iban = "Rennes", "FR7630006000011234567890189"
        cooperative.save()
        invoice = make_shop(cooperative).invoice(
            line("Direction artistique", "3", "420", unit="DAY", description="Pistes, planche"),
            line("Illustrations", "12", "85", vat="10"),
            line("Livre illustré", "10", "18.50", vat="5-5", nature="goods"),
        )
    with psycopg.connect(admin_dsn()) as admin:
        # No trigger, no foreign key: every copy is as right as the row it comes from.
        admin.execute("SET session_replication_role = replica")
        with transaction.atomic(), tenant(cooperative):
            # Asked for with the sale: the bench asks for all of them at once.
            admin.execute("DELETE FROM core_outboxmessage")
            copy(
                admin,
                "invoicing_invoice",
                invoice.pk,
                count - 1,
                id=f"{FAR} + n",
                number="'BENCH-' || n",
                chain_rank=f"{FAR} + n",
                fingerprint="encode(sha256(n::text::bytea), 'hex')",
                snapshot="jsonb_set(snapshot, '{number}', to_jsonb('BENCH-' || n))",
            )


def _reached(
    count: Callable[[], int], cooperative: Cooperative, worker: Service, start: float
) -> tuple[float, float]:
    """Return the seconds until there is one of each, and the megabytes of the worker then."""

    def all_are_there() -> bool:
        with transaction.atomic(), tenant(cooperative):
            return count() == INVOICES

    assert wait(all_are_there, seconds=1800, every=0.5)
    return time.perf_counter() - start, worker.megabytes
