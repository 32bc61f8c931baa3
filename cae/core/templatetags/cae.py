"""What every template may write: amounts, dates, icons, states, charts.

These are builtins of the template engine (settings.TEMPLATES). They are plain functions rather
than Django's own `date` and `floatformat`, which cost most of a list of 50 rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlencode
from zlib import crc32

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from cae.core import charts, money, periods
from cae.core.charts import BarChart, Segment
from cae.core.toasts import undo_url

register = template.Library()

Amount = Decimal | int | None

# Shown where there is nothing: a dash, never « None ».
NOTHING = "–"

_AVATAR_TONES = 5


# Amounts


@register.filter
def euros(amount: Amount) -> str:
    """`8 412,60 €`."""
    return NOTHING if amount in (None, "") else money.euros(amount)


@register.filter
def euros_short(amount: Amount) -> str:
    """`8 413 €`, for a figure that only gives an idea."""
    return NOTHING if amount in (None, "") else money.euros(amount, cents=False)


@register.filter
def number(value: Amount, places: int | None = None) -> str:
    """`1 234,5`."""
    return NOTHING if value in (None, "") else money.number(value, places=places)


@register.filter
def percent(rate: Decimal | None, places: int | None = None) -> str:
    """`5,5 %` for the fraction 0.055."""
    return NOTHING if rate in (None, "") else money.percent(rate, places=places)


@register.filter
def pluriel(count: int, endings: str = ",s") -> str:
    """The ending of a word for a count: in French the plural begins at two, « 0 bulletin ».

    `{{ n }} bulletin{{ n|pluriel }} {{ n|pluriel:"reste,restent" }}`
    """
    one, many = endings.split(",")
    return many if abs(count) >= 2 else one


@register.simple_tag
def amount(value: Amount, size: str = "", tone: str = "", sign: bool = False) -> SafeString:
    """An amount with its look: `size` strong, title, large or huge; `sign` reddens a negative."""
    classes = ["amount"]
    if size:
        classes.append(f"amount--{size}")
    if tone:
        classes.append(f"amount--{tone}")
    if sign and value is not None and value < 0:
        classes.append("amount--negative")
    return format_html('<span class="{}">{}</span>', " ".join(classes), euros(value))


# Dates


def _day(moment: date) -> date:
    return localtime(moment).date() if isinstance(moment, datetime) else moment


@register.filter
def jour(day: date | None) -> str:
    """`1er novembre 2026`."""
    return NOTHING if not day else periods.french_date(_day(day))


@register.filter
def duree(minutes: int | None) -> str:
    """`2 h 30`, of minutes."""
    return NOTHING if minutes is None else periods.duration(minutes)


@register.filter
def jour_semaine(day: date | None) -> str:
    """`lundi 23 novembre 2026`."""
    return NOTHING if not day else periods.french_date(_day(day), weekday=True)


@register.filter
def jour_court(day: date | None) -> str:
    """`12 déc.`."""
    return NOTHING if not day else periods.short_date(_day(day))


@register.filter
def date_fr(day: date | None) -> str:
    """`23/11/2026`, for columns and documents."""
    return NOTHING if not day else periods.numeric_date(_day(day))


@register.filter
def mois(month: periods.Month | date | None) -> str:
    """`novembre 2026`."""
    return NOTHING if not month else periods.french_month(month)


@register.filter
def de_mois(month: periods.Month | date | None) -> str:
    """`d’avril 2026`, `de mai 2026`."""
    return NOTHING if not month else periods.of_french_month(month)


@register.filter
def mois_court(month: periods.Month | date | None) -> str:
    """`nov.`."""
    return NOTHING if not month else periods.short_month(month)


@register.filter
def heure(moment: datetime | time | None) -> str:
    """`18 h 07`, in Paris for an instant."""
    if moment is None:
        return NOTHING
    at = localtime(moment).time() if isinstance(moment, datetime) else moment
    return periods.french_time(at)


@register.filter
def moment(instant: datetime | None) -> str:
    """`23 novembre 2026 à 18 h 07`."""
    return NOTHING if not instant else f"{jour(instant)} à {heure(instant)}"


# People and signs


@register.filter
def initials(name: str) -> str:
    """`CF` for « Camille Fournier »: the first letters of the first and last words."""
    words = [word for word in str(name).replace("’", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    ends = words[:1] if len(words) == 1 else (words[0], words[-1])
    return "".join(word[0] for word in ends).upper()


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """The initials of a name on a colour that stays theirs. Write the name beside it."""
    tone = crc32(str(name).encode()) % _AVATAR_TONES
    look = f" avatar--{size}" if size else ""
    return format_html(
        '<span class="avatar avatar--{}{}" data-initials="{}" aria-hidden="true"></span>',
        tone,
        look,
        initials(name),
    )


def _said(text: str) -> SafeString:
    """What a drawing tells a screen reader, or that it tells nothing."""
    if not text:
        return mark_safe('aria-hidden="true"')
    return format_html('role="img" aria-label="{}"', text)


@lru_cache(maxsize=1024)
def _icon(name: str, size: str, label: str) -> SafeString:
    look = f" icon--{size}" if size else ""
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"/></svg>',
        look,
        _said(label),
        static("vendor/lucide.svg"),
        name,
    )


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite: `size` s or l; `label` only where no text says the same."""
    return _icon(name, size, label)


