"""The geometry of our charts: amounts in, SVG attributes out.

Nothing here knows a colour (`static/css/data.css` does, by tone) nor writes a style: the content
policy forbids it, and the same drawings print and go into PDFs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

Number = Decimal | int

_HUNDRED = Decimal(100)
_PLACES = Decimal("0.01")
# A share too small to be seen is still drawn this wide, in percent of the band.
_THINNEST = Decimal("0.8")


class Tone(StrEnum):
    """What a colour means, in the fixed order of the band."""

    NET = "net"
    SOCIAL = "cotis"
    COOPERATIVE = "coop"
    EXPENSES = "frais"
    RESERVE = "reserve"
    INVOICED = "facture"


@dataclass(frozen=True, slots=True)
class Segment:
    """A share of a band. A negative amount has a line in the legend and no width."""

    label: str
    amount: Number
    tone: str


@dataclass(frozen=True, slots=True)
class Span:
    """Where a segment lies, in percent of the band's width."""

    segment: Segment
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Group:
    """One place of the axis: its short label, its whole name, an amount for each series."""

    label: str
    values: Sequence[Number]
    name: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    title: str
    series: Sequence[Series]
    groups: Sequence[Group]


@dataclass(frozen=True, slots=True)
class Bar:
    tone: str
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Tick:
    value: Decimal
    y: str


def _attribute(value: Decimal) -> str:
    return f"{value.quantize(_PLACES).normalize():f}"


def spans(segments: Iterable[Segment]) -> list[Span]:
    """Return where each positive segment lies, in percent; they fill the band exactly.

    A share under 0.8 % is widened to it, at the expense of the others.
    """
    shown = [segment for segment in segments if segment.amount > 0]
    total = sum((Decimal(segment.amount) for segment in shown), Decimal(0))
    if not total:
        return []
    widths = [max(Decimal(s.amount) * _HUNDRED / total, _THINNEST) for s in shown]
    scale = _HUNDRED / sum(widths)
    result = []
    start = Decimal(0)
    for segment, width in zip(shown, widths, strict=True):
        width *= scale
        result.append(Span(segment, _attribute(start), _attribute(width)))
        start += width
    return result


def ticks(values: Iterable[Number], *, most: int = 4) -> list[Decimal]:
    """Return round values that cover `values` and zero, lowest first, `most` steps at most."""
    known = [Decimal(value) for value in values]
    low, high = min([*known, Decimal(0)]), max([*known, Decimal(0)])
    if low == high:
        return [Decimal(0), Decimal(1)]
    power = Decimal(1).scaleb((high - low).adjusted() - 1)
    for factor in ("1", "2", "2.5", "5", "10", "20", "25", "50", "100"):
        step = power * Decimal(factor)
        first = (low / step).to_integral_value(ROUND_FLOOR)
        last = (high / step).to_integral_value(ROUND_CEILING)
        if last - first <= most:
            break
    return [step * i for i in range(int(first), int(last) + 1)]


@dataclass(frozen=True, slots=True)
class BarDrawing:
    """A bar chart drawn on a plot `height` px high and as wide as its place (x in percent)."""

    ticks: Sequence[Tick]
    bars: Sequence[Bar]
    labels: Sequence[tuple[str, Group]]


def draw_bars(chart: BarChart, *, top: int = 8, height: int = 240) -> BarDrawing:
    """Return the geometry of `chart`: `height` px between its lowest and highest graduation."""
    scale = ticks(value for group in chart.groups for value in group.values)
    low, high = scale[0], scale[-1]

    def y(value: Number) -> Decimal:
        return top + (high - Decimal(value)) * height / (high - low)

    slot = _HUNDRED / max(len(chart.groups), 1)
    bar = slot * Decimal("0.8") / max(len(chart.series), 1)
    bars = []
    for index, group in enumerate(chart.groups):
        left = slot * index + slot * Decimal("0.1")
        for rank, (series, value) in enumerate(zip(chart.series, group.values, strict=True)):
            ends = sorted((y(value), y(0)))
            bars.append(
                Bar(
                    tone=series.tone,
                    x=_attribute(left + bar * (rank + Decimal("0.05"))),
                    width=_attribute(bar * Decimal("0.9")),
                    y=_attribute(ends[0]),
                    height=_attribute(ends[1] - ends[0]),
                )
            )
    return BarDrawing(
        ticks=[Tick(value, _attribute(y(value))) for value in scale],
        bars=bars,
        labels=[
            (_attribute(slot * index + slot / 2), group) for index, group in enumerate(chart.groups)
        ],
    )


def polyline(values: Sequence[Number], *, width: int = 100, height: int = 40) -> str:
    """Return the `points` of a line through `values`, within a box of that size."""
    known = [Decimal(value) for value in values]
    low, high = min(known), max(known)
    spread = (high - low) or Decimal(1)
    step = Decimal(width) / max(len(known) - 1, 1)
    return " ".join(
        f"{_attribute(step * i)},{_attribute((high - value) * height / spread)}"
        for i, value in enumerate(known)
    )


def share(value: Number, total: Number) -> str:
    """Return `value` in percent of `total`, between 0 and 100."""
    if total <= 0:
        return "0"
    part = Decimal(value) * _HUNDRED / Decimal(total)
    return _attribute(min(max(part, Decimal(0)), _HUNDRED))
