"""What one needs to open a cooperative."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounting.rules import Contribution
from cae.core.enums import LegalForm
from cae.core.models import Cooperative, User
from cae.onboarding import Administrator, Identity, open_cooperative

#: A real key: the SIREN of the examples of INSEE's own documentation.
IDENTITY = Identity(
    name="Les Ateliers Réunis",
    slug="ateliers-reunis",
    legal_form=LegalForm.SCOP_SARL,
    siren="732 829 320",
    siret="732 829 320 00074",
    street="12 allée du Chêne",
    postcode="35000",
    town="Rennes",
    capital=Decimal("3000"),
)
ADMINISTRATOR = Administrator(first_name="Agnès", last_name="Le Bihan", email="agnes@example.org")
DAY = date(2026, 11, 22)


def open_one(by: User | None = None, **changes) -> Cooperative:
    settings = {k: changes.pop(k) for k in ("administrator", "contribution") if k in changes}
    return open_cooperative(
        replace(IDENTITY, **changes),
        contribution=settings.get("contribution", Contribution.flat(Decimal("0.10"))),
        administrator=settings.get("administrator", ADMINISTRATOR),
        on=DAY,
        by=by,
    )
