"""Days, months and years closed for ever; the archive of a year; what tampering shows."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter as Tally
from datetime import date, timedelta
from hashlib import sha256

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from cae.core import documents
from cae.core.models import AuditEvent
from cae.core.tenancy import tenant
from cae.management import house
from invoicing import actions, queries
from invoicing.actions.closings import archive_year, ask_everywhere, close_days
from invoicing.enums import ClosedSpan
from invoicing.rules.closings import spans_to_close
from tests.conftest import owner_dsn
from tests.invoicing.makers import D, line, make_shop
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

TODAY = date(2026, 11, 23)
TOMORROW = TODAY + timedelta(days=1)


def test_a_month_and_a_year_close_right_after_their_last_day():
    spans = list(spans_to_close(date(2026, 12, 30), date(2027, 1, 1)))

    assert spans == [
        (ClosedSpan.DAY, date(2026, 12, 30), date(2026, 12, 30)),
        (ClosedSpan.DAY, date(2026, 12, 31), date(2026, 12, 31)),
        (ClosedSpan.MONTH, date(2026, 12, 1), date(2026, 12, 31)),
        (ClosedSpan.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (ClosedSpan.DAY, date(2027, 1, 1), date(2027, 1, 1)),
    ]
    assert list(spans_to_close(date(2027, 1, 2), date(2027, 1, 1))) == []


def test_the_year_is_the_fiscal_one():
    spans = spans_to_close(date(2026, 8, 31), date(2026, 8, 31), year_start=9)

    assert list(spans)[-1] == (ClosedSpan.YEAR, date(2025, 9, 1), date(2026, 8, 31))


@planted
def written(shop, seller, staff):
    """A day with an invoice of 1 200, one of 60, a credit note of 60, and 700 received."""
    paid, wrong = shop.invoice(), shop.invoice(line(price="50"))
    shop.pay(paid, "700")
    credit = actions.credit_invoice(wrong, reason="Erreur", by=seller)
    actions.issue_invoice(credit, on=TODAY, by=staff)
    return paid


def test_a_day_is_closed_with_what_was_written_and_the_totals_since_the_first(written, shop):
    (day,) = close_days(before=TOMORROW)

    assert (day.span, day.starts_on, day.ends_on) == ("day", TODAY, TODAY)
    assert (day.invoice_count, day.invoiced) == (3, D("1200.00"))
    assert (day.payment_count, day.received) == (1, D("700.00"))
    assert (day.invoiced_total, day.received_total) == (D("1200.00"), D("700.00"))
    assert close_days(before=TOMORROW) == []
    assert list(queries.broken_closings()) == []


def test_days_without_a_worker_are_caught_up_with_months_and_years(written, shop):
    made = close_days(before=date(2027, 2, 1))

    assert Tally(closing.span for closing in made) == {"day": 70, "month": 3, "year": 1}
    year = next(closing for closing in made if closing.span == "year")
    assert (year.starts_on, year.ends_on) == (TODAY, date(2026, 12, 31))
    assert (year.invoiced, year.received_total) == (D("1200.00"), D("700.00"))
    november = next(closing for closing in made if closing.span == "month")
    assert (november.invoiced, november.payment_count) == (D("1200.00"), 1)
    assert list(queries.broken_closings()) == []
    assert list(house.broken_chains()) == []


def test_nothing_written_closes_nothing(shop):
    assert close_days(before=TOMORROW) == []


def test_a_closed_day_takes_nothing_more(written, shop):
    close_days(before=TOMORROW)

    for act in (lambda: shop.pay(written, "1"), lambda: shop.invoice()):
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            act()
        assert error.value.__cause__.diag.constraint_name == "invoicing_closed_day"
    shop.draft()  # what is not issued is not concerned


def test_each_cooperative_is_asked_once_a_night(written, shop, cooperatives):
    from cae.core.models import OutboxMessage

    assert ask_everywhere(on=TOMORROW) == ask_everywhere(on=TOMORROW) == 2
    for cooperative in cooperatives:
        with tenant(cooperative):
            assert OutboxMessage.objects.filter(key=f"close-days:{TOMORROW}").count() == 1


# The archive of a year.


def _rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode()), delimiter=";"))


def test_a_closed_year_is_archived_once_with_its_fingerprint(written, shop):
    made = close_days(before=date(2027, 1, 1))
    year = next(closing for closing in made if closing.span == "year")

    archive = archive_year(year)

    assert archive_year(year) == archive
    content = documents.content_of(archive.document)
    assert archive.sha256 == sha256(content).hexdigest()
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        manifest = json.loads(files.read("manifeste.json"))
        for name, fingerprint in manifest["files"].items():
            assert sha256(files.read(name)).hexdigest() == fingerprint
        rows = {
            name: list(
                csv.DictReader(io.StringIO(files.read(f"{name}.csv").decode()), delimiter=";")
            )
            for name in ("factures", "lignes", "encaissements", "imputations", "clotures")
        }
        frozen = [json.loads(row) for row in files.read("factures.jsonl").splitlines()]
    assert [row["number"] for row in rows["factures"]] == [
        "FA-2026-0001", "FA-2026-0002", "AV-2026-0001",
    ]  # fmt: skip
    assert len(rows["lignes"]) == 3
    assert [row["amount"] for row in rows["encaissements"]] == ["700.00"]
    assert [row["invoice__number"] for row in rows["imputations"]] == ["FA-2026-0001"]
    assert len(rows["clotures"]) == 39 + 2 + 1
    assert [row["snapshot"]["gross"] for row in frozen] == ["1200.00", "60.00", "60.00"]
    assert manifest["closing"] == year.fingerprint
    from invoicing.documents.archives import year_archive

    assert year_archive(year) == content


# Tampering.

TAMPERINGS = {
    "a closing changed": ("UPDATE invoicing_closing SET received = 0", None),
    "a closing deleted": ("DELETE FROM invoicing_closing", None),
    "an archive changed": ("UPDATE invoicing_yeararchive SET sha256 = repeat('0', 64)", None),
    "an archive deleted": ("DELETE FROM invoicing_yeararchive", None),
    "a day left out": ("{insert} ends_on + 2, ends_on + 2, {sums} {rest}", "follows"),
    "totals that do not add up": (
        "{insert} ends_on + 1, ends_on + 1, 0, 0, 0, 0, invoiced_total + 1, received_total {rest}",
        "follows",
    ),
    "money that was not received": (
        "{insert} ends_on + 1, ends_on + 1, 0, 0, 1, 5, invoiced_total, received_total + 5 {rest}",
        "facts",
    ),
    "invoices that were not issued": (
        "{insert} ends_on + 1, ends_on + 1, 1, 5, 0, 0, invoiced_total + 5, received_total {rest}",
        "facts",
    ),
    "the same day twice": ("{insert} ends_on, ends_on, {sums} {rest}", "follows"),
}
_INSERT = (
    "INSERT INTO invoicing_closing (tenant_id, span, starts_on, ends_on, invoice_count, invoiced,"
    " payment_count, received, invoiced_total, received_total, invoice_rank, payment_rank,"
    " chain_rank, fingerprint, closed_at) SELECT tenant_id, span,"
)
_SUMS = "0, 0, 0, 0, invoiced_total, received_total"
_REST = (
    ", invoice_rank, payment_rank, 999, fingerprint, closed_at FROM invoicing_closing"
    " WHERE span = 'day' ORDER BY ends_on DESC LIMIT 1"
)


@pytest.mark.parametrize("what", TAMPERINGS)
def test_the_database_refuses(written, shop, what):
    sql, constraint = TAMPERINGS[what]
    made = close_days(before=date(2027, 1, 1))
    archive_year(next(closing for closing in made if closing.span == "year"))
    statement = sql.format(insert=_INSERT, sums=_SUMS, rest=_REST)

    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    if constraint:
        named = error.value.__cause__.diag.constraint_name
        assert named == f"invoicing_closing_{constraint}"
    assert list(queries.broken_closings()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE invoicing_closing SET received = 1", "empreinte"),
        ("UPDATE invoicing_payment SET amount = 600", "a changé depuis"),
        ("DELETE FROM invoicing_allocation; DELETE FROM invoicing_payment", "a changé depuis"),
        ("DELETE FROM invoicing_closing WHERE chain_rank = 1", "empreinte"),
    ],
)
def test_what_the_owner_edits_is_exposed(cooperative, sql, said):
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        shop.pay(shop.invoice(), "700")
        close_days(before=TOMORROW + timedelta(days=1))
    with psycopg.connect(owner_dsn()) as owner:
        for table in ("closing", "payment", "allocation"):
            owner.execute(f"ALTER TABLE invoicing_{table} DISABLE TRIGGER USER")
        owner.execute(sql)
        for table in ("closing", "payment", "allocation"):
            owner.execute(f"ALTER TABLE invoicing_{table} ENABLE TRIGGER USER")

    with tenant(cooperative), transaction.atomic():
        assert any(said in fault for fault in queries.broken_closings())


# The pages.


@pytest.fixture
def browser(written, shop, cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    return signed_in(shop.accountant)


def url(path: str = "") -> str:
    return f"/c/ateliers/encaissements/{path}"


def test_the_pages_say_what_is_closed_and_that_it_holds(browser, shop):
    assert "Rien n’est encore clos" in browser.get(url("clotures/")).content.decode()
    made = close_days(before=date(2027, 1, 1))
    archive = archive_year(next(closing for closing in made if closing.span == "year"))

    page = browser.get(url("clotures/?periode=exercices")).content.decode()
    assert "1\u00a0200,00\u00a0€" in page and archive.sha256 in page
    assert "intacts" in browser.get(url("clotures/verifier/")).content.decode()
    answer = browser.get(url(f"archives/{archive.pk}/"))
    assert b"".join(answer.streaming_content) == documents.content_of(archive.document)
    assert AuditEvent.objects.filter(action="archive.downloaded").count() == 1


def test_the_attestation_names_the_publisher_and_the_version(browser, settings):
    page = browser.get(url("attestation/")).content.decode()
    assert "n’a pas donné son identité" in page and settings.CAE_VERSION in page

    settings.PUBLISHER_NAME = "Éditions Alvéole"
    page = browser.get(url("attestation/")).content.decode()
    assert "Éditions Alvéole" in page and "n’a pas donné son identité" not in page


def test_others_find_no_archive(browser, shop, cooperatives):
    made = close_days(before=date(2027, 1, 1))
    archive = archive_year(next(closing for closing in made if closing.span == "year"))
    elsewhere = make_membership(cooperatives[1], "accountant", "x@autre.example")
    for stranger in (shop.seller, elsewhere):
        assert signed_in(stranger).get(url(f"archives/{archive.pk}/")).status_code == 404


def test_the_list_costs_the_same_for_three_rows(browser, shop):
    from django.test.utils import CaptureQueriesContext

    costs = []
    for last in (TOMORROW, TOMORROW + timedelta(days=2)):
        close_days(before=last)
        browser.get(url("clotures/"))
        with CaptureQueriesContext(connection) as asked:
            browser.get(url("clotures/"))
        costs.append(len(asked))
    assert costs[0] == costs[1]
