"""What `check_house` computes again: each check yields a French sentence for each fault.

Called inside one cooperative, as the role that serves. What a trigger or a constraint forbids
is looked for all the same: they may have been lifted one day. All is read in one snapshot, that
locks nothing, and the documents one after the other: a night takes time, not memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils import timezone

from accounting import models as ledger
from accounting.models import ContributionLevy, Entry, EntryLine
from accounting.queries import balance_of
from accounting.rules import CONTRIBUTION_ACCOUNT
from cae.core import clock, outbox
from cae.core.documents import content_of
from cae.core.enums import DocumentKind
from cae.core.models import Cooperative, Export, HouseCheck, StoredDocument
from cae.core.money import ZERO, euros
from cae.core.periods import of_french_month
from cae.core.tenancy import tenant
from cae.management.counting import (
    GAP,
    balances,
    differs,
    incomplete,
    last_given,
    one_by_one,
    posted_to,
    sum_of,
    sums_by,
)
from cae.management.einvoices import wrong_files
from cae.management.exchanges import wrong_deposits, wrong_statements
from cae.management.transfers import wrong_batches
from entrepreneurs.models import Activity
from governance.models import ShareMovement
from invoicing import queries as sales
from invoicing.actions import closings, invoices, payments
from invoicing.enums import ExpenseSheetStatus, ImportStatus, InvoiceKind, InvoiceStatus
from invoicing.models import (
    Allocation,
    BankDeposit,
    Closing,
    CustomerImport,
    DepositedItem,
    ExpenseLine,
    ExpenseSheet,
    FolderFile,
    InternalOrder,
    Invoice,
    InvoiceAttachment,
    InvoiceLine,
    InvoiceVat,
    Payment,
    Quote,
    Settlement,
)
from payroll.enums import PayslipStatus
from payroll.models import Payslip, PayslipPart, Transfer, TransferBatch
from payroll.queries import slip_of

Faults = Iterator[str]

_BANK, _CUSTOMERS, _WAGES, _STAFF_EXPENSES, _CAPITAL = "512", "411", "421", "425", "1013"
_RETAINED = "4117"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true of a cooperative, and what finds where it is not."""

    name: str
    faults: Callable[[], Faults]


@dataclass(frozen=True, slots=True)
class Finding:
    """How many faults a check found, and the first ones in words."""

    check: str
    count: int
    said: list[str]


#: Faults said of one check: the first ones are enough to know where to look.
SAID = 5

#: How long the results of the nights are kept.
_KEPT_FOR = timedelta(days=92)


def ask_everywhere() -> int:
    """Enqueue tonight's check in every cooperative; return how many there are."""
    cooperatives = Cooperative.objects.values_list("pk", flat=True)
    for cooperative_id in cooperatives:
        with tenant(cooperative_id), transaction.atomic():
            outbox.enqueue("cae.management.tasks.check_house", key=f"check-house:{clock.today()}")
    return len(cooperatives)


