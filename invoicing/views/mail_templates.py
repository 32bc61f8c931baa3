"""The words of mails to customers: the cooperative's, and those an activity prefers."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing import actions, queries
from invoicing.enums import MailKind
from invoicing.forms.sending import WordingForm
from invoicing.rules.letters import BLANKS, LINK, Wording, blanks_of, check_wording, filled
from invoicing.views.frame import chosen_activity, place

#: What a preview is filled with: nobody's quote.
_EXAMPLE = {
    "contact": "Marianne Lescop",
    "client": "Théâtre du Vieux-Port",
    "numero": "DE-2026-0064",
    "objet": "Programme de la saison",
    "montant": "4\u00a0560,00\u00a0€",
    "validite": "20 décembre 2026",
    "acompte": "1\u00a0368,00\u00a0€",
    "echeance": "23 décembre 2026",
    "facture": "FA-2026-0012",
    "signataire": "Marianne Lescop, Administratrice",
    "signe_le": "23 novembre 2026",
    "annee": "2025",
    "duree": "38\u00a0h\u00a030",
    "lien": "https://…/p/…/devis/",
}


@requires(Right.SELL, Right.CONFIGURE)
@require_safe
def mail_templates(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, activities = _whose(request)
    return render(
        request,
        "invoicing/sending/templates.html",
        {
            "activity": activity,
            "activities": activities,
            "rows": [
                {
                    "kind": kind,
                    "url": _url(request, kind, activity),
                    "wording": wording,
                    "origin": origin,
                    "is_own": _is_own(origin, activity),
                }
                for kind in MailKind
                for wording, origin in [
                    queries.wording_for(kind, activity_id=activity.pk if activity else None)
                ]
            ],
            "crumbs": [("Devis et factures", place(request, "sales")), ("Messages aux clients", "")]
            if activity
            else [("Messages aux clients", "")],
        },
    )


@requires(Right.SELL, Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def mail_template(request: PlaceRequest, slug: str, kind: str) -> HttpResponse:
    if kind not in MailKind.values:
        raise Http404
    about = MailKind(kind)
    activity, _ = _whose(request)
    wording, origin = queries.wording_for(about, activity_id=activity.pk if activity else None)
    form = WordingForm(
        request.POST if request.method == "POST" else None,
        initial={"subject": wording.subject, "body": wording.body},
    )
    status = 200
    if request.method == "POST" and not request.htmx:
        if request.POST.get("do") == "reset":
            with transaction.atomic():
                actions.reset_wording(kind=about, activity=activity, by=request.membership)
            toast(request, "Texte d’origine repris.")
            return redirect(_url(request, about, activity))
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    actions.change_wording(
                        form.wording, kind=about, activity=activity, by=request.membership
                    )
            except ActionRefused as refusal:
                form.add_error(None, refusal.message)
            else:
                toast(request, "Message enregistré.")
                return redirect(_list_url(request, activity))
    context = {
        "form": form,
        "mail": _preview(request, form, about, activity),
        "blanks": [(name, BLANKS[name]) for name in blanks_of(about)],
        "label": about.label,
        "origin": origin,
        "is_own": _is_own(origin, activity),
        "activity": activity,
        "back_url": _list_url(request, activity),
        "crumbs": [("Messages aux clients", _list_url(request, activity)), (about.label, "")],
    }
    if request.htmx:
        return render(request, "invoicing/sending/_preview.html", context)
    return render(request, "invoicing/sending/template.html", context, status=status)


def _whose(request: PlaceRequest) -> tuple[Activity | None, list[Activity]]:
    """Return the activity whose words are shown; None for those of the cooperative."""
    if not has_right(request.membership, Right.SELL):
        return None, []
    activity, activities = chosen_activity(request)
    if activity is None:
        if has_right(request.membership, Right.CONFIGURE):
            return None, []
        raise Http404
    return activity, activities


def _is_own(origin: str, activity: Activity | None) -> bool:
    return origin.startswith("enseigne" if activity else "coopérative")


def _url(request: PlaceRequest, kind: MailKind, activity: Activity | None) -> str:
    return place(request, "mail_template", kind, activite=activity.pk if activity else None)


def _list_url(request: PlaceRequest, activity: Activity | None) -> str:
    return place(request, "mail_templates", activite=activity.pk if activity else None)


def _preview(
    request: PlaceRequest, form: WordingForm, kind: MailKind, activity: Activity | None
) -> dict[str, Any]:
    typed = form.data if form.is_bound else form.initial
    wording = Wording(typed.get("subject", ""), typed.get("body", "").replace("\r\n", "\n"))
    cooperative = request.cooperative
    values = _EXAMPLE | {
        "personne": "Camille Fournier",
        "enseigne": activity.name if activity else "Studio Brume",
        "cooperative": cooperative.name,
        "adresse": f"{cooperative.street}, {cooperative.postcode} {cooperative.town}",
        "iban": cooperative.iban or "à nous demander",
    }
    problem = ""
    try:
        check_wording(wording, kind=kind)
    except ValueError as error:
        problem = str(error)
    said = filled(wording, values, keep="" if kind == MailKind.QUOTE else LINK)
    return {
        "from": cooperative.name,
        "to": "m.lescop@vieux-port.fr",
        "subject": said.subject,
        "body": said.body,
        "problem": problem,
        "kind": kind,
    }
