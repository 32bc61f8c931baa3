"""Two people act on the same document at once: one waits, then reads what the other did."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

Record = TypeVar("Record", bound=models.Model)


def locked(record: Record) -> Record:
    """Return the record as it is now, held until the transaction ends."""
    return type(record)._default_manager.select_for_update().get(pk=record.pk)
