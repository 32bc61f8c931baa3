"""« Carnet de commandes » : what is accepted and still to bill."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cae.core import clock
from cae.core.charts import BarChart, Group, Series, Tone
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from entrepreneurs.queries import activity_names
from invoicing import permissions
from invoicing.queries import order_book as book_of
from invoicing.queries.order_book import orders_listed
from invoicing.rules.order_book import (
    Age,
    by_age,
    by_customer,
    grouped,
    total_left,
)
from invoicing.views.exporting import export_menu
from invoicing.views.frame import ROWS, place

#: Beyond, a card of customers is a list.
MOST_GROUPS = 8
#: Under the bars; the table beside them says each in full.
_SHORT_AGES = ("< 30 j", "30-90 j", "90-180 j", "> 180 j")


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def order_book(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    today = clock.today()
    orders = book_of(ids, on=today)
    names = activity_names(order.activity_id for order in orders)
    text, age = request.GET.get("q", "").strip(), request.GET.get("age", "")
    if age not in set(Age):
        age = ""
    shown = orders_listed(orders, request.GET)
    ages = by_age(orders)
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "invoicing/order_book.html",
        {
            "page": page,
            "rows": [(order, names.get(order.activity_id, "")) for order in page],
            "is_empty": not orders,
            "left": total_left(orders),
            "count": len(orders),
            "oldest": min((order.accepted_on for order in orders), default=None),
            "shown_left": total_left(shown),
            "chart": BarChart(
                title="Reste à facturer par ancienneté",
                series=(Series("Reste à facturer HT", Tone.NET),),
                groups=[
                    Group(short, (each.left,), each.name)
                    for short, each in zip(_SHORT_AGES, ages, strict=True)
                ],
            ),
            "customers": by_customer(orders)[:MOST_GROUPS],
            "activities": grouped(
                orders, lambda order: order.activity_id, lambda key: names.get(key, "")
            )[:MOST_GROUPS]
            if len(names) > 1
            else [],
            "chips": [
                {
                    "label": label,
                    "count": count,
                    "url": place(request, "order_book", age=key, q=text),
                    "active": key == age,
                }
                for key, label, count in [
                    ("", "Toutes", len(orders)),
                    *((a.value, a.label, g.count) for a, g in zip(Age, ages, strict=True)),
                ]
            ],
            "q": text,
            "age": age,
            "has_many": len(names) > 1,
            "export": export_menu(request, request.GET.dict(), "order-book"),
            "may_sell": has_right(request.membership, Right.SELL),
        },
    )
