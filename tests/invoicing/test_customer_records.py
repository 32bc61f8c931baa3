"""Customers by kind, those already known, deleted or forgotten, and the memos about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction

from cae.core import audit, crypto
from cae.core.memos import memos_of, pin_memo, remove_memo, write_memo
from cae.core.models import AuditEvent, Memo
from cae.core.tenancy import OwnIds, as_cooperative, tenant
from cae.management import house
from entrepreneurs.queries import own_ids
from invoicing import actions, permissions, queries
from invoicing.actions import mails
from invoicing.actions.deals import open_deal
from invoicing.actions.forgetting import NAMELESS, tell_who_is_due
from invoicing.actions.reminders import hold_reminders
from invoicing.actions.sendings import usual_letter
from invoicing.actions.statements import store_statement
from invoicing.documents.dossiers import customer_dossier
from invoicing.models import Customer, Invoice, ReminderHold
from tests.invoicing.makers import JUNE_3, SIREN, SIRET, line, make_customer, refused
from tests.makers import make_membership, roles_that

pytestmark = pytest.mark.django_db
IBAN = "FR7630006000011234567890189"
PERSON = {"kind": "individual", "name": "Solène Bihan", "siret": "", "contact": ""}


# Kinds


def test_a_public_body_has_its_services_under_one_siret(shop, seller):
    town = {"kind": "public", "name": "Ville", "siret": "21350238800019"}
    first = make_customer(shop.activity, seller, **town, chorus_service="CULTURE")
    second = make_customer(shop.activity, seller, **town, chorus_service="VOIRIE")

    assert (first.siret, second.chorus_service) == (second.siret, "VOIRIE")
    with refused("siret_twice"):
        make_customer(shop.activity, seller, **town, chorus_service="VOIRIE")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"vat_number": "FR44732829320"}, "bad_vat_number"),
        ({"endpoint": "732829320"}, "bad_endpoint"),
        ({"siret": "", "endpoint": SIREN}, "bad_endpoint"),
        ({"iban": "FR7630006000011234567890188", "iban_holder": "Ébène"}, "invalid_iban"),
        ({"iban": IBAN}, "holder_missing"),
        ({"kind": "foreign", "siret": "", "country": "FR"}, "foreign_in_france"),
        ({"kind": "foreign", "country": "BE"}, "foreign_with_siren"),
        ({"kind": "individual", "siret": "", "chorus_service": "X"}, "individual_with_siren"),
    ],
)
def test_what_does_not_go_with_a_customer_is_refused(shop, seller, values, code):
    actions.archive_customer(shop.customer, by=seller)

    with refused(code):
        make_customer(shop.activity, seller, **values)


def test_an_iban_is_sealed_in_its_column_and_traced_by_its_end(shop, seller):
    actions.change_customer(
        shop.customer, iban="FR76 3000 6000 0112 3456 7890 189", iban_holder="Ébène", by=seller
    )

    assert Customer.objects.get().iban == IBAN
    with connection.cursor() as cursor:
        cursor.execute("SELECT iban FROM invoicing_customer WHERE id = %s", [shop.customer.pk])
        (written,) = cursor.fetchone()
    assert IBAN not in written
    assert crypto.decrypt(written, place="invoicing.customer.iban") == IBAN
    trace = AuditEvent.objects.get(action="customer.changed")
    assert trace.after["iban"] == "•••• 0189"


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'individual'",
        "kind = 'foreign', siren = '', siret = ''",
        "endpoint = '732829320'",
        "endpoint = '404833048_é'",
        "iban = 'sealed'",
        "iban_holder = 'Ébène'",
        "siret = '73282932000074'",
        "anonymised_at = now(), archived_at = now()",
        "payment_days = 61",
        "name = ''",
    ],
)
def test_the_database_refuses_a_customer_that_cannot_be(shop, change):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE invoicing_customer SET {change} WHERE id = {shop.customer.pk}")


# Already known


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"siret": "40483304800030"}, "même SIREN"),
        ({"siret": "", "vat_number": "FR83404833048"}, "même numéro de TVA"),
        ({"siret": "", "email": "COMPTA@maison-ebene.example"}, "même courriel"),
        ({"siret": "", "email": "", "name": "EDITIONS  maison ebene"}, "même nom"),
    ],
)
def test_a_customer_that_is_perhaps_known_is_refused_until_one_is_sure(shop, seller, values, why):
    actions.change_customer(shop.customer, vat_number="FR83404833048", by=seller)
    other = {"name": "Autre", "email": "x@y.example", **values}

    with refused("maybe_known"):
        make_customer(shop.activity, seller, unless_known=True, **other)
    (known,) = queries.lookalikes(
        Customer(activity=shop.activity, **{"siren": other.get("siret", "")[:9], **other})
    )
    assert (known.customer, known.why) == (shop.customer, why)

    make_customer(shop.activity, seller, **other)
    assert Customer.objects.count() == 2


def test_the_customers_of_a_neighbour_are_not_known(shop, seller, cooperative):
    from tests.invoicing.makers import make_seller

    neighbour = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")

    actions.archive_customer(neighbour.customer, by=neighbour.seller)
    actions.archive_customer(shop.customer, by=seller)
    assert [
        k.customer for k in queries.lookalikes(Customer(activity=shop.activity, siren=SIREN))
    ] == [shop.customer]


# Lists


def test_customers_are_sorted_by_what_they_bring_and_owe(shop, seller):
    small = make_customer(shop.activity, seller, siret="", name="Petit")
    none = make_customer(shop.activity, seller, siret="", name="Zéro")
    shop.invoice(line(price="1000"))
    shop.pay(shop.invoice(line(price="400"), customer=small), "100")
    shop.quote(customer=small)

    def names(by: str) -> list[str]:
        return [c.name for c in queries.sorted_customers(queries.customers_of(None), by)]

    big = shop.customer.name
    assert names("-facture") == [big, "Petit", "Zéro"]
    assert names("du") == ["Zéro", "Petit", big]
    assert names("-documents") == ["Petit", big, "Zéro"]
    assert names("-nom") == ["Zéro", "Petit", big]
    assert {c.name for c in queries.owing(queries.customers_of(None))} == {big, "Petit"}
    assert list(queries.owing(queries.customers_of(None), before=JUNE_3)) == []
    assert queries.customer_figures([none.pk, small.pk], on=JUNE_3)[small.pk].documents == 2


# Deleted


def test_a_customer_without_any_document_is_deleted_with_its_memos(shop, seller):
    write_memo(shop.customer, "Rappeler lundi", by=seller)
    pk = shop.customer.pk

    actions.delete_customer(shop.customer, by=seller)

    assert (Customer.objects.count(), Memo.objects.count()) == (0, 0)
    assert AuditEvent.objects.filter(action="customer.deleted", target_id=pk).exists()


def test_what_only_names_a_customer_goes_or_lets_go(shop, seller, staff):
    """A deal stays without them; a pause of reminders goes."""
    deal = open_deal(shop.activity, name="Fresque", customer=shop.customer, by=seller)
    hold_reminders(shop.activity, customer=shop.customer, reason="Litige", on=JUNE_3, by=staff)

    actions.delete_customer(shop.customer, by=seller)

    deal.refresh_from_db()
    assert (deal.customer, deal.search) == (None, "fresque")
    assert not ReminderHold.objects.exists()


def test_a_customer_whose_account_was_printed_stays(shop, seller):
    store_statement(shop.customer, start=JUNE_3, end=JUNE_3)

    with refused("customer_has_documents"):
        actions.delete_customer(shop.customer, by=seller)


def test_a_customer_with_a_document_stays(shop, seller):
    shop.quote()

    with refused("customer_has_documents"):
        actions.delete_customer(shop.customer, by=seller)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM invoicing_customer WHERE id = {shop.customer.pk}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# Forgotten


@pytest.fixture
def person(shop, seller) -> Customer:
    return make_customer(
        shop.activity, seller, **PERSON, phone="0600000000", iban=IBAN, iban_holder="S. Bihan"
    )


def later(days: int) -> date:
    return JUNE_3 + timedelta(days=days)


def test_a_person_is_forgotten_and_their_issued_invoices_stay(shop, seller, person):
    issued = shop.invoice(customer=person)
    shop.pay(issued, issued.gross)
    draft = shop.draft(customer=person)
    Invoice.objects.filter(pk=draft.pk).update(created_at="2026-06-03T10:00:00Z")
    write_memo(person, "Sonner deux fois", by=seller)

    actions.anonymise_customer(person, on=later(1095), by=seller)

    row = Customer.objects.get(pk=person.pk)
    kept = {f.name: getattr(row, f.name) for f in row._meta.fields if getattr(row, f.name)}
    assert set(kept) == {
        "id", "tenant", "activity", "kind", "name", "country", "search", "archived_at",
        "anonymised_at", "created_at",
    }  # fmt: skip
    assert (row.name, row.search) == (NAMELESS, "particulier anonymise")
    draft.refresh_from_db()
    issued.refresh_from_db()
    assert (draft.customer_name, draft.customer_town) == (NAMELESS, "")
    assert "bihan" not in draft.search
    assert issued.customer_name == "Solène Bihan"
    assert issued.snapshot["customer"]["name"] == "Solène Bihan"
    assert Memo.objects.count() == 0
    for act in (
        lambda: actions.anonymise_customer(row, on=later(1095), by=seller),
        lambda: actions.change_customer(row, name="Solène", by=seller),
        lambda: actions.restore_customer(row, by=seller),
    ):
        with refused("anonymised"):
            act()


def traces_of(word: str) -> list[str]:
    """Tables of traces where PostgreSQL itself finds a word, whatever the columns."""
    with as_cooperative(), connection.cursor() as cursor:
        found = []
        for table in ("core_rowchange", "core_auditevent", "core_forgotten"):
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE to_jsonb({table})::text ILIKE %s",
                [f"%{word}%"],
            )
            found += [table] * bool(cursor.fetchone()[0])
        return found


def kept_of_traces() -> list[tuple]:
    """What must never go from a trace: which row, which columns, when and by whom."""
    with as_cooperative(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, table_name, row_id, verb, membership_id, at,"
            " ARRAY(SELECT jsonb_object_keys(was)) FROM core_rowchange"
            " UNION ALL"
            " SELECT id, target_type, target_id, action, membership_id, at,"
            " ARRAY(SELECT jsonb_object_keys(after)) FROM core_auditevent ORDER BY 1, 2"
        )
        return cursor.fetchall()


def test_the_traces_of_a_person_lose_their_values_and_nothing_else(shop, seller, person):
    """Their own record, a draft in their name, one that was deleted, one that was signed."""
    actions.change_customer(person, name="Solène Bihan-Roy", phone="0611111111", by=seller)
    actions.change_customer(person, name="Solène Bihan", by=seller)
    draft = shop.draft(customer=person)
    Invoice.objects.filter(pk=draft.pk).update(created_at="2026-06-03T10:00:00Z")
    actions.discard_invoice(shop.draft(customer=person), by=seller)
    quote = actions.send_quote(shop.quote(customer=person), on=JUNE_3, by=seller)
    letter = replace(usual_letter(quote), to=("solene@bihan.example",))
    actions.mail_quote_again(quote, letter=letter, by=seller)
    actions.accept_quote(quote, name="Solène Bihan", on=JUNE_3)
    other = make_customer(shop.activity, seller, **PERSON | {"name": "Maël Bihan"})
    actions.change_customer(other, name="Maël Le Bihan", by=seller)
    before = kept_of_traces()
    assert traces_of("solène") == ["core_rowchange", "core_auditevent"]

    actions.anonymise_customer(person, on=later(1095), by=seller)

    for word in ("solène", "bihan-roy", "061111", "solene@"):
        assert traces_of(word) == [], word
    assert traces_of("maël") == ["core_rowchange", "core_auditevent"]
    assert [row for row in kept_of_traces() if row in before] == before
    assert list(house.broken_chains()) == []


def test_a_person_deleted_leaves_no_value_in_the_traces(shop, seller, person):
    actions.delete_customer(person, by=seller)

    assert traces_of("solène") == []
    assert "customer.deleted" in AuditEvent.objects.values_list("action", flat=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_rowchange SET was = '{}'",
        'UPDATE core_rowchange SET was = was || \'{"name": "Autre"}\'',
        "UPDATE core_rowchange SET membership_id = NULL, was = cae_erased(was, '{name}')",
        "UPDATE core_rowchange SET was = cae_erased(was, '{name}')",
        "DELETE FROM core_rowchange",
        "UPDATE core_auditevent SET actor = 'Autre'",
        "UPDATE core_auditevent SET after = '{}'",
        "UPDATE core_auditevent SET after = cae_erased(after, '{name}')",
        "DELETE FROM core_auditevent",
        "UPDATE core_forgotten SET columns = '{name,town}'",
        "DELETE FROM core_forgotten",
    ],
)
def test_a_trace_loses_what_is_registered_and_nothing_more(shop, seller, person, statement):
    """As the role that serves: another person's row, another value, another column."""
    actions.change_customer(shop.customer, name="Ébène", by=seller)
    audit.forget(Customer, [person.pk], columns=["name"], by=seller)

    with as_cooperative(), pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_company_an_open_account_or_a_recent_document_is_not_forgotten(shop, seller, person):
    with refused("not_a_person"):
        actions.anonymise_customer(shop.customer, on=later(4000), by=seller)
    invoice = shop.invoice(customer=person)
    with refused("still_owed"):
        actions.anonymise_customer(person, on=later(4000), by=seller)
    shop.pay(invoice, invoice.gross)
    with refused("too_early"):
        actions.anonymise_customer(person, on=later(1094), by=seller)


