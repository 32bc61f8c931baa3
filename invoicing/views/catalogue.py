"""The catalogue: what an activity sells often, and what the cooperative offers to all."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core.enums import Right
from cae.core.pages import chips, form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.labels import told
from entrepreneurs.models import Activity
from invoicing import permissions
from invoicing.actions import catalogue as actions
from invoicing.forms.catalogue import ItemForm
from invoicing.permissions import fetch_item, may_write_item
from invoicing.queries import offered_vat_rates
from invoicing.queries.catalogue import catalogue_of
from invoicing.views.frame import chosen_activity, done, page_of, place


@requires(Right.SELL, Right.SEE_SALES, Right.CONFIGURE)
@require_safe
def catalogue(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show what may fill a line."""
    text = request.GET.get("q", "").strip()
    archived = request.GET.get("etat") == "archive"
    ids = permissions.own_activity_ids(request.membership) or None
    page = page_of(request, catalogue_of(ids, text=text, archived=archived))
    return render(
        request,
        "invoicing/catalogue.html",
        {
            "page": page,
            "rows": [(item, may_write_item(request.membership, item)) for item in page],
            "q": text,
            "archived": archived,
            "chips": chips(
                request, "etat", {"": ("Proposés", None), "archive": ("Archivés", None)}
            ),
            "may_add": permissions.may_add_item(request.membership),
            "is_empty": not (page.paginator.count or text or archived),
        },
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def new_item(request: PlaceRequest, slug: str) -> HttpResponse:
    """Add an item: to one's activity, or to the cooperative's catalogue for staff."""
    if not permissions.may_add_item(request.membership):
        raise Http404
    activity, activities = _activity(request)
    form = ItemForm(request.POST or None, vats=list(offered_vat_rates()))

    def keep() -> str:
        item = actions.create_item(activity, details=form.details, by=request.membership)
        toast(request, f"«\u00a0{item.label}\u00a0» ajouté au catalogue.")
        return place(request, "catalogue")

    return form_page(
        request,
        form,
        keep,
        template="invoicing/catalogue_item.html",
        title="Nouvel article",
        verb="Ajouter",
        back=place(request, "catalogue"),
        activity=activity,
        activities=activities,
        crumbs=_crumbs(request, "Nouvel article"),
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def edit_item(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Correct an item; what was sold with it does not change."""
    item = fetch_item(request.membership, pk)
    form = ItemForm(request.POST or None, vats=list(offered_vat_rates()), item=item)

    def keep() -> str:
        actions.change_item(item, details=form.details, by=request.membership)
        toast(request, f"«\u00a0{item.label}\u00a0» enregistré.")
        return place(request, "catalogue")

    return form_page(
        request,
        form,
        keep,
        template="invoicing/catalogue_item.html",
        title=item.label,
        verb="Enregistrer",
        back=place(request, "catalogue"),
        item=item,
        activity=item.activity,
        trail=told(item, last=20),
        crumbs=_crumbs(request, item.label),
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_POST
def archive_item(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Stop offering an item."""
    item = fetch_item(request.membership, pk)
    return done(
        request,
        lambda: actions.archive_item(item, by=request.membership),
        said="Article archivé.",
        to=place(request, "catalogue"),
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_POST
def restore_item(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Offer an archived item again."""
    item = fetch_item(request.membership, pk)
    return done(
        request,
        lambda: actions.restore_item(item, by=request.membership),
        said="Article proposé à nouveau.",
        to=place(request, "catalogue"),
    )


def _activity(request: PlaceRequest) -> tuple[Activity | None, list[Activity]]:
    """Return whose catalogue a new item joins: nobody's for staff, who write for all."""
    if not has_right(request.membership, Right.SELL):
        return None, []
    return chosen_activity(request)


def _crumbs(request: PlaceRequest, here: str) -> list[tuple[str, str]]:
    return [
        ("Devis et factures", place(request, "sales")),
        ("Catalogue", place(request, "catalogue")),
        (here, ""),
    ]
