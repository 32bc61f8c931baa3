"""Activities: opening one for a person, sharing it, its ceiling and its reserve."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.replay import new_nonce
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs import actions, permissions, queries
from entrepreneurs.forms import (
    ActivityForm,
    CeilingForm,
    PartFormSet,
    PersonCeilingForm,
    ReserveForm,
    SharingForm,
    shares_of,
)
from entrepreneurs.models import Activity


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def new_activity(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = permissions.fetch_person(request.membership, pk, may=permissions.may_manage_person)
    form = ActivityForm(request.POST or None, initial={"opened_on": clock.today()})
    back = _person_url(request, person.pk)

    def open_it() -> str:
        given = dict(form.cleaned_data)
        activity = actions.open_activity(
            **{k: given[k] for k in ("name", "trade", "code")},
            shares={person: 1},
            on=given["opened_on"],
            by=request.membership,
        )
        toast(request, f"Enseigne «\u00a0{activity.name}\u00a0» ouverte, code {activity.code}.")
        return back

    return form_page(
        request,
        form,
        open_it,
        title="Ouvrir une enseigne",
        intro=person.full_name,
        verb="Ouvrir l’enseigne",
        back=back,
        crumbs=[
            ("Entrepreneurs", _people_url(request)),
            (person.full_name, back),
            ("Ouvrir une enseigne", ""),
        ],
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def sharing(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    activity = permissions.fetch_activity(request.membership, pk)
    today = clock.today()
    current = queries.shares_on(activity, on=today)
    initial = [{"person": person.pk, "share": share.normalize()} for person, share in current]
    form = SharingForm(request.POST or None, initial={"on": today})
    lines = PartFormSet(request.POST or None, initial=initial)
    if "add_line" in request.POST:
        return _one_more_line(request, activity)

    def share() -> str:
        actions.share_activity(
            activity, shares_of(lines), on=form.cleaned_data["on"], by=request.membership
        )
        toast(request, f"Clé de partage de «\u00a0{activity.name}\u00a0» enregistrée.")
        return _back(request, activity)

    return form_page(
        request,
        form,
        share,
        is_valid=lambda: form.is_valid() & lines.is_valid(),
        **_sharing_page(request, activity, lines),
    )


def _one_more_line(request: PlaceRequest, activity: Activity) -> HttpResponse:
    """Answer the form again with one more line: without script, that is how one is added."""
    data = request.POST.copy()
    prefix = PartFormSet.get_default_prefix()
    data[f"{prefix}-TOTAL_FORMS"] = str(int(data.get(f"{prefix}-TOTAL_FORMS") or 0) + 1)
    page = _sharing_page(request, activity, PartFormSet(data))
    return render(
        request,
        page.pop("template"),
        {"form": SharingForm(data), "nonce": new_nonce(), **page},
    )


def _sharing_page(request: PlaceRequest, activity: Activity, lines) -> dict:
    return {
        "template": "entrepreneurs/sharing.html",
        "title": "Clé de partage",
        "intro": activity.name,
        "verb": "Enregistrer la clé",
        "lines": lines,
        "back": _back(request, activity),
        "crumbs": [("Entrepreneurs", _people_url(request)), (activity.name, "")],
    }


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def ceiling(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    activity = permissions.fetch_activity(request.membership, pk)
    form = CeilingForm(request.POST or None, initial={"ceiling": activity.validation_ceiling})

    def set_it() -> str:
        actions.set_ceiling(activity, form.cleaned_data["ceiling"], by=request.membership)
        toast(request, "Plafond enregistré.")
        return _back(request, activity)

    return form_page(
        request,
        form,
        set_it,
        title="Plafond d’émission sans validation",
        intro=activity.name,
        verb="Enregistrer le plafond",
        back=_back(request, activity),
        crumbs=[("Entrepreneurs", _people_url(request)), (activity.name, "")],
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def person_ceiling(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """The ceiling of a person, before that of their activities."""
    person = permissions.fetch_person(request.membership, pk, may=permissions.may_manage_person)
    form = PersonCeilingForm(request.POST or None, initial={"ceiling": person.validation_ceiling})
    back = reverse("entrepreneurs:person", args=[request.cooperative.slug, person.pk])

    def set_it() -> str:
        actions.set_person_ceiling(person, form.cleaned_data["ceiling"], by=request.membership)
        toast(request, "Plafond enregistré.")
        return back

    return form_page(
        request,
        form,
        set_it,
        title="Plafond d’émission sans validation",
        intro=person.full_name,
        verb="Enregistrer le plafond",
        back=back,
        crumbs=[("Entrepreneurs", _people_url(request)), (person.full_name, back), ("Plafond", "")],
    )


@require_http_methods(["GET", "POST"])
@requires(Right.SEE_OWN)
def own_reserve(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = permissions.fetch_own_person(request.membership)
    activity = next(
        (a for a in queries.activities_of(person, on=clock.today()) if a.pk == pk), None
    )
    if activity is None:
        raise Http404
    back = reverse("entrepreneurs:path", args=[request.cooperative.slug])
    form = ReserveForm(request.POST or None, initial={"reserve": activity.reserve})

    def keep() -> str:
        actions.set_reserve(activity, form.cleaned_data["reserve"], by=request.membership)
        toast(request, "Réserve enregistrée.")
        return back

    return form_page(
        request,
        form,
        keep,
        title="Ma réserve",
        intro=activity.name,
        verb="Enregistrer la réserve",
        back=back,
        crumbs=[("Mon parcours", back), ("Ma réserve", "")],
    )


def _people_url(request: PlaceRequest) -> str:
    return reverse("entrepreneurs:people", args=[request.cooperative.slug])


def _person_url(request: PlaceRequest, pk: int) -> str:
    return reverse("entrepreneurs:person", args=[request.cooperative.slug, pk])


def _back(request: PlaceRequest, activity: Activity) -> str:
    """Return the record of the first person of an activity, where its forms are opened from."""
    pk = activity.members.order_by("valid_from", "id").values_list("entrepreneur_id", flat=True)
    return _person_url(request, pk[0])
