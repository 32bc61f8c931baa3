"""Personal identifiers: what makes one valid, and how little of it is shown."""

from __future__ import annotations

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.exceptions import ValidationError
from stdnum.fr import nir as french_nir

from cae.core.workflow import ActionRefused

#: What keeps the reader oriented without giving the identifier away.
_SHOWN = 4


def clean_nir(text: str) -> str:
    """Return the fifteen characters of a NIR.

    :raises ActionRefused: code `invalid_nir`, its key does not match.
    """
    try:
        return french_nir.validate(text)
    except ValidationError as error:
        raise ActionRefused(
            "Ce numéro de sécurité sociale n’est pas valable\u00a0: sa clé ne correspond pas. "
            "Recopiez ses quinze chiffres depuis la carte Vitale ou l’attestation.",
            code="invalid_nir",
        ) from error


def clean_iban(text: str) -> str:
    """Return an IBAN without spaces.

    :raises ActionRefused: code `invalid_iban`, unknown country, wrong length or wrong key.
    """
    try:
        return str(IBAN(text))
    except SchwiftyException as error:
        raise ActionRefused(
            "Cet IBAN n’est pas valable\u00a0: sa clé ou sa longueur ne correspond pas. "
            "Recopiez-le depuis un relevé d’identité bancaire.",
            code="invalid_iban",
        ) from error


def clean_bic(text: str) -> str:
    """Return a BIC without spaces, or nothing for nothing.

    :raises ActionRefused: code `invalid_bic`.
    """
    if not text.strip():
        return ""
    try:
        return str(BIC(text))
    except SchwiftyException as error:
        raise ActionRefused(
            "Ce BIC n’est pas valable\u00a0: il a huit ou onze caractères, comme AGRIFRPP. "
            "Recopiez-le depuis un relevé d’identité bancaire.",
            code="invalid_bic",
        ) from error


def masked(identifier: str) -> str:
    """Return `•••• 2606`, or nothing for nothing."""
    return f"•••• {identifier[-_SHOWN:]}" if identifier else ""


def bank_of(iban: str) -> str:
    """Return the name of the bank of a valid IBAN, where the register knows it."""
    return IBAN(iban).bank_name or "" if iban else ""
