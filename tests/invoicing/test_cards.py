"""The card of an activity: frozen in what it sends, with its logo and its account."""

from __future__ import annotations

import io
import json
from datetime import date

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from PIL import Image

from cae.core import documents
from cae.core.enums import DocumentKind
from cae.core.models import AuditEvent, StoredDocument
from cae.core.tenancy import OwnIds, tenant
from entrepreneurs import actions as people
from entrepreneurs.actions import Card
from entrepreneurs.models import Activity, BankAccount
from invoicing import actions
from invoicing.documents.facturx.verdicts import verdict_on_pdf
from invoicing.documents.pdfs import invoice_pdf, quote_pdf
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, Shop, make_seller, make_shop, refused
from tests.makers import make_membership, signed_in

pytestmark = pytest.mark.django_db

NOV_23 = date(2026, 11, 23)
IBAN, BIC = "FR7630006000011234567890189", "AGRIFRPP"
CARD = Card(
    purpose="Illustration et livres pour enfants",
    street="4 rue du Chêne",
    postcode="35000",
    town="Rennes",
    email="bonjour@brume.example",
    phone="02 99 00 00 00",
    website="brume.example",
)


def drawn(size: tuple[int, int] = (900, 300), form: str = "PNG") -> bytes:
    """A green disc on nothing."""
    picture, out = Image.new("RGBA", size, (0, 0, 0, 0)), io.BytesIO()
    picture.paste((11, 106, 84, 255), (0, 0, size[0] // 2, size[1]))
    picture.convert("RGBA" if form == "PNG" else "RGB").save(out, form)
    return out.getvalue()


@pytest.fixture
def dressed(shop) -> Shop:
    people.write_card(shop.activity, CARD, by=shop.seller)
    people.set_logo(shop.activity, drawn(), name="mon logo.png", by=shop.seller)
    account = people.add_account(name="Chantiers", iban=IBAN, bic=BIC, by=shop.accountant)
    people.choose_account(shop.activity, account, by=shop.accountant)
    shop.activity.refresh_from_db()
    return shop


# ── What is printed ──────────────────────────────────────────────────────────────────────


def test_the_card_is_frozen_in_what_is_issued(dressed):
    before = dressed.invoice()
    people.write_card(dressed.activity, Card(purpose="Autre chose"), by=dressed.seller)
    people.remove_logo(dressed.activity, by=dressed.seller)
    people.choose_account(dressed.activity, None, by=dressed.accountant)
    dressed.activity.refresh_from_db()

    after = dressed.invoice()
    before.refresh_from_db()

    frozen = before.snapshot["brand"]
    assert frozen["purpose"] == CARD.purpose and frozen["website"] == "https://brume.example"
    assert (frozen["street"], frozen["town"]) == ("4 rue du Chêne", "Rennes")
    assert (frozen["email"], frozen["phone"]) == (CARD.email, CARD.phone)
    assert (before.snapshot["seller"]["iban"], before.snapshot["seller"]["bic"]) == (IBAN, BIC)
    assert after.snapshot["brand"]["purpose"] == "Autre chose"
    assert after.snapshot["brand"]["logo"] == ""
    assert after.snapshot["brand"]["email"] == dressed.person.email
    assert after.snapshot["seller"]["iban"] == dressed.cooperative.iban != IBAN
    assert b"brume.example" not in invoice_pdf(after)


def test_the_file_with_a_logo_is_valid_and_the_same_when_made_again(dressed):
    invoice = dressed.invoice()

    made = invoice_pdf(invoice)
    people.remove_logo(dressed.activity, by=dressed.seller)

    assert invoice_pdf(invoice) == made
    verdict = verdict_on_pdf(made)
    assert [(fault.code, fault.message) for fault in verdict.faults] == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages[0].get_images()) == 1
        xml = pdf.attachments["factur-x.xml"].get_file().read_bytes().decode()
        said = [str(each["/Alt"]) for each in pdf.objects if _is_said(each)]
        assert said == ["Logo de Studio Brume"]
    assert IBAN in xml and BIC in xml


def _is_said(each: object) -> bool:
    return isinstance(each, pikepdf.Dictionary) and "/Alt" in each


def test_a_quote_says_it_too_on_paper(dressed):
    quote = actions.send_quote(dressed.quote(), on=JUNE_3, by=dressed.seller, with_mail=False)

    with pikepdf.open(io.BytesIO(quote_pdf(quote))) as pdf:
        assert len(pdf.pages[0].get_images()) == 1


def test_a_letter_gives_the_account_of_its_invoice(dressed):
    from invoicing.actions.sendings import letter_values

    assert letter_values(dressed.invoice())["iban"] == IBAN
    assert letter_values(dressed.draft())["iban"] == IBAN


# ── What is refused ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("half_address", {"street": "4 rue du Chêne"}),
        ("bad_address", {"email": "bonjour"}),
        ("bad_website", {"website": "javascript://alert(1)"}),
        ("bad_website", {"website": "pas un site"}),
        ("too_long", {"purpose": "x" * 161}),
    ],
)
def test_a_card_is_refused(shop, code, values):
    with refused(code):
        people.write_card(shop.activity, Card(**values), by=shop.seller)


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("empty_file", b""),
        ("unknown_file_type", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("unknown_file_type", b"%PDF-1.7"),
        ("unknown_file_type", drawn()[:20]),
        ("file_too_large", b"\x89PNG" + bytes(documents.MAX_LOGO_BYTES)),
        ("picture_too_large", drawn((6000, 4000))),
    ],
)
def test_a_logo_is_refused(shop, code, content):
    with refused(code):
        people.set_logo(shop.activity, content, name="logo.png", by=shop.seller)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_made_again_small_and_on_white(form):
    payload = b"<?php system($_GET['c']); ?>"

    made = documents.remade_logo(drawn(form=form) + payload)

    assert payload not in made
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (480, 160))
        if form == "PNG":
            assert min(picture.getpixel((470, 80))) > 250


