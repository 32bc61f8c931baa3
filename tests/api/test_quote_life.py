"""The life of a quote by the API: sent, shared, answered, versions, mails."""

from __future__ import annotations

from tests.api.conftest import Key
from tests.api.test_api import create_quote
from tests.makers import make_membership


def test_a_program_sends_a_quote_in_its_own_words(camille, neighbour):
    quote = create_quote(camille).json()
    at = f"/api/v1/quotes/{quote['id']}"
    letter = {
        "to": ["m.lescop@vieux-port.example"],
        "subject": "Pour vous",
        "body": "Voici\u00a0: {lien}",
    }

    refused = camille.post(f"{at}/send/", letter | {"body": "sans page"}, format="json")
    sent = camille.post(f"{at}/send/", letter, format="json")

    assert (refused.status_code, refused.json()["code"]) == (409, "bad_wording")
    assert (sent.status_code, sent.json()["status"]) == (200, "sent")
    (mail,) = camille.get(f"{at}/mails/").json()
    assert (mail["to"], mail["subject"], mail["state"]) == (letter["to"], "Pour vous", "queued")
    assert camille.post(f"{at}/send/", {}, format="json").json()["code"] == "already_sent"
    assert camille.post(f"{at}/send/", letter, format="json").status_code == 200
    assert len(camille.get(f"{at}/mails/").json()) == 2
    assert "/p/" in camille.post(f"{at}/share/").json()["url"]
    for verb in ("mails", "versions", "messages"):
        assert neighbour.get(f"{at}/{verb}/").status_code == 404
    for verb in ("send", "share", "reopen", "withdraw", "messages"):
        assert neighbour.post(f"{at}/{verb}/", {}, format="json").status_code == 404


def test_versions_and_messages_are_listed(camille):
    quote = create_quote(camille).json()
    at = f"/api/v1/quotes/{quote['id']}"
    refused = camille.post(f"{at}/messages/", {"text": "Bonjour"}, format="json")
    assert refused.json()["code"] == "never_sent"
    camille.post(f"{at}/send/", {}, format="json")
    camille.post(f"{at}/reopen/")
    camille.post(f"{at}/send/", {}, format="json")

    said = camille.post(f"{at}/messages/", {"text": "Bonjour"}, format="json")

    assert [v["version"] for v in camille.get(f"{at}/versions/").json()] == [2, 1]
    assert (said.status_code, said.json()["side"]) == (201, "team")
    assert [m["text"] for m in camille.get(f"{at}/messages/").json()] == ["Bonjour"]
    gone = camille.post(f"{at}/withdraw/", {"reason": "Abandon"}, format="json")
    assert gone.json()["status"] == "withdrawn"


def test_a_quote_is_reviewed_where_the_cooperative_asks(camille, cooperative):
    cooperative.quotes_reviewed = True
    cooperative.save()
    staff = Key(make_membership(cooperative, "adviser", "sophie@exemple.fr"))
    quote = create_quote(camille).json()
    at = f"/api/v1/quotes/{quote['id']}"

    assert camille.post(f"{at}/send/", {}, format="json").json()["code"] == "needs_review"
    assert camille.post(f"{at}/submit/").json()["review"] == "submitted"
    assert camille.post(f"{at}/validate/").status_code in (403, 404)
    sent_back = staff.post(f"{at}/send-back/", {"reason": "Prix trop bas"}, format="json")
    assert sent_back.json()["review_note"] == "Prix trop bas"
    camille.post(f"{at}/submit/")
    assert camille.post(f"{at}/take-back/").json()["review"] == ""
    camille.post(f"{at}/submit/")
    assert staff.post(f"{at}/validate/").json()["review"] == "validated"
    assert camille.post(f"{at}/send/", {}, format="json").json()["status"] == "sent"
