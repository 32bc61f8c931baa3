"""Gestures that several journeys make, each as a person does it."""

from __future__ import annotations

import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.accounts.makers import code_now
from tests.makers import PASSWORD


def press(page: Page, name: str, *, exact: bool = False) -> None:
    page.get_by_role("button", name=name, exact=exact).first.click()


def follow(page: Page, name: str, *, exact: bool = False) -> None:
    page.get_by_role("link", name=name, exact=exact).first.click()


def fill(page: Page, **fields: str) -> None:
    """Write in the fields of a form, each by its HTML name: `fill(page, postcode="35000")`."""
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)


def read(page: Page) -> str:
    """Return what the page says, its spaces made ordinary."""
    return re.sub(r"\s+", " ", page.get_by_role("main").inner_text())


def sign_in_by_form(page: Page, email: str) -> None:
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    press(page, "Se connecter")


def give_a_second_factor(page: Page) -> None:
    """From the page that asks for one: an application, its first code, the codes put aside."""
    follow(page, "Utiliser une application")
    secret = page.get_by_label("Clé à recopier").input_value()
    page.get_by_label("Le code que l’application affiche").fill(code_now(secret))
    press(page, "Activer")
    follow(page, "C’est noté")


def join(page: Page, mail: str) -> None:
    """Follow the link of an invitation and choose a password."""
    page.goto(re.search(r"/p/\S+", mail).group())
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)


def write_line(
    page: Page, rank: int, label: str, *, quantity: str, price: str, rate: str = "20"
) -> None:
    row = page.locator("[data-cae-line]").nth(rank)
    row.get_by_label("Désignation").fill(label)
    row.get_by_label("Quantité").fill(quantity)
    row.get_by_label("Prix HT").fill(price)
    row.locator("select[name$='-vat']").select_option(rate)


def ticket() -> dict[str, object]:
    """A receipt of our own making, as a phone photographs it."""
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


def pdf_behind(page: Page, link: str) -> tuple[str, str]:
    """Download a PDF; return the name it is given and the text it holds."""
    from pypdf import PdfReader

    with page.expect_download() as download:
        follow(page, link)
    document = PdfReader(download.value.path())
    text = " ".join(sheet.extract_text() for sheet in document.pages)
    return download.value.suggested_filename, re.sub(r"\s+", " ", text)


def says(page: Page, *sentences: str) -> None:
    """Wait until the page says each of these."""
    for sentence in sentences:
        expect(page.get_by_role("main")).to_contain_text(sentence)


def reload_until(page: Page, text: str) -> None:
    """Look again until the worker has made what the page names."""
    for _ in range(40):
        if page.get_by_alt_text(text).count():
            return
        page.reload()
    raise AssertionError(f"{page.url} never showed « {text} ».")
