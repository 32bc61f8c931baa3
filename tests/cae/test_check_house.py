"""Each night's computation sees what a lifted trigger or a careless hand would have changed."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from random import Random

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from cae.celery import app
from cae.core.documents import keep_upload
from cae.core.enums import DocumentKind
from cae.core.models import HouseCheck, OutboxMessage
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.demo.tickets import Ticket, picture_of
from cae.management import house as checks
from cae.management.house import CHECKS
from cae.management.tasks import check_house, check_houses
from governance.actions import admit_member
from invoicing import actions as sales
from invoicing.actions import bank, einvoices, transmissions
from invoicing.models import BankLine, Transmission
from tests.conftest import admin_dsn
from tests.invoicing.bank import IBAN, camt, entry
from tests.invoicing.makers import JUNE_3, make_shop
from tests.makers import make_membership, signed_in
from tests.payroll.makers import make_payee, open_books, paid_month

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


@pytest.fixture
def house(cooperative, other_cooperative) -> None:
    """One of everything, committed: a fault is planted from another connection."""
    with tenant(cooperative), transaction.atomic():
        open_books(cooperative)
        shop = make_shop(cooperative)
        sales.send_quote(shop.quote(), on=JUNE_3, by=shop.seller)
        paid, credited = shop.invoice(), shop.invoice()
        shop.pay(paid, "700")
        credit = sales.credit_invoice(credited, reason="Erreur de client.", by=shop.seller)
        sales.issue_invoice(credit, on=JUNE_3, by=shop.accountant)
        _refunded_sheet(shop)
        make_payee("Yanis", "Belkacem", activity="Menuiserie du Frêne")
        paid_month(Month(2026, 6))
        admit_member(
            last_name="Le Gall", shares=5, nominal=D(20), paid=D(60), day=JUNE_3, on=JUNE_3, by=None
        )


def _refunded_sheet(shop) -> None:
    ticket = Ticket(shop="Papeterie", day=JUNE_3, paid=D(120), vat=D(20), vat_percent=20)
    voucher = keep_upload(
        picture_of(ticket, Random(1)),
        kind=DocumentKind.VOUCHER,
        name="ticket.jpg",
        entrepreneur_id=shop.person.pk,
    )
    sheet = shop.spend(voucher=voucher).sheet
    sales.submit_sheet(sheet, by=shop.seller)
    sales.approve_sheet(sheet, on=JUNE_3, by=shop.accountant)
    sales.refund_sheet(sheet, on=JUNE_3, by=shop.accountant)


def plant(fault: str) -> None:
    """Change rows as nobody may: a superuser, with every trigger off."""
    with psycopg.connect(admin_dsn(), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        assert superuser.execute(fault).rowcount > 0


def checked(**options: str) -> tuple[set[str], int]:
    """Return the names of the checks that found a fault, and the exit status."""
    out, status = StringIO(), 0
    try:
        call_command("check_house", stdout=out, **options)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    return {line.removeprefix("FAUTE").strip() for line in lines if line[:5] == "FAUTE"}, status


def test_a_sound_house_has_no_fault(house):
    assert checked() == (set(), 0)


LINES = "accounting_entryline"

FAULTS = [
    ("Écritures équilibrées", f"UPDATE {LINES} SET debit = debit + 1 WHERE debit > 0"),
    (
        "Écritures équilibrées",
        f"DELETE FROM {LINES} WHERE entry_id = (SELECT max(id) FROM accounting_entry)",
    ),
    ("Écritures équilibrées", f"UPDATE {LINES} SET date = date + 40"),
    (
        "Analytique égale au grand livre",
        f"UPDATE {LINES} l SET account_id = (SELECT id FROM accounting_account"
        " WHERE number = '606' AND tenant_id = l.tenant_id) FROM accounting_account a"
        " WHERE a.id = l.account_id AND a.number = '6041' AND l.debit > 0",
    ),
    ("Séries sans trou", "UPDATE accounting_entry SET number = number + 50"),
    ("Séries sans trou", "UPDATE invoicing_quote SET number = 'DE-2026-0009'"),
    ("Séries sans trou", "UPDATE invoicing_expensesheet SET number = 'ND-2026-0002'"),
    ("Séries sans trou", "UPDATE payroll_transferbatch SET number = 'VIR-2026-0004'"),
    ("Séries sans trou", "DELETE FROM invoicing_invoice WHERE number = 'FA-2026-0001'"),
    (
        "Chaînes d’empreintes",
        "UPDATE invoicing_invoice SET snapshot = jsonb_set(snapshot, '{subject}', '\"Autre\"')"
        " WHERE number = 'FA-2026-0001'",
    ),
    ("Chaînes d’empreintes", "UPDATE invoicing_payment SET reference = 'Autre'"),
    ("Chaînes d’empreintes", "DELETE FROM invoicing_payment"),
    ("Factures, lignes et TVA", "UPDATE invoicing_invoiceline SET quantity = 2, net = 2 * net"),
    ("Factures, lignes et TVA", "UPDATE invoicing_invoicevat SET tax = tax + 1"),
    ("Factures, lignes et TVA", "UPDATE invoicing_invoice SET net = net + 1, gross = gross + 1"),
    ("Règlements des factures", "UPDATE invoicing_settlement SET paid = paid + 1"),
    ("Règlements des factures", "UPDATE invoicing_settlement SET credited = 0"),
    (
        "Retenues de garantie",
        f"UPDATE {LINES} l SET account_id = (SELECT id FROM accounting_account"
        " WHERE number = '4117' AND tenant_id = l.tenant_id) FROM accounting_account a"
        " WHERE a.id = l.account_id AND a.number = '411' AND l.debit > 0",
    ),
    ("Encaissements et remises en banque", "UPDATE invoicing_allocation SET amount = amount + 1"),
    (
        "Notes de dépenses",
        "UPDATE invoicing_expenseline SET paid = paid + 1, net = net + 1, gross = gross + 1",
    ),
    ("Notes de dépenses", "UPDATE invoicing_expensesheet SET status = 'approved'"),
    ("Virements et remboursements", "UPDATE accounting_transfer SET state = 'waiting'"),
    ("Contributions prélevées", "UPDATE accounting_contributionlevy SET amount = amount + 1"),
    ("Bulletins, grand livre et virements", "UPDATE payroll_transfer SET amount = amount + 1"),
    ("Bulletins, grand livre et virements", "UPDATE payroll_payslippart SET cost = cost + 1"),
    (
        "Bulletins, grand livre et virements",
        "UPDATE payroll_payslip SET withholding = withholding + 1, net_paid = net_paid - 1",
    ),
    ("Bulletins, grand livre et virements", "UPDATE payroll_transferbatch SET total = total + 1"),
    (
        "Capital et registre des parts",
        "UPDATE governance_sharemovement SET paid = paid + 1 WHERE kind = 'release'",
    ),
]


_BANK, _DEPOSITS = "Relevés bancaires et rapprochements", "Factures déposées"
EXCHANGE_FAULTS = [
    (_BANK, "UPDATE invoicing_bankline SET amount = amount + 1"),
    (_BANK, "DELETE FROM invoicing_bankline WHERE id = (SELECT max(id) FROM invoicing_bankline)"),
    (_BANK, "UPDATE invoicing_bankstatement SET closing = closing + 1"),
    (
        _BANK,
        "UPDATE invoicing_bankstatement SET opening = opening + 1, closing = closing + 1"
        " WHERE id = (SELECT max(id) FROM invoicing_bankstatement)",
    ),
    (
        _BANK,
        "UPDATE invoicing_bankoutcome SET payment_id = (SELECT max(id) FROM invoicing_payment)",
    ),
    (
        _BANK,
        "UPDATE invoicing_payment SET reason = 'Erreur',"
        " reverses_id = (SELECT min(id) FROM invoicing_payment)"
        " WHERE id = (SELECT max(id) FROM invoicing_payment)",
    ),
    (_DEPOSITS, "UPDATE invoicing_transmission SET status = '205'"),
    (_DEPOSITS, "UPDATE invoicing_transmission SET cashed = cashed + 1"),
    (_DEPOSITS, "UPDATE invoicing_transmission SET amount = amount + 1"),
    (_DEPOSITS, "DELETE FROM invoicing_invoiceverdict"),
    (_DEPOSITS, "DELETE FROM invoicing_transmissionevent"),
]


@pytest.fixture
def exchanges(cooperative, other_cooperative) -> None:
    """Two statements that follow each other, one line matched; one invoice deposited."""
    cooperative.iban = IBAN
    cooperative.save()
    with tenant(cooperative), transaction.atomic():
        open_books(cooperative)
        shop = make_shop(cooperative)
        invoice = shop.invoice()
        for content in (
            camt(entry("1200.00", ref="A"), opening="50.00", closing="1250.00"),
            camt(
                entry("9.00", out=True, ref="B", on="2026-07-02"),
                opening="1250.00",
                closing="1241.00",
                since="2026-07-01",
                until="2026-07-31",
            ),
        ):
            bank.deposit_statement(content, name="releve.xml", by=shop.accountant)
        bank.match_invoices(BankLine.objects.get(reference="A"), [invoice.pk], by=shop.accountant)
        shop.pay(shop.invoice(), "700")
        transmissions.set_deposits("platform", route="manual", since=JUNE_3, by=shop.accountant)
        einvoices.judge_invoice(invoice)
        transmissions.mark_deposited(
            Transmission.objects.values_list("pk", flat=True),
            on=JUNE_3,
            today=JUNE_3,
            by=shop.accountant,
        )


def test_sound_exchanges_have_no_fault(exchanges):
    assert checked() == (set(), 0)


@pytest.mark.parametrize(("name", "fault"), EXCHANGE_FAULTS)
def test_a_fault_of_the_bank_or_of_a_deposit_turns_its_check_red(exchanges, name, fault):
    plant(fault)

    found, status = checked()

    assert name in found
    assert status == 1


@pytest.mark.parametrize(("name", "fault"), FAULTS)
def test_a_planted_fault_turns_its_check_red(house, name, fault):
    plant(fault)

    found, status = checked()

    assert name in found
    assert status == 1


def test_an_altered_file_is_seen(house, settings):
    kept = next(path for path in settings.CAE_FILES.rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes() + b" ")

    assert checked() == ({"Fichiers conservés"}, 1)


def test_every_check_is_seen_red():
    elsewhere = {"Fichiers conservés", "Factures électroniques"}
    assert {check.name for check in CHECKS} == {
        *(name for name, _ in (*FAULTS, *EXCHANGE_FAULTS)),
        *elsewhere,
    }


def test_the_fault_of_one_cooperative_is_not_said_of_another(house, other_cooperative):
    plant(f"UPDATE {LINES} SET debit = debit + 1 WHERE debit > 0")

    assert checked(cooperative=other_cooperative.slug) == (set(), 0)


def test_an_unknown_cooperative_gets_one_line(db):
    with pytest.raises(CommandError, match="Aucune coopérative"):
        checked(cooperative="ailleurs")


# ── At night ─────────────────────────────────────────────────────────────────────────────


def night(cooperative) -> None:
    """What beat asks for, then what the worker does of it in one cooperative."""
    check_houses()
    with tenant(cooperative), transaction.atomic():
        message = OutboxMessage.objects.get(task=check_house.name)
    check_house.push_request(cae_tenant=cooperative.pk, cae_message=message.pk)
    try:
        check_house()
    finally:
        check_house.pop_request()


def kept(cooperative) -> list[tuple[int, dict]]:
    with tenant(cooperative), transaction.atomic():
        return list(HouseCheck.objects.values_list("faults", "counts"))


def test_beat_rings_each_night():
    app.loader.import_default_modules()
    ring = app.conf.beat_schedule["check-houses"]

    assert ring["task"] in app.tasks
    assert ring["schedule"].hour == {3}


def test_a_sound_night_is_kept_once_however_often_it_is_asked(cooperative, other_cooperative):
    for _ in range(2):
        night(cooperative)

    assert kept(cooperative) == [(0, {})]
    assert kept(other_cooperative) == []
    with tenant(other_cooperative), transaction.atomic():
        assert OutboxMessage.objects.get().done_at is None, "its own task has not run"


def test_a_night_keeps_what_it_found_and_its_first_sentences(house, cooperative):
    plant(f"UPDATE {LINES} SET debit = debit + 1 WHERE debit > 0")

    night(cooperative)

    (faults, counts), *_ = kept(cooperative)
    assert faults == sum(counts.values()) > checks.SAID
    with tenant(cooperative), transaction.atomic():
        said = HouseCheck.objects.get().said
    assert list(said) == list(counts)
    assert max(len(sentences) for sentences in said.values()) == checks.SAID


def test_a_check_under_way_is_not_begun_again(cooperative):
    with psycopg.connect(admin_dsn()) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('house'), %s)", [cooperative.pk])
        night(cooperative)

        assert kept(cooperative) == []
        with tenant(cooperative), transaction.atomic():
            assert OutboxMessage.objects.get().done_at is None, "the relay must bring it again"


def test_a_check_neither_locks_nor_writes(house, cooperative, monkeypatch):
    """Meanwhile somebody else writes where they like, and is not waited for."""

    def meanwhile():
        plant("UPDATE invoicing_invoice SET net = net + 1, gross = gross + 1")
        return iter(())

    look = (checks.Check("Entre deux", meanwhile), *CHECKS)
    monkeypatch.setattr(checks, "CHECKS", look)
    with tenant(cooperative):
        findings = checks.examine()

    assert findings is not None
    assert [finding.check for finding in findings if finding.count] == [], "one snapshot"


def test_a_quarter_of_nights_is_kept(cooperative):
    with tenant(cooperative), transaction.atomic():
        HouseCheck.objects.create(faults=1)
    plant("UPDATE core_housecheck SET at = at - interval '100 days'")

    night(cooperative)

    assert kept(cooperative) == [(0, {})]


# ── On the pages of the cooperative ──────────────────────────────────────────────────────


def page(cooperative, role: str, path: str = "") -> str:
    cooperative.require_second_factor = False
    cooperative.save()
    response = signed_in(make_membership(cooperative, role, "lecture@example.org")).get(
        f"/c/{cooperative.slug}/{path}"
    )
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("role", ["accountant", "administrator", "co_manager"])
def test_a_sound_night_is_a_quiet_line(cooperative, role):
    with tenant(cooperative), transaction.atomic():
        open_books(cooperative)
    night(cooperative)

    assert "Contrôles de la nuit</a> : tout concorde" in page(cooperative, role)


def test_before_the_first_night_nothing_is_said(cooperative):
    assert "Contrôles de la nuit" not in page(cooperative, "accountant")


def test_a_planted_fault_is_told_to_who_keeps_the_books(house, cooperative):
    plant(f"UPDATE {LINES} SET debit = debit + 1 WHERE debit > 0")
    night(cooperative)

    home, detail = (
        page(cooperative, "accountant"),
        page(cooperative, "payroll_officer", "controles/"),
    )

    assert "points ne concordent pas" in home
    assert "Écritures équilibrées" in detail
    assert "écart de 1,00 €" in detail
    assert "Ne corrigez rien à la main" in detail


def test_the_administrator_is_told_how_many_but_no_amount(house, cooperative):
    plant(f"UPDATE {LINES} SET debit = debit + 1 WHERE debit > 0")
    night(cooperative)

    detail = page(cooperative, "administrator", "controles/")

    assert "Écritures équilibrées" in detail
    assert "écart de" not in detail
    assert "Le détail est montré à qui tient la comptabilité" in detail


def test_a_night_that_did_not_come_is_said(cooperative):
    night(cooperative)
    plant("UPDATE core_housecheck SET at = at - interval '2 days'")

    assert "n’ont pas été refaits" in page(cooperative, "accountant")


def test_the_fault_of_another_cooperative_is_not_shown(house, cooperative, other_cooperative):
    plant(f"UPDATE {LINES} SET debit = debit + 1 WHERE debit > 0")
    night(cooperative)

    assert "Contrôles de la nuit" not in page(other_cooperative, "accountant")
    assert "Pas encore de contrôle" in page(other_cooperative, "co_manager", "controles/")


def test_a_failure_is_noted_by_its_kind_alone(cooperative, monkeypatch):
    """Its sentence may name somebody, and the health page is the platform's."""
    check_houses()
    with tenant(cooperative), transaction.atomic():
        message = OutboxMessage.objects.get()
    check_house.push_request(cae_tenant=cooperative.pk, cae_message=message.pk)
    check_house.on_failure(ValueError("le NIR de Camille"), "id", (), {}, None)
    check_house.pop_request()

    with tenant(cooperative), transaction.atomic():
        assert OutboxMessage.objects.get().last_error == "ValueError"
