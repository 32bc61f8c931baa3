"""The mentions to print, and the terms of sale joined to quotes."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import documents
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.labels import told
from entrepreneurs.models import Activity
from invoicing import permissions
from invoicing.actions import wording as actions
from invoicing.forms.wording import MentionForm, TermsForm
from invoicing.models import BusinessType
from invoicing.permissions import fetch_business_type, fetch_mention, may_write_item
from invoicing.queries.folders import business_types
from invoicing.queries.wording import mentions_of, terms_of
from invoicing.views.frame import chosen_activity, done, place


@requires(Right.SELL, Right.SEE_SALES, Right.CONFIGURE)
@require_safe
def mentions(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show the library of mentions: the cooperative's, and one's own."""
    found = mentions_of(permissions.own_activity_ids(request.membership))
    return render(
        request,
        "invoicing/mentions.html",
        {
            "rows": [(each, may_write_item(request.membership, each)) for each in found],
            "may_add": permissions.may_add_item(request.membership),
            "crumbs": _crumbs(request, "Mentions"),
        },
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def new_mention(request: PlaceRequest, slug: str) -> HttpResponse:
    """Add a mention to one's activity, or to the cooperative's for staff."""
    activity = _activity(request)
    form = MentionForm(request.POST or None)

    def keep() -> str:
        actions.add_mention(activity, details=form.details, by=request.membership)
        toast(request, "Mention ajoutée.")
        return place(request, "mentions")

    return form_page(
        request,
        form,
        keep,
        template="invoicing/mention.html",
        title="Nouvelle mention",
        verb="Ajouter",
        back=place(request, "mentions"),
        activity=activity,
        crumbs=_crumbs(request, "Nouvelle", listed=True),
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def edit_mention(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Correct a mention, or confirm one that we wrote."""
    mention = fetch_mention(request.membership, pk)
    form = MentionForm(request.POST or None, mention=mention)

    def keep() -> str:
        actions.change_mention(mention, details=form.details, by=request.membership)
        toast(request, "Mention enregistrée.")
        return place(request, "mentions")

    return form_page(
        request,
        form,
        keep,
        template="invoicing/mention.html",
        title=mention.title,
        verb="Enregistrer",
        back=place(request, "mentions"),
        mention=mention,
        activity=mention.activity,
        trail=told(mention, last=20),
        crumbs=_crumbs(request, mention.title, listed=True),
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_POST
def archive_mention(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Stop proposing a mention."""
    mention = fetch_mention(request.membership, pk)
    return done(
        request,
        lambda: actions.archive_mention(mention, by=request.membership),
        said="Mention archivée.",
        to=place(request, "mentions"),
    )


@requires(Right.SELL, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def terms(request: PlaceRequest, slug: str) -> HttpResponse:
    """Write the terms of sale of one's activity, or of the cooperative for staff.

    `?type=` names a type of business of the cooperative.
    """
    activity = _activity(request)
    chosen = _asked_type(request) if activity is None else None
    latest = terms_of(
        activity.pk if activity else None, business_type_id=chosen.pk if chosen else None
    )
    form = TermsForm(request.POST or None, request.FILES or None, latest=latest)

    def keep() -> str:
        typed = form.cleaned_data
        upload = typed["pdf"]
        actions.write_terms(
            activity,
            text=typed["text"],
            business_type=chosen,
            pdf=documents.received(upload) if upload else None,
            pdf_name=upload.name if upload else "",
            keeps_pdf=not typed.get("drops_pdf"),
            by=request.membership,
        )
        toast(request, "Conditions de vente enregistrées.")
        return place(request, "terms", type=chosen.pk if chosen else None)

    return form_page(
        request,
        form,
        keep,
        template="invoicing/terms.html",
        title=f"Conditions de vente\u00a0: {chosen}" if chosen else "Conditions de vente",
        verb="Enregistrer",
        back=place(request, "mentions"),
        activity=activity,
        latest=latest,
        chosen=chosen,
        types=business_types(withdrawn=True) if activity is None else [],
        crumbs=_crumbs(request, "Conditions de vente", listed=True),
    )


@requires(Right.SELL, Right.SEE_SALES, Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_safe
def terms_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Hand over the PDF of one version of the terms of sale."""
    version = permissions.fetch_terms(request.membership, pk)
    if not version.file_sha256:
        raise Http404
    return documents.kept_pdf(version.file_sha256, name=version.file_name)


def _asked_type(request: PlaceRequest) -> BusinessType | None:
    asked = request.GET.get("type", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 18:
        raise Http404
    return fetch_business_type(request.membership, int(asked))


def _activity(request: PlaceRequest) -> Activity | None:
    """Return whose words these are: nobody's for staff, who write for all."""
    if not permissions.may_add_item(request.membership):
        raise Http404
    if has_right(request.membership, Right.SELL):
        return chosen_activity(request)[0]
    return None


def _crumbs(request: PlaceRequest, here: str, *, listed: bool = False) -> list[tuple[str, str]]:
    way = [("Devis et factures", place(request, "sales"))]
    if listed:
        way.append(("Mentions", place(request, "mentions")))
    return [*way, (here, "")]
