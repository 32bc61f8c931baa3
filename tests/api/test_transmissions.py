"""Deposits of invoices, as programs set them and follow them."""

from __future__ import annotations

from tests.api.test_api import ROOT
from tests.api.test_settings_of_sales import staff_key


def test_deposits_are_set_by_who_keeps_the_books_and_followed_by_the_staff(camille, cooperative):
    accountant = staff_key(cooperative, "accountant")
    body = {"target": "platform", "route": "manual", "since": "2026-06-01"}

    made = accountant.post(f"{ROOT}/deposit-accounts/", body, format="json")
    refusal = accountant.post(f"{ROOT}/deposit-accounts/", {**body, "route": "api"}, format="json")
    nothing = accountant.get(f"{ROOT}/transmissions/parcel/")

    assert (made.status_code, made.json()["since"]) == (201, "2026-06-01")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "api_incomplete")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_take")
    assert camille.get(f"{ROOT}/transmissions/").status_code == 200
    assert camille.get(f"{ROOT}/transmissions/parcel/").status_code == 404
    assert camille.post(f"{ROOT}/deposit-accounts/", body, format="json").status_code == 404
