"""Identifiers of customers: what was typed, without its spaces, once its key is right."""

import re

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

_SEPARATORS = re.compile(r"[\s\u00a0\u202f.\-]")


def read_siren(text: str) -> str:
    """Return nine digits.

    :raises ValueError: with a sentence in French.
    """
    digits = _SEPARATORS.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("Un SIREN s’écrit avec 9 chiffres, sans lettre.")
    if len(digits) != 9:
        raise ValueError(_wrong_length(digits, 9))
    if not siren.is_valid(digits):
        raise ValueError("Ce SIREN n’existe pas\u00a0: un chiffre est sans doute faux.")
    return digits


def read_siret(text: str) -> str:
    """Return fourteen digits; the first nine are the SIREN.

    :raises ValueError: with a sentence in French.
    """
    digits = _SEPARATORS.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("Un SIRET s’écrit avec 14 chiffres, sans lettre.")
    if len(digits) != 14:
        raise ValueError(_wrong_length(digits, 14))
    if not siret.is_valid(digits):
        raise ValueError("Ce SIRET n’existe pas\u00a0: un chiffre est sans doute faux.")
    return digits


def read_vat_number(text: str) -> str:
    """Return a VAT number of the European Union, country first.

    :raises ValueError: with a sentence in French.
    """
    try:
        return eu_vat.validate(text)
    except ValidationError as error:
        raise ValueError(
            "Ce numéro de TVA n’existe pas. Il commence par le pays, comme FR 40 123456824."
        ) from error


def read_naf(text: str) -> str:
    """Return an activity code as INSEE writes it: `62.01Z`.

    :raises ValueError: with a sentence in French.
    """
    code = _SEPARATORS.sub("", text).upper()
    if not re.fullmatch(r"[0-9]{4}[A-Z]", code):
        raise ValueError("Un code d’activité a quatre chiffres et une lettre, comme 62.01Z.")
    return f"{code[:2]}.{code[2:]}"


def vat_number_of(siren_number: str) -> str:
    """Return the French VAT number of a company, had it one.

    Source: BOI-TVA-DECLA-20-10-20: FR, a key of two digits, then the SIREN.
    """
    return f"FR{siren.to_tva(siren_number).replace(' ', '')}"


def check_vat_of(vat_number: str, *, siren: str) -> None:
    """Refuse a French VAT number that is another company's.

    :raises ValueError: with a sentence in French.
    Source: CGI annexe II, art. 242 nonies A, I, 3°: the French number ends with the SIREN.
    """
    if vat_number.startswith("FR") and siren and vat_number[4:] != siren:
        raise ValueError(
            f"Ce numéro de TVA est celui d’une autre entreprise\u00a0: il finirait par {siren}."
        )


def _wrong_length(digits: str, expected: int) -> str:
    missing = expected - len(digits)
    if missing == 1:
        return "Il manque un chiffre."
    if missing > 1:
        return f"Il manque {missing} chiffres."
    return "Il y a un chiffre de trop." if missing == -1 else f"Il y a {-missing} chiffres de trop."
