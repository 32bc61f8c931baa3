"""The people at a customer's: who they are, and which letters go to them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.customers import refuse_forgotten
from invoicing.actions.locking import locked
from invoicing.models import Customer, CustomerContact

#: More would be a file of their people, which is not what this is for.
MOST_CONTACTS = 50


@transaction.atomic
def add_contact(customer: Customer, *, by: Membership, **details: Any) -> CustomerContact:
    """Add somebody to a customer.

    :param details: columns of `CustomerContact` that a person types.
    :raises ActionRefused: `anonymised`, `too_many_contacts`, `name_missing`, `bad_address`,
        `email_missing`, `email_twice`.
    """
    customer = locked(customer)
    refuse_forgotten(customer)
    if customer.contacts.count() >= MOST_CONTACTS:
        raise ActionRefused(
            f"Un client a {MOST_CONTACTS} contacts au plus. Retirez ceux qui ne servent plus.",
            code="too_many_contacts",
        )
    contact = CustomerContact(activity_id=customer.activity_id, customer=customer, **details)
    _check(contact)
    contact.save()
    audit.record("customer.contact_added", customer, by=by, after={"name": contact.name})
    return contact


@transaction.atomic
def change_contact(contact: CustomerContact, *, by: Membership, **details: Any) -> CustomerContact:
    """Correct a contact of a customer.

    :raises ActionRefused: as `add_contact`.
    """
    customer = locked(contact.customer)
    refuse_forgotten(customer)
    contact = locked(contact)
    for name, value in details.items():
        setattr(contact, name, value)
    _check(contact)
    contact.save()
    audit.record("customer.contact_changed", customer, by=by, after={"name": contact.name})
    return contact


@transaction.atomic
def remove_contact(contact: CustomerContact, *, by: Membership) -> None:
    """Take a contact off a customer; letters already sent still say where they went."""
    customer = locked(contact.customer)
    audit.record("customer.contact_removed", customer, by=by, before={"name": contact.name})
    contact.delete()


def _check(contact: CustomerContact) -> None:
    contact.name = " ".join(contact.name.split())[:120]
    contact.role = " ".join(contact.role.split())[:120]
    contact.email = contact.email.strip()
    if not contact.name:
        raise ActionRefused("Un contact a un nom. Écrivez-le.", code="name_missing")
    if contact.email:
        _check_email(contact)
    elif contact.gets_quotes or contact.gets_invoices or contact.gets_reminders:
        raise ActionRefused(
            f"Pour que {contact.name} reçoive des messages, écrivez son courriel.",
            code="email_missing",
        )


def _check_email(contact: CustomerContact) -> None:
    try:
        validate_email(contact.email)
    except ValidationError as error:
        raise ActionRefused(
            f"«\u00a0{contact.email[:80]}\u00a0» n’est pas une adresse électronique. Corrigez-la.",
            code="bad_address",
        ) from error
    others = CustomerContact.objects.filter(
        customer=contact.customer_id, email__iexact=contact.email
    ).exclude(pk=contact.pk)
    if other := others.first():
        raise ActionRefused(
            f"{other.name} a déjà ce courriel. Servez-vous de ce contact.", code="email_twice"
        )
