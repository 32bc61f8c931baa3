"""`migrate`, without rendering again the models that an operation leaves as they are.

Django renders a model, and all those around it, after each operation: here all of them, since
each points to the cooperative. Measured on an empty database, nine tenths of the time.

- What changes no column (constraints, indexes, triggers) renders nothing: what it adds is in the
  state, for whatever renders the model next.
- What changes a model renders that model alone: those around it go on pointing to it as it was,
  with the same table and the same key. Before an operation that asks who points to a model, all
  are rendered again; Django does so by itself before `RunPython`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations import (
    AddConstraint,
    AddIndex,
    AlterField,
    AlterModelTable,
    DeleteModel,
    RemoveConstraint,
    RemoveIndex,
    RenameField,
    RenameModel,
)
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

_CHANGES_NO_COLUMN: tuple[Any, ...] = (
    AddConstraint,
    RemoveConstraint,
    AddIndex,
    RemoveIndex,
    AddTrigger,
    RemoveTrigger,
)
_MAY_ASK_WHO_POINTS_TO_IT: tuple[Any, ...] = (
    AlterField,
    AlterModelTable,
    DeleteModel,
    RenameField,
    RenameModel,
)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with rendering_only_columns():
            super().handle(*args, **options)


@contextmanager
def rendering_only_columns() -> Iterator[None]:
    """Render again, after an operation, no more than the model whose columns it changes."""
    plain = [
        *((operation, "state_forwards", _unrendered) for operation in _CHANGES_NO_COLUMN),
        *((operation, "database_forwards", _afresh) for operation in _MAY_ASK_WHO_POINTS_TO_IT),
        (ProjectState, "_find_reload_model", lambda _: _alone),
    ]
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in plain]
    for owner, name, around in plain:
        setattr(owner, name, around(getattr(owner, name)))
    try:
        yield
    finally:
        for owner, name, method in kept:
            setattr(owner, name, method)


def _alone(
    state: ProjectState, app_label: str, model_name: str, delay: bool = False
) -> set[tuple[str, str]]:
    """Return what to render again after a change: the model, and a mark for those around it."""
    state.is_delayed = True  # of Django: `clear_delayed_apps_cache` has something to clear
    return {(app_label, model_name)}


def _afresh(forwards: Callable[..., None]) -> Callable[..., None]:
    def database_forwards(
        operation: Any, app_label: str, schema: Any, before: ProjectState, after: ProjectState
    ) -> None:
        if not isinstance(operation, AlterField) or _is_a_key(operation, app_label, before, after):
            before.clear_delayed_apps_cache()
            after.clear_delayed_apps_cache()
        forwards(operation, app_label, schema, before, after)

    return database_forwards


def _is_a_key(operation: AlterField, app_label: str, *states: ProjectState) -> bool:
    """Tell whether others may point to this field, before or after it changes."""
    fields = [
        state.models[app_label, operation.model_name_lower].fields[operation.name]
        for state in states
    ]
    return any(field.primary_key or field.unique for field in fields)


def _unrendered(forwards: Callable[..., None]) -> Callable[..., None]:
    def state_forwards(operation: Any, app_label: str, state: ProjectState) -> None:
        # A state without rendered models has nothing to render again.
        rendered = state.__dict__.pop("apps", None)
        forwards(operation, app_label, state)
        if rendered is not None:
            state.__dict__["apps"] = rendered
            # A field that changes later asks its model which constraints are declared.
            options = state.models[app_label, operation.model_name.lower()].options
            meta = rendered.get_model(app_label, operation.model_name)._meta
            meta.constraints = list(options.get("constraints", ()))
            meta.indexes = list(options.get("indexes", ()))
            meta._expire_cache()

    return state_forwards
