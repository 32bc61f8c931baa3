"""Every tenant table keeps cooperatives apart, and entrepreneurs of one cooperative apart.

The tables are found by introspection: a model without its walls fails here, and each
attack is first shown to succeed where the wall is missing.
"""

from __future__ import annotations

import pytest
from django.db import connection

from cae.core.tenancy.models import Scope
from tests.conftest import admin_dsn
from tests.core.walls import (
    MINE,
    NEIGHBOUR,
    OURS,
    THEIRS,
    agreed,
    own_column,
    references,
    stage,
    tenant_models,
)

RLS = "42501"
pytestmark = pytest.mark.django_db

each_table = pytest.mark.parametrize("model", tenant_models(), ids=lambda m: m._meta.label)
each_reference = pytest.mark.parametrize(
    ("model", "name"), references(), ids=lambda v: v if isinstance(v, str) else v._meta.label
)
OWNED = [m for m in tenant_models() if own_column(m)]
each_table_between = pytest.mark.parametrize(
    "model",
    [m for m in tenant_models() if m.scope == Scope.BETWEEN],
    ids=lambda m: m._meta.label,
)
each_shared_table = pytest.mark.parametrize(
    "model", [m for m in tenant_models() if m.scope == Scope.SHARED], ids=lambda m: m._meta.label
)
each_owned_table = pytest.mark.parametrize("model", OWNED, ids=lambda m: m._meta.label)


@each_table
def test_another_cooperatives_rows_do_not_exist(model):
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        theirs = s.plant(tenant_id=THEIRS)
        ours = s.plant(tenant_id=OURS)
        s.serve(OURS)

        assert s.rows() == 1
        assert s.touched(f"UPDATE {{table}} SET id = id WHERE id = {theirs}") == 0
        assert s.touched(f"DELETE FROM {{table}} WHERE id = {theirs}") == 0
        assert s.refusal(lambda: s.insert(model, tenant_id=THEIRS)) == RLS
        moved = f"UPDATE {{table}} SET tenant_id = {THEIRS} WHERE id = {ours}"
        assert s.refusal(lambda: s.touched(moved)) == RLS


@each_table
def test_without_its_wall_the_attack_succeeds(model):
    """The proof that the test above can fail."""
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        theirs = s.plant(tenant_id=THEIRS)
        s.connection.execute(f'ALTER TABLE "{s.table}" DISABLE ROW LEVEL SECURITY')
        s.serve(OURS)

        assert s.rows() == 1
        assert s.touched(f"UPDATE {{table}} SET id = id WHERE id = {theirs}") == 1


@each_reference
def test_a_reference_cannot_leave_the_cooperative(model, name):
    target = model._meta.get_field(name).related_model
    wall = f"{model._meta.app_label}_{model._meta.model_name}_{name}_fk"
    column = model._meta.get_field(name).column
    same = agreed(model, model._meta.get_field(name).same)
    there = agreed(target, model._meta.get_field(name).same)
    with stage(admin_dsn(), model) as s:
        s.set_aside(keep=wall)
        theirs = s.plant(target, tenant_id=THEIRS, **there)
        ours = s.plant(target, tenant_id=OURS, **there)
        s.serve(OURS)

        def refer_to(row: int):
            return lambda: s.insert(model, **({"tenant_id": OURS, **same} | {column: row}))

        assert s.refusal(refer_to(theirs)) == wall
        assert s.refusal(refer_to(ours)) is None


@each_owned_table
def test_a_neighbours_rows_do_not_exist(model):
    column = own_column(model)
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        s.plant(**{"tenant_id": OURS, column: NEIGHBOUR})
        s.plant(**{"tenant_id": OURS, column: MINE})
        s.serve(OURS, role="cae_entrepreneur", own=MINE)

        assert s.rows() == 1
        assert s.rows(f"{column} = {NEIGHBOUR}") == 0
        theirs = f"WHERE {column} = {NEIGHBOUR}"
        assert s.touched(f"UPDATE {{table}} SET id = id {theirs}") == 0
        assert s.touched(f"DELETE FROM {{table}} {theirs}") == 0
        planted = {"tenant_id": OURS, column: NEIGHBOUR + 5}
        assert s.refusal(lambda: s.insert(model, **planted)) == RLS


