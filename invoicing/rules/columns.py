"""The columns of a file of customers: what each header means, and what a cell says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cae.core.words import folded
from invoicing.enums import CustomerKind
from invoicing.rules.countries import COUNTRIES

#: Column of a customer, its French name, and the other names it goes by, folded.
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": ("Nom", ("nom", "raison sociale", "client", "denomination", "societe", "entreprise",
                     "nom du client", "nom ou raison sociale", "nom complet")),
    "kind": ("Type", ("type", "type de client", "nature", "categorie")),
    "siret": ("SIRET", ("siret", "n siret", "numero siret")),
    "siren": ("SIREN", ("siren", "n siren", "numero siren")),
    "legal_form": ("Forme juridique", ("forme juridique", "statut juridique", "forme")),
    "naf": ("Code NAF", ("code naf", "naf", "code ape", "ape", "naf ape")),
    "vat_number": ("Numéro de TVA", ("numero de tva", "tva", "tva intracommunautaire", "n tva",
                                     "tva intra", "numero tva")),
    "contact": ("Interlocuteur", ("interlocuteur", "contact", "nom du contact", "referent")),
    "email": ("Courriel", ("courriel", "email", "e-mail", "mail", "adresse mail",
                           "adresse e-mail")),
    "billing_email": ("Courriel de facturation", ("courriel de facturation", "email facturation",
                                                  "mail facturation")),
    "phone": ("Téléphone", ("telephone", "tel", "mobile", "portable", "telephone fixe")),
    "street": ("Adresse", ("adresse", "rue", "voie", "adresse 1", "adresse postale")),
    "complement": ("Complément", ("complement", "adresse 2", "complement d'adresse",
                                  "complement d’adresse")),
    "postcode": ("Code postal", ("code postal", "cp", "codepostal")),
    "town": ("Ville", ("ville", "commune", "localite")),
    "country": ("Pays", ("pays", "code pays")),
    "endpoint": ("Adresse de facturation électronique", (
        "adresse de facturation electronique", "adresse electronique", "endpoint")),
    "chorus_service": ("Code service Chorus Pro", ("code service chorus pro", "code service")),
    "payment_days": ("Délai de paiement", ("delai de paiement", "delai", "echeance")),
}  # fmt: skip

_BY_NAME = {name: field for field, (_, names) in FIELDS.items() for name in names}
_KINDS = {
    "entreprise ou association": CustomerKind.COMPANY,
    "entreprise": CustomerKind.COMPANY,
    "association": CustomerKind.COMPANY,
    "societe": CustomerKind.COMPANY,
    "professionnel": CustomerKind.COMPANY,
    "organisme public": CustomerKind.PUBLIC,
    "public": CustomerKind.PUBLIC,
    "collectivite": CustomerKind.PUBLIC,
    "particulier": CustomerKind.INDIVIDUAL,
    "individu": CustomerKind.INDIVIDUAL,
    "client etranger": CustomerKind.FOREIGN,
    "etranger": CustomerKind.FOREIGN,
    **{kind.value: kind for kind in CustomerKind},
}
_COUNTRIES = {folded(name): code for code, name in COUNTRIES} | {
    code.lower(): code for code, _ in COUNTRIES
}


def guessed(head: Sequence[str]) -> dict[int, str]:
    """Return the column of a customer that each header names, by rank; each once."""
    found: dict[int, str] = {}
    for rank, name in enumerate(head):
        field = _BY_NAME.get(folded(name).replace("n°", "n").strip(" *:"))
        if field and field not in found.values():
            found[rank] = field
    return found


def read_row(
    row: Sequence[str], mapping: Mapping[int, str], *, default_kind: str
) -> dict[str, object]:
    """Return what a row says of a customer: only the cells that say something, and their kind.

    :raises ValueError: with a sentence in French.
    """
    said: dict[str, object] = {}
    for rank, field in mapping.items():
        cell = row[rank] if rank < len(row) else ""
        if cell:
            said[field] = _READ.get(field, _text)(cell)
    said.setdefault("kind", default_kind)
    postcode = said.get("postcode")
    # A spreadsheet takes the zero of 01000 for a number’s.
    if isinstance(postcode, str) and postcode.isdigit() and said.get("country", "FR") == "FR":
        said["postcode"] = postcode.zfill(5)
    return said


def _kind(cell: str) -> str:
    kind = _KINDS.get(folded(cell))
    if kind is None:
        raise ValueError(
            f"Type inconnu\u00a0: «\u00a0{cell[:40]}\u00a0». Écrivez entreprise, public, "
            "particulier ou étranger."
        )
    return kind.value


def _country(cell: str) -> str:
    code = _COUNTRIES.get(folded(cell))
    if code is None:
        raise ValueError(
            f"Pays inconnu\u00a0: «\u00a0{cell[:40]}\u00a0». Écrivez son nom en français, ou "
            "son code de deux lettres."
        )
    return code


def _days(cell: str) -> int:
    digits = folded(cell).removesuffix("jours").removesuffix("jour").strip()
    if not (digits.isascii() and digits.isdigit()) or int(digits[:4]) > 60:
        raise ValueError("Le délai de paiement s’écrit en jours, 60 au plus (C. com. L441-10).")
    return int(digits)


def _text(cell: str) -> str:
    return " ".join(cell.split())


_READ = {"kind": _kind, "country": _country, "payment_days": _days}
