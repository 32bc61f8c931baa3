"""Gapless numbers, from a counter row locked until the transaction ends."""

from __future__ import annotations

from django.db import connection

from cae.core.tenancy import as_cooperative, current_tenant_id


def next_number(series: str, *, year: int, start: int = 0) -> int:
    """Return the next number of a series in a year, from 1, or from after `start`.

    Call it last: it holds the series until commit, and a rollback gives the number back.
    Never a sequence, never MAX + 1: both leave gaps or duplicates under load.
    """
    with as_cooperative(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (tenant_id, series, year, last) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (tenant_id, series, year) DO UPDATE SET last = core_counter.last + 1 "
            "RETURNING last",
            [current_tenant_id(), series, year, start + 1],
        )
        return cursor.fetchone()[0]
