"""Work to do after commit, written in the same transaction as what it is about.

The broker only carries the message faster: each minute a relay sends again what is not
done, so a broker that loses everything loses nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from cae.core.models import Cooperative, OutboxMessage
from cae.core.tenancy import as_cooperative, current_tenant_id, tenant

logger = logging.getLogger(__name__)

_TURN = "outbox:last-turn"

_muted: ContextVar[bool] = ContextVar("cae_outbox_muted", default=False)


@contextmanager
def muted() -> Iterator[None]:
    """Enqueue nothing meanwhile: a past that is replayed sends no mail and makes no file.

    No row is written either, so whoever asks for a file later still has it made.
    """
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def is_muted() -> bool:
    """Tell whether what would be sent now is not: a past is being replayed."""
    return _muted.get()


def enqueue(task: str, *, key: str, **arguments: Any) -> None:
    """Have `task` (its dotted name) run once after commit, with these ids.

    `key` names the effect: the same key in the same cooperative is enqueued once for ever.
    """
    if _muted.get():
        return
    with as_cooperative():
        message, is_new = OutboxMessage.objects.get_or_create(
            key=key, defaults={"task": task, "arguments": arguments}
        )
    if is_new:
        transaction.on_commit(
            partial(send, current_tenant_id(), message.pk, task, arguments), robust=True
        )


def enqueue_all(task: str, messages: Mapping[str, dict[str, Any]]) -> None:
    """Have `task` run once for each key, with its ids, as `enqueue` does, in two queries."""
    if _muted.get():
        return
    with as_cooperative():
        known = set(OutboxMessage.objects.filter(key__in=messages).values_list("key", flat=True))
        made = OutboxMessage.objects.bulk_create(
            OutboxMessage(task=task, key=key, arguments=arguments)
            for key, arguments in messages.items()
            if key not in known
        )
    for message in made:
        transaction.on_commit(
            partial(send, current_tenant_id(), message.pk, task, message.arguments), robust=True
        )


def send(tenant_id: int, message_id: int, task: str, arguments: dict[str, Any]) -> None:
    """Hand a message to the broker; where it is out of reach, the relay comes back later."""
    try:
        current_app.send_task(
            task,
            kwargs=arguments,
            headers={"cae_tenant": tenant_id, "cae_message": message_id},
            retry=False,
        )
    except (OperationalError, OSError) as error:
        logger.warning("Broker out of reach, message %s waits: %s", message_id, error)


def relay(*, older_than_seconds: int = 60, limit: int = 500) -> int:
    """Send again the messages of every cooperative that are still not done; return how many."""
    sent = 0
    for cooperative_id in Cooperative.objects.values_list("pk", flat=True):
        with tenant(cooperative_id), transaction.atomic():
            waiting = list(
                OutboxMessage.objects.filter(
                    done_at=None,
                    created_at__lt=timezone.now() - timedelta(seconds=older_than_seconds),
                ).order_by("created_at")[:limit]
            )
            OutboxMessage.objects.filter(pk__in=[m.pk for m in waiting]).update(
                attempts=F("attempts") + 1
            )
        for message in waiting:
            send(cooperative_id, message.pk, message.task, message.arguments)
            sent += 1
    return sent


def note_turn() -> None:
    """Note that the clock rang and a worker answered: the health page reads it."""
    cache.set(_TURN, int(time.time()), timeout=None)


def seconds_since_turn() -> int | None:
    """Return how long ago the last relay was over, None where none is known."""
    last = cache.get(_TURN)
    return None if last is None else int(time.time()) - last
