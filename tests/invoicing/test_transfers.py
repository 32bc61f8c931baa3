"""Refunds by transfer: waiting, in one batch at most, asked of the bank, then paid once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting import queries
from accounting.documents.transfers import faults_of, transfers_xml
from accounting.models import Entry, Transfer, TransferBatch, TransferFile
from cae.core import clock, documents
from cae.core.enums import DocumentKind
from cae.core.models import AuditEvent
from cae.core.tenancy import tenant
from entrepreneurs.actions import change_iban
from entrepreneurs.actions.accounts import add_account, close_account
from entrepreneurs.queries import own_ids
from invoicing import actions
from invoicing.actions.transfers import close_batch, refund_batch
from invoicing.models import ExpenseSheet
from invoicing.queries import sheets_to_refund
from tests.invoicing.makers import JUNE_3, D, balances, make_seller, refused
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

OURS = "FR7630006000011234567890189"
CAMILLE, NAIMA = "DE89370400440532013000", "FR1420041010050500013M02606"


def approve(seller, *, by, paid: str = "120") -> ExpenseSheet:
    """An approved sheet of one expense, on its way to be given back."""
    voucher = documents.keep(
        b"%PDF-1.7 ticket",
        kind=DocumentKind.VOUCHER,
        name="ticket.pdf",
        mime="application/pdf",
        entrepreneur_id=seller.person.pk,
    )
    sheet = seller.spend(paid=paid, vat="0", voucher=voucher).sheet
    actions.submit_sheet(sheet, by=seller.seller)
    return actions.approve_sheet(sheet, on=JUNE_3, by=by)


def give_iban(seller, iban: str, holder: str) -> None:
    change_iban(seller.person, iban=iban, holder=holder, on=JUNE_3, by=None)


@planted
def waiting(shop):
    """Two people wait for their money; the cooperative has an account."""
    shop.cooperative.iban, shop.cooperative.bic = OURS, "AGRIFRPP"
    shop.cooperative.save()
    naima = make_seller(shop.cooperative, first_name="Naïma", last_name="Benali", name="Sève")
    give_iban(shop, CAMILLE, "Camille Fournier")
    give_iban(naima, NAIMA, "Mme Naïma Benali-Œuvrard n° 2")
    approve(shop, by=shop.accountant)
    approve(naima, by=shop.accountant, paid="80.35")
    return list(queries.waiting_transfers())


def filled(shop, waiting) -> TransferBatch:
    return ledger.fill_batch([transfer.pk for transfer in waiting], by=shop.accountant)


def closed(shop, waiting, **values) -> TransferBatch:
    today = clock.today()
    usual = {"bank_account": None, "execute_on": today + timedelta(days=1), "on": today}
    batch = filled(shop, waiting)
    return close_batch(batch, by=shop.accountant, **{**usual, **values})


def execute(shop, batch, on: date | None = None) -> TransferBatch:
    today = clock.today()
    return ledger.execute_batch(batch, executed_on=on or today, on=today, by=shop.accountant)


def read(text: str, tag: str) -> list[str]:
    return re.findall(f"<{tag}[^>]*>([^<]*)</{tag}>", text)


def test_an_approved_sheet_waits_for_its_transfer_on_no_account_yet(waiting):
    said = [(t.payee, t.amount, t.state, t.iban, t.account.number) for t in waiting]
    assert said == [
        ("Camille Fournier", D("120.00"), "waiting", None, "425"),
        ("Naïma Benali", D("80.35"), "waiting", None, "425"),
    ]


def test_a_batch_pays_each_activity_its_own_once(shop, waiting):
    batch = closed(shop, waiting)
    assert (batch.number, batch.total, batch.transfer_count) == ("SEPA-2026-0001", D("200.35"), 2)
    _, content = ledger.take_file(batch, by=shop.accountant)
    assert faults_of(content, count=2, total=D("200.35")) == []

    batch = execute(shop, batch)
    assert balances(shop.activity.analytic)["512"] == D("-120.00")
    assert balances(waiting[1].analytic)["512"] == D("-80.35")
    assert balances(shop.activity.analytic).get("425", D(0)) == 0
    assert list(sheets_to_refund()) == []
    assert {sheet.refunded_on for sheet in ExpenseSheet.objects.all()} == {clock.today()}
    assert {transfer.state for transfer in Transfer.objects.all()} == {"paid"}

    written = Entry.objects.count()
    with refused("already_executed"):
        execute(shop, batch)
    with refused("already_executed"):
        ledger.cancel_batch(batch, reason="Trop tard", by=shop.accountant)
    with refused("already_refunded"):
        actions.refund_sheet(ExpenseSheet.objects.first(), on=JUNE_3, by=shop.accountant)
    assert Entry.objects.count() == written


def test_the_file_is_what_a_bank_reads_the_same_to_the_byte(shop, waiting):
    batch = closed(shop, waiting)
    name, content = ledger.take_file(batch, by=shop.accountant)
    text = content.decode()

    assert name == "virements-SEPA-2026-0001.xml"
    assert "pain.001.001.09" in text
    assert set(read(text, "MsgId") + read(text, "PmtInfId")) == {batch.number}
    assert read(text, "CtrlSum") == ["200.35", "200.35"]
    assert read(text, "NbOfTxs") == ["2", "2"]
    assert read(text, "IBAN") == [OURS, CAMILLE, NAIMA]
    assert read(text, "BICFI") == ["AGRIFRPP"]
    assert read(text, "Nm")[2:] == ["Camille Fournier", "Mme Naima Benali-OEuvrard n 2"]
    assert read(text, "Ustrd")[0].startswith("Note de depenses ND-2026-")
    assert all(len(each) <= 35 for each in read(text, "EndToEndId"))
    assert "ndeg" not in text and "PstlAdr" not in text

    again = transfers_xml(TransferBatch.objects.get(pk=batch.pk), queries.transfers_of(batch))
    assert again == content
    acts = AuditEvent.objects.filter(action="batch.downloaded")
    assert acts.count() == 1


def test_an_address_is_in_fields_or_not_there(shop, waiting):
    batch = filled(shop, waiting[:1])
    batch.number, batch.holder, batch.iban = "SEPA-2026-0009", "Nous", OURS
    batch.execute_on, batch.closed_at = clock.today(), timezone.now()
    transfer = queries.transfers_of(batch)[0]
    transfer.street, transfer.building = "Rue de l’Église", "4 bis"
    transfer.postcode, transfer.town, transfer.country = "69001", "Lyon", "FR"

    content = transfers_xml(batch, [transfer])

    assert faults_of(content, count=1, total=D("120.00")) == []
    text = content.decode()
    assert [read(text, tag) for tag in ("StrtNm", "BldgNb", "PstCd", "TwnNm", "Ctry")] == [
        ["Rue de l'Eglise"], ["4 bis"], ["69001"], ["Lyon"], ["FR"],
    ]  # fmt: skip


BROKEN = {
    "a wrong key": (CAMILLE, "DE89370400440532013001", "un IBAN a une clé fausse"),
    "a wrong sum": ("<CtrlSum>200.35", "<CtrlSum>200.36", "sa somme de contrôle est fausse"),
    "a wrong count": ("<NbOfTxs>2", "<NbOfTxs>3", "son nombre d’opérations est faux"),
    "an amount": (">80.35<", ">80.36<", "le total de ses virements n’est pas celui du lot"),
    "a letter": ("Camille F", "Camille_F", "un texte a des lettres que les banques refusent"),
    "a long id": ("<EndToEndId>", "<EndToEndId>" + "x" * 40, "le schéma"),
    "not XML": ("</Document>", "", "le fichier est illisible"),
    "an address in lines": (
        "<Cdtr><Nm>Camille Fournier</Nm>",
        "<Cdtr><Nm>Camille Fournier</Nm><PstlAdr><AdrLine>4 rue</AdrLine></PstlAdr>",
        "une adresse n’est pas structurée",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_a_schema_may_accept_is_checked_by_us(name, shop, waiting):
    good, bad, said = BROKEN[name]
    _, content = ledger.take_file(closed(shop, waiting), by=shop.accountant)
    assert good in content.decode()

    faults = faults_of(content.decode().replace(good, bad).encode(), count=2, total=D("200.35"))

    assert any(fault.startswith(said) for fault in faults), faults


def test_a_transfer_taken_out_waits_again(shop, waiting):
    batch = filled(shop, waiting)
    batch = ledger.take_out_of_batch(batch, waiting[0].pk, by=shop.accountant)
    assert [t.pk for t in queries.waiting_transfers()] == [waiting[0].pk]
    assert queries.waiting_transfers()[0].iban is None
    with refused("not_in_batch"):
        ledger.take_out_of_batch(batch, waiting[0].pk, by=shop.accountant)
    assert filled(shop, waiting[:1]) == batch


def test_a_cancelled_batch_frees_its_debts_and_is_kept(shop, waiting):
    batch = closed(shop, waiting)
    with refused("reason_missing"):
        ledger.cancel_batch(batch, reason=" ", by=shop.accountant)
    batch = ledger.cancel_batch(batch, reason="Rejeté par la banque", by=shop.accountant)

    assert [t.state for t in queries.transfers_of(batch)] == ["cancelled", "cancelled"]
    for act in (
        lambda: execute(shop, batch),
        lambda: ledger.take_file(batch, by=shop.accountant),
        lambda: ledger.cancel_batch(batch, reason="Encore", by=shop.accountant),
        lambda: ledger.take_out_of_batch(batch, waiting[0].pk, by=shop.accountant),
    ):
        with refused("cancelled"):
            act()
    again = closed(shop, list(queries.waiting_transfers()))
    assert (again.number, again.total) == ("SEPA-2026-0002", batch.total)
    execute(shop, again)


def test_an_open_batch_is_cancelled_too(shop, waiting):
    batch = ledger.cancel_batch(filled(shop, waiting), reason="Mal commencé", by=shop.accountant)
    assert (batch.state, batch.number) == ("cancelled", None)
    assert len(queries.waiting_transfers()) == 2


def test_what_is_in_a_batch_is_not_paid_by_hand_and_the_reverse(shop, waiting):
    sheet = sheets_to_refund()[0]
    filled(shop, waiting)
    with refused("in_batch"):
        actions.refund_sheet(sheet, on=JUNE_3, by=shop.accountant)
    ledger.cancel_batch(TransferBatch.objects.get(), reason="À la main", by=shop.accountant)
    actions.refund_sheet(sheet, on=JUNE_3, by=shop.accountant)
    assert [t.payee for t in queries.waiting_transfers()] == ["Naïma Benali"]
    with refused("not_waiting"):
        filled(shop, waiting)


def test_what_cannot_be_filled_is_said(shop, waiting):
    with refused("nothing_chosen"):
        ledger.fill_batch([], by=shop.accountant)
    with refused("not_waiting"):
        ledger.fill_batch([waiting[0].pk, 10**12], by=shop.accountant)
    filled(shop, waiting[:1])
    with refused("not_waiting"):
        filled(shop, waiting)
    person = shop.person
    for iban, holder, code in (
        ("", "Camille", "no_iban"),
        ("DE89370400440532013001", "Camille", "bad_iban"),
        (CAMILLE, "Ελένη", "bad_holder"),
    ):
        type(person).objects.all().update(iban=iban, iban_holder=holder)
        with refused(code):
            filled(shop, waiting[1:])


def test_what_cannot_be_closed_is_said(shop, waiting):
    batch = filled(shop, waiting[:1])
    today = clock.today()

    def close(**values):
        usual = {"bank_account": None, "execute_on": today, "on": today}
        return close_batch(batch, by=shop.accountant, **{**usual, **values})

    with refused("bad_day"):
        close(execute_on=today - timedelta(days=1))
    with refused("bad_day"):
        close(execute_on=today + timedelta(days=61))
    shop.cooperative.iban = ""
    shop.cooperative.save()
    with refused("bad_debit_account"):
        close()
    other = add_account(name="Ancienne", iban=NAIMA, by=shop.accountant)
    close_account(other, on=today, by=shop.accountant)
    with refused("account_closed"):
        close(bank_account=other)
    shop.cooperative.iban = OURS
    shop.cooperative.save()
    give_iban(shop, NAIMA, "Camille Fournier")
    with refused("payee_changed"):
        close()
    with refused("not_closed"):
        execute(shop, batch)
    with refused("not_closed"):
        ledger.take_file(batch, by=shop.accountant)
    ledger.take_out_of_batch(batch, waiting[0].pk, by=shop.accountant)
    with refused("empty_batch"):
        close()
    filled(shop, waiting[:1])
    done = close()
    for act in (close, lambda: ledger.take_out_of_batch(done, waiting[0].pk, by=shop.accountant)):
        with refused("batch_closed"):
            act()
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        with refused("bad_executed_on"):
            execute(shop, done, on=day)


def test_a_batch_leaves_by_the_account_of_the_bank_it_debits(shop, waiting):
    ledger.open_account("5121", label="Banque verte", by=shop.accountant)
    green = add_account(name="Verte", iban=NAIMA, ledger_account="5121", by=shop.accountant)
    batch = closed(shop, waiting[:1], bank_account=green)
    assert (batch.iban, batch.bic, batch.account) == (NAIMA, "", "5121")
    execute(shop, batch)
    assert balances(shop.activity.analytic)["5121"] == D("-120.00")


def test_the_accounts_of_people_are_sealed_the_file_too(shop, waiting):
    batch = closed(shop, waiting)
    with connection.cursor() as cursor:
        cursor.execute("SELECT iban FROM accounting_transfer")
        sealed = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT content FROM accounting_transferfile")
        sealed.append(cursor.fetchone()[0])
    assert not any(iban in text for text in sealed for iban in (CAMILLE, NAIMA))
    from cae.management.field_keys import stores

    tables = {store.table for store in stores()}
    assert {"accounting_transfer", "accounting_transferfile"} <= tables
    assert TransferFile.objects.get(batch=batch).content.startswith("<?xml")


def test_a_person_is_told_where_their_refund_is_and_nothing_else(shop, waiting):
    sheet = ExpenseSheet.objects.get(entrepreneur=shop.person)
    batch = closed(shop, waiting)
    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        told = refund_batch(sheet)
        assert told is not None and told.pk == batch.pk
        assert list(Transfer.objects.all()) == list(TransferBatch.objects.all()) == []
        assert not TransferFile.objects.exists()


def test_the_other_cooperative_sees_nothing(shop, waiting, other_cooperative):
    closed(shop, waiting)
    with tenant(other_cooperative):
        for model in (Transfer, TransferBatch, TransferFile):
            assert not model.objects.exists()


FORBIDDEN = {
    "a second live transfer of a debt": (
        "INSERT INTO accounting_transfer SELECT (jsonb_populate_record(t, jsonb_build_object("
        "'id', 900000, 'state', 'waiting', 'batch_id', NULL, 'iban', NULL, 'holder', ''))).*"
        " FROM accounting_transfer t WHERE batch_id = {closed} LIMIT 1",
        "accounting_transfer_live_once",
    ),
    "a transfer born in a batch": (
        "INSERT INTO accounting_transfer SELECT (jsonb_populate_record(t, jsonb_build_object("
        "'id', 900000, 'debt', 'sheet:0'))).*"
        " FROM accounting_transfer t WHERE batch_id = {closed} LIMIT 1",
        "Cannot insert",
    ),
    "another amount in a closed batch": (
        "UPDATE accounting_transfer SET amount = amount + 1 WHERE batch_id = {closed}",
        "accounting_transfer_moves",
    ),
    "another account in a closed batch": (
        "UPDATE accounting_transfer SET holder = 'Autre' WHERE batch_id = {closed}",
        "accounting_transfer_moves",
    ),
    "a transfer out of a closed batch": (
        "UPDATE accounting_transfer SET state = 'waiting', batch_id = NULL, iban = NULL,"
        " holder = '' WHERE batch_id = {closed}",
        "accounting_transfer_moves",
    ),
    "a transfer into a closed batch": (
        "UPDATE accounting_transfer SET state = 'pending', batch_id = {closed}, iban = 'x',"
        " holder = 'x' WHERE state = 'waiting'",
        "accounting_transfer_moves",
    ),
    "a transfer paid before its batch": (
        "UPDATE accounting_transfer SET state = 'paid' WHERE batch_id = {closed}",
        "accounting_transfer_moves",
    ),
    "a transfer erased": ("DELETE FROM accounting_transfer", "Cannot delete"),
    "another total": (
        "UPDATE accounting_transferbatch SET total = total + 1 WHERE id = {closed}",
        "accounting_transferbatch_moves",
    ),
    "another account to debit": (
        "UPDATE accounting_transferbatch SET iban = 'FR1420041010050500013M02606',"
        " taken_at = now() WHERE id = {closed}",
        "accounting_transferbatch_moves",
    ),
    "a closed batch opened again": (
        "UPDATE accounting_transferbatch SET state = 'open' WHERE id = {closed}",
        "accounting_transferbatch_moves",
    ),
    "executed without its transfers": (
        "UPDATE accounting_transferbatch SET state = 'executed', executed_on = '2026-11-23',"
        " executed_by_id = closed_by_id, executed_at = now() WHERE id = {closed};"
        " SET CONSTRAINTS ALL IMMEDIATE",
        "accounting_transferbatch_whole",
    ),
    "executed by nobody": (
        "UPDATE accounting_transferbatch SET state = 'executed' WHERE id = {closed}",
        "accounting_transferbatch_executed",
    ),
    "cancelled without a reason": (
        "UPDATE accounting_transferbatch SET state = 'cancelled', cancelled_at = now(),"
        " cancelled_by_id = closed_by_id WHERE id = {closed}",
        "accounting_transferbatch_cancelled",
    ),
    "a batch erased": ("DELETE FROM accounting_transferbatch", "Cannot delete"),
    "two open batches": (
        "INSERT INTO accounting_transferbatch SELECT (jsonb_populate_record(b,"
        " jsonb_build_object('id', 900000))).* FROM accounting_transferbatch b"
        " WHERE id = {open}",
        "accounting_transferbatch_open_once",
    ),
    "closed with another total": (
        "UPDATE accounting_transferbatch SET state = 'closed', total = 1, transfer_count = 1"
        " WHERE id = {open}",
        "accounting_transferbatch_total",
    ),
    "an open batch cancelled with what it holds": (
        "UPDATE accounting_transferbatch SET state = 'cancelled', cancelled_for = 'x',"
        " cancelled_by_id = opened_by_id, cancelled_at = now() WHERE id = {open}",
        "accounting_transferbatch_moves",
    ),
    "another file": (
        "UPDATE accounting_transferfile SET content = 'x' WHERE batch_id = {closed}",
        "Cannot update",
    ),
    "a file for a closed batch": (
        "INSERT INTO accounting_transferfile SELECT (jsonb_populate_record(f,"
        " jsonb_build_object('id', 900000))).* FROM accounting_transferfile f",
        "accounting_transferfile_open",
    ),
    "half an address": (
        "UPDATE accounting_transfer SET state = 'pending', batch_id = {open}, iban = 'x',"
        " holder = 'x', street = 'Rue haute' WHERE state = 'waiting'",
        "accounting_transfer_address",
    ),
    "in a batch for nobody": (
        "UPDATE accounting_transfer SET state = 'pending', batch_id = {open}"
        " WHERE state = 'waiting'",
        "accounting_transfer_states",
    ),
}


@planted
def batches(shop, waiting) -> dict[str, int]:
    """One closed, one open, and something that waits for neither."""
    first = closed(shop, waiting[:1])
    second = filled(shop, waiting[1:])
    third = make_seller(shop.cooperative, first_name="Ada", last_name="Morel", name="Prisme")
    approve(third, by=shop.accountant)
    return {"closed": first.pk, "open": second.pk}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_postgresql_refuses(name, batches):
    statement, constraint = FORBIDDEN[name]
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        for each in statement.format(**batches).split(";"):
            cursor.execute(each)
    assert constraint in str(refusal.value) or (
        getattr(refusal.value.__cause__.diag, "constraint_name", "") == constraint
    ), refusal.value


def test_sheets_approved_before_wait_too(shop, waiting):
    """The migration finds again what approvals since then have written themselves."""
    from importlib import import_module

    migration = import_module("invoicing.migrations.0050_refunds_wait_for_their_transfer")
    kept = ["debt", "payee", "piece", "amount", "wording", "owed_since", "account_id",
            "analytic_id", "posting_key", "label", "kind", "state"]  # fmt: skip
    said = [{name: getattr(transfer, name) for name in kept} for transfer in waiting]
    for transfer in waiting:
        ledger.pay_otherwise(transfer.debt)

    with connection.cursor() as cursor:
        cursor.execute(migration.AWAIT.replace("%", "%%"), [])

    again = list(queries.waiting_transfers())
    assert [{name: getattr(transfer, name) for name in kept} for transfer in again] == said


def test_the_night_sees_what_a_careless_hand_would_have_changed(shop, waiting):
    from cae.management.transfers import wrong_batches

    execute(shop, closed(shop, waiting))
    assert list(wrong_batches()) == []
    ledger.pay_otherwise("sheet:0")
    naima = make_seller(shop.cooperative, first_name="Ada", last_name="Morel", name="Prisme")
    sheet = approve(naima, by=shop.accountant)
    ledger.pay_otherwise(f"sheet:{sheet.pk}")
    assert list(wrong_batches()) == [
        f"note {sheet.number} : approuvée, son virement n’attend nulle part"
    ]
