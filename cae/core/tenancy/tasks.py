"""The Celery task base: each task runs in a cooperative, in one transaction, once.

The outbox row named in the header is locked first: a task delivered twice finds it done.
"""

from __future__ import annotations

from typing import Any

from celery import Task
from django.db import transaction
from django.utils import timezone

from cae.core.tenancy.context import NoTenant, tenant


class TenantTask(Task):
    """Refuses to run without a cooperative, unless it declares `platform = True`."""

    #: A platform task runs outside any cooperative and enters each itself.
    platform: bool = False
    #: A long task that commits step by step opens its own transactions.
    one_transaction = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.platform:
            return self.run(*args, **kwargs)
        tenant_id = self.request.get("cae_tenant")
        if tenant_id is None:
            raise NoTenant(f"Task {self.name} came without a cooperative.")
        message_id = self.request.get("cae_message")
        with tenant(int(tenant_id)):
            if not self.one_transaction:
                return self.run(*args, **kwargs)
            with transaction.atomic():
                if message_id is not None and not _claim(int(message_id)):
                    return None
                return self.run(*args, **kwargs)


class PlatformTask(TenantTask):
    """Belongs to no cooperative: it enters each of them itself."""

    platform = True


def _claim(message_id: int) -> bool:
    """Lock the outbox row and mark it done in this transaction; False if it was already."""
    from cae.core.models import OutboxMessage

    message = OutboxMessage.objects.select_for_update().get(pk=message_id)
    if message.done_at is not None:
        return False
    message.done_at = timezone.now()
    message.save(update_fields=["done_at"])
    return True