def examine() -> list[Finding] | None:
    """Run every check on one snapshot of the current cooperative: one fault hides no other.

    None when it is being examined already: a message delivered twice costs nothing.
    Must be called outside any transaction.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock("
            "hashtext('house'), current_setting('app.tenant')::int)"
        )
        if not cursor.fetchone()[0]:
            return None
        return [_finding(check) for check in CHECKS]


def keep(findings: list[Finding]) -> HouseCheck:
    """Keep what was found, for the pages that show it; the nights of a past quarter go."""
    HouseCheck.objects.filter(at__lt=timezone.now() - _KEPT_FOR).delete()
    wrong = [finding for finding in findings if finding.count]
    return HouseCheck.objects.create(
        faults=sum(finding.count for finding in wrong),
        counts={finding.check: finding.count for finding in wrong},
        said={finding.check: finding.said for finding in wrong},
    )


def _finding(check: Check) -> Finding:
    faults = check.faults()
    said = list(islice(faults, SAID))
    return Finding(check.name, len(said) + sum(1 for _ in faults), said)


# ── The ledger ───────────────────────────────────────────────────────────────────────────


def unbalanced_entries() -> Faults:
    """Each entry has lines, of its own day and journal, that balance for each activity."""
    gaps = EntryLine.objects.values_list("entry_id", "analytic__code").annotate(gap=GAP)
    for entry, analytic, gap in gaps.exclude(gap=0).order_by():
        yield f"écriture {entry}, compte analytique {analytic} : écart de {euros(gap)}"
    without = Entry.objects.exclude(pk__in=EntryLine.objects.values("entry_id"))
    for entry in without.values_list("pk", flat=True):
        yield f"écriture {entry} : aucune ligne"
    own = Q(date=F("entry__date"), journal=F("entry__journal"))
    for line, entry in EntryLine.objects.exclude(own).values_list("pk", "entry_id"):
        yield f"ligne {line} : ni du jour ni du journal de son écriture {entry}"


def analytic_gaps() -> Faults:
    """What activities and cooperative hold adds up to the general ledger.

    That one leaves internal journals out: they move nothing over the whole cooperative.
    """
    analytic = balances("account__number", EntryLine.objects.all())
    general = balances("account__number", EntryLine.objects.filter(journal__internal=False))
    for number in sorted({*analytic, *general}):
        held, booked = analytic.get(number, ZERO), general.get(number, ZERO)
        if held != booked:
            yield f"compte {number} : {euros(held)} en analytique, {euros(booked)} au général"


def lost_contributions() -> Faults:
    """What was taken as contribution is what the ledger says the activity paid."""
    own = EntryLine.objects.filter(
        account__number=CONTRIBUTION_ACCOUNT, analytic=F("entry__analytic")
    )
    posted = balances("entry_id", own)
    levies = ContributionLevy.objects.exclude(entry=None)
    for entry, amount in levies.values_list("entry_id", "amount"):
        if posted.get(entry, ZERO) != amount:
            yield f"écriture {entry} : contribution de {euros(amount)} non retrouvée"


def lost_capital() -> Faults:
    """The capital of the ledger is what members paid up on their shares."""
    paid = sum_of(ShareMovement.objects.all(), "paid")
    booked = sum((-gap for gap in posted_to("shares:", _CAPITAL).values()), ZERO)
    if paid != booked:
        yield f"{euros(paid)} libérés au registre des parts, {euros(booked)} au compte {_CAPITAL}"


# ── Numbers, chains, files ───────────────────────────────────────────────────────────────


def series_with_gaps() -> Faults:
    """Numbers follow each other from 1, up to the last one given."""
    for name in sales.series_gaps():
        yield f"factures, série {name} : des numéros manquent"
    rows = Entry.objects.values_list("journal__code", "year").annotate(
        Count("id"), Min("number"), Max("number")
    )
    for journal, year, count, first, last in rows.order_by("journal__code", "year"):
        if not first == 1 <= last == count == last_given(f"entry:{journal}", year):
            yield f"écritures, journal {journal}, exercice {year} : des numéros manquent"
    documents: tuple[tuple[str, QuerySet], ...] = (
        ("devis", Quote.objects.all()),
        ("notes de dépenses", ExpenseSheet.objects.all()),
        ("commandes internes", InternalOrder.objects.all()),
        ("virements", TransferBatch.objects.all()),
        ("lots de virements", ledger.TransferBatch.objects.all()),
        ("remises en banque", BankDeposit.objects.all()),
    )
    for label, rows_of in documents:
        numbers = rows_of.exclude(number=None).values_list("number", flat=True)
        for name in incomplete(numbers):
            yield f"{label}, série {name} : des numéros manquent"


def broken_chains() -> Faults:
    """Each fingerprint seals its document and the one before; none is cut off the end."""
    for number in sales.broken_invoices():
        yield f"facture {number} : son empreinte n’est pas celle de son contenu"
    for pk in sales.broken_payments():
        yield f"encaissement {pk} : son empreinte n’est pas celle de son contenu"
    yield from sales.broken_closings()
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED)
    for chain, count in (
        (invoices.CHAIN, issued.count()),
        (payments.CHAIN, Payment.objects.count()),
        (closings.CHAIN, Closing.objects.count()),
    ):
        if count != last_given(chain, 0):
            yield f"{chain} : {count} maillons, {last_given(chain, 0)} attendus"


def altered_files() -> Faults:
    """Each kept file has the bytes it was kept with; one that was taken away is kept no more."""
    for document in one_by_one(StoredDocument.objects.exclude(_taken_away()).order_by("id")):
        try:
            content = content_of(document)
        except (OSError, AssertionError):
            content = b""
        if sha256(content).hexdigest() != document.sha256 or len(content) != document.size:
            yield f"document {document.pk}, {document.name} : absent ou modifié"


def _taken_away() -> Q:
    """Return what tells the files whose bytes were forgotten: nothing names them any more."""
    waiting = CustomerImport.objects.filter(forgotten_at=None).exclude(status=ImportStatus.DONE)
    named: dict[DocumentKind, QuerySet[Any]] = {
        DocumentKind.EXPORT: Export.objects.exclude(document=None),
        DocumentKind.FOLDER: FolderFile.objects.all(),
        DocumentKind.ATTACHMENT: InvoiceAttachment.objects.all(),
        DocumentKind.IMPORT: waiting,
    }
    gone = Q()
    for kind, rows in named.items():
        gone |= Q(kind=kind) & ~Q(pk__in=rows.order_by().values("document"))
    return gone


# ── Sales and expenses ───────────────────────────────────────────────────────────────────


def wrong_invoices() -> Faults:
    """An issued invoice is its lines, its VAT, what was frozen, and its entry."""
    issued = Q(invoice__status=InvoiceStatus.ISSUED)
    lines = sums_by("invoice_id", "net", InvoiceLine.objects.filter(issued))
    bases = sums_by("invoice_id", "basis", InvoiceVat.objects.filter(issued))
    taxes = sums_by("invoice_id", "tax", InvoiceVat.objects.filter(issued))
    posted = posted_to("invoice:", _CUSTOMERS, ends="issued")
    rows = Invoice.objects.filter(status=InvoiceStatus.ISSUED).values_list(
        "pk", "number", "kind", "net", "vat", "gross", "snapshot__gross", "discount", "prepaid",
        "rounding",
    )  # fmt: skip
    for (
        pk, number, kind, net, vat, gross, frozen, discount, prepaid, rounding,
    ) in one_by_one(rows.order_by("chain_rank")):  # fmt: skip
        sign = -1 if kind == InvoiceKind.CREDIT_NOTE else 1
        for said, found, expected in (
            ("ses lignes", lines.get(pk, ZERO) - discount, net),
            ("ses bases de TVA", bases.get(pk), net),
            ("sa TVA", taxes.get(pk), vat),
            ("le document figé", Decimal(frozen or 0), gross),
            ("le grand livre", posted.get(pk, ZERO) * sign, gross - prepaid + rounding),
        ):
            if found != expected:
                yield differs(f"facture {number}", said, found, expected)


def wrong_settlements() -> Faults:
    """What an invoice is owed is what was billed, less credit notes, less what was received."""
    received = sums_by("invoice_id", "amount", Allocation.objects.all())
    correcting = Invoice.objects.filter(status=InvoiceStatus.ISSUED).exclude(corrects=None)
    credits = correcting.filter(kind=InvoiceKind.CREDIT_NOTE)
    credited = sums_by("corrects_id", "gross", credits)
    rounded = sums_by("corrects_id", "rounding", credits)
    replaced = set(
        correcting.filter(kind=InvoiceKind.CORRECTIVE).values_list("corrects_id", flat=True)
    )
    for settlement in one_by_one(Settlement.objects.select_related("invoice").order_by("id")):
        name, pk = f"facture {settlement.invoice.number}", settlement.invoice_id
        off = settlement.gross if pk in replaced else ZERO
        off += credited.get(pk, ZERO) + rounded.get(pk, ZERO)
        for said, found, expected in (
            ("le total du règlement", settlement.gross, settlement.invoice.due),
            ("l’encaissé", settlement.paid, received.get(pk, ZERO)),
            ("les avoirs", settlement.credited, off),
        ):
            if found != expected:
                yield differs(name, said, found, expected)


def wrong_retentions() -> Faults:
    """What customers of an activity keep of works is what its ledger has on 4117."""
    held = sums_by("activity_id", "held", Settlement.objects.filter(remaining__gt=0))
    for activity in Activity.objects.select_related("analytic").order_by("id"):
        found = balance_of(_RETAINED, analytic=activity.analytic)
        if found != held.get(activity.pk, ZERO):
            yield differs(
                f"enseigne {activity.code}",
                "les retenues au grand livre",
                found,
                held.get(activity.pk, ZERO),
            )


def wrong_payments() -> Faults:
    """Each payment is in the ledger, settles or gives back no more than it is; deposits too."""
    settled = sums_by("payment_id", "amount", Allocation.objects.exclude(invoice=None))
    given = sums_by("payment_id", "amount", Allocation.objects.exclude(refund=None))
    returned = sums_by("refund_id", "amount", Allocation.objects.exclude(refund=None))
    booked, third_parties = posted_to("payment:", _CUSTOMERS), posted_to("payment:", "41")
    for pk, amount in one_by_one(Payment.objects.order_by("id").values_list("pk", "amount")):
        used = settled.get(pk, ZERO) + given.get(pk, ZERO)
        for said, found, expected in (
            ("les imputations", used, min(max(used, ZERO), max(amount, ZERO))),
            ("l’argent rendu", returned.get(pk, ZERO), max(-amount, ZERO)),
            ("le grand livre", -third_parties.get(pk, ZERO), amount),
            ("les clients au grand livre", -booked.get(pk, ZERO), settled.get(pk, ZERO)),
        ):
            if found != expected:
                yield differs(f"encaissement {pk}", said, found, expected)
    held = sums_by("deposit_id", "payment__amount", DepositedItem.objects.all())
    banked = posted_to("deposit:", _BANK)
    for deposit in BankDeposit.objects.exclude(closed_at=None).order_by("id"):
        for said, found in (
            ("ses règlements", held.get(deposit.pk, ZERO)),
            ("le grand livre", banked.get(deposit.pk, ZERO)),
        ):
            if found != deposit.total:
                yield differs(f"remise {deposit.number}", said, found, deposit.total)


def wrong_sheets() -> Faults:
    """An expense sheet is its lines; once approved, its entry; once refunded, the bank's."""
    lines = sums_by("sheet_id", "gross", ExpenseLine.objects.all())
    approved = posted_to("sheet:", _STAFF_EXPENSES, ends="approved")
    refunded = posted_to("sheet:", _STAFF_EXPENSES, ends="refunded")
    for sheet in one_by_one(ExpenseSheet.objects.order_by("id")):
        is_approved = sheet.status in (ExpenseSheetStatus.APPROVED, ExpenseSheetStatus.REFUNDED)
        is_refunded = sheet.status == ExpenseSheetStatus.REFUNDED
        for said, found, expected in (
            ("ses lignes", lines.get(sheet.pk, ZERO), sheet.gross),
            ("ce qui est dû", -approved.get(sheet.pk, ZERO), sheet.gross * is_approved),
            ("ce qui est rendu", refunded.get(sheet.pk, ZERO), sheet.gross * is_refunded),
        ):
            if found != expected:
                yield differs(f"note {sheet}", said, found, expected)


