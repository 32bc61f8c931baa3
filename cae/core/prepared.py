"""Questions asked on every page: written in SQL by the ORM once, then only asked.

Of a page of fifty rows, two thirds of the time went into writing the same dozen statements anew.
A question whose shape does not change is prepared the first time; PostgreSQL, which then meets
the same text again, keeps its plan as well. Everything else stays an ordinary query.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, Lookup, QuerySet, Value
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators

from cae.core.tenancy.context import current_tenant_id, described_tenant

Row = tuple[Any, ...]


class Given(Expression):
    """A value told when the question is asked, in the place of a constant of a query."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Among(Lookup):
    """Is this column one of a list told when the question is asked? `Among(F("id"), Given(…))`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, before = self.process_lhs(compiler, connection)
        values, after = compiler.compile(self.rhs)
        return f"{column} = ANY({values})", (*before, *after)


def aggregated(rows: QuerySet, **sums: Any) -> QuerySet:
    """Return the queryset whose only row holds these aggregates, in this order."""
    # Grouped by a constant, which leaves no GROUP BY: `aggregate` asks at once.
    return rows.order_by().values_list(Value(0)).annotate(**sums).values_list(*sums)


class Prepared:
    """A question: `build` gives its queryset, once for each shape.

    What it is asked with goes to `build` under the same names: a boolean or None as it is, for it
    decides of the shape; anything else as a `Given`, to be filtered by. Answers a list: tuples
    where the queryset is a `values_list`, else instances, with what `select_related` joins.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._plans: dict[Hashable, _Plan] = {}

    def __call__(self, **asked: Any) -> list[Any]:
        shape = tuple(
            (name, value if value is None or isinstance(value, bool) else Given)
            for name, value in asked.items()
        )
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = self._written(shape)
        return plan.answer(asked)

    def _written(self, shape: tuple[tuple[str, Any], ...]) -> _Plan:
        told = {name: Given(name) if part is Given else part for name, part in shape}
        with described_tenant(Given("tenant")):
            queryset = self._build(**told)
            compiler = queryset.query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            columns = [column for column, _, _ in compiler.select]
            converters = compiler.get_converters(columns)
        return _Plan(sql, tuple(params), compiler, converters, _reader(queryset, compiler))


@dataclass(frozen=True, slots=True)
class _Plan:
    sql: str
    params: Row
    compiler: Any
    converters: Mapping[int, Any]
    read: Callable[[Iterable[Row]], Iterator[Any]]

    def answer(self, asked: dict[str, Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [_value(param, asked) for param in self.params])
            rows: Iterable[Row] = cursor.fetchall()
        if self.converters:
            rows = map(tuple, self.compiler.apply_converters(rows, self.converters))
        return list(self.read(rows))


def _value(param: Any, asked: dict[str, Any]) -> Any:
    if not isinstance(param, Given):
        return param
    return current_tenant_id() if param.name == "tenant" else asked[param.name]


def _reader(queryset: QuerySet, compiler: Any) -> Callable[[Iterable[Row]], Iterator[Any]]:
    kind = queryset._iterable_class
    if issubclass(kind, ValuesListIterable):
        return iter
    assert kind is ModelIterable, "a prepared question gives tuples or instances"
    assert not queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    info, select = compiler.klass_info, compiler.select
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, _, _ in select[first:last]]
    joined = get_related_populators(info, select, connection.alias)  # type: ignore[call-arg]
    said = (compiler.annotation_col_map or {}).items()

    def instances(rows: Iterable[Row]) -> Iterator[Any]:
        for row in rows:
            instance = info["model"].from_db(connection.alias, names, row[first:last])
            for populator in joined:
                populator.populate(row, instance)
            for name, place in said:
                setattr(instance, name, row[place])
            yield instance

    return instances
