"""Services à la personne: declared by the cooperative, done by its activities, told on invoices."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files

from django.db import transaction

from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.enums import CustomerKind, InvoiceKind, VatCategory
from invoicing.models import (
    ActivityService,
    Invoice,
    InvoiceLine,
    PersonalServiceDeclaration,
    PersonalServiceKind,
)
from invoicing.queries.personal_services import service_declaration, services_of
from invoicing.rules.personal_services import ServiceLimits, check_service
from invoicing.rules.totals import Vat
from invoicing.rules.vat import LEGAL_RATES

_KINDS = "personal_services_2017.json"


@transaction.atomic
def declare_services(
    *,
    number: str,
    declared_on: date,
    approval_number: str = "",
    approved_on: date | None = None,
    signed_by: str,
    signed_as: str,
    on: date,
    by: Membership,
) -> PersonalServiceDeclaration:
    """Write what the cooperative declared to the State; the kinds of the law come with the first.

    :raises ActionRefused: `bad_declaration`, `declared_later`, `approval_incomplete`,
        `signatory_missing`.
    """
    values = {
        "number": _number(number, by=by),
        "declared_on": declared_on,
        "approval_number": _number(approval_number, by=by) if approval_number.strip() else "",
        "approved_on": approved_on,
        "signed_by": " ".join(signed_by.split()),
        "signed_as": " ".join(signed_as.split()),
    }
    if max(declared_on, approved_on or declared_on) > on:
        raise ActionRefused(
            "Cette date n’est pas encore venue. Reprenez celle du récépissé.",
            code="declared_later",
        )
    if bool(values["approval_number"]) != bool(approved_on):
        raise ActionRefused(
            "Un agrément a un numéro et une date. Écrivez les deux, ou aucun.",
            code="approval_incomplete",
        )
    if not values["signed_by"] or not values["signed_as"]:
        raise ActionRefused(
            "Dites qui signe les attestations, et en quelle qualité\u00a0: c’est imprimé.",
            code="signatory_missing",
        )
    _seed_kinds()
    declaration = service_declaration() or PersonalServiceDeclaration()
    for name, value in values.items():
        setattr(declaration, name, value)
    declaration.save()
    Cooperative.objects.filter(pk=by.cooperative_id).update(personal_services=True)
    audit.record("services.declared", declaration, by=by, after={"number": declaration.number})
    return declaration


@transaction.atomic
def set_service_kind(
    kind: PersonalServiceKind,
    *,
    is_offered: bool,
    vat_rates: Collection[Decimal],
    yearly_cap: Decimal | None = None,
    longest_minutes: int | None = None,
    by: Membership,
) -> PersonalServiceKind:
    """Write whether the declaration covers a kind of service, and its limits.

    What is issued keeps what it said; certificates made from now on say the new cap.

    :raises ActionRefused: `no_rate`, `bad_cap`, `approval_missing`.
    """
    kind = PersonalServiceKind.objects.select_for_update().get(pk=kind.pk)
    if not vat_rates or not set(vat_rates) <= set(LEGAL_RATES):
        raise ActionRefused("Choisissez au moins un taux de TVA.", code="no_rate")
    if (yearly_cap is not None and yearly_cap <= 0) or longest_minutes == 0:
        raise ActionRefused(
            "Un plafond et une durée sont plus grands que zéro. Laissez vide s’il n’y en a pas.",
            code="bad_cap",
        )
    declaration = service_declaration()
    if is_offered and kind.needs_approval and not (declaration and declaration.approval_number):
        raise ActionRefused(
            f"«\u00a0{kind.label}\u00a0» demande un agrément (C. trav. L7232-1). Écrivez d’abord "
            "son numéro et sa date dans la déclaration.",
            code="approval_missing",
        )
    kind.is_offered = is_offered
    kind.vat_rates = sorted(vat_rates)
    kind.yearly_cap, kind.longest_minutes = yearly_cap, longest_minutes
    kind.save()
    audit.record(
        "services.kind_set", kind, by=by, after={"label": kind.label, "offered": is_offered}
    )
    return kind


@transaction.atomic
def set_activity_services(
    activity: Activity, kinds: Collection[PersonalServiceKind], *, by: Membership
) -> None:
    """Write which services an activity does.

    :raises ActionRefused: `not_covered`, the declaration of the cooperative leaves one out.
    """
    outside = next((kind for kind in kinds if not kind.is_offered), None)
    if outside is not None:
        raise ActionRefused(
            f"La déclaration de la coopérative ne couvre pas «\u00a0{outside.label}\u00a0». "
            "Ouvrez-le d’abord dans les réglages.",
            code="not_covered",
        )
    rows = ActivityService.objects.filter(activity=activity)
    before, wanted = set(rows.values_list("kind_id", flat=True)), {kind.pk for kind in kinds}
    rows.filter(kind__in=before - wanted).delete()
    ActivityService.objects.bulk_create(
        ActivityService(activity=activity, kind_id=pk) for pk in sorted(wanted - before)
    )
    audit.record(
        "activity.services_set",
        activity,
        by=by,
        after={"services": ", ".join(sorted(kind.label for kind in kinds))},
    )


def check_services(invoice: Invoice, lines: Sequence[InvoiceLine], *, on: date) -> None:
    """Refuse an invoice whose services could not be certified; a credit note gives back.

    :raises ActionRefused: `service_customer`, `service_address`, `services_undeclared`,
        `service_not_done`, those of `check_service`.

    Sources: C. trav. D7233-1 and D7233-4; CGI art. 199 sexdecies, persons alone.
    """
    told = [(rank, line) for rank, line in enumerate(lines, start=1) if line.service_id]
    if not told or invoice.kind == InvoiceKind.CREDIT_NOTE:
        return
    if invoice.customer_kind != CustomerKind.INDIVIDUAL:
        raise ActionRefused(
            f"{invoice.customer_name} n’est pas un particulier\u00a0: un service à la personne "
            "n’est attesté qu’à une personne. Retirez le service des lignes, ou changez de client.",
            code="service_customer",
        )
    if not invoice.customer_street:
        raise ActionRefused(
            f"Il manque la rue dans l’adresse de {invoice.customer_name}\u00a0: la facture d’un "
            "service à la personne la porte (C. trav. D7233-1). Complétez sa fiche.",
            code="service_address",
        )
    declaration = service_declaration()
    if declaration is None or declaration.declared_on > on:
        raise ActionRefused(
            "La coopérative n’a pas de déclaration de services à la personne à cette date. "
            "Demandez à l’équipe d’appui de l’écrire dans les réglages, ou retirez le service "
            "des lignes.",
            code="services_undeclared",
        )
    kinds = {kind.pk: kind for kind in services_of(invoice.activity_id)}
    for rank, line in told:
        kind = kinds.get(line.service_id or 0)
        if kind is None:
            raise ActionRefused(
                f"L’enseigne {invoice.activity.name} ne fait pas ce service à la personne "
                f"(ligne {rank}). Choisissez-en un autre, ou demandez à l’équipe d’appui de "
                "l’ajouter.",
                code="service_not_done",
            )
        check_service(
            line,
            ServiceLimits(
                label=kind.label,
                vat_rates=frozenset(kind.vat_rates),
                longest_minutes=kind.longest_minutes,
            ),
            vat=Vat(VatCategory(line.vat_category), line.vat_rate),
            rank=rank,
            on=on,
        )


def _number(typed: str, *, by: Membership) -> str:
    """Return `SAP` and the nine digits of the cooperative.

    :raises ActionRefused: `bad_declaration`.
    """
    number = "".join(typed.split()).upper()
    if number != f"SAP{by.cooperative.siren}":
        raise ActionRefused(
            f"Le numéro d’une déclaration ou d’un agrément est SAP suivi du SIREN\u00a0: "
            f"SAP{by.cooperative.siren}. Vérifiez-le sur le récépissé.",
            code="bad_declaration",
        )
    return number


def _seed_kinds() -> None:
    """Write the kinds the law knows, with its limits; what is there stays."""
    text = files("invoicing.scales").joinpath(_KINDS).read_text(encoding="utf-8")
    PersonalServiceKind.objects.bulk_create(
        (
            PersonalServiceKind(
                position=position,
                **{
                    **kind,
                    "vat_rates": [Decimal(rate) for rate in kind["vat_rates"]],
                    "yearly_cap": Decimal(kind["yearly_cap"]) if kind["yearly_cap"] else None,
                },
            )
            for position, kind in enumerate(json.loads(text)["kinds"], start=1)
        ),
        ignore_conflicts=True,
    )