# ── Pay ──────────────────────────────────────────────────────────────────────────────────


def wrong_pay() -> Faults:
    """Payslips, ledger and transfers of each month are the same, to the cent."""
    owed = posted_to("payslip:", _WAGES, is_net=True)
    cost = posted_to("payslip:", "6", is_net=True)
    parts = sums_by("payslip_id", "cost", PayslipPart.objects.all())
    sent = sums_by("payslip_id", "amount", Transfer.objects.filter(is_withdrawn=False))
    slips = Payslip.objects.exclude(status=PayslipStatus.DRAFT).order_by("month", "id")
    for row in one_by_one(slips):
        frozen, is_paid = slip_of(row), row.status == PayslipStatus.PAID
        for said, found, expected in (
            ("le net figé", frozen.net_paid, row.net_paid),
            ("le coût figé", frozen.cost, row.cost),
            ("le coût des enseignes", parts.get(row.pk, ZERO), row.cost),
            ("le net au grand livre", -owed.get(row.pk, ZERO), row.net_paid),
            ("le coût au grand livre", cost.get(row.pk, ZERO), row.cost),
            ("le virement", sent.get(row.pk, ZERO), row.net_paid * is_paid),
        ):
            if found != expected:
                name = f"bulletin {row.pk} {of_french_month(row.month)}"
                yield differs(name, said, found, expected)
    in_batch = sums_by("batch_id", "amount", Transfer.objects.all())
    posted = posted_to("transfers:", _WAGES, is_net=True)
    for batch in TransferBatch.objects.order_by("id"):
        for said, found, expected in (
            ("ses virements", in_batch.get(batch.pk, ZERO), batch.total),
            ("le grand livre", posted.get(batch.pk, ZERO), batch.total * (not batch.is_withdrawn)),
        ):
            if found != expected:
                yield differs(f"remise {batch.number}", said, found, expected)
    for pk in Payslip.objects.filter(status=PayslipStatus.DRAFT).values_list("pk", flat=True):
        if owed.get(pk, ZERO) or cost.get(pk, ZERO):
            yield differs(f"bulletin {pk} à valider", "le grand livre", cost.get(pk), ZERO)


CHECKS = (
    Check("Écritures équilibrées", unbalanced_entries),
    Check("Analytique égale au grand livre", analytic_gaps),
    Check("Séries sans trou", series_with_gaps),
    Check("Chaînes d’empreintes", broken_chains),
    Check("Fichiers conservés", altered_files),
    Check("Factures, lignes et TVA", wrong_invoices),
    Check("Factures électroniques", wrong_files),
    Check("Règlements des factures", wrong_settlements),
    Check("Retenues de garantie", wrong_retentions),
    Check("Encaissements et remises en banque", wrong_payments),
    Check("Relevés bancaires et rapprochements", wrong_statements),
    Check("Factures déposées", wrong_deposits),
    Check("Notes de dépenses", wrong_sheets),
    Check("Virements et remboursements", wrong_batches),
    Check("Contributions prélevées", lost_contributions),
    Check("Bulletins, grand livre et virements", wrong_pay),
    Check("Capital et registre des parts", lost_capital),
)
