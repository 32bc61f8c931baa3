"""Customers from a file: columns named, rows decided, nothing written before it is asked."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from cae.core.documents import path_of
from cae.core.models import AuditEvent, OutboxMessage
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import own_ids
from invoicing.actions.forgetting import KEPT, forget_old_imports
from invoicing.actions.imports import (
    apply_customers,
    ask_for_check,
    ask_to_apply,
    check_customers,
    progress,
    start_import,
)
from invoicing.documents.tables import CUSTOMER_HEAD
from invoicing.enums import ImportStatus
from invoicing.models import Customer, CustomerImport
from invoicing.rules.columns import FIELDS, guessed, read_row
from tests.invoicing.makers import SIRET, refused

pytestmark = pytest.mark.django_db

HEAD = "Nom;SIRET;Courriel;CP;Ville;Type\r\n"


@pytest.fixture(autouse=True)
def no_turn_taken():
    cache.clear()


@pytest.fixture
def send(shop, tmp_path):
    def send(text: str, *, name: str = "clients.csv", head: str = HEAD) -> CustomerImport:
        path = tmp_path / "sent"
        path.write_bytes((head + text).encode())
        return start_import(shop.activity, path=path, name=name, by=shop.seller)

    return send


def asked(imported: CustomerImport) -> CustomerImport:
    mapping = {int(rank): name for rank, name in imported.mapping.items()}
    return ask_for_check(imported, mapping=mapping, default_kind="company", by=imported.membership)


def checked(imported: CustomerImport) -> CustomerImport:
    check_customers(asked(imported))
    imported.refresh_from_db()
    return imported


def applied(imported: CustomerImport) -> CustomerImport:
    ask_to_apply(imported, by=imported.membership)
    imported.refresh_from_db()
    apply_customers(imported)
    imported.refresh_from_db()
    return imported


# The columns, without a database


def test_headers_are_recognised_under_their_many_names():
    head = ("Raison sociale", "N° SIRET", "E-mail", "CP", "Commune", "Note", "Nom *", "TVA intra")

    assert guessed(head) == {
        0: "name", 1: "siret", 2: "email", 3: "postcode", 4: "town", 7: "vat_number",
    }  # fmt: skip


def test_the_columns_of_an_export_are_all_recognised():
    named = guessed(CUSTOMER_HEAD)

    assert [FIELDS[named[rank]][0] for rank in range(len(CUSTOMER_HEAD))] == list(CUSTOMER_HEAD)
    assert {"legal_form", "naf"} <= set(named.values())


def test_a_row_says_only_what_its_cells_say():
    mapping = {0: "name", 1: "postcode", 2: "country", 3: "payment_days", 4: "kind", 9: "email"}

    assert read_row(["Ébène  SAS", "1000", "", "30 jours", ""], mapping, default_kind="public") == {
        "name": "Ébène SAS",
        "postcode": "01000",
        "payment_days": 30,
        "kind": "public",
    }
    assert read_row(["A", "1000", "belgique", "", "Étranger"], mapping, default_kind="public") == {
        "name": "A", "postcode": "1000", "country": "BE", "kind": "foreign",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "cell", "said"),
    [
        ("kind", "martien", "Type inconnu"),
        ("country", "Atlantide", "Pays inconnu"),
        ("payment_days", "90", "60 au plus"),
        ("payment_days", "un mois", "60 au plus"),
    ],
)
def test_a_cell_that_says_nothing_we_know_is_refused(field, cell, said):
    with pytest.raises(ValueError, match=said):
        read_row([cell], {0: field}, default_kind="company")


# Checked, then written


def test_every_row_is_decided_and_nothing_written(send):
    imported = checked(
        send(
            f"Maison Ébène;{SIRET};achats@ebene.fr;35000;Rennes;entreprise\r\n"
            "Mairie de Bruz;;;35170;Bruz;public\r\n"
            "Solène Bihan;;solene@x.fr;35000;Rennes;particulier\r\n"
            "Faux;40483304800023;;;;\r\n"
            "Sans arobase;;pas-un-mail;;;\r\n"
            "mairie  de BRUZ;;;35170;Bruz;public\r\n"
            ";;;;;\r\n"
            "=1+1;;;;;martien\r\n"
        )
    )

    assert imported.status == ImportStatus.CHECKED
    assert imported.counts == {"created": 2, "updated": 1, "refused": 5}
    assert Customer.objects.count() == 1
    assert [(p["line"], p["reason"]) for p in imported.preview if p["outcome"] == "refused"] == [
        (5, "Ce SIRET n’existe pas\u00a0: un chiffre est sans doute faux."),
        (6, "Courriel\u00a0: Saisissez une adresse e-mail valide."),
        (7, "Même client que la ligne 3."),
        (8, "Ligne vide."),
        (
            9,
            "Type inconnu\u00a0: «\u00a0martien\u00a0». Écrivez entreprise, public, particulier ou "
            "étranger.",
        ),
    ]
    report = path_of(imported.report).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report), delimiter=";"))
    assert rows[0] == ["Ligne", "Motif", "Nom", "SIRET", "Courriel", "CP", "Ville", "Type"]
    assert rows[-1][2] == "'=1+1"


def test_what_was_decided_is_written_and_the_same_file_changes_nothing_again(send, shop):
    text = (
        f"Maison Ébène;{SIRET};achats@ebene.fr;;;\r\n"
        "Mairie de Bruz;;;35170;Bruz;public\r\n"
        "=cmd|'/C calc'!A0;;;;;\r\n"
    )
    imported = applied(checked(send(text)))

    assert (imported.status, imported.counts) == ("done", {"created": 2, "updated": 1})
    shop.customer.refresh_from_db()
    assert (shop.customer.name, shop.customer.email) == ("Maison Ébène", "achats@ebene.fr")
    assert shop.customer.street == "14 rue des Carmes"  # an empty cell says nothing
    assert Customer.objects.filter(name="=cmd|'/C calc'!A0").exists()
    assert Customer.objects.get(kind="public").search == "mairie de bruz bruz"
    assert not path_of(imported.document).exists()

    again = checked(send(text))
    assert again.counts == {"unchanged": 3}
    with refused("nothing_to_import"):
        ask_to_apply(again, by=shop.seller)


def test_a_worker_that_died_is_followed_by_one_that_goes_on(send):
    imported = checked(send("".join(f"Client {n};;;;;\r\n" for n in range(1, 8))))
    ask_to_apply(imported, by=imported.membership)
    # Three rows were written before the first worker died.
    Customer.objects.bulk_create(
        Customer(activity=imported.activity, name=f"Client {n}", search=f"client {n}")
        for n in (1, 2, 3)
    )
    CustomerImport.objects.filter(pk=imported.pk).update(applied=3, counts={"created": 3})
    imported.refresh_from_db()

    apply_customers(imported)

    imported.refresh_from_db()
    assert imported.counts == {"created": 7}
    assert Customer.objects.filter(name__startswith="Client ").count() == 7


def test_one_worker_at_a_time_and_a_second_delivery_does_nothing(send):
    imported = asked(send("A;;;;;\r\n"))
    assert progress(imported).take()
    check_customers(imported)
    imported.refresh_from_db()
    assert imported.status == ImportStatus.CHECKING
    progress(imported).give_back()

    check_customers(imported)
    imported.refresh_from_db()
    before = imported.counts
    check_customers(imported)
    assert before == {"created": 1}


def test_columns_named_by_hand_are_remembered(send):
    first = send("A;x\r\n", head="Qui;Quoi\r\n")
    assert first.mapping == {}
    with refused("name_not_mapped"):
        ask_for_check(first, mapping={1: "town"}, default_kind="public", by=first.membership)
    with refused("column_twice"):
        ask_for_check(
            first, mapping={0: "name", 1: "name"}, default_kind="public", by=first.membership
        )
    ask_for_check(
        first, mapping={0: "name", 1: "town", 9: "email"}, default_kind="public",
        by=first.membership,
    )  # fmt: skip

    second = send("B;y\r\n", head="Qui;Quoi\r\n")
    assert (second.mapping, second.default_kind) == ({"0": "name", "1": "town"}, "public")
    with refused("import_under_way"):
        asked(first)


def test_what_cannot_be_imported_is_refused_at_once(send, shop, tmp_path):
    with refused("no_rows"):
        send("")
    with refused("empty_table"):
        send("", head="")
    with refused("not_checked"):
        ask_to_apply(send("A;;;;;\r\n"), by=shop.seller)
    huge = tmp_path / "huge"
    with huge.open("wb") as out:
        out.truncate(31 * 1024 * 1024)
    with refused("file_too_large"):
        start_import(shop.activity, path=huge, name="x.csv", by=shop.seller)


def test_a_file_that_breaks_further_down_is_stopped_with_its_reason(send):
    imported = send("A;;;;;\r\n" * 6 + '"' + "x" * 140_000 + "\r\n")
    imported = checked(imported)

    assert imported.status == ImportStatus.FAILED
    assert "est illisible" in imported.failure


def test_two_of_a_name_with_two_siret_are_two(send):
    imported = checked(
        send("Éditions Maison Ébène;73282932000074;compta@maison-ebene.example;;;\r\n")
    )

    assert imported.counts == {"created": 1}


def test_a_neighbour_sees_nothing_of_it_and_each_step_is_traced(send, shop, cooperative):
    from tests.invoicing.makers import make_seller

    imported = applied(checked(send("A;;;;;\r\n")))
    neighbour = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")
    with tenant(cooperative, membership=neighbour.seller, own=own_ids(neighbour.seller)):
        assert not CustomerImport.objects.exists()
    assert set(
        AuditEvent.objects.filter(target_id=imported.pk, action__startswith="customers.")
        .values_list("action", flat=True)
    ) == {"customers.file_sent", "customers.imported"}  # fmt: skip
    assert OutboxMessage.objects.filter(task="invoicing.tasks.apply_customers").count() == 1


@pytest.mark.parametrize("change", ["status = 'failed'", "failure = 'x'", "status = 'done'"])
def test_the_database_refuses_an_import_that_cannot_be(send, change):
    imported = send("A;;;;;\r\n")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE invoicing_customerimport SET {change} WHERE id = {imported.pk}")
    assert isinstance(path_of(imported.document), Path)


# Forgotten in time


def test_a_file_that_waited_too_long_is_erased_with_what_was_shown_of_it(shop, send):
    """The same file sent twice names the same bytes: they go with the second."""
    text = "Solène Bihan;;solene@bihan.example;35000;Rennes;Particulier\r\nSans ville;;x;;;\r\n"
    first, second = checked(send(text)), send(text)
    done = applied(checked(send("Studio Vaste;;;75011;Paris;\r\n")))
    paths = [path_of(each.document) for each in (first, second)]
    report = path_of(first.report)
    sent_at = first.created_at

    assert forget_old_imports(at=sent_at + KEPT) == 0
    assert forget_old_imports(at=sent_at + KEPT + timedelta(hours=1)) == 3
    assert forget_old_imports(at=sent_at + KEPT + timedelta(hours=1)) == 0

    assert [path.exists() for path in (*paths, report)] == [False, False, False]
    for each in (first, second, done):
        each.refresh_from_db()
        assert (each.sample, each.preview, each.report) == ([], [], None)
    assert [each.status for each in (first, second, done)] == ["failed", "failed", "done"]
    assert "n’a pas été importé dans les 15 jours" in first.failure
    assert (done.failure, done.counts) == ("", {"created": 1})
    with pytest.raises(ActionRefused):
        asked(second)


def test_the_database_keeps_nothing_of_a_file_that_is_erased(send):
    imported = send("Studio Vaste;;;75011;Paris;\r\n")

    with pytest.raises(IntegrityError, match="import_forgotten"), transaction.atomic():
        CustomerImport.objects.filter(pk=imported.pk).update(forgotten_at="2026-06-03T10:00:00Z")
