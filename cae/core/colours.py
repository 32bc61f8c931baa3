"""A cooperative's own colour, and the shades a page needs of it, readable in light and in dark.

Contrasts are those of WCAG 2.2 (1.4.3): the ratio of relative luminances, from 1 to 21. An accent
writes links and fills buttons, so it is compared with every ground text stands on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cache

Rgb = tuple[int, int, int]

#: The least a text of any size needs (WCAG 2.2, AA).
READABLE = Decimal("4.5")

#: The house's own accent, in light.
HOUSE = "#0b6a54"
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
# The grounds of static/css/tokens.css: fond, surface, surface-2, surface-3.
_LIGHT_GROUNDS = ("#f3f6f2", "#ffffff", "#f8faf7", "#eef2ed")
_DARK_GROUNDS = ("#101814", "#18221d", "#1e2a24", "#25332c")
_DARK_SURFACE = "#18221d"
# What the definition adds to a luminance: the light a screen reflects.
_FLARE = Decimal("0.05")
_WRITTEN = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Shades:
    """What one theme, light or dark, takes from an accent; each written `#0b6a54`."""

    accent: str
    strong: str
    soft: str
    on_accent: str

    def contrasts(self, grounds: tuple[str, ...]) -> Iterator[Decimal]:
        """Yield the contrast of every text these shades write."""
        yield from (contrast(self.accent, ground) for ground in grounds)
        yield contrast(self.on_accent, self.accent)
        yield contrast(self.on_accent, self.strong)
        yield contrast(self.strong, self.soft)


@dataclass(frozen=True, slots=True)
class Theme:
    light: Shades
    dark: Shades

    @property
    def least_light(self) -> Decimal:
        return min(self.light.contrasts(_LIGHT_GROUNDS))

    @property
    def least_dark(self) -> Decimal:
        return min(self.dark.contrasts(_DARK_GROUNDS))


def written(text: str) -> str:
    """Return a colour as it is kept: `0B6A54`, `#0b6` and `#0b6a54` are `#0b6a54` or `#00bb66`.

    :raises ValueError: with a sentence in French, when it is not a colour.
    """
    digits = text.strip().lower().removeprefix("#")
    if re.fullmatch(r"[0-9a-f]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    colour = f"#{digits}"
    if not _WRITTEN.fullmatch(colour):
        raise ValueError(
            "Cette couleur n’est pas lisible. Écrivez-la par six chiffres ou lettres de a à f, "
            "comme #0b6a54."
        )
    return colour


def contrast(one: str, other: str) -> Decimal:
    """Return the ratio of two colours, from 1 to 21.

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.
    """
    low, high = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (high + _FLARE) / (low + _FLARE)


def shown(ratio: Decimal) -> Decimal:
    """Return a contrast to one decimal, cut down: 4,49 is not said to be 4,5."""
    return ratio.quantize(Decimal("0.1"), ROUND_DOWN)


def theme_of(accent: str) -> Theme:
    """Return the shades made from an accent as it is written; the dark ones are made readable."""
    return Theme(_light(_rgb(accent)), _dark(_rgb(accent)))


def light_contrast(accent: str) -> Decimal:
    """Return the least contrast of an accent on the grounds of the light theme and under white."""
    return min(contrast(accent, ground) for ground in _LIGHT_GROUNDS)


def is_readable(accent: str) -> bool:
    return light_contrast(accent) >= READABLE


def readable_shade(accent: str) -> str:
    """Return the nearest darker shade that is readable in light; itself when it already is."""
    return _first(_rgb(accent), _BLACK, is_readable)


def _light(accent: Rgb) -> Shades:
    soft = _hex(_mixed(accent, _WHITE, 88))
    strong = _first(
        _mixed(accent, _BLACK, 25), _BLACK, lambda shade: contrast(shade, soft) >= READABLE
    )
    return Shades(accent=_hex(accent), strong=strong, soft=soft, on_accent="#ffffff")


def _dark(accent: Rgb) -> Shades:
    on_accent = _hex(_mixed(accent, _BLACK, 85))
    bright = _first(
        accent,
        _WHITE,
        lambda shade: (
            all(contrast(shade, ground) >= READABLE for ground in _DARK_GROUNDS)
            and contrast(shade, on_accent) >= READABLE
        ),
    )
    soft = _hex(_mixed(_rgb(bright), _rgb(_DARK_SURFACE), 82))
    strong = _first(
        _mixed(_rgb(bright), _WHITE, 30), _WHITE, lambda shade: contrast(shade, soft) >= READABLE
    )
    return Shades(accent=bright, strong=strong, soft=soft, on_accent=on_accent)


def _first(start: Rgb, end: Rgb, fits: Callable[[str], bool]) -> str:
    """Return the first shade on the way from one colour to another that fits, else the last."""
    shades = (_hex(_mixed(start, end, percent)) for percent in range(101))
    return next((shade for shade in shades if fits(shade)), _hex(end))


def _mixed(one: Rgb, other: Rgb, percent: int) -> Rgb:
    """Return a colour with so much of the other in it."""
    red, green, blue = (
        (a * (100 - percent) + b * percent + 50) // 100 for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


def _luminance(colour: Rgb) -> Decimal:
    red, green, blue = (_linear(value) for value in colour)
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


@cache
def _linear(value: int) -> Decimal:
    """Return the light of one channel, from its byte."""
    part = Decimal(value) / 255
    if part <= Decimal("0.04045"):
        return part / Decimal("12.92")
    return ((part + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