def test_a_person_without_any_document_is_forgotten_at_once(shop, seller, person):
    assert actions.anonymise_customer(person, on=JUNE_3, by=seller).anonymised_at is not None


def test_the_staff_who_may_are_told_each_night_who_is_due(shop, seller, person, cooperative):
    adviser = make_membership(cooperative, "adviser")
    Customer.objects.update(created_at="2026-06-03T10:00:00Z")
    invoice = shop.invoice(customer=person)
    shop.pay(invoice, invoice.gross)

    assert tell_who_is_due(cooperative, on=later(1094)) == 0
    assert tell_who_is_due(cooperative, on=later(1095)) == 1
    assert queries.customers_to_forget(on=later(1095), after=queries.customer_retention()) == [
        person
    ]

    mails.customers_to_forget(adviser, on=later(1094))
    assert mail.outbox == []


def test_the_mail_names_who_is_due_and_where_to_do_it(shop, seller, person, cooperative):
    adviser = make_membership(cooperative, "adviser")
    Customer.objects.update(created_at="2020-06-03T10:00:00Z")

    mails.customers_to_forget(adviser, on=later(0))

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["adviser@ateliers.example"],
        "À anonymiser\u00a0: un client",
    )
    assert f"/c/ateliers/clients/{person.pk}/anonymiser/" in sent.body
    assert "Ébène" not in sent.body


