"""The API: a membership's key does what its person may, through the same actions."""

from __future__ import annotations

from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from cae.core import clock
from cae.core.models import AuditEvent, Export
from cae.core.tenancy import tenant
from invoicing.actions import imports
from invoicing.actions.exports import make_export
from invoicing.models import Customer, CustomerImport, Quote
from tests.api.conftest import Key
from tests.makers import make_membership

ROOT = "/api/v1"
EBENE = {
    "name": "Maison Ébène",
    "siren": "732829320",
    "email": "compta@maison-ebene.fr",
    "street": "14 rue des Carmes",
    "postcode": "35000",
    "town": "Rennes",
}
LINE = {"label": "Direction artistique", "quantity": "3", "unit_price": "420", "vat": "20"}


def create_customer(key: Key, **changes) -> dict:
    body = {**EBENE, "activity": key.activity.pk, **changes}
    response = key.post(f"{ROOT}/customers/", body, format="json")
    assert response.status_code == 201, response.data
    return response.json()


def create_quote(key: Key, **changes):
    body = {
        "activity": key.activity.pk,
        "customer": create_customer(key)["id"],
        "subject": "Identité visuelle",
        "lines": [LINE],
        **changes,
    }
    return key.post(f"{ROOT}/quotes/", body, format="json")


def test_without_a_key_nothing_opens_and_the_answer_says_why(cooperative):
    response = APIClient().get(f"{ROOT}/customers/")

    assert response.status_code == 401
    assert response.json() == {
        "code": "not_authenticated",
        "message": "Cette clé d’API est absente, révoquée ou inconnue.",
    }


def test_a_revoked_key_opens_nothing(camille):
    from django.utils import timezone

    camille.membership.tokens.update(revoked_at=timezone.now())

    assert camille.get(f"{ROOT}/customers/").status_code == 401


def test_a_customer_then_a_quote_then_its_invoice(camille, cooperative):
    quote = create_quote(camille).json()
    assert (quote["status"], quote["net"], quote["vat"], quote["gross"]) == (
        "draft",
        "1260.00",
        "252.00",
        "1512.00",
    )

    sent = camille.post(f"{ROOT}/quotes/{quote['id']}/send/").json()
    assert sent["status"] == "sent"
    assert sent["number"].startswith("DE-")
    with tenant(cooperative):
        assert AuditEvent.objects.filter(membership=camille.membership).count() >= 3


def test_the_same_key_creates_once_and_another_body_under_it_is_refused(camille, cooperative):
    body = {**EBENE, "activity": camille.activity.pk}
    headers = {"Idempotency-Key": "a1"}
    first = camille.post(f"{ROOT}/customers/", body, format="json", headers=headers)
    again = camille.post(f"{ROOT}/customers/", body, format="json", headers=headers)
    other = camille.post(
        f"{ROOT}/customers/", {**body, "name": "Autre"}, format="json", headers=headers
    )

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    with tenant(cooperative):
        assert Customer.objects.count() == 1


def test_a_refused_action_answers_its_code_and_its_sentence_and_writes_nothing(
    camille, cooperative
):
    response = create_quote(camille, lines=[{**LINE, "vat": "19"}])

    assert response.status_code == 409
    assert response.json()["code"] == "unknown_vat"
    with tenant(cooperative):
        assert not Quote.objects.exists()


def test_bad_input_names_its_fields(camille):
    response = camille.post(f"{ROOT}/customers/", {"name": ""}, format="json")

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert set(response.json()["fields"]) >= {"name", "activity"}


def test_a_neighbours_rows_do_not_exist(camille, neighbour):
    customer = create_customer(neighbour)

    assert camille.get(f"{ROOT}/customers/{customer['id']}/").status_code == 404
    assert camille.get(f"{ROOT}/customers/").json()["count"] == 0
    stolen = camille.post(
        f"{ROOT}/customers/", {**EBENE, "activity": neighbour.activity.pk}, format="json"
    )
    assert stolen.status_code == 400
    assert set(stolen.json()["fields"]) == {"activity"}


