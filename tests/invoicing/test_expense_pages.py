"""A person's expenses and the staff's inbox, in the pages."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounting import queries as ledger
from cae.core import clock
from cae.core.tenancy import tenant
from entrepreneurs.models import Entrepreneur
from invoicing.actions import InvoiceContent, customers, invoices
from invoicing.enums import ExpenseSheetStatus, InvoiceStatus
from invoicing.models import ExpenseLine, ExpenseSheet, ExpenseType, Invoice
from invoicing.rules.lines import SoldLine
from tests.entrepreneurs.makers import make_activity, make_person
from tests.makers import make_membership
from tests.onboarding.makers import open_one
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


class Someone(Client):
    """A signed-in browser, and who sits before it."""

    def __init__(self, membership, person=None, activity=None) -> None:
        super().__init__()
        self.membership, self.person, self.activity = membership, person, activity
        self.place = f"/c/{membership.cooperative.slug}"
        self.force_login(membership.user)


@planted
def cooperative():
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


def make_entrepreneur(cooperative, first_name, last_name, activity_name) -> Someone:
    membership = make_membership(cooperative, "entrepreneur", f"{first_name}@exemple.fr".lower())
    with tenant(cooperative):
        person = make_person(first_name, last_name)
        Entrepreneur.objects.filter(pk=person.pk).update(membership=membership)
        activity = make_activity(person, name=activity_name)
    return Someone(membership, person, activity)


@planted
def camille(cooperative) -> Someone:
    return make_entrepreneur(cooperative, "Camille", "Fournier", "Studio Brume")


@planted
def yanis(cooperative) -> Someone:
    return make_entrepreneur(cooperative, "Yanis", "Belkacem", "Menuiserie du Frêne")


@planted
def sophie(cooperative) -> Someone:
    return Someone(make_membership(cooperative, "accountant"))


def photo(name: str = "ticket.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def expense(who: Someone, **changes) -> dict:
    with tenant(who.membership.cooperative):
        supplies = ExpenseType.objects.get(code="supplies")
    return {
        "activity": who.activity.pk,
        "expense_type": supplies.pk,
        "spent_on": clock.today().isoformat(),
        "label": "Papeterie du Port",
        "paid": "24,00",
        "paid_vat": "4,00",
        "voucher": photo(),
        **changes,
    }


def spend(who: Someone, **changes):
    return who.post(f"{who.place}/depenses/nouvelle/", expense(who, **changes))


def the_sheet(who: Someone) -> ExpenseSheet:
    with tenant(who.membership.cooperative):
        return ExpenseSheet.objects.get(entrepreneur=who.person)


def test_from_the_photo_to_the_refund(camille, sophie, cooperative):
    assert "Aucune dépense" in camille.get(f"{camille.place}/depenses/").content.decode()
    response = spend(camille)
    sheet = the_sheet(camille)
    assert response["Location"] == f"{camille.place}/depenses/{sheet.pk}/"

    page = camille.get(response["Location"]).content.decode()
    assert "Papeterie du Port" in page
    camille.post(f"{camille.place}/depenses/{sheet.pk}/envoyer/")

    inbox = sophie.get(f"{sophie.place}/a-valider/").content.decode()
    assert "Camille Fournier" in inbox
    assert "Approuver la note" in inbox
    sophie.post(f"{sophie.place}/a-valider/accepter/", {"pk": f"note-{sheet.pk}"})
    assert the_sheet(camille).status == ExpenseSheetStatus.APPROVED
    sophie.post(f"{sophie.place}/remboursements/{sheet.pk}/", {"on": clock.today().isoformat()})

    assert the_sheet(camille).status == ExpenseSheetStatus.REFUNDED
    with tenant(cooperative):
        assert ledger.balance_of("425") == Decimal(0)


def test_a_refusal_goes_back_with_its_reason(camille, sophie):
    spend(camille)
    sheet = the_sheet(camille)
    camille.post(f"{camille.place}/depenses/{sheet.pk}/envoyer/")

    sophie.post(
        f"{sophie.place}/a-valider/refuser/",
        {"pk": f"note-{sheet.pk}", "reason": "Le ticket est illisible."},
    )

    page = camille.get(f"{camille.place}/depenses/{sheet.pk}/").content.decode()
    assert "Le ticket est illisible." in page
    assert "À corriger" in page


def test_a_refusal_without_a_reason_changes_nothing(camille, sophie):
    spend(camille)
    sheet = the_sheet(camille)
    camille.post(f"{camille.place}/depenses/{sheet.pk}/envoyer/")

    sophie.post(f"{sophie.place}/a-valider/refuser/", {"pk": f"note-{sheet.pk}", "reason": " "})

    assert the_sheet(camille).status == ExpenseSheetStatus.SUBMITTED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paid": "0"}, "supérieur"),
        ({"paid": "abc"}, "nombre"),
        ({"paid_vat": "30"}, "TVA est plus petite"),
        ({"spent_on": "2099-01-01"}, "futur"),
        ({"voucher": SimpleUploadedFile("a.jpg", b"MZ not a picture")}, "ni un PDF ni une photo"),
        ({"label": ""}, "obligatoire"),
    ],
)
def test_bad_input_is_said_on_the_form_and_nothing_is_written(camille, cooperative, changes, said):
    response = spend(camille, **changes)

    assert response.status_code == 422
    assert said in response.content.decode().replace("\xa0", " ")
    with tenant(cooperative):
        assert not ExpenseLine.objects.exists()


def test_a_double_click_adds_one_expense(camille, cooperative):
    for _ in range(2):
        spend(camille, nonce="abc", voucher=photo())

    with tenant(cooperative):
        assert ExpenseLine.objects.count() == 1


def test_a_neighbour_and_another_role_find_nothing(camille, yanis, cooperative):
    spend(camille)
    sheet = the_sheet(camille)
    with tenant(cooperative):
        line = sheet.lines.get()
    adviser = Someone(make_membership(cooperative, "adviser"))

    for who in (yanis, adviser):
        assert who.get(f"{who.place}/depenses/{sheet.pk}/").status_code == 404
        assert who.get(f"{who.place}/depenses/{sheet.pk}/{line.pk}/").status_code == 404
        assert who.post(f"{who.place}/depenses/{sheet.pk}/envoyer/").status_code == 404


def test_a_draft_is_nobody_elses_business(camille, sophie):
    spend(camille)

    assert sophie.get(f"{sophie.place}/depenses/{the_sheet(camille).pk}/").status_code == 404


def test_the_voucher_is_shown_and_cannot_run(camille, cooperative):
    spend(camille)
    sheet = the_sheet(camille)
    with tenant(cooperative):
        line = sheet.lines.get()

    response = camille.get(f"{camille.place}/depenses/{sheet.pk}/{line.pk}/")

    assert response["Content-Type"] == "image/jpeg"
    assert "sandbox" in response["Content-Security-Policy"]


def submitted_invoice(who: Someone, name: str = "Maison Ébène", day: date | None = None) -> Invoice:
    with tenant(who.membership.cooperative, membership=who.membership):
        customer = customers.create_customer(
            who.activity, name=name, street="14 rue des Carmes", postcode="35000",
            town="Rennes", by=who.membership,
        )  # fmt: skip
        invoice = invoices.create_invoice(
            who.activity,
            content=InvoiceContent(
                customer=customer,
                subject="Identité visuelle",
                lines=[
                    SoldLine(label="Logo", quantity=Decimal(1), unit_price=Decimal(1000), vat="20")
                ],
            ),
            by=who.membership,
        )
        return invoices.submit_invoice(invoice, by=who.membership)


def test_staff_issue_several_invoices_at_once_then_record_a_payment(camille, yanis, sophie):
    waiting = [submitted_invoice(camille), submitted_invoice(yanis, "Biocoop")]

    sophie.post(f"{sophie.place}/a-valider/accepter/", {"pk": [f"facture-{i.pk}" for i in waiting]})

    with tenant(sophie.membership.cooperative):
        issued = Invoice.objects.get(pk=waiting[0].pk)
    assert issued.status == InvoiceStatus.ISSUED
    assert issued.number in sophie.get(f"{sophie.place}/encaissements/").content.decode()
    response = sophie.post(
        f"{sophie.place}/encaissements/{issued.pk}/",
        {"amount": "1 200,00", "received_on": clock.today().isoformat(), "means": "transfer"},
    )
    assert response.status_code == 302
    page = sophie.get(f"{sophie.place}/encaissements/").content.decode()
    assert f"/encaissements/{issued.pk}/" not in page


def test_more_than_what_is_due_is_refused_with_a_sentence(camille, sophie):
    invoice = submitted_invoice(camille)
    sophie.post(f"{sophie.place}/a-valider/accepter/", {"pk": f"facture-{invoice.pk}"})

    response = sophie.post(
        f"{sophie.place}/encaissements/{invoice.pk}/",
        {"amount": "1 200,01", "received_on": clock.today().isoformat(), "means": "transfer"},
    )

    assert response.status_code == 422
    assert "Il ne reste que" in response.content.decode()


def test_two_staff_accepting_the_same_document_one_is_told(camille, sophie, cooperative):
    invoice = submitted_invoice(camille)
    other = Someone(make_membership(cooperative, "adviser"))
    body = {"pk": f"facture-{invoice.pk}"}

    sophie.post(f"{sophie.place}/a-valider/accepter/", body)
    response = other.post(f"{other.place}/a-valider/accepter/", body, follow=True)

    assert "déjà émise" in response.content.decode()


def test_the_inbox_asks_as_many_questions_for_one_as_for_three(camille, sophie):
    inbox = f"{sophie.place}/a-valider/"
    submitted_invoice(camille)
    sophie.get(inbox)  # the session is opened once

    with CaptureQueriesContext(connection) as for_one:
        sophie.get(inbox)
    submitted_invoice(camille, name="Biocoop")
    submitted_invoice(camille, name="Mairie de Bruz")
    with CaptureQueriesContext(connection) as for_three:
        sophie.get(inbox)

    assert len(for_one) == len(for_three)


@pytest.mark.parametrize("key", ["", "note-", "facture-x", "note-" + "9" * 22, "autre-1"])
def test_a_forged_key_finds_nothing(sophie, key):
    assert sophie.post(f"{sophie.place}/a-valider/accepter/", {"pk": key}).status_code == 404


# The voucher beside the form


def pdf_voucher(pages: int = 2, content: bytes | None = None) -> SimpleUploadedFile:
    from tests.core.test_documents import pdf

    return SimpleUploadedFile("facture.pdf", content or pdf(pages), "application/pdf")


def drawn_sheet(camille, cooperative, **changes) -> tuple[ExpenseSheet, ExpenseLine]:
    """A sheet sent with a PDF, as a worker leaves it once the pages are drawn."""
    from invoicing.tasks import draw_voucher

    spend(camille, voucher=pdf_voucher(**changes))
    sheet = the_sheet(camille)
    camille.post(f"{camille.place}/depenses/{sheet.pk}/envoyer/")
    with tenant(cooperative):
        line = ExpenseLine.objects.get(sheet=sheet)
        draw_voucher.run(line.voucher_id)
    return sheet, line


def test_a_pdf_is_drawn_by_a_worker_and_read_beside_the_form(camille, sophie, cooperative):
    from cae.core.models import OutboxMessage

    sheet, line = drawn_sheet(camille, cooperative)
    page = f"{sophie.place}/depenses/{sheet.pk}/{line.pk}/pages/1/"

    inbox = sophie.get(f"{sophie.place}/a-valider/").content.decode()
    picture = sophie.get(page)

    assert page in inbox
    assert "page 2 sur 2" in inbox
    assert (picture["Content-Type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert sophie.get(page.replace("/1/", "/3/")).status_code == 404
    with tenant(cooperative):
        message = OutboxMessage.objects.get(key=f"drawing:{line.voucher_id}")
        assert message.task == "invoicing.tasks.draw_voucher"


def test_until_it_is_drawn_the_pdf_can_be_opened(camille, sophie, cooperative):
    spend(camille, voucher=pdf_voucher())
    sheet = the_sheet(camille)
    camille.post(f"{camille.place}/depenses/{sheet.pk}/envoyer/")
    with tenant(cooperative):
        line = ExpenseLine.objects.get(sheet=sheet)
    there = f"{sophie.place}/depenses/{sheet.pk}/{line.pk}/"

    assert "L’aperçu se prépare" in sophie.get(f"{sophie.place}/a-valider/").content.decode()
    assert sophie.get(f"{there}apercu/").status_code == 204
    assert sophie.get(there)["Content-Type"] == "application/pdf"


def test_a_pdf_that_cannot_be_drawn_says_so_and_can_be_opened(camille, sophie, cooperative):
    from cae.core.documents import drawing_folder

    sheet, line = drawn_sheet(camille, cooperative)
    with tenant(cooperative):
        folder = drawing_folder(line.voucher, cooperative=cooperative)
    (folder / "pages").write_text("0 0")

    shown = sophie.get(f"{sophie.place}/depenses/{sheet.pk}/{line.pk}/apercu/").content.decode()

    assert "Ce PDF ne peut pas être montré ici" in shown
    assert f"{sophie.place}/depenses/{sheet.pk}/{line.pk}/" in shown


def test_pages_are_for_those_who_read_the_sheet(camille, yanis, cooperative, other_cooperative):
    sheet, line = drawn_sheet(camille, cooperative)
    path = f"/depenses/{sheet.pk}/{line.pk}/"
    other_cooperative.require_second_factor = False
    other_cooperative.save()
    stranger = Someone(make_membership(other_cooperative, "accountant"))
    administrator = Someone(make_membership(cooperative, "administrator"))

    assert camille.get(f"{camille.place}{path}pages/1/").status_code == 200
    for who in (yanis, stranger, administrator):
        for page in ("pages/1/", "apercu/", ""):
            assert who.get(f"{who.place}{path}{page}").status_code == 404


def test_the_inbox_costs_the_same_for_one_pdf_and_for_three(camille, sophie, cooperative):
    spend(camille, voucher=pdf_voucher())
    sheet = the_sheet(camille)
    counts = []
    for _ in range(2):
        camille.post(f"{camille.place}/depenses/{sheet.pk}/envoyer/")
        with tenant(cooperative):
            from invoicing.tasks import draw_voucher

            for line in ExpenseLine.objects.filter(sheet=sheet):
                draw_voucher.run(line.voucher_id)
        sophie.get(f"{sophie.place}/a-valider/")
        with CaptureQueriesContext(connection) as asked:
            sophie.get(f"{sophie.place}/a-valider/")
        counts.append(len(asked))
        camille.post(f"{camille.place}/depenses/{sheet.pk}/reprendre/")
        spend(camille, voucher=pdf_voucher(1))
        spend(camille, voucher=pdf_voucher(3))

    assert counts[0] == counts[1]
