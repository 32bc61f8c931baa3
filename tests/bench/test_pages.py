"""What pages cost in a tenant of 400 people and 20,000 invoices, served as in production."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cae.core import clock
from cae.core.tenancy import tenant
from tests.bench.measure import Service, Table, Times, Visitor, started
from tests.bench.plant import INVOICES, PEOPLE, WAITING, plant, submit
from tests.makers import signed_in
from tests.plugins.browser import free_port

REQUESTS, AT_ONCE, ISSUED = 300, 10, 60
_CSRF = "b" * 32


class Web:
    """gunicorn as in production, two processes of four threads."""

    def __init__(self, service: Service, origin: str) -> None:
        self.service = service
        self.origin = origin

    def alone_then_crowded(self, visitor: Visitor, path: str) -> tuple[Times, Times]:
        """Ask one at a time, then ten at once; the first visits warm every thread."""
        requests = [("GET", path)] * REQUESTS
        visitor.times(self.origin, requests[:40], at_once=AT_ONCE)
        alone = visitor.times(self.origin, requests[: REQUESTS // 3], at_once=1)
        return alone, visitor.times(self.origin, requests, at_once=AT_ONCE)


@pytest.fixture
def web(site, tmp_path: Path) -> Iterator[Web]:
    port = free_port()

    def answers() -> bool:
        asked = http.client.HTTPConnection("localhost", port, timeout=10)
        try:
            asked.request("GET", "/compte/connexion/")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()

    with started(
        *(sys.executable, "-m", "gunicorn", "cae.wsgi", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "2"),
        *("--worker-class", "gthread", "--threads", "4"),
        environment={**site.environment, "SITE_URL": f"http://localhost:{port}"},
        log=tmp_path / "web.log",
        is_ready=answers,
    ) as service:
        yield Web(service, f"http://localhost:{port}")


@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
def test_pages_of_a_large_tenant(cooperative, web, table: Table) -> None:
    at_rest = web.service.megabytes
    shop, invoice = plant(cooperative, on=clock.today())
    seller, staff = signed_in(shop.seller), signed_in(shop.accountant)
    home = f"/c/{cooperative.slug}/"
    invoices, waiting = f"{home}ventes/factures/", f"{home}a-valider/"
    submit(shop, 1)
    queries_of_one = {
        invoices: _queries(staff, f"{invoices}?q=bench-{INVOICES - 1}"),
        waiting: _queries(staff, waiting),
    }
    submit(shop, WAITING - 1)
    with transaction.atomic(), tenant(cooperative):
        drafts = [shop.draft().pk for _ in range(2 * ISSUED)]

    month = clock.today().replace(day=1).isoformat()
    rows = []
    for name, client, path in (
        ("home of an entrepreneur", seller, home),
        ("invoices of all, 50 rows", staff, invoices),
        ("… of a month, by customer", staff, f"{invoices}?du={month}&tri=client"),
        ("… to be paid, by amount", staff, f"{invoices}?etat=open&tri=-total"),
        ("one invoice", staff, f"{invoices}{invoice.pk}/"),
        ("inbox, 50 rows", staff, waiting),
    ):
        alone, crowded = web.alone_then_crowded(_visitor(client), path)
        counts = str(_queries(client, path)), str(queries_of_one.get(path, ""))
        rows.append((name, *alone.cells[:2], *crowded.cells, *counts))
    issue = [("POST", f"{invoices}{pk}/emettre/") for pk in drafts]
    officer = _visitor(staff)
    alone = officer.times(web.origin, issue[:ISSUED], at_once=1, expects=302)
    crowded = officer.times(web.origin, issue[ISSUED:], at_once=AT_ONCE, expects=302)
    rows.append(("issue an invoice", *alone.cells[:2], *crowded.cells, "", ""))

    table(
        f"Pages over HTTP, {PEOPLE} people, {INVOICES:,} invoices; gunicorn, 2 × 4 threads",
        ("", "alone", "p95", f"{AT_ONCE} at once", "p95", "rate", "queries", "with 1 row"),
        *rows,
    )
    table(
        "Web: two processes and their parent, shared pages counted once (PSS)",
        ("cold start, to the first page", f"{web.service.seconds:.1f} s"),
        ("at rest", f"{at_rest:.0f} MB"),
        ("after the requests above", f"{web.service.megabytes:.0f} MB"),
    )


def _visitor(client: Client) -> Visitor:
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: _CSRF,
    }
    return Visitor(
        {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": _CSRF,
        }
    )


def _queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response: Any = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return len(queries)
