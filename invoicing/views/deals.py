"""Deals: those that run and those that are closed, one deal with its margin."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.charts import Segment, Tone
from cae.core.enums import Right
from cae.core.forms import Combobox
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from invoicing import permissions
from invoicing.actions import deals as acts
from invoicing.models import (
    Customer,
    DealItem,
    Invoice,
    Quote,
)
from invoicing.permissions import fetch_deal, fetch_invoice, fetch_quote
from invoicing.queries import customers_of, searched
from invoicing.queries.deals import DealShown, deals_of, deals_shown, linkables
from invoicing.queries.folders import filing_of
from invoicing.rules.deals import Margin
from invoicing.views.frame import chosen_activity, done, history, page_of, place


class DealForm(forms.Form):
    name = forms.CharField(
        label="Nom", max_length=160, help_text="Un chantier, une commande, un projet."
    )
    customer = forms.ChoiceField(label="Client", required=False, widget=Combobox)


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def deals(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    is_closed, text = request.GET.get("etat") == "closes", request.GET.get("q", "").strip()
    rows = deals_of(ids)
    counts = [rows.filter(closed_on__isnull=state).count() for state in (True, False)]
    page = page_of(request, searched(rows.filter(closed_on__isnull=not is_closed), text))
    return render(
        request,
        "invoicing/deals/list.html",
        {
            "page": page,
            "rows": deals_shown(list(page)),
            "q": text,
            "is_closed": is_closed,
            "is_empty": not any(counts),
            "chips": [
                {
                    "label": label,
                    "count": count,
                    "url": place(request, "deals", etat=key, q=text),
                    "active": bool(key) == is_closed,
                }
                for (key, label), count in zip(
                    (("", "En cours"), ("closes", "Closes")), counts, strict=True
                )
            ],
            "may_sell": has_right(request.membership, Right.SELL),
        },
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_deal(request: PlaceRequest, slug: str) -> HttpResponse:
    """Open a deal, alone or around a document, which gives it its name and customer.

    `?devis=` names a quote, `?facture=` an invoice that has none.
    """
    activity, _ = chosen_activity(request)
    document = _asked_document(request)
    if document is not None:
        activity = document.activity
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    customers: dict[str, Customer] = {str(c.pk): c for c in customers_of((activity.pk,))}
    initial = {"name": document.subject, "customer": str(document.customer_id)} if document else {}
    form = DealForm(request.POST or None, initial=initial)
    field = form.fields["customer"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", "Aucun"), *((pk, c.name) for pk, c in customers.items())]

    def open_it() -> str:
        deal = acts.open_deal(
            activity,
            name=form.cleaned_data["name"],
            customer=customers.get(form.cleaned_data["customer"]),
            by=request.membership,
        )
        if document is not None:
            acts.link_to_deal(deal, document, by=request.membership)
        return place(request, "deal", deal.pk)

    return form_page(
        request,
        form,
        open_it,
        title="Nouvelle affaire",
        intro=activity.name,
        verb="Ouvrir",
        back=place(request, "deals"),
        crumbs=[("Affaires", place(request, "deals")), ("Nouvelle affaire", "")],
    )


def _asked_document(request: PlaceRequest) -> Quote | Invoice | None:
    fetched: tuple[tuple[str, Callable[..., Quote | Invoice]], ...] = (
        ("devis", fetch_quote),
        ("facture", fetch_invoice),
    )
    for name, fetch in fetched:
        asked = request.GET.get(name, "")
        if asked.isascii() and asked.isdigit() and len(asked) <= 18:
            return fetch(request.membership, int(asked), may=permissions.may_write)
    return None


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def deal(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_deal(request.membership, pk)
    (shown,) = deals_shown([found])
    may_write = permissions.may_write(request.membership, found)
    return render(
        request,
        "invoicing/deals/deal.html",
        {
            "deal": found,
            "shown": shown,
            "margin": shown.margin,
            "segments": _segments(shown.margin),
            "customer": found.customer,
            "is_empty": _is_empty(shown),
            "may_write": may_write,
            "linkables": linkables(found) if may_write and found.closed_on is None else [],
            "filing": filing_of(found),
            "may_file": may_write,
            "trail": history(request, found),
            "crumbs": [("Affaires", place(request, "deals")), (found.name, "")],
        },
    )


def _is_empty(shown: DealShown) -> bool:
    return not (shown.quotes or shown.invoices or shown.costs)


def _segments(margin: Margin) -> list[Segment]:
    """Return where what was invoiced went, as the band draws it."""
    return [
        Segment("Marge", margin.margin, Tone.NET),
        Segment("Commandes internes", margin.orders, Tone.COOPERATIVE),
        Segment("Achats et frais", margin.purchases, Tone.EXPENSES),
    ]


@requires(Right.SELL)
@require_POST
def link(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Put the document that is posted, such as `quote-12`, in a deal."""
    found = fetch_deal(request.membership, pk, may=permissions.may_write)
    sort, _, key = request.POST.get("document", "").partition("-")
    if sort not in acts.LINKED or not key.isascii() or not key.isdigit() or len(key) > 18:
        raise Http404
    document = acts.LINKED[sort].objects.filter(pk=int(key)).first()
    if document is None:
        raise Http404
    return done(
        request,
        lambda: acts.link_to_deal(found, document, by=request.membership),
        said="Ajouté à l’affaire.",
        to=place(request, "deal", pk),
    )


@requires(Right.SELL)
@require_POST
def unlink(request: PlaceRequest, slug: str, pk: int, item_pk: int) -> HttpResponse:
    found = fetch_deal(request.membership, pk, may=permissions.may_write)
    item = DealItem.objects.filter(pk=item_pk, deal=found).first()
    if item is None:
        raise Http404
    return done(
        request,
        lambda: acts.unlink_from_deal(item, by=request.membership),
        said="Retiré de l’affaire.",
        to=place(request, "deal", pk),
    )


@requires(Right.SELL)
@require_POST
def close(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_deal(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: acts.close_deal(found, on=clock.today(), by=request.membership),
        said="Affaire close.",
        to=place(request, "deal", pk),
    )


@requires(Right.SELL)
@require_POST
def reopen(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_deal(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: acts.reopen_deal(found, by=request.membership),
        said="Affaire reprise.",
        to=place(request, "deal", pk),
    )
