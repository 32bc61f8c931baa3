"""What templates write: amounts, dates, signs, charts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from cae.core import charts
from cae.core.charts import BarChart, Group, Segment, Series
from cae.core.periods import Month
from cae.core.templatetags import cae as tags


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ x|euros }}", Decimal("8412.6"), "8\u00a0412,60\u00a0€"),
        ("{{ x|euros }}", Decimal("-212.4"), "\u2212\u00a0212,40\u00a0€"),
        ("{{ x|euros }}", 0, "0,00\u00a0€"),
        ("{{ x|euros }}", None, "–"),
        ("{{ x|euros_short }}", Decimal("1782.50"), "1\u00a0783\u00a0€"),
        ("{{ x|percent }}", Decimal("0.055"), "5,5\u00a0%"),
        ("{{ x|number }}", Decimal("1234.50"), "1\u00a0234,5"),
        ("{{ x|jour }}", date(2026, 11, 1), "1er novembre 2026"),
        ("{{ x|jour_semaine }}", date(2026, 11, 23), "lundi 23 novembre 2026"),
        ("{{ x|jour_court }}", date(2026, 12, 12), "12 déc."),
        ("{{ x|date_fr }}", date(2026, 11, 23), "23/11/2026"),
        ("{{ x|date_fr }}", None, "–"),
        ("{{ x|mois }}", Month(2026, 11), "novembre 2026"),
        ("{{ x|mois_court }}", date(2026, 11, 23), "nov."),
        ("{{ x }} bulletin{{ x|pluriel }}", 0, "0 bulletin"),
        ("{{ x }} bulletin{{ x|pluriel }}", 1, "1 bulletin"),
        ("{{ x }} bulletin{{ x|pluriel }}", 2, "2 bulletins"),
        ("{{ x|pluriel:'reste,restent' }}", 2, "restent"),
    ],
)
def test_values_are_written_the_french_way(source, value, shown):
    assert render(source, x=value) == shown


def test_an_instant_is_told_in_paris_time():
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert render("{{ x|date_fr }} {{ x|heure }}", x=late) == "23/11/2026 0\u00a0h\u00a030"
    assert render("{{ x|moment }}", x=late) == "23 novembre 2026 à 0\u00a0h\u00a030"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Camille Fournier", "CF"),
        ("Éléonore Prigent", "ÉP"),
        ("Paul-Henri Daniélou", "PD"),
        ("Mairie de Bruz", "MB"),
        ("Brume", "B"),
        ("", "?"),
        ("« Atelier » d’Argile", "AA"),
    ],
)
def test_initials(name, initials):
    assert tags.initials(name) == initials


def test_an_avatar_keeps_its_colour_and_escapes_its_name():
    assert tags.avatar("Camille Fournier") == tags.avatar("Camille Fournier")
    assert "<" not in tags.avatar('<b "x')[1:].split("data-initials=")[1].split(">")[0]


def test_a_negative_amount_is_red_only_when_asked():
    plain = render("{% amount x %}", x=Decimal("-1"))
    signed = render("{% amount x sign=True %}", x=Decimal("-1"))

    assert plain == '<span class="amount">\u2212\u00a01,00\u00a0€</span>'
    assert signed == '<span class="amount amount--negative">\u2212\u00a01,00\u00a0€</span>'


def test_a_pill_escapes_what_it_says():
    assert render('{% pill x "ok" %}', x="<i>") == '<span class="pill pill--ok">&lt;i&gt;</span>'


def test_attributes_given_to_a_component_are_escaped():
    given = {
        "id": "a",
        "title": 'x" onclick="y',
        "hx-vals": '{"a": 1}',
        "disabled": True,
        "n": None,
    }

    assert tags.attributes(given) == (
        ' id="a" title="x&quot; onclick=&quot;y" hx-vals="{&quot;a&quot;: 1}" disabled'
    )


def test_a_component_adds_its_own_attributes_and_the_page_decides():
    own = tags.attributes({"title": "x"}, aria_label="Fermer", title="y", hidden="")

    assert own == ' aria-label="Fermer" title="x"'


def test_the_classes_of_a_component_leave_out_what_is_empty():
    assert tags.look("button", "primary", "", extra="wide") == "button button--primary wide"
    assert tags.look("button") == "button"


def test_attributes_through_a_component_are_escaped():
    page = render(
        '{% cotton card :data-x="x" title="{{ t }}" %}z{% endcotton %}', x='"><script>', t="<b>"
    )

    assert 'data-x="&quot;&gt;&lt;script&gt;"' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


# Charts


BAND = [
    Segment("Salaire net", Decimal("2057.80"), "net"),
    Segment("Cotisations sociales", Decimal("1678.87"), "cotis"),
    Segment("Frais", Decimal("0"), "frais"),
    Segment("Réserve", Decimal("-12.00"), "reserve"),
]


def test_the_band_is_filled_by_its_positive_shares():
    spans = charts.spans(BAND)

    assert [(s.segment.tone, s.start, s.width) for s in spans] == [
        ("net", "0", "55.07"),
        ("cotis", "55.07", "44.93"),
    ]


def test_a_tiny_share_is_still_seen():
    spans = charts.spans([Segment("a", 99999, "net"), Segment("b", 1, "coop")])

    assert Decimal(spans[1].width) > Decimal("0.7")
    assert Decimal(spans[0].width) + Decimal(spans[1].width) == 100


def test_a_band_of_nothing_is_empty():
    assert charts.spans([Segment("a", 0, "net")]) == []
    assert charts.spans([]) == []


def test_the_band_says_its_amounts_aloud_and_has_no_style():
    drawn = render('{% band segments "Encaissé" %}', segments=BAND)

    assert 'role="img"' in drawn
    assert "Encaissé\u00a0: Salaire net 2\u00a0057,80\u00a0€, Cotisations sociales" in drawn
    assert "style=" not in drawn
    assert drawn.count('class="gap"') == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5900, 1420], [0, 2000, 4000, 6000]),
        ([5000], [0, 2000, 4000, 6000]),
        ([4000], [0, 1000, 2000, 3000, 4000]),
        ([1], [0, Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), 1]),
        ([0], [0, 1]),
        ([], [0, 1]),
        ([-300, 900], [-500, 0, 500, 1000]),
        ([98765], [0, 25000, 50000, 75000, 100000]),
    ],
)
def test_graduations_are_round_and_cover_the_values(values, expected):
    assert charts.ticks(values) == expected


@pytest.mark.parametrize("high", [1, 3, 7, 12, 99, 101, 4444, 60000, 7654321])
def test_graduations_always_cover(high):
    scale = charts.ticks([high])

    assert scale[0] == 0
    assert scale[-1] >= high
    assert len(scale) <= 5


CHART = BarChart(
    title="Chiffre d’affaires",
    series=(Series("Facturé", "facture"), Series("Encaissé", "net")),
    groups=(
        Group("oct.", (Decimal("5510"), Decimal("4900")), "octobre 2026"),
        Group("nov.", (Decimal("5900"), Decimal("-100")), "novembre 2026"),
    ),
)


def test_bars_stand_on_zero_and_hang_under_it():
    drawing = charts.draw_bars(CHART, top=0, height=100)
    zero = {tick.value: tick.y for tick in drawing.ticks}[Decimal(0)]
    first, last = drawing.bars[0], drawing.bars[-1]

    assert Decimal(first.y) + Decimal(first.height) == Decimal(zero)
    assert last.y == zero


def test_a_bar_chart_carries_its_figures_in_a_table():
    drawn = render("{% bars chart %}", chart=CHART)

    assert "Afficher le tableau" in drawn
    assert '<th scope="row">novembre 2026</th><td class="num">5\u00a0900,00\u00a0€</td>' in drawn
    assert "style=" not in drawn


def test_a_flat_line_and_a_lone_value_do_not_break_the_sparkline():
    assert "points" in render("{% sparkline x %}", x=[3, 3, 3])
    assert render("{% sparkline x %}", x=[3]) == ""


def test_a_ring_never_overflows():
    assert 'stroke-dasharray="100 100"' in tags.ring(90, 84, "voix")
    assert 'stroke-dasharray="0 100"' in tags.ring(3, 0, "voix")


def test_progress_says_its_name():
    assert tags.progress(39, 46, "Bulletins validés") == (
        '<progress value="39" max="46" aria-label="Bulletins validés">39 / 46</progress>'
    )


# Lists


def test_sorting_twice_turns_the_list_round_and_keeps_the_filters():
    source = '{% sort_url "total" %} {% sort_state "total" %}'
    asked = RequestFactory().get("/", {"q": "brume", "page": "3"})
    sorted_once = RequestFactory().get("/", {"tri": "total"})

    assert render(source, request=asked) == "?q=brume&amp;tri=total "
    assert render(source, request=sorted_once) == "?tri=-total ascending"
