"""One's own path, as an entrepreneur sees it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cae.core import clock
from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs import actions, permissions, queries
from entrepreneurs.forms import IbanForm
from entrepreneurs.identifiers import bank_of, masked
from entrepreneurs.views.people import tone_of
from entrepreneurs.views.shown import path_steps


@require_safe
@requires(Right.SEE_OWN)
def own_path(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    person = permissions.fetch_own_person(request.membership)
    return render(
        request,
        "entrepreneurs/own_path.html",
        {
            "person": person,
            "tone": tone_of(person),
            "path": path_steps(person, on=today),
            "deadline": queries.next_deadline(person, on=today),
            "contracts": list(person.contracts.order_by("-starts_on")),
            "contract": queries.contract_on(person, today),
            "activities": (activities := queries.shared_activities(person, on=today)),
            "has_building": any(shared.activity.is_building for shared in activities),
            "iban": masked(person.iban),
            "bank": bank_of(person.iban),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Right.SEE_OWN)
@recently_authenticated
def own_iban(request: PlaceRequest, slug: str) -> HttpResponse:
    person = permissions.fetch_own_person(request.membership)
    back = reverse("entrepreneurs:path", args=[request.cooperative.slug])
    form = IbanForm(
        request.POST or None, initial={"holder": person.iban_holder or person.full_name}
    )

    def change() -> str:
        actions.change_iban(person, **form.cleaned_data, on=clock.today(), by=request.membership)
        toast(request, "IBAN enregistré.")
        return back

    return form_page(
        request,
        form,
        change,
        template="entrepreneurs/iban.html",
        title="Mon IBAN",
        verb="Enregistrer l’IBAN",
        back=back,
        crumbs=[("Mon parcours", back), ("Mon IBAN", "")],
        current=masked(person.iban),
    )
