"""The card of an activity: what its customers read on its quotes and its invoices."""

from __future__ import annotations

from base64 import b64encode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounting.permissions import may_choose_accounts
from cae.core import documents
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs import actions, permissions
from entrepreneurs.forms import CardForm
from entrepreneurs.models import Activity
from entrepreneurs.queries import own_ids


@require_http_methods(["GET", "POST"])
@requires(Right.SELL, Right.MANAGE_PEOPLE)
def activity_card(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Write the card, change its logo and, for the staff, choose its account and branch."""
    activity = permissions.fetch_activity(request.membership, pk, may=permissions.may_write_card)
    form = CardForm(
        request.POST or None,
        request.FILES or None,
        activity=activity,
        may_choose_account=permissions.may_choose_account(request.membership, activity),
        may_choose_branch=permissions.may_choose_branch(request.membership, activity),
    )
    back, crumbs = _way(request, activity)

    def write() -> str:
        _write(activity, form, request)
        toast(request, "Carte enregistrée.")
        return back

    return form_page(
        request,
        form,
        write,
        template="entrepreneurs/card.html",
        title="Carte de l’enseigne",
        intro=activity.name,
        verb="Enregistrer la carte",
        back=back,
        crumbs=[*crumbs, ("Carte", "")],
        activity=activity,
        may_choose_accounts=may_choose_accounts(request.membership),
        account=activity.bank_account or request.cooperative,
        logo=b64encode(documents.content_of(activity.logo)).decode() if activity.logo else "",
    )


def _write(activity: Activity, form: CardForm, request: PlaceRequest) -> None:
    by, given = request.membership, form.cleaned_data
    actions.write_card(activity, form.card, by=by)
    if given["logo"]:
        content = documents.received(given["logo"])
        actions.set_logo(activity, content, name=given["logo"].name, by=by)
    elif given.get("without_logo"):
        actions.remove_logo(activity, by=by)
    if "account" in form.fields:
        actions.choose_account(activity, given["account"], by=by)
    if "branch" in form.fields:
        actions.choose_branch(activity, given["branch"], by=by)


def _way(request: PlaceRequest, activity: Activity) -> tuple[str, list[tuple[str, str]]]:
    """Return where the card was opened from: one's own path, or the record of its person."""
    slug = request.cooperative.slug
    own = own_ids(request.membership)
    if own is not None and activity.pk in own.activity_ids:
        back = reverse("entrepreneurs:path", args=[slug])
        return back, [("Mon parcours", back)]
    people = reverse("entrepreneurs:people", args=[slug])
    part = activity.members.order_by("valid_from", "id").select_related("entrepreneur").first()
    if part is None or not has_right(request.membership, Right.SEE_PEOPLE):
        return people, [("Entrepreneurs", people)]
    back = reverse("entrepreneurs:person", args=[slug, part.entrepreneur_id])
    return back, [("Entrepreneurs", people), (part.entrepreneur.full_name, back)]
