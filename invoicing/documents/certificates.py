"""The yearly tax certificate of services à la personne: what it says, frozen, and its PDF.

Source: C. trav. D7233-4, which lists what it says; a version in force replaces the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from cae.core import pdf
from cae.core.models import Cooperative
from cae.core.money import ZERO
from cae.core.periods import duration
from invoicing.models import (
    Customer,
    PersonalServiceDeclaration,
    PersonalServiceKind,
    TaxCertificate,
)
from invoicing.rules.personal_services import ATTESTED

SHAPE = 1


def certificate_snapshot(
    customer: Customer,
    facts: dict[str, Any],
    *,
    year: int,
    number: str,
    replaces: TaxCertificate | None,
    reason: str,
    person: str,
    declaration: PersonalServiceDeclaration,
    kinds: Iterable[PersonalServiceKind],
    cooperative: Cooperative,
    on: date,
) -> dict[str, Any]:
    """Return all that a certificate says, as plain JSON; amounts are strings."""
    done = {each["kind"] for each in facts["interventions"]}
    return {
        "shape": SHAPE,
        "year": year,
        "number": number,
        "version": replaces.version + 1 if replaces else 1,
        "reason": reason,
        "replaces": replaces
        and {"version": replaces.version, "made_on": replaces.made_on.isoformat()},
        "made_on": on.isoformat(),
        "seller": {
            "name": cooperative.name,
            "legal_form": cooperative.get_legal_form_display(),
            "street": cooperative.street,
            "postcode": cooperative.postcode,
            "town": cooperative.town,
            "siren": cooperative.siren,
            "siret": cooperative.siret,
            "email": cooperative.email,
            "phone": cooperative.phone,
        },
        "brand": {"name": customer.activity.name, "person": person},
        "declaration": {
            "number": declaration.number,
            "declared_on": declaration.declared_on.isoformat(),
            "approval_number": declaration.approval_number,
            "approved_on": declaration.approved_on.isoformat() if declaration.approved_on else "",
            "signed_by": declaration.signed_by,
            "signed_as": declaration.signed_as,
        },
        "customer": {
            name: getattr(customer, name)
            for name in ("name", "street", "complement", "postcode", "town", "country")
        },
        "kinds": [
            {
                "code": kind.code,
                "label": kind.label,
                "source": kind.source,
                "cap": str(kind.yearly_cap) if kind.yearly_cap is not None else "",
            }
            for kind in kinds
            if kind.code in done
        ],
        "facts": facts,
    }


def certificate_pdf(certificate: TaxCertificate) -> bytes:
    """Return the PDF of a version: the same bytes each time."""
    return pdf.render(
        "certificate.html",
        {
            "face": certificate_face(certificate.snapshot),
            "made_on": certificate.made_on.isoformat(),
        },
        identifier=f"certificate:{certificate.fingerprint}",
    )


def certificate_name(snapshot: dict[str, Any]) -> str:
    """Return the name a person finds in their downloads."""
    version = f" version {snapshot['version']}" if snapshot["version"] > 1 else ""
    return f"Attestation fiscale {snapshot['year']} {snapshot['number']}{version}.pdf"


def certificate_face(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot as templates read it: amounts are decimals again, days are dates."""
    facts, declaration = snapshot["facts"], snapshot["declaration"]
    rows = [_row(each) for each in facts["interventions"]]
    replaced = snapshot["replaces"]
    siren, siret = snapshot["seller"]["siren"], snapshot["seller"]["siret"]
    sums = {name: Decimal(facts[name]) for name in (*ATTESTED, "refused")}
    return {
        **snapshot,
        "made_on": date.fromisoformat(snapshot["made_on"]),
        "replaces": replaced and {**replaced, "made_on": date.fromisoformat(replaced["made_on"])},
        "seller": {
            **snapshot["seller"],
            "siren_label": "\u00a0".join((siren[:3], siren[3:6], siren[6:])),
            "siret_label": "\u00a0".join((siret[:3], siret[3:6], siret[6:9], siret[9:])),
        },
        "declaration": {
            **declaration,
            "declared_on": date.fromisoformat(declaration["declared_on"]),
            "approved_on": date.fromisoformat(declaration["approved_on"])
            if declaration["approved_on"]
            else None,
        },
        **sums,
        "total": sum((sums[name] for name in ATTESTED), ZERO),
        "duration": duration(facts["minutes"]),
        "kinds": [_kind(kind, rows) for kind in snapshot["kinds"]],
        "workers": _workers(rows),
        "has_part": any(row["is_part"] for row in rows),
    }


def _row(each: dict[str, Any]) -> dict[str, Any]:
    sums = {name: Decimal(each[name]) for name in ATTESTED}
    return {
        **each,
        **sums,
        "total": sum(sums.values(), ZERO),
        "done_on": date.fromisoformat(each["done_on"]),
        "duration": duration(each["minutes"]),
    }


def _kind(kind: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    own = [row for row in rows if row["kind"] == kind["code"]]
    counted = sum((row["counted"] for row in own), ZERO)
    cap = Decimal(kind["cap"]) if kind["cap"] else None
    return {
        **kind,
        "cap": cap,
        "rows": own,
        "duration": duration(sum(row["minutes"] for row in own)),
        "counted": counted,
        "total": sum((row["total"] for row in own), ZERO),
        "is_over": cap is not None and counted > cap,
    }


def _workers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    minutes: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["worker_name"], row["worker_number"])
        minutes[key] = minutes.get(key, 0) + row["minutes"]
    return [
        {"name": name, "number": number, "duration": duration(minutes[name, number])}
        for name, number in sorted(minutes)
    ]
