"""Doorbells of sales and expenses: PDFs, mails, quotes whose validity ends."""

from datetime import date
from typing import Any

from celery import shared_task

from cae.core.clock import now, today
from cae.core.tenancy.tasks import LongTask, PlatformTask


@shared_task
def produce_invoice_pdf(invoice_id: int) -> None:
    """Make the PDF of an issued invoice."""
    from invoicing.actions.einvoices import store_invoice_pdf
    from invoicing.models import Invoice

    store_invoice_pdf(Invoice.objects.get(pk=invoice_id))


@shared_task
def judge_invoice(invoice_id: int) -> None:
    """Judge the file of an issued invoice."""
    from invoicing.actions.einvoices import judge_invoice
    from invoicing.models import Invoice

    judge_invoice(Invoice.objects.get(pk=invoice_id))


@shared_task(base=PlatformTask)
def ask_for_missing_files() -> int:
    """Ask, in every cooperative, for the files of issued invoices that have none: each night."""
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant
    from invoicing.actions.einvoices import ask_for_missing_files

    asked = 0
    for cooperative in Cooperative.objects.all():
        with tenant(cooperative):
            asked += ask_for_missing_files()
    return asked


@shared_task
def make_invoice_again(invoice_id: int) -> None:
    """Make again the file of an invoice that was refused."""
    from invoicing.actions.einvoices import make_invoice_again
    from invoicing.models import Invoice

    make_invoice_again(Invoice.objects.get(pk=invoice_id))


@shared_task
def produce_quote_pdf(quote_id: int) -> None:
    """Make the PDF of a quote as it stands."""
    from invoicing.actions.files import store_quote_pdf
    from invoicing.models import Quote

    store_quote_pdf(Quote.objects.get(pk=quote_id))


@shared_task
def produce_deposit_slip(deposit_id: int) -> None:
    """Make the slip of a closed deposit."""
    from invoicing.actions.files import store_deposit_slip
    from invoicing.models import BankDeposit

    store_deposit_slip(BankDeposit.objects.get(pk=deposit_id))


@shared_task
def draw_voucher(document_id: int) -> None:
    """Draw the pages of a voucher that is a PDF."""
    from cae.core.drawings import draw
    from cae.core.models import Cooperative, StoredDocument
    from cae.core.tenancy import current_tenant_id

    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    draw(StoredDocument.objects.get(pk=document_id), cooperative=cooperative)


@shared_task
def produce_version_pdf(version_id: int) -> None:
    """Make the PDF of one version of a quote as it was sent."""
    from invoicing.actions.files import store_version_pdf
    from invoicing.models import QuoteVersion

    store_version_pdf(QuoteVersion.objects.get(pk=version_id))


@shared_task
def mail_document(mail_id: int) -> None:
    """Send a mail to a customer: a quote's page, an invoice with its PDF, a signed copy."""
    from invoicing.actions.delivery import deliver
    from invoicing.models import DocumentMail

    deliver(DocumentMail.objects.get(pk=mail_id), on=today(), at=now())


@shared_task
def mail_signature_code(code_id: int) -> None:
    """Mail the six digits that sign a quote."""
    from invoicing.actions.mails import signature_code
    from invoicing.models import SignatureCode

    signature_code(SignatureCode.objects.get(pk=code_id))


@shared_task
def mail_quote_read(quote_id: int) -> None:
    """Tell the author that the customer has opened the quote."""
    from invoicing.actions.mails import quote_read
    from invoicing.models import Quote

    quote_read(Quote.objects.get(pk=quote_id))


@shared_task
def mail_quote_message(message_id: int) -> None:
    """Mail a question to the author, or an answer to the customer."""
    from invoicing.actions.mails import quote_message
    from invoicing.models import QuoteMessage

    quote_message(QuoteMessage.objects.get(pk=message_id), on=today())


@shared_task
def mail_quote_accepted(quote_id: int) -> None:
    """Tell the author that the customer agrees, with the sealed copy."""
    from invoicing.actions.mails import quote_accepted
    from invoicing.models import Quote

    quote_accepted(Quote.objects.get(pk=quote_id))


@shared_task
def mail_not_received(mail_id: int) -> None:
    """Tell who sent a mail that it did not leave, or not for all."""
    from invoicing.actions.mails import not_received
    from invoicing.models import DocumentMail

    not_received(DocumentMail.objects.get(pk=mail_id))