def test_a_role_without_the_right_finds_nothing(cooperative):
    administrator = Key(make_membership(cooperative, "administrator"))

    assert administrator.get(f"{ROOT}/customers/").status_code == 404


def test_the_status_and_the_number_cannot_be_written(camille):
    quote = create_quote(camille, status="accepted", number="DE-2026-9999").json()

    assert (quote["status"], quote["number"]) == ("draft", None)


def test_the_simulator_adds_up_to_the_turnover(camille):
    answer = camille.post(
        f"{ROOT}/simulation/",
        {"activity": camille.activity.pk, "turnover": "4200", "expenses": "260"},
        format="json",
    ).json()

    parts = ["contribution", "expenses", "reserve", "social_contributions", "net_before_tax"]
    assert sum(Decimal(answer[part]) for part in parts) == Decimal("4200.00")
    assert Decimal(answer["net_before_tax"]) > 1500


def test_an_expense_with_its_photo_joins_the_month(camille):
    import io

    from PIL import Image

    photo = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(photo, "JPEG")
    photo.seek(0)
    photo.name = "ticket.jpg"

    response = camille.post(
        f"{ROOT}/expenses/",
        {
            "activity": camille.activity.pk,
            "expense_type": "supplies",
            "spent_on": clock.today().isoformat(),
            "label": "Papeterie du Port",
            "paid": "24.00",
            "paid_vat": "4.00",
            "voucher": photo,
        },
    )

    assert response.status_code == 201, response.data
    assert camille.get(f"{ROOT}/expense-sheets/").json()["count"] == 1


def test_the_schema_is_public_and_says_every_resource(client):
    schema = client.get(f"{ROOT}/schema/?format=json").json()

    assert {path.split("/")[3] for path in schema["paths"]} == {
        "customers", "quotes", "invoices", "expenses", "expense-sheets", "payslips",
        "simulation", "payments", "bank-deposits", "closings", "year-archives", "catalogue",
        "contribution-rules",
        "transfers", "transfer-batches",
        "billing-plans", "corrections", "numberings",
        "reminders", "reminder-holds", "reminder-levels", "statements", "exports",
        "internal-orders", "order-book", "customer-imports", "deals", "discarded-drafts",
        "activities", "mentions", "recurrences", "retentions", "terms-of-sale",
        "insurances", "personal-services", "tax-certificate-runs", "tax-certificates",
        "bank-accounts", "bank-lines", "bank-statements", "branches", "business-types",
        "filings",
        "folder-types", "folders",
        "deposit-accounts", "transmissions",
        "accounts", "own-accounts",
    }  # fmt: skip


def spent(key: Key) -> int:
    """The draft sheet of one expense."""
    response = key.post(
        f"{ROOT}/expenses/",
        {
            "activity": key.activity.pk,
            "expense_type": "supplies",
            "spent_on": clock.today().isoformat(),
            "label": "Papeterie du Port",
            "paid": "24.00",
            "paid_vat": "4.00",
        },
    )
    assert response.status_code == 201, response.data
    return key.get(f"{ROOT}/expense-sheets/").json()["results"][0]["id"]


def test_the_same_key_of_two_people_is_two_keys(camille, neighbour):
    """Whoever takes « 1 » must not keep it from the others."""
    for key in (camille, neighbour):
        body = {**EBENE, "activity": key.activity.pk}
        answer = key.post(
            f"{ROOT}/customers/", body, format="json", headers={"Idempotency-Key": "1"}
        )
        assert answer.status_code == 201, answer.data


def test_those_who_approve_neither_read_nor_submit_a_draft_sheet(camille, cooperative):
    sheet = spent(camille)
    accountant = Key(make_membership(cooperative, "accountant"))

    assert accountant.get(f"{ROOT}/expense-sheets/").json()["count"] == 0
    assert accountant.get(f"{ROOT}/expense-sheets/{sheet}/").status_code == 404
    assert accountant.post(f"{ROOT}/expense-sheets/{sheet}/submit/").status_code == 404
    assert camille.post(f"{ROOT}/expense-sheets/{sheet}/submit/").status_code in {200, 409}


