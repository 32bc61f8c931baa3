"""Who paid, from which bank, and to which account of the cooperative."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from accounting import actions as ledger
from accounting import queries as books
from cae.core.models import AuditEvent
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from entrepreneurs.models import BankAccount
from invoicing import actions, queries
from invoicing.actions.banking import Origin
from invoicing.models import Payment
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, Shop, balances, make_shop, refused
from tests.invoicing.test_cards import IBAN
from tests.makers import make_membership, signed_in

pytestmark = pytest.mark.django_db
JUNE_2, JUNE_10 = date(2026, 6, 2), date(2026, 6, 10)
OTHER_IBAN = "DE89370400440532013000"


@pytest.fixture
def bank(shop) -> BankAccount:
    return banked(shop)


def banked(shop: Shop) -> BankAccount:
    ledger.open_account("51202", label="Crédit coopératif", by=shop.accountant)
    return people.add_account(
        name="Chantiers", iban=IBAN, ledger_account="51202", by=shop.accountant
    )


def receive(shop: Shop, amount: str = "1200", *, means: str = "transfer", **origin) -> Payment:
    return actions.receive_payment(
        shop.customer,
        amount=D(amount),
        received_on=JUNE_3,
        means=means,
        origin=Origin(**origin),
        by=shop.accountant,
    )


def test_a_payment_says_who_paid_and_debits_the_account_that_received_it(shop, bank):
    invoice = shop.invoice()

    payment = receive(
        shop, issuer=" Mutuelle  du Lac ", issuer_bank="Banque de Rennes", bank_account=bank
    )

    assert (payment.issuer, payment.issuer_bank) == ("Mutuelle du Lac", "Banque de Rennes")
    assert (payment.account, payment.bank_account) == ("51202", bank)
    assert balances(shop.activity.analytic)["51202"] == D("1200.00")
    assert {"issuer", "issuer_bank", "bank_account"} <= set(payment.facts)
    assert queries.settlement_of(invoice).remaining == 0
    assert list(queries.payments_journal("mutuelle")) == [payment]
    assert list(queries.broken_payments()) == []
    with transaction.atomic():
        own = actions.receive_payment(
            shop.customer, amount=D("5"), received_on=JUNE_3, means="transfer",
            origin=Origin(issuer=shop.customer.name.upper()), by=shop.accountant,
        )  # fmt: skip
    assert (own.issuer, "issuer" in own.facts) == ("", False)


def test_what_is_reversed_leaves_where_it_came_in(shop, bank):
    """Whatever is said of that bank account since: closed, kept elsewhere in the books."""
    shop.invoice()
    payment = receive(shop, bank_account=bank, issuer="Mutuelle du Lac")
    people.book_account(bank, ledger_account="512", by=shop.accountant)
    people.close_account(bank, on=JUNE_3, by=shop.accountant)

    opposite = actions.reverse_payment(
        payment, on=JUNE_10, reason="Saisi deux fois", by=shop.accountant
    )

    assert (opposite.account, opposite.issuer) == ("51202", "Mutuelle du Lac")
    assert {"512", "51202"} & set(balances(shop.activity.analytic)) == set()


def test_a_bank_account_without_number_is_the_bank_of_the_activity(shop):
    account = people.add_account(name="Chantiers", iban=IBAN, by=shop.accountant)
    ledger.open_account("51203", label="Caisse d’épargne", by=shop.accountant)
    ledger.choose_accounts(shop.activity.analytic, accounts={"bank": "51203"}, by=shop.accountant)

    assert receive(shop, bank_account=account).account == "51203"


def test_what_no_statement_could_show_is_refused(shop, bank):
    closed = people.add_account(name="Ancien", iban=OTHER_IBAN, by=shop.accountant)
    people.close_account(closed, on=JUNE_2, by=shop.accountant)
    for means in ("cheque", "cash"):
        with refused("waits_for_deposit"):
            receive(shop, means=means, bank_account=bank)
    with refused("account_closed"):
        receive(shop, bank_account=closed)
    with refused("account_closed"):
        people.book_account(closed, ledger_account="512", by=shop.accountant)
    with refused("wrong_class"):
        people.book_account(bank, ledger_account="5112", by=shop.accountant)
    with refused("unknown_account"):
        people.book_account(bank, ledger_account="51299", by=shop.accountant)
    assert not Payment.objects.exists()


def test_money_that_came_in_before_an_account_was_closed_is_received_on_it(shop):
    closed = people.add_account(name="Ancien", iban=OTHER_IBAN, by=shop.accountant)
    people.close_account(closed, on=JUNE_10, by=shop.accountant)

    assert receive(shop, bank_account=closed).bank_account == closed


def test_cheques_are_taken_to_the_account_that_is_said(shop, bank):
    shop.invoice()
    cheque = receive(shop, means="cheque", issuer_bank="Banque de Rennes")
    deposit = actions.fill_deposit("cheque", [cheque], by=shop.accountant)

    deposit = actions.close_deposit(deposit, on=JUNE_10, bank_account=bank, by=shop.accountant)

    assert (deposit.account, deposit.iban) == ("51202", IBAN)
    found = balances(shop.activity.analytic)
    assert found["51202"] == D("1200.00") and "5112" not in found
    actions.reverse_payment(cheque, on=JUNE_10, reason="Impayé", by=shop.accountant)
    assert {"51202", "5112"} & set(balances(shop.activity.analytic)) == set()


def test_the_database_holds_it(shop, bank):
    payment = receive(shop, bank_account=bank)
    closed = people.add_account(name="Ancien", iban=OTHER_IBAN, by=shop.accountant)
    people.close_account(closed, on=JUNE_2, by=shop.accountant)
    columns = [f.column for f in Payment._meta.concrete_fields if f.name not in ("id",)]

    def again(**changed: object) -> str:
        said = {"chain_rank": "chain_rank + 100", **changed}
        values = ", ".join(str(said.get(name, name)) for name in columns)
        return (
            f"INSERT INTO invoicing_payment ({', '.join(columns)}) SELECT {values}"
            f" FROM invoicing_payment WHERE id = {payment.pk}"
        )

    wage = "(SELECT id FROM accounting_account WHERE number = '421')"
    held = {
        again(account="'512'"): "invoicing_payment_bank",
        again(account="'5112'"): "invoicing_payment_bank",
        again(bank_account_id=closed.pk): "invoicing_payment_bank",
        again(account="'421'", bank_account_id="NULL"): "invoicing_payment_account",
        f"UPDATE entrepreneurs_bankaccount SET ledger_account_id = {wage}"
        f" WHERE id = {bank.pk}": "entrepreneurs_bank_ledger",
        f"UPDATE entrepreneurs_bankaccount SET iban = '{OTHER_IBAN}'"
        f" WHERE id = {bank.pk}": "entrepreneurs_bank_frozen",
        f"UPDATE invoicing_payment SET issuer = 'X' WHERE id = {payment.pk}": None,
    }
    found = {}
    for statement in held:
        with (
            pytest.raises(DatabaseError) as error,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        found[statement] = error.value.__cause__.diag.constraint_name
    assert found == held
    with connection.cursor() as cursor:  # the wall is not what refuses all
        cursor.execute(again())


# ── Pages and programs ───────────────────────────────────────────────────────────────────


@pytest.fixture
def open_shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


def test_staff_say_it_on_the_page(open_shop):
    shop = open_shop
    with tenant(shop.cooperative):
        bank, invoice = banked(shop), shop.invoice()
        other = people.add_account(name="Réserve", iban=OTHER_IBAN, by=shop.accountant)
        people.choose_account(shop.activity, bank, by=shop.accountant)
        admin = signed_in(make_membership(shop.cooperative, "administrator"))
    staff, url = signed_in(shop.accountant), f"/c/ateliers/encaissements/{invoice.pk}/"
    body = {
        "amount": "1200", "received_on": "2026-06-03", "means": "transfer", "reference": "V1",
        "issuer": "Mutuelle du Lac", "issuer_bank": "Banque de Rennes", "bank_account": bank.pk,
        "nonce": "n" * 32,
    }  # fmt: skip

    shown = staff.get(url).content.decode()
    assert "Reçu sur le compte" in shown and f'value="{bank.pk}" selected' in shown
    wrong = staff.post(url, body | {"bank_account": "0"})
    assert wrong.status_code == 422
    # A cheque waits, whatever account was proposed.
    cheque = body | {"means": "cheque", "amount": "200", "nonce": "c" * 32}
    assert staff.post(url, cheque).status_code == 302
    assert staff.post(url, body | {"amount": "1000"}).status_code == 302
    with tenant(shop.cooperative):
        waiting, payment = Payment.objects.order_by("id")
        assert (waiting.account, waiting.bank_account) == ("5112", None)
        assert (payment.account, payment.issuer) == ("51202", "Mutuelle du Lac")
    text = staff.get(f"/c/ateliers/encaissements/journal/{payment.pk}/").content.decode()
    assert "Mutuelle du Lac" in text and "Banque de Rennes" in text and "Chantiers" in text

    listed = "/c/ateliers/reglages/comptes/bancaires/"
    assert "51202" in admin.get(listed).content.decode()
    here = f"{listed}{other.pk}/plan/"
    assert admin.post(here, {"ledger_account": "530"}).status_code == 422
    assert admin.post(here, {"ledger_account": "512"}).status_code == 302
    assert staff.get(here).status_code == 404
    with tenant(shop.cooperative):
        assert BankAccount.objects.get(pk=other.pk).ledger_account.number == "512"
        assert AuditEvent.objects.filter(action="bank_account.booked").count() == 1
        assert books.balance_of("512") == D("1000.00")


def test_a_program_says_it_too(open_shop):
    shop = open_shop
    with tenant(shop.cooperative):
        bank = banked(shop)
        admin = Key(make_membership(shop.cooperative, "administrator"), shop.activity)
    staff = Key(shop.accountant, shop.activity)
    body = {
        "customer": shop.customer.pk, "amount": "60", "received_on": "2026-06-03",
        "means": "transfer", "parts": [], "issuer": "Mutuelle du Lac", "bank_account": bank.pk,
    }  # fmt: skip

    made = staff.post("/api/v1/payments/", body, format="json")
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["issuer"], said["bank_account"], said["account"]) == (
        "Mutuelle du Lac", bank.pk, "51202",
    )  # fmt: skip
    waits = staff.post("/api/v1/payments/", body | {"means": "cash"}, format="json")
    assert (waits.status_code, waits.json()["code"]) == (409, "waits_for_deposit")
    at = f"/api/v1/bank-accounts/{bank.pk}/ledger/"
    assert staff.put(at, {"ledger_account": "512"}, format="json").status_code == 404
    assert admin.put(at, {"ledger_account": ""}, format="json").json()["ledger_account"] is None
    assert admin.put(at, {"ledger_account": "421"}, format="json").json()["code"] == "wrong_class"
