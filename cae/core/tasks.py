"""Doorbells of the ground floor: the relay of the outbox, and what is forgotten in time."""

from celery import shared_task


@shared_task(platform=True)
def relay_outbox() -> int:
    """Send again what is not done: each minute, in every cooperative."""
    from cae.core.outbox import relay

    return relay()
