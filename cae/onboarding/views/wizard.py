"""Open a cooperative in the browser, step by step; what was typed waits in the session."""

from __future__ import annotations

from typing import Any, cast

from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from cae.core import clock
from cae.core.enums import LegalForm, VatBasis
from cae.core.models import User
from cae.core.pages import say
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from cae.onboarding.forms import (
    AdministratorForm,
    BooksForm,
    BracketFormSet,
    ContactForm,
    ContributionForm,
    OpeningNameForm,
    SettingsForm,
    contribution_of,
    initial_brackets,
)
from cae.onboarding.opening import Administrator, Identity, open_cooperative
from cae.onboarding.views.settings import again, asks_again, taken_of
from cae.platform.doors import platform_only

_KEPT = "opening"
_REVIEW = "verifier"

STEPS: dict[str, tuple[str, type[SettingsForm] | type[ContributionForm] | None]] = {
    "identite": ("Identité", OpeningNameForm),
    "coordonnees": ("Coordonnées", ContactForm),
    "comptes": ("Exercice et TVA", BooksForm),
    "contribution": ("Contribution", ContributionForm),
    "administration": ("Administration", AdministratorForm),
    _REVIEW: ("Vérifier", None),
}

_NOTES = {
    "identite": "Recopiez l’extrait Kbis\u00a0: ces mentions figurent sur chaque facture.",
    "coordonnees": "Ce que vos clients liront sur les devis et les factures.",
    "comptes": "Ces deux choix ne changent plus après la première écriture.",
    "contribution": "La règle votée par vos associés. D’autres versions datées suivront.",
    "administration": "La personne qui réglera la coopérative et invitera les autres.",
}


def is_resumable(request: HttpRequest) -> bool:
    """Tell whether an opening waits in this session."""
    return bool(request.session.get(_KEPT))


@platform_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Go to the first step that is not filled yet: an interrupted opening goes on."""
    kept = request.session.get(_KEPT, {})
    first = next((name for name in STEPS if name not in kept), _REVIEW)
    return redirect("platform:step", step=first)


@platform_only
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    kept: dict[str, dict[str, str]] = request.session.get(_KEPT, {})
    missing = next((name for name in STEPS if name != _REVIEW and name not in kept), None)
    names = list(STEPS)
    if missing is not None and names.index(missing) < names.index(step):
        return redirect("platform:step", step=missing)
    if step == _REVIEW:
        return _review(request, kept)
    return _fill(request, step, kept)


def _fill(request: HttpRequest, name: str, kept: dict[str, dict[str, str]]) -> HttpResponse:
    data = request.POST if request.method == "POST" else kept.get(name)
    form, brackets = _forms(name, data, kept)
    if name == "contribution" and asks_again(request):
        page = {"template": "onboarding/wizard.html", **_frame(name, kept)}
        return again(request, ContributionForm, page)
    status = 200
    if request.method == "POST":
        if form.is_valid() & (brackets is None or brackets.is_valid()):
            typed = {k: v for k, v in request.POST.items() if k != "csrfmiddlewaretoken"}
            request.session[_KEPT] = {**kept, name: typed}
            names = list(STEPS)
            return redirect("platform:step", step=names[names.index(name) + 1])
        status = 422
    taken = taken_of(form, brackets, None) if brackets is not None else []
    return render(
        request,
        "onboarding/wizard.html",
        {"form": form, "brackets": brackets, "taken": taken, **_frame(name, kept)},
        status=status,
    )


def _forms(name: str, data: Any, kept: dict[str, dict[str, str]]) -> tuple[Any, BaseFormSet | None]:
    form_class = STEPS[name][1]
    assert form_class is not None, "the last step has no form"
    form = form_class(data, initial=_proposed(name, kept))
    if name != "contribution":
        return form, None
    return form, BracketFormSet(data, initial=initial_brackets(None))


def _proposed(name: str, kept: dict[str, dict[str, str]]) -> dict[str, Any]:
    if name == "comptes":
        return {
            "fiscal_year_start": 1,
            "vat_basis": VatBasis.CASH,
            "payment_days": 30,
            "penalty_rate": Identity.__dataclass_fields__["penalty_rate"].default,
        }
    if name == "identite":
        return {"legal_form": LegalForm.SCOP_SARL, "capital": 30}
    return {}


def _frame(name: str, kept: dict[str, dict[str, str]]) -> dict[str, Any]:
    names = list(STEPS)
    position = names.index(name)
    return {
        "title": STEPS[name][0],
        "note": _NOTES.get(name, ""),
        "next": "Continuer",
        "steps": [
            {
                "label": label,
                "state": "current" if other == name else "done" if other in kept else "",
                "url": reverse("platform:step", args=[other])
                if other in kept and other != name
                else "",
            }
            for other, (label, _) in STEPS.items()
        ],
        "back": reverse("platform:step", args=[names[position - 1]])
        if position
        else reverse("platform:cooperatives"),
    }


def _review(request: HttpRequest, kept: dict[str, dict[str, str]]) -> HttpResponse:
    """Show all that was typed; open the cooperative when it is confirmed."""
    filled = {}
    brackets: BaseFormSet | None = None
    for name in STEPS:
        if name == _REVIEW:
            continue
        form, formset = _forms(name, kept[name], kept)
        if not form.is_valid() or (formset is not None and not formset.is_valid()):
            return redirect("platform:step", step=name)
        filled[name], brackets = form, formset or brackets
    assert brackets is not None
    rule = contribution_of(filled["contribution"], brackets)
    status = 200
    if request.method == "POST":
        try:
            return _opened(request, filled, rule)
        except ActionRefused as refused:
            say(filled["identite"], refused)
            status = 422
    return render(
        request,
        "onboarding/review.html",
        {
            "form": filled["identite"],
            "sections": [
                (
                    STEPS[name][0],
                    reverse("platform:step", args=[name]),
                    [(field.label, _shown(form, field.name)) for field in form],
                )
                for name, form in filled.items()
            ],
            "taken": taken_of(filled["contribution"], brackets, None),
            **_frame(_REVIEW, kept),
            "next": "Ouvrir la coopérative",
        },
        status=status,
    )


def _shown(form: Any, name: str) -> str:
    """Return a typed value as a person reads it."""
    value = form[name].value()
    choices = dict(getattr(form.fields[name], "choices", ()))
    for choice, label in choices.items():
        if str(choice) == str(value):
            return str(label)
    return str(value or "–")


def _opened(request: HttpRequest, filled: dict[str, Any], rule: Any) -> HttpResponse:
    values = {
        **filled["identite"].cleaned_data,
        **filled["coordonnees"].cleaned_data,
        **filled["comptes"].cleaned_data,
    }
    person = filled["administration"].cleaned_data
    user = cast(User, request.user)
    cooperative = open_cooperative(
        Identity(**{**values, "slug": values["slug"] or slugify(values["name"])}),
        contribution=rule,
        administrator=Administrator(**person),
        on=clock.today(),
        by=user,
    )
    request.session.pop(_KEPT, None)
    if person["email"].lower() == user.email.lower():
        toast(request, f"{cooperative.name} est ouverte. Elle est prête à travailler.")
        return redirect("home", slug=cooperative.slug)
    toast(request, f"{cooperative.name} est ouverte. L’invitation part à {person['email']}.")
    return redirect("platform:cooperatives")
