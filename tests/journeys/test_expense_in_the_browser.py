"""Receipts of two kinds, read beside the form by whoever approves them."""

from __future__ import annotations

import io

import pytest
from django.db import transaction
from PIL import Image
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import make_activity, make_cesa, make_person
from tests.journeys.steps import reload_until, ticket
from tests.makers import make_membership
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.browser


@pytest.fixture
def cooperative(transactional_db):
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


@pytest.fixture
def camille(cooperative):
    membership = make_membership(cooperative, "entrepreneur", "camille@exemple.fr")
    with tenant(cooperative), transaction.atomic():
        person = make_person()
        Entrepreneur.objects.filter(pk=person.pk).update(membership=membership)
        make_cesa(person)
        make_activity(person)
    return membership


def bill() -> dict[str, object]:
    """The same as a PDF of two pages."""
    first = Image.open(io.BytesIO(ticket()["buffer"]))
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=[Image.new("RGB", (900, 1400), "white")])
    return {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}


def test_a_receipt_is_read_beside_the_form(cooperative, camille, new_page, sign_in, look, worker):
    place = f"/c/{cooperative.slug}/"
    phone = new_page(width=390)
    sign_in(phone, camille)
    for label, file in (("Papeterie du Port", ticket()), ("Imprimerie du Quai", bill())):
        phone.goto(f"{place}depenses/nouvelle/")
        phone.get_by_label("Justificatif").set_input_files(file)
        phone.get_by_label("Type de dépense").select_option(label="Fournitures")
        phone.get_by_label("Fournisseur ou motif").fill(label)
        phone.get_by_label("Montant payé").fill("24,00")
        phone.get_by_label("dont TVA").fill("4")
        phone.get_by_role("button", name="Ajouter la dépense").click()
        expect(phone.get_by_role("heading", level=1)).to_contain_text("Dépenses de")
    phone.get_by_role("button", name="Envoyer la note").click()
    expect(phone.get_by_role("main")).to_contain_text("À approuver")

    desk = new_page()
    sign_in(desk, make_membership(cooperative, "accountant"))
    desk.goto(f"{place}a-valider/")
    reload_until(desk, "Imprimerie du Quai, page 2 sur 2")
    photo = desk.get_by_alt_text("Justificatif de Papeterie du Port")
    photo.scroll_into_view_if_needed()
    wide = photo.bounding_box()["width"]
    tools = desk.get_by_role("group", name="Regarder le justificatif de Papeterie du Port")
    tools.get_by_role("button", name="Agrandir").click()
    assert photo.bounding_box()["width"] == pytest.approx(wide * 1.25, abs=2)

    desk.get_by_role("group", name="Justificatif de Papeterie du Port", exact=True).focus()
    desk.keyboard.press("0")
    desk.keyboard.press("r")
    lying = photo.bounding_box()
    assert lying["width"] == pytest.approx(wide, abs=2)
    assert lying["height"] == pytest.approx(wide * 9 / 14, abs=2)
    desk.evaluate("scrollTo(0, 0)")
    look(desk, "a-valider-justificatifs")
    tools.get_by_role("button", name="Taille d’origine").click()
    assert photo.bounding_box()["width"] == pytest.approx(wide, abs=2)
