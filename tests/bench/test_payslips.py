"""A thousand payslips as PDFs: by the worker end to end, and by the fastest other renderer."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import psycopg
import pytest
from django.db import transaction
from django.template.loader import render_to_string

from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from payroll.actions import request_documents, validate_payslips
from payroll.documents.payslip import payslip_face, payslip_pdf
from payroll.models import PayrollRun, PayslipPart
from tests.bench.measure import Service, Table, Times, started
from tests.bench.plant import FAR, copy
from tests.bench.typst_payslip import compiled, words_of
from tests.conftest import admin_dsn
from tests.payroll.makers import ON, make_payee, make_run, open_books
from tests.plugins.browser import wait

PAYSLIPS, PROCESSES = 1_000, 2


@pytest.fixture
def worker_of_two(site, tmp_path: Path) -> Iterator[Service]:
    """The worker of production, two processes."""
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
def test_a_thousand_payslips(cooperative, worker_of_two, table: Table) -> None:
    pytest.importorskip("typst")
    at_rest = worker_of_two.megabytes
    run = _a_month_of(PAYSLIPS, cooperative)
    made, memory = _made_by_the_worker(run, cooperative, worker_of_two)
    with transaction.atomic(), tenant(cooperative):
        slips = list(run.payslips.select_related("entrepreneur")[:PAYSLIPS])
        one, *_ = slips
        ours = Times.of(20, lambda: payslip_pdf(one), now=time.process_time)
        pages = [
            json.dumps(words_of(render_to_string("documents/payslip.html", payslip_face(slip))))
            for slip in slips
        ]
    start = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        others = list(pool.map(compiled, pages, chunksize=25))
    other = time.perf_counter() - start
    assert len(others) == PAYSLIPS
    cpu = median(seconds for seconds, _ in others)

    table(
        f"{PAYSLIPS:,} payslips as tagged PDF/A, {PROCESSES} processes, same words in the same run",
        ("", "together", "a second", "CPU each", "ratio"),
        (
            "the product, from the request to the last file kept",
            f"{made:.0f} s",
            f"{PAYSLIPS / made:.1f}",
            f"{ours.median * 1000:.0f} ms",
            "1.00",
        ),
        (
            "typst, to bytes: no task, no database, nothing kept",
            f"{other:.0f} s",
            f"{PAYSLIPS / other:.1f}",
            f"{cpu * 1000:.0f} ms",
            f"{cpu / ours.median:.2f}",
        ),
    )
    table(
        "Worker: two processes and their parent, shared pages counted once (PSS)",
        ("cold start, to ready", f"{worker_of_two.seconds:.1f} s"),
        ("at rest", f"{at_rest:.0f} MB"),
        *((f"after {count:,} payslips", f"{size:.0f} MB") for count, size in memory.items()),
    )


def _a_month_of(count: int, cooperative: Cooperative) -> PayrollRun:
    """One real payslip, validated, copied by PostgreSQL with another name each."""
    with transaction.atomic(), tenant(cooperative):
        open_books(cooperative)
        make_payee()
        run = make_run()
        slip = run.payslips.get()
        validate_payslips(run, [slip.pk], on=ON, by=None, with_documents=False)
        part = PayslipPart.objects.get(payslip=slip)
        person = slip.entrepreneur
    far = f"{FAR} + n"
    with psycopg.connect(admin_dsn()) as admin:
        # No trigger, no foreign key: every copy is as right as the row it comes from.
        admin.execute("SET session_replication_role = replica")
        with transaction.atomic(), tenant(cooperative):
            copy(
                admin,
                "entrepreneurs_entrepreneur",
                person.pk,
                count - 1,
                id=far,
                sort_name="sort_name || n",
                membership_id="NULL",
                invitation_id="NULL",
            )
            copy(
                admin,
                "payroll_payslip",
                slip.pk,
                count - 1,
                id=far,
                entrepreneur_id=far,
                inputs="jsonb_set(inputs, '{person,name}', to_jsonb('Camille Fournier ' || n))",
            )
            copy(admin, "payroll_payslippart", part.pk, count - 1, id=far, payslip_id=far)
    return run


def _made_by_the_worker(
    run: PayrollRun, cooperative: Cooperative, worker: Service
) -> tuple[float, dict[int, float]]:
    """Return the seconds from the request to the last file, and megabytes by files made."""
    steps = [PAYSLIPS // 10, PAYSLIPS // 2, PAYSLIPS]
    memory: dict[int, float] = {}

    def all_are_kept() -> bool:
        with transaction.atomic(), tenant(cooperative):
            kept = run.payslips.exclude(document=None).count()
        while steps and kept >= steps[0]:
            memory[steps.pop(0)] = worker.megabytes
        return kept == PAYSLIPS

    start = time.perf_counter()
    with transaction.atomic(), tenant(cooperative):
        assert request_documents(run) == PAYSLIPS
    assert wait(all_are_kept, seconds=1800, every=0.5)
    return time.perf_counter() - start, memory
