"""Seal again, with the first key of CAE_FIELD_KEYS, what older ones sealed.

Sealed values live in three kinds of places: the columns of our models (found by looking at the
models), what the trigger kept of these columns before each change, and the secrets of logins.
Some of these tables only grow, and each is watched by triggers: only the owner of the tables
may suspend them, in the transaction that rewrites, so all of this speaks as `cae_owner`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import OperationalError, connections, transaction
from django.db.models import Model
from psycopg.errors import LockNotAvailable

from cae.core import crypto
from cae.core.accounts.adapters import SECRETS
from cae.core.crypto import EncryptedTextField
from cae.core.models import RowChange

OWNER = "owner"

#: Rows read, then rewritten, at a time: the lock on their table lasts as long as one batch.
BATCH = 500

#: How often a busy table is asked for, three seconds each time, before we say so.
_TRIES = 20

Row = dict[str, Any]
#: What is done with a sealed value: (token, place, tenant) to the token that replaces it.
Change = Callable[[str, str, int], str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that holds a value no key opens."""

    table: str
    row_id: int
    key: str


class TableIsBusy(Exception):
    """Somebody held the table for too long; what was rewritten before stays."""


# ── Where sealed values are ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Store(ABC):
    """A table that keeps sealed values."""

    table: str

    @property
    @abstractmethod
    def read(self) -> tuple[str, ...]:
        """The columns `rewritten` needs."""

    @abstractmethod
    def rewritten(self, row: Row, change: Change) -> Row:
        """Return the columns that hold sealed values, each changed."""


@dataclass(frozen=True)
class Columns(Store):
    """The sealed columns of a model."""

    #: Each column, and the place its values are bound to.
    places: tuple[tuple[str, str], ...]

    @property
    def read(self) -> tuple[str, ...]:
        return ("tenant_id", *dict(self.places))

    def rewritten(self, row: Row, change: Change) -> Row:
        return {
            column: change(row[column], place, row["tenant_id"])
            for column, place in self.places
            if row[column]
        }


@dataclass(frozen=True)
class History(Store):
    """What rows were, and became, at each change of a sealed column."""

    columns: tuple[Columns, ...]

    @property
    def read(self) -> tuple[str, ...]:
        return ("tenant_id", "table_name", "was", "became")

    def rewritten(self, row: Row, change: Change) -> Row:
        of_table = next((c for c in self.columns if c.table == row["table_name"]), None)
        if of_table is None:
            return {}
        changed = {}
        for name in ("was", "became"):
            kept = json.loads(row[name] or "null") or {}
            sealed = {column: kept.get(column) for column, _ in of_table.places}
            again = of_table.rewritten({"tenant_id": row["tenant_id"], **sealed}, change)
            if again:
                changed[name] = json.dumps({**kept, **again})
        return changed


@dataclass(frozen=True)
class Secrets(Store):
    """Seeds of the applications, and of the recovery codes."""

    @property
    def read(self) -> tuple[str, ...]:
        return ("data",)

    def rewritten(self, row: Row, change: Change) -> Row:
        data = json.loads(row["data"])
        again: Row = {
            name: change(data[name], SECRETS, crypto.PLATFORM)
            for name in ("secret", "seed")
            if data.get(name)
        }
        if codes := data.get("migrated_codes"):
            again["migrated_codes"] = [change(code, SECRETS, crypto.PLATFORM) for code in codes]
        return {"data": json.dumps({**data, **again})} if again else {}


def stores() -> list[Store]:
    """Return every table that keeps sealed values."""
    columns = tuple(found for model in apps.get_models() if (found := _sealed_in(model)))
    history = History(RowChange._meta.db_table, columns)
    return [*columns, history, Secrets(Authenticator._meta.db_table)]


def _sealed_in(model: type[Model]) -> Columns | None:
    sealed = [f for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
    places = tuple((str(field.column), field.place) for field in sealed)
    return Columns(model._meta.db_table, places) if places else None


# ── Look, then rewrite ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Seen:
    """What one look at a table found."""

    rows: int
    #: How many values each key sealed.
    values: Counter[str]
    unreadable: list[Unreadable]


def look(store: Store) -> Seen:
    """Open every value of a table, and count by which key each was sealed; write nothing."""
    rows, values, unreadable = 0, Counter[str](), []
    for batch in _batches(store):
        for row in batch:
            opened = [_opens(*sealed) for sealed in _sealed_values(store, row)]
            keys = [key for key, _ in opened]
            rows += bool(keys)
            values.update(keys)
            if shut := [key for key, opens in opened if not opens]:
                unreadable.append(Unreadable(store.table, row["id"], shut[0]))
    return Seen(rows, values, unreadable)


def _opens(token: str, place: str, tenant_id: int) -> tuple[str, bool]:
    """Return the name of the key a value asks for, and whether it opens."""
    key = crypto.key_id_of(token)
    try:
        crypto.decrypt(token, place=place, tenant_id=tenant_id)
    except (KeyError, ValueError, InvalidTag):
        return key, False
    return key, True


def rotate(store: Store) -> int:
    """Seal again what older keys sealed in a table, batch by batch; return how many rows.

    Each batch is one transaction: stopped anywhere, it goes on where it was.

    :raises TableIsBusy: somebody else holds the table.
    """
    return sum(
        _rewrite(store, ids)
        for batch in _batches(store)
        if (ids := [row["id"] for row in batch if _is_old(store, row)])
    )


def _is_old(store: Store, row: Row) -> bool:
    current = crypto.current_key_id()
    return any(crypto.key_id_of(token) != current for token, *_ in _sealed_values(store, row))


def _sealed_values(store: Store, row: Row) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []

    def note(token: str, place: str, tenant_id: int) -> str:
        found.append((token, place, tenant_id))
        return token

    store.rewritten(row, note)
    return found


def _seal_again(token: str, place: str, tenant_id: int) -> str:
    if crypto.key_id_of(token) == crypto.current_key_id():
        return token
    text = crypto.decrypt(token, place=place, tenant_id=tenant_id)
    return crypto.encrypt(text, place=place, tenant_id=tenant_id)


def _rewrite(store: Store, ids: list[int]) -> int:
    for _ in range(_TRIES):
        try:
            return _rewrite_once(store, ids)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    raise TableIsBusy(store.table)


def _rewrite_once(store: Store, ids: list[int]) -> int:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        # Nothing about the record changes but its envelope: neither the triggers that freeze
        # it nor the one that keeps what it was (under the old key!) have anything to say.
        cursor.execute(f'ALTER TABLE "{store.table}" DISABLE TRIGGER USER')
        rows = _rows(store, "id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        for row in rows:
            changed = store.rewritten(row, _seal_again)
            columns = ", ".join(f'"{column}" = %s' for column in changed)
            cursor.execute(
                f'UPDATE "{store.table}" SET {columns} WHERE id = %s',  # noqa: S608 our names
                [*changed.values(), row["id"]],
            )
        cursor.execute(f'ALTER TABLE "{store.table}" ENABLE TRIGGER USER')
    return len(rows)


def _batches(store: Store) -> Iterator[list[Row]]:
    last = 0
    while batch := _rows(store, "id > %s ORDER BY id LIMIT %s", [last, BATCH]):
        yield batch
        last = batch[-1]["id"]


def _rows(store: Store, condition: str, parameters: list[Any]) -> list[Row]:
    names = ("id", *store.read)
    columns = ", ".join(f'"{name}"' for name in names)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            f'SELECT {columns} FROM "{store.table}" WHERE {condition}',  # noqa: S608 our names
            parameters,
        )
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
