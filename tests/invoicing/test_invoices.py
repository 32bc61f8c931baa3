"""From a draft to an issued invoice, its entry, its correction."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounting.enums import ContributionBasis
from accounting.models import Entry
from accounting.rules import Contribution
from cae.core import audit
from cae.core.enums import VatBasis
from cae.core.models import OutboxMessage
from cae.core.tenancy import OwnIds, tenant
from entrepreneurs import actions as people
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.enums import InvoiceKind, InvoiceStatus
from invoicing.models import Invoice, Settlement
from invoicing.permissions import may_issue
from invoicing.rules.numbers import fingerprint
from tests.entrepreneurs.makers import make_activity, make_cape, make_cesa
from tests.invoicing.makers import (
    JUNE_3,
    D,
    balances,
    line,
    make_customer,
    make_seller,
    make_shop,
    refused,
)

pytestmark = pytest.mark.django_db


def test_a_draft_adds_up_by_rate_and_has_no_number(shop):
    draft = shop.draft(
        line("Direction artistique", "3", "420"),
        line("Illustrations", "12", "85", vat="10"),
        line("Livre illustré", "10", "18.50", vat="5-5", nature="goods"),
    )

    assert (draft.number, draft.status) == (None, InvoiceStatus.DRAFT)
    assert (draft.net, draft.vat, draft.gross) == (D("2465.00"), D("364.18"), D("2829.18"))
    assert [(r.rate, r.basis, r.tax) for r in draft.vat_rows.all()] == [
        (D("0.2000"), D("1260.00"), D("252.00")),
        (D("0.1000"), D("1020.00"), D("102.00")),
        (D("0.0550"), D("185.00"), D("10.18")),
    ]


def test_issuing_numbers_freezes_and_posts(shop, staff):
    draft = shop.draft(line(price="3000"))

    invoice = actions.issue_invoice(draft, on=JUNE_3, by=staff)

    assert invoice.number == "FA-2026-0001"
    assert (invoice.issued_on, invoice.due_on) == (JUNE_3, JUNE_3 + timedelta(days=30))
    assert invoice.snapshot["customer"]["name"] == "Éditions Maison Ébène"
    assert invoice.snapshot["penalty_rate"] == "0.1215"
    assert balances(shop.activity.analytic) == {
        "181": D("-300.00"),
        "411": D("3600.00"),
        "44574": D("-600.00"),
        "6041": D("300.00"),
        "706": D("-3000.00"),
    }
    assert OutboxMessage.objects.filter(key=f"invoice-pdf:{invoice.pk}").count() == 1
    assert [t.action for t in audit.trail(invoice)] == ["invoice.issued", "invoice.created"]


def test_the_worked_vector_of_the_ledger_comes_out_of_documents(shop):
    invoice = shop.invoice(line(price="3000"))
    shop.pay(invoice, "3600")

    assert balances(shop.activity.analytic) == {
        "181": D("-300.00"),
        "44571": D("-600.00"),
        "512": D("3600.00"),
        "6041": D("300.00"),
        "706": D("-3000.00"),
    }


def test_goods_and_the_option_for_debits_owe_their_vat_at_once(shop, cooperative):
    shop.invoice(line(price="100"), line("Livre", "10", "18.50", vat="5-5", nature="goods"))

    assert balances(shop.activity.analytic)["44571"] == D("-10.18")
    assert balances(shop.activity.analytic)["44574"] == D("-20.00")

    cooperative.vat_basis = VatBasis.ACCRUAL
    cooperative.save()
    second = shop.invoice(line(price="100"))

    assert "Option pour le paiement de la taxe d’après les débits" in second.snapshot["mentions"]
    assert balances(shop.activity.analytic)["44571"] == D("-30.18")
    shop.pay(second, "120")
    assert balances(shop.activity.analytic)["44574"] == D("-20.00")


def test_issuing_twice_is_refused(shop, staff):
    invoice = shop.invoice()

    with refused("already_issued"):
        actions.issue_invoice(invoice, on=JUNE_3, by=staff)

    assert Entry.objects.filter(posting_key=f"invoice:{invoice.pk}:issued").count() == 1


def test_numbers_follow_dates(shop, staff):
    shop.invoice(on=date(2026, 6, 10))
    late = shop.draft()

    with refused("not_chronological"):
        actions.issue_invoice(late, on=date(2026, 6, 9), by=staff)

    late.refresh_from_db()
    assert late.status == InvoiceStatus.DRAFT
    assert shop.invoice(on=date(2026, 6, 10)).number == "FA-2026-0002"
    assert shop.invoice(on=date(2027, 1, 2)).number == "FA-2027-0001"


def test_each_cooperative_numbers_its_own(shop, other_cooperative):
    shop.invoice()

    with tenant(other_cooperative):
        assert [i.number for i in Invoice.objects.all()] == ["FA-2026-0001"]
    assert [i.number for i in Invoice.objects.all()] == ["FA-2026-0001"]


def test_an_entrepreneur_issues_alone_behind_their_wall(shop, seller):
    ids = own_ids(seller)
    assert ids is not None
    with tenant(shop.cooperative, membership=seller, own=ids):
        invoice = shop.draft()
        issued = actions.issue_invoice(invoice, on=JUNE_3, by=seller)

    assert issued.number == "FA-2026-0001"
    assert Settlement.objects.get(invoice=issued).remaining == D("1200.00")


def test_a_neighbour_sees_nothing(shop):
    shop.invoice()

    with tenant(shop.cooperative, own=OwnIds(person_id=0, activity_ids=(0,), analytic_ids=(0,))):
        assert Invoice.objects.count() == 0
        assert Settlement.objects.count() == 0


def test_submitting_then_refusing_gives_the_draft_back_with_the_reason(shop, seller, staff):
    draft = actions.submit_invoice(shop.draft(), by=seller)

    with refused("reason_missing"):
        actions.refuse_invoice(draft, reason="  ", by=staff)
    refusal = actions.refuse_invoice(draft, reason="Le taux est de 10 %.", by=staff)

    assert (refusal.status, refusal.refusal_reason) == ("draft", "Le taux est de 10 %.")
    assert OutboxMessage.objects.filter(task__endswith="mail_invoice_refused").count() == 1
    again = actions.submit_invoice(refusal, by=seller)
    assert again.refusal_reason == ""


def test_a_submitted_invoice_waits_until_it_is_taken_back(shop, seller):
    draft = actions.submit_invoice(shop.draft(), by=seller)

    with refused("not_a_draft"):
        actions.discard_invoice(draft, by=seller)

    actions.discard_invoice(actions.withdraw_invoice(draft, by=seller), by=seller)
    assert Invoice.objects.count() == 0


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no_line"),
        ([line(label=" ")], "bad_line"),
        ([line(price="-1")], "bad_line"),
        ([line(vat="19")], "unknown_vat"),
        ([line(quantity="-1")], "negative_total"),
        ([line(quantity="9999999", price="9999999")], "total_too_large"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused_whole(shop, lines, code):
    with refused(code):
        actions.create_invoice(
            shop.activity,
            content=actions.InvoiceContent(customer=shop.customer, subject="Album", lines=lines),
            by=shop.seller,
        )
    assert Invoice.objects.count() == 0


def test_the_law_limits_the_delay_and_asks_for_an_address(shop, seller, staff):
    with refused("payment_too_late"):
        shop.draft(payment_days=61)

    draft = shop.draft()
    actions.change_customer(shop.customer, town="", by=seller)
    with refused("address_missing"):
        actions.issue_invoice(draft, on=JUNE_3, by=staff)


def test_the_mentions_are_those_of_the_case(shop, seller):
    make_cape(shop.person, starts_on=date(2026, 1, 1))
    training = shop.invoice(line(vat="training"))
    individual = actions.create_customer(
        shop.activity, name="Paul Durand", kind="individual", postcode="35000", town="Rennes",
        by=seller,
    )  # fmt: skip
    private = shop.invoice(customer=individual)

    assert training.vat == 0
    assert training.snapshot["mentions"] == [
        "Prestation de services",
        "Exonération de TVA, article 261-4-4° du CGI",
        "Camille Fournier bénéficie d’un contrat d’appui au projet d’entreprise (CAPE, "
        "C. com. L127-1) conclu avec Ateliers",
    ]
    assert any("40\u00a0€" in term for term in training.snapshot["terms"])
    assert private.snapshot["terms"] == ["Pas d’escompte pour paiement anticipé."]


# Corrections.


def test_a_credit_note_reverses_its_invoice(shop, seller, staff):
    invoice = shop.invoice(line(price="3000"))

    draft = actions.credit_invoice(invoice, reason="Commande annulée", by=seller)
    credit = actions.issue_invoice(draft, on=JUNE_3, by=staff)

    assert (credit.number, credit.kind) == ("AV-2026-0001", InvoiceKind.CREDIT_NOTE)
    assert credit.snapshot["corrects"] == {"number": "FA-2026-0001", "dated_on": "2026-06-03"}
    assert balances(shop.activity.analytic) == {}
    assert queries.settlement_of(invoice).remaining == 0
    with refused("already_credited"):
        actions.credit_invoice(invoice, reason="Encore", by=seller)


def test_credits_never_go_beyond_the_invoice(shop, seller, staff):
    invoice = shop.invoice()
    one = actions.credit_invoice(invoice, reason="Remise", by=seller)
    two = actions.credit_invoice(invoice, reason="Remise", by=seller)
    actions.issue_invoice(one, on=JUNE_3, by=staff)

    with refused("credit_too_large"):
        actions.issue_invoice(two, on=JUNE_3, by=staff)

    partial = actions.change_invoice(
        two, content=shop.invoice_content(line(price="0.01"), subject="Avoir"), by=seller
    )
    with refused("credit_too_large"):
        actions.issue_invoice(partial, on=JUNE_3, by=staff)


def test_a_credit_note_after_money_gives_back_the_vat_that_was_due(shop, seller, staff):
    invoice = shop.invoice(line("A", price="1000"), line("B", price="1000", vat="training"))
    shop.pay(invoice, "900")
    credit = actions.credit_invoice(invoice, reason="A n’a pas été fait", by=seller)
    actions.change_invoice(
        credit, content=shop.invoice_content(line("A", price="1000"), subject="Avoir"), by=seller
    )
    actions.issue_invoice(credit, on=JUNE_3, by=staff)
    shop.pay(invoice, "100")

    found = balances(shop.activity.analytic)
    assert found["512"] == D("1000.00")
    assert {"411", "44571", "44574"} & set(found) == set()
    assert found["706"] == D("-1000.00")


# Payments.


def test_partial_payments_make_the_vat_due_to_the_last_cent(shop):
    invoice = shop.invoice(line(price="33.33"), line(price="66.67", vat="10"))

    for amount in ("10.01", "20.02"):
        shop.pay(invoice, amount)
    rest = queries.settlement_of(invoice).remaining
    shop.pay(invoice, rest)

    found = balances(shop.activity.analytic)
    assert "44574" not in found
    assert found["44571"] == -invoice.vat
    cashed = queries.already_cashed(invoice)
    assert (cashed.net, cashed.vat_due) == (invoice.net, invoice.vat)


def test_a_contribution_on_receipts_is_taken_as_money_comes(cooperative, inside):
    shop = make_shop(cooperative, rule=Contribution.flat(D("0.10"), basis=ContributionBasis.CASHED))
    invoice = shop.invoice(line(price="3000"))
    assert "6041" not in balances(shop.activity.analytic)

    shop.pay(invoice, "1200")
    assert balances(shop.activity.analytic)["6041"] == D("100.00")
    shop.pay(invoice, "2400")
    assert balances(shop.activity.analytic)["6041"] == D("300.00")


def test_what_is_not_due_is_not_cashed(shop):
    draft = shop.draft()
    with refused("not_issued"):
        shop.pay(draft, "10")
    invoice = shop.invoice()
    for amount, code in (("0", "bad_amount"), ("-5", "bad_amount"), ("1200.01", "too_much")):
        with refused(code):
            shop.pay(invoice, amount)
    with refused("paid_before_issue"):
        shop.pay(invoice, "10", on=JUNE_3 - timedelta(days=1))
    shop.pay(invoice, "1200")
    with refused("already_paid"):
        shop.pay(invoice, "1")


# What the chain shows.


def test_what_the_owner_edits_shows_in_the_chain(shop):
    first, second = shop.invoice(), shop.invoice()
    forged = first.snapshot | {"net": "1.00"}

    assert list(queries.broken_invoices()) == []
    assert fingerprint(forged, previous="") != first.fingerprint
    assert second.fingerprint == fingerprint(second.snapshot, previous=first.fingerprint)


def test_totals_come_back_from_the_database_as_they_were_computed(shop):
    invoice = Invoice.objects.get(pk=shop.invoice(line(quantity="2.3333", price="0.666666")).pk)

    assert invoice.net == Decimal("1.56")
    assert queries.series_gaps() == []


# Whose mention, whose ceiling: the document's activity says.


def test_the_words_of_a_cape_are_the_cooperative_s_and_frozen_at_issue(shop, cooperative):
    make_cape(shop.person, starts_on=date(2026, 1, 1))
    cooperative.cape_mention = "{personne}, accompagnée par {cooperative}"
    cooperative.save()
    issued = shop.invoice()
    cooperative.cape_mention = "{personne} sous CAPE"
    cooperative.save()

    later = shop.invoice()

    issued.refresh_from_db()
    assert issued.snapshot["mentions"][-1] == "Camille Fournier, accompagnée par Ateliers"
    assert later.snapshot["mentions"][-1] == "Camille Fournier sous CAPE"


def test_the_mention_goes_with_the_cape_and_stays_on_what_is_issued(shop, staff):
    cape = make_cape(shop.person, starts_on=date(2025, 3, 1))
    during = shop.invoice(on=cape.ends_on)
    make_cesa(shop.person, starts_on=cape.ends_on + timedelta(days=1))

    after = shop.invoice(on=cape.ends_on + timedelta(days=1))

    during.refresh_from_db()
    assert "CAPE" in during.snapshot["mentions"][-1]
    assert after.snapshot["mentions"] == ["Prestation de services"]


def test_partners_under_different_contracts_are_told_apart(shop, cooperative):
    """In one activity, the mention is that of who wrote the document."""
    other = make_seller(cooperative, first_name="Nour", last_name="Benali", name="Reliures")
    make_cape(other.person, starts_on=date(2026, 1, 1))
    make_cesa(shop.person, starts_on=date(2026, 1, 1))
    people.share_activity(
        shop.activity, {shop.person: 1, other.person: 1}, on=date(2026, 2, 1), by=shop.accountant
    )

    hers, his = shop.invoice(), shop.invoice(by=other.seller)

    assert hers.snapshot["brand"]["person"] == "Camille Fournier"
    assert hers.snapshot["mentions"] == ["Prestation de services"]
    assert his.snapshot["brand"]["person"] == "Nour Benali"
    assert his.snapshot["mentions"][-1].startswith("Nour Benali bénéficie")


def test_who_left_the_activity_is_no_longer_on_what_staff_write(shop, cooperative, staff):
    """A credit note of staff speaks for the author of the invoice, else for who is there."""
    other = make_seller(cooperative, first_name="Nour", last_name="Benali", name="Reliures")
    people.share_activity(
        shop.activity, {shop.person: 1, other.person: 1}, on=date(2026, 2, 1), by=staff
    )
    invoice = shop.invoice(by=other.seller)
    credit = actions.credit_invoice(invoice, reason="Erreur", by=staff)
    issued = actions.issue_invoice(credit, on=JUNE_3, by=staff)
    people.share_activity(shop.activity, {other.person: 1}, on=date(2026, 7, 1), by=staff)

    later = shop.invoice(by=staff, on=date(2026, 7, 2))

    assert issued.snapshot["brand"]["person"] == "Nour Benali"
    assert later.snapshot["brand"]["person"] == "Nour Benali"


def test_each_activity_of_a_person_has_its_own_ceiling(shop, seller):
    other = make_activity(shop.person, name="Ateliers du soir")
    type(other).objects.filter(pk=shop.activity.pk).update(validation_ceiling=500)
    type(other).objects.filter(pk=other.pk).update(validation_ceiling=2000)
    for activity in (shop.activity, other):
        activity.refresh_from_db()
    customer = make_customer(other, seller)

    small = shop.draft(line(price="1000"))
    large = actions.create_invoice(
        other,
        content=actions.InvoiceContent(
            customer=customer, subject="Cours", lines=[line(price="1000")]
        ),
        by=seller,
    )

    own = tenant(shop.cooperative, membership=seller, own=own_ids(seller))
    with own:
        assert not may_issue(seller, small)
        assert may_issue(seller, large)


@pytest.mark.parametrize(
    ("own", "theirs", "net", "alone"),
    [
        (None, 500, "500", True), (None, 500, "500.01", False), (0, 500, "1", False),
        (2000, 500, "1000", True), (300, 500, "400", False),
    ],
)  # fmt: skip
def test_the_ceiling_of_a_person_comes_before_that_of_the_activity(shop, own, theirs, net, alone):
    """Deposits count as the rest does, without VAT."""
    type(shop.activity).objects.filter(pk=shop.activity.pk).update(validation_ceiling=theirs)
    people.set_person_ceiling(shop.person, own, by=shop.accountant)
    shop.activity.refresh_from_db()
    draft = shop.draft(line(price=net))

    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        assert may_issue(shop.seller, draft) is alone


def test_the_ceiling_of_a_person_is_never_negative(shop):
    with refused("negative_ceiling"):
        people.set_person_ceiling(shop.person, D(-1), by=shop.accountant)
    with pytest.raises(DatabaseError), transaction.atomic():
        type(shop.person).objects.filter(pk=shop.person.pk).update(validation_ceiling=-1)
