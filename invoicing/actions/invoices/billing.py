"""Invoices written from an accepted quote: at once, or by deposits and situations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros, percent, to_cents
from cae.core.workflow import ActionRefused
from invoicing.actions.content import billed_content
from invoicing.actions.invoices.drafts import write
from invoicing.actions.locking import locked
from invoicing.enums import Entry, InvoiceKind, QuoteStatus, Unit
from invoicing.models import Deduction, Invoice, Quote, QuoteInstalment
from invoicing.queries.billing import BillingPlan, FreeDeposit, PlanLine, billing_plan
from invoicing.rules.billing import Key, deposit_parts, situation_net
from invoicing.rules.lines import NO_DISCOUNT, SoldLine


@transaction.atomic
def invoice_from_quote(quote: Quote, *, by: Membership) -> Invoice:
    """Write the draft invoice of a whole accepted quote, line for line.

    :raises ActionRefused: `quote_not_accepted`, `already_invoiced`.
    """
    quote, plan = _accepted(quote)
    earlier = plan.pending or next((each.invoice for each in plan.standing), None)
    if earlier is not None:
        raise ActionRefused(
            f"Ce devis est déjà facturé\u00a0: {earlier.number or 'un brouillon existe'}. "
            "Facturez ce qui reste depuis son plan de facturation.",
            code="already_invoiced",
        )
    return _whole(quote, plan, kind=InvoiceKind.INVOICE, by=by)


@transaction.atomic
def bill_deposit(
    quote: Quote,
    *,
    share: Decimal | None = None,
    net: Decimal | None = None,
    label: str = "",
    instalment: QuoteInstalment | None = None,
    by: Membership,
) -> Invoice:
    """Write the draft of a deposit: one line per VAT rate and nature, to the cent.

    :param share: fraction of the quote, or `net`, in EUR without VAT.
    :raises ActionRefused: `quote_not_accepted`, `draft_exists`, `quote_closed`, `bad_amount`,
        `beyond_quote`.
    """
    quote, plan = _billable(quote)
    if net is None:
        net = to_cents(quote.net * (share or ZERO))
    if net <= 0:
        raise ActionRefused("Un acompte a un montant, plus grand que zéro.", code="bad_amount")
    if net > plan.remaining_net:
        raise ActionRefused(
            f"Il ne reste que {euros(plan.remaining_net)} HT à facturer sur ce devis. "
            "Réduisez l’acompte.",
            code="beyond_quote",
        )
    said = f"Acompte de {percent(share)}" if share else "Acompte"
    lines = [
        _lump(label or f"{said} sur le devis {quote.number}", part.key, part.net)
        for part in deposit_parts(net, plan.parts)
    ]
    return _billed(
        quote,
        InvoiceKind.DEPOSIT,
        subject=f"{label or said}, {quote.subject}",
        lines=lines,
        instalment=instalment,
        by=by,
    )


@transaction.atomic
def bill_progress(
    quote: Quote,
    *,
    progress: Decimal | Mapping[int, Decimal],
    with_deposits: bool = False,
    by: Membership,
) -> Invoice:
    """Write the draft of a situation: what is done by now, less what is billed.

    :param progress: cumulated fraction, of every line or of each by its key; a line that is not
        named stays where it is.
    :param with_deposits: take the deposits off this one, rather than off the last.
    :raises ActionRefused: `quote_not_accepted`, `draft_exists`, `quote_closed`, `bad_progress`,
        `nothing_to_bill`, `deposits_too_large`, `services_by_progress`.
    """
    quote, plan = _billable(quote)
    if any(each.line.service_id for each in plan.lines):
        raise ActionRefused(
            "Un service à la personne se facture par intervention, avec sa date et sa durée, pas "
            "par avancement. Facturez ce devis en une fois, ou par des factures à part.",
            code="services_by_progress",
        )
    wanted = [(each, _wanted(each, progress)) for each in plan.lines]
    lines = [_situation_line(each, now) for each, now in wanted if now != each.progress]
    if not any(line.unit_price for line in lines):
        raise ActionRefused(
            "Rien de neuf à facturer\u00a0: aucun avancement n’a changé depuis la dernière "
            "situation.",
            code="nothing_to_bill",
        )
    is_last = all(now == 1 for _, now in wanted)
    number = 1 + sum(each.invoice.kind == InvoiceKind.PROGRESS for each in plan.standing)
    return _billed(
        quote,
        InvoiceKind.FINAL if is_last else InvoiceKind.PROGRESS,
        subject=f"Situation n°\u00a0{number}, {quote.subject}",
        lines=lines,
        deposits=plan.deposits if with_deposits or is_last else (),
        plan=plan if is_last else None,
        by=by,
    )


@transaction.atomic
def bill_rest(
    quote: Quote, *, instalment: QuoteInstalment | None = None, by: Membership
) -> Invoice:
    """Write the draft that ends a quote: all that is left, its deposits taken off.

    :raises ActionRefused: `quote_not_accepted`, `draft_exists`, `quote_closed`,
        `deposits_too_large`.
    """
    quote, plan = _billable(quote)
    if plan.has_situations:
        return bill_progress(quote, progress=Decimal(1), by=by)
    kind = InvoiceKind.FINAL if plan.deposits else InvoiceKind.INVOICE
    return _whole(quote, plan, kind=kind, instalment=instalment, by=by)


@transaction.atomic
def bill_instalment(instalment: QuoteInstalment, *, by: Membership) -> Invoice:
    """Write the draft of a line of the schedule: a deposit, or what is left for the last one.

    :raises ActionRefused: `instalment_billed`, or as `bill_deposit` and `bill_rest`.
    """
    quote, plan = _billable(instalment.quote)
    (planned,) = (p for p in plan.instalments if p.instalment.pk == instalment.pk)
    if planned.invoice is not None:
        raise ActionRefused(
            f"Cette échéance est déjà facturée\u00a0: {planned.invoice.number}.",
            code="instalment_billed",
        )
    if planned.is_last:
        if any(p.invoice is None for p in plan.instalments if not p.is_last):
            raise ActionRefused(
                "La dernière échéance solde le devis\u00a0: facturez d’abord les précédentes.",
                code="earlier_instalments",
            )
        return bill_rest(quote, instalment=instalment, by=by)
    return bill_deposit(
        quote, net=instalment.net, label=instalment.label, instalment=instalment, by=by
    )


def _accepted(quote: Quote) -> tuple[Quote, BillingPlan]:
    # The lock makes two requests queue: the second one reads what the first wrote.
    quote = locked(quote)
    if quote.status != QuoteStatus.ACCEPTED:
        raise ActionRefused(
            "Ce devis n’est pas encore accepté\u00a0: il se facture après l’accord du client.",
            code="quote_not_accepted",
        )
    return quote, billing_plan(quote)


def _billable(quote: Quote) -> tuple[Quote, BillingPlan]:
    quote, plan = _accepted(quote)
    if plan.pending is not None:
        raise ActionRefused(
            "Un brouillon de facture attend déjà sur ce devis. Émettez-le ou supprimez-le avant "
            "d’en écrire un autre.",
            code="draft_exists",
        )
    if plan.is_closed:
        raise ActionRefused(
            "Ce devis est entièrement facturé. Pour facturer davantage, faites-en un nouveau.",
            code="quote_closed",
        )
    return quote, plan


def _whole(
    quote: Quote,
    plan: BillingPlan,
    *,
    kind: InvoiceKind,
    instalment: QuoteInstalment | None = None,
    by: Membership,
) -> Invoice:
    invoice = _blank(quote, kind, instalment=instalment, by=by)
    _take_off(invoice, plan.deposits)
    write(invoice, billed_content(quote))
    return _kept(invoice, plan.deposits, by=by)


def _billed(
    quote: Quote,
    kind: InvoiceKind,
    *,
    subject: str,
    lines: Sequence[SoldLine],
    deposits: Sequence[FreeDeposit] = (),
    plan: BillingPlan | None = None,
    instalment: QuoteInstalment | None = None,
    by: Membership,
) -> Invoice:
    """Write a draft whose lines follow the plan; with `plan`, it ends it to the cent."""
    invoice = _blank(quote, kind, instalment=instalment, by=by)
    _take_off(invoice, deposits)
    # Its lines are already what is due of each: nothing is typed with VAT, nor taken off again.
    content = replace(
        billed_content(quote), subject=subject, lines=lines, entry=Entry.NET, discount=NO_DISCOUNT
    )
    write(
        invoice,
        content,
        rounded_to=None if plan is None else plan.remaining + invoice.prepaid,
    )
    return _kept(invoice, deposits, by=by)


def _blank(
    quote: Quote, kind: InvoiceKind, *, instalment: QuoteInstalment | None, by: Membership
) -> Invoice:
    """Return an invoice of a quote; what is kept of works is not of a deposit: none is done yet."""
    return Invoice(
        activity=quote.activity,
        created_by=by,
        quote=quote,
        kind=kind,
        instalment=instalment,
        retention_rate=ZERO if kind == InvoiceKind.DEPOSIT else quote.retention_rate,
    )


def _take_off(invoice: Invoice, deposits: Iterable[FreeDeposit]) -> None:
    invoice.prepaid = sum((deposit.gross for deposit in deposits), ZERO)
    invoice.prepaid_net = sum((deposit.net for deposit in deposits), ZERO)


def _kept(invoice: Invoice, deposits: Iterable[FreeDeposit], *, by: Membership) -> Invoice:
    Deduction.objects.bulk_create(
        Deduction(
            activity_id=invoice.activity_id,
            invoice=invoice,
            deposit=deposit.invoice,
            net=deposit.net,
            gross=deposit.gross,
        )
        for deposit in deposits
    )
    assert invoice.quote is not None
    audit.record("invoice.created", invoice, by=by, after={"quote": invoice.quote.number})
    return invoice


def _lump(label: str, key: Key, net: Decimal) -> SoldLine:
    vat, nature = key
    return SoldLine(
        label=label[:160],
        quantity=Decimal(-1 if net < 0 else 1),
        unit=Unit.LUMP_SUM,
        unit_price=abs(net),
        vat=vat,
        nature=nature,
    )


def _wanted(each: PlanLine, progress: Decimal | Mapping[int, Decimal]) -> Decimal:
    """Return the share of a line that is done; of every line, one that is further stays there."""
    if isinstance(progress, Decimal):
        return max(progress, each.progress) if 0 < progress <= 1 else _no_progress(each)
    now = progress.get(each.line.pk, each.progress)
    return now if each.progress <= now <= 1 else _no_progress(each)


def _no_progress(each: PlanLine) -> Decimal:
    raise ActionRefused(
        f"L’avancement de «\u00a0{each.line.label}\u00a0» va de {percent(each.progress)}, déjà "
        "facturés, à 100\u00a0%. Pour revenir en arrière, faites un avoir.",
        code="bad_progress",
    )


def _situation_line(each: PlanLine, now: Decimal) -> SoldLine:
    due = situation_net(each.net, billed=each.billed, now=now)
    billed = f", dont {percent(each.progress)} déjà facturés" if each.progress else ""
    return replace(
        _lump(each.line.label, (each.line.vat_choice.code, each.line.nature), due),
        section=each.line.section,
        description=f"Avancement {percent(now)}{billed}, sur {euros(each.net)} HT",
        quote_line_id=each.line.pk,
        progress=now,
    )
