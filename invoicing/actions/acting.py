"""Work done for somebody by a worker: it sees what they see."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db import transaction

from cae.core.models import Membership
from cae.core.tenancy import current_tenant_id, tenant
from entrepreneurs.queries import own_ids


def acting_for(membership: Membership) -> AbstractContextManager[object]:
    """Enter the current cooperative as a person, behind the wall that keeps neighbours apart."""
    with transaction.atomic():
        own = own_ids(membership) if membership.role.own_only else None
    return tenant(current_tenant_id(), membership=membership, own=own)
