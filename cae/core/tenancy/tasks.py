"""The Celery task base: each task runs in a cooperative, in one transaction, once.

The outbox row named in the header is locked first: a task delivered twice finds it done.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import Task
from django.db import DatabaseError, transaction
from django.utils import timezone

from cae.core.tenancy.context import NoTenant, tenant

logger = logging.getLogger(__name__)


class TenantTask(Task):
    """Refuses to run without a cooperative, unless it declares `platform = True`."""

    #: A platform task runs outside any cooperative and enters each itself.
    platform: bool = False
    one_transaction = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.platform:
            return self.run(*args, **kwargs)
        tenant_id = self.request.get("cae_tenant")
        if tenant_id is None:
            raise NoTenant(f"Task {self.name} came without a cooperative.")
        with tenant(int(tenant_id)):
            if not self.one_transaction:
                return self.run(*args, **kwargs)
            with transaction.atomic():
                return self.run(*args, **kwargs) if self.claim() else None

    def claim(self) -> bool:
        """Lock the outbox row and mark it done in this transaction; False if it was already."""
        message_id = self.request.get("cae_message")
        return message_id is None or _claim(int(message_id))

    def on_failure(self, exc: Exception, *args: Any) -> None:
        """Note what stopped the message, for the health page: the kind of error, no more.

        Its sentence may name people; it is in the log.
        """
        tenant_id, message_id = self.request.get("cae_tenant"), self.request.get("cae_message")
        if tenant_id is None or message_id is None:
            return
        try:
            with tenant(int(tenant_id)), transaction.atomic():
                _note(int(message_id), type(exc).__name__)
        except DatabaseError:
            logger.exception("The failure of message %s could not be noted", message_id)


class LongTask(TenantTask):
    """Takes minutes: it opens its own transactions, and calls `claim` in the one that writes.

    The relay would otherwise wait behind the row that `claim` locks.
    """

    one_transaction = False
    soft_time_limit = 3600
    time_limit = 3660


class PlatformTask(TenantTask):
    """Belongs to no cooperative: it enters each of them itself."""

    platform = True


def _claim(message_id: int) -> bool:
    from cae.core.models import OutboxMessage

    message = OutboxMessage.objects.select_for_update().get(pk=message_id)
    if message.done_at is not None:
        return False
    message.done_at = timezone.now()
    message.save(update_fields=["done_at"])
    return True


def _note(message_id: int, error: str) -> None:
    from cae.core.models import OutboxMessage

    OutboxMessage.objects.filter(pk=message_id, done_at=None).update(last_error=error)