def test_a_file_too_large_is_refused(camille, monkeypatch):
    monkeypatch.setattr("cae.core.documents.MAX_BYTES", 10)

    response = camille.post(
        f"{ROOT}/expenses/",
        {
            "activity": camille.activity.pk,
            "expense_type": "supplies",
            "spent_on": clock.today().isoformat(),
            "label": "Papeterie du Port",
            "paid": "24.00",
            "paid_vat": "4.00",
            "voucher": SimpleUploadedFile("ticket.jpg", b"x" * 11),
        },
    )

    assert (response.status_code, response.json()["code"]) == (409, "file_too_large")


def test_a_customer_lives_through_the_api(camille, neighbour):
    made = create_customer(camille, iban="FR7630006000011234567890189", iban_holder="Ébène")
    there = f"{ROOT}/customers/{made['id']}"
    assert made["iban"] == "•••• 0189"

    again = camille.post(
        f"{ROOT}/customers/",
        {**EBENE, "activity": camille.activity.pk, "unless_known": True},
        format="json",
    )
    assert (again.status_code, again.json()["code"]) == (409, "maybe_known")

    changed = camille.patch(f"{there}/", {"endpoint": "732829320_ACHATS"}, format="json")
    assert changed.json()["endpoint"] == "732829320_ACHATS"
    assert changed.json()["iban"] == "•••• 0189"
    refused = camille.patch(f"{there}/", {"endpoint": "404833048"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "bad_endpoint")

    memo = camille.post(f"{there}/memos/", {"text": "Rappeler"}, format="json")
    assert (memo.status_code, len(camille.get(f"{there}/memos/").json())) == (201, 1)
    assert camille.get(f"{there}/data/").json()["memos"][0]["texte"] == "Rappeler"
    assert camille.post(f"{there}/anonymise/").json()["code"] == "not_a_person"

    camille.post(f"{there}/archive/")
    assert camille.get(f"{ROOT}/customers/").json()["count"] == 0
    assert camille.get(f"{ROOT}/customers/?state=archived").json()["count"] == 1
    assert camille.post(f"{there}/restore/").json()["archived_at"] is None
    for method, path in (("patch", ""), ("delete", ""), ("get", "data/"), ("get", "memos/")):
        assert getattr(neighbour, method)(f"{there}/{path}").status_code == 404
    assert camille.delete(f"{there}/").status_code == 204
    assert camille.get(f"{there}/").status_code == 404


def test_an_export_is_asked_for_followed_and_fetched(camille, neighbour):
    create_quote(camille)
    asked = camille.post(
        f"{ROOT}/exports/",
        {"kind": "quotes", "format": "csv", "filters": {"etat": "draft"}},
        format="json",
        HTTP_IDEMPOTENCY_KEY="1",
    )
    assert (asked.status_code, asked.json()["status"]) == (201, "waiting")
    there = f"{ROOT}/exports/{asked.json()['id']}"
    assert camille.get(f"{there}/file/").status_code == 404

    with tenant(camille.membership.cooperative):
        make_export(Export.objects.get(), on=clock.today())

    told = camille.get(f"{there}/").json()
    assert (told["status"], told["row_count"], told["filters"]) == ("ready", 1, {"etat": "draft"})
    content = b"".join(camille.get(f"{there}/file/").streaming_content).decode()
    assert "Maison Ébène" in content
    for path in ("/", "/file/"):
        assert neighbour.get(f"{there}{path}").status_code == 404
    refused = camille.post(f"{ROOT}/exports/", {"kind": "payments", "format": "csv"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "unknown_export")


def test_the_catalogue_lives_through_the_api(camille, neighbour):
    body = {"label": "Affiche A2", "price": "102.636", "entry": "gross", "vat": "20",
            "reference": "AFF-2", "activity": camille.activity.pk}  # fmt: skip
    made = camille.post(f"{ROOT}/catalogue/", body, format="json").json()
    there = f"{ROOT}/catalogue/{made['id']}"
    assert (made["unit_price"], made["typed_price"]) == ("85.530000", "102.636000")

    again = camille.post(f"{ROOT}/catalogue/", body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "reference_twice")
    changed = camille.put(f"{there}/", {**body, "price": "120", "entry": "net"}, format="json")
    assert (changed.json()["unit_price"], changed.json()["typed_price"]) == ("120.000000", None)
    assert camille.get(f"{ROOT}/catalogue/?search=affiche").json()["count"] == 1

    common = camille.post(f"{ROOT}/catalogue/", {**body, "activity": None}, format="json")
    assert common.status_code == 404
    for answer in (neighbour.get(f"{there}/"), neighbour.put(f"{there}/", body, format="json"),
                   neighbour.post(f"{there}/archive/")):  # fmt: skip
        assert answer.status_code == 404
    assert camille.post(f"{there}/archive/").json()["archived_at"]
    assert camille.get(f"{ROOT}/catalogue/").json()["count"] == 0
    assert camille.post(f"{there}/restore/").json()["archived_at"] is None


def test_a_quote_takes_titles_options_discounts_and_prices_with_vat(camille):
    customer = create_customer(camille)
    response = camille.post(
        f"{ROOT}/quotes/",
        {
            "activity": camille.activity.pk,
            "customer": customer["id"],
            "subject": "Affiches",
            "entry": "gross",
            "discount_rate": "0.1",
            "lines": [
                {"label": "Affiche", "section": "Images", "quantity": "2", "vat": "20",
                 "price_with_vat": "60", "discount_rate": "0.5"},
                {"label": "Retouche", "quantity": "1", "vat": "20", "price_with_vat": "30",
                 "is_optional": True},
            ],
        },
        format="json",
    )  # fmt: skip

    made = response.json()
    assert response.status_code == 201, made
    assert (made["entry"], made["gross"], made["discount"]) == ("gross", "54.00", "5.00")
    assert [(r["section"], r["net"], r["is_optional"]) for r in made["lines"]] == [
        ("Images", "50.00", False), ("", "25.00", True),
    ]  # fmt: skip


def test_customers_are_imported_through_the_api(camille, neighbour):
    file = SimpleUploadedFile("clients.csv", b"Nom;CP\r\nMairie de Bruz;35170\r\n;x\r\n")
    made = camille.post(
        f"{ROOT}/customer-imports/", {"activity": camille.activity.pk, "file": file}
    )
    assert (made.status_code, made.json()["mapping"]) == (201, {"0": "name", "1": "postcode"})
    there = f"{ROOT}/customer-imports/{made.json()['id']}"
    assert neighbour.get(f"{there}/").status_code == 404
    wrong = camille.post(f"{there}/check/", {"mapping": {"x": "name"}}, format="json")
    assert wrong.status_code == 400

    body = {"mapping": {"0": "name", "1": "postcode"}, "default_kind": "public"}
    assert camille.post(f"{there}/check/", body, format="json").json()["status"] == "checking"
    with tenant(camille.membership.cooperative):
        imports.check_customers(CustomerImport.objects.get())
    assert camille.get(f"{there}/").json()["counts"] == {"created": 1, "refused": 1}
    assert b"Un client a un nom." in b"".join(camille.get(f"{there}/report/").streaming_content)
    assert camille.post(f"{there}/apply/").json()["status"] == "applying"
    with tenant(camille.membership.cooperative):
        imports.apply_customers(CustomerImport.objects.get())
    assert camille.get(f"{there}/").json()["status"] == "done"


def test_a_draft_is_copied_thrown_away_and_put_back(camille):
    quote = create_quote(camille).json()

    copy = camille.post(f"{ROOT}/quotes/{quote['id']}/duplicate/", {})
    thrown = camille.post(f"{ROOT}/quotes/{copy.json()['id']}/discard/", {})
    back = camille.post(f"{ROOT}/discarded-drafts/{thrown.json()['id']}/restore/", {})

    assert (copy.status_code, copy.json()["gross"]) == (201, quote["gross"])
    assert (thrown.status_code, thrown.json()["kind"]) == (200, "quote")
    assert back.json() == {"kind": "quote", "id": copy.json()["id"]}
    again = camille.get(f"{ROOT}/quotes/{copy.json()['id']}/").json()
    assert again == copy.json()
