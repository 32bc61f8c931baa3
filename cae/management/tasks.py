"""Doorbells of the night."""

from celery import shared_task

from cae.core.tenancy.tasks import LongTask, PlatformTask


@shared_task(base=PlatformTask)
def check_houses() -> int:
    """Ask for the check of each cooperative tonight, once, through its outbox."""
    from cae.management.house import ask_everywhere

    return ask_everywhere()


@shared_task(base=LongTask, bind=True)
def check_house(self: LongTask) -> None:
    """Compute again what must be true of one cooperative, and keep what was found."""
    from django.db import transaction

    from cae.management.house import examine, keep

    findings = examine()
    if findings is None:
        return
    with transaction.atomic():
        if self.claim():
            keep(findings)
