"""What came from the bank and went to platforms, as `check_house` computes it again each night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count

from cae.core.money import ZERO
from cae.core.periods import numeric_date
from cae.management.counting import differs, one_by_one, sums_by
from invoicing.enums import TransmissionStatus
from invoicing.models import (
    BankLine,
    BankOutcome,
    BankStatement,
    InvoiceVerdict,
    Payment,
    Transmission,
    TransmissionEvent,
)


def wrong_statements() -> Iterator[str]:
    """A statement is its lines; what was made of a line is undone, or the one payment it is."""
    counted = dict(BankLine.objects.values_list("statement_id").annotate(Count("pk")).order_by())
    moved = sums_by("statement_id", "amount", BankLine.objects.all())
    ended: dict[str, tuple[date, Decimal]] = {}
    for each in one_by_one(BankStatement.objects.order_by("iban", "starts_on", "id")):
        name = f"relevé {each} du {numeric_date(each.ends_on)}"
        if counted.get(each.pk, 0) != each.line_count:
            yield f"{name} : {counted.get(each.pk, 0)} lignes, au lieu de {each.line_count}"
        if each.opening is None or each.closing is None:
            continue
        found = each.opening + each.known_total + moved.get(each.pk, ZERO)
        if found != each.closing:
            yield differs(name, "son solde d’arrivée", found, each.closing)
        # The next day of the same account begins where this one ended; days may be missing.
        day, closing = ended.get(each.iban, (None, ZERO))
        if day == each.starts_on - timedelta(days=1) and closing != each.opening:
            yield differs(name, "son solde de départ", each.opening, closing)
        ended[each.iban] = each.ends_on, each.closing
    rows = BankOutcome.objects.filter(undone_at=None).exclude(payment=None)
    for by, what in (("line_id", "ligne de relevé"), ("payment_id", "encaissement")):
        for pk in (
            rows.values_list(by, flat=True).annotate(n=Count("pk")).filter(n__gt=1).order_by()
        ):
            yield f"{what} {pk} : rapproché plus d’une fois"
    reversed_ = set(Payment.objects.exclude(reverses=None).values_list("reverses_id", flat=True))
    for line, amount, payment, paid in one_by_one(
        rows.order_by("id").values_list("line_id", "line__amount", "payment_id", "payment__amount")
    ):
        if amount != paid:
            yield differs(f"ligne de relevé {line}", "son encaissement", paid, amount)
        if payment in reversed_:
            yield f"ligne de relevé {line} : son encaissement {payment} est contre-passé"


def wrong_deposits() -> Iterator[str]:
    """A deposited invoice is at the last thing told of it, and is the file that was judged good."""
    last: dict[int, str] = {}
    cashed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    events = TransmissionEvent.objects.order_by("id").values_list("transmission", "code", "amount")
    for pk, code, amount in one_by_one(events):
        last[pk] = code
        cashed[pk] += amount
    good = set(InvoiceVerdict.objects.filter(is_valid=True).values_list("file_id", flat=True))
    for each in one_by_one(Transmission.objects.select_related("invoice").order_by("id")):
        name = f"dépôt de la facture {each.number}"
        status = last.get(each.pk, TransmissionStatus.WAITING)
        if each.status != status:
            yield (
                f"{name} : son état, {each.get_status_display()}, au lieu de "
                f"{TransmissionStatus(status).label}"
            )
        for said, found, expected in (
            ("l’encaissé dit à la plateforme", each.cashed, cashed[each.pk]),
            ("son montant", each.amount, each.invoice.gross),
        ):
            if found != expected:
                yield differs(name, said, found, expected)
        if each.file_id not in good:
            yield f"{name} : son fichier n’a jamais été jugé conforme"
