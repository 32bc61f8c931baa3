"""Row-level security and composite keys as ordinary model constraints.

`makemigrations` writes them, `migrate` applies them: nobody can forget a wall, and
`tests/core/test_walls.py` proves each of them with raw SQL as the application role.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models

_TENANT = "tenant_id = current_setting('app.tenant')::bigint"
_ACTIVITIES = "ANY (current_setting('app.activities')::bigint[])"
_ANALYTICS = "ANY (current_setting('app.analytics')::bigint[])"
_PERSON = "current_setting('app.person')::bigint"


class Scope(StrEnum):
    """Which rows of their cooperative an entrepreneur's role may touch.

    The role that serves staff is not concerned. Every form stays a bare comparison with a
    stable expression, so an index serves it.
    """

    COOPERATIVE = "cooperative"  # read by all, written by nobody but the cooperative
    STAFF = "staff"  # neither read nor written
    JOURNAL = "journal"  # written by all, read by staff
    ACTIVITY = "activity"  # activity_id is one of mine
    ACTIVITY_RECORD = "activity_record"  # about one of mine, written by nobody but the cooperative
    ACTIVITY_ITSELF = "activity_itself"
    PERSON = "person"  # entrepreneur_id is me
    PERSON_ITSELF = "person_itself"
    PERSON_RECORD = "person_record"  # about me, written by nobody but the cooperative
    ANALYTIC = "analytic"  # analytic_id is one of mine
    ANALYTIC_ITSELF = "analytic_itself"
    LEDGER = "ledger"  # analytic_id is one of mine, written by nobody but the cooperative
    OWNED = "owned"  # activity_id is one of mine, or entrepreneur_id is me
    SHARED = "shared"  # activity_id is one of mine; read too where it is nobody's
    BETWEEN = "between"  # activity_id is one of mine; read too where shown_to_id is one of mine

    def statements(self, table: str) -> list[str]:
        """Return the restrictive policies of this scope on `table`."""
        own = {
            Scope.ACTIVITY: f"activity_id = {_ACTIVITIES}",
            Scope.ACTIVITY_RECORD: f"activity_id = {_ACTIVITIES}",
            Scope.ACTIVITY_ITSELF: f"id = {_ACTIVITIES}",
            Scope.PERSON: f"entrepreneur_id = {_PERSON}",
            Scope.PERSON_ITSELF: f"id = {_PERSON}",
            Scope.PERSON_RECORD: f"entrepreneur_id = {_PERSON}",
            Scope.ANALYTIC: f"analytic_id = {_ANALYTICS}",
            Scope.ANALYTIC_ITSELF: f"id = {_ANALYTICS}",
            Scope.LEDGER: f"analytic_id = {_ANALYTICS}",
            Scope.OWNED: f"activity_id = {_ACTIVITIES} OR entrepreneur_id = {_PERSON}",
            Scope.STAFF: "false",
        }.get(self)
        policy = (
            f'CREATE POLICY neighbours_{{}} ON "{table}" AS RESTRICTIVE '
            "FOR {} TO cae_entrepreneur"
        )
        if own is not None:
            # The rows of the ledger cannot be deleted by anybody: a trigger refuses.
            is_record = self in (Scope.ACTIVITY_RECORD, Scope.PERSON_RECORD)
            is_read_only = is_record or self is Scope.LEDGER
            written = "false" if is_read_only else own
            read = [f"{policy.format('all', 'ALL')} USING ({own}) WITH CHECK ({written})"]
            if is_record:
                read.append(f"{policy.format('delete', 'DELETE')} USING (false)")
            return read
        if self in (Scope.BETWEEN, Scope.SHARED):
            mine, shown = f"activity_id = {_ACTIVITIES}", f"shown_to_id = {_ACTIVITIES}"
            if self is Scope.SHARED:
                shown = "activity_id IS NULL"
            return [
                f"{policy.format('select', 'SELECT')} USING ({mine} OR {shown})",
                f"{policy.format('insert', 'INSERT')} WITH CHECK ({mine})",
                f"{policy.format('update', 'UPDATE')} USING ({mine}) WITH CHECK ({mine})",
                f"{policy.format('delete', 'DELETE')} USING ({mine})",
            ]
        closed = {
            Scope.COOPERATIVE: ("INSERT", "UPDATE", "DELETE"),
            Scope.JOURNAL: ("SELECT", "UPDATE", "DELETE"),
        }[self]
        return [
            f"{policy.format(verb.lower(), verb)} "
            + ("WITH CHECK (false)" if verb == "INSERT" else "USING (false)")
            for verb in closed
        ]


class _Deferred(models.BaseConstraint):
    """A constraint made of several statements, run once every table of the migration exists."""

    def statements(self, model: type[models.Model]) -> list[str]:
        raise NotImplementedError

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        return self.create_sql(model, schema_editor)

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        schema_editor.deferred_sql.extend(self.statements(model))
        return ""

    def validate(self, model, instance, exclude=None, using=None) -> None:
        """Nothing to say before the database does."""


class TenantPolicy(_Deferred):
    """Enable and force row-level security, with the tenant's policy, its scope's, and the
    trigger that keeps what each row was before a change."""

    def __init__(self, *, name: str, scope: str, audited: bool = True) -> None:
        super().__init__(name=name)
        self.scope = Scope(scope)
        self.audited = audited

    def statements(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        return [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY tenant ON "{table}" TO cae_app, cae_entrepreneur '
            f"USING ({_TENANT}) WITH CHECK ({_TENANT})",
            f'CREATE POLICY platform ON "{table}" FOR SELECT TO cae_platform, cae_backup '
            "USING (true)",
            f'CREATE POLICY owner ON "{table}" TO cae_owner USING (true) WITH CHECK (true)',
            *self.scope.statements(table),
            *([self._audit_trigger(table)] if self.audited else []),
        ]

    @staticmethod
    def _audit_trigger(table: str) -> str:
        return (
            f'CREATE TRIGGER cae_audit AFTER UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION cae_record_change()"
        )

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        table = model._meta.db_table
        names = ["tenant", "platform", "owner"]
        names += [f"neighbours_{v}" for v in ("all", "select", "insert", "update", "delete")]
        dropped = [f'DROP POLICY IF EXISTS {n} ON "{table}"' for n in names]
        return "; ".join([*dropped, f'DROP TRIGGER IF EXISTS cae_audit ON "{table}"'])

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        kwargs["scope"] = self.scope.value
        if not self.audited:
            kwargs["audited"] = False
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TenantPolicy):
            return (self.name, self.scope, self.audited) == (
                other.name,
                other.scope,
                other.audited,
            )
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


class CompositeForeignKey(_Deferred):
    """(tenant, x[, same…]) references (tenant, id[, same…]): no reference leaves the tenant.

    Row-level security does not check foreign keys; this does. `same` names columns that must
    agree on both sides: a line belongs to the activity of its document.
    """

    def __init__(self, *, name: str, field: str, same: tuple[str, ...] = ()) -> None:
        super().__init__(name=name)
        self.field = field
        self.same = tuple(same)

    def statements(self, model: type[models.Model]) -> list[str]:
        field: Any = model._meta.get_field(self.field)
        target = field.related_model
        columns = ["tenant_id", field.column, *self._columns_of(model)]
        there = ["tenant_id", "id", *self._columns_of(target)]
        return [
            f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{self.name}" '
            f"FOREIGN KEY ({', '.join(columns)}) "
            f'REFERENCES "{target._meta.db_table}" ({", ".join(there)}) '
            "ON DELETE NO ACTION"
        ]

    def _columns_of(self, model: Any) -> list[str]:
        return [model._meta.get_field(name).column for name in self.same]

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        return f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT IF EXISTS "{self.name}"'

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        kwargs["field"] = self.field
        if self.same:
            kwargs["same"] = self.same
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CompositeForeignKey):
            return (self.name, self.field, self.same) == (other.name, other.field, other.same)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]
