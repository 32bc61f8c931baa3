"""The customers of an activity."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from cae.core import audit
from cae.core.memos import remove_memos
from cae.core.models import Membership
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from entrepreneurs.identifiers import clean_iban, masked
from entrepreneurs.models import Activity
from invoicing.actions.deals import leave_deals
from invoicing.actions.folders import leave_folders
from invoicing.actions.locking import locked
from invoicing.enums import CustomerKind
from invoicing.models import (
    Customer,
    CustomerContact,
    Deal,
    Invoice,
    Quote,
    Recurrence,
    ReminderHold,
)
from invoicing.models.columns import FrozenCustomer, Particular
from invoicing.models.customers import PERSONAL
from invoicing.queries import document_count, lookalikes
from invoicing.rules.endpoints import read_endpoint
from invoicing.rules.identifiers import (
    check_vat_of,
    read_naf,
    read_siren,
    read_siret,
    read_vat_number,
)

_TRACED = (
    "name", "kind", "siren", "siret", "vat_number", "endpoint", "payment_days", "iban",
    "iban_holder",
)  # fmt: skip

PARTY_ACCOUNT = re.compile(r"[A-Z0-9]{0,17}")

#: What traces lose with the person: their record, and where a letter went.
_ERASED = (*PERSONAL, "name", "search", "siren", "siret", "endpoint", "to", "account")
#: What a document says of its customer, itself or in the trace of what was done to it.
_OF_DOCUMENTS = (
    *(f.name for f in FrozenCustomer._meta.fields if f.name != "customer_kind"),
    *(f.name for f in Particular._meta.fields if f.name.startswith("delivery_")),
    "search", "snapshot", "signed_name", "signed_role", "refusal_reason", "to", "actor",
)  # fmt: skip
_ERASED_WITH: dict[type[Any], tuple[str, ...]] = {
    Quote: _OF_DOCUMENTS,
    Invoice: _OF_DOCUMENTS,
    CustomerContact: ("name", "role", "email", "phone"),
    Recurrence: ("customer_name", "search", "stop_reason", "reason"),
    Deal: ("search",),
    ReminderHold: ("reason",),
}

#: What only an organisation of France has.
_OF_ORGANISATIONS = (
    "siren", "siret", "naf", "endpoint", "chorus_service", "chorus_commitment",
)  # fmt: skip


@transaction.atomic
def create_customer(
    activity: Activity, *, name: str, by: Membership, unless_known: bool = False, **details: Any
) -> Customer:
    """Add a customer to an activity.

    :param unless_known: refuse (`maybe_known`) one that looks like another of the activity.
    :param details: any column a person may type; `kind` is a company unless said.
    :raises ActionRefused: `name_missing`, `bad_siren`, `bad_siret`, `bad_vat_number`,
        `bad_endpoint`, `bad_naf`, `invalid_iban`, `holder_missing`, `individual_with_siren`,
        `foreign_in_france`, `siret_twice`, `maybe_known`.
    """
    customer = Customer(activity=activity, name=name, **details)
    _prepare(customer)
    if unless_known and (known := lookalikes(customer)):
        raise ActionRefused(
            f"«\u00a0{known[0].customer.name}\u00a0» lui ressemble ({known[0].why}). "
            "Servez-vous de sa fiche, ou dites que c’est bien un autre client.",
            code="maybe_known",
        )
    customer.save()
    audit.record("customer.created", customer, by=by, after={"name": customer.name})
    return customer


@transaction.atomic
def change_customer(customer: Customer, *, by: Membership, **details: Any) -> Customer:
    """Correct a customer; documents already issued keep what they say.

    :raises ActionRefused: as `create_customer`, or `anonymised`.
    """
    customer = locked(customer)
    refuse_forgotten(customer)
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

    :raises ActionRefused: `siret_twice`, another customer took the SIRET since; `anonymised`.
    """
    refuse_forgotten(customer)
    return _archived(customer, False, by=by)


@transaction.atomic
def delete_customer(customer: Customer, *, by: Membership) -> None:
    """Remove a customer that no document names, with its memos; its deals stay, of nobody.

    :raises ActionRefused: `customer_has_documents`.
    """
    customer = locked(customer)
    if document_count(customer):
        raise ActionRefused(
            f"«\u00a0{customer.name}\u00a0» a des devis, des factures, des règlements ou des "
            "relevés, que la loi fait garder. Archivez plutôt sa fiche\u00a0: elle quitte vos "
            "listes.",
            code="customer_has_documents",
        )
    remove_memos(customer)
    customer.contacts.all().delete()
    customer.reminder_holds.all().delete()
    leave_deals(customer)
    leave_folders(customer)
    audit.record("customer.deleted", customer, by=by)
    pk, is_person = customer.pk, customer.kind == CustomerKind.INDIVIDUAL
    customer.delete()
    if is_person:
        erase_traces(pk, by=by)


