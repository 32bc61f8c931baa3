"""The values of this package as JSON and back, exactly: what a validated payslip keeps."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from cae.core.periods import Month

Value = TypeVar("Value")


def frozen(value: Any) -> Any:
    """Return a slip, a situation or a year to date as JSON: exact numbers become text."""
    if isinstance(value, Month | Decimal | Fraction | date):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: frozen(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [frozen(item) for item in value]
    assert value is None or isinstance(value, bool | int | str), f"{value!r} does not freeze"
    return value


def thawed(kind: type[Value], kept: Any) -> Value:
    """Return what was frozen, equal to the original: `thawed(Slip, frozen(slip)) == slip`."""
    return _thawed(kind, kept)


def _thawed(kind: Any, kept: Any) -> Any:
    if get_origin(kind) is UnionType:  # an optional value
        kind = next(each for each in get_args(kind) if each is not NoneType)
        return None if kept is None else _thawed(kind, kept)
    if get_origin(kind) is tuple:
        return tuple(_thawed(get_args(kind)[0], item) for item in kept)
    if kind is Month:
        return Month.parse(kept)
    if kind is date:
        return date.fromisoformat(kept)
    if is_dataclass(kind):
        return _thawed_fields(kind, kept)
    return kind(kept)


def _thawed_fields(kind: Any, kept: dict[str, Any]) -> Any:
    types = _types(kind)
    return kind(**{name: _thawed(types[name], item) for name, item in kept.items()})


@cache
def _types(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
