"""What the cooperative takes from its activities, by the rule in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounting import queries, rules
from accounting.actions.entries import post
from accounting.enums import ContributionBasis, LevyKind
from accounting.models import AnalyticAccount, ContributionLevy, ContributionRule
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.periods import Month, french_date
from cae.core.prepared import Given, Prepared
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused


@dataclass(frozen=True, slots=True)
class OwnRate:
    """The rate of one document, and what names it: all that is taken on it adds up to the rate."""

    document: str
    rate: Decimal


@transaction.atomic
def set_contribution_rule(
    terms: rules.Contribution,
    *,
    label: str,
    valid_from: date,
    by: Membership | None,
    analytic: AnalyticAccount | None = None,
) -> ContributionRule:
    """Put a contribution rule in force from a day on: of one activity, or the common one.

    :raises ActionRefused: `closed_period`; `rule_exists`, another takes effect the same day.
    """
    _check_day(analytic, valid_from)
    rule = ContributionRule.objects.create(
        label=label,
        analytic=analytic,
        valid_from=valid_from,
        basis=terms.basis,
        measure=terms.measure,
        thresholds=[bracket.above for bracket in terms.brackets],
        rates=[bracket.rate for bracket in terms.brackets],
        floor=terms.floor,
        cap=terms.cap,
        fixed_fee=terms.fixed_fee,
    )
    after = {"label": label, "valid_from": valid_from}
    if analytic is not None:
        after["activity"] = str(analytic)
    audit.record("contribution.voted", rule, by=by, after=after)
    return rule


@transaction.atomic
def follow_common_rule(
    analytic: AnalyticAccount, *, valid_from: date, by: Membership | None
) -> ContributionRule:
    """Have an activity taken what all are, from a day on: the rule of that day, and later ones.

    :raises ActionRefused: `closed_period`; `rule_exists`; `no_own_rule`, it does already.
    """
    _check_day(analytic, valid_from)
    own = ContributionRule.objects.filter(analytic=analytic, valid_from__lt=valid_from).first()
    if own is None or own.follows_common:
        raise ActionRefused(
            f"{analytic.label} suit déjà la règle commune le {french_date(valid_from)}."
            " Choisissez un jour où sa propre règle est en vigueur.",
            code="no_own_rule",
        )
    rule = ContributionRule.objects.create(
        label="Retour à la règle commune",
        analytic=analytic,
        follows_common=True,
        valid_from=valid_from,
        basis="",
        measure="",
        thresholds=[],
        rates=[],
    )
    after = {"valid_from": valid_from, "activity": str(analytic)}
    audit.record("contribution.own_ended", rule, by=by, after=after)
    return rule


def _check_day(analytic: AnalyticAccount | None, day: date) -> None:
    closed = queries.last_closed_month()
    if closed is not None and day <= closed.last_day:
        raise ActionRefused(
            f"Le mois du {french_date(day)} est clôturé\u00a0: ce qui y est pris ne change plus."
            f" Choisissez un jour après le {french_date(closed.last_day)}.",
            code="closed_period",
        )
    if ContributionRule.objects.filter(analytic=analytic, valid_from=day).exists():
        raise ActionRefused(
            f"Une autre règle prend déjà effet le {french_date(day)}. Choisissez un autre jour.",
            code="rule_exists",
        )


@transaction.atomic
def levy_contribution(
    analytic: AnalyticAccount,
    *,
    moment: ContributionBasis,
    basis: Decimal,
    on: date,
    piece: str,
    posting_key: str,
    own: OwnRate | None = None,
    by: Membership | None,
) -> ContributionLevy | None:
    """Take the contribution on `basis` EUR without VAT, once for a posting key.

    Called at both moments, invoice and receipt: nothing is taken, and None returned, unless it
    is the one of the rule in force. A negative basis (credit note, purchase the measure
    excludes) gives back.

    :param own: the rate of the document it is taken on, in place of those of the rule; its basis
        is then in no bracket of the year.
    :raises ActionRefused: `closed_period`.
    """
    rule = queries.contribution_rule(analytic, on=on)
    if rule is None or rule.basis != moment:
        return None
    with as_cooperative():
        _one_at_a_time(analytic)
        if own is not None:
            kind, terms = LevyKind.DOCUMENT, rules.Contribution.flat(own.rate)
            before = queries.document_basis(own.document)
        else:
            kind, terms = LevyKind.SHARE, rule.terms
            before = queries.contribution_basis(analytic, on=on)
        return _levied(
            rule,
            analytic,
            kind=kind,
            basis=basis,
            amount=rules.contribution(terms, before=before, amount=basis),
            on=on,
            piece=piece,
            posting_key=posting_key,
            own=own,
            by=by,
        )


@transaction.atomic
def levy_monthly_fee(
    analytic: AnalyticAccount, *, month: Month, by: Membership | None
) -> ContributionLevy | None:
    """Take the fixed fee of a month on its last day, once; None where the rule has none."""
    rule = queries.contribution_rule(analytic, on=month.last_day)
    if rule is None or not rule.fixed_fee:
        return None
    with as_cooperative():
        _one_at_a_time(analytic)
        return _levied(
            rule,
            analytic,
            kind=LevyKind.FEE,
            basis=ZERO,
            amount=rule.fixed_fee,
            on=month.last_day,
            piece=f"Forfait {month}",
            posting_key=f"contribution:{analytic.pk}:fee:{month}",
            by=by,
        )


@transaction.atomic
def levy_floor(
    analytic: AnalyticAccount, *, on: date, months: int, by: Membership | None
) -> ContributionLevy | None:
    """Take what is missing to reach the floor of the fiscal year that ends `on`, once.

    :param months: months of presence in the year.
    """
    rule = queries.contribution_rule(analytic, on=on)
    if rule is None or not rule.floor:
        return None
    first, last = queries.fiscal_year(on)
    with as_cooperative():
        _one_at_a_time(analytic)
        taken = ContributionLevy.objects.filter(
            analytic=analytic,
            date__range=(first, last),
            kind__in=(LevyKind.SHARE, LevyKind.DOCUMENT),
        ).values_list("amount", flat=True)
        return _levied(
            rule,
            analytic,
            kind=LevyKind.FLOOR,
            basis=ZERO,
            amount=rules.floor_shortfall(rule.terms, levied=sum(taken, ZERO), months=months),
            on=on,
            piece=f"Plancher {first.year}",
            posting_key=f"contribution:{analytic.pk}:floor:{first.year}",
            by=by,
        )


def _one_at_a_time(analytic: AnalyticAccount) -> None:
    # Two invoices at once would both start from the same cumulated basis.
    AnalyticAccount.objects.select_for_update().get(pk=analytic.pk)


def _levied(
    rule: ContributionRule,
    analytic: AnalyticAccount,
    *,
    kind: LevyKind,
    basis: Decimal,
    amount: Decimal,
    on: date,
    piece: str,
    posting_key: str,
    own: OwnRate | None = None,
    by: Membership | None,
) -> ContributionLevy:
    if known := _known(posting_key=posting_key):
        return known[0]
    entry = None
    if amount:
        is_share = kind in (LevyKind.SHARE, LevyKind.DOCUMENT)
        label = f"Contribution, {piece}" if is_share else f"{kind.label}, {piece}"
        coop = queries.cooperative_analytic()
        draft = rules.DraftEntry(
            journal=rules.INTERNAL_JOURNAL,
            date=on,
            piece=piece,
            label=label,
            posting_key=posting_key,
            lines=rules.contribution_lines(
                amount, analytic=analytic.code, cooperative=coop.code, label=label
            ),
            analytic=analytic.code,
        )
        entry = post(draft, by=by)
    return ContributionLevy.objects.create(
        rule=rule,
        analytic=analytic,
        entry=entry,
        kind=kind,
        basis=basis,
        amount=amount,
        date=on,
        posting_key=posting_key,
        document=own.document if own else "",
        rate=own.rate if own else None,
    )


@Prepared
def _known(*, posting_key: Given) -> QuerySet[ContributionLevy]:
    return ContributionLevy.objects.filter(posting_key=posting_key)
