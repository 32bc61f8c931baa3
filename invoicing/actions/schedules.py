"""The payment schedule of a quote: what is billed when, the last instalment taking what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, split, to_cents
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.enums import ScheduleShown
from invoicing.models import Quote, QuoteInstalment
from invoicing.queries.billing import quote_parts
from invoicing.rules.billing import deposit_parts, equal_nets, schedule_nets, with_vat

MOST_INSTALMENTS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A line of a schedule as typed: a fraction of the quote, or EUR without VAT."""

    label: str
    due_on: date | None = None
    share: Decimal | None = None
    net: Decimal | None = None


@transaction.atomic
def set_schedule(quote: Quote, instalments: Sequence[Instalment], *, by: Membership) -> Quote:
    """Write the schedule of a draft; what is typed on the last line is not read. None: no schedule.

    :raises ActionRefused: `not_a_draft`, `one_instalment`, `too_many_instalments`,
        `bad_instalment`, `schedule_too_large`.
    """
    quote = _draft(quote)
    if len(instalments) == 1:
        raise ActionRefused(
            "Un échéancier a au moins deux échéances. Ajoutez-en une, ou retirez celle-ci.",
            code="one_instalment",
        )
    if len(instalments) > MOST_INSTALMENTS:
        raise ActionRefused(
            f"Un échéancier a au plus {MOST_INSTALMENTS} échéances.", code="too_many_instalments"
        )
    given = [_net_of(each, quote) for each in instalments[:-1]]
    nets = schedule_nets(quote.net, given) if instalments else []
    if nets and nets[-1] <= 0:
        raise ActionRefused(
            "Ces échéances font déjà tout le devis\u00a0: il ne reste rien pour la dernière. "
            "Réduisez-les.",
            code="schedule_too_large",
        )
    _write(quote, [(each.label, each.due_on) for each in instalments], nets)
    audit.record("quote.scheduled", quote, by=by, after={"instalments": len(nets)})
    return quote


@transaction.atomic
def set_equal_schedule(quote: Quote, *, count: int, by: Membership) -> Quote:
    """Cut a draft into `count` equal instalments; the last absorbs the cents.

    :raises ActionRefused: `not_a_draft`, `bad_instalment`.
    """
    quote = _draft(quote)
    if not 2 <= count <= MOST_INSTALMENTS or quote.net < count * Decimal("0.01"):
        raise ActionRefused(
            f"Un échéancier a de 2 à {MOST_INSTALMENTS} échéances, d’un centime au moins.",
            code="bad_instalment",
        )
    labels = [(f"Échéance {rank} sur {count}", None) for rank in range(1, count + 1)]
    _write(quote, labels, equal_nets(quote.net, count=count))
    audit.record("quote.scheduled", quote, by=by, after={"instalments": count})
    return quote


@transaction.atomic
def show_schedule(quote: Quote, shown: str, *, by: Membership) -> Quote:
    """Say what the document of a draft shows of its schedule; what is billed is the same.

    :param shown: one of `ScheduleShown`.
    :raises ActionRefused: `not_a_draft`, `unknown_display`.
    """
    quote = _draft(quote)
    if shown not in ScheduleShown.values:
        raise ActionRefused(
            "Un échéancier s’imprime en entier, sans les dates, en une phrase, ou pas du tout.",
            code="unknown_display",
        )
    if shown != quote.schedule_shown:
        before, quote.schedule_shown = quote.get_schedule_shown_display(), shown
        quote.save(update_fields=["schedule_shown"])
        audit.record(
            "quote.schedule_shown",
            quote,
            by=by,
            before={"shown": before},
            after={"shown": quote.get_schedule_shown_display()},
        )
    return quote


def respread(quote: Quote) -> None:
    """Spread the instalments of a draft over its new total, in the same proportions."""
    rows = list(quote.instalments.all())
    if not rows:
        return
    nets = split(quote.net, [row.net for row in rows])
    if min(nets) <= 0:
        quote.instalments.all().delete()
        return
    _write(quote, [(row.label, row.due_on) for row in rows], nets)


def _draft(quote: Quote) -> Quote:
    quote = locked(quote)
    if not quote.is_being_written:
        raise ActionRefused(
            f"Le devis {quote} n’est plus en cours d’écriture. Reprenez-le pour changer son "
            "échéancier.",
            code="not_a_draft",
        )
    return quote


def _net_of(each: Instalment, quote: Quote) -> Decimal:
    net = each.net if each.net is not None else to_cents(quote.net * (each.share or ZERO))
    if net <= 0 or not each.label.strip():
        raise ActionRefused(
            "Chaque échéance a un intitulé, et une part ou un montant plus grand que zéro.",
            code="bad_instalment",
        )
    return net


def _write(
    quote: Quote, labels: Sequence[tuple[str, date | None]], nets: Sequence[Decimal]
) -> None:
    """Write the rows: each is worth what its invoice will be, VAT rounded on its own."""
    quote.instalments.all().delete()
    parts = quote_parts(quote)
    grosses = [with_vat(deposit_parts(net, parts)) for net in nets[:-1]]
    if nets:
        grosses.append(quote.gross + quote.rounding - sum(grosses, ZERO))
    QuoteInstalment.objects.bulk_create(
        QuoteInstalment(
            activity_id=quote.activity_id,
            quote=quote,
            position=rank,
            label=" ".join(label.split())[:120] or "Solde",
            due_on=due_on,
            net=net,
            gross=gross,
        )
        for rank, ((label, due_on), net, gross) in enumerate(
            zip(labels, nets, grosses, strict=True), start=1
        )
    )
