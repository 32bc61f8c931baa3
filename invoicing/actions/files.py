"""The PDFs of quotes, the drawings of vouchers: made by a worker, or when someone first asks."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cae.core import documents, outbox
from cae.core.enums import DocumentKind
from cae.core.models import StoredDocument
from invoicing.actions.locking import locked
from invoicing.documents.pdfs import deposit_slip_pdf, file_name, quote_pdf, version_pdf
from invoicing.enums import QuoteStatus
from invoicing.models import BankDeposit, DepositSlip, Quote, QuoteFile, QuoteVersion
from invoicing.queries import deposit_slip, held_in, quote_file, version_file

_PDF = "application/pdf"


@transaction.atomic
def ask_for_quote_pdf(quote: Quote) -> QuoteFile | None:
    """Return the PDF of a quote as it stands; have a worker make it where there is none yet."""
    made = quote_file(quote)
    if made is None and quote.snapshot is not None:
        signed = "signed" if quote.status == QuoteStatus.ACCEPTED else quote.version
        outbox.enqueue(
            "invoicing.tasks.produce_quote_pdf",
            key=f"quote-pdf:{quote.pk}:{signed}",
            quote_id=quote.pk,
        )
    return made


@transaction.atomic
def ask_for_deposit_slip(deposit: BankDeposit) -> DepositSlip | None:
    """Return the slip of a closed deposit; have a worker make it where there is none yet."""
    made = deposit_slip(deposit)
    if made is None and not deposit.is_open:
        outbox.enqueue(
            "invoicing.tasks.produce_deposit_slip",
            key=f"deposit-slip:{deposit.pk}",
            deposit_id=deposit.pk,
        )
    return made


@transaction.atomic
def ask_for_version_pdf(version: QuoteVersion) -> QuoteFile | None:
    """Return the PDF of a version as it was sent; have a worker make it where there is none yet."""
    made = version_file(version.quote, version.version)
    if made is None:
        outbox.enqueue(
            "invoicing.tasks.produce_version_pdf",
            key=f"version-pdf:{version.pk}",
            version_id=version.pk,
        )
    return made


@transaction.atomic
def store_deposit_slip(deposit: BankDeposit) -> DepositSlip:
    """Make and keep the slip of a closed deposit, once. Called by a worker."""
    deposit = locked(deposit)
    made = deposit_slip(deposit)
    if made is not None:
        return made
    document = documents.keep(
        deposit_slip_pdf(deposit, held_in(deposit)),
        kind=DocumentKind.DEPOSIT,
        name=f"Remise {deposit.number}.pdf",
        mime=_PDF,
    )
    return DepositSlip.objects.create(deposit=deposit, document=document)


@transaction.atomic
def ask_for_drawing(voucher: StoredDocument) -> None:
    """Have a worker draw a voucher that is a PDF, so that it is read beside the form."""
    if voucher.mime == _PDF:
        outbox.enqueue(
            "invoicing.tasks.draw_voucher", key=f"drawing:{voucher.pk}", document_id=voucher.pk
        )


@transaction.atomic
def store_quote_pdf(quote: Quote) -> QuoteFile | None:
    """Make and keep the PDF of a quote as it stands, once. Called by a worker."""
    quote = locked(quote)
    made = quote_file(quote)
    if made is not None or quote.snapshot is None or quote.status == QuoteStatus.DRAFT:
        return made
    is_signed = quote.status == QuoteStatus.ACCEPTED
    return _keep_quote_pdf(
        quote, quote.version, quote_pdf(quote), snapshot=quote.snapshot, signed=is_signed
    )


@transaction.atomic
def store_version_pdf(version: QuoteVersion) -> QuoteFile:
    """Make and keep the PDF of a version as it was sent, once. Called by a worker."""
    quote = locked(version.quote)
    made = version_file(quote, version.version)
    if made is not None:
        return made
    return _keep_quote_pdf(
        quote, version.version, version_pdf(version), snapshot=version.snapshot, signed=False
    )


def _keep_quote_pdf(
    quote: Quote, version: int, content: bytes, *, snapshot: dict[str, Any], signed: bool
) -> QuoteFile:
    document = documents.keep(
        content,
        kind=DocumentKind.QUOTE,
        name=file_name(snapshot),
        mime=_PDF,
        activity_id=quote.activity_id,
    )
    return QuoteFile.objects.create(
        activity_id=quote.activity_id,
        quote=quote,
        version=version,
        signed=signed,
        document=document,
    )
