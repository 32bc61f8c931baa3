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


@shared_task(base=PlatformTask)
def forget_exports() -> int:
    """Delete, in every cooperative, the exports whose week is over: each night."""
    from cae.core.exports import forget_old_exports
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant

    forgotten = 0
    for cooperative_id in Cooperative.objects.values_list("pk", flat=True):
        with tenant(cooperative_id):
            forgotten += forget_old_exports()
    return forgotten
