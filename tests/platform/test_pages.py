"""The pages of the platform: who enters, what they count, what they never show."""

from __future__ import annotations

import os
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.db import InternalError, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cae.core import audit, crypto, outbox
from cae.core.models import Cooperative, HouseCheck, OutboxMessage, User
from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from cae.platform import health
from tests.accounts.makers import give_app
from tests.conftest import admin_dsn
from tests.entrepreneurs.makers import make_person
from tests.house.test_doors import address
from tests.makers import make_cooperative, make_membership, signed_in
from tests.plugins.every_page import routes

DOORS = [(path, view) for path, view in routes() if path.startswith("plateforme/")]
each_door = pytest.mark.parametrize(("path", "view"), DOORS, ids=[path for path, _ in DOORS])
committed = pytest.mark.django_db(transaction=True, databases=["default", "platform"])


def administrator(*, with_factor: bool = True) -> Client:
    user = User.objects.create_user("plateforme@example.org", is_platform_admin=True)
    if with_factor:
        give_app(user)
    return signed_in(SimpleNamespace(user=user, user_id=user.pk))


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


# ── Who enters ───────────────────────────────────────────────────────────────────────────


@each_door
def test_every_page_of_the_platform_is_closed_by_the_same_door(path, view):
    assert getattr(view, "is_platform_only", False), f"{path}: decorate it with @platform_only"


@each_door
@pytest.mark.django_db
def test_nobody_enters_without_signing_in(path, view):
    assert Client().get(address(path, ""))["Location"].startswith("/compte/")


@each_door
@pytest.mark.django_db
def test_no_role_of_a_cooperative_finds_anything(path, view, cooperative):
    for code in ROLES:
        response = signed_in(make_membership(cooperative, code)).get(address(path, ""))
        assert response.status_code == 404, f"{code} opened {path}"


@each_door
@pytest.mark.django_db
def test_without_a_second_factor_it_is_asked_for(path, view):
    response = administrator(with_factor=False).get(address(path, ""))

    assert response["Location"].startswith(reverse("second_factor_required"))


@pytest.mark.django_db
def test_an_administrator_of_the_platform_enters_no_cooperative(cooperative):
    assert administrator().get(f"/c/{cooperative.slug}/").status_code == 404


# ── What is counted ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def lived_in(transactional_db):
    """Two cooperatives: one where a person was met by an adviser, one just opened."""
    ateliers, autre = make_cooperative("ateliers"), make_cooperative("autre")
    adviser = make_membership(ateliers, "adviser")
    make_membership(ateliers, "accountant")
    with tenant(ateliers), transaction.atomic():
        person = make_person("Zoé", "Introuvable")
        audit.record("entrepreneur.updated", person, by=adviser)
    return ateliers, autre


def cells(page: str, slug: str) -> str:
    row = page.split(f"/c/{slug}/")[1].split("</tr>")[0]
    return " ".join(row.split())


@committed
def test_each_cooperative_is_counted_from_outside(lived_in):
    page = text_of(administrator().get(reverse("platform:cooperatives")))

    ateliers, autre = cells(page, "ateliers"), cells(page, "autre")
    assert '"Personnes">1<' in ateliers
    assert '"Comptes">2<' in ateliers
    assert "Active" in ateliers
    assert '"Comptes">0<' in autre
    assert "Attend son administration" in autre
    assert "Introuvable" not in page, "a person of a cooperative"


@committed
def test_the_page_costs_as_many_queries_for_three(lived_in):
    client = administrator()
    client.get(reverse("platform:cooperatives"))
    make_cooperative("troisieme")

    with CaptureQueriesContext(connections["platform"]) as counting:
        text_of(client.get(reverse("platform:cooperatives")))

    assert len(counting) == 1


@committed
def test_a_search_that_finds_none_says_so(lived_in):
    page = text_of(administrator().get(reverse("platform:cooperatives"), {"q": "nulle part"}))

    assert "Aucune coopérative ne correspond" in page


@pytest.mark.django_db
def test_a_first_platform_is_invited_to_open_one(settings):
    settings.PLATFORM_READS = False
    page = text_of(administrator().get(reverse("platform:cooperatives")))

    assert "Aucune coopérative encore" in page


