"""Attacks on every tenant table, with raw SQL, as the roles that serve.

Each attack runs in one transaction that a superuser opens, plants synthetic rows in, and
rolls back. Triggers, checks and the other foreign keys of the table are set aside, so that
what is left to refuse is the wall under test and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.apps import apps
from psycopg import sql

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel

OURS, THEIRS = 9_000_001, 9_000_002
MINE, NEIGHBOUR = 9_100_001, 9_100_002

_SAMPLE = {
    "smallint": 1,
    "numeric": 1,
    "boolean": False,
    "date": "2026-01-01",
    "time without time zone": "18:00",
    "timestamp with time zone": "2026-01-01T00:00:00Z",
    "jsonb": "{}",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "ARRAY": "{}",
    "double precision": 1,
    "bytea": b"x",
}


def tenant_models() -> list[type[TenantModel]]:
    return sorted(
        (m for m in apps.get_models() if issubclass(m, TenantModel)), key=lambda m: m._meta.label
    )


def references() -> list[tuple[type[TenantModel], str]]:
    return [
        (model, f.name)
        for model in tenant_models()
        for f in model._meta.local_fields
        if isinstance(f, TenantForeignKey)
    ]


@dataclass
class Stage:
    """One table, planted with synthetic rows, seen from a cooperative."""

    connection: psycopg.Connection
    model: type[TenantModel]
    serial: int = field(default=0)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def plant(self, model: type[TenantModel] | None = None, **values: object) -> int:
        """Insert a row whatever the constraints say, and return its id."""
        self._drop_constraints((model or self.model)._meta.db_table, kinds="c")
        self.connection.execute("SET LOCAL session_replication_role = replica")
        identity = self.insert(model or self.model, **values)
        self.connection.execute("SET LOCAL session_replication_role = origin")
        return identity

    def insert(self, model: type[TenantModel], *, returning: bool = True, **values: object) -> int:
        self.serial += 1
        row = self._sample(model) | {"id": 9_000_000 + self.serial} | values
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(model._meta.db_table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        self.connection.execute(query, list(row.values()))
        return row["id"]

    def serve(self, tenant_id: int, *, role: str = "cae_app", own: int | None = None) -> None:
        """Become a role that serves one cooperative, and within it one entrepreneur's ids."""
        said = [f"SET LOCAL app.tenant = '{tenant_id}'", "SET LOCAL app.user_id = '0'"]
        if own is not None:
            said += [
                f"SET LOCAL app.person = '{own}'",
                f"SET LOCAL app.activities = '{{{own}}}'",
                f"SET LOCAL app.analytics = '{{{own}}}'",
            ]
        self.connection.execute("; ".join([*said, f"SET LOCAL ROLE {role}"]))

    def rows(self, where: str = "true") -> int:
        return self.connection.execute(
            f'SELECT count(*) FROM "{self.table}" WHERE id > 9000000 AND {where}'
        ).fetchone()[0]

    def touched(self, statement: str) -> int:
        """Run a statement on the table; return the rows it changed."""
        return self.connection.execute(statement.format(table=f'"{self.table}"')).rowcount

    def refusal(self, act) -> str | None:
        """Run `act`; return the SQLSTATE (and the constraint) that refused it, or None."""
        try:
            with self.connection.transaction():
                act()
        except psycopg.Error as error:
            return error.diag.constraint_name or error.sqlstate
        return None

    def set_aside(self, *, keep: str = "") -> None:
        """Drop the table's checks and foreign keys but `keep`, and its triggers."""
        self.connection.execute(f'ALTER TABLE "{self.table}" DISABLE TRIGGER USER')
        self._drop_constraints(self.table, kinds="cf", keep=keep)

    def _drop_constraints(self, table: str, *, kinds: str, keep: str = "") -> None:
        names = self.connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass "
            'AND contype = ANY (%s::"char"[]) AND conname <> %s',
            [table, list(kinds), keep],
        ).fetchall()
        for (name,) in names:
            self.connection.execute(
                f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}" CASCADE'
            )

    def _sample(self, model: type[TenantModel]) -> dict[str, object]:
        columns = self.connection.execute(
            "SELECT column_name, data_type, character_maximum_length "
            "FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
            "AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' "
            "AND is_identity = 'NO'",
            [model._meta.db_table],
        ).fetchall()
        samples = _SAMPLE | dict.fromkeys(("bigint", "integer"), self.serial)  # unique keys
        text = str(self.serial)
        return {name: samples.get(kind, text[: length or 9]) for name, kind, length in columns}


@contextmanager
def stage(dsn: str, model: type[TenantModel]) -> Iterator[Stage]:
    """Open a stage that leaves nothing behind."""
    with psycopg.connect(dsn) as connection:
        for tenant_id in (OURS, THEIRS):
            connection.execute(
                "INSERT INTO core_cooperative (id, slug, uuid, name, legal_form, siren, siret,"
                " vat_number, naf, capital, registry_town, street, postcode, town, email, phone,"
                " iban, bic, fiscal_year_start, vat_basis, payment_days, penalty_rate,"
                " require_second_factor, salary_day, salary_choice_day, headcount, accident_rate,"
                " mobility_rate, health_premium, health_employer_share, is_demo, opened_at)"
                " SELECT %s, %s, gen_random_uuid(), 'x', 'scop_sa', '1', '1', '', '', 0, '', '',"
                " '', '', '', '', '', '', 1, 'cash', 30, 0, true, 27, 25, 1, 0, 0, 0, 0, false,"
                " now()",
                [tenant_id, f"stage-{tenant_id}"],
            )
        yield Stage(connection, model)
        connection.rollback()


def agreed(model: type[TenantModel], names: tuple[str, ...]) -> dict[str, object]:
    """Return one value for each column that a reference and its target must agree on."""
    fields = [model._meta.get_field(name) for name in names]
    return {f.column: "2026-01-01" if f.get_internal_type() == "DateField" else 1 for f in fields}


def own_column(model: type[TenantModel]) -> str | None:
    """Return the column that says whose row it is, for the scopes that have one."""
    return {
        Scope.ACTIVITY: "activity_id",
        Scope.ACTIVITY_RECORD: "activity_id",
        Scope.PERSON: "entrepreneur_id",
        Scope.PERSON_RECORD: "entrepreneur_id",
        Scope.ANALYTIC: "analytic_id",
        Scope.LEDGER: "analytic_id",
        Scope.OWNED: "activity_id",
        Scope.BETWEEN: "activity_id",
        Scope.SHARED: "activity_id",
        Scope.ACTIVITY_ITSELF: "id",
        Scope.PERSON_ITSELF: "id",
        Scope.ANALYTIC_ITSELF: "id",
    }.get(Scope(model.scope))
