"""Who may see the register and the assemblies; what may not be seen does not exist (404)."""

from __future__ import annotations

from django.http import Http404

from cae.core.enums import Right
from cae.core.models import Membership
from cae.core.permissions import has_right
from governance.enums import AssemblyStatus
from governance.models import Assembly, Member


def may_see_register(membership: Membership) -> bool:
    return has_right(membership, Right.SEE_MEMBERS)


def may_see_assembly(membership: Membership, assembly: Assembly) -> bool:
    """Everybody sees a convened assembly; who steers sees it being prepared."""
    if assembly.status == AssemblyStatus.DRAFT:
        return has_right(membership, Right.STEER)
    return has_right(membership, Right.SEE_ASSEMBLIES)


def fetch_assembly(membership: Membership, pk: int) -> Assembly:
    assembly = Assembly.objects.filter(pk=pk).first()
    if assembly is None or not may_see_assembly(membership, assembly):
        raise Http404
    return assembly


def fetch_member(membership: Membership, pk: int) -> Member:
    member = Member.objects.filter(pk=pk).select_related("entrepreneur").first()
    if member is None or not may_see_register(membership):
        raise Http404
    return member
