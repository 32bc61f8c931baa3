"""The customers of an activity."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from cae.core import audit
from cae.core.models import Membership
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.locking import locked
from invoicing.enums import CustomerKind
from invoicing.models import Customer
from invoicing.rules.identifiers import read_siren, read_siret, read_vat_number

_TRACED = ("name", "kind", "siren", "siret", "vat_number", "payment_days")


@transaction.atomic
def create_customer(activity: Activity, *, name: str, by: Membership, **details: Any) -> Customer:
    """Add a customer to an activity.

    :param details: any column a person may type; `kind` is a company unless said.
    :raises ActionRefused: `bad_siren`, `bad_siret`, `bad_vat_number`, `siret_twice`,
        `address_missing`.
    """
    customer = Customer(activity=activity, name=name, **details)
    _prepare(customer)
    customer.save()
    audit.record("customer.created", customer, by=by, after={"name": customer.name})
    return customer


@transaction.atomic
def change_customer(customer: Customer, *, by: Membership, **details: Any) -> Customer:
    """Correct a customer; documents already issued keep what they say.

    :raises ActionRefused: as `create_customer`.
    """
    customer = locked(customer)
    before = _facts(customer)
    for name, value in details.items():
        setattr(customer, name, value)
    _prepare(customer)
    customer.save()
    after = _facts(customer)
    changed = [name for name in after if after[name] != before[name]]
    audit.record(
        "customer.changed",
        customer,
        by=by,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return customer


@transaction.atomic
def archive_customer(customer: Customer, *, by: Membership) -> Customer:
    """Take a customer out of the lists; their documents stay."""
    return _archived(customer, True, by=by)


@transaction.atomic
def restore_customer(customer: Customer, *, by: Membership) -> Customer:
    """Put an archived customer back in the lists.

    :raises ActionRefused: `siret_twice`, another customer took the SIRET since.
    """
    return _archived(customer, False, by=by)


def _archived(customer: Customer, archived: bool, *, by: Membership) -> Customer:
    customer = locked(customer)
    if (customer.archived_at is not None) == archived:
        return customer
    customer.archived_at = timezone.now() if archived else None
    _prepare(customer)
    customer.save()
    audit.record(f"customer.{'archived' if archived else 'restored'}", customer, by=by)
    return customer


def _prepare(customer: Customer) -> None:
    """Read the identifiers, deduce the SIREN of a SIRET, and write what search reads."""
    customer.name = " ".join(customer.name.split())
    if not customer.name:
        raise ActionRefused("Un client a un nom. Écrivez-le.", code="name_missing")
    customer.siret = _read(read_siret, customer.siret, code="bad_siret")
    customer.siren = customer.siret[:9] or _read(read_siren, customer.siren, code="bad_siren")
    customer.vat_number = _read(read_vat_number, customer.vat_number, code="bad_vat_number")
    customer.country = (customer.country or "FR").upper()
    if customer.kind == CustomerKind.INDIVIDUAL and customer.siren:
        raise ActionRefused(
            "Un particulier n’a pas de SIREN. Choisissez «\u00a0Entreprise ou association\u00a0», "
            "ou videz le SIREN.",
            code="individual_with_siren",
        )
    customer.search = folded(
        customer.name, customer.contact, customer.town, customer.siren, customer.email
    )[:400]
    _refuse_second(customer)


def _read(read: Any, text: str, *, code: str) -> str:
    if not text:
        return ""
    try:
        return read(text)
    except ValueError as error:
        raise ActionRefused(str(error), code=code) from error


def _refuse_second(customer: Customer) -> None:
    if not customer.siret or customer.archived_at is not None:
        return
    other = (
        Customer.objects.filter(
            activity=customer.activity_id, siret=customer.siret, archived_at=None
        )
        .exclude(pk=customer.pk)
        .first()
    )
    if other is not None:
        raise ActionRefused(
            f"«\u00a0{other.name}\u00a0» porte déjà ce SIRET\u00a0: c’est sans doute "
            "le même client.",
            code="siret_twice",
        )


def _facts(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in _TRACED}
