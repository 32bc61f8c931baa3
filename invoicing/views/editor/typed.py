"""What is typed in the editor, made ready for its forms: nothing is judged here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from invoicing.enums import Entry
from invoicing.forms.lines import PREFIX, SECTION, blank_row, converted_prices, row_of
from invoicing.models import CatalogueItem, Customer, Mention, SaleInput, VatRate
from invoicing.queries.wording import default_mentions


@dataclass
class Typed:
    """The fields of the page; `converted` and `has_new_rows` say which ones it must show again."""

    data: QueryDict
    #: Prices that were typed with VAT and are now without, or the other way.
    converted: dict[str, str] = field(default_factory=dict)
    has_new_rows: bool = False

    @property
    def rows_changed(self) -> bool:
        return bool(self.converted) or self.has_new_rows


def kept_fields(row: SaleInput) -> QueryDict:
    """Return a kept form as it was posted."""
    data = QueryDict(mutable=True)
    for name, values in row.fields.items():
        data.setlist(name, values)
    return data


def read_typed(
    posted: QueryDict, *, vats: Sequence[VatRate], items: Sequence[CatalogueItem]
) -> Typed:
    """Do what the page asks of its own fields.

    Its prices are converted where they are now typed the other way, the chosen item of the
    catalogue fills a row, and without script a row is added.
    """
    typed = Typed(posted.copy())
    data = typed.data
    entry, before = data.get("entry", ""), data.get("entry_of_prices", "")
    if entry in Entry.values and before in Entry.values and entry != before:
        rates = {vat.code: vat.rate for vat in vats}
        typed.converted = converted_prices(data, to=entry, rates=rates)
        for name, value in {**typed.converted, "entry_of_prices": entry}.items():
            data[name] = value
    wanted = data.pop("catalogue", [""])[-1]
    item = next((item for item in items if str(item.pk) == wanted), None)
    if item is not None:
        _insert(item, data, entry=entry if entry in Entry.values else Entry.NET)
        typed.has_new_rows = True
    if {"add_line", "add_section"} & set(data):
        _add_row(data)
    return typed


def tick_mentions(
    data: QueryDict, *, offered: Sequence[Mention], customers: Collection[Customer]
) -> None:
    """Tick the mentions of the case the first time it arises; taken off, they stay off."""
    chosen = next((c for c in customers if str(c.pk) == data.get("customer")), None)
    rows = {name: str(data[name]) for name in data if name.startswith(PREFIX) and data[name]}
    wanted = default_mentions(
        offered,
        chosen.kind if chosen else data.get("client-kind", ""),
        natures=_said(rows, "nature"),
        vats=_said(rows, "vat"),
    )
    seen = data.get("mentions_seen", "").split()
    new = [str(each.pk) for each in wanted if str(each.pk) not in seen]
    if new:
        data.setlist("mentions", [*data.getlist("mentions"), *new])
        data["mentions_seen"] = " ".join([*seen, *new])


def _said(rows: Mapping[str, str], column: str) -> set[str]:
    return {said for name, said in rows.items() if name.endswith(f"-{column}")}


def _insert(item: CatalogueItem, data: QueryDict, *, entry: str) -> None:
    rank = blank_row(data)
    for name, value in row_of(item, entry=entry).items():
        data[f"{PREFIX}-{rank}-{name}"] = value


def _add_row(data: QueryDict) -> None:
    count = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    rank = int(count) if count.isdecimal() else 0
    data[f"{PREFIX}-TOTAL_FORMS"] = str(rank + 1)
    if "add_section" in data:
        data[f"{PREFIX}-{rank}-kind"] = SECTION
