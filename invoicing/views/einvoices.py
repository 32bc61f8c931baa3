"""The electronic invoice: where it stands, in plain words, and its file made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing import actions, permissions, queries
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice
from invoicing.permissions import fetch_invoice
from invoicing.rules.faults import plain_faults
from invoicing.views.frame import done, place

#: text, tone, icon
_WAITING = ("En préparation", "info", "clock")
_JUDGING = ("En cours de contrôle", "info", "clock")
_VALID = ("Conforme", "ok", "check")
_REFUSED = ("Refusée par les contrôles", "danger", "circle-alert")


@dataclass(frozen=True, slots=True)
class ElectronicFace:
    """What a page says of the electronic invoice; `details` are the words of the checks."""

    pill: tuple[str, str, str]
    judged_at: datetime | None
    rules: str
    reasons: list[str]
    details: list[str]

    @property
    def is_refused(self) -> bool:
        return self.pill == _REFUSED

    @property
    def is_valid(self) -> bool:
        return self.pill == _VALID


def electronic_face(invoice: Invoice) -> ElectronicFace | None:
    """Return where the electronic invoice stands, None before it is issued."""
    if invoice.status != InvoiceStatus.ISSUED:
        return None
    verdict = queries.verdict_of(invoice)
    if verdict is None:
        made = queries.invoice_file(invoice)
        return ElectronicFace(_JUDGING if made else _WAITING, None, "", [], [])
    return ElectronicFace(
        pill=_VALID if verdict.is_valid else _REFUSED,
        judged_at=verdict.judged_at,
        rules=", ".join(f"{name} {version}" for name, version in sorted(verdict.rules.items())),
        reasons=plain_faults(verdict.faults),
        details=[f"{code} : {message}" for code, message in verdict.faults],
    )


@requires(Right.VALIDATE_INVOICE)
@require_POST
def make_again(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Have the refused file of an invoice made and judged again."""
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_validate)
    return done(
        request,
        lambda: actions.ask_for_another_file(invoice, by=request.membership),
        said="Le fichier se refait\u00a0: revenez lire le contrôle dans une minute.",
        to=place(request, "invoice", pk),
    )
