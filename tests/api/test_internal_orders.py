"""Internal orders through the API: the same actions, the same walls."""

from __future__ import annotations

from cae.core import clock
from tests.api.conftest import Key
from tests.makers import make_membership

ROOT = "/api/v1/internal-orders/"


def body(key: Key, buyer: int | None) -> dict:
    return {
        "activity": key.activity.pk,
        "buyer": buyer,
        "subject": "Relecture",
        "lines": [{"label": "Relecture", "quantity": "2", "unit_price": "150.50"}],
    }


def test_two_programs_agree(camille, neighbour, cooperative):
    made = camille.post(ROOT, body(camille, neighbour.activity.pk), format="json")
    assert made.status_code == 201, made.data
    here = f"{ROOT}{made.json()['id']}/"
    assert (made.json()["total"], made.json()["status"]) == ("301.00", "draft")

    assert neighbour.get(here).status_code == 404
    assert camille.post(f"{here}propose/").json()["status"] == "proposed"
    assert camille.post(f"{here}accept/").status_code == 404
    short = neighbour.post(f"{here}accept/")
    assert (short.status_code, short.json()["code"]) == (409, "not_enough")
    told = neighbour.post(f"{here}refuse/", {"reason": "Trop cher"}, format="json")
    assert (told.status_code, told.json()["status"]) == (200, "refused")
    assert camille.post(f"{here}withdraw/").json()["refusal_reason"] == "Trop cher"


def test_the_staff_answers_for_the_cooperative(camille, cooperative):
    staff = Key(make_membership(cooperative, "accountant", "compta@exemple.fr"))
    made = camille.post(ROOT, body(camille, None), format="json").json()
    camille.post(f"{ROOT}{made['id']}/propose/")

    accepted = staff.post(f"{ROOT}{made['id']}/accept/").json()

    assert accepted["number"] == f"INT-{clock.today().year}-0001"
    cancelled = camille.post(
        f"{ROOT}{made['id']}/cancel/", {"reason": "Atelier annulé"}, format="json"
    )
    assert cancelled.json()["status"] == "cancelled"


def test_an_unknown_buyer_is_refused(camille):
    answer = camille.post(ROOT, body(camille, 987654321), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_buyer")
