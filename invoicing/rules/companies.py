"""What the public directory of companies answers, read as if an enemy had written it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from invoicing.rules.identifiers import read_naf, read_siren, read_siret, vat_number_of

#: How many companies a search shows.
MOST = 10

#: Legal categories of INSEE (level III) that customers have; another is left empty.
_LEGAL_FORMS = {
    "1000": "Entrepreneur individuel",
    "5202": "Société en nom collectif",
    "5458": "SARL coopérative ouvrière de production (SCOP)",
    "5498": "SARL unipersonnelle (EURL)",
    "5499": "Société à responsabilité limitée (SARL)",
    "5558": "SA coopérative ouvrière de production (SCOP)",
    "5599": "Société anonyme à conseil d’administration",
    "5699": "Société anonyme à directoire",
    "5710": "Société par actions simplifiée (SAS)",
    "5720": "SAS unipersonnelle (SASU)",
    "6540": "Société civile immobilière",
    "6599": "Autre société civile",
    "7210": "Commune et commune nouvelle",
    "7220": "Département",
    "7230": "Région",
    "7344": "Métropole",
    "7346": "Communauté de communes",
    "7348": "Communauté d’agglomération",
    "7361": "Centre communal d’action sociale",
    "9220": "Association déclarée",
    "9230": "Association reconnue d’utilité publique",
    "9300": "Fondation",
}
_ADDRESS = re.compile(r"(.*?)\s*\b(\d{5})\s+(\D.*)")


@dataclass(frozen=True, slots=True)
class Company:
    """A company and one of its establishments: the one asked for, else its seat."""

    siren: str
    siret: str
    name: str
    #: Computed: a company without VAT has none.
    vat_number: str
    legal_form: str
    naf: str
    street: str
    complement: str
    postcode: str
    town: str
    is_public: bool
    has_ceased: bool


def read_companies(answer: object, *, siret: str = "") -> list[Company]:
    """Return the companies of an answer, those it tells wrongly left out.

    :param siret: the establishment asked for, where one was.
    :raises ValueError: it is not an answer of the directory.
    """
    results = answer.get("results") if isinstance(answer, Mapping) else None
    if not isinstance(results, list):
        raise ValueError("not an answer of the directory of companies")
    read = [_company(one, siret) for one in results[:MOST] if isinstance(one, Mapping)]
    return [company for company in read if company is not None]


def _company(told: Mapping[str, Any], siret: str) -> Company | None:
    siren = _checked(read_siren, told.get("siren"))
    name = _text(told.get("nom_raison_sociale"), 160) or _text(told.get("nom_complet"), 160)
    if not siren or not name:
        return None
    place = _place(told, siret)
    found = _checked(read_siret, place.get("siret"))
    category = _text(told.get("nature_juridique"), 4)
    street, postcode, town = _address(place)
    return Company(
        siren=siren,
        siret=found if found.startswith(siren) else "",
        name=name,
        vat_number=vat_number_of(siren),
        legal_form=_LEGAL_FORMS.get(category, ""),
        naf=_checked(read_naf, told.get("activite_principale")),
        street=street,
        complement=_text(place.get("complement_adresse"), 120),
        postcode=postcode,
        town=town,
        is_public=category.startswith("7"),
        has_ceased=told.get("etat_administratif") == "C" or place.get("etat_administratif") == "F",
    )


def _place(told: Mapping[str, Any], siret: str) -> Mapping[str, Any]:
    """Return the establishment asked for, else the seat."""
    matching = told.get("matching_etablissements")
    if siret and isinstance(matching, list):
        for one in matching[:100]:
            if isinstance(one, Mapping) and one.get("siret") == siret:
                return one
    seat = told.get("siege")
    return seat if isinstance(seat, Mapping) else {}


def _address(place: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return street, postcode and town in France; an address elsewhere is left to be typed."""
    if _text(place.get("code_pays_etranger"), 5):
        return "", "", ""
    parts = ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")
    street = " ".join(filter(None, (_text(place.get(part), 120) for part in parts)))[:120]
    postcode, town = _text(place.get("code_postal"), 12), _text(place.get("libelle_commune"), 60)
    # Establishments but the seat tell theirs in one line.
    whole = _ADDRESS.fullmatch(_text(place.get("adresse"), 200))
    if whole and not street:
        street = whole[1][:120]
        postcode, town = postcode or whole[2], town or whole[3][:60]
    return street, postcode if re.fullmatch(r"[0-9]{5}", postcode) else "", town


def _text(value: object, length: int) -> str:
    """Return one line without what is not seen; « [ND] » is what a company keeps to itself."""
    if not isinstance(value, str) or "[ND]" in value:
        return ""
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in value[: length * 4])
    return " ".join(seen.split())[:length].strip()


def _checked(read: Any, value: object) -> str:
    try:
        return read(value[:40]) if isinstance(value, str) else ""
    except ValueError:
        return ""
