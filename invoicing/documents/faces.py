"""A snapshot as templates read it: amounts are decimals again, days are dates."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from decimal import Decimal
from typing import Any

from cae.core import documents
from cae.core.money import NO_BREAK_SPACE, ZERO, euros, to_cents
from cae.core.periods import duration, french_date
from invoicing.enums import Nature, ScheduleShown, Unit
from invoicing.rules.units import price_label, quantity_label

_DAYS = ("dated_on", "due_on", "supplied_on", "supplied_from", "valid_until", "starts_on")
_AMOUNTS = (
    "net", "vat", "gross", "deposit", "deposit_rate", "penalty_rate", "line_total", "discount",
    "prepaid", "rounding", "due",
)  # fmt: skip


def face_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what a template shows of a frozen document, or of a draft as it would be."""
    corrected = snapshot.get("corrects")
    retention = snapshot.get("retention")
    lines = [_line(line) for line in snapshot["lines"]]
    options = [line for line in lines if not line["counts"]]
    return {
        "due": Decimal(snapshot["gross"]),
        **snapshot,
        **{name: _day(snapshot.get(name)) for name in _DAYS},
        **{name: Decimal(snapshot[name]) for name in _AMOUNTS if name in snapshot},
        "seller": {
            **_identified(snapshot["seller"]),
            "iban_label": _by_four(snapshot["seller"]["iban"]),
        },
        "brand": _brand(snapshot["brand"]),
        "customer": _identified(snapshot["customer"]),
        "corrects": corrected and {**corrected, "dated_on": _day(corrected["dated_on"])},
        "discount_rate": _decimal(snapshot.get("discount_rate")),
        "deposits": [
            {
                **one,
                "dated_on": _day(one["dated_on"]),
                "net": Decimal(one["net"]),
                "gross": Decimal(one["gross"]),
            }
            for one in snapshot.get("deposits", ())
        ],
        **_schedule(snapshot),
        "retention": retention
        and {
            "amount": Decimal(retention["amount"]),
            "rate": Decimal(retention["rate"]),
            "due_on": _day(retention["due_on"]),
            "is_dated": bool(retention["accepted_on"]),
            "claimable": Decimal(snapshot["due"]) - Decimal(retention["amount"]),
        },
        "lines": lines,
        "sections": _sections([line for line in lines if line["counts"]]),
        "options": options,
        "options_net": sum((line["net"] for line in options), ZERO),
        "promised": Decimal(snapshot["gross"]) + Decimal(snapshot.get("rounding") or 0),
        "vat_rows": [
            {
                **row,
                "rate": Decimal(row["rate"]),
                "basis": Decimal(row["basis"]),
                "tax": Decimal(row["tax"]),
                "discount": Decimal(row.get("discount") or 0),
            }
            for row in snapshot["vat_rows"]
        ],
        "place_label": _place_label(snapshot),
        "has_several_rates": len(snapshot["vat_rows"]) > 1,
        "is_credit": snapshot["kind"] == "credit_note",
        "is_quote": snapshot["kind"] == "quote",
        "has_joined_terms": any(each.get("file") for each in snapshot.get("terms_of_sale", ())),
        "is_typed_with_vat": snapshot.get("entry") == "gross",
    }


def _brand(brand: dict[str, str]) -> dict[str, str]:
    """Return the card of the activity with its logo in it: a document fetches nothing."""
    logo, website = brand.get("logo", ""), brand.get("website", "")
    drawn = b64encode(documents.content_named(logo)).decode() if logo else ""
    return {
        **brand,
        "logo": f"data:image/jpeg;base64,{drawn}" if drawn else "",
        "website_label": website.removeprefix("https://").removeprefix("http://").rstrip("/"),
    }


def _place_label(snapshot: dict[str, Any]) -> str:
    is_work = any(line["nature"] == Nature.SERVICES for line in snapshot["lines"])
    return "Lieu de la prestation" if is_work else "Livraison"


def _sections(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group lines in a row under one title; the total of each title that has one."""
    sections: list[dict[str, Any]] = []
    for line in lines:
        if not sections or sections[-1]["title"] != line["section"]:
            sections.append({"title": line["section"], "lines": [], "net": ZERO})
        sections[-1]["lines"].append(line)
        sections[-1]["net"] += line["net"]
    return sections


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _line(line: dict[str, Any]) -> dict[str, Any]:
    quantity = Decimal(line["quantity"])
    return {
        **line,
        "quantity": quantity,
        "quantity_label": quantity_label(quantity, line["unit"]),
        "unit_price": Decimal(line["unit_price"]),
        "price_label": price_label(Decimal(line["unit_price"])),
        "vat_rate": Decimal(line["vat_rate"]),
        "net": Decimal(line["net"]),
        "section": line.get("section", ""),
        "typed_price": _decimal(line.get("typed_price")),
        "typed_label": price_label(Decimal(line.get("typed_price") or 0)),
        "discount": Decimal(line.get("discount", 0)),
        "discount_rate": _decimal(line.get("discount_rate")),
        "is_chosen": line.get("is_chosen", False),
        "counts": line.get("is_chosen", False) or not line.get("is_optional", False),
        "done_on": _day(line.get("done_on")),
        "duration": duration(line["minutes"]) if line.get("minutes") else "",
        "hourly_label": _hourly(line),
    }


def _hourly(line: dict[str, Any]) -> str:
    """Return the price of an hour of service with VAT (C. trav. D7233-1, 7°)."""
    if not line.get("service") or line["unit"] != Unit.HOUR:
        return ""
    price = line.get("typed_price") or Decimal(line["unit_price"]) * (1 + Decimal(line["vat_rate"]))
    return euros(to_cents(Decimal(price)))


def siren_label(siren: str) -> str:
    """Return a SIREN as it is read, by three."""
    return NO_BREAK_SPACE.join((siren[:3], siren[3:6], siren[6:]))


def _identified(party: dict[str, str]) -> dict[str, str]:
    siren, siret = party["siren"], party["siret"]
    return {
        **party,
        "siren_label": siren_label(siren),
        "siret_label": NO_BREAK_SPACE.join((siret[:3], siret[3:6], siret[6:9], siret[9:])),
    }


def _by_four(iban: str) -> str:
    plain = iban.replace(" ", "")
    return NO_BREAK_SPACE.join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _schedule(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what a quote shows of its instalments: the rows, or a sentence, or nothing."""
    rows = [
        {**one, "due_on": _day(one["due_on"]), "gross": Decimal(one["gross"])}
        for one in snapshot.get("instalments", ())
    ]
    shown = snapshot.get("schedule_shown", ScheduleShown.ALL)  # before it was asked: all
    if shown == ScheduleShown.UNDATED:
        rows = [row | {"due_on": None} for row in rows]
    return {
        "instalments": rows if shown in (ScheduleShown.ALL, ScheduleShown.UNDATED) else [],
        "instalments_dated": any(row["due_on"] for row in rows),
        "schedule_summary": _summary(rows) if shown == ScheduleShown.SUMMARY else "",
    }


def _summary(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    amounts, days = [row["gross"] for row in rows], [row["due_on"] for row in rows]
    low, high = min(amounts), max(amounts)
    said = f"Paiement en {len(rows)} échéances"
    said += f" de {euros(low)} TTC" if low == high else f" de {euros(low)} à {euros(high)} TTC"
    known = sorted(day for day in days if day)
    if len(known) == len(days) and known[0] != known[-1]:
        said += f", du {french_date(known[0])} au {french_date(known[-1])}"
    return f"{said}."
