"""Settings of the cooperative: identity, books, contribution, payroll, security."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounting.actions import set_contribution_rule
from accounting.models import AnalyticAccount, ContributionRule
from accounting.queries import contribution_rule, contribution_rules, cooperative_analytic
from accounting.rules import Contribution, contribution
from cae.core import clock
from cae.core.charts import Segment, Tone
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.replay import new_nonce
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.onboarding.forms import (
    MONTHS,
    BooksForm,
    BracketFormSet,
    ContactForm,
    ContributionForm,
    DatedContributionForm,
    ExchangesForm,
    MentionsForm,
    NameForm,
    PayrollForm,
    PrivacyForm,
    ReceiptsForm,
    SalesForm,
    SecurityForm,
    SettingsForm,
    contribution_of,
    first_of_next_month,
    initial_brackets,
    initial_contribution,
)
from cae.onboarding.settings import label_of, locked_fields, update_settings

#: Turnover without VAT, in EUR a year, that a preview is worked on.
_EXAMPLES = (Decimal(1000), Decimal(10000), Decimal(40000), Decimal(90000))


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    form: type[SettingsForm]


SECTIONS = {
    "identite": Section("Identité", NameForm),
    "coordonnees": Section("Coordonnées", ContactForm),
    "comptes": Section("Exercice et TVA", BooksForm),
    "mentions": Section("Mentions imprimées", MentionsForm),
    "donnees": Section("Données personnelles", PrivacyForm),
    "ventes": Section("Ventes", SalesForm),
    "encaissements": Section("Encaissements", ReceiptsForm),
    "echanges": Section("Entre les enseignes", ExchangesForm),
    "paie": Section("Paie", PayrollForm),
    "securite": Section("Sécurité", SecurityForm),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a rule takes on a turnover of the year."""

    turnover: Decimal
    amount: Decimal

    @property
    def rate(self) -> Decimal:
        return self.amount / self.turnover

    @property
    def segments(self) -> list[Segment]:
        return [
            Segment("Sur l’activité", self.turnover - self.amount, Tone.NET),
            Segment("Contribution coopérative", self.amount, Tone.COOPERATIVE),
        ]


def preview(rule: Contribution) -> list[Taken]:
    """Return what a rule takes on a year's turnover, from the first euro; 1 000 EUR first."""
    nothing = Decimal(0)
    return [
        Taken(turnover, contribution(rule, before=nothing, amount=turnover))
        for turnover in _EXAMPLES
    ]


@requires(Right.CONFIGURE)
@require_safe
def settings(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    rule = contribution_rule(cooperative_analytic(), on=today)
    return render(
        request,
        "onboarding/settings.html",
        {
            "cooperative": request.cooperative,
            "first_month": dict(MONTHS)[request.cooperative.fiscal_year_start],
            "rule": rule,
            "taken": preview(rule.terms)[0] if rule else None,
            "versions": list(ContributionRule.objects.filter(analytic=None)),
            "own_rules": [each for each in contribution_rules(on=today) if each.analytic],
            "may_invite": has_right(request.membership, Right.INVITE),
        },
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def edit_settings(request: PlaceRequest, slug: str, section: str) -> HttpResponse:
    part = SECTIONS.get(section)
    if part is None:
        raise Http404
    form = part.form(request.POST or None, initial=part.form.of(request.cooperative))
    locked = {name: why for name, why in locked_fields().items() if name in form.fields}
    for name, why in locked.items():
        form.fields[name].disabled = True
        form.fields[name].help_text = f"Ne change plus\u00a0: {why}."

    def keep() -> str:
        changes = {k: v for k, v in form.cleaned_data.items() if k not in locked}
        update_settings(request.cooperative, by=request.membership, **changes)
        toast(request, "Réglages enregistrés.")
        return _url(request, "settings")

    return form_page(
        request,
        form,
        keep,
        title=part.title,
        intro=request.cooperative.name,
        verb="Enregistrer",
        back=_url(request, "settings"),
        crumbs=[("Réglages", _url(request, "settings")), (part.title, "")],
        locked=[label_of(name) for name in locked],
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def new_contribution(request: PlaceRequest, slug: str) -> HttpResponse:
    return new_rule_page(
        request,
        contribution_rule(cooperative_analytic(), on=clock.today()),
        analytic=None,
        title="Nouvelle règle de contribution",
        back=_url(request, "settings"),
        crumbs=[("Réglages", _url(request, "settings")), ("Contribution", "")],
    )


def new_rule_page(
    request: PlaceRequest,
    rule: ContributionRule | None,
    *,
    analytic: AnalyticAccount | None,
    back: str,
    **said: Any,
) -> HttpResponse:
    """Answer the form of a new rule, of all or of one activity; it starts from the one in force."""
    start = {"valid_from": first_of_next_month(clock.today()), **initial_contribution(rule)}
    form = DatedContributionForm(request.POST or None, initial=start)
    brackets = BracketFormSet(request.POST or None, initial=initial_brackets(rule))
    page: dict[str, Any] = {
        "template": "onboarding/contribution.html",
        "verb": "Mettre en vigueur",
        "back": back,
        **said,
    }
    if asks_again(request):
        return again(request, DatedContributionForm, page)

    def put_in_force() -> str:
        typed = form.cleaned_data
        set_contribution_rule(
            contribution_of(form, brackets),
            label=typed["label"],
            valid_from=typed["valid_from"],
            analytic=analytic,
            by=request.membership,
        )
        toast(request, f"Règle «\u00a0{typed['label']}\u00a0» mise en vigueur.")
        return back

    return form_page(
        request,
        form,
        put_in_force,
        is_valid=lambda: form.is_valid() & brackets.is_valid(),
        brackets=brackets,
        taken=taken_of(form, brackets, rule),
        **page,
    )


def asks_again(request: HttpRequest) -> bool:
    """Tell whether the form only wants one more line, or to see what it takes."""
    return "add_line" in request.POST or "preview" in request.POST


def again(
    request: HttpRequest, form_class: type[ContributionForm], page: dict[str, Any]
) -> HttpResponse:
    """Answer the typed form again, with one more line or its preview: no script is needed."""
    data = with_one_more_line(request.POST) if "add_line" in request.POST else request.POST
    form, brackets = form_class(data), BracketFormSet(data)
    shown = {k: v for k, v in page.items() if k != "template"}
    return render(
        request,
        page["template"],
        {
            "form": form,
            "brackets": brackets,
            "nonce": new_nonce(),
            "taken": taken_of(form, brackets, None),
            **shown,
        },
    )


def with_one_more_line(posted: QueryDict) -> QueryDict:
    data = posted.copy()
    name = f"{BracketFormSet.get_default_prefix()}-TOTAL_FORMS"
    count = data.get(name, "0")
    data[name] = str(int(count) + 1) if count.isdecimal() else "1"
    return data


def taken_of(
    form: ContributionForm, brackets: BaseFormSet, rule: ContributionRule | None
) -> list[Taken]:
    """Return the preview of what is typed where it makes sense, else of the rule in force."""
    if form.is_bound and form.is_valid() and brackets.is_valid():
        return preview(contribution_of(form, brackets))
    return preview(rule.terms) if rule and not form.is_bound else []


def _url(request: PlaceRequest, name: str) -> str:
    return reverse(f"onboarding:{name}", args=[request.cooperative.slug])
