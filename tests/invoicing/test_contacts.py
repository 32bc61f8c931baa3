"""The people at a customer's: which letters go to them; and what the books call a customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from accounting.models import EntryLine
from cae.core.tenancy import tenant
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.actions import reminder_mails
from invoicing.actions.reminders import remind
from invoicing.actions.sendings import usual_letter
from invoicing.documents.dossiers import customer_dossier
from invoicing.enums import LetterKind, MailKind
from invoicing.models import Customer, CustomerContact, DocumentMail, Reminder
from tests.invoicing.makers import JUNE_3, make_customer, refused
from tests.makers import signed_in

pytestmark = pytest.mark.django_db
USUAL = "compta@maison-ebene.example"
LATE = JUNE_3 + timedelta(days=45)


def contact(shop, name: str = "Nadia Roux", **details) -> CustomerContact:
    first = name.partition(" ")[0].lower()
    details = {"email": f"{first}@maison-ebene.example", **details}
    return actions.add_contact(shop.customer, name=name, by=shop.seller, **details)


def reached(shop) -> dict[str, tuple[str, ...]]:
    return {kind.value: queries.recipients(shop.customer, kind) for kind in LetterKind}


def test_letters_go_to_who_receives_them_else_to_the_customer(shop):
    assert set(reached(shop).values()) == {(USUAL,)}

    contact(shop, "Nadia Roux", gets_quotes=True, gets_invoices=True)
    contact(shop, "Marc Lod", gets_invoices=True)
    contact(shop, "Anne Vial")

    assert reached(shop) == {
        "quotes": ("nadia@maison-ebene.example",),
        "invoices": ("nadia@maison-ebene.example", "marc@maison-ebene.example"),
        "reminders": (USUAL,),
    }
    assert usual_letter(shop.quote()).to == ("nadia@maison-ebene.example",)
    assert usual_letter(shop.invoice()).to[1] == "marc@maison-ebene.example"


def test_who_receives_quotes_may_sign_and_gets_the_copy(shop):
    contact(shop, gets_quotes=True)
    quote = actions.send_quote(shop.quote(), on=JUNE_3, by=shop.seller)

    assert queries.signing_addresses(quote) == ["nadia@maison-ebene.example"]
    actions.accept_quote(quote, name="Nadia Roux", on=JUNE_3)
    copy = DocumentMail.objects.get(kind=MailKind.SIGNED_QUOTE)
    assert copy.to == ["nadia@maison-ebene.example"]


def test_reminders_reach_every_contact_who_receives_them(shop, staff):
    """Even of a customer whose record has no address at all."""
    actions.change_customer(shop.customer, email="", by=shop.seller)
    contact(shop, "Nadia Roux", gets_reminders=True)
    contact(shop, "Marc Lod", gets_reminders=True)
    invoice = shop.invoice()

    reminder = remind(invoice, on=LATE, by=staff)

    assert (reminder.recipient, reminder.copies) == (
        "nadia@maison-ebene.example",
        ["marc@maison-ebene.example"],
    )
    reminder_mails.reminder_to_customer(Reminder.objects.get())
    assert mail.outbox[0].to == ["nadia@maison-ebene.example", "marc@maison-ebene.example"]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"name": " ", "email": ""}, "name_missing"),
        ({"email": "", "gets_quotes": True}, "email_missing"),
        ({"email": "nadia@"}, "bad_address"),
        ({"email": "MARC@maison-ebene.example"}, "email_twice"),
    ],
)
def test_a_contact_that_cannot_be_reached_is_refused(shop, details, code):
    contact(shop, "Marc Lod")
    with refused(code):
        contact(shop, **{"name": "Nadia Roux", **details})
    found = contact(shop, "Anne Vial")
    with refused(code):
        actions.change_contact(found, by=shop.seller, **details)


@pytest.mark.parametrize(
    "change", ["name = ''", "email = ''", "email = 'Marc@maison-ebene.example'"]
)
def test_the_database_refuses_a_contact_that_cannot_be(shop, change):
    contact(shop, "Marc Lod")
    nadia = contact(shop, gets_invoices=True)
    with pytest.raises(DatabaseError, match="invoicing_contact_"), transaction.atomic():
        connection.cursor().execute(
            f"UPDATE invoicing_customercontact SET {change} WHERE id = %s", [nadia.pk]
        )


def test_contacts_are_known_handed_over_and_forgotten_with_their_customer(shop, seller):
    person = make_customer(
        shop.activity, seller, kind="individual", siret="", name="Solène Bihan", contact=""
    )
    nadia = actions.add_contact(person, name="Gaël Bihan", role="Fils", by=seller)
    assert customer_dossier(person)["contacts"] == [
        {"nom": "Gaël Bihan", "fonction": "Fils", "courriel": "", "telephone": ""}
    ]

    actions.anonymise_customer(person, on=JUNE_3, by=seller)

    assert not CustomerContact.objects.filter(pk=nadia.pk).exists()
    with refused("anonymised"):
        actions.add_contact(person, name="Gaël", by=seller)


# What the books call a customer


def test_entries_carry_the_account_of_their_day_and_keep_it(shop, staff):
    actions.set_party_account(shop.customer, account="411 ebene", by=staff)
    shop.customer.refresh_from_db()
    shop.pay(shop.invoice(), "1200")
    actions.set_party_account(shop.customer, account="", by=staff)

    lines = EntryLine.objects.filter(account__number="411").order_by("id")
    assert list(lines.values_list("party_account", flat=True)) == ["411EBENE", "411EBENE"]


def test_an_account_of_the_books_is_of_one_customer_and_well_written(shop, staff, seller):
    other = make_customer(shop.activity, seller, name="Studio Vaste", siret="", email="")
    actions.set_party_account(shop.customer, account="411EBENE", by=staff)

    with refused("account_taken"):
        actions.set_party_account(other, account="411ebene", by=staff)
    with refused("bad_account"):
        actions.set_party_account(other, account="411-Ébène", by=staff)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE invoicing_customer SET party_account = '411X' WHERE id = {one}", "staff alone"),
        (
            "INSERT INTO invoicing_customer (tenant_id, activity_id, kind, name, country, search,"
            " contact, email, billing_email, phone, street, complement, postcode, town,"
            " delivery_street, delivery_complement, delivery_postcode, delivery_town,"
            " delivery_country, siren, siret, vat_number, endpoint, chorus_service,"
            " chorus_commitment, iban, iban_holder, created_at, party_account)"
            " SELECT tenant_id, activity_id, kind, 'Autre', country, search,"
            " contact, email, billing_email, phone, street, complement, postcode, town,"
            " delivery_street, delivery_complement, delivery_postcode, delivery_town,"
            " delivery_country, siren, '', vat_number, endpoint, chorus_service,"
            " chorus_commitment, iban, iban_holder, created_at, '411X'"
            " FROM invoicing_customer WHERE id = {one}",
            "staff alone",
        ),
    ],
)
def test_an_entrepreneur_never_writes_the_account(shop, statement, why):
    with tenant(shop.cooperative, own=own_ids(shop.seller)), transaction.atomic():
        with pytest.raises(DatabaseError, match=why), transaction.atomic():
            connection.cursor().execute(statement.format(one=shop.customer.pk))
        actions.change_customer(shop.customer, name="Ébène", by=shop.seller)


@pytest.mark.parametrize("account", ["411ebene", "4" * 18])
def test_the_database_refuses_an_account_badly_written(shop, account):
    with pytest.raises(DatabaseError), transaction.atomic():
        Customer.objects.filter(pk=shop.customer.pk).update(party_account=account)


# Pages


def test_pages_write_contacts_and_the_account_for_who_may(shop, staff):
    shop.cooperative.require_second_factor = False
    shop.cooperative.save()
    root = f"/c/ateliers/clients/{shop.customer.pk}/"
    seller, accountant = signed_in(shop.seller), signed_in(staff)
    typed = {"name": "Nadia Roux", "role": "Gérante", "email": "nadia@x.example"}

    missing = seller.post(f"{root}contacts/nouveau/", {"name": "Marc", "gets_quotes": "on"})
    added = seller.post(f"{root}contacts/nouveau/", {**typed, "gets_quotes": "on"})
    shown = seller.get(root).content.decode()

    assert missing.status_code == 422
    assert "Pour que Marc reçoive des messages" in missing.content.decode()
    assert added.status_code == 302
    assert "Nadia Roux" in shown and "Gérante" in shown
    pk = CustomerContact.objects.get().pk
    assert accountant.get(f"{root}contacts/{pk}/").status_code == 404
    assert seller.get(f"{root}compte-tiers/").status_code == 404
    assert seller.post(f"{root}contacts/{pk}/", {**typed, "role": "Achats"}).status_code == 302
    assert CustomerContact.objects.get().role == "Achats"
    assert seller.post(f"{root}contacts/{pk}/retirer/").status_code == 302
    assert seller.get(f"{root}contacts/{pk}/").status_code == 404
    refusal = accountant.post(f"{root}compte-tiers/", {"account": "é"})
    assert (refusal.status_code, accountant.get(f"{root}compte-tiers/").status_code) == (422, 200)
    assert accountant.post(f"{root}compte-tiers/", {"account": "411ebene"}).status_code == 302
    assert "411EBENE" in seller.get(root).content.decode()
