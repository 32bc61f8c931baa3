"""A tenant of 400 people and 20,000 invoices, in seconds: one real sale, copied by PostgreSQL."""

from __future__ import annotations

from datetime import date

import psycopg
from django.db import transaction
from psycopg import sql

from accounting.models import Entry, EntryLine
from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from entrepreneurs.models import ActivityMember
from invoicing import actions
from invoicing.actions.invoices.issuing import CHAIN
from invoicing.models import Invoice, Settlement
from tests.conftest import admin_dsn
from tests.invoicing.makers import Shop, make_shop

PEOPLE = 400
INVOICES = 20_000
WAITING = 50
#: The copies are numbered from here: far above what the sequences of a test give.
FAR = 1_000_000


def plant(cooperative: Cooperative, *, on: date) -> tuple[Shop, Invoice]:
    """Return the people of the sale that was copied, and its invoice."""
    cooperative.require_second_factor = False  # a password is enough to be measured
    cooperative.save()
    with transaction.atomic(), tenant(cooperative):
        shop = make_shop(cooperative)
        invoice = shop.invoice(on=on)
        shop.pay(invoice, invoice.gross, on=on)
    with psycopg.connect(admin_dsn()) as admin:
        # No trigger, no foreign key: every copy is as right as the row it comes from.
        admin.execute("SET session_replication_role = replica")
        with transaction.atomic(), tenant(cooperative):
            _copy_people(admin, shop)
            _copy_invoices(admin, shop, invoice)
            _copy_entries(admin, shop)
    with psycopg.connect(admin_dsn(), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")  # as the autovacuum of a server would have
    return shop, invoice


def submit(shop: Shop, count: int) -> None:
    """Send invoices to the support staff, through the real actions."""
    with transaction.atomic(), tenant(shop.cooperative):
        for _ in range(count):
            actions.submit_invoice(shop.draft(), by=shop.seller)


def _copy_people(admin: psycopg.Connection, shop: Shop) -> None:
    far = f"{FAR} + n"
    count = PEOPLE - 1
    code = {"id": far, "code": "'B' || n"}
    copy(admin, "accounting_analyticaccount", shop.activity.analytic_id, count, **code)
    copy(admin, "entrepreneurs_activity", shop.activity.pk, count, **code, analytic_id=far)
    name = {"id": far, "sort_name": "sort_name || n", "membership_id": "NULL"}
    copy(admin, "entrepreneurs_entrepreneur", shop.person.pk, count, **name, invitation_id="NULL")
    whose = {"id": far, "activity_id": far}
    member = ActivityMember.objects.get(activity=shop.activity)
    copy(admin, "entrepreneurs_activitymember", member.pk, count, **whose, entrepreneur_id=far)
    copy(admin, "invoicing_customer", shop.customer.pk, count, **whose)


def _copy_invoices(admin: psycopg.Connection, shop: Shop, invoice: Invoice) -> None:
    far = f"{FAR} + n"
    activity = _shared_out(shop.activity.pk)
    customer = _shared_out(shop.customer.pk)
    copy(
        admin,
        "invoicing_invoice",
        invoice.pk,
        INVOICES - 1,
        id=far,
        number="'BENCH-' || n",
        chain_rank="chain_rank + n",
        activity_id=activity,
        customer_id=customer,
        issued_on="issued_on - n % 365",
        due_on="due_on - n % 365",
        search="search || ' bench-' || n",
    )
    admin.execute(
        "UPDATE core_counter SET last = last + %s WHERE tenant_id = %s AND series = %s",
        [INVOICES - 1, shop.cooperative.pk, CHAIN],
    )
    part = {"activity_id": activity, "invoice_id": far}
    settlement = Settlement.objects.get(invoice=invoice)
    # One in eight is still owed: what a year holds where customers pay after 45 days.
    paid = {"due_on": "due_on - n % 365", "paid": "CASE WHEN n % 8 = 0 THEN 0 ELSE gross END"}
    copy(admin, "invoicing_settlement", settlement.pk, INVOICES - 1, id=far, **part, **paid)
    for table, rows in (
        ("invoicing_invoiceline", invoice.lines.all()),
        ("invoicing_invoicevat", invoice.vat_rows.all()),
    ):
        for rank, row in enumerate(rows):
            copy(admin, table, row.pk, INVOICES - 1, id=f"{FAR} + n * 10 + {rank}", **part)


def _copy_entries(admin: psycopg.Connection, shop: Shop) -> None:
    """Copy the sale, its receipt and its contribution, so that money is summed over as much."""
    analytic_id = shop.activity.analytic_id
    day = {"date": "date - n % 365"}
    rank = 0
    for place, entry in enumerate(Entry.objects.filter(analytic_id=analytic_id)):
        far = f"{FAR} + n * 10 + {place}"
        copy(
            admin,
            "accounting_entry",
            entry.pk,
            INVOICES - 1,
            id=far,
            number=far,
            posting_key=f"'bench:' || ({far})",
            analytic_id=_shared_out(analytic_id),
            **day,
        )
        for line in EntryLine.objects.filter(entry=entry):
            rank += 1
            whose = {"entry_id": far}
            if line.analytic_id == analytic_id:
                whose["analytic_id"] = _shared_out(analytic_id)
            unmatched = {"match_code": "''", "matched_on": "NULL"}
            copy(
                admin,
                "accounting_entryline",
                line.pk,
                INVOICES - 1,
                id=f"{FAR} + n * 100 + {rank}",
                **whose,
                **day,
                **unmatched,
            )


def _shared_out(first: int) -> str:
    """Give each of the 400 its part of the copies; `first` is the one they come from."""
    return f"CASE WHEN n % {PEOPLE} = 0 THEN {first} ELSE {FAR} + n % {PEOPLE} END"


def copy(admin: psycopg.Connection, table: str, pk: int, count: int, **changed: str) -> None:
    """Copy a row `count` times; `changed` are columns in SQL, `n` the rank of the copy."""
    columns = [
        name
        for (name,) in admin.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
    ]
    assert changed.keys() <= set(columns), (table, changed)
    values = [sql.SQL(changed[c]) if c in changed else sql.Identifier(c) for c in columns]
    admin.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
            " SELECT {values} FROM {table}, generate_series(1, {count}) AS n WHERE id = {pk}"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
            count=count,
            pk=pk,
        )
    )
