"""What is owed for everybody, and paying it to the cent of each activity."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounting import queries
from accounting.actions import choose_accounts, close_period, open_account, pay_due
from accounting.actions import reverse as cancel
from accounting.enums import Due
from accounting.models import Entry, EntryLine
from accounting.rules import DUE_ACCOUNTS, payment_lines
from cae.core import clock
from cae.core.models import AuditEvent
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from tests.accounting.conftest import credit, debit, open_books
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

APRIL, MAY = Month(2026, 4), Month(2026, 5)
ON = date(2026, 5, 15)


@planted
def april(books):
    """Two pays and two invoices of April: X2 has a credit of VAT."""
    for code, social, tax in (("X1", "520.10", "20"), ("X2", "260.05", "0")):
        books.post(
            "PA",
            date(2026, 4, 27),
            debit("6411", D(social) + D(tax), analytic=code),
            credit("431", social, analytic=code),
            *([credit("4421", tax, analytic=code)] if D(tax) else []),
        )
    books.post(
        "VT",
        date(2026, 4, 3),
        debit("411", "1200", analytic="X1"),
        credit("706", "1000", analytic="X1"),
        credit("44571", "200", analytic="X1"),
    )
    books.post(
        "AC",
        date(2026, 4, 8),
        debit("606", "100", analytic="X2"),
        debit("44566", "20", analytic="X2"),
        credit("401", "120", analytic="X2"),
    )
    return books


def pay(due, amount, month=APRIL, *, paid_on=ON, on=ON):
    return pay_due(due, month, amount=D(amount), paid_on=paid_on, on=on, by=None)


def lines(entry):
    found = EntryLine.objects.filter(entry=entry).order_by("analytic__code", "account__number")
    return [(line.analytic.code, line.account.number, line.debit - line.credit) for line in found]


def refused(*args, **kwargs) -> str:
    with pytest.raises(ActionRefused) as refusal:
        pay(*args, **kwargs)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def left(month=APRIL):
    return {each.due: each.left for each in queries.month_dues(month) if each.left}


def test_a_month_owes_what_the_ledger_says(april):
    assert left() == {Due.URSSAF: D("780.15"), Due.WITHHOLDING: D(20), Due.VAT: D(180)}
    assert left(Month(2026, 3)) == {}
    assert queries.month_due(Due.VAT, APRIL).shares == [("X1", D(200)), ("X2", D(-20))]


def test_a_fund_is_paid_by_each_activity_to_the_cent(april):
    entry = pay(Due.URSSAF, "780.15")

    assert lines(entry) == [
        ("X1", "431", D("520.10")),
        ("X1", "512", D("-520.10")),
        ("X2", "431", D("260.05")),
        ("X2", "512", D("-260.05")),
    ]
    assert (entry.date, entry.label) == (ON, "Urssaf, avril 2026")
    assert Due.URSSAF not in left()
    assert queries.month_due(Due.URSSAF, APRIL).paid == D("780.15")
    assert AuditEvent.objects.get(action="due.paid").after["amount"] == "780.15"


def test_it_leaves_the_bank_of_the_cooperative(april):
    own = queries.cooperative_analytic()
    accountant = make_membership(own.tenant, "accountant")
    open_account("51201", label="Crédit coopératif", by=accountant)
    choose_accounts(own, accounts={"bank": "51201"}, by=accountant)

    entry = pay(Due.URSSAF, "780.15")

    assert {number for _, number, _ in lines(entry)} == {"431", "51201"}
    assert pay(Due.URSSAF, "780.15") == entry
    assert queries.month_due(Due.URSSAF, APRIL).paid == D("780.15")


def test_a_part_is_shared_and_the_rest_stays_owed(april):
    entry = pay(Due.URSSAF, "100")

    assert [line for line in lines(entry) if line[1] == "512"] == [
        ("X1", "512", D("-66.67")),
        ("X2", "512", D("-33.33")),
    ]
    assert left()[Due.URSSAF] == D("680.15")
    pay(Due.URSSAF, "680.15", paid_on=date(2026, 5, 16), on=date(2026, 5, 16))
    assert queries.balance_of("431") == 0


def test_vat_is_paid_net_of_what_is_deducted(april):
    entry = pay(Due.VAT, "180")

    assert lines(entry) == [
        ("X1", "44571", D(200)),
        ("X1", "512", D(-200)),
        ("X2", "44566", D(-20)),
        ("X2", "512", D(20)),
    ]
    assert Due.VAT not in left()


def test_the_rest_of_a_vat_waits_on_its_account(april):
    pay(Due.VAT, "90")

    assert queries.balance_of("44571") == queries.balance_of("44566") == 0
    assert queries.balance_of("44551") == -90
    assert left()[Due.VAT] == 90
    pay(Due.VAT, "90", paid_on=date(2026, 5, 18), on=date(2026, 5, 18))
    assert queries.balance_of("445") == 0


def test_a_credit_of_vat_owes_nothing(books):
    books.post(
        "AC",
        date(2026, 4, 8),
        debit("606", "100", analytic="X1"),
        debit("44566", "20", analytic="X1"),
        credit("401", "120", analytic="X1"),
    )

    due = queries.month_due(Due.VAT, APRIL)

    assert (due.left, due.credit) == (0, 20)
    assert refused(Due.VAT, "20") == "nothing_due"


def test_more_than_what_is_owed_is_refused(april):
    assert refused(Due.URSSAF, "780.16") == "over_payment"
    assert refused(Due.PENSION, "1") == "nothing_due"
    assert Entry.objects.filter(journal__code="BQ").count() == 0


def test_a_payment_of_a_later_month_settles_the_oldest_debt(april):
    april.post(
        "PA",
        date(2026, 5, 27),
        debit("6411", "300", analytic="X1"),
        credit("431", "300", analytic="X1"),
    )
    june = date(2026, 6, 15)

    pay(Due.URSSAF, "1080.15", MAY, paid_on=june, on=june)

    assert Due.URSSAF not in left() | left(MAY)
    assert refused(Due.URSSAF, "1", paid_on=june, on=june) == "nothing_due"


def test_the_same_payment_is_written_once(april):
    first, again = pay(Due.URSSAF, "100"), pay(Due.URSSAF, "100")

    assert first == again
    assert refused(Due.URSSAF, "200") == "already_paid"


def test_a_cancelled_payment_is_owed_again(april):
    cancel(pay(Due.URSSAF, "780.15"), on=ON, by=None)

    assert left()[Due.URSSAF] == D("780.15")


@pytest.mark.parametrize("amount", ["0", "-1", "1.001"])
def test_an_amount_is_positive_and_to_the_cent(april, amount):
    assert refused(Due.URSSAF, amount) == "bad_amount"


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 5, 16)])
def test_a_payment_is_dated_from_its_month_to_today(april, day):
    assert refused(Due.URSSAF, "1", paid_on=day) == "bad_day"


def test_a_closed_month_is_left_alone(april):
    close_period(APRIL, on=ON, by=None)

    assert refused(Due.URSSAF, "1", paid_on=date(2026, 4, 30)) == "closed_period"


cents = st.decimals(-500, 500, places=2)


@given(
    due=st.sampled_from(Due),
    owed=st.dictionaries(st.sampled_from(["X1", "X2", "CAE"]), cents, min_size=1),
    part=st.decimals(0, 1, places=3),
)
def test_any_payment_balances_for_each_activity(due, owed, part):
    account = DUE_ACCOUNTS[due][-1]
    total = sum(owed.values())
    amount = (total * part).quantize(D("0.01"))
    if amount <= 0:
        return

    written = payment_lines(due, {code: {account: value} for code, value in owed.items()}, amount)

    for code in owed:
        assert sum(line.debit - line.credit for line in written if line.analytic == code) == 0
    assert sum(line.credit - line.debit for line in written if line.account == "512") == amount


@pytest.mark.django_db(transaction=True)
def test_two_accountants_pay_a_debt_once(cooperative):
    with tenant(cooperative), transaction.atomic():
        books = open_books()
        books.post(
            "PA",
            date(2026, 4, 27),
            debit("6411", "500", analytic="X1"),
            credit("431", "500", analytic="X1"),
        )

    def job(day):
        try:
            with tenant(cooperative):
                return pay(Due.URSSAF, "500", paid_on=day).pk
        except ActionRefused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(job, [ON, ON, date(2026, 5, 14), date(2026, 5, 14)]))

    with tenant(cooperative), transaction.atomic():
        assert queries.balance_of("431") == 0
    assert "nothing_due" in answers


# Pages


@pytest.fixture
def url(cooperative, cooperatives, monkeypatch):
    for each in cooperatives:
        each.require_second_factor = False
        each.save()
    monkeypatch.setattr(clock, "today", lambda: ON)
    return lambda name, *args: reverse(f"accounting:{name}", args=[cooperative.slug, *args])


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_the_page_shows_what_is_owed_and_pays_it(april, url, cooperative):
    client = signed_in(make_membership(cooperative, "accountant"))

    page = text_of(client.get(url("dues")))
    assert "À payer à la fin d’avril 2026" in page
    assert "780,15 €" in page
    form = client.get(url("pay_due", "urssaf", "2026-04"))
    assert "Studio Brume" in text_of(form)
    response = client.post(
        url("pay_due", "urssaf", "2026-04"),
        {"amount": "780,15", "paid_on": "2026-05-15", "nonce": "a"},
        follow=True,
    )

    assert "Versement enregistré : Urssaf." in text_of(response)
    assert "780,15 € le 15 mai 2026" in text_of(response)
    too_much = client.post(
        url("pay_due", "impot", "2026-04"),
        {"amount": "21", "paid_on": "2026-05-15", "nonce": "b"},
    )
    assert too_much.status_code == 422
    assert "Vous payez 21,00 € et il est dû 20,00 €" in text_of(too_much)


def test_who_only_reads_the_accounts_does_not_pay(april, url, cooperative):
    client = signed_in(make_membership(cooperative, "payroll_officer"))

    page = text_of(client.get(url("dues")))
    assert "780,15 €" in page
    assert url("pay_due", "urssaf", "2026-04") not in page
    assert client.get(url("pay_due", "urssaf", "2026-04")).status_code == 404


def test_a_month_that_owes_nothing_says_so(books, url, cooperative):
    client = signed_in(make_membership(cooperative, "accountant"))

    assert "Rien à payer à la fin d’avril 2026" in text_of(client.get(url("dues")))
    assert "Rien n’est dû" in text_of(client.get(url("pay_due", "tva", "2026-04"), follow=True))
    assert client.get(url("pay_due", "x", "2026-04")).status_code == 404
    assert client.get(url("pay_due", "tva", "avril")).status_code == 404


def test_another_cooperative_owes_nothing_here(april, url, other_cooperative):
    client = signed_in(make_membership(other_cooperative, "accountant"))

    page = text_of(client.get(reverse("accounting:dues", args=[other_cooperative.slug])))
    assert "Rien à payer" in page


def test_the_number_of_queries_does_not_depend_on_the_activities(
    april, url, cooperative, django_assert_max_num_queries, django_assert_num_queries
):
    client = signed_in(make_membership(cooperative, "accountant"))
    with django_assert_max_num_queries(40) as few:
        client.get(url("dues"))
    pay(Due.URSSAF, "10")
    pay(Due.URSSAF, "20", paid_on=date(2026, 5, 14))
    april.post(
        "PA",
        date(2026, 4, 27),
        debit("6411", "300", analytic="CAE"),
        credit("431", "300", analytic="CAE"),
    )
    with django_assert_max_num_queries(len(few) + 1):
        client.get(url("dues"))
