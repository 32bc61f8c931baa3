"""Open a cooperative, working from the first minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounting.actions import open_ledger, set_contribution_rule
from accounting.rules import Contribution
from cae.core import audit
from cae.core.enums import LegalForm
from cae.core.models import Cooperative, Membership, Role, User
from cae.core.periods import fiscal_year_of
from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from cae.onboarding.identity import Identity, columns
from entrepreneurs.actions import invite, register_staff
from entrepreneurs.seeds import seed_contract_types
from governance.seeds import seed_decision_rules
from invoicing.actions import seed_sales_settings

__all__ = ["Administrator", "Identity", "equip", "open_cooperative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """The first person who will set the cooperative right."""

    first_name: str
    last_name: str
    email: str


@transaction.atomic
def open_cooperative(
    identity: Identity,
    *,
    contribution: Contribution,
    administrator: Administrator,
    on: date,
    by: User | None = None,
    contribution_from: date | None = None,
    **settings: Any,
) -> Cooperative:
    """Open a cooperative with its books, rates, roles and rule, and invite its administrator.

    Whoever opens it for themself (`by` has the administrator's e-mail) is in at once. The
    contribution holds from `contribution_from`, else from the fiscal year of `on`. `settings`
    are other columns of the cooperative (payroll, demonstration).

    :raises ActionRefused: what `identity.columns` refuses; `slug_taken`, `siren_taken`,
        `administrator_missing`.
    """
    values = columns(identity)
    _check_administrator(administrator)
    cooperative = _created({**values, **settings})
    with tenant(cooperative):
        equip(cooperative, on=on)
        year_start, _ = fiscal_year_of(on, cooperative.fiscal_year_start)
        set_contribution_rule(
            contribution,
            label="Contribution coopérative",
            valid_from=contribution_from or year_start,
            by=None,
        )
        audit.record(
            "cooperative.opened",
            cooperative,
            by=None,
            actor=by.email if by else "",
            after={"name": cooperative.name, "siren": cooperative.siren},
        )
        _bring_in(administrator, cooperative, by=by)
    return cooperative


def equip(cooperative: Cooperative, *, on: date) -> None:
    """Give a cooperative what it lacks of all the product seeds; what is there stays.

    Called at its opening, and again after a release that seeds something new: only the seeded
    roles follow the product.
    """
    _open_roles(cooperative)
    with tenant(cooperative):
        open_ledger(label=cooperative.name)
        seed_contract_types()
        seed_sales_settings()
        seed_decision_rules(LegalForm(cooperative.legal_form), on=date(on.year, 1, 1))


def _created(values: dict[str, Any]) -> Cooperative:
    """Create the row; two openings at the same instant meet on its unique address."""
    _refuse_taken(values)
    try:
        with transaction.atomic():
            return Cooperative.objects.create(**values)
    except IntegrityError:
        _refuse_taken(values)
        raise


def _refuse_taken(values: dict[str, Any]) -> None:
    if Cooperative.objects.filter(slug=values["slug"]).exists():
        raise ActionRefused(
            f"L’adresse «\u00a0{values['slug']}\u00a0» est déjà prise. Choisissez-en une autre.",
            code="slug_taken",
        )
    same = Cooperative.objects.filter(siren=values["siren"]).first()
    if same is not None:
        raise ActionRefused(
            f"Une coopérative est déjà ouverte avec ce SIREN\u00a0: {same.name}.",
            code="siren_taken",
        )


def _check_administrator(administrator: Administrator) -> None:
    try:
        validate_email(administrator.email.strip())
    except ValidationError as error:
        raise ActionRefused(
            "L’adresse électronique de l’administrateur·rice n’est pas lisible. Sans elle, "
            "personne ne pourrait entrer.",
            code="administrator_missing",
        ) from error
    if not administrator.first_name.strip() or not administrator.last_name.strip():
        raise ActionRefused(
            "Le prénom et le nom de l’administrateur·rice manquent.", code="administrator_missing"
        )


def _open_roles(cooperative: Cooperative) -> None:
    Role.objects.bulk_create(
        (
            Role(
                cooperative=cooperative,
                code=code,
                label=seed.label,
                rights=sorted(seed.rights),
                own_only=seed.own_only,
                is_seeded=True,
            )
            for code, seed in ROLES.items()
        ),
        update_conflicts=True,
        unique_fields=["cooperative", "code"],
        update_fields=["label", "rights", "own_only", "is_seeded"],
    )


def _bring_in(administrator: Administrator, cooperative: Cooperative, *, by: User | None) -> None:
    role = cooperative.roles.get(code="administrator")
    email = administrator.email.strip().lower()
    staff = register_staff(
        first_name=administrator.first_name, last_name=administrator.last_name, email=email, by=None
    )
    if by is None or by.email.lower() != email:
        invite(email=email, role=role, by=None, holder=staff)
        return
    staff.membership = Membership.objects.create(user=by, cooperative=cooperative, role=role)
    staff.save(update_fields=["membership"])