@transaction.atomic
def set_party_account(customer: Customer, *, account: str, by: Membership) -> Customer:
    """Say which account of the books a customer has; entries to come carry it, past ones do not.

    :raises ActionRefused: `anonymised`, `bad_account`, `account_taken`.
    """
    customer = locked(customer)
    refuse_forgotten(customer)
    account = "".join(account.split()).upper()
    if not PARTY_ACCOUNT.fullmatch(account):
        raise ActionRefused(
            "Un compte tiers s’écrit avec des lettres sans accent et des chiffres, 17 au plus"
            "\u00a0: 411EBENE.",
            code="bad_account",
        )
    others = Customer.objects.filter(party_account=account).exclude(pk=customer.pk)
    other = others.first() if account else None
    if other is not None:
        raise ActionRefused(
            f"«\u00a0{other.name}\u00a0» porte déjà le compte {account}. Choisissez-en un autre.",
            code="account_taken",
        )
    before, customer.party_account = customer.party_account, account
    customer.save(update_fields=["party_account"])
    audit.record(
        "customer.account_set",
        customer,
        by=by,
        before={"account": before},
        after={"account": account},
    )
    return customer


def erase_traces(pk: int, *, by: Membership) -> None:
    """Erase what the traces say of a person: of their record, and of documents in their name."""
    audit.forget(Customer, [pk], columns=_ERASED, by=by)
    for model, columns in _ERASED_WITH.items():
        ids = set(model.objects.filter(customer=pk).values_list("pk", flat=True))
        ids |= audit.ids_that_were(model, "customer_id", pk)
        audit.forget(model, ids, columns=columns, by=by)


def refuse_forgotten(customer: Customer) -> None:
    """Refuse what would fill again a customer that was forgotten.

    :raises ActionRefused: `anonymised`.
    """
    if customer.anonymised_at is not None:
        raise ActionRefused(
            "Cette fiche a été anonymisée\u00a0: elle ne se remplit plus. "
            "Si ce client revient, créez une nouvelle fiche.",
            code="anonymised",
        )


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
    check_customer(customer)
    _refuse_second(customer)


def check_customer(customer: Customer) -> None:
    """Read the identifiers, deduce the SIREN of a SIRET, and write what search reads.

    Nothing is asked of the database.

    :raises ActionRefused: as `create_customer`, but for what other customers say.
    """
    customer.name = " ".join(customer.name.split())
    if not customer.name:
        raise ActionRefused("Un client a un nom. Écrivez-le.", code="name_missing")
    customer.country = (customer.country or "FR").upper()
    if customer.kind in (CustomerKind.INDIVIDUAL, CustomerKind.FOREIGN):
        _refuse_organisation(customer)
    if customer.kind == CustomerKind.FOREIGN and customer.country == "FR":
        raise ActionRefused(
            "Un client étranger a une adresse hors de France. Choisissez son pays, ou un autre "
            "type de client.",
            code="foreign_in_france",
        )
    _read_identifiers(customer)
    _read_iban(customer)
    customer.search = folded(
        customer.name, customer.contact, customer.town, customer.siren, customer.email
    )[:400]


def _read_identifiers(customer: Customer) -> None:
    customer.siret = _read(read_siret, customer.siret, code="bad_siret")
    customer.siren = customer.siret[:9] or _read(read_siren, customer.siren, code="bad_siren")
    customer.vat_number = _read(read_vat_number, customer.vat_number, code="bad_vat_number")
    _read(
        lambda number: check_vat_of(number, siren=customer.siren),
        customer.vat_number,
        code="bad_vat_number",
    )
    customer.naf = _read(read_naf, customer.naf, code="bad_naf")
    customer.legal_form = " ".join(customer.legal_form.split())
    customer.endpoint = _read(
        lambda text: read_endpoint(text, siren=customer.siren),
        customer.endpoint,
        code="bad_endpoint",
    )


def _refuse_organisation(customer: Customer) -> None:
    if not any(getattr(customer, name) for name in _OF_ORGANISATIONS):
        return
    if customer.kind == CustomerKind.INDIVIDUAL:
        raise ActionRefused(
            "Un particulier n’a ni SIREN ni adresse de facturation électronique. Choisissez "
            "«\u00a0Entreprise ou association\u00a0», ou videz ces champs.",
            code="individual_with_siren",
        )
    raise ActionRefused(
        "Un client étranger n’a pas de SIREN\u00a0: son numéro de TVA suffit. Videz le SIREN, ou "
        "choisissez «\u00a0Entreprise ou association\u00a0».",
        code="foreign_with_siren",
    )


def _read_iban(customer: Customer) -> None:
    customer.iban_holder = " ".join(customer.iban_holder.split())
    if not customer.iban:
        customer.iban = customer.iban_holder = ""
        return
    customer.iban = clean_iban(customer.iban)
    if not customer.iban_holder:
        raise ActionRefused(
            "Un IBAN va avec le nom exact du titulaire du compte\u00a0: les banques le vérifient. "
            "Écrivez-le.",
            code="holder_missing",
        )


def _read(read: Callable[[str], str | None], text: str, *, code: str) -> str:
    if not text:
        return ""
    try:
        return read(text) or ""
    except ValueError as error:
        raise ActionRefused(str(error), code=code) from error


def _refuse_second(customer: Customer) -> None:
    if not customer.siret or customer.archived_at is not None:
        return
    other = (
        Customer.objects.filter(
            activity=customer.activity_id,
            siret=customer.siret,
            chorus_service=customer.chorus_service,
            archived_at=None,
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
    facts = {name: getattr(customer, name) for name in _TRACED}
    return facts | {"iban": masked(customer.iban)}
