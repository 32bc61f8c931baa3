"""A key is replaced: all it sealed opens with the new one alone, whatever happened meanwhile."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction

from cae.core import crypto
from cae.core.crypto import EncryptedTextField
from cae.core.models import RowChange
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.management import field_keys
from entrepreneurs import actions
from entrepreneurs.models import Entrepreneur
from invoicing.models import Customer
from payroll.models import Transfer
from tests.accounts.makers import SECRET, give_app, make_login
from tests.conftest import admin_dsn
from tests.entrepreneurs.makers import IBAN, NIR
from tests.invoicing.makers import make_customer
from tests.makers import make_membership
from tests.payroll.makers import activity_of, make_payee, open_books, paid_month

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

OLD = "k1:" + "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="
NEW = "k2:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
NEW_IBAN = "FR7630006000011234567890189"


@pytest.fixture
def keys(settings):
    def give(*keys: str) -> None:
        settings.CAE_FIELD_KEYS = list(keys)
        crypto._keys.cache_clear()

    give(OLD)
    yield give
    crypto._keys.cache_clear()


@pytest.fixture
def sealed(keys, cooperatives):
    """In each cooperative somebody paid, whose IBAN changed since, and a customer of theirs with
    an IBAN; and a login with its codes."""
    for cooperative in cooperatives:
        with tenant(cooperative), transaction.atomic():
            open_books(cooperative)
            person = make_payee()
            paid_month(Month(2026, 6))
            changed = Month(2026, 6).last_day + timedelta(days=1)
            actions.change_iban(person, iban=NEW_IBAN, holder=person.full_name, on=changed, by=None)
            make_customer(
                activity_of(person),
                make_membership(cooperative, "adviser"),
                iban=IBAN,
                iban_holder="Maison Ébène",
            )
    give_app(make_login(cooperatives[0], "accountant").user)
    return cooperatives


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_field_keys", *arguments, stdout=out)
    return out.getvalue().replace("\N{NO-BREAK SPACE}", " ")


def everything_opens(cooperatives) -> bool:
    for cooperative in cooperatives:
        with tenant(cooperative), transaction.atomic():
            person, transfer = Entrepreneur.objects.get(), Transfer.objects.get()
            assert (person.nir, person.iban, transfer.iban) == (NIR, NEW_IBAN, IBAN)
            assert Customer.objects.get().iban == IBAN
            was = [
                crypto.decrypt(change.was["iban"], place="entrepreneurs.entrepreneur.iban")
                for change in RowChange.objects.filter(table_name="entrepreneurs_entrepreneur")
                if (change.was or {}).get("iban")
            ]
            assert was == [IBAN]
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    assert decrypt(app.data["secret"]) == SECRET
    assert len(codes.generate_codes()) == 10
    return TOTP(app) is not None


def history() -> list[tuple]:
    """What a stranger would find in the tables, whatever the cooperative."""
    with psycopg.connect(admin_dsn()) as server:
        return server.execute("SELECT id, was, became FROM core_rowchange ORDER BY id").fetchall()


def plant(statement: str, *values: object) -> None:
    """Write as a superuser, under no trigger."""
    with psycopg.connect(admin_dsn(), autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute(statement, values)


def test_all_that_is_sealed_is_found_by_looking_at_the_models():
    sealed = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    }

    assert sealed == {
        "accounting_transfer",
        "accounting_transferfile",
        "entrepreneurs_entrepreneur",
        "invoicing_bankline",
        "invoicing_customer",
        "invoicing_depositaccount",
        "payroll_transfer",
    }
    assert {store.table for store in field_keys.stores()} == {
        *sealed,
        "core_rowchange",
        "mfa_authenticator",
    }


def test_after_a_rotation_the_new_key_alone_opens_everything(sealed, keys):
    keys(NEW, OLD)
    said = run()

    keys(NEW)
    assert everything_opens(sealed)
    assert said.splitlines() == [
        "accounting_transferfile          0 ligne réécrite",
        "accounting_transfer              0 ligne réécrite",
        "entrepreneurs_entrepreneur       2 lignes réécrites",
        "invoicing_bankline               0 ligne réécrite",
        "invoicing_customer               2 lignes réécrites",
        "invoicing_depositaccount         0 ligne réécrite",
        "payroll_transfer                 2 lignes réécrites",
        "core_rowchange                   6 lignes réécrites",
        "mfa_authenticator                2 lignes réécrites",
        "« k1 » ne ferme plus rien : retirez-la de CAE_FIELD_KEYS, et gardez-la avec les "
        "sauvegardes faites jusqu’ici.",
        "Tout est fermé par « k2 ».",
    ]


def test_a_rotation_changes_no_record_and_leaves_its_guards_in_place(sealed, keys):
    before = len(history())
    keys(NEW, OLD)
    run()

    assert len(history()) == before, "the old values would be kept again, under the old key"
    with (
        tenant(sealed[0]),
        pytest.raises(Exception, match="withdrawn with its batch"),
        transaction.atomic(),
    ):
        Transfer.objects.update(holder="Quelqu’un d’autre")
    with tenant(sealed[0]), transaction.atomic():
        Entrepreneur.objects.update(town="Rennes")
        assert RowChange.objects.count() > before // 2


def test_a_second_rotation_has_nothing_to_do(sealed, keys):
    keys(NEW, OLD)
    run()
    kept = history()

    assert "     0 ligne réécrite" in run()
    assert history() == kept


def test_interrupted_it_goes_on_where_it_was(sealed, keys, monkeypatch):
    keys(NEW, OLD)
    monkeypatch.setattr(field_keys, "BATCH", 1)
    rewrite, done = field_keys._rewrite_once, []

    def cut(store, ids):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(ids)
        return rewrite(store, ids)

    monkeypatch.setattr(field_keys, "_rewrite_once", cut)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert everything_opens(sealed), "half of it under each key"
    monkeypatch.setattr(field_keys, "_rewrite_once", rewrite)

    again = run()

    keys(NEW)
    assert everything_opens(sealed)
    assert "invoicing_customer               1 ligne" in again


def test_a_check_counts_and_writes_nothing(sealed, keys):
    kept = history()
    keys(NEW, OLD)

    said = run("--check").splitlines()

    assert history() == kept
    assert said[2] == "entrepreneurs_entrepreneur       2 lignes : 4 par « k1 »"
    assert said[-1] == "« k1 » ferme encore 18 valeurs : gardez-la."


@pytest.mark.parametrize(
    ("table", "column"), [("payroll_transfer", "iban"), ("entrepreneurs_entrepreneur", "nir")]
)
def test_a_value_no_key_opens_is_said_and_nothing_is_written(sealed, keys, table, column):
    plant(f"UPDATE {table} SET {column} = 'k0:AAAA' WHERE tenant_id = %s", sealed[1].pk)
    kept = history()
    keys(NEW, OLD)

    with pytest.raises(CommandError) as refusal:
        run()

    said = str(refusal.value).replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith(f"{table}, ligne ")
    assert said.endswith("n’ouvre ce qu’a fermé « k0 ». Rien n’a été réécrit.")
    assert "\n" not in said
    assert history() == kept
    with tenant(sealed[0]), transaction.atomic():
        assert Transfer.objects.extra(where=["iban LIKE 'k1:%%'"]).count() == 1


def test_a_value_copied_from_another_cooperative_is_not_sealed_again(sealed, keys):
    """Bound to where it was: moved, it must not be washed by a rotation."""
    plant(
        "UPDATE payroll_transfer SET iban = (SELECT iban FROM payroll_transfer"
        " WHERE tenant_id = %s) WHERE tenant_id = %s",
        *(cooperative.pk for cooperative in sealed),
    )
    keys(NEW, OLD)

    with pytest.raises(CommandError, match="payroll_transfer"):
        run()


def test_a_table_held_by_somebody_is_said(sealed, keys, monkeypatch):
    keys(NEW, OLD)
    monkeypatch.setattr(field_keys, "_TRIES", 1)
    with psycopg.connect(admin_dsn()) as other:
        other.execute("LOCK TABLE payroll_transfer IN ROW EXCLUSIVE MODE")
        with pytest.raises(CommandError, match="payroll_transfer est occupée"):
            run()

    assert "payroll_transfer                 2 lignes" in run()


def test_without_the_owner_of_the_tables_it_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("DATABASE_OWNER_URL")

    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        run()
