"""From what is wished to a gross: a budget to spend, a net to reach."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from cae.core.money import euros as show
from cae.core.workflow import ActionRefused
from payroll.rules.exact import cents, euros, last_that
from payroll.rules.reductions import TEN_THOUSAND
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.slip import HIGHEST_GROSS, Calculation, calculation

_HIGHEST = cents(HIGHEST_GROSS)

# Each line is rounded by itself, so a net may lose a cent or two while the gross gains one.
# Rounding moves a net by 10 cents at most, and it grows by a third of its gross at least: two
# grosses 60 cents apart are in the order of their nets.
_ROUNDING = 10
_WOBBLE = 60


def gross_for_cost(
    situation: Situation, budget: Decimal, *, before: YearToDate | None = None
) -> Decimal:
    """Return the highest gross in EUR whose cost, every line rounded, fits `budget`.

    The cost jumps as the gross grows, so part of a budget may stay unspent. A budget below the
    cost of a gross of 0 (the mutuelle alone) gives 0.

    :raises ActionRefused: the budget is negative, or a rate of the month is not known.
    """
    if budget < 0:
        raise ActionRefused(
            "Le budget est négatif\u00a0: aucun salaire n’est possible."
            " Attendez un encaissement ou réduisez la réserve.",
            code="negative_budget",
        )
    return euros(_highest_within(cents(budget), calculation(situation, before)))


def gross_for_net(
    situation: Situation, net: Decimal, *, before: YearToDate | None = None
) -> Decimal:
    """Return the lowest gross in EUR whose net before tax reaches `net`.

    :raises ActionRefused: no gross reaches it, or a rate of the month is not known.
    """
    month = calculation(situation, before)
    return _lowest_reaching(cents(net), month.net, _stretches_of_net(month))


def gross_for_net_paid(
    situation: Situation, net_paid: Decimal, *, before: YearToDate | None = None
) -> Decimal:
    """Return the lowest gross in EUR whose net after tax reaches `net_paid`.

    :raises ActionRefused: no gross reaches it, or a rate of the month is not known.
    """
    month = calculation(situation, before)
    target = cents(net_paid)
    return _lowest_reaching(target, month.net_paid, _stretches_of_net_paid(month, target))


def _highest_within(budget: int, month: Calculation, low: int = 0) -> int:
    """Return the highest gross from `low` on whose cost fits.

    The cost never falls within a month alone. On a year of equivalent hours it falls by up to
    a ten-thousandth of the year's gross wherever the coefficient of the reduction goes up a
    step, while it rises by more than half of what the gross does: a little above a gross that
    no longer fits, another may fit again.
    """
    high = min(max(low, budget), _HIGHEST)
    while high < _HIGHEST and month.cost(high) <= budget:
        # Less than the gross: on a few cents, or when the year's reduction is caught up.
        high = min(2 * high + 100, _HIGHEST)
    gross = last_that(lambda gross: month.cost(gross) <= budget, low, high)
    step = month.reduction.smic.gross_up_to(gross) // TEN_THOUSAND
    for rise in month.reduction.rises(gross, gross + 2 * step + _ROUNDING):
        if month.cost(rise) <= budget:
            return _highest_within(budget, month, low=rise)
    return gross


class _Stretch(NamedTuple):
    """Grosses over which the net grows, but for rounding; or a few where it may do anything."""

    first: int
    last: int
    grows: bool = True

    def may_reach(self, target: int, net: Callable[[int], int]) -> bool:
        highest = net(self.last) if self.grows else net(self.first) + self.last - self.first
        return highest + _ROUNDING >= target

    def candidates(self, target: int, net: Callable[[int], int]) -> range:
        """Return every gross that may be the lowest to reach the target."""
        if not self.grows:
            return range(self.first, self.last + 1)
        below = last_that(lambda gross: net(gross) < target, self.first - 1, self.last)
        return range(max(self.first, below - _WOBBLE), min(self.last, below + _WOBBLE) + 1)


def _lowest_reaching(
    target: int, net: Callable[[int], int], stretches: Iterable[_Stretch]
) -> Decimal:
    for stretch in stretches:
        if stretch.may_reach(target, net):
            for gross in stretch.candidates(target, net):
                if net(gross) >= target:
                    return euros(gross)
    raise ActionRefused(
        f"Ce net n’est pas possible\u00a0: il demande plus de {show(HIGHEST_GROSS, cents=False)}"
        " de salaire brut. Donnez un montant plus petit.",
        code="unreachable_net",
    )


def _stretches_of_net(month: Calculation) -> Iterator[_Stretch]:
    """Cut where the CET appears on the whole gross: the net falls there."""
    cut = min(month.bases.last_gross_below_ceiling(), _HIGHEST)
    if cut >= 0:
        yield _Stretch(0, cut)
    if cut < _HIGHEST:
        yield _Stretch(max(0, cut + 1), _HIGHEST)


def _stretches_of_net_paid(month: Calculation, target: int) -> Iterator[_Stretch]:
    """Cut at each threshold of the tax grid too: the net falls, and wavers a little around it."""
    # A net paid is never above the net taxable: thresholds below the target are behind it.
    thresholds = [bound for bound in month.scale.bounds if bound > target]
    for first, last, _ in _stretches_of_net(month):
        start = first
        for threshold in thresholds:
            below = last_that(lambda gross: month.net_taxable(gross) < threshold, start - 1, last)  # noqa: B023
            if below - _WOBBLE > start:
                yield _Stretch(start, below - _WOBBLE - 1)
                start = below - _WOBBLE
            end = min(last, below + _WOBBLE)
            yield _Stretch(start, end, grows=False)
            start = end + 1
            if start > last:
                break
        else:
            yield _Stretch(start, last)
