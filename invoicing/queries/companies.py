"""Companies of the public directory, to fill the record of a customer."""

from __future__ import annotations

import re
from hashlib import sha256

from django.core.cache import cache

from cae.core.company_directory import DirectoryUnavailable, ask_directory, is_reachable
from cae.core.limits import is_within
from cae.core.models import Cooperative, Membership
from cae.core.workflow import ActionRefused
from invoicing.rules.companies import MOST, Company, read_companies

_REMEMBERED = 600
_LEAST = 3


def looks_companies_up(cooperative: Cooperative) -> bool:
    """Whether the server knows where to ask, and the cooperative wants it."""
    return is_reachable() and cooperative.company_directory


def found_companies(text: str, *, by: Membership) -> list[Company]:
    """Return the companies of a name, a SIREN or a SIRET; an answer serves ten minutes.

    :raises ActionRefused: `directory_off`, `search_too_short`, `too_many_searches`,
        `directory_unavailable`.
    """
    if not looks_companies_up(by.cooperative):
        raise ActionRefused(
            "L’annuaire des entreprises n’est pas consulté ici. Remplissez la fiche à la main.",
            code="directory_off",
        )
    text = _asked(text)
    if len(text) < _LEAST:
        raise ActionRefused(
            "Écrivez au moins trois lettres du nom, ou un SIREN.", code="search_too_short"
        )
    name = f"companies:{sha256(text.encode()).hexdigest()[:32]}"
    answer = cache.get(name)
    if answer is None:
        if not is_within("companies", str(by.pk), most=30, seconds=60):
            raise ActionRefused(
                "Beaucoup de recherches en une minute. Attendez un peu, ou remplissez la fiche à "
                "la main.",
                code="too_many_searches",
            )
        answer = _answer(text)
        cache.set(name, answer, timeout=_REMEMBERED)
    return answer


def _answer(text: str) -> list[Company]:
    siret = text if re.fullmatch(r"[0-9]{14}", text) else ""
    try:
        return read_companies(ask_directory(text, most=MOST), siret=siret)
    except (DirectoryUnavailable, ValueError) as error:
        raise ActionRefused(
            "L’annuaire des entreprises ne répond pas pour l’instant. Remplissez la fiche à la "
            "main, ou réessayez plus tard.",
            code="directory_unavailable",
        ) from error


def _asked(text: str) -> str:
    """Return what is searched: the digits alone of a SIREN or a SIRET."""
    text = " ".join(text.replace("\0", "").split())[:100]
    digits = re.sub(r"[\s.]", "", text)
    return digits if re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits) else text
