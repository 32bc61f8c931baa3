"""What marks a path: a contract and its end, a step, an exit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import chips, form_page
from cae.core.periods import french_date
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs import actions, permissions, queries
from entrepreneurs.enums import ContractEnd, ContractKind
from entrepreneurs.forms import ContractForm, EndContractForm, ExitForm, StepForm
from entrepreneurs.models import ContractType, Entrepreneur


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def new_contract(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = _managed(request, pk)
    earlier = queries.terms_of(person)
    types = {ContractKind(t.kind): t for t in ContractType.objects.all()}
    wanted = request.GET.get("contrat", "")
    kind = ContractKind(wanted) if wanted in ContractKind.values else _likely(person)
    form = ContractForm(
        request.POST or None,
        kind=kind,
        proposed=types.get(kind),
        earlier=earlier,
        on=clock.today(),
    )

    def add() -> str:
        contract = actions.add_contract(
            person, **form.terms, on=clock.today(), by=request.membership
        )
        toast(request, f"{contract} enregistré à partir du {french_date(contract.starts_on)}.")
        return _record(request, person)

    choices: dict[str, tuple[str, int | None]] = {k.value: (k.label, None) for k in ContractKind}
    shown = chips(request, "contrat", choices)
    for chip in shown:
        chip["active"] = chip["label"] == kind.label
    return _page(
        request,
        form,
        add,
        person,
        template="entrepreneurs/contract.html",
        title="Nouveau contrat",
        verb=f"Enregistrer le {kind.label}",
        chips=shown,
        kind=kind,
        label=types[kind].label if kind in types else kind.label,
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def end_contract(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    contract = permissions.fetch_contract(request.membership, pk)
    form = EndContractForm(request.POST or None, initial={"ends_on": clock.today()})

    def end() -> str:
        actions.end_contract(
            contract,
            ends_on=form.cleaned_data["ends_on"],
            reason=ContractEnd(form.cleaned_data["reason"]),
            by=request.membership,
        )
        toast(request, f"{contract} terminé.")
        return _record(request, contract.entrepreneur)

    return _page(
        request,
        form,
        end,
        contract.entrepreneur,
        title=f"Terminer le {contract}",
        verb="Terminer le contrat",
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def new_step(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = _managed(request, pk)
    form = StepForm(request.POST or None, initial={"day": clock.today()})

    def note() -> str:
        actions.record_step(person, **form.cleaned_data, on=clock.today(), by=request.membership)
        toast(request, "Étape notée.")
        return _record(request, person)

    return _page(request, form, note, person, title="Noter une étape", verb="Noter l’étape")


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def leave(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    person = _managed(request, pk)
    form = ExitForm(request.POST or None, initial={"day": clock.today()})

    def record_exit() -> str:
        actions.record_exit(person, **form.cleaned_data, on=clock.today(), by=request.membership)
        toast(request, f"Sortie de {person.full_name} enregistrée.")
        return _record(request, person)

    return _page(
        request,
        form,
        record_exit,
        person,
        template="entrepreneurs/leave.html",
        title="Enregistrer une sortie",
        verb="Enregistrer la sortie",
    )


def _managed(request: PlaceRequest, pk: int) -> Entrepreneur:
    return permissions.fetch_person(request.membership, pk, may=permissions.may_manage_person)


def _likely(person: Entrepreneur) -> ContractKind:
    """Return the kind of contract the path leads to next."""
    return ContractKind.CAPE if person.situation == "candidate" else ContractKind.CESA


def _record(request: PlaceRequest, person: Entrepreneur) -> str:
    return reverse("entrepreneurs:person", args=[request.cooperative.slug, person.pk])


def _page(
    request: PlaceRequest,
    form,
    act: Callable[[], str],
    person: Entrepreneur,
    *,
    title: str,
    template: str = "form.html",
    **context: Any,
) -> HttpResponse:
    people = reverse("entrepreneurs:people", args=[request.cooperative.slug])
    back = _record(request, person)
    return form_page(
        request,
        form,
        act,
        template=template,
        title=title,
        intro=person.full_name,
        person=person,
        back=back,
        crumbs=[("Entrepreneurs", people), (person.full_name, back), (title, "")],
        **context,
    )
