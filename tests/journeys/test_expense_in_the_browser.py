"""From the photo of a ticket on a phone to its refund, as each person does it."""

from __future__ import annotations

import io

import pytest
from django.db import transaction
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import make_activity, make_cesa, make_person
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


def ticket() -> dict[str, object]:
    """A receipt of our own making."""
    picture = Image.new("RGB", (900, 1400), "#f4f1ea")
    draw = ImageDraw.Draw(picture)
    for rank, line in enumerate(
        ["PAPETERIE DU PORT", "12 quai de la Vilaine, Rennes", "", "Carnets A5        20,00",
         "TVA 20 %           4,00", "TOTAL             24,00"]
    ):  # fmt: skip
        draw.text((80, 120 + rank * 90), line, fill="#222222", font_size=48)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return {"name": "ticket.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


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
    expect(desk.get_by_alt_text("Imprimerie du Quai, page 2 sur 2")).to_be_attached()
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


def test_from_the_photo_to_the_refund(cooperative, camille, new_page, sign_in, look):
    place = f"/c/{cooperative.slug}/"
    phone = new_page(width=390)
    sign_in(phone, camille)
    phone.goto(place)
    look(phone, "accueil-vide")
    phone.goto(f"{place}depenses/")
    look(phone, "depenses-vide")

    phone.get_by_role("link", name="Ajouter une dépense").first.click()
    phone.get_by_label("Justificatif").set_input_files(ticket())
    phone.get_by_label("Type de dépense").select_option(label="Fournitures")
    phone.get_by_label("Fournisseur ou motif").fill("Papeterie du Port")
    phone.get_by_label("Montant payé").fill("24,00")
    phone.get_by_label("dont TVA").fill("4")
    look(phone, "depense-nouvelle")
    phone.get_by_role("button", name="Ajouter la dépense").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Dépenses de")
    look(phone, "depenses-note")
    phone.get_by_role("button", name="Envoyer la note").click()
    expect(phone.get_by_role("main")).to_contain_text("À approuver")

    desk = new_page()
    sign_in(desk, make_membership(cooperative, "accountant"))
    desk.goto(f"{place}a-valider/")
    look(desk, "a-valider")
    desk.get_by_role("button", name="Approuver la note").click()
    expect(desk.get_by_role("main")).to_contain_text("Tout est validé")
    look(desk, "a-valider-vide")
    desk.goto(f"{place}remboursements/")
    look(desk, "remboursements")
    desk.get_by_role("button", name="Rembourser").first.click()
    desk.get_by_role("button", name="Noter le remboursement").click()
    expect(desk.get_by_role("main")).to_contain_text("Tout est remboursé")

    phone.reload()
    expect(phone.get_by_role("main")).to_contain_text("Remboursée")
    desk.goto(f"{place}encaissements/")
    look(desk, "encaissements-vide")


def test_the_co_manager_steers(cooperative, new_page, sign_in, look):
    page = new_page()
    sign_in(page, make_membership(cooperative, "co_manager"))
    page.goto(f"/c/{cooperative.slug}/")
    look(page, "pilotage-vide")