@shared_task
def mail_quote_refused(quote_id: int) -> None:
    """Tell the author what the customer answered."""
    from invoicing.actions.mails import quote_refused
    from invoicing.models import Quote

    quote_refused(Quote.objects.get(pk=quote_id))


@shared_task
def mail_quote_sent_back(quote_id: int) -> None:
    """Tell the author what to correct before it leaves."""
    from invoicing.actions.mails import quote_sent_back
    from invoicing.models import Quote

    quote_sent_back(Quote.objects.get(pk=quote_id))


@shared_task
def mail_invoice_refused(invoice_id: int) -> None:
    """Tell the author what to correct."""
    from invoicing.actions.mails import invoice_refused
    from invoicing.models import Invoice

    invoice_refused(Invoice.objects.get(pk=invoice_id))


@shared_task(base=PlatformTask)
def close_days() -> int:
    """Ask for the closing of yesterday in every cooperative, once, through its outbox."""
    from invoicing.actions.closings import ask_everywhere

    return ask_everywhere(on=today())


@shared_task
def close_days_of_one() -> None:
    """Close the days of one cooperative that are over."""
    from invoicing.actions.closings import close_days

    close_days(before=today())


@shared_task
def archive_year(closing_id: int) -> None:
    """Make the archive of a closed year."""
    from invoicing.actions.closings import archive_year
    from invoicing.models import Closing

    archive_year(Closing.objects.get(pk=closing_id))


@shared_task(base=PlatformTask)
def remind_everywhere() -> int:
    """Ask for tonight's reminders in every cooperative, once, through its outbox."""
    from invoicing.actions.reminders import ask_everywhere

    return ask_everywhere(on=today())


@shared_task
def remind_one() -> None:
    """Send the reminders of one cooperative that fall due today."""
    from invoicing.actions.reminders import remind_late_invoices

    remind_late_invoices(on=today())


@shared_task(base=PlatformTask)
def release_everywhere() -> int:
    """Ask, in every cooperative, for the release of what is kept of works a year old."""
    from invoicing.actions.retentions import ask_everywhere

    return ask_everywhere(on=today())


@shared_task
def release_retentions() -> None:
    """Release what one cooperative's customers may keep no longer."""
    from invoicing.actions.retentions import release_retentions

    release_retentions(on=today())


@shared_task(base=PlatformTask)
def recur_everywhere() -> int:
    """Ask for the recurring invoices of the day in every cooperative, through its outbox."""
    from invoicing.actions.recurring import ask_everywhere

    return ask_everywhere(on=today())


@shared_task
def recur_one() -> None:
    """Ask for each recurrence of one cooperative that has something due."""
    from invoicing.actions.recurring import ask_for_due

    ask_for_due(on=today())


@shared_task
def make_occurrences(recurrence_id: int) -> None:
    """Make the invoices of a recurrence that are due."""
    from invoicing.actions.recurring import make_occurrences
    from invoicing.models import Recurrence

    make_occurrences(Recurrence.objects.get(pk=recurrence_id), on=today())


@shared_task
def send_recurring_invoice(invoice_id: int) -> None:
    """Mail an issued invoice that its recurrence promised to send."""
    from invoicing.actions.recurring import send_recurring_invoice
    from invoicing.models import Invoice

    send_recurring_invoice(Invoice.objects.get(pk=invoice_id))


@shared_task
def mail_recurrence_made(recurrence_id: int, since: str) -> None:
    """Tell who answers for a recurrence what it made."""
    from invoicing.actions.recurrence_mails import recurrence_made
    from invoicing.models import Recurrence

    recurrence_made(Recurrence.objects.get(pk=recurrence_id), since=date.fromisoformat(since))


@shared_task
def mail_recurrence_stopped(recurrence_id: int) -> None:
    """Tell who answers for a recurrence why it stopped."""
    from invoicing.actions.recurrence_mails import recurrence_stopped
    from invoicing.models import Recurrence

    recurrence_stopped(Recurrence.objects.get(pk=recurrence_id))


@shared_task
def mail_recurring_not_sent(occurrence_id: int) -> None:
    """Tell who answers for a recurrence that its invoice did not leave, and why."""
    from invoicing.actions.recurrence_mails import recurring_not_sent
    from invoicing.models import Occurrence

    recurring_not_sent(Occurrence.objects.get(pk=occurrence_id))


@shared_task
def mail_reminder(reminder_id: int) -> None:
    """Mail a reminder with its invoice."""
    from invoicing.actions.reminder_mails import reminder_to_customer
    from invoicing.models import Reminder

    reminder_to_customer(Reminder.objects.get(pk=reminder_id))


