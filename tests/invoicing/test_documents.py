"""The PDF: tagged, archivable, complete, the same to the byte, and deaf to what is typed."""

from __future__ import annotations

import io

import pikepdf
import pypdf
import pytest
from lxml import etree

from cae.core import pdf
from cae.core.models import StoredDocument
from invoicing import actions, tasks
from invoicing.documents.pdfs import invoice_pdf, quote_pdf
from invoicing.models import Invoice, InvoiceFile
from tests.entrepreneurs.makers import make_cape
from tests.invoicing.makers import JUNE_3, D, line
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


@planted
def invoice(shop, cooperative) -> Invoice:
    cooperative.iban = "FR7630006000011234567890189"
    cooperative.registry_town = "Rennes"
    cooperative.vat_number = "FR44732829320"
    cooperative.save()
    make_cape(shop.person, JUNE_3)
    return shop.invoice(
        line("Direction artistique", "3", "420", unit="DAY", description="Pistes, planche"),
        line("Illustrations", "12", "85", vat="10"),
        line("Livre illustré", "10", "18.50", vat="5-5", nature="goods"),
        order_reference="BC-77",
    )


def test_an_invoice_says_all_that_the_law_asks(invoice):
    said = text_of(invoice_pdf(invoice))

    for mention in (
        "Facture", "FA-2026-0001", "Studio Brume", "Camille Fournier", "au sein de Ateliers",
        "SCOP SARL à capital variable", "Éditions Maison Ébène", "14 rue des Carmes",
        "35000 Rennes",
        "SIREN 404 833 048", "Émise le 3 juin 2026", "À régler avant le 3 juillet 2026", "BC-77",
        "3 jours", "420,00 €", "1 260,00 €", "TVA 20 % sur 1 260,00 €", "252,00 €", "5,5 %",
        "2 465,00 €", "2 829,18 €", "FR76 3000 6000 0112 3456 7890 189", "12,15 %",
        "40 €", "escompte", "Livraison de biens et prestation de services",
        "contrat d’appui au projet d’entreprise", "SIRET 732 829 320 00074",
        "RCS Rennes 732 829 320",
        "TVA FR44732829320", "page 1 / 1",
    ):  # fmt: skip
        assert mention.replace("\u00a0", " ") in said.replace("\u00a0", " "), mention


def test_it_is_archivable_tagged_and_the_same_to_the_byte(invoice):
    content = invoice_pdf(invoice)

    assert content == invoice_pdf(Invoice.objects.get(pk=invoice.pk))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "fr"
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["dc:title"] == "Facture FA-2026-0001"
            assert metadata["xmp:CreateDate"].startswith("2026-06-03")


def test_the_number_is_on_every_page(shop):
    long = shop.invoice(*[line(f"Prestation {n}", description="Détail\n" * 3) for n in range(40)])

    reader = pypdf.PdfReader(io.BytesIO(invoice_pdf(long)))

    assert len(reader.pages) > 2
    assert all("FA-2026-0001" in page.extract_text() for page in reader.pages)


def test_a_credit_note_names_what_it_corrects(shop, seller, staff):
    draft = actions.credit_invoice(shop.invoice(), reason="Commande annulée", by=seller)
    credit = actions.issue_invoice(draft, on=JUNE_3, by=staff)

    said = text_of(invoice_pdf(credit))

    assert "Corrige la facture FA-2026-0001 du 3 juin 2026" in said
    assert "En votre faveur" in said
    assert "Commande annulée" in said


def test_an_accepted_quote_bears_its_signature(shop):
    quote = actions.send_quote(shop.quote(deposit_rate=D("0.3")), on=JUNE_3, by=shop.seller)
    before = text_of(quote_pdf(quote))
    accepted = actions.accept_quote(quote, name="Marianne Lescop", role="Gérante", on=JUNE_3)
    after = text_of(quote_pdf(accepted))

    assert "Acompte à la signature (30 %) 360,00 €" in before.replace("\u00a0", " ")
    assert "Date, nom, fonction et signature" in before
    assert "par Marianne Lescop, Gérante" in after
    assert "Empreinte du devis accepté" in after


def test_what_is_typed_is_text_and_fetches_nothing(shop, monkeypatch):
    fetched = []
    monkeypatch.setattr("urllib.request.urlopen", lambda *a, **k: fetched.append(a))
    nasty = '<img src="http://127.0.0.1:1/x"><link rel=attachment href="file:///etc/passwd">'
    invoice = shop.invoice(line(nasty, description=nasty), subject=nasty[:160], notes=nasty)

    content = invoice_pdf(invoice)

    assert "file:///etc/passwd" in text_of(content)
    assert fetched == []
    with pikepdf.open(io.BytesIO(content)) as document:
        assert list(document.attachments) == ["factur-x.xml"]


def test_nothing_but_data_is_ever_fetched(tmp_path):
    from weasyprint import HTML

    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    hostile = (
        f'<img src="file://{secret}"><img src="http://127.0.0.1:1/"><link rel="attachment" '
        f'href="file://{secret}">'
    )
    content = HTML(string=hostile, url_fetcher=pdf._tools().fetcher).write_pdf()
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.attachments) == 0


def test_a_worker_makes_it_once_whoever_asks(shop):
    invoice = shop.invoice()
    assert actions.ask_for_invoice_pdf(invoice) is None

    tasks.produce_invoice_pdf.run(invoice_id=invoice.pk)
    tasks.produce_invoice_pdf.run(invoice_id=invoice.pk)

    assert actions.ask_for_invoice_pdf(invoice) is not None
    assert (InvoiceFile.objects.count(), StoredDocument.objects.count()) == (1, 1)


def test_a_character_xml_cannot_hold_breaks_no_metadata(shop):
    """Typed by hand, by a paste or on purpose: the archivable PDF stays one."""
    invoice = shop.invoice(line("Dessin\x1b d’enseigne"), subject="Enseigne\x1b\ufffe peinte")

    with pikepdf.open(io.BytesIO(invoice_pdf(invoice))) as document:
        etree.fromstring(document.Root.Metadata.read_bytes())
