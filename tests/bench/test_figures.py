"""What the product costs, as printed tables: `make bench`. No time is ever a failure."""

from __future__ import annotations

import gzip
import html
import random
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cae.core import clock
from cae.core.periods import Month
from cae.core.tenancy import tenant
from invoicing import actions
from payroll.actions import validate_payslips
from payroll.documents.payslip import payslip_face, payslip_pdf
from payroll.enums import Hours
from payroll.models import Payslip
from payroll.rules.gross import gross_for_cost
from payroll.rules.situation import Situation
from tests.bench.plant import INVOICES, PEOPLE, WAITING, plant, submit
from tests.invoicing.makers import make_shop
from tests.makers import signed_in
from tests.payroll.makers import ON, make_payee, make_run, open_books

REQUESTS = 60
FONTS = settings.BASE_DIR / "static" / "fonts" / "pdf"

Table = Callable[..., None]


@pytest.fixture
def table(capsys) -> Table:
    """Print rows under a title, whatever pytest captures."""

    def show(title: str, *rows: tuple[str, ...]) -> None:
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        with capsys.disabled():
            sys.stdout.write("\n".join(["", "", title, *(f"  {line}" for line in lines), ""]))

    return show


@dataclass(frozen=True)
class Times:
    """Seconds of the same thing done several times."""

    seconds: list[float]

    @classmethod
    def of(
        cls,
        times: int,
        act: Callable[[], object],
        *,
        now: Callable[[], float] = time.perf_counter,
    ) -> Times:
        measured = []
        for _ in range(times):
            start = now()
            act()
            measured.append(now() - start)
        return cls(measured)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def cells(self) -> tuple[str, str, str]:
        p95 = quantiles(self.seconds, n=20)[-1]
        rate = len(self.seconds) / sum(self.seconds)
        return f"{self.median * 1000:.1f} ms", f"{p95 * 1000:.1f} ms", f"{rate:.0f}/s"


# -- Pay ---------------------------------------------------------------------------------------


def test_a_thousand_inversions(table):
    person = Situation(
        month=Month(2026, 11),
        headcount=24,
        accident_rate=Decimal("0.012"),
        mobility_rate=Decimal("0.0155"),
        health_premium=Decimal(50),
        hours=Hours.MONTHLY,
    )
    people = [
        (replace(person, health_premium=Decimal(30 + n % 40)), Decimal(400 + 7 * n))
        for n in range(1000)
    ]

    def invert() -> float:
        start = time.process_time()
        for situation, budget in people:
            gross_for_cost(situation, budget)
        return time.process_time() - start

    runs = [invert() for _ in range(5)]

    table(
        "1,000 budgets to gross, in CPU seconds of one core (5 runs)",
        ("median", f"{median(runs):.2f} s"),
        ("worst", f"{max(runs):.2f} s"),
    )


# -- Pages -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_pages_of_a_large_tenant(cooperative, table):
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

    rows = [
        (name, *_times(client, url).cells, str(_queries(client, url)), of_one)
        for name, client, url, of_one in (
            ("home of an entrepreneur", seller, home, ""),
            ("invoices of all, 50 rows", staff, invoices, str(queries_of_one[invoices])),
            ("one invoice", staff, f"{invoices}{invoice.pk}/", ""),
            ("inbox, 50 rows", staff, waiting, str(queries_of_one[waiting])),
        )
    ]
    with transaction.atomic(), tenant(cooperative):
        drafts = iter([shop.draft() for _ in range(30)])

    def issue() -> None:
        with transaction.atomic(), tenant(cooperative):
            actions.issue_invoice(next(drafts), on=clock.today(), by=shop.accountant)

    issued = Times.of(30, issue)

    table(
        f"Pages in one process, {PEOPLE} people, {INVOICES:,} invoices, {REQUESTS} requests each",
        ("", "median", "p95", "rate", "queries", "with 1 row"),
        *rows,
        ("issue an invoice (30 times)", *issued.cells, "", ""),
    )


def _times(client: Client, url: str) -> Times:
    _get(client, url)
    return Times.of(REQUESTS, lambda: _get(client, url))


def _get(client: Client, url: str) -> bytes:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content


