"""What makes the identity of a cooperative valid, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as french_siren
from stdnum.fr import siret as french_siret

from cae.core import colours
from cae.core.enums import LegalForm, VatBasis
from cae.core.money import ZERO, euros, number
from cae.core.workflow import ActionRefused
from entrepreneurs.identifiers import clean_iban

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAF = re.compile(r"(\d{2})\.?(\d{2}[A-Z])")
_POSTCODE = re.compile(r"\d{5}")
#: Least capital by form: loi 78-763 for a SCOP; C. com. for a SCIC.
_LEAST_CAPITAL = {
    LegalForm.SCOP_SA: Decimal("18500"),
    LegalForm.SCIC_SA: Decimal("18500"),
    LegalForm.SCOP_SARL: Decimal("30"),
    LegalForm.SCOP_SAS: Decimal("30"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a cooperative is, and how it counts. Capital in EUR, `penalty_rate` a fraction."""

    name: str
    slug: str
    legal_form: LegalForm
    siren: str
    siret: str
    street: str
    postcode: str
    town: str
    capital: Decimal = ZERO
    registry_town: str = ""
    naf: str = ""
    email: str = ""
    phone: str = ""
    iban: str = ""
    bic: str = ""
    fiscal_year_start: int = 1
    vat_basis: VatBasis = VatBasis.CASH
    payment_days: int = 30
    penalty_rate: Decimal = Decimal("0.1215")


def clean_slug(text: str) -> str:
    """Return the part of the address that names a cooperative.

    :raises ActionRefused: `invalid_slug`.
    """
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug) or len(slug) > 40:
        raise ActionRefused(
            "L’adresse se compose de lettres sans accent, de chiffres et de tirets, comme "
            "«\u00a0les-ateliers-reunis\u00a0», en 40 caractères au plus.",
            code="invalid_slug",
        )
    return slug


def clean_siren(text: str) -> str:
    """Return the nine digits of a SIREN.

    :raises ActionRefused: `invalid_siren`, its key does not match.
    """
    try:
        return french_siren.validate(text)
    except ValidationError as error:
        raise ActionRefused(
            "Ce SIREN n’est pas valable\u00a0: sa clé ne correspond pas. Recopiez ses neuf "
            "chiffres "
            "depuis l’extrait Kbis.",
            code="invalid_siren",
        ) from error


def clean_siret(text: str, *, siren: str) -> str:
    """Return the fourteen digits of the SIRET of a SIREN.

    :raises ActionRefused: `invalid_siret`, `siret_of_another`.
    """
    try:
        siret = french_siret.validate(text)
    except ValidationError as error:
        raise ActionRefused(
            "Ce SIRET n’est pas valable\u00a0: sa clé ne correspond pas. Recopiez ses quatorze "
            "chiffres depuis l’avis de situation.",
            code="invalid_siret",
        ) from error
    if not siret.startswith(siren):
        raise ActionRefused(
            f"Ce SIRET n’est pas celui d’un établissement du SIREN {siren}\u00a0: il doit "
            "commencer "
            "par les mêmes neuf chiffres.",
            code="siret_of_another",
        )
    return siret


def clean_naf(text: str) -> str:
    """Return an activity code as `82.11Z`, or nothing for nothing.

    :raises ActionRefused: `invalid_naf`.
    """
    typed = text.strip().upper()
    if not typed:
        return ""
    written = _NAF.fullmatch(typed)
    if written is None:
        raise ActionRefused(
            "Un code NAF a quatre chiffres et une lettre, comme 70.22Z.", code="invalid_naf"
        )
    return f"{written[1]}.{written[2]}"


def check_capital(capital: Decimal, form: LegalForm) -> None:
    """Refuse a capital under the least the law asks for a form.

    :raises ActionRefused: `capital_too_low`.
    """
    least = _LEAST_CAPITAL.get(form, ZERO)
    if capital < least:
        raise ActionRefused(
            f"Le capital d’une {form.label} est d’au moins {euros(least, cents=False)}.",
            code="capital_too_low",
        )


def vat_number(siren: str) -> str:
    """Return the VAT number that follows from a valid SIREN."""
    return f"FR{french_siren.to_tva(siren)}".replace(" ", "")


def columns(identity: Identity) -> dict[str, object]:
    """Return the checked columns of a cooperative.

    :raises ActionRefused: what the functions above refuse; `missing_identity`,
        `invalid_postcode`, `invalid_iban`, `invalid_month`.
    """
    for label, value in (
        ("Le nom", identity.name),
        ("L’adresse postale", identity.street),
        ("La ville", identity.town),
    ):
        if not value.strip():
            raise ActionRefused(
                f"{label} de la coopérative manque. Complétez son identité.",
                code="missing_identity",
            )
    if not _POSTCODE.fullmatch(identity.postcode.strip()):
        raise ActionRefused("Un code postal a cinq chiffres.", code="invalid_postcode")
    if not 1 <= identity.fiscal_year_start <= 12:
        raise ActionRefused(
            "L’exercice commence un mois de 1 à 12. Écrivez 1 pour janvier.", code="invalid_month"
        )
    check_capital(identity.capital, identity.legal_form)
    siren = clean_siren(identity.siren)
    return {
        "name": identity.name.strip(),
        "slug": clean_slug(identity.slug),
        "legal_form": identity.legal_form,
        "siren": siren,
        "siret": clean_siret(identity.siret, siren=siren),
        "vat_number": vat_number(siren),
        "naf": clean_naf(identity.naf),
        "capital": identity.capital,
        "registry_town": identity.registry_town.strip() or identity.town.strip(),
        "street": identity.street.strip(),
        "postcode": identity.postcode.strip(),
        "town": identity.town.strip(),
        "email": identity.email.strip().lower(),
        "phone": identity.phone.strip(),
        "iban": clean_iban(identity.iban) if identity.iban else "",
        "bic": identity.bic.strip().upper(),
        "fiscal_year_start": identity.fiscal_year_start,
        "vat_basis": identity.vat_basis,
        "payment_days": identity.payment_days,
        "penalty_rate": identity.penalty_rate,
    }


def clean_accent(text: str) -> str:
    """Return a colour as it is kept.

    :raises ActionRefused: `invalid_colour`; `colour_too_light`, with the nearest one that is not.
    """
    try:
        accent = colours.written(text)
    except ValueError as error:
        raise ActionRefused(str(error), code="invalid_colour") from error
    if not colours.is_readable(accent):
        found = number(colours.shown(colours.light_contrast(accent)))
        raise ActionRefused(
            "Cette couleur est trop claire pour être lue\u00a0: son contraste est de "
            f"{found} pour 1, il en faut 4,5. Prenez-la plus foncée, par exemple "
            f"{colours.readable_shade(accent)}.",
            code="colour_too_light",
        )
    return accent


def clean_cape_mention(text: str) -> str:
    """Return the sentence printed under a document of somebody under CAPE, on one line.

    :raises ActionRefused: `mention_without_person`, `unknown_blank`.
    """
    sentence = " ".join(text.split())
    if "{personne}" not in sentence:
        raise ActionRefused(
            "La mention doit nommer la personne\u00a0: gardez {personne}, que chaque document"
            " remplace par son nom.",
            code="mention_without_person",
        )
    rest = sentence.replace("{personne}", "").replace("{cooperative}", "")
    if "{" in rest or "}" in rest:
        raise ActionRefused(
            "Seuls {personne} et {cooperative} sont remplacés. Écrivez le reste en toutes lettres.",
            code="unknown_blank",
        )
    return sentence
