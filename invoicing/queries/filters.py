"""What a list is asked for in its address: read once, for the page, its totals and its export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, When
from django.db.models.expressions import CombinedExpression

from accounting.queries import fiscal_year
from cae.core.money import ZERO, parse_amount
from entrepreneurs.models import Activity, ActivityMember, Entrepreneur
from invoicing.enums import InvoiceKind
from invoicing.models import Invoice, InvoiceVat
from invoicing.queries.invoices import INVOICE_STATES, invoices_in_state
from invoicing.queries.sales import sales_of, searched
from invoicing.rules.vat import LEGAL_RATES

_SORTS = {
    "client": "customer_name",
    "date": "issued_on",
    "numero": "number",
    "ht": "net",
    "total": "gross",
}
_MONEY = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """A list of invoices: what is wrong in its address is left out of it."""

    state: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    customer: int | None = None
    activity: int | None = None
    vat: Decimal | None = None
    adviser: int | None = None
    branch: int | None = None
    year: int | None = None
    alone: bool = False
    sort: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> InvoiceFilter:
        """Read `etat`, `q`, `du`, `au`, `min`, `max`, `client`, `activite`, `tva`, `tri`,
        `accompagnement` (an adviser), `antenne` (a branch), `exercice` (a fiscal year) and
        `seule` (issued alone).

        Dates are ISO 8601; amounts, with VAT, are written the French way; a rate is a percentage.
        """
        state, sort = query.get("etat", ""), query.get("tri", "")
        rate = _amount(query.get("tva", ""), places=2)
        rate = None if rate is None else rate / 100
        return cls(
            state=state if state in INVOICE_STATES else "",
            text=query.get("q", "").replace("\0", "").strip()[:80],
            since=_day(query.get("du", "")),
            until=_day(query.get("au", "")),
            least=_amount(query.get("min", "")),
            most=_amount(query.get("max", "")),
            customer=_key(query.get("client", "")),
            activity=_key(query.get("activite", "")),
            vat=rate if rate in LEGAL_RATES else None,
            adviser=_key(query.get("accompagnement", "")),
            branch=_key(query.get("antenne", "")),
            year=_year(query.get("exercice", "")),
            alone=query.get("seule", "") == "1",
            sort=sort if sort.removeprefix("-") in _SORTS else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """What the address says, and nothing that is empty."""
        said = {
            "etat": self.state,
            "q": self.text,
            "du": self.since and self.since.isoformat(),
            "au": self.until and self.until.isoformat(),
            "min": None if self.least is None else _typed(self.least),
            "max": None if self.most is None else _typed(self.most),
            "client": self.customer and str(self.customer),
            "activite": self.activity and str(self.activity),
            "tva": None if self.vat is None else _typed(self.vat * 100),
            "accompagnement": self.adviser and str(self.adviser),
            "antenne": self.branch and str(self.branch),
            "exercice": self.year and str(self.year),
            "seule": "1" if self.alone else "",
            "tri": self.sort,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether it keeps fewer rows than all."""
        return bool(set(self.query) - {"tri"})

    def rows(self, activity_ids: tuple[int, ...] | None, *, on: date) -> QuerySet[Invoice]:
        """Return the invoices of these activities that it keeps, in its order."""
        if self.narrows:
            _plan_for_values()
        rows = searched(sales_of(Invoice, activity_ids), self.text, amount="gross")
        if self.state:
            rows = invoices_in_state(rows, self.state, on=on)
        bounds = {
            "issued_on__gte": self.since,
            "issued_on__lte": self.until,
            "gross__gte": self.least,
            "gross__lte": self.most,
            "customer_id": self.customer,
            "activity_id": self.activity,
        }
        rows = rows.filter(**{name: value for name, value in bounds.items() if value is not None})
        if self.year is not None:
            # The year that begins in it holds its last day, whatever its first month.
            rows = rows.filter(issued_on__range=fiscal_year(date(self.year, 12, 31)))
        if self.adviser is not None:
            rows = rows.filter(activity_id__in=_followed(self.adviser, on=on))
        if self.branch is not None:
            there = Activity.objects.filter(branch=self.branch).order_by()
            rows = rows.filter(activity_id__in=there.values("pk"))
        if self.alone:
            people = Entrepreneur.objects.exclude(membership=None)
            rows = rows.filter(
                issued_by=F("created_by"), issued_by__in=people.values("membership_id")
            )
        if self.vat is not None:
            taxed = InvoiceVat.objects.filter(rate=self.vat)
            rows = rows.filter(pk__in=taxed.values("invoice_id"))
        if self.sort:
            sign = "-" if self.sort.startswith("-") else ""
            rows = rows.order_by(f"{sign}{_SORTS[self.sort.removeprefix('-')]}", f"{sign}id")
        return rows


@dataclass(frozen=True, slots=True)
class Totals:
    """What a list adds up to in EUR, and how many rows it has.

    Credit notes are taken off, and so are the deposits that an invoice deducts: each was billed
    by an invoice of its own.
    """

    count: int
    net: Decimal
    vat: Decimal
    gross: Decimal


def totals_of_list(rows: QuerySet[Invoice]) -> Totals:
    """Add up and count a list, in one query."""

    def signed(amount: CombinedExpression) -> Sum:
        given_back = When(kind=InvoiceKind.CREDIT_NOTE, then=-amount)
        return Sum(Case(given_back, default=amount), output_field=_MONEY)

    net, gross = F("net") - F("prepaid_net"), F("gross") - F("prepaid")
    sums = rows.order_by().aggregate(
        count=Count("pk"),
        sum_net=signed(net),
        sum_vat=signed(gross - net),
        sum_gross=signed(gross),
    )
    return Totals(
        sums["count"],
        *(sums[f"sum_{name}"] or ZERO for name in ("net", "vat", "gross")),
    )


def _plan_for_values() -> None:
    """Have the queries of this transaction planned for what they look for.

    The plan of a prepared statement that is made once for all values cannot know that few
    invoices are open: it reads them all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _amount(text: str, *, places: int = 2) -> Decimal | None:
    try:
        return parse_amount(text, places=places) if text else None
    except ValueError:
        return None


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 18 else None


def _year(text: str) -> int | None:
    year = _key(text)
    return year if year and 1900 < year < 2200 else None


def _followed(adviser: int, *, on: date) -> QuerySet[ActivityMember, Any]:
    """Return the activities of the people that somebody of the staff follows on a day."""
    people = Entrepreneur.objects.filter(adviser=adviser)
    parts = ActivityMember.objects.filter(entrepreneur__in=people.values("pk"), valid_from__lte=on)
    return parts.filter(Q(valid_to=None) | Q(valid_to__gte=on)).values("activity_id")


def _typed(amount: Decimal) -> str:
    return f"{amount.normalize():f}".replace(".", ",")
