"""Keeping the PDF of a payslip once it is made, and saying who took it."""

from __future__ import annotations

from django.db import transaction

from cae.core import audit, documents
from cae.core.enums import DocumentKind
from cae.core.models import Membership, StoredDocument
from payroll.documents.payslip import payslip_name, payslip_pdf
from payroll.models import Payslip


@transaction.atomic
def store_payslip(payslip_id: int) -> Payslip:
    """Make the PDF of a validated payslip and keep it; done again, it changes nothing.

    A payslip taken back since its PDF was asked for has none: validating it again asks anew.
    """
    payslip = Payslip.objects.select_for_update().get(pk=payslip_id)
    if not payslip.is_draft and payslip.document_id is None:
        payslip.document = documents.keep(
            payslip_pdf(payslip),
            kind=DocumentKind.PAYSLIP,
            name=payslip_name(payslip),
            mime="application/pdf",
            entrepreneur_id=payslip.entrepreneur_id,
        )
        payslip.save(update_fields=["document"])
    return payslip


def take_payslip(payslip: Payslip, *, by: Membership) -> StoredDocument:
    """Return the PDF of a payslip to whoever downloads it, and keep the trace of it."""
    assert payslip.document is not None
    audit.record("payslip.downloaded", payslip, by=by)
    return payslip.document
