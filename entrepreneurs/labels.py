"""How the traces of a record are said to a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import models

from cae.core import audit
from cae.core.acts import ACTS
from cae.core.models import AuditEvent
from cae.core.money import euros
from cae.core.periods import numeric_date
from entrepreneurs.queries import recorded_names

_FIELDS = {
    "name": "Nom",
    "first_name": "Prénom",
    "last_name": "Nom",
    "email": "Courriel",
    "phone": "Téléphone",
    "street": "Adresse",
    "postcode": "Code postal",
    "town": "Ville",
    "birth_date": "Date de naissance",
    "nir": "Numéro",
    "iban": "IBAN",
    "holder": "Titulaire",
    "branch": "Antenne",
    "adviser": "Accompagnateur·rice",
    "rate": "Taux",
    "kind": "Nature",
    "starts_on": "Premier jour",
    "ends_on": "Dernier jour",
    "reason": "Motif",
    "on": "Le",
    "note": "Précision",
    "day": "Le",
    "number": "Numéro",
    "subject": "Objet",
    "label": "Objet",
    "gross": "Total TTC",
    "amount": "Montant",
    "paid": "Payé",
    "distance": "Distance en km",
    "invoice": "Facture",
    "received_on": "Reçu le",
    "given_on": "Rendu le",
    "credit": "En crédit",
    "total": "Total",
    "quote": "Devis",
    "corrects": "Corrige",
    "to": "À",
    "signed_name": "Signé par",
    "signed_role": "Fonction",
    "refusal_reason": "Motif",
    "siren": "SIREN",
    "siret": "SIRET",
    "vat_number": "Numéro de TVA",
    "payment_days": "Délai de paiement",
    "version": "Version",
    "account": "Compte",
    "means": "Moyen",
    "deductible_share": "Part de TVA déduite",
    "reimbursed_share": "Part remboursée",
    "hint": "Aide affichée",
    "is_offered": "Proposé à la saisie",
}
_AMOUNTS = {"gross", "amount", "paid", "credit", "total"}


@dataclass(frozen=True, slots=True)
class Said:
    """A trace as a page shows it.

    `summary` says what a new thing is; `changes` are (field, before, after) of one that was.
    """

    what: str
    who: str
    at: datetime
    summary: str
    changes: list[tuple[str, str, str]]


def said(events: Iterable[AuditEvent], *, names: dict[int, str]) -> list[Said]:
    """Return traces in words; `names` gives those who acted, by the id of their membership."""
    return [_said(event, names.get(event.membership_id or 0, event.actor)) for event in events]


def told(target: models.Model, *, last: int = 20) -> list[Said]:
    """Return the last traces of one record in words, with the names of who acted.

    Of somebody whose record the reader may not see, the trace says what it wrote itself.
    """
    events = list(audit.trail(target)[:last])
    return said(events, names=recorded_names(e.membership_id for e in events if e.membership_id))


def _said(event: AuditEvent, who: str) -> Said:
    before, after = _shown(event.before), _shown(event.after)
    fields = list(dict.fromkeys([*before, *after]))
    return Said(
        what=ACTS.get(event.action, event.action),
        who=who,
        at=event.at,
        summary="" if before else " · ".join(after.values()),
        changes=[(f, before.get(f, ""), after.get(f, "")) for f in fields] if before else [],
    )


def _shown(values: dict[str, object]) -> dict[str, str]:
    """Return the values that say something, under their French names and in their order."""
    known = [name for name in _FIELDS if name in values]
    others = [name for name in values if name not in _FIELDS]
    return {
        _FIELDS.get(name, name): _french(values[name], is_amount=name in _AMOUNTS)
        for name in (*known, *others)
        if values[name] not in (None, "")
    }


def _french(value: object, *, is_amount: bool = False) -> str:
    if is_amount:
        return euros(Decimal(str(value)))
    try:
        return numeric_date(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