def test_who_may_forget_people(shop, cooperative):
    assert roles_that(cooperative, permissions.may_forget) == {"adviser", "payroll_officer"}


def test_what_is_known_of_a_customer_is_handed_over_whole(shop, seller):
    invoice = shop.invoice()
    shop.pay(invoice, "100")
    write_memo(shop.customer, "Préfère le matin", by=seller)

    told = customer_dossier(shop.customer)

    assert told["client"]["siret"] == SIRET
    assert [f["numero"] for f in told["factures"]] == [invoice.number]
    assert [p["montant"] for p in told["encaissements"]] == ["100.00"]
    assert [m["texte"] for m in told["memos"]] == ["Préfère le matin"]


# Memos


def as_seller(shop):
    own = own_ids(shop.seller)
    assert isinstance(own, OwnIds)
    return tenant(shop.cooperative, membership=shop.seller, own=own)


def test_a_memo_of_the_staff_alone_does_not_exist_for_an_entrepreneur(shop, seller, staff):
    shared = write_memo(shop.customer, "Payeur lent", by=staff)
    write_memo(shop.customer, "À surveiller", by=staff, is_shared=False)

    with as_seller(shop):
        mine = write_memo(shop.customer, "Rappelé", by=seller, is_shared=False)
        assert list(memos_of(shop.customer)) == [mine, shared]
        assert not AuditEvent.objects.filter(
            target_type="core.memo", action="memo.written"
        ).exists()
    assert mine.is_shared
    assert memos_of(shop.customer).count() == 3


def test_pinned_memos_come_first_and_only_their_author_removes_them(shop, seller, staff):
    old = write_memo(shop.customer, "Sonner deux fois", by=seller)
    write_memo(shop.customer, "Payé", by=staff)

    pin_memo(old, pinned=True, by=staff)

    assert memos_of(shop.customer)[0] == old
    with refused("memo_of_another"):
        remove_memo(old, by=staff)
    remove_memo(old, by=seller)
    assert Memo.objects.count() == 1


@pytest.mark.parametrize(("text", "code"), [(" \0 ", "memo_empty"), ("a" * 4001, "memo_too_long")])
def test_a_memo_says_something_but_not_everything(shop, seller, text, code):
    with refused(code):
        write_memo(shop.customer, text, by=seller)


def test_the_database_keeps_the_memos_of_the_staff_out_of_an_activity(shop, staff):
    memo = write_memo(shop.customer, "À surveiller", by=staff, is_shared=False)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_memo SET activity_id = %s WHERE id = %s", [shop.activity.pk, memo.pk]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Memo.objects.filter(pk=memo.pk).update(text="")
