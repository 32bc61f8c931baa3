"""A logo drawn by us: the initial of an activity on a disc of mist."""

from __future__ import annotations

import io

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

_SIDE, _INK, _MIST = 480, (38, 58, 84, 255), (176, 201, 219, 255)
_FACE = settings.BASE_DIR / "static" / "fonts" / "pdf" / "hanken-grotesk-semibold.ttf"


def logo_of(name: str) -> bytes:
    """Return a logo as its maker would send it: a PNG on nothing."""
    picture = Image.new("RGBA", (2 * _SIDE, _SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, _SIDE - 20, _SIDE - 20), _MIST)
    draw.arc((60, 170, _SIDE - 60, _SIDE + 50), 200, 340, "white", 18)
    draw.text((_SIDE // 2, _SIDE // 2), name[0], _INK, _font(300), anchor="mm")
    for rank, word in enumerate(name.split()[:2]):
        draw.text((_SIDE + 24, 150 + 170 * rank), word, _INK, _font(150), anchor="lm")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FACE), size)
