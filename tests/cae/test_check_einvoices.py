"""Each night the files of invoices are opened again: there, judged, and saying the same totals."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from invoicing import actions, tasks
from invoicing.models import InvoiceFile, InvoiceVerdict
from tests.cae.test_check_house import checked, plant
from tests.invoicing.makers import make_seller, make_shop

pytestmark = pytest.mark.django_db(transaction=True)

CHECK = "Factures électroniques"


@pytest.fixture
def issued(cooperative, other_cooperative):
    """An invoice whose file is made and judged, committed."""
    with tenant(cooperative), transaction.atomic():
        invoice = make_shop(cooperative).invoice()
        actions.judge_invoice(invoice)
    return invoice


def two_days_pass() -> None:
    plant("UPDATE core_outboxmessage SET created_at = created_at - interval '2 days'")
    plant("UPDATE core_storeddocument SET created_at = created_at - interval '2 days'")


def test_a_file_that_is_there_and_judged_is_no_fault(issued):
    two_days_pass()

    assert checked() == (set(), 0)


def test_a_file_asked_for_and_never_made_is_a_fault_after_a_day(issued):
    plant("DELETE FROM invoicing_invoiceverdict")
    plant("DELETE FROM invoicing_invoicefile")
    assert checked() == (set(), 0)

    two_days_pass()

    assert checked() == ({CHECK}, 1)


def test_a_file_not_judged_is_a_fault_after_a_day(issued):
    plant("DELETE FROM invoicing_invoiceverdict")
    assert checked() == (set(), 0)

    two_days_pass()

    assert checked() == ({CHECK}, 1)


def test_a_file_of_other_totals_is_a_fault(issued):
    plant("UPDATE invoicing_invoice SET rounding = rounding + 0.01")

    assert CHECK in checked()[0]


def test_a_file_that_carries_no_invoice_is_a_fault(issued, settings):
    (kept,) = (path for path in Path(settings.CAE_FILES).rglob("*") if path.is_file())
    kept.write_bytes(b"%PDF-1.7")

    assert CHECK in checked()[0]


def test_each_night_what_is_missing_is_asked_for(issued, cooperative):
    with tenant(cooperative), transaction.atomic():
        before = OutboxMessage.objects.count()
    tasks.ask_for_missing_files()
    with tenant(cooperative), transaction.atomic():
        assert OutboxMessage.objects.count() == before
    for table in ("core_outboxmessage", "invoicing_invoiceverdict", "invoicing_invoicefile"):
        plant(f"DELETE FROM {table}")

    tasks.ask_for_missing_files()

    with tenant(cooperative), transaction.atomic():
        assert [(row.task, row.arguments) for row in OutboxMessage.objects.all()] == [
            ("invoicing.tasks.produce_invoice_pdf", {"invoice_id": issued.pk})
        ]


# ── The files written in a folder ────────────────────────────────────────────────────


def exported(cooperative, folder: Path) -> tuple[str, int]:
    from io import StringIO

    out, status = StringIO(), 0
    try:
        call_command("export_invoices", cooperative=cooperative.slug, output=folder, stdout=out)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    return out.getvalue(), status


def test_every_issued_file_is_written_and_those_missing_made(issued, cooperative, tmp_path):
    with tenant(cooperative), transaction.atomic():
        shop = make_seller(cooperative, first_name="Yann", last_name="Le Bris", name="Frêne")
        credit = actions.credit_invoice(shop.invoice(), reason="Erreur.", by=shop.seller)
        actions.issue_invoice(credit, on=issued.issued_on, by=shop.accountant)
        shop.draft()

    said, status = exported(cooperative, tmp_path / "new")

    written = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert written == ["AV-2026-0001.pdf", "FA-2026-0001.pdf", "FA-2026-0002.pdf"]
    assert (said.endswith("tous conformes.\n"), status) == (True, 0)
    with tenant(cooperative), transaction.atomic():
        assert InvoiceFile.objects.count() == InvoiceVerdict.objects.count() == 3
    again = exported(cooperative, tmp_path / "new")
    assert again == (said, status)


def test_a_refused_one_is_told_and_the_status_says_it(cooperative, tmp_path):
    cooperative.vat_number = "ZZ83404833048"
    cooperative.save()
    with tenant(cooperative), transaction.atomic():
        make_shop(cooperative).invoice()

    said, status = exported(cooperative, tmp_path)

    assert (
        "FA-2026-0001 : refusé. Un numéro de TVA ne commence pas par les deux lettres de son pays"
        in said
    )
    assert status == 1
