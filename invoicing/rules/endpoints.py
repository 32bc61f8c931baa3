"""Where a customer receives electronic invoices: BT-49 and its scheme.

Source: AFNOR XP Z12-014, rules BR-FR-21 to BR-FR-23: under scheme 0225 an address is SIREN,
SIREN_SIRET, SIREN_SIRET_CODE or SIREN_SUFFIX, 125 characters at most. Whoever has no SIREN is
reached at an e-mail address, scheme EM.
"""

import re

from stdnum.fr import siret as french_siret

#: Scheme of the French directory, and of an e-mail address.
DIRECTORY, MAIL = "0225", "EM"

_WRITTEN = re.compile(r"[A-Za-z0-9._-]{1,125}")


def read_endpoint(text: str, *, siren: str) -> str:
    """Return an address of the directory, without its spaces.

    :raises ValueError: with a sentence in French.
    """
    address = re.sub(r"\s", "", text)
    if not siren:
        raise ValueError(
            "Une adresse de facturation électronique commence par un SIREN\u00a0: "
            "renseignez d’abord le SIRET du client."
        )
    if not _WRITTEN.fullmatch(address):
        raise ValueError(
            "Une adresse de facturation électronique s’écrit avec des lettres sans accent, des "
            "chiffres, des points, des tirets et des soulignés, 125 au plus."
        )
    first, *rest = address.split("_")
    if first != siren:
        raise ValueError(f"Elle commence par le SIREN du client\u00a0: {siren}.")
    if any(not part for part in rest):
        raise ValueError("Après le SIREN, un souligné introduit un SIRET ou un suffixe.")
    if rest and len(rest[0]) == 14 and rest[0].isdigit():
        _check_siret(rest[0], siren=siren)
    elif len(rest) > 1:
        raise ValueError("Un code de routage suit un SIRET\u00a0: SIREN_SIRET_CODE.")
    return address


def _check_siret(siret: str, *, siren: str) -> None:
    if not siret.startswith(siren) or not french_siret.is_valid(siret):
        raise ValueError("Le SIRET de cette adresse n’est pas un établissement de ce client.")


def endpoint_of(*, kind: str, siren: str, endpoint: str, email: str) -> tuple[str, str]:
    """Return the scheme and the address a document is sent to; empty strings for neither.

    What was typed comes first, then the SIREN; for who has none, the e-mail address.
    """
    if kind in ("company", "public") and (endpoint or siren):
        return DIRECTORY, endpoint or siren
    return (MAIL, email) if email else ("", "")