def test_a_logo_is_a_file_of_its_activity(dressed):
    kept = StoredDocument.objects.get(kind=DocumentKind.LOGO)

    assert (kept.activity_id, kept.mime, kept.name) == (
        dressed.activity.pk, "image/jpeg", "mon logo.jpg",
    )  # fmt: skip


def test_an_account_is_checked_and_closed_once_nobody_prints_it(dressed):
    shop, account = dressed, dressed.activity.bank_account
    for code, values in (
        ("invalid_iban", {"iban": "FR7630006000011234567890188"}),
        ("invalid_bic", {"iban": "DE89370400440532013000", "bic": "X"}),
        ("account_known", {"iban": "FR76 3000 6000 0112 3456 7890 189"}),
        ("name_missing", {"name": " ", "iban": "DE89370400440532013000"}),
    ):
        with refused(code):
            people.add_account(**{"name": "Autre", **values}, by=shop.accountant)
    with refused("account_printed"):
        people.close_account(account, on=NOV_23, by=shop.accountant)

    people.choose_account(shop.activity, None, by=shop.accountant)
    people.close_account(account, on=NOV_23, by=shop.accountant)

    with refused("account_closed"):
        people.close_account(account, on=NOV_23, by=shop.accountant)
    with refused("account_closed"):
        people.choose_account(shop.activity, account, by=shop.accountant)
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "activity.card_written", "activity.logo_set", "activity.account_chosen",
        "bank_account.added", "bank_account.closed",
    }  # fmt: skip
    assert IBAN not in json.dumps(list(AuditEvent.objects.values_list("after", flat=True)))


def test_the_database_holds_it(dressed):
    bank, of = dressed.activity.bank_account_id, f"WHERE id = {dressed.activity.pk}"
    closed = people.add_account(name="Ancien", iban="DE89370400440532013000", by=dressed.accountant)
    people.close_account(closed, on=NOV_23, by=dressed.accountant)
    accounts, activities = "entrepreneurs_bankaccount", "entrepreneurs_activity"
    statements = {
        f"UPDATE {accounts} SET iban = 'FR1420041010050500013M02606' WHERE id = {bank}":
            "entrepreneurs_bank_frozen",
        f"UPDATE {accounts} SET closed_on = now() WHERE id = {bank}": "entrepreneurs_bank_printed",
        f"UPDATE {accounts} SET closed_on = NULL WHERE id = {closed.pk}":
            "entrepreneurs_bank_frozen",
        f"DELETE FROM {accounts} WHERE id = {closed.pk}": None,
        f"UPDATE {activities} SET bank_account_id = {closed.pk} {of}":
            "entrepreneurs_activity_account_open",
        f"UPDATE {activities} SET website = 'javascript:alert(1)' {of}":
            "entrepreneurs_activity_website",
    }  # fmt: skip
    held = {}
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            held[statement] = error.__cause__.diag.constraint_name

    assert held == statements


def test_an_entrepreneur_writes_no_account_of_the_cooperative(dressed):
    own = OwnIds(person_id=dressed.person.pk, activity_ids=(dressed.activity.pk,), analytic_ids=())

    with tenant(dressed.cooperative, own=own):
        assert BankAccount.objects.count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            BankAccount.objects.create(
                name="À moi", iban="DE89370400440532013000", created_by=dressed.seller
            )


# ── Pages and programs ───────────────────────────────────────────────────────────────────


@pytest.fixture
def open_shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


FIELDS = {
    "purpose": "Illustration", "street": "", "postcode": "", "town": "", "email": "",
    "phone": "", "website": "brume.example",
}  # fmt: skip


