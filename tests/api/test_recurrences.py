"""Recurring invoices through the API: the same actions, the same walls."""

from __future__ import annotations

from datetime import date

from cae.core.tenancy import tenant
from invoicing.models import Recurrence
from tests.api.conftest import Key
from tests.invoicing.test_recurrences import make

ROOT = "/api/v1/recurrences/"


def body(key: Key, **values) -> dict:
    customer = key.post(
        "/api/v1/customers/",
        {"activity": key.activity.pk, "name": "Librairie du Port", "kind": "company"},
        format="json",
    ).json()["id"]
    return {
        "activity": key.activity.pk,
        "customer": customer,
        "subject": "Maintenance, {mois}",
        "lines": [{"label": "Suivi", "quantity": "1", "unit_price": "300", "vat": "20"}],
        "day": 31,
        "starts_on": "2026-12-01",
        **values,
    }


def test_a_program_writes_one_and_follows_it(camille, neighbour, cooperative):
    said = body(camille)
    made = camille.post(ROOT, said, format="json")
    assert made.status_code == 201, made.data
    here = f"{ROOT}{made.json()['id']}/"
    assert made.json()["coming"][:3] == ["2026-12-31", "2027-01-31", "2027-02-28"]
    assert (made.json()["gross"], made.json()["is_sent"]) == ("360.00", False)

    for path in ("", "occurrences/"):
        assert neighbour.get(f"{here}{path}").status_code == 404
    for verb in ("pause", "resume", "end"):
        assert neighbour.post(f"{here}{verb}/").status_code == 404
    changed = camille.put(here, {**said, "every": 3, "day": 1}, format="json").json()
    assert changed["coming"][:2] == ["2026-12-01", "2027-03-01"]
    skipped = camille.post(f"{here}skip/", {"date": "2026-12-01"}, format="json").json()
    assert skipped["next_on"] == "2027-03-01"
    again = camille.post(f"{here}skip/", {"date": "2026-12-01"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_the_next")
    assert camille.post(f"{here}pause/").json()["status"] == "paused"
    assert camille.post(f"{here}resume/").json()["status"] == "active"
    with tenant(cooperative):
        make(Recurrence.objects.get(), date(2027, 3, 1))
    rows = camille.get(f"{here}occurrences/").json()
    assert [(row["due_on"], row["outcome"]) for row in rows] == [
        ("2027-03-01", "made"),
        ("2026-12-01", "skipped"),
    ]
    assert camille.post(f"{here}end/").json()["status"] == "ended"
    over = camille.put(here, said, format="json")
    assert (over.status_code, over.json()["code"]) == (409, "recurrence_over")


def test_what_is_refused_says_why(camille):
    for values, code in (
        ({"starts_on": "2020-01-01"}, "first_past"),
        ({"subject": "Suivi {moi}"}, "unknown_blank"),
        ({"is_sent": True}, "not_sent_alone"),
    ):
        answer = camille.post(ROOT, body(camille, **values), format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert camille.get(ROOT).json()["count"] == 0