@shared_task
def mail_reminder_test(level_id: int, membership_id: int) -> None:
    """Mail somebody a reminder filled with an example."""
    from cae.core.models import Membership
    from invoicing.actions.reminder_mails import reminder_test
    from invoicing.models import ReminderLevel

    reminder_test(ReminderLevel.objects.get(pk=level_id), Membership.objects.get(pk=membership_id))


@shared_task
def produce_receipted(invoice_id: int) -> None:
    """Make the copy of a paid invoice that says so."""
    from invoicing.actions.receipted import store_receipted
    from invoicing.models import Invoice

    store_receipted(Invoice.objects.get(pk=invoice_id))


@shared_task
def produce_statement(customer_id: int, start: str, end: str) -> None:
    """Make the PDF of a statement of account."""
    from invoicing.actions.statements import store_statement
    from invoicing.models import Customer

    store_statement(
        Customer.objects.get(pk=customer_id),
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
    )


@shared_task
def mail_statement(customer_id: int, membership_id: int, start: str, end: str) -> None:
    """Mail a customer the statement of their account."""
    from cae.core.models import Membership
    from invoicing.actions.reminder_mails import statement_to_customer
    from invoicing.models import Customer

    statement_to_customer(
        Customer.objects.get(pk=customer_id),
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        membership=Membership.objects.get(pk=membership_id),
    )


@shared_task
def produce_certificate(certificate_id: int) -> None:
    """Make the PDF of a version of a tax certificate."""
    from invoicing.actions.certificates import store_certificate
    from invoicing.models import TaxCertificate

    store_certificate(TaxCertificate.objects.get(pk=certificate_id))


@shared_task
def follow_certificates(customer_id: int) -> None:
    """Correct the tax certificates of a customer whose payments moved."""
    from invoicing.actions.certificates import correct_certificates
    from invoicing.models import Customer

    correct_certificates(Customer.objects.get(pk=customer_id), on=today())


@shared_task(base=LongTask, bind=True)
def make_certificates(self: LongTask, run_id: int) -> None:
    """Make all the tax certificates of a year."""
    from django.db import transaction

    from invoicing.actions.certificates import make_certificates
    from invoicing.enums import RunStatus
    from invoicing.models import TaxCertificateRun

    with transaction.atomic():
        run = TaxCertificateRun.objects.select_related("asked_by__user").get(pk=run_id)
    make_certificates(run, on=today())
    with transaction.atomic():
        # Another worker may have it in hand: then the message is not done yet.
        if not TaxCertificateRun.objects.filter(pk=run_id, status=RunStatus.WAITING).exists():
            self.claim()


@shared_task
def mail_payment_received(payment_id: int) -> None:
    """Tell the people of an activity that their customer paid."""
    from invoicing.actions.mails import payment_received
    from invoicing.models import Payment

    payment_received(Payment.objects.get(pk=payment_id))


@shared_task
def mail_internal_order_proposed(order_id: int) -> None:
    """Tell the people of the buyer that an internal order waits for them."""
    from invoicing.actions.internal_mails import internal_order_proposed
    from invoicing.models import InternalOrder

    internal_order_proposed(InternalOrder.objects.get(pk=order_id), on=today())


@shared_task
def mail_internal_order_accepted(order_id: int) -> None:
    """Tell the people of the seller that the order is agreed to."""
    from invoicing.actions.internal_mails import internal_order_accepted
    from invoicing.models import InternalOrder

    internal_order_accepted(InternalOrder.objects.get(pk=order_id), on=today())


@shared_task
def mail_internal_order_refused(order_id: int) -> None:
    """Tell the people of the seller why the order is declined."""
    from invoicing.actions.internal_mails import internal_order_refused
    from invoicing.models import InternalOrder

    internal_order_refused(InternalOrder.objects.get(pk=order_id), on=today())


@shared_task
def mail_internal_order_cancelled(order_id: int) -> None:
    """Tell both sides that an accepted order is undone."""
    from invoicing.actions.internal_mails import internal_order_cancelled
    from invoicing.models import InternalOrder

    internal_order_cancelled(InternalOrder.objects.get(pk=order_id), on=today())


@shared_task
def mail_sheet_refused(sheet_id: int) -> None:
    """Tell the person what to correct."""
    from invoicing.actions.mails import sheet_refused
    from invoicing.models import ExpenseSheet

    sheet_refused(ExpenseSheet.objects.get(pk=sheet_id))


