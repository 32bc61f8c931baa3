"""Deposits by an API: sent once, followed, told when paid; a platform away or unwilling is said."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from cae.core.clock import PARIS
from cae.core.models import OutboxMessage
from invoicing import actions, tasks
from invoicing.actions import carrying
from invoicing.actions import transmissions as acts
from invoicing.models import DepositAccount, Transmission
from invoicing.platforms import PlatformRefused, PlatformUnavailable
from invoicing.platforms.http import HttpPlatform
from invoicing.queries import transmissions as found_by
from tests.invoicing.makers import JUNE_3, D, refused
from tests.invoicing.platforms import Station, station  # noqa: F401

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=PARIS)
BASIC = "Basic Y2FlOmNoYW1w"  # cae:champ


def by_api(shop, station: Station, target: str = "platform", **values) -> DepositAccount:  # noqa: F811
    usual = {"route": "api", "since": JUNE_3, "url": station.url, "login": "cae"}
    return acts.set_deposits(
        target, **{**usual, "secret": "champ", "by": shop.accountant, **values}
    )


@pytest.fixture
def waiting(shop, station) -> Transmission:  # noqa: F811
    by_api(shop, station)
    invoice = shop.invoice()
    found = acts.open_transmission(invoice, actions.store_invoice_pdf(invoice))
    assert found is not None
    return found


def carried(found: Transmission, *, at: datetime = AT) -> Transmission:
    carrying.carry(found, on=ON, at=at)
    found.refresh_from_db()
    return found


def test_a_valid_file_is_sent_by_a_worker(waiting, station):  # noqa: F811
    (message,) = OutboxMessage.objects.filter(task="invoicing.tasks.carry_transmission")

    tasks.carry_transmission.run(**message.arguments)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.flow, waiting.failure) == ("200", "flux-1", "")
    assert station.authorizations == {BASIC}
    (body,) = station.bodies
    assert b'"processingRule": "B2B"' in body
    assert b"%PDF-" in body


def test_a_worker_that_died_in_between_deposits_once(waiting, station):  # noqa: F811
    with pytest.raises(KeyError), transaction.atomic():
        carrying.carry(waiting, on=ON, at=AT)
        raise KeyError("the worker dies before it commits")
    waiting.refresh_from_db()
    assert waiting.status == "waiting"

    assert carried(waiting).flow == "flux-1"
    assert len(station.bodies) == 2
    assert list(station.flows.values()) == ["flux-1"]


def test_what_the_platform_says_is_written_once(waiting, station):  # noqa: F811
    carried(waiting)
    station.statuses = [
        {"id": "a", "code": "200", "date": "2026-11-23"},
        {"id": "b", "code": "204", "date": "2026-11-23"},
        {"id": "c", "code": "999", "date": "2026-11-23"},
        {"id": "d", "code": "210", "date": "2026-11-23T10:00:00Z", "reason": "NEUF"},
        {"id": "e", "code": "205", "date": "2026-11-23"},
    ]
    for _ in range(2):
        carried(waiting)

    said = [(event.code, event.reason, event.note) for event in found_by.events_of(waiting)]
    assert said == [("210", "AUTRE", "NEUF"), ("204", "", ""), ("200", "", "")]
    assert waiting.next_at is None


def test_what_is_received_is_told_per_rate_once(shop, waiting, station):  # noqa: F811
    carried(waiting)
    shop.pay(waiting.invoice, "600")
    for _ in range(2):
        carried(waiting)

    (told,) = station.cashed.values()
    assert told["rates"] == [{"rate": "20", "amount": "600.00"}]
    assert (waiting.status, waiting.cashed) == ("212", D("600.00"))


@pytest.mark.parametrize("fault", [(503, b""), (200, b"<html>"), (202, b'{"flowId": 3}')])
def test_a_platform_that_is_away_is_asked_again_later(waiting, station, fault):  # noqa: F811
    station.fault = fault
    carried(waiting)
    assert (waiting.status, waiting.attempts) == ("waiting", 1)
    assert waiting.next_at == AT + timedelta(minutes=5)
    assert "recommence de lui-même" in waiting.failure
    for _ in range(7):
        carried(waiting)
    assert waiting.next_at is None
    assert "à la main" in waiting.failure


def test_once_back_what_was_due_is_rung_once_and_sent(waiting, station):  # noqa: F811
    station.fault = (503, b"")
    carried(waiting)
    rung = OutboxMessage.objects.filter(task="invoicing.tasks.carry_transmission")
    before = rung.count()
    station.fault = None

    assert found_by.due_transmissions(at=AT) == []
    for _ in range(2):
        for found in found_by.due_transmissions(at=AT + timedelta(minutes=5)):
            acts.ring(found)

    assert rung.count() == before + 1
    assert carried(waiting).status == "200"
    assert (waiting.failure, waiting.attempts) == ("", 0)


def test_a_platform_that_refuses_stops_it_until_somebody_acts(shop, waiting, station):  # noqa: F811
    station.fault = (422, json.dumps({"message": "SIREN inconnu"}).encode())
    carried(waiting)
    assert (waiting.failure, waiting.next_at) == (
        "La plateforme refuse l’envoi (422)\u00a0: SIREN inconnu", None,
    )  # fmt: skip
    assert found_by.deposit_work().failed == 1
    station.fault = (401, b"")
    carrying.retry(waiting, at=AT, by=shop.accountant)
    assert "ne reconnaît pas" in carried(waiting).failure
    station.fault = None
    carrying.retry(waiting, at=AT, by=shop.accountant)

    assert carried(waiting).status == "200"
    with refused("not_stopped"):
        carrying.retry(waiting, at=AT, by=shop.accountant)


def test_one_deposited_by_hand_meanwhile_is_left_alone(shop, waiting, station):  # noqa: F811
    acts.mark_deposited([waiting.pk], on=ON, today=ON, by=shop.accountant)

    assert carried(waiting).next_at is None
    assert station.asked == []


def test_an_api_needs_an_address_and_a_secret(shop, station, settings):  # noqa: F811
    with refused("api_incomplete"):
        by_api(shop, station, secret="")
    account = by_api(shop, station)
    assert by_api(shop, station, secret="").secret == "champ"
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM invoicing_depositaccount WHERE id = %s", [account.pk])
        assert "champ" not in cursor.fetchone()[0]
    settings.INSECURE_HTTP = False
    with refused("bad_address"):
        by_api(shop, station)
    acts.set_deposits("platform", route="manual", since=JUNE_3, by=shop.accountant)
    account.refresh_from_db()
    assert (account.url, account.secret) == ("", "")


def test_the_inside_of_the_network_is_not_called(station):  # noqa: F811
    with pytest.raises(PlatformRefused, match="https"):
        HttpPlatform(station.url, login="a", secret="b").statuses("x")
    closed = HttpPlatform("https://127.0.0.1:1", login="a", secret="b")
    with pytest.raises(PlatformUnavailable):
        closed.statuses("x")
    assert station.asked == []
