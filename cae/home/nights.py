"""What the last night's checks found: a quiet line on the first page, and the page behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cae.core.enums import Right
from cae.core.models import HouseCheck
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.management.house import CHECKS, SAID

#: Whoever keeps the books, and whoever sets the cooperative right.
READERS = (Right.SEE_ACCOUNTS, Right.CONFIGURE)

#: A night is late when the next one should already be over.
_LATE = timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class Night:
    """The last checks of a cooperative, and whether a later night should have come."""

    check: HouseCheck
    is_late: bool


def last_night(request: PlaceRequest) -> Night | None:
    """Return the last checks, None before the first ones or where it is not their work."""
    if not any(has_right(request.membership, right) for right in READERS):
        return None
    check = HouseCheck.objects.first()
    return Night(check, timezone.now() - check.at > _LATE) if check else None


@requires(*READERS)
@require_safe
def checks(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show what each check found; the sentences only to who may read the books."""
    night = last_night(request)
    found = night.check if night else None
    may_read = has_right(request.membership, Right.SEE_ACCOUNTS)
    return render(
        request,
        "home/checks.html",
        {
            "night": night,
            "rows": [
                {
                    "name": check.name,
                    "count": found.counts.get(check.name, 0),
                    "said": found.said.get(check.name, []) if may_read else [],
                    "more": max(found.counts.get(check.name, 0) - SAID, 0) if may_read else 0,
                }
                for check in CHECKS
            ]
            if found
            else [],
            "may_read": may_read,
        },
    )
