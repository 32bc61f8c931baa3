"""An activity that does services à la personne, and a person who pays for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from invoicing import actions
from invoicing.models import Customer, Invoice, PersonalServiceKind
from invoicing.rules.lines import SoldLine
from tests.invoicing.makers import D, Shop, line, make_customer

MARCH_4 = date(2024, 3, 4)
NOV_23 = date(2026, 11, 23)


def kind_of_service(code: str) -> PersonalServiceKind:
    return PersonalServiceKind.objects.get(code=code)


def declare(shop: Shop, *codes: str) -> None:
    """Declare services, cover these kinds, and have the activity do them."""
    actions.declare_services(
        number=f"SAP{shop.cooperative.siren}",
        declared_on=MARCH_4,
        signed_by="Anne Le Goff",
        signed_as="Gérante",
        on=NOV_23,
        by=shop.accountant,
    )
    kinds = [kind_of_service(code) for code in codes or ("gardening",)]
    for kind in kinds:
        actions.set_service_kind(
            kind,
            is_offered=True,
            vat_rates=kind.vat_rates,
            yearly_cap=kind.yearly_cap,
            longest_minutes=kind.longest_minutes,
            by=shop.accountant,
        )
        kind.refresh_from_db()
    actions.set_activity_services(shop.activity, kinds, by=shop.accountant)


def make_neighbour(shop: Shop, **values: Any) -> Customer:
    """A person: services are attested to nobody else."""
    return make_customer(
        shop.activity,
        shop.seller,
        **{
            "kind": "individual",
            "name": "Jeanne Le Bris",
            "contact": "",
            "email": "jeanne.lebris@courriel.example",
            "siret": "",
            **values,
        },
    )


def served(
    on: date, *, hours: str = "2", price: str = "40", service: str = "gardening", **rest: Any
) -> SoldLine:
    """Return the line of an intervention, complete."""
    return line(
        "Entretien du jardin",
        hours,
        price,
        **{
            "unit": "HUR",
            "service": service,
            "worker_name": "Camille Fournier",
            "worker_number": "S-042",
            "done_on": on,
            "minutes": int(D(hours) * 60),
            **rest,
        },
    )


@dataclass
class Garden:
    """A gardener and her customer."""

    shop: Shop
    customer: Customer

    def invoice(self, *lines: SoldLine, on: date) -> Invoice:
        return self.shop.invoice(*lines, on=on, customer=self.customer)


def make_garden(shop: Shop, *codes: str) -> Garden:
    declare(shop, *codes)
    return Garden(shop, make_neighbour(shop))