@each_owned_table
def test_without_its_scope_the_neighbour_shows(model):
    column = own_column(model)
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        s.plant(**{"tenant_id": OURS, column: NEIGHBOUR})
        dropped = "select" if model.scope in (Scope.BETWEEN, Scope.SHARED) else "all"
        s.connection.execute(f'DROP POLICY neighbours_{dropped} ON "{s.table}"')
        s.serve(OURS, role="cae_entrepreneur", own=MINE)

        assert s.rows() == 1


@each_shared_table
def test_what_is_the_cooperatives_is_read_and_not_written(model):
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        common = s.plant(tenant_id=OURS)
        s.plant(tenant_id=THEIRS)
        s.serve(OURS, role="cae_entrepreneur", own=MINE)

        assert s.rows() == s.rows(f"id = {common}") == 1
        taken = f"UPDATE {{table}} SET activity_id = {MINE} WHERE id = {common}"
        assert s.touched(taken) == 0
        assert s.touched(f"DELETE FROM {{table}} WHERE id = {common}") == 0
        assert s.refusal(lambda: s.insert(model, tenant_id=OURS)) == RLS


@each_table_between
def test_what_is_shown_to_a_neighbour_is_read_and_not_written(model):
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        shown = s.plant(tenant_id=OURS, activity_id=NEIGHBOUR, shown_to_id=MINE)
        s.plant(tenant_id=OURS, activity_id=NEIGHBOUR, shown_to_id=NEIGHBOUR + 5)
        s.plant(tenant_id=OURS, activity_id=NEIGHBOUR)
        s.plant(tenant_id=THEIRS, activity_id=MINE, shown_to_id=MINE)
        s.serve(OURS, role="cae_entrepreneur", own=MINE)

        assert s.rows() == s.rows(f"id = {shown}") == 1
        taken = f"UPDATE {{table}} SET activity_id = {MINE} WHERE id = {shown}"
        assert s.touched(taken) == 0
        assert s.touched(f"DELETE FROM {{table}} WHERE id = {shown}") == 0
        theirs = {"tenant_id": OURS, "activity_id": NEIGHBOUR, "shown_to_id": MINE}
        assert s.refusal(lambda: s.insert(model, **theirs)) == RLS


@each_table_between
def test_one_does_not_give_ones_rows_away(model):
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        mine = s.plant(tenant_id=OURS, activity_id=MINE)
        s.serve(OURS, role="cae_entrepreneur", own=MINE)

        given = f"UPDATE {{table}} SET activity_id = {NEIGHBOUR} WHERE id = {mine}"
        assert s.refusal(lambda: s.touched(given)) == RLS
        assert s.touched(f"UPDATE {{table}} SET id = id WHERE id = {mine}") == 1


@each_table
def test_what_belongs_to_the_cooperative_is_not_written_by_an_entrepreneur(model):
    if own_column(model):
        return
    with stage(admin_dsn(), model) as s:
        s.set_aside()
        row = s.plant(tenant_id=OURS)
        s.serve(OURS, role="cae_entrepreneur", own=MINE)

        assert s.touched(f"UPDATE {{table}} SET id = id WHERE id = {row}") == 0
        assert s.touched(f"DELETE FROM {{table}} WHERE id = {row}") == 0
        assert s.rows() == (1 if model.scope == "cooperative" else 0)
        expected = None if model.scope == "journal" else RLS
        assert s.refusal(lambda: s.insert(model, tenant_id=OURS)) == expected


def test_the_catalogue_agrees():
    """Row-level security is forced wherever there is a tenant, and nothing goes around it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE a.attname = 'tenant_id' AND c.relkind = 'r' AND NOT a.attisdropped "
            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND relkind IN ('m', 'v')"
        )
        assert cursor.fetchall() == [], "views and materialized views see everything"
        cursor.execute(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = 'public' AND prosecdef"
        )
        assert cursor.fetchall() == [], "a SECURITY DEFINER function goes through walls"
        cursor.execute(
            "SELECT DISTINCT confdeltype FROM pg_constraint WHERE contype = 'f' "
            "AND conrelid::regclass::text ~ '^(core|accounting|entrepreneurs|invoicing|payroll"
            "|governance)_'"
        )
        assert cursor.fetchall() == [("a",)], "no cascade in the database"


def test_no_default_privilege_gives_truncate():
    """Row-level security does not see TRUNCATE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_to_string(defaclacl, ' ') FROM pg_default_acl")
        given = " ".join(row[0] for row in cursor.fetchall())
    assert "cae_app=arwd/cae_owner" in given
    assert "D" not in "".join(part.split("=")[1].split("/")[0] for part in given.split())
