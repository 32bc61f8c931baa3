"""Doorbells of people: mails of invitations, situations that move with the days."""

from celery import shared_task

from cae.core.clock import today
from cae.core.tenancy.tasks import PlatformTask


@shared_task
def send_invitation(invitation_id: int) -> None:
    """Mail an invitation with its link."""
    from cae.core.models import Invitation
    from entrepreneurs.actions.access import deliver_invitation

    deliver_invitation(Invitation.objects.select_related("role__cooperative").get(pk=invitation_id))


@shared_task(base=PlatformTask)
def refresh_situations() -> int:
    """Move, in every cooperative, those whose dated step has come: each night."""
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant
    from entrepreneurs.actions.path import refresh_situations

    moved = 0
    for cooperative in Cooperative.objects.all():
        with tenant(cooperative):
            moved += refresh_situations(on=today())
    return moved
