"""`migrate`, without rendering models again for what changes no column.

Django renders a model, and all those around it, after each operation: measured on an empty
database, 22 s of 24, half of it for constraints, indexes and triggers, which only need the
model's table. What they add is in the state, for whatever renders the model next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations import AddConstraint, AddIndex, RemoveConstraint, RemoveIndex
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


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with rendering_only_columns():
            super().handle(*args, **options)


@contextmanager
def rendering_only_columns() -> Iterator[None]:
    """Keep the rendered models as they are through operations that change no column."""
    plain = {operation: operation.state_forwards for operation in _CHANGES_NO_COLUMN}
    for operation, forwards in plain.items():
        operation.state_forwards = _unrendered(forwards)
    try:
        yield
    finally:
        for operation, forwards in plain.items():
            operation.state_forwards = forwards


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
