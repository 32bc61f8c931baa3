"""A cooperative's colour, measured against texts and made readable in the dark."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.colours import (
    HOUSE,
    READABLE,
    contrast,
    is_readable,
    readable_shade,
    shown,
    theme_of,
    written,
)

any_colour = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", "21.00"),
        ("#ffffff", "#ffffff", "1.00"),
        # The two greys everybody measures with: just above and just below 4,5.
        ("#767676", "#ffffff", "4.54"),
        ("#777777", "#ffffff", "4.48"),
        ("#0000ff", "#ffffff", "8.59"),
        # UI.md: the accent of the house on white.
        (HOUSE, "#ffffff", "6.55"),
    ],
)
def test_contrasts_are_those_of_wcag(one, other, ratio):
    assert contrast(one, other).quantize(Decimal("0.01")) == Decimal(ratio)
    assert contrast(one, other) == contrast(other, one)


@given(any_colour)
def test_every_colour_is_readable_in_the_dark(accent):
    assert theme_of(accent).least_dark >= READABLE


@given(any_colour)
def test_a_colour_that_is_accepted_is_readable_everywhere_in_light(accent):
    shade = readable_shade(accent)

    assert is_readable(shade)
    assert theme_of(shade).least_light >= READABLE
    assert (shade == accent) == is_readable(accent)


@given(any_colour)
def test_what_is_shown_of_a_contrast_never_flatters(accent):
    assert (shown(contrast(accent, "#ffffff")) >= READABLE) == (
        contrast(accent, "#ffffff") >= READABLE
    )


@pytest.mark.parametrize("text", ["0B6A54", "#0b6a54", " #0B6A54 "])
def test_a_colour_is_kept_in_one_way(text):
    assert written(text) == "#0b6a54"
    assert written("#0b6") == "#00bb66"


@pytest.mark.parametrize("text", ["", "vert", "#12", "#1234567", "#0b6a5g", "red;}", "rgb(1,2,3)"])
def test_what_is_not_a_colour_is_refused(text):
    with pytest.raises(ValueError, match="pas lisible"):
        written(text)
