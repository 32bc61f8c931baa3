"""A company searched in the public directory, on the page of a customer's form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from invoicing.forms.customers import CustomerForm
from invoicing.queries.companies import found_companies, looks_companies_up
from invoicing.rules.companies import Company


@dataclass(slots=True)
class CompanyLookup:
    """What was searched, found and taken. Its address says it all: it works without script."""

    text: str
    kept: dict[str, str]
    found: list[Company] = field(default_factory=list)
    taken: Company | None = None
    refusal: str = ""

    @property
    def choices(self) -> list[dict[str, str]]:
        """The companies found, each with the link that fills the form."""
        return [
            {
                "title": company.name,
                "siren": company.siren,
                "place": " ".join(filter(None, (company.postcode, company.town))),
                "legal_form": company.legal_form,
                "ceased": "cessée" if company.has_ceased else "",
                "url": "?"
                + urlencode({**self.kept, "annuaire": self.text, "prise": company.siren}),
            }
            for company in self.found
        ]

    @property
    def initial(self) -> dict[str, Any]:
        """What the company taken writes in the form."""
        return CustomerForm.filled_from(self.taken) if self.taken else {}


def company_lookup(request: PlaceRequest) -> CompanyLookup | None:
    """Return what the address searches; None where companies are not looked up, or on a post."""
    if request.method != "GET" or not looks_companies_up(request.cooperative):
        return None
    kept = {name: request.GET[name] for name in ("activite", "type") if name in request.GET}
    lookup = CompanyLookup(text=request.GET.get("annuaire", "")[:100], kept=kept)
    if not lookup.text.strip():
        return lookup
    try:
        lookup.found = found_companies(lookup.text, by=request.membership)
    except ActionRefused as refusal:
        lookup.refusal = refusal.message
    taken = request.GET.get("prise", "")
    lookup.taken = next((one for one in lookup.found if one.siren == taken), None)
    return lookup
