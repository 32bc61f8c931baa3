"""The context reaches PostgreSQL with each transaction, and leaves with it."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.models import Counter
from cae.core.numbering import next_number
from cae.core.tenancy import NoTenant, OwnIds, as_cooperative, tenant


def _ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_business_query_outside_any_cooperative_raises(db):
    with pytest.raises(NoTenant):
        Counter.objects.count()


def test_raw_sql_outside_any_cooperative_fails_loudly(db):
    with pytest.raises(DatabaseError), transaction.atomic():
        _ask("SELECT count(*) FROM core_counter")


def test_leaving_a_cooperative_closes_its_door(cooperative):
    with tenant(cooperative):
        assert _ask("SELECT current_setting('app.tenant')") == str(cooperative.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        _ask("SELECT count(*) FROM core_counter")


def test_contexts_nest_and_come_back(cooperatives):
    first, second = cooperatives
    with tenant(first):
        with tenant(second):
            assert _ask("SELECT current_setting('app.tenant')") == str(second.pk)
        assert _ask("SELECT current_setting('app.tenant')") == str(first.pk)


def test_a_rolled_back_savepoint_restores_what_was_said(cooperatives):
    first, second = cooperatives
    with tenant(first):
        with pytest.raises(psycopg.Error), transaction.atomic(), tenant(second):
            raise psycopg.Error
        assert _ask("SELECT current_setting('app.tenant')") == str(first.pk)


def test_an_entrepreneur_is_served_by_a_narrower_role(cooperative):
    with tenant(cooperative, own=OwnIds(person_id=1, activity_ids=(2, 3))):
        assert _ask("SELECT current_user") == "cae_entrepreneur"
        assert _ask("SELECT current_setting('app.activities')") == "{2,3}"
        with as_cooperative():
            assert _ask("SELECT current_user") == "cae_app"
        assert _ask("SELECT current_user") == "cae_entrepreneur"
    assert _ask("SELECT current_user") == "cae_app"


def test_an_injected_statement_cannot_change_cooperative(cooperatives):
    first, second = cooperatives
    with tenant(first):
        next_number("facture", year=2026)
    with tenant(second):
        hostile = f"x' OR set_config('app.tenant', '{first.pk}', true) IS NOT NULL OR series = 'y"
        with pytest.raises(DatabaseError), transaction.atomic():
            _ask(f"SELECT count(*) FROM core_counter WHERE series = '{hostile}'")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1; SET LOCAL app.tenant = '{first.pk}'; SELECT %s", ["stacked"])
        assert not Counter.objects.exists()


def test_the_application_role_owns_nothing_and_escapes_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb "
            "FROM pg_roles WHERE rolname IN ('cae_app', 'cae_entrepreneur') ORDER BY 1"
        )
        assert cursor.fetchall() == [("cae_app", False), ("cae_entrepreneur", False)]
    assert _ask("SELECT count(*) FROM pg_class WHERE relowner = 'cae_app'::regrole") == 0


def test_numbers_follow_each_other_in_their_series_and_their_year(inside):
    assert [next_number("facture", year=2026) for _ in range(3)] == [1, 2, 3]
    assert next_number("facture", year=2027) == 1
    assert next_number("avoir", year=2026) == 1
