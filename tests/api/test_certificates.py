"""Services à la personne through the API: told on lines, certified by the staff."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import certificates
from invoicing.models import Invoice, TaxCertificateRun
from invoicing.queries.certificates import last_certificate
from tests.api.conftest import Key
from tests.invoicing.garden import declare, make_neighbour
from tests.invoicing.makers import D
from tests.makers import make_membership

ROOT, RUNS = "/api/v1/tax-certificates/", "/api/v1/tax-certificate-runs/"


@pytest.fixture
def staff(cooperative) -> Key:
    return Key(make_membership(cooperative, "accountant", "compta@exemple.fr"))


@pytest.fixture
def person(camille, staff, cooperative):
    """A customer of Camille's, who gardens."""
    shop = SimpleNamespace(
        cooperative=cooperative,
        activity=camille.activity,
        seller=camille.membership,
        accountant=staff.membership,
    )
    with tenant(cooperative):
        declare(shop)
        return make_neighbour(shop)


def bill(camille, person) -> dict:
    told = {
        "label": "Tonte", "quantity": "2", "unit": "HUR", "unit_price": "40", "vat": "20",
        "service": "gardening", "worker_name": "Camille Fournier", "worker_number": "S-042",
        "done_on": "2025-05-12", "minutes": 120,
    }  # fmt: skip
    body = {"activity": camille.activity.pk, "customer": person.pk, "subject": "Jardin",
            "lines": [told]}  # fmt: skip
    made = camille.post("/api/v1/invoices/", body, format="json")
    assert made.status_code == 201, made.data
    return made.json()


def pay(made, staff, cooperative) -> None:
    with tenant(cooperative):
        invoice = actions.issue_invoice(
            Invoice.objects.get(pk=made["id"]), on=date(2025, 6, 2), by=staff.membership
        )
        actions.record_payment(
            invoice, amount=D(96), received_on=date(2025, 7, 1), means="transfer",
            by=staff.membership,
        )  # fmt: skip


def test_a_program_tells_services_and_reads_who_does_them(camille, person):
    (line,) = bill(camille, person)["lines"]
    assert (line["service"], line["minutes"], line["worker_number"]) == ("gardening", 120, "S-042")

    (kind,) = camille.get("/api/v1/personal-services/").json()["results"]
    assert (kind["code"], kind["vat_rates"], kind["yearly_cap"], kind["activities"]) == (
        "gardening", ["0.2000"], "5000.00", [camille.activity.pk],
    )  # fmt: skip


def test_the_staff_certifies_and_the_activity_reads_and_sends(
    camille, neighbour, staff, person, cooperative
):
    pay(bill(camille, person), staff, cooperative)
    asked = {"customer": person.pk, "year": 2025}

    assert camille.post(ROOT, asked, format="json").status_code == 404
    late = staff.post(ROOT, {**asked, "year": 2026}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "year_not_over")
    made = staff.post(ROOT, asked, format="json")
    assert made.status_code == 201, made.data
    told = made.json()
    assert (told["number"], told["paid"], told["minutes"], told["has_file"]) == (
        "AF-2025-0001", "96.00", 120, False,
    )  # fmt: skip

    here = f"{ROOT}{told['id']}/"
    assert camille.get(here).json()["snapshot"]["customer"]["name"] == "Jeanne Le Bris"
    assert neighbour.get(here).status_code == 404
    assert camille.get(f"{here}file/").status_code == 404
    with tenant(cooperative):
        certificates.store_certificate(last_certificate(person.pk, 2025))
    assert camille.get(f"{here}file/")["Content-Type"] == "application/pdf"
    sent = camille.post(f"{here}send/", {}, format="json")
    assert (sent.status_code, sent.json()["kind"]) == (201, "certificate")


def test_all_those_of_a_year_are_asked_for_and_followed(camille, staff, person, cooperative):
    pay(bill(camille, person), staff, cooperative)

    assert camille.get(RUNS).status_code == 404
    made = staff.post(RUNS, {"year": 2025, "sends": True}, format="json")
    assert (made.status_code, made.json()["status"]) == (201, "waiting")
    twice = staff.post(RUNS, {"year": 2025}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "run_waiting")
    with tenant(cooperative):
        run = TaxCertificateRun.objects.get()
        certificates.make_certificates(run, on=date(2026, 11, 23))

    done = staff.get(f"{RUNS}{run.pk}/").json()
    assert (done["status"], done["counts"]["made"], done["counts"]["sent"]) == ("done", 1, 1)
