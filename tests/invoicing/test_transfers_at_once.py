"""Several connections at once: a debt in one batch, a batch executed once."""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from accounting import actions as ledger
from accounting import queries
from accounting.models import Entry, Transfer, TransferBatch
from cae.core import clock
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from invoicing import actions
from invoicing.actions.transfers import close_batch
from invoicing.models import ExpenseSheet
from tests.invoicing.makers import JUNE_3, make_shop
from tests.invoicing.test_at_once import at_once
from tests.invoicing.test_transfers import CAMILLE, OURS, approve, give_iban
from tests.makers import make_membership

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(cooperative):
    cooperative.iban = OURS
    cooperative.save()
    with tenant(cooperative):
        with transaction.atomic():
            shop = make_shop(cooperative)
            give_iban(shop, CAMILLE, "Camille Fournier")
            approve(shop, by=shop.accountant)
        yield shop


AGAIN = (
    "INSERT INTO accounting_transfer (tenant_id, kind, debt, state, payee, piece, amount, wording,"
    " owed_since, account_id, analytic_id, posting_key, label, holder, bic, street, building,"
    " postcode, town, country, created_at)"
    " SELECT tenant_id, kind, 'sheet:900', 'waiting', payee, piece, amount, wording, owed_since,"
    " account_id, analytic_id, posting_key, label, '', '', '', '', '', '', '', now()"
    " FROM accounting_transfer LIMIT 1"
)


def test_two_connections_cannot_give_a_debt_two_live_transfers(shop, cooperative):
    """Raw SQL, as the application role: the second waits for the first, then is refused."""
    start = Barrier(2)

    def insert() -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT current_user")
                role = cursor.fetchone()[0]
                start.wait(timeout=20)
                cursor.execute(AGAIN)
                return role
        except IntegrityError as refusal:
            return refusal.__cause__.diag.constraint_name

    assert sorted(at_once(cooperative, [insert, insert])) == [
        "accounting_transfer_live_once", "cae_app",
    ]  # fmt: skip


def test_two_accountants_prepare_the_same_refund(shop, cooperative):
    with transaction.atomic():
        other = make_membership(cooperative, "accountant", "second@exemple.fr")
        (waiting,) = queries.waiting_transfers()
    jobs = [lambda by=by: ledger.fill_batch([waiting.pk], by=by) for by in (shop.accountant, other)]

    results = at_once(cooperative, jobs)

    refusals = [result.code for result in results if isinstance(result, ActionRefused)]
    assert refusals == ["not_waiting"]
    with transaction.atomic():
        assert Transfer.objects.get().batch == TransferBatch.objects.get()


def test_two_people_execute_a_batch_one_wins_the_other_is_told(shop, cooperative):
    today = clock.today()
    with transaction.atomic():
        (waiting,) = queries.waiting_transfers()
        batch = ledger.fill_batch([waiting.pk], by=shop.accountant)
        close_batch(batch, bank_account=None, execute_on=today, on=today, by=shop.accountant)
        written = Entry.objects.count()

    def execute():
        return ledger.execute_batch(batch, executed_on=today, on=today, by=shop.accountant)

    results = at_once(cooperative, [execute, execute])

    refusals = [result.code for result in results if isinstance(result, ActionRefused)]
    assert refusals == ["already_executed"]
    with transaction.atomic():
        assert Entry.objects.count() == written + 1


def test_by_hand_and_in_a_batch_at_once_pays_once(shop, cooperative):
    with transaction.atomic():
        (waiting,) = queries.waiting_transfers()
        sheet = ExpenseSheet.objects.get()
    jobs = [
        lambda: ledger.fill_batch([waiting.pk], by=shop.accountant),
        lambda: actions.refund_sheet(sheet, on=JUNE_3, by=shop.accountant),
    ]

    results = at_once(cooperative, jobs)

    refusals = [result.code for result in results if isinstance(result, ActionRefused)]
    assert refusals in (["not_waiting"], ["in_batch"])
