"""The file of an invoice and its verdict, for programs: the same walls, the same words."""

from __future__ import annotations

from django.db import transaction

from cae.core.tenancy import tenant
from invoicing import actions, tasks
from invoicing.models import Invoice
from tests.api.conftest import Key
from tests.api.test_api import ROOT, create_customer
from tests.makers import make_membership


def issued(key: Key) -> int:
    """An invoice of the key's activity, issued by its accountant."""
    body = {
        "activity": key.activity.pk,
        "customer": create_customer(key)["id"],
        "subject": "Identité visuelle",
        "lines": [{"label": "Logo", "quantity": "1", "unit_price": "900", "vat": "20"}],
    }
    pk = key.post(f"{ROOT}/invoices/", body, format="json").json()["id"]
    accountant = Key(make_membership(key.membership.cooperative, "accountant"))
    assert accountant.post(f"{ROOT}/invoices/{pk}/issue/").status_code == 200
    return pk


def worked(key: Key, pk: int, task) -> None:
    with tenant(key.membership.cooperative), transaction.atomic():
        task.run(invoice_id=pk)


def test_the_file_is_made_then_judged_then_handed_over(camille):
    pk = issued(camille)

    waiting = camille.get(f"{ROOT}/invoices/{pk}/pdf/", HTTP_ACCEPT="application/pdf")
    assert (waiting.status_code, waiting.json()["state"]) == (202, "waiting")
    worked(camille, pk, tasks.produce_invoice_pdf)
    assert camille.get(f"{ROOT}/invoices/{pk}/verdict/").json()["state"] == "judging"
    worked(camille, pk, tasks.judge_invoice)

    verdict = camille.get(f"{ROOT}/invoices/{pk}/verdict/").json()
    assert (verdict["state"], verdict["reasons"], verdict["faults"]) == ("valid", [], [])
    assert set(verdict["rules"]) == {"factur-x", "saxonche", "page-validation"}
    response = camille.get(f"{ROOT}/invoices/{pk}/pdf/", HTTP_ACCEPT="application/pdf")
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF-1.7")


def test_only_the_staff_has_a_refused_file_made_again(camille):
    cooperative = camille.membership.cooperative
    cooperative.vat_number = "ZZ83404833048"
    cooperative.save()
    pk = issued(camille)
    worked(camille, pk, tasks.judge_invoice)

    verdict = camille.get(f"{ROOT}/invoices/{pk}/verdict/").json()

    assert verdict["state"] == "refused"
    assert verdict["reasons"] == [
        "Un numéro de TVA ne commence pas par les deux lettres de son pays."
    ]
    assert camille.post(f"{ROOT}/invoices/{pk}/make-again/").status_code == 404
    staff = Key(make_membership(cooperative, "accountant", "autre@exemple.fr"))
    assert staff.post(f"{ROOT}/invoices/{pk}/make-again/").status_code == 202


def test_a_valid_file_never_changes(camille):
    pk = issued(camille)
    worked(camille, pk, tasks.judge_invoice)
    staff = Key(make_membership(camille.membership.cooperative, "accountant", "b@exemple.fr"))

    response = staff.post(f"{ROOT}/invoices/{pk}/make-again/")

    assert (response.status_code, response.json()["code"]) == (409, "not_refused")


def test_the_neighbour_and_a_draft_have_nothing_there(camille, neighbour):
    pk = issued(camille)
    with tenant(camille.membership.cooperative), transaction.atomic():
        invoice = Invoice.objects.get(pk=pk)
        draft = actions.duplicate_invoice(invoice, by=camille.membership).pk

    for address in ("pdf", "verdict"):
        assert neighbour.get(f"{ROOT}/invoices/{pk}/{address}/").status_code == 404
        assert camille.get(f"{ROOT}/invoices/{draft}/{address}/").status_code == 404