def test_its_people_write_it_and_neighbours_do_not(open_shop):
    shop, url = open_shop, f"/c/ateliers/enseignes/{open_shop.activity.pk}/carte/"
    with tenant(shop.cooperative):
        yanis = make_seller(
            shop.cooperative, first_name="Yanis", last_name="Belkacem", name="Frêne"
        )
        account = people.add_account(name="Chantiers", iban=IBAN, by=shop.accountant)
    seller, neighbour = signed_in(shop.seller), signed_in(yanis.seller)
    logo = SimpleUploadedFile("logo.png", drawn(), "image/png")

    assert "Compte bancaire imprimé" not in seller.get(url).content.decode()
    sent = seller.post(url, FIELDS | {"logo": logo, "account": account.pk})
    assert sent.status_code == 302 and sent.url.endswith("/mon-parcours/")
    assert "data:image/jpeg;base64," in seller.get(url).content.decode()
    half = seller.post(url, FIELDS | {"street": "4 rue du Chêne"})
    assert half.status_code == 422 and "il y faut la voie" in half.content.decode()
    hostile = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", "image/png")
    refusal = seller.post(url, FIELDS | {"purpose": "Perdu", "logo": hostile})
    assert refusal.status_code == 422 and "PNG ou en JPG" in refusal.content.decode()
    assert neighbour.get(url).status_code == 404
    assert neighbour.post(url, FIELDS).status_code == 404
    with tenant(shop.cooperative):
        activity = Activity.objects.get(pk=shop.activity.pk)
        assert (activity.purpose, activity.bank_account) == ("Illustration", None)
    assert seller.post(url, FIELDS | {"without_logo": "on"}).status_code == 302
    assert "data:image/jpeg;base64," not in seller.get(url).content.decode()


def test_the_staff_chooses_the_account(open_shop):
    shop = open_shop
    with tenant(shop.cooperative):
        adviser = signed_in(make_membership(shop.cooperative, "adviser"))
        admin = signed_in(make_membership(shop.cooperative, "administrator"))
    listed = "/c/ateliers/reglages/comptes/bancaires/"
    url = f"/c/ateliers/enseignes/{shop.activity.pk}/carte/"
    assert "Un seul compte" in admin.get(listed).content.decode()
    wrong = admin.post(f"{listed}nouveau/", {"name": "Chantiers", "iban": "FR76"})
    assert wrong.status_code == 422 and "n’est pas valable" in wrong.content.decode()
    added = admin.post(f"{listed}nouveau/", {"name": "Chantiers", "iban": IBAN, "bic": BIC})
    assert added.status_code == 302
    with tenant(shop.cooperative):
        account = BankAccount.objects.get()

    assert adviser.post(url, FIELDS | {"account": account.pk}).status_code == 302

    assert "1\u00a0enseigne" in admin.get(listed).content.decode().replace(" ", "\u00a0")
    refusal = admin.post(f"{listed}{account.pk}/fermer/", follow=True)
    assert "Ce compte est imprimé par Studio Brume" in refusal.content.decode()
    assert adviser.get(listed).status_code == 404
    assert signed_in(shop.seller).get(listed).status_code == 404
    assert adviser.post(url, FIELDS | {"account": ""}).status_code == 302
    closed = admin.post(f"{listed}{account.pk}/fermer/", follow=True).content.decode()
    assert "Fermé" in closed


def test_a_program_writes_it_too(open_shop):
    shop, at = open_shop, f"/api/v1/activities/{open_shop.activity.pk}"
    key = Key(shop.seller, shop.activity)
    with tenant(shop.cooperative):
        account = people.add_account(name="Chantiers", iban=IBAN, by=shop.accountant)
        officer = make_membership(shop.cooperative, "adviser")
        admin = make_membership(shop.cooperative, "administrator")
    staff = Key(officer, shop.activity)

    written = key.put(f"{at}/card/", {"purpose": "Illustration"}, format="json")
    assert written.status_code == 200 and written.json()["purpose"] == "Illustration"
    bad = key.put(f"{at}/card/", {"website": "javascript://x"}, format="json")
    assert bad.status_code == 409 and bad.json()["code"] == "bad_website"
    logo = SimpleUploadedFile("logo.png", drawn(), "image/png")
    assert key.put(f"{at}/logo/", {"logo": logo}, format="multipart").json()["logo"]
    assert key.delete(f"{at}/logo/").json()["logo"] is None
    body = {"account": account.pk}
    assert key.put(f"{at}/account/", body, format="json").status_code == 404
    assert staff.put(f"{at}/account/", body, format="json").json()["bank_account"] == account.pk
    accounts = Key(admin, shop.activity)
    made = accounts.post(
        "/api/v1/bank-accounts/",
        {"name": "Réserve", "iban": "DE89370400440532013000"},
        format="json",
    )
    assert made.status_code == 201, made.content
    closed = accounts.post(f"/api/v1/bank-accounts/{made.json()['id']}/close/")
    assert closed.json()["closed_on"] == "2026-11-23"
    assert key.get("/api/v1/bank-accounts/").status_code in (403, 404)
