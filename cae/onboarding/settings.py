"""Settings of a cooperative that is already working: what may still change, and why not."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounting.models import Entry
from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.workflow import ActionRefused
from cae.onboarding.identity import check_capital, clean_accent, clean_cape_mention, clean_naf
from entrepreneurs.identifiers import clean_iban

#: Columns that decided entries already written: each with the reason it no longer changes.
LOCKED_ONCE_POSTED = {
    "fiscal_year_start": "des écritures sont numérotées par exercice",
    "vat_basis": "des écritures ont été passées avec cette exigibilité de la TVA",
}

IDENTITY_FIELDS = (
    "name",
    "legal_form",
    "capital",
    "naf",
    "registry_town",
    "street",
    "postcode",
    "town",
    "email",
    "phone",
    "iban",
    "bic",
)
ACCOUNTING_FIELDS = ("fiscal_year_start", "vat_basis", "payment_days", "penalty_rate")
MENTION_FIELDS = ("cape_mention",)
PRIVACY_FIELDS = ("customer_retention_days",)
PAYROLL_FIELDS = ("salary_day", "salary_choice_day")
SALES_FIELDS = ("quotes_reviewed", "company_directory")
RECEIPT_FIELDS = ("write_off_ceiling",)
EXCHANGE_FIELDS = ("internal_orders",)
SECURITY_FIELDS = ("require_second_factor",)
APPEARANCE_FIELDS = ("accent",)
CHANGEABLE = frozenset(
    IDENTITY_FIELDS
    + ACCOUNTING_FIELDS
    + MENTION_FIELDS
    + PRIVACY_FIELDS
    + PAYROLL_FIELDS
    + SALES_FIELDS
    + RECEIPT_FIELDS
    + EXCHANGE_FIELDS
    + SECURITY_FIELDS
    + APPEARANCE_FIELDS
)


def label_of(name: str) -> str:
    """Return the French name of a setting."""
    return str(getattr(Cooperative._meta.get_field(name), "verbose_name", name))


def locked_fields() -> dict[str, str]:
    """Return the settings that no longer change in the current cooperative, with the reason."""
    return LOCKED_ONCE_POSTED if Entry.objects.exists() else {}


@transaction.atomic
def update_settings(cooperative: Cooperative, *, by: Membership, **changes: Any) -> Cooperative:
    """Change settings of the current cooperative; the trace keeps what changed and nothing else.

    SIREN, SIRET and address in the browser name the cooperative: they do not change here.

    :raises ActionRefused: `setting_locked`, `capital_too_low`, `invalid_naf`, `invalid_iban`,
        `invalid_colour`, `colour_too_light`, `mention_without_person`, `unknown_blank`.
    """
    assert set(changes) <= CHANGEABLE, f"unknown settings: {set(changes) - CHANGEABLE}"
    cooperative = Cooperative.objects.select_for_update().get(pk=cooperative.pk)
    changed = {
        k: v for k, v in _checked(cooperative, changes).items() if getattr(cooperative, k) != v
    }
    if not changed:
        return cooperative
    for name, reason in locked_fields().items():
        if name in changed:
            raise ActionRefused(
                f"Le réglage «\u00a0{label_of(name)}\u00a0» ne change plus\u00a0: {reason}. "
                "Écrivez à la "
                "plateforme si c’est une erreur.",
                code="setting_locked",
            )
    before = {name: getattr(cooperative, name) for name in changed}
    for name, value in changed.items():
        setattr(cooperative, name, value)
    cooperative.save(update_fields=list(changed))
    audit.record("cooperative.updated", cooperative, by=by, before=before, after=changed)
    return cooperative


def _checked(cooperative: Cooperative, changes: dict[str, Any]) -> dict[str, Any]:
    checked = dict(changes)
    if "naf" in checked:
        checked["naf"] = clean_naf(checked["naf"])
    if checked.get("iban"):
        checked["iban"] = clean_iban(checked["iban"])
    if checked.get("accent"):
        checked["accent"] = clean_accent(checked["accent"])
    if "cape_mention" in checked:
        checked["cape_mention"] = clean_cape_mention(checked["cape_mention"])
    if {"capital", "legal_form"} & set(checked):
        check_capital(
            checked.get("capital", cooperative.capital),
            checked.get("legal_form", cooperative.legal_form),
        )
    return checked