@pytest.mark.django_db
def test_without_the_role_that_reads_the_list_is_still_there(cooperative, settings):
    settings.PLATFORM_READS = False
    client = administrator()

    page = text_of(client.get(reverse("platform:cooperatives")))
    machinery = text_of(client.get(reverse("platform:health")))

    assert "/c/ateliers/" in page
    assert "DATABASE_PLATFORM_URL n’est pas donnée" in page
    assert "Donnez DATABASE_PLATFORM_URL au site" in machinery


@committed
def test_the_platforms_role_writes_nothing(lived_in):
    with (
        pytest.raises(InternalError, match="read-only"),
        connections["platform"].cursor() as cursor,
    ):
        cursor.execute("UPDATE core_cooperative SET name = 'x'")


# ── Health ───────────────────────────────────────────────────────────────────────────────


def part(name: str) -> health.Part:
    return next(p for p in health.parts(now=timezone.now()) if p.name == name)


@committed
def test_the_machinery_is_told_part_by_part(lived_in, settings, tmp_path):
    settings.CAE_BACKUPS = str(tmp_path)
    (tmp_path / "cae.dump").write_bytes(b"x")
    outbox.note_turn()

    page = text_of(administrator().get(reverse("platform:health")))

    for said in ("PostgreSQL 1", "Dernier tour il y a", "Aucune n’attend", "seule."):
        assert said in page, said
    assert part("Base de données").tone == part("Courtier").tone == "ok"
    assert part("Dernière sauvegarde").tone == "ok"
    assert "Valkey" in page or "Redis" in page


@committed
def test_a_backlog_and_what_stops_it_are_told_without_the_data(lived_in):
    with tenant(lived_in[0]), transaction.atomic():
        OutboxMessage.objects.create(
            task="invoicing.tasks.produce_invoice_pdf",
            key="invoice-pdf:1",
            arguments={"secret": "Introuvable"},
            attempts=4,
            last_error="OSError",
        )
    with psycopg.connect(admin_dsn(), autocommit=True) as server:
        server.execute("UPDATE core_outboxmessage SET created_at = now() - interval '1 hour'")

    page = text_of(administrator().get(reverse("platform:health")))

    assert part("Tâches en attente").tone == "danger"
    assert part("Tâches en attente").said.startswith("1 tâche, la plus ancienne")
    for said in ("invoicing.tasks.produce_invoice_pdf", "OSError"):
        assert said in page, said
    assert "Introuvable" not in page


@committed
def test_a_fault_found_at_night_is_told_by_its_number_alone(lived_in):
    with tenant(lived_in[0]), transaction.atomic():
        HouseCheck.objects.create(
            faults=3,
            counts={"Écritures équilibrées": 3},
            said={"Écritures équilibrées": ["écriture 12 : écart de 1,00 €"]},
        )

    page = text_of(administrator().get(reverse("platform:health")))

    assert part("Contrôles de la nuit").tone == "danger"
    assert "Écritures équilibrées : 3" in page
    assert "écart de 1,00" not in page


@committed
def test_a_night_that_did_not_come_is_told_once_it_should_have(lived_in):
    assert part("Contrôles de la nuit").said == "Les premiers se feront cette nuit."
    Cooperative.objects.update(opened_at=timezone.now() - timedelta(days=2))

    assert part("Contrôles de la nuit").said == "2 coopératives sans contrôle la nuit dernière."


@pytest.mark.django_db
def test_what_does_not_answer_is_said_and_stops_nothing(settings):
    settings.PLATFORM_READS = False
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert part("Courtier").tone == "danger"
    assert part("Courriels").tone == "danger"
    assert part("Dernière sauvegarde").tone == ""
    assert "CAE_BACKUPS" in part("Dernière sauvegarde").advice


@pytest.mark.django_db
def test_an_old_backup_and_a_rotation_under_way_are_said(settings, tmp_path):
    settings.PLATFORM_READS = False
    settings.CAE_BACKUPS = str(tmp_path)
    assert part("Dernière sauvegarde").said == "Le dossier est vide."
    old = (timezone.now() - timedelta(days=3)).timestamp()
    (tmp_path / "cae.dump").write_bytes(b"x")
    os.utime(tmp_path / "cae.dump", (old, old))
    settings.CAE_FIELD_KEYS = ["k2:" + "QUFB" * 10 + "QUE=", *settings.CAE_FIELD_KEYS]
    crypto._keys.cache_clear()
    try:
        assert part("Dernière sauvegarde").tone == "danger"
        assert "rotate_field_keys" in part("Clé des champs chiffrés").advice
    finally:
        crypto._keys.cache_clear()
