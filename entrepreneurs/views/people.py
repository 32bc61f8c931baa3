"""People: the list, a record, opening one, keeping it true."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounting.permissions import may_choose_accounts
from cae.core import clock
from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.pages import chips, form_page, page_of
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs import actions, permissions, queries
from entrepreneurs.enums import Situation
from entrepreneurs.forms import EditPersonForm, IbanForm, NewPersonForm
from entrepreneurs.identifiers import bank_of, masked
from entrepreneurs.labels import said
from entrepreneurs.models import Entrepreneur
from entrepreneurs.views.shown import path_steps

_TONES = {
    Situation.SUPPORTED: "info",
    Situation.EMPLOYEE: "ok",
    Situation.MEMBER: "ok",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A person in the list."""

    person: Entrepreneur
    tone: str
    deadline: queries.Deadline | None


def tone_of(person: Entrepreneur) -> str:
    return _TONES.get(Situation(person.situation), "")


@require_safe
@requires(Right.SEE_PEOPLE)
def people_list(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    search = request.GET.get("q", "")[:80]
    wanted = request.GET.get("situation", "")
    situation = Situation(wanted) if wanted in Situation.values else None
    page = page_of(request, queries.people(search=search, situation=situation))
    counts = queries.situation_counts()
    choices: dict[str, tuple[str, int | None]] = {"": ("Tous", sum(counts.values()))}
    choices |= {s.value: (s.label, count) for s, count in counts.items()}
    return render(
        request,
        "entrepreneurs/people.html",
        {
            "page": page,
            "rows": [
                Row(person, tone_of(person), queries.next_deadline(person, on=today))
                for person in page
            ],
            "chips": chips(request, "situation", choices),
            "q": search,
            "is_filtered": bool(search or situation),
            "may_manage": has_right(request.membership, Right.MANAGE_PEOPLE),
            "may_see_money": permissions.may_see_money(request.membership),
            "new_url": _url(request, "new_person"),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def new_person(request: PlaceRequest, slug: str) -> HttpResponse:
    form = NewPersonForm(request.POST or None)

    def register() -> str:
        try:
            person = actions.register_entrepreneur(
                **form.identity,
                nir=form.cleaned_data["nir"],
                adviser=form.cleaned_data["adviser"],
                knowingly=form.cleaned_data["knowingly"],
                by=request.membership,
            )
        except ActionRefused as refused:
            if refused.code == "duplicate_person":
                form.ask_to_confirm()
            raise
        toast(request, f"Fiche de {person.full_name} ouverte.")
        return _url(request, "person", person.pk)

    back = _url(request, "people")
    return form_page(
        request,
        form,
        register,
        title="Nouvelle personne",
        verb="Ouvrir la fiche",
        back=back,
        crumbs=[("Entrepreneurs", back), ("Nouvelle personne", "")],
    )


@require_safe
@requires(Right.SEE_PEOPLE)
def record(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    today = clock.today()
    person = permissions.fetch_person(request.membership, pk)
    may_see_all = permissions.may_see_identifiers(request.membership, person)
    activities = queries.shared_activities(person, on=today)
    return render(
        request,
        "entrepreneurs/person.html",
        {
            "person": person,
            "tone": tone_of(person),
            "crumbs": [("Entrepreneurs", _url(request, "people")), (person.full_name, "")],
            "nir": person.nir if may_see_all else masked(person.nir),
            "iban": masked(person.iban),
            "bank": bank_of(person.iban),
            "path": path_steps(person, on=today),
            "deadline": queries.next_deadline(person, on=today),
            "contracts": _contracts(person, on=today),
            "activities": activities,
            "place": person.membership,
            "invitation": _waiting(person),
            "trail": _trail(request, person),
            "may_manage": permissions.may_manage_person(request.membership, person),
            "may_set_contribution": has_right(request.membership, Right.CONFIGURE),
            "may_choose_accounts": may_choose_accounts(request.membership),
            "may_see_money": permissions.may_see_money(request.membership),
            "is_out": person.situation == Situation.LEFT,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def edit_person(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = permissions.fetch_person(request.membership, pk, may=permissions.may_manage_person)
    form = EditPersonForm(request.POST or None, person=person)

    def correct() -> str:
        actions.update_person(person, **form.identity, by=request.membership)
        if form.cleaned_data["nir"] != person.nir:
            actions.set_nir(person, form.cleaned_data["nir"], by=request.membership)
        if form.cleaned_data["adviser"] != person.adviser:
            actions.set_adviser(person, form.cleaned_data["adviser"], by=request.membership)
        if form.cleaned_data["withholding_rate"] != person.withholding_rate:
            actions.set_withholding_rate(
                person, form.cleaned_data["withholding_rate"], by=request.membership
            )
        toast(request, "Fiche enregistrée.")
        return _url(request, "person", person.pk)

    return form_page(
        request,
        form,
        correct,
        title="Corriger la fiche",
        intro=person.full_name,
        verb="Enregistrer",
        back=_url(request, "person", person.pk),
        crumbs=_crumbs(request, person, "Corriger la fiche"),
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
@recently_authenticated
def change_iban(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = permissions.fetch_person(request.membership, pk, may=permissions.may_change_iban)
    form = IbanForm(request.POST or None, initial={"holder": person.iban_holder})

    def change() -> str:
        actions.change_iban(person, **form.cleaned_data, on=clock.today(), by=request.membership)
        toast(request, "IBAN enregistré.")
        return _url(request, "person", person.pk)

    return form_page(
        request,
        form,
        change,
        template="entrepreneurs/iban.html",
        title="Changer l’IBAN",
        intro=person.full_name,
        verb="Enregistrer l’IBAN",
        back=_url(request, "person", person.pk),
        crumbs=_crumbs(request, person, "Changer l’IBAN"),
        current=masked(person.iban),
    )


def _url(request: PlaceRequest, name: str, *args: object) -> str:
    return reverse(f"entrepreneurs:{name}", args=[request.cooperative.slug, *args])


def _crumbs(request: PlaceRequest, person: Entrepreneur, last: str) -> list[tuple[str, str]]:
    return [
        ("Entrepreneurs", _url(request, "people")),
        (person.full_name, _url(request, "person", person.pk)),
        (last, ""),
    ]


def _contracts(person: Entrepreneur, *, on) -> list[dict[str, object]]:
    return [
        {
            "contract": contract,
            "is_current": contract.starts_on <= on
            and (contract.ends_on is None or contract.ends_on >= on),
            "is_coming": contract.starts_on > on,
        }
        for contract in person.contracts.order_by("-starts_on")
    ]


def _waiting(person: Entrepreneur):
    invitation = person.invitation
    if invitation is None or invitation.accepted_at or invitation.withdrawn_at:
        return None
    return invitation


def _trail(request: PlaceRequest, person: Entrepreneur):
    if not permissions.may_see_trail(request.membership, person):
        return None
    events = queries.trail_of(person)
    names = queries.display_names(e.membership for e in events if e.membership)
    return said(events, names=names)