@shared_task(base=PlatformTask)
def expire_quotes() -> int:
    """Close, in every cooperative, the quotes that are over: each night."""
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant
    from invoicing.actions.quote_life import expire_quotes

    closed = 0
    for cooperative in Cooperative.objects.all():
        with tenant(cooperative):
            closed += expire_quotes(on=today())
    return closed


@shared_task(base=PlatformTask)
def forget_imports() -> int:
    """Erase, in every cooperative, the files of customers that waited too long: each night."""
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant
    from invoicing.actions.forgetting import forget_old_imports

    forgotten = 0
    for cooperative_id in Cooperative.objects.values_list("pk", flat=True):
        with tenant(cooperative_id):
            forgotten += forget_old_imports(at=now())
    return forgotten


@shared_task(base=PlatformTask)
def forget_discarded_drafts() -> int:
    """Delete, in every cooperative, the drafts thrown away more than a day ago: each night."""
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant
    from invoicing.actions.discards import KEPT, forget_discarded

    forgotten = 0
    for cooperative_id in Cooperative.objects.values_list("pk", flat=True):
        with tenant(cooperative_id):
            forgotten += forget_discarded(before=now() - KEPT)
    return forgotten


@shared_task(base=PlatformTask)
def tell_customers_to_forget() -> int:
    """Ask, in every cooperative, for the mail about people whose data is due to go: each night."""
    from cae.core.models import Cooperative
    from cae.core.tenancy import tenant
    from invoicing.actions.forgetting import tell_who_is_due

    asked = 0
    for cooperative in Cooperative.objects.all():
        with tenant(cooperative):
            asked += tell_who_is_due(cooperative, on=today())
    return asked


@shared_task
def mail_customers_to_forget(membership_id: int) -> None:
    """Mail to one of the staff the customers that are due to be anonymised."""
    from cae.core.models import Membership
    from invoicing.actions.mails import customers_to_forget

    customers_to_forget(Membership.objects.get(pk=membership_id), on=today())


@shared_task(base=LongTask, bind=True)
def make_export(self: LongTask, export_id: int) -> None:
    """Make a file that somebody asked for."""
    from django.db import transaction

    from cae.core.enums import ExportStatus
    from cae.core.models import Export
    from invoicing.actions.exports import make_export

    with transaction.atomic():
        export = Export.objects.select_related("membership__role").get(pk=export_id)
    make_export(export, on=today())
    with transaction.atomic():
        # Another worker may have it in hand: then the message is not done yet.
        if not Export.objects.filter(pk=export_id, status=ExportStatus.WAITING).exists():
            self.claim()


@shared_task(base=LongTask, bind=True)
def check_customers(self: LongTask, import_id: int) -> None:
    """Decide every row of a file of customers."""
    from invoicing.actions.imports import check_customers
    from invoicing.enums import ImportStatus

    _read_file(self, import_id, check_customers, under_way=ImportStatus.CHECKING)


@shared_task(base=LongTask, bind=True)
def apply_customers(self: LongTask, import_id: int) -> None:
    """Write the customers of a file."""
    from invoicing.actions.imports import apply_customers
    from invoicing.enums import ImportStatus

    _read_file(self, import_id, apply_customers, under_way=ImportStatus.APPLYING)


def _read_file(task: LongTask, import_id: int, work: Any, *, under_way: str) -> None:
    from django.db import transaction

    from invoicing.models import CustomerImport

    files = CustomerImport.objects.select_related("membership__role", "document")
    with transaction.atomic():
        imported = files.get(pk=import_id)
    work(imported)
    with transaction.atomic():
        # Another worker may have it in hand: then the message is not done yet.
        if not CustomerImport.objects.filter(pk=import_id, status=under_way).exists():
            task.claim()


@shared_task
def open_missing_transmissions(account_id: int) -> None:
    """Prepare the deposits of what was issued since the day a cooperative must."""
    from invoicing.actions.transmissions import open_missing_transmissions
    from invoicing.models import DepositAccount

    open_missing_transmissions(DepositAccount.objects.get(pk=account_id))


@shared_task(base=PlatformTask)
def carry_everywhere() -> int:
    """Ask, in every cooperative, for the deposits a platform is to be asked about."""
    from invoicing.actions.carrying import ask_everywhere

    return ask_everywhere(at=now())


@shared_task
def carry_transmission(transmission_id: int) -> None:
    """Send a deposit to its platform, or read what became of it."""
    from invoicing.actions.carrying import carry
    from invoicing.models import Transmission

    carry(Transmission.objects.get(pk=transmission_id), on=today(), at=now())
