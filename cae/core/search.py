"""What a person typed in a search, and the rows that hold it.

Under row-level security only leakproof comparisons use an index, and none of these is: a search
is a filter of the rows of one cooperative, fine to some hundred thousand of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Case, CharField, IntegerField, Model, Q, QuerySet, Transform, When
from django.db.models.functions import Lower

from cae.core.money import CENT, parse_amount
from cae.core.words import folded

Row = TypeVar("Row", bound=Model)

#: What is typed beyond says nothing more; each word costs a comparison by row.
LONGEST = 80
MOST_WORDS = 6
SHORTEST_WORD = 2

_BETWEEN_WORDS = re.compile(r"[\s'’«»\"(),;:!?]+")
_SPACES = re.compile(r"[ \u00a0\u202f]")


@dataclass(frozen=True, slots=True)
class Sought:
    """Words without accents nor case, all of them wanted; or amounts in EUR, both included."""

    text: str
    words: tuple[str, ...] = ()
    amounts: tuple[Decimal, Decimal] | None = None

    @property
    def is_too_short(self) -> bool:
        return not self.words and self.amounts is None

    def without(self, *nouns: str) -> Sought:
        """Return the same search, less these words."""
        return replace(self, words=tuple(word for word in self.words if word not in nouns))


def sought(typed: str) -> Sought:
    """Read what was typed: `1 250` is any amount from 1 250,00 to 1 250,99, `1250,5` is 1 250,50.

    An amount is also looked for as the digits of a number, `0042` only so.
    """
    text = "".join(c if c.isprintable() else " " for c in typed[:LONGEST]).strip()
    bare = text.rstrip("€").strip()
    amounts = _amounts(bare)
    if amounts is not None:
        return Sought(text, (_SPACES.sub("", bare),), amounts)
    words = [word for word in _BETWEEN_WORDS.split(folded(text)) if word]
    # A lone letter is what is left of « l’atelier »: it would be found everywhere.
    told = [word for word in words if len(word) >= SHORTEST_WORD]
    return Sought(text, tuple(dict.fromkeys(told))[:MOST_WORDS])


def _amounts(text: str) -> tuple[Decimal, Decimal] | None:
    if re.match(r"0\d", text):
        return None
    with suppress(ValueError):
        amount = abs(parse_amount(text))
        return amount, amount if re.search(r"[,.]", text) else amount + 1 - CENT
    return None


class Folded(Transform):
    """`name__folded`: the column as `folded` writes a text, for columns without such a copy."""

    lookup_name = "folded"
    output_field: CharField = CharField()
    _WITH = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
    _WITHOUT = "aaaaaaceeeeiiiinooooouuuuyy"
    # Upper case as well: what `lower` knows of É depends on how the database was made.
    template = (
        "lower(replace(replace(translate(%(expressions)s,"
        f" '{_WITH}{_WITH[:-1].upper()}', '{_WITHOUT}{_WITHOUT[:-1]}'), 'œ', 'oe'), 'Œ', 'oe'))"
    )


CharField.register_lookup(Folded)
CharField.register_lookup(Lower)  # for codes, which have no accents: ten times cheaper


def matching(
    rows: QuerySet[Row], wanted: Sought, *columns: str, amounts: tuple[str, ...] = ()
) -> QuerySet[Row]:
    """Keep the rows with every word in one of the columns, or one of the amounts in EUR.

    Those with the amount come first, then as `rows` are ordered.
    """
    text = Q()
    for word in wanted.words:
        text &= reduce(or_, (Q(**{f"{column}__contains": word}) for column in columns))
    if wanted.amounts is None or not amounts:
        return rows.filter(text)
    money = reduce(or_, (Q(**{f"{column}__range": wanted.amounts}) for column in amounts))
    order: Sequence[Any] = rows.query.order_by or rows.model._meta.ordering or []
    rank = Case(When(money, then=0), default=1, output_field=IntegerField())
    return rows.filter(text | money).order_by(rank, *order)
