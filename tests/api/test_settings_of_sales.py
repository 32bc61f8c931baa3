"""Mentions, terms of sale, schedules, ceilings, contacts and accounts, as programs write them."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import Key
from tests.api.test_api import ROOT, create_customer, create_quote
from tests.core.test_inert_pdfs import active_pdf, pdf
from tests.makers import make_membership

MENTION = {"title": "Atelier", "text": "Fabriqué à Rennes."}


def staff_key(cooperative, role: str) -> Key:
    return Key(make_membership(cooperative, role, f"{role}@exemple.fr"))


def test_a_mention_is_written_by_whose_it_is(camille, neighbour, cooperative):
    mine = camille.post(
        f"{ROOT}/mentions/", {**MENTION, "activity": camille.activity.pk}, format="json"
    )
    assert (mine.status_code, mine.json()["text"]) == (201, "Fabriqué à Rennes.")
    here = f"{ROOT}/mentions/{mine.json()['id']}/"
    administrator = staff_key(cooperative, "administrator")

    assert camille.post(f"{ROOT}/mentions/", MENTION, format="json").status_code == 404
    assert neighbour.put(here, MENTION, format="json").status_code == 404
    assert administrator.put(here, MENTION, format="json").status_code == 404
    again = camille.put(here, {**MENTION, "is_default": True}, format="json")
    assert again.json()["is_default"] is True
    refusal = camille.put(
        here, {**MENTION, "on_quotes": False, "on_invoices": False}, format="json"
    )
    assert (refusal.status_code, refusal.json()["code"]) == (409, "nowhere")
    assert camille.post(f"{here}archive/").json()["archived_at"] is not None
    shared = administrator.post(f"{ROOT}/mentions/", MENTION, format="json")
    assert (shared.status_code, shared.json()["activity"]) == (201, None)


def test_terms_of_sale_are_versions(camille, neighbour):
    body = {"activity": camille.activity.pk, "text": "Payable à trente jours."}
    first = camille.post(f"{ROOT}/terms-of-sale/", body, format="json")
    twice = camille.post(f"{ROOT}/terms-of-sale/", body, format="json")
    second = camille.post(f"{ROOT}/terms-of-sale/", {**body, "text": ""}, format="json")

    assert [r.status_code for r in (first, twice, second)] == [201, 409, 201]
    assert twice.json()["code"] == "same_terms"
    assert second.json()["version"] == 2
    assert neighbour.get(f"{ROOT}/terms-of-sale/{first.json()['id']}/").status_code == 404
    assert camille.post(f"{ROOT}/terms-of-sale/", {"text": "x"}, format="json").status_code == 404


def test_terms_of_sale_may_be_a_pdf(camille, neighbour):
    content = pdf()
    body = {
        "activity": camille.activity.pk,
        "text": "",
        "file": SimpleUploadedFile("cgv.pdf", content, "application/pdf"),
    }
    first = camille.post(f"{ROOT}/terms-of-sale/", body, format="multipart")
    assert (first.status_code, first.json()["file_name"]) == (201, "cgv.pdf")
    here = f"{ROOT}/terms-of-sale/{first.json()['id']}/pdf/"
    assert camille.get(here).content == content
    assert neighbour.get(here).status_code == 404
    kept = camille.post(
        f"{ROOT}/terms-of-sale/",
        {"activity": camille.activity.pk, "text": "En juin.", "keeps_file": True},
        format="json",
    )
    assert kept.json()["file_sha256"] == first.json()["file_sha256"]
    running = {**body, "file": SimpleUploadedFile("x.pdf", active_pdf())}
    refusal = camille.post(f"{ROOT}/terms-of-sale/", running, format="multipart")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "active_pdf")


def test_a_schedule_is_read_and_rewritten(camille, neighbour):
    here = f"{ROOT}/quotes/{create_quote(camille).json()['id']}/schedule/"
    body = {
        "instalments": [
            {"label": "À la commande", "share": "0.3", "due_on": "2026-12-01"},
            {"label": "À la livraison"},
        ]
    }

    written = camille.put(here, body, format="json")

    assert [(each["label"], each["net"]) for each in written.json()] == [
        ("À la commande", "378.00"),
        ("À la livraison", "882.00"),
    ]
    assert camille.get(here).json() == written.json()
    assert neighbour.get(here).status_code == neighbour.put(here, body).status_code == 404
    shown = camille.put(here, body | {"shown": "undated"}, format="json")
    assert shown.status_code == 200
    quote = camille.get(here.removesuffix("schedule/")).json()
    assert quote["schedule_shown"] == "undated"
    alone = camille.put(here, {"instalments": body["instalments"][:1]}, format="json")
    assert (alone.status_code, alone.json()["code"]) == (409, "one_instalment")
    assert camille.put(here, {"instalments": []}, format="json").json() == []


def test_a_ceiling_is_set_by_who_keeps_the_records(camille, cooperative):
    here = f"{ROOT}/activities/{camille.activity.pk}/"
    adviser = staff_key(cooperative, "adviser")

    assert camille.get(here).json()["name"] == "Studio Brume"
    assert camille.put(f"{here}ceiling/", {"ceiling": "5000"}).status_code == 404
    changed = adviser.put(f"{here}ceiling/", {"ceiling": "5000"})
    assert (changed.status_code, changed.json()["validation_ceiling"]) == (200, "5000.00")
    assert adviser.put(f"{here}ceiling/", {"ceiling": "-1"}).status_code == 400


def test_contacts_and_the_account_of_a_customer(camille, neighbour, cooperative):
    here = f"{ROOT}/customers/{create_customer(camille)['id']}/"
    body = {"name": "Nadia Roux", "email": "nadia@exemple.fr", "gets_invoices": True}
    accountant = staff_key(cooperative, "accountant")

    added = camille.post(f"{here}contacts/", body, format="json")
    twice = camille.post(f"{here}contacts/", body, format="json")
    one = f"{here}contacts/{added.json()['id']}/"

    assert (added.status_code, twice.status_code) == (201, 409)
    assert twice.json()["code"] == "email_twice"
    assert camille.patch(one, {"role": "Achats"}, format="json").json()["role"] == "Achats"
    assert [each["name"] for each in accountant.get(f"{here}contacts/").json()] == ["Nadia Roux"]
    assert accountant.delete(one).status_code == neighbour.get(f"{here}contacts/").status_code
    assert camille.delete(one).status_code == 204
    assert camille.put(f"{here}account/", {"account": "411X"}).status_code == 404
    camille.patch(here, {"party_account": "411X"}, format="json")
    assert camille.get(here).json()["party_account"] == ""
    assert accountant.put(f"{here}account/", {"account": "411x"}).json()["party_account"] == "411X"
