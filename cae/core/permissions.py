"""Who may do what: one table, read by every view and proved for every route by a test.

A role is a named set of rights. These seven are seeded in each cooperative, which may
compose others. Being refused looks like not existing: 404, never 403.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from cae.core.enums import Right

if TYPE_CHECKING:
    from cae.core.models import Membership

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class RoleSeed:
    label: str
    rights: frozenset[Right]
    #: Served by the narrow PostgreSQL role: sees itself and its activities only.
    own_only: bool = False


_SUPPORT = frozenset({Right.SEE_SALES, Right.SEE_PEOPLE, Right.SEE_ASSEMBLIES, Right.SEE_AUDIT})

ROLES: dict[str, RoleSeed] = {
    "entrepreneur": RoleSeed(
        "Entrepreneur·e",
        frozenset(
            {
                Right.SELL,
                Right.ISSUE_OWN,
                Right.SPEND,
                Right.CHOOSE_SALARY,
                Right.SEE_OWN,
                Right.SEE_ASSEMBLIES,
            }
        ),
        own_only=True,
    ),
    "adviser": RoleSeed(
        "Accompagnateur·rice",
        _SUPPORT | {Right.VALIDATE_INVOICE, Right.MANAGE_PEOPLE},
    ),
    "accountant": RoleSeed(
        "Comptable",
        _SUPPORT
        | {
            Right.VALIDATE_INVOICE,
            Right.VALIDATE_EXPENSE,
            Right.RECORD_PAYMENT,
            Right.SEE_ACCOUNTS,
            Right.CLOSE_PERIOD,
        },
    ),
    "payroll_officer": RoleSeed(
        "Gestionnaire de paie",
        _SUPPORT
        | {
            Right.MANAGE_PEOPLE,
            Right.RUN_PAYROLL,
            Right.VALIDATE_PAYROLL,
            Right.SEE_ACCOUNTS,
        },
    ),
    "co_manager": RoleSeed(
        "Cogérant·e",
        _SUPPORT | {Right.STEER, Right.SEE_MEMBERS, Right.SEE_ACCOUNTS},
    ),
    "administrator": RoleSeed(
        "Administrateur·rice",
        frozenset(
            {
                Right.CONFIGURE,
                Right.INVITE,
                Right.SEE_PEOPLE,
                Right.SEE_ASSEMBLIES,
                Right.SEE_AUDIT,
            }
        ),
    ),
}


def has_right(membership: Membership | None, right: Right) -> bool:
    """Tell whether the membership is active and its role holds this right."""
    return membership is not None and membership.is_active and right in membership.role.rights


def requires(*rights: Right) -> Callable[[View], View]:
    """Open a view to memberships that hold at least one of `rights`; to others it is a 404."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = getattr(request, "membership", None)
            if not any(has_right(membership, right) for right in rights):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.required_rights = frozenset(rights)  # type: ignore[attr-defined]
        return guarded

    return decorate