@register.simple_tag
def pill(text: str | tuple[str, str, str], tone: str = "", icon: str = "") -> SafeString:
    """A state: `tone` ok, info, warning, danger, or none. The word carries the meaning.

    A view may give the three at once: `{% pill row.pill %}`.
    """
    return _pill(*text) if isinstance(text, tuple) else _pill(text, tone, icon)


@lru_cache(maxsize=1024, typed=True)  # a word marked safe is not the same word typed by someone
def _pill(text: str, tone: str, icon: str) -> SafeString:
    return format_html(
        '<span class="pill{}">{}{}</span>',
        f" pill--{tone}" if tone else "",
        _icon(icon, "", "") if icon else "",
        text,
    )


# Charts


@register.simple_tag
def band(
    segments: Iterable[Segment], title: str = "", size: str = "", unit: str = ""
) -> SafeString:
    """The band of distribution. `size`: medium or small. Its legend is `<c-band>`.

    Amounts are EUR unless `unit` names what is counted: votes, people.

    The drawing's name lists the amounts, so that it says as much to the ear as to the eye.
    """
    segments = list(segments)
    drawn = charts.spans(segments)

    def said(amount: charts.Number) -> str:
        return f"{money.number(amount)} {unit}" if unit else money.euros(amount)

    spoken = ", ".join(f"{s.label} {said(s.amount)}" for s in segments)
    parts = [
        format_html(
            '<rect class="tone-{}" x="{}%" width="{}%" height="100%"><title>{} {}</title></rect>',
            span.segment.tone,
            span.start,
            span.width,
            span.segment.label,
            said(span.segment.amount),
        )
        for span in drawn
    ]
    parts += [
        format_html('<rect class="gap" x="{}%" width="2" height="100%"/>', span.start)
        for span in drawn[1:]
    ]
    return format_html(
        '<svg class="chart band{}" role="img" aria-label="{}">{}</svg>',
        f" band--{size}" if size else "",
        f"{title}\u00a0: {spoken}" if title and spoken else spoken or title,
        mark_safe("".join(parts)),  # noqa: S308 each part is already escaped
    )


@register.simple_tag
def bars(chart: BarChart, height: int = 240) -> SafeString:
    """A bar chart as wide as its place, with the same figures in a table to unfold."""
    drawing = charts.draw_bars(chart, height=height)
    last = len(drawing.labels) - 1
    axis = format_html_join(
        "",
        '<text x="100%" y="{}" dy="4" text-anchor="end">{}</text>',
        ((tick.y, money.number(tick.value)) for tick in drawing.ticks),
    )
    lines = format_html_join(
        "", '<line x2="100%" y1="{}" y2="{}"/>', ((tick.y, tick.y) for tick in drawing.ticks)
    )
    rects = format_html_join(
        "",
        '<rect class="tone-{}" x="{}%" width="{}%" y="{}" height="{}"/>',
        ((bar.tone, bar.x, bar.width, bar.y, bar.height) for bar in drawing.bars),
    )
    labels = format_html_join(
        "",
        '<text class="{}" x="{}%" y="{}" text-anchor="middle">{}</text>',
        (
            (
                "is-last" if index == last else "is-odd" if (last - index) % 2 else "",
                x,
                height + 27,
                group.label,
            )
            for index, (x, group) in enumerate(drawing.labels)
        ),
    )
    widest = max((len(money.number(tick.value)) for tick in drawing.ticks), default=1)
    return format_html(
        '<div class="chart bars"><svg width="{}" height="{}" aria-hidden="true">{}</svg>'
        '<svg width="100%" height="{}" role="img" aria-label="{}">{}{}{}</svg></div>{}',
        widest * 7,
        height + 36,
        axis,
        height + 36,
        chart.title,
        lines,
        rects,
        labels,
        _chart_table(chart),
    )


def _chart_table(chart: BarChart) -> SafeString:
    head = format_html_join(
        "", '<th scope="col" class="num">{}</th>', ((series.label,) for series in chart.series)
    )
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                group.name or group.label,
                format_html_join(
                    "", '<td class="num">{}</td>', ((money.euros(v),) for v in group.values)
                ),
            )
            for group in chart.groups
        ),
    )
    return format_html(
        '<details class="chart-table"><summary>Afficher le tableau</summary>'
        '<table><caption class="sr-only">{}</caption>'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></details>",
        chart.title,
        head,
        rows,
    )


