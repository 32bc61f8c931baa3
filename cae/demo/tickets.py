"""Pictures of receipts, drawn by us: what a person would have photographed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from cae.core.money import number
from cae.core.periods import numeric_date

_WIDTH, _MARGIN, _LINE = 460, 34, 30
_PAPER, _INK, _FAINT = (250, 248, 241), (38, 38, 44), (120, 118, 112)
_FONTS = settings.BASE_DIR / "static" / "fonts" / "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a receipt says; amounts in EUR, VAT included in `paid`."""

    shop: str
    day: date
    paid: Decimal
    vat: Decimal
    vat_percent: int


def picture_of(ticket: Ticket, dice: Random) -> bytes:
    """Return a receipt as a JPEG."""
    rows = _rows(ticket, dice)
    height = _LINE * (len(rows) + 6)
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_WIDTH // 2, _LINE), ticket.shop, _INK, _font("semibold", 25), anchor="ma")
    below = f"35000 Rennes · ticket {dice.randint(1000, 9999)}"
    draw.text((_WIDTH // 2, 2 * _LINE + 4), below, _FAINT, _font("regular", 16), anchor="ma")
    for rank, (label, amount) in enumerate(rows, start=4):
        top = rank * _LINE
        font = _font("semibold" if label.startswith("TOTAL") else "regular", 20)
        draw.text((_MARGIN, top), label, _INK, font)
        draw.text((_WIDTH - _MARGIN, top), amount, _INK, font, anchor="ra")
    draw.line([(_MARGIN, 3 * _LINE + 14), (_WIDTH - _MARGIN, 3 * _LINE + 14)], _FAINT)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _rows(ticket: Ticket, dice: Random) -> list[tuple[str, str]]:
    hour = f"{dice.randint(9, 19)}:{dice.randint(0, 59):02}"
    rows = [(numeric_date(ticket.day), hour), ("", "")]
    first = (ticket.paid * dice.randint(30, 70) / 100).quantize(Decimal("0.01"))
    rows += [("Article 1", number(first, places=2))]
    rows += [("Article 2", number(ticket.paid - first, places=2)), ("", "")]
    rows += [("TOTAL EUR", number(ticket.paid, places=2))]
    if ticket.vat:
        label = f"dont TVA {number(Decimal(ticket.vat_percent))} %"
        rows.append((label, number(ticket.vat, places=2)))
    rows.append(("Carte bancaire", f"•••• {dice.randint(1000, 9999)}"))
    return rows


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"hanken-grotesk-{weight}.ttf"), size)
