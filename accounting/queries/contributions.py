"""The rules of the contribution, and what they took."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from accounting.enums import LevyKind
from accounting.models import AnalyticAccount, ContributionLevy, ContributionRule
from accounting.queries.lines import id_of
from accounting.queries.periods import fiscal_year
from cae.core.money import ZERO
from cae.core.prepared import Given, Prepared, aggregated
from cae.core.tenancy import as_cooperative


def contribution_rule(analytic: AnalyticAccount | int, *, on: date) -> ContributionRule | None:
    """Return the rule in force for an activity: its own, else that of the cooperative."""
    with as_cooperative():
        found = _rules_in_force(analytic=id_of(analytic), on=on)
    return found[0] if found else None


@Prepared
def _rules_in_force(*, analytic: Given, on: Given) -> QuerySet[ContributionRule]:
    begun = ContributionRule.objects.filter(valid_from__lte=on)
    given_up = begun.filter(
        analytic=OuterRef("analytic"), follows_common=True, valid_from__gte=OuterRef("valid_from")
    )
    known = begun.filter(Q(analytic=analytic) | Q(analytic=None)).filter(~Exists(given_up))
    own_first = F("analytic").desc(nulls_last=True)
    return known.order_by(own_first, "-valid_from")[:1]


def own_contribution_rules(analytic: AnalyticAccount) -> list[ContributionRule]:
    """Return what was said of one activity, the latest first: rules, and days it gave them up."""
    return list(ContributionRule.objects.filter(analytic=analytic))


def contribution_basis(analytic: AnalyticAccount | int, *, on: date) -> Decimal:
    """Return the basis already counted in the fiscal year of a day."""
    first, last = fiscal_year(on)
    ((basis,),) = _basis(analytic=id_of(analytic), first=first, last=last)
    return basis


@Prepared
def _basis(*, analytic: Given, first: Given, last: Given) -> QuerySet:
    levies = ContributionLevy.objects.filter(
        analytic=analytic, date__range=(first, last), kind=LevyKind.SHARE
    )
    return aggregated(levies, counted=Sum("basis", default=ZERO))


def document_basis(document: str) -> Decimal:
    """Return the basis already counted of a document that has a rate of its own."""
    levies = ContributionLevy.objects.filter(document=document)
    return levies.aggregate(counted=Sum("basis", default=ZERO))["counted"]


def contribution_taken(posting_key: str) -> Decimal | None:
    """Return what was taken under a posting key, None where nothing was asked under it."""
    levies = ContributionLevy.objects.filter(posting_key=posting_key)
    return levies.values_list("amount", flat=True).first()


@dataclass(frozen=True, slots=True)
class Contributed:
    """What one activity gave to the cooperative over a period, by what it was taken for."""

    analytic: AnalyticAccount
    basis: Decimal
    share: Decimal
    fee: Decimal
    floor: Decimal

    @property
    def fixed(self) -> Decimal:
        """What does not depend on the basis: monthly fees, and what reached the floor."""
        return self.fee + self.floor

    @property
    def total(self) -> Decimal:
        return self.share + self.fixed

    @property
    def rate(self) -> Decimal | None:
        """What the total is of the basis, to the thousandth; None without a basis."""
        return (self.total / self.basis).quantize(Decimal("0.001")) if self.basis > 0 else None


def contributions(start: date, end: date) -> list[Contributed]:
    """Return what each activity gave over a period, by code; the sum is what was taken."""
    rows = (
        ContributionLevy.objects.filter(date__range=(start, end))
        .order_by()
        .values_list("analytic_id", "kind")
        .annotate(Sum("basis"), Sum("amount"))
    )
    taken: dict[int, dict[str, Decimal]] = {}
    bases: dict[int, Decimal] = {}
    for pk, kind, basis, amount in rows:
        taken.setdefault(pk, {})[kind] = amount
        bases[pk] = bases.get(pk, ZERO) + basis
    analytics = AnalyticAccount.objects.filter(pk__in=taken)
    return [
        Contributed(
            analytic,
            bases[analytic.pk],
            taken[analytic.pk].get(LevyKind.SHARE, ZERO)
            + taken[analytic.pk].get(LevyKind.DOCUMENT, ZERO),
            taken[analytic.pk].get(LevyKind.FEE, ZERO),
            taken[analytic.pk].get(LevyKind.FLOOR, ZERO),
        )
        for analytic in analytics
    ]


def contribution_rules(*, on: date) -> list[ContributionRule]:
    """Return the rules in force on a day: the common one first, then those of one activity."""
    in_force: dict[int | None, ContributionRule] = {}
    known = ContributionRule.objects.filter(valid_from__lte=on).prefetch_related("analytic")
    for rule in known.order_by("valid_from"):
        in_force[rule.analytic_id] = rule
    said = (rule for rule in in_force.values() if not rule.follows_common)
    return sorted(said, key=lambda r: (r.analytic is not None, str(r.analytic)))
