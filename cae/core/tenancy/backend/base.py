"""Django's PostgreSQL backend, which announces the cooperative with each BEGIN.

`BEGIN; SET LOCAL app.tenant = …` goes in one round trip, so the walls cost no latency.
"""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg import pq

from cae.core.tenancy.context import SILENCE, current_context


class DatabaseWrapper(base.DatabaseWrapper):
    def _set_autocommit(self, autocommit: bool) -> None:
        parent: Any = super()
        parent._set_autocommit(autocommit)
        context = current_context()
        if not autocommit and context is not None:
            # psycopg sends no BEGIN of its own once it sees the transaction open.
            self._say("BEGIN; " + context.announcement())

    def announce_tenant(self) -> None:
        """Say the current context again if a transaction is open on this connection."""
        if self.connection is None or self.get_autocommit():
            return
        status = self.connection.pgconn.transaction_status
        context = current_context()
        if status == pq.TransactionStatus.INTRANS:
            self._say(context.announcement() if context else SILENCE)
        elif status == pq.TransactionStatus.IDLE and context is not None:
            self._say("BEGIN; " + context.announcement())
        # In error: the rollback that must follow restores what was said before.

    def _say(self, sql: str) -> None:
        result = self.connection.pgconn.exec_(sql.encode())
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise OperationalError(
                f"The cooperative could not be announced: {result.error_message.decode()}"
            )