@register.simple_tag
def sparkline(values: Sequence[charts.Number], title: str = "") -> SafeString:
    """A line through `values`, oldest first. `title` says what it shows, with its ends."""
    if len(values) < 2:
        return mark_safe("")
    return format_html(
        '<svg class="chart sparkline" viewBox="0 0 100 40" preserveAspectRatio="none" {}>'
        '<polyline points="{}"/></svg>',
        _said(title),
        charts.polyline(values),
    )


@register.simple_tag
def ring(
    value: charts.Number, total: charts.Number, label: str = "", mark: charts.Number | None = None
) -> SafeString:
    """A ring filled to `value` of `total`, its figure inside; `mark` is a threshold to reach."""
    threshold = (
        format_html(
            '<line x1="60" x2="60" y1="4" y2="18" transform="rotate({} 60 60)"/>',
            f"{Decimal(charts.share(mark, total)) * 36 / 10:f}",
        )
        if mark is not None
        else ""
    )
    return format_html(
        '<svg class="chart ring" viewBox="0 0 120 120" role="img" aria-label="{}">'
        '<circle cx="60" cy="60" r="52"/>'
        '<circle class="value" cx="60" cy="60" r="52" pathLength="100" '
        'stroke-dasharray="{} 100" transform="rotate(-90 60 60)"/>{}'
        '<text x="60" y="64">{}</text><text class="label" x="60" y="80">{}</text></svg>',
        f"{money.number(value)} {label}".strip(),
        charts.share(value, total),
        threshold,
        money.number(value),
        label,
    )


@register.simple_tag
def progress(value: charts.Number, total: charts.Number, label: str) -> SafeString:
    """How far something is. `label` is its name for a reader: « Bulletins validés »."""
    return format_html(
        '<progress value="{}" max="{}" aria-label="{}">{}</progress>',
        value,
        max(Decimal(total), Decimal(1)),
        label,
        f"{value} / {total}",
    )


# Templates' own needs


@register.simple_tag
def look(block: str, *variants: str, extra: str = "") -> str:
    """The classes of a component: `button button--primary`, empty variants left out."""
    classes = [block, *(f"{block}--{variant}" for variant in variants if variant), extra]
    return " ".join(filter(None, classes))


@register.simple_tag
def attributes(attrs: Mapping[str, object], **more: object) -> SafeString:
    """The attributes given to a component that it does not use itself (hx-*, data-*, id…).

    Use this instead of `{{ attrs }}`, which does not escape values. `more` are the component's
    own, `aria_label=label` written `aria-label`. False, None and an empty text leave the attribute
    out; True writes its bare name.
    """
    hidden = getattr(attrs, "_exclude_from_str", ())
    given = {name: value for name, value in attrs.items() if name not in hidden}
    own = {name.replace("_", "-"): value for name, value in more.items() if value != ""}
    written = []
    for name, value in {**own, **given}.items():
        if value is None or value is False:
            continue
        if value is True:
            written.append(f" {escape(name)}")
        else:
            text = value if isinstance(value, SafeString) else str(value)
            quoted = conditional_escape(text).replace('"', "&quot;")
            written.append(f' {escape(name)}="{quoted}"')
    return mark_safe("".join(written))  # noqa: S308 names and values are escaped above


@register.simple_tag(takes_context=True)
def sort_url(context: Context, column: str) -> str:
    """The address of this list sorted by `column`; by its opposite when it already is."""
    request: HttpRequest = context["request"]
    turned = f"-{column}" if request.GET.get("tri") == column else column
    return _this_list(request, without=("page", "tri"), tri=turned)


@register.simple_tag(takes_context=True)
def sort_state(context: Context, column: str) -> str:
    """`ascending`, `descending`, or nothing: how this list is sorted by `column`."""
    request: HttpRequest = context["request"]
    return {column: "ascending", f"-{column}": "descending"}.get(request.GET.get("tri", ""), "")


@register.simple_tag(takes_context=True)
def page_url(context: Context, page: int) -> str:
    """The address of another page of this list, its filters kept."""
    return _this_list(context["request"], without=("page",), page=str(page))


def _this_list(request: HttpRequest, *, without: tuple[str, ...], **said: str) -> str:
    # A copy of `request.GET` is a deep one: twelve of them on a page were felt.
    kept = {name: all_ for name, all_ in request.GET.lists() if name not in without}
    return f"?{urlencode({**kept, **said}, doseq=True)}"


@register.simple_tag
def page_numbers(page: Page) -> list[int | None]:
    """The pages to offer around this one; None where some are left out."""
    paginator = page.paginator
    numbers = paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]


@register.filter
def undo(message: Message) -> str:
    """Where to post to undo what a message tells, or nothing."""
    return undo_url(message)
