"""Lists as files: asked for, made by a worker as the person sees them, kept a week."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cae.core.documents import path_of
from cae.core.enums import ExportStatus
from cae.core.exports import forget_old_exports, progress
from cae.core.models import AuditEvent, Cooperative, Export, StoredDocument
from cae.core.tenancy import tenant
from entrepreneurs.actions import set_ceiling
from entrepreneurs.models import StaffMember
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.actions.exports import ask_for_export, make_export
from invoicing.models import InvoiceFile
from invoicing.queries import InvoiceFilter, totals_of_list
from tests.invoicing.makers import D, line, make_customer, make_seller, refused
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def no_turn_taken():
    cache.clear()


def made(kind: str, by, file_format: str = "xlsx", **query: str) -> Export:
    export = ask_for_export(kind, file_format=file_format, query=query, by=by)
    make_export(export, on=NOVEMBER)
    export.refresh_from_db()
    return export


def sheet_of(export: Export) -> list[tuple]:
    book = openpyxl.load_workbook(path_of_document(export))
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]


def path_of_document(export: Export):
    assert export.document is not None, export.failure
    return io.BytesIO(path_of(export.document).read_bytes())


# Filters and totals


@planted
def several(shop, seller, staff):
    """Two invoices of two customers, a credit note, a draft."""
    other = make_customer(shop.activity, seller, siret="", name="Mairie de Bruz", email="")
    shop.first = shop.invoice(line(price="1000"), on=date(2026, 6, 3))
    shop.second = shop.invoice(line(price="200", vat="5-5"), on=date(2026, 7, 1), customer=other)
    credit = actions.credit_invoice(shop.first, reason="Remise", by=seller)
    actions.change_invoice(
        credit, content=shop.invoice_content(line(price="100"), subject="Avoir"), by=seller
    )
    shop.credit = actions.issue_invoice(credit, on=date(2026, 7, 2), by=staff)
    shop.other = other
    shop.draft_one = shop.draft()
    return shop


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 4),
        ({"du": "2026-07-01"}, 2),
        ({"au": "2026-06-30"}, 1),
        ({"min": "1 000,00"}, 2),
        ({"max": "211"}, 2),
        ({"tva": "5,5"}, 1),
        ({"exercice": "2026"}, 3),
        ({"exercice": "2025"}, 0),
        ({"exercice": "99999", "accompagnement": "x", "seule": "2"}, 4),
        ({"accompagnement": "987654321"}, 0),
        ({"seule": "1"}, 0),
        ({"etat": "late"}, 2),
        ({"etat": "paid", "du": "2026-01-01"}, 0),
        ({"q": "bruz", "du": "2026-01-01"}, 1),
        (
            {"du": "hier", "min": "x", "client": "-1", "tva": "19", "tri": "id; drop", "etat": "?"},
            4,
        ),
    ],
)
def test_filters_keep_what_they_say_and_ignore_what_is_wrong(several, query, found):
    assert InvoiceFilter.read(query).rows(None, on=NOVEMBER).count() == found


def test_a_filter_says_itself_again():
    period = {"du": "2026-01-01", "au": "2026-12-31", "min": "10", "max": "5000,5"}
    whose = {"client": "12", "activite": "3", "tva": "5,5", "tri": "-total"}
    who = {"accompagnement": "4", "antenne": "2", "exercice": "2026", "seule": "1"}
    query = {"etat": "late", "q": "ébène", **period, **whose, **who}

    assert InvoiceFilter.read(query).query == query
    assert InvoiceFilter.read({"tri": "-total"}).narrows is False


def test_a_list_is_that_of_an_adviser_and_of_what_nobody_validated(several, seller, staff):
    adviser = StaffMember.objects.create(
        first_name="Anne", last_name="Morel", sort_name="morel anne", email="anne@exemple.fr"
    )
    several.person.adviser = adviser
    several.person.save(update_fields=["adviser"])
    set_ceiling(several.activity, D("10000"), by=several.accountant)
    alone = actions.issue_invoice(several.draft_one, on=date(2026, 7, 3), by=seller)
    followed = InvoiceFilter.read({"accompagnement": str(adviser.pk)})
    unread = InvoiceFilter.read({"seule": "1", "exercice": "2026"})

    assert followed.rows(None, on=NOVEMBER).count() == 4
    assert [row.pk for row in unread.rows(None, on=NOVEMBER)] == [alone.pk]
    assert totals_of_list(unread.rows(None, on=NOVEMBER)).gross == alone.gross
    assert len(sheet_of(made("invoices", staff, seule="1"))) == 2
    several.activity.members.update(valid_to=date(2026, 8, 31))
    assert followed.rows(None, on=NOVEMBER).count() == 0


def test_a_fiscal_year_may_begin_in_july(several):
    Cooperative.objects.filter(pk=several.cooperative.pk).update(fiscal_year_start=7)

    def found(year: str) -> int:
        return InvoiceFilter.read({"exercice": year}).rows(None, on=NOVEMBER).count()

    assert (found("2025"), found("2026")) == (1, 2)


def test_a_list_adds_up_less_its_credit_notes(several):
    wanted = InvoiceFilter.read({"du": "2026-01-01", "client": str(several.customer.pk)})

    totals = totals_of_list(wanted.rows(None, on=NOVEMBER))

    assert (totals.count, totals.net, totals.vat, totals.gross) == (
        2, D("900.00"), D("180.00"), D("1080.00"),
    )  # fmt: skip
    assert totals_of_list(InvoiceFilter(text="zzz").rows(None, on=NOVEMBER)).gross == 0


# Tables


def test_the_list_leaves_with_typed_cells(several, staff):
    export = made("invoices", staff, du="2026-01-01", tri="date")

    head, *rows = sheet_of(export)

    assert head[:4] == ("Numéro", "Nature", "État", "Émise le")
    assert [(row[0], row[3].date(), row[9], row[14]) for row in rows] == [
        ("FA-2026-0001", date(2026, 6, 3), 1000, 1080),
        ("FA-2026-0002", date(2026, 7, 1), 200, 211),
        (several.credit.number, date(2026, 7, 2), -100, None),
    ]
    assert (export.status, export.row_count) == ("ready", 3)
    assert export.document.name == "factures-2026-11-23.xlsx"


def test_its_lines_its_quotes_its_customers_and_its_payments_leave_too(several, staff):
    several.quote()
    several.pay(several.second, "11", on=NOVEMBER)

    lines = sheet_of(made("invoice-lines", staff, du="2026-01-01"))
    assert {(row[5], row[11]) for row in lines[1:]} == {
        ("Direction artistique", amount) for amount in (1000, 200, -100)
    }  # fmt: skip
    assert len(sheet_of(made("quotes", staff))) == 2
    customers = {row[1]: row for row in sheet_of(made("customers", staff))[1:]}
    assert customers["Mairie de Bruz"][-3:] == (200, 200, 200)
    (payment,) = sheet_of(made("payments", staff))[1:]
    assert (payment[1], payment[-1]) == ("Mairie de Bruz", 11)


FORMULAS = [
    f"{sign}{payload}"
    for sign in ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠")
    for payload in ("1+1", 'HYPERLINK("http://x")', "cmd|' /C calc'!A0")
]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_no_formula_ever_runs(shop, seller, file_format):
    for rank, formula in enumerate(FORMULAS):
        make_customer(
            shop.activity, seller, siret="", email="", name=f"N{rank}", contact=formula[:120]
        )

    export = made("customers", seller, file_format)

    content = path_of(export.document).read_bytes()
    if file_format == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        contact = rows[0].index("Interlocuteur")
        cells = [row[contact] for row in rows[1:] if row[1].startswith("N")]
        assert len(cells) == len(FORMULAS)
        assert all(cell.startswith("'") for cell in cells)
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [c for row in book.active.iter_rows() for c in row if c.value is not None]
        assert {c.data_type for c in cells} <= {"s", "n", "d"}
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_csv_opens_in_a_french_spreadsheet(several, staff):
    export = made("invoices", staff, "csv", du="2026-01-01", tri="date")

    content = path_of(export.document).read_bytes()

    assert content.startswith(b"\xef\xbb\xbf")
    assert "03/06/2026" in content.decode() and ";1000,00;200,00;1200,00;" in content.decode()


def test_the_pdfs_leave_in_an_archive_those_missing_made_first(several, staff):
    assert InvoiceFile.objects.count() == 0

    export = made("invoice-pdfs", staff, "zip")

    archive = zipfile.ZipFile(path_of_document(export))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == sorted(
        [f"Facture {i.number}.pdf" for i in (several.first, several.second)]
        + [f"Avoir {several.credit.number}.pdf"]
    )
    assert InvoiceFile.objects.count() == 3
    assert export.row_count == 3


# Whose, and how often


def test_an_entrepreneur_receives_theirs_alone_even_from_the_worker(several, cooperative):
    neighbour = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")
    neighbour.invoice(on=date(2026, 8, 1))
    with tenant(cooperative, membership=neighbour.seller, own=own_ids(neighbour.seller)):
        export = ask_for_export("invoices", file_format="xlsx", query={}, by=neighbour.seller)
    make_export(export, on=NOVEMBER)
    export.refresh_from_db()

    assert len(sheet_of(export)) == 2
    assert export.entrepreneur_id == neighbour.person.pk
    with tenant(cooperative, membership=several.seller, own=own_ids(several.seller)):
        assert not Export.objects.exists()
        assert not StoredDocument.objects.filter(kind="export").exists()


def test_what_is_not_exported_is_refused(shop, seller, staff):
    for kind, file_format, who in (
        ("salaries", "xlsx", staff),
        ("invoices", "zip", staff),
        ("invoice-pdfs", "xlsx", staff),
        ("payments", "xlsx", seller),
    ):
        with refused("unknown_export"):
            ask_for_export(kind, file_format=file_format, query={}, by=who)


def test_three_wait_at_most(shop, staff):
    for _ in range(3):
        ask_for_export("quotes", file_format="csv", query={}, by=staff)
    with refused("too_many_exports"):
        ask_for_export("quotes", file_format="csv", query={}, by=staff)


def test_a_second_delivery_makes_nothing_twice(several, staff):
    export = made("quotes", staff)
    make_export(export, on=NOVEMBER)
    assert StoredDocument.objects.filter(kind="export").count() == 1

    waiting = ask_for_export("quotes", file_format="csv", query={}, by=staff)
    assert progress(waiting).take()  # another worker has it in hand
    make_export(waiting, on=NOVEMBER)
    waiting.refresh_from_db()
    assert waiting.status == ExportStatus.WAITING


def test_progress_is_noted_as_it_goes(shop, staff):
    export = ask_for_export("quotes", file_format="csv", query={}, by=staff)
    at = progress(export)
    seen = [at.read() for _ in at.over(range(4), total=4)]

    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_what_cannot_be_made_says_why(shop, staff):
    export = made("invoice-pdfs", staff, "zip")

    assert (export.status, export.document) == ("failed", None)
    assert "pas de PDF" in export.failure


def test_a_week_later_the_file_is_gone_and_its_row_says_so(several, staff):
    export, other = made("quotes", staff), made("invoices", staff)
    path = path_of(export.document)
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(minutes=1))

    assert forget_old_exports() == 1

    export.refresh_from_db()
    assert (export.status, export.document, path.exists()) == ("expired", None, False)
    assert path_of(other.document).exists()


@pytest.mark.parametrize(
    "change",
    [
        "status = 'ready'",
        "status = 'failed'",
        "failure = 'x'",
        "status = 'ready', expires_at = now()",
    ],
)
def test_the_database_refuses_an_export_that_cannot_be(shop, staff, change):
    export = ask_for_export("quotes", file_format="csv", query={}, by=staff)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_export SET {change} WHERE id = {export.pk}")


def test_each_request_is_traced(shop, staff):
    export = made("quotes", staff)

    trace = AuditEvent.objects.get(action="export.requested")
    assert (trace.target_id, trace.membership_id) == (export.pk, staff.pk)


def test_a_sorted_list_of_customers_leaves_sorted(several, staff):
    rows = sheet_of(made("customers", staff, tri="-nom"))
    assert [row[1] for row in rows[1:]] == ["Mairie de Bruz", "Éditions Maison Ébène"]
    assert queries.customers_listed({"type": "public"}, None).count() == 0


def test_the_order_book_is_a_file_of_what_is_on_the_screen(shop, seller, staff):
    for price, subject in (("1000", "Album"), ("500", "Jeu"), ("300", "=CMD()")):
        quote = shop.quote(line(price=price), subject=subject)
        actions.send_quote(quote, on=date(2026, 6, 3), by=seller)
        actions.accept_quote(quote, name="Marianne Lescop", on=date(2026, 6, 3))

    head, first, *others = sheet_of(made("order-book", seller, tri="-reste"))

    assert head[-3:] == ("Commandé HT", "Facturé HT", "Reste à facturer HT")
    assert (first[1:4], first[-3:]) == (
        ("Éditions Maison Ébène", "Album", "Studio Brume"),
        (1000, 0, 1000),
    )
    assert [row[2] for row in others] == ["Jeu", "=CMD()"]
    narrowed = made("order-book", seller, file_format="csv", q="cmd")
    assert narrowed.row_count == 1
    assert ";'=CMD();" in path_of_document(narrowed).getvalue().decode()
    assert made("order-book", seller, age="jamais").row_count == 3
    with refused("unknown_export"):
        ask_for_export("order-book", file_format="zip", query={}, by=seller)