def _queries(client: Client, url: str) -> int:
    _get(client, url)
    with CaptureQueriesContext(connection) as queries:
        _get(client, url)
    return len(queries)


# -- Payslips ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_payslips_as_pdf(inside, cooperative, table):
    typst = pytest.importorskip("typst")
    open_books(cooperative)
    make_payee()
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None, with_documents=False)
    payslip = Payslip.objects.get()
    compiler = typst.Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)

    def by_typst() -> bytes:
        page = render_to_string("documents/payslip.html", payslip_face(payslip))
        return compiler.compile(input=_as_typst(page), format="pdf")

    assert payslip_pdf(payslip).startswith(b"%PDF")
    assert by_typst().startswith(b"%PDF")
    # Of the processor: what else runs on the machine counts less.
    ours = Times.of(20, lambda: payslip_pdf(payslip), now=time.process_time)
    other = Times.of(20, by_typst, now=time.process_time)

    table(
        "One payslip as a PDF, in CPU time (20 renders)",
        ("", "median", "p95", "rate", "1,000 on 2 cores", "ratio"),
        ("the product's (tagged PDF/A-3a)", *ours.cells, f"{ours.median * 500:.0f} s", "1.0"),
        (
            "its rows by typst (tagged PDF)",
            *other.cells,
            f"{other.median * 500:.0f} s",
            f"{other.median / ours.median:.2f}",
        ),
        ("« 1,000 on 2 cores » is computed: median × 1,000 / 2.", *[""] * 5),
    )


class _Rows(HTMLParser):
    """The rows of every table of a page, and the text outside them, in typst."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.rows: list[list[str]] = []
        self.is_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        self.is_hidden = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self.is_hidden = False
        if tag == "tr" and (cells := self.rows.pop()):
            shown = "".join(f"[{cell}]," for cell in cells)
            self.blocks.append(f"#table(columns: {len(cells)} * (1fr,), {shown})")

    def handle_data(self, data: str) -> None:
        words = re.sub(r"([\\#$*_`<>@\[\]~=+/-])", r"\\\1", " ".join(data.split()))
        if not words or self.is_hidden:
            return
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += f" {words}"
        else:
            self.blocks.append(words)


def _as_typst(page: str) -> bytes:
    """Return the same rows for typst, with other figures: it remembers what it has laid out."""
    rows = _Rows()
    rows.feed(page)
    text = re.sub(r"\d", lambda _: str(random.randint(1, 9)), "\n\n".join(rows.blocks))
    text = re.sub(r"columns: \d", "columns: 6", text)
    head = (
        '#set document(title: "Bulletin de paie")\n'
        '#set page(paper: "a4", margin: 10mm)\n'
        '#set text(font: "Hanken Grotesk", size: 7pt, lang: "fr")\n'
        "#set table(stroke: none, inset: 1pt)\n#set par(spacing: 3pt)\n"
    )
    return (head + text).encode()


# -- First visit -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_weight_of_the_first_visit(cooperative, table):
    with tenant(cooperative):
        shop = make_shop(cooperative)
    page = _get(signed_in(shop.seller), f"/c/{cooperative.slug}/")
    weights = {"HTML": len(gzip.compress(page)), "CSS": 0, "JS": 0, "fonts": 0, "icons": 0}
    kinds = {".css": "CSS", ".js": "JS", ".woff2": "fonts", ".svg": "icons"}
    root = Path(settings.STATIC_ROOT)
    found = re.findall(rf'"{settings.STATIC_URL}([^"#?]+)', html.unescape(page.decode()))
    left = [root / name for name in found]
    seen: set[Path] = set()
    while left:
        path = left.pop().resolve()
        if path in seen:
            continue
        seen.add(path)
        content = path.read_bytes()
        is_packed = path.suffix == ".woff2"
        weights[kinds[path.suffix]] += len(content if is_packed else gzip.compress(content))
        if path.suffix == ".js" and path.parent.name == "js":
            imported = re.findall(r'(?:from|import)\s*"(\.[^"]+)"', content.decode())
            left += [path.parent / name for name in imported]

    table(
        "First visit to the home of an entrepreneur, gzip",
        *((kind, f"{weight / 1000:.1f} kB") for kind, weight in weights.items()),
        ("together", f"{sum(weights.values()) / 1000:.1f} kB"),
    )
