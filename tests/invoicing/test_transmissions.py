"""Deposits of invoices: prepared by themselves, taken by hand, answered, told when paid."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core import audit
from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from invoicing import actions, tasks
from invoicing.actions import transmissions as acts
from invoicing.enums import TransmissionStatus as Status
from invoicing.models import DepositAccount, Transmission, TransmissionEvent
from invoicing.queries import transmissions as found_by
from invoicing.rules.transmissions import may_follow
from tests.invoicing.makers import JUNE_3, D, line, make_customer, refused
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
JUNE_1, NOV_23 = date(2026, 6, 1), date(2026, 11, 23)
PUBLIC = {"kind": "public", "name": "Ville de Rennes", "siret": "21350238800019"}


def by_hand(shop, target: str = "platform", **values):
    return acts.set_deposits(
        target, **{"route": "manual", "since": JUNE_1, "by": shop.accountant, **values}
    )


def deposit_of(shop, *lines, **values) -> Transmission:
    """Issue an invoice, judge its file, and return its deposit."""
    invoice = shop.invoice(*lines, **values)
    actions.judge_invoice(invoice)
    return Transmission.objects.get(invoice=invoice)


def answer(found, code, **values):
    return acts.record_answer(
        found, **{"code": code, "on": JUNE_3, "today": NOV_23, "by": values.pop("by"), **values}
    )


@planted
def waiting(shop) -> Transmission:
    by_hand(shop)
    return deposit_of(shop)


@planted
def deposited(shop, waiting) -> Transmission:
    acts.mark_deposited([waiting.pk], on=JUNE_3, today=NOV_23, by=shop.accountant)
    waiting.refresh_from_db()
    return waiting


def test_a_valid_file_has_its_deposit_once(waiting):
    assert acts.open_transmission(waiting.invoice, waiting.file) == waiting

    found = Transmission.objects.get()
    assert (found.status, found.target, found.route) == ("waiting", "platform", "manual")
    assert (found.number, found.amount, found.tells_cashed) == ("FA-2026-0001", D("1200.00"), True)
    assert found_by.deposit_work().waiting == 1


def test_nothing_is_prepared_where_nothing_is_set(shop):
    actions.judge_invoice(shop.invoice())
    by_hand(shop, since=date(2026, 9, 1))
    actions.judge_invoice(shop.invoice())
    person = make_customer(shop.activity, shop.seller, kind="individual", siret="", name="A. B.")
    by_hand(shop)
    actions.judge_invoice(shop.invoice(customer=person))

    assert not Transmission.objects.exists()


def test_a_refused_file_is_not_deposited(shop, cooperative):
    by_hand(shop)
    cooperative.vat_number = "ZZ83404833048"
    cooperative.save()

    assert not actions.judge_invoice(shop.invoice()).is_valid
    assert not Transmission.objects.exists()


def test_what_was_issued_before_is_prepared_once_it_is_set(shop):
    actions.judge_invoice(shop.invoice())
    account = by_hand(shop)
    (message,) = OutboxMessage.objects.filter(task="invoicing.tasks.open_missing_transmissions")

    for _ in range(2):
        tasks.open_missing_transmissions.run(**message.arguments)

    assert [row.number for row in Transmission.objects.all()] == ["FA-2026-0001"]
    assert acts.open_missing_transmissions(account) == 0


def test_a_first_day_is_asked_for(shop):
    with refused("since_missing"):
        by_hand(shop, since=None)


def test_the_codes_of_chorus_pro_are_looked_for_before(shop):
    public = make_customer(shop.activity, shop.seller, **PUBLIC)
    by_hand(shop, "chorus", needs_service=True, needs_commitment=True)

    found = deposit_of(shop, customer=public)

    assert found.failure.startswith(
        "Chorus Pro demanderait aussi\u00a0: le code service, le numéro"
    )
    assert (found.target, found.tells_cashed) == ("chorus", False)
    assert found_by.transmission_counts()[found_by.FAILED] == 1
    answer(found, "200", by=shop.accountant)
    assert found_by.transmission_counts()[found_by.RUNNING] == 1


def test_the_codes_that_are_there_are_not_asked_for(shop):
    public = make_customer(
        shop.activity, shop.seller, **PUBLIC, chorus_service="S1", chorus_commitment="E1"
    )
    by_hand(shop, "chorus", needs_service=True, needs_commitment=True)

    assert deposit_of(shop, customer=public).failure == ""


def test_the_zip_has_each_pdf_and_its_xml(shop):
    by_hand(shop)
    waiting = deposit_of(shop)
    with zipfile.ZipFile(io.BytesIO(acts.take_parcel(by=shop.accountant))) as archive:
        names = archive.namelist()
        xml = archive.read("platform/FA-2026-0001.xml")
        table = archive.read("liste.csv").decode("utf-8-sig")

    assert names == ["platform/FA-2026-0001.pdf", "platform/FA-2026-0001.xml", "liste.csv"]
    assert b"FA-2026-0001" in xml
    assert "Plateforme agréée;FA-2026-0001;03/06/2026" in table
    assert audit.trail(waiting)[0].action == "deposit_of_invoice.taken"


def test_there_may_be_nothing_to_take(shop, deposited):
    with refused("nothing_to_take"):
        acts.take_parcel(by=shop.accountant)


def test_a_deposit_lives_its_life(shop, deposited):
    for code, more in (("202", {}), ("204", {}), ("207", {"reason": "QTE_ERR"}), ("205", {})):
        answer(deposited, code, by=shop.accountant, **more)

    assert [event.code for event in found_by.events_of(deposited)] == [
        "205", "207", "204", "202", "200",
    ]  # fmt: skip
    deposited.refresh_from_db()
    assert deposited.status == Status.APPROVED


def test_what_an_answer_must_say(shop, waiting, deposited):
    by = shop.accountant
    for values, code in (
        ({"code": "210"}, "reason_missing"),
        ({"code": "210", "reason": "AUTRE"}, "note_missing"),
        ({"code": "205", "on": date(2026, 11, 24)}, "later"),
        ({"code": "205", "on": date(2026, 6, 2)}, "before_issue"),
        ({"code": "212"}, "illegal_move"),
        ({"code": "dropped"}, "illegal_move"),
        ({"code": "waiting"}, "illegal_move"),
    ):
        with refused(code):
            acts.record_answer(deposited, **{"on": JUNE_3, "today": NOV_23, "by": by, **values})
    answer(deposited, "205", reference="F-1", by=by)
    with refused("told_twice"):
        answer(deposited, "204", reference="F-1", by=by)
    with refused("nothing_chosen"):
        acts.mark_deposited([], on=JUNE_3, today=NOV_23, by=by)


def test_one_refused_is_over_and_not_deposited_again(shop, deposited):
    answer(deposited, "210", reason="CMD_ERR", by=shop.accountant)

    with refused("illegal_move"):
        answer(deposited, "205", by=shop.accountant)
    with refused("not_over"):
        acts.deposit_again(deposited, by=shop.accountant)
    assert found_by.deposit_work().handled == 1


def test_one_that_nobody_took_is_deposited_again(shop, deposited):
    answer(deposited, "501", reason="IRR_NOM_F", by=shop.accountant)

    again = acts.deposit_again(deposited, by=shop.accountant)

    assert (again.rank, again.status, again.file_id) == (2, "waiting", deposited.file_id)
    with refused("not_over"):
        acts.deposit_again(deposited, by=shop.accountant)


def test_without_a_route_nothing_is_deposited_again(shop, waiting):
    acts.set_aside(waiting, note="Déposée en mairie.", on=NOV_23, by=shop.accountant)
    by_hand(shop, route="none", since=None)

    with refused("no_route"):
        acts.deposit_again(waiting, by=shop.accountant)


def test_setting_aside_says_why(shop, waiting, deposited):
    with refused("note_missing"):
        acts.set_aside(waiting, note=" ", on=NOV_23, by=shop.accountant)
    with refused("illegal_move"):
        acts.set_aside(deposited, note="Trop tard.", on=NOV_23, by=shop.accountant)


def test_what_is_received_is_told_per_rate_and_taken_back(shop):
    by_hand(shop)
    found = deposit_of(shop, line(price="1000"), line(price="100", vat="10"))
    by = shop.accountant
    payment = shop.pay(found.invoice, "655")
    with refused("nothing_cashed"):  # not deposited yet
        acts.tell_cashed(found, on=NOV_23, by=by)
    answer(found, "200", by=by)
    assert found_by.transmission_counts()[found_by.CASHED] == 1

    event = acts.tell_cashed(found, on=NOV_23, by=by)

    assert (event.amount, event.rates) == (D("655.00"), [["20", "600.00"], ["10", "55.00"]])
    with refused("nothing_cashed"):
        acts.tell_cashed(found, on=NOV_23, by=by)
    actions.reverse_payment(payment, reason="Chèque sans provision", on=JUNE_3, by=by)
    back = acts.tell_cashed(found, on=NOV_23, by=by)
    assert back.amount == D("-655.00")
    found.refresh_from_db()
    assert found.cashed == 0


def test_the_other_cooperative_sees_nothing(waiting, other_cooperative):
    with tenant(other_cooperative):
        assert not Transmission.objects.exists()
        assert not DepositAccount.objects.exists()
        assert found_by.transmission_counts()[found_by.DONE] == 0


# ── The last word ────────────────────────────────────────────────────────────────────

_EVENT = (
    "INSERT INTO invoicing_transmissionevent (tenant_id, activity_id, transmission_id, code,"
    " reason, note, happened_on, amount, rates, source, reference, recorded_at)"
    " SELECT tenant_id, activity_id, id, %s, %s, '', issued_on, %s, %s, 'hand', '', now()"
    " FROM invoicing_transmission"
)


def told(code: str, reason: str = "", amount: str = "0", rates: str = "[]") -> bool:
    """Tell whether the database takes an event."""
    try:
        with transaction.atomic():
            connection.cursor().execute(_EVENT, [code, reason, amount, rates])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def test_the_database_knows_the_same_moves_as_the_rules(waiting):
    for status in (Status.WAITING, Status.DEPOSITED, Status.REFUSED):
        if status != Status.WAITING:
            connection.cursor().execute(_EVENT, [status, "CMD_ERR", "0", "[]"])
        for code in Status:
            more = ("1", '[["20", "1"]]') if code == Status.CASHED else ("0", "[]")
            assert told(code, "CMD_ERR", *more) is may_follow(status, code), (status, code)


def test_the_database_wants_a_reason_and_amounts(deposited):
    assert not told("210")
    assert not told("212")
    assert not told("205", amount="3")
    assert told("205")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_transmission SET status = '205'",
        "UPDATE invoicing_transmission SET cashed = 12",
        "UPDATE invoicing_transmission SET amount = 12",
        "DELETE FROM invoicing_transmission",
        "UPDATE invoicing_transmissionevent SET code = '205'",
        "DELETE FROM invoicing_transmissionevent",
        "INSERT INTO invoicing_transmission (tenant_id, activity_id, invoice_id, file_id, target,"
        " route, rank, number, activity_name, customer_name, issued_on, amount, status,"
        " tells_cashed, cashed, failure, created_at) SELECT tenant_id, activity_id, invoice_id,"
        " file_id, target, route, 2, number, activity_name, customer_name, issued_on, amount,"
        " 'waiting', false, 0, '', now() FROM invoicing_transmission",
        "UPDATE invoicing_depositaccount SET since = NULL",
        "UPDATE invoicing_depositaccount SET needs_service = true",
        "INSERT INTO invoicing_depositaccount (tenant_id, target, route, name, needs_service,"
        " needs_commitment, revision) SELECT tenant_id, target, 'none', '', false, false, 0"
        " FROM invoicing_depositaccount",
    ],
)
def test_the_database_keeps_deposits_as_they_are(deposited, statement):
    assert TransmissionEvent.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)
