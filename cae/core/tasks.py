"""Doorbells of the ground floor: the relay of the outbox, and what is forgotten in time."""

from celery import shared_task

from cae.core.tenancy.tasks import PlatformTask


@shared_task(base=PlatformTask)
def relay_outbox() -> int:
    """Send again what is not done: each minute, in every cooperative."""
    from cae.core.outbox import note_turn, relay

    sent = relay()
    note_turn()
    return sent
