"""The rate of contribution of one document: said by the cooperative, taken to the cent."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from accounting import actions as ledger
from accounting import queries as books
from accounting.enums import ContributionBasis
from accounting.models import ContributionLevy
from accounting.rules import Bracket, Contribution
from cae.core.money import ZERO
from cae.core.tenancy import tenant
from cae.management.house import lost_contributions
from entrepreneurs.queries import own_ids
from invoicing import actions
from invoicing.actions.contribution_rates import set_own_rate
from invoicing.actions.discards import restore_draft
from invoicing.models import DiscardedDraft, Invoice
from invoicing.queries.contribution_rates import rate_of
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, Shop, balances, line, refused
from tests.invoicing.test_billing import accepted
from tests.invoicing.test_deals import sql_refusal
from tests.invoicing.test_folders import open_shop
from tests.invoicing.test_own_accounts import JUNE_10
from tests.makers import make_membership, signed_in

__all__ = ["open_shop"]
pytestmark = pytest.mark.django_db


def rate(shop: Shop, document, value: str | None, reason: str = "Mission d’intérêt général"):
    said = None if value is None else D(value)
    return set_own_rate(document, rate=said, reason=reason, on=JUNE_3, by=shop.accountant)


def issue(shop: Shop, draft: Invoice, on: date = JUNE_3) -> Invoice:
    return actions.issue_invoice(draft, on=on, by=shop.accountant)


def taken(shop: Shop) -> D:
    return balances(shop.activity.analytic).get("6041", ZERO)


def voted(shop: Shop, moment: ContributionBasis, *brackets: Bracket, **values) -> None:
    rule = Contribution(brackets=brackets or (Bracket(ZERO, D("0.10")),), basis=moment, **values)
    ledger.set_contribution_rule(
        rule, label="Règle propre", valid_from=date(2026, 1, 1), by=None,
        analytic=shop.activity.analytic,
    )  # fmt: skip


def test_an_invoice_is_taken_at_its_own_rate_and_credited_at_it(shop):
    draft = rate(shop, shop.draft(line(price="1000")), "0.08")
    assert rate_of(draft, on=JUNE_3).said == "8\u00a0% à la facturation"
    invoice = issue(shop, draft)
    assert taken(shop) == D("80.00")
    assert "own_rate" not in invoice.snapshot and "8" not in str(invoice.snapshot.get("mentions"))

    credit = actions.credit_invoice(
        invoice, reason="Une partie", amount=D("399.96"), by=shop.seller
    )
    assert rate_of(credit, on=JUNE_3).origin == "taux de ce qu’il corrige"
    with refused("follows_invoice"):
        rate(shop, credit, "0.5")
    issue(shop, credit, JUNE_10)
    assert taken(shop) == D("53.34")  # 80 − 26.66, of 333.30
    rest = actions.credit_invoice(invoice, reason="Le reste", by=shop.seller)
    issue(shop, rest, JUNE_10)
    assert taken(shop) == ZERO
    assert [*lost_contributions()] == []
    (given,) = books.contributions(date(2026, 1, 1), date(2026, 12, 31))
    assert (given.share, given.basis) == (ZERO, ZERO)


def test_at_cash_in_the_receipts_add_up_to_the_rate(shop):
    voted(shop, ContributionBasis.CASHED)
    invoice = issue(shop, rate(shop, shop.draft(line(price="999.99")), "0.0777"))
    assert taken(shop) == ZERO
    for amount in ("333.33", "333.33", "533.33"):
        shop.pay(invoice, amount)
    assert taken(shop) == D("77.70")
    draft = actions.replace_invoice(shop.invoice(), reason="Prix", by=shop.seller)
    assert rate_of(draft, on=JUNE_3).origin.startswith("règle de l’enseigne")


def test_its_basis_is_in_no_bracket_and_under_no_cap(shop):
    voted(
        shop, ContributionBasis.INVOICED, Bracket(ZERO, D("0.10")), Bracket(D(1000), D("0.05")),
        cap=D("120"),
    )  # fmt: skip
    assert rate_of(shop.draft(), on=JUNE_3).rate is None
    issue(shop, rate(shop, shop.draft(line(price="5000")), "0.02"))
    shop.invoice(line(price="1000"))
    assert taken(shop) == D("200.00")
    assert books.contribution_basis(shop.activity.analytic, on=JUNE_3) == D("1000.00")


def test_that_of_a_quote_is_frozen_on_its_invoices(shop):
    quote = rate(shop, shop.quote(line(price="1000")), "0")
    deposit = actions.bill_deposit(accepted_as(shop, quote), share=D("0.30"), by=shop.seller)
    assert rate_of(deposit, on=JUNE_3).origin == "taux du devis"
    deposit = issue(shop, deposit)
    assert (deposit.own_rate, taken(shop)) == (ZERO, ZERO)
    shop.pay(deposit, deposit.due)
    final = actions.bill_rest(deposit.quote, by=shop.seller)
    issue(shop, rate(shop, final, "0.05"))
    assert taken(shop) == D("35.00")
    with refused("already_answered"):
        rate(shop, deposit.quote, "0.05")


def accepted_as(shop: Shop, quote):
    quote = actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
    return actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3, by=shop.seller)


def test_the_deposit_of_a_plan_without_one_follows_the_rule(shop):
    quote = accepted(shop, line(price="1000"))
    issue(shop, actions.bill_rest(quote, by=shop.seller))
    assert taken(shop) == D("100.00") and not ContributionLevy.objects.exclude(document="").exists()


def test_what_may_not_be_said(shop):
    draft, issued = shop.draft(), shop.invoice()
    for code, values in (
        ("reason_missing", {"value": "0.08", "reason": " "}),
        ("bad_rate", {"value": "1.01"}),
        ("bad_rate", {"value": "-0.01"}),
    ):
        with refused(code):
            rate(shop, draft, **values)
    with refused("already_issued"):
        rate(shop, issued, "0.08")
    draft = rate(shop, rate(shop, draft, "0.08"), None)
    assert (draft.own_rate, draft.own_rate_reason) == (None, "")


def test_who_issues_alone_issues_at_the_rate_that_was_said(shop):
    draft = rate(shop, shop.draft(line(price="1000")), "0.08")
    with served_as_seller(shop), transaction.atomic():
        actions.issue_invoice(draft, on=JUNE_3, by=shop.seller)
    assert taken(shop) == D("80.00")


def test_a_draft_put_back_has_the_rate_of_all_again(shop):
    draft = rate(shop, shop.draft(), "0.02")
    actions.discard_invoice(draft, by=shop.seller)
    with served_as_seller(shop), transaction.atomic():
        restored = restore_draft(DiscardedDraft.objects.get(), by=shop.seller)
    assert restored.own_rate is None


def served_as_seller(shop: Shop):
    return tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller))


def test_postgresql_leaves_it_to_the_cooperative(shop):
    draft, issued, quote = shop.draft(), shop.invoice(), shop.quote()
    said = "UPDATE invoicing_{} SET own_rate = %s, own_rate_reason = %s WHERE id = %s"
    for value, reason in (("1.5", "x"), ("-0.1", "x"), ("0.1", ""), (None, "x")):
        for sort, document in (("invoice", draft), ("quote", quote)):
            found = sql_refusal(said.format(sort), value, reason, document.pk)
            assert found == f"invoicing_{sort}_own_rate"
    assert "Cannot update" in sql_refusal(said.format("invoice"), "0.1", "x", issued.pk)
    levy = "UPDATE accounting_contributionlevy SET rate = 0 WHERE analytic_id = %s"
    assert "Cannot update" in sql_refusal(levy, shop.activity.analytic_id)
    wrong = (
        "INSERT INTO accounting_contributionlevy (tenant_id, analytic_id, rule_id, kind, basis,"
        " amount, date, posting_key, document, rate) SELECT tenant_id, analytic_id, rule_id, %s,"
        " 0, 0, date, 'x', %s, %s FROM accounting_contributionlevy LIMIT 1"
    )
    for values in (("document", "", "0.1"), ("document", "x", None), ("share", "x", None)):
        assert sql_refusal(wrong, *values) == "accounting_contributionlevy_own_rate"
    with served_as_seller(shop), transaction.atomic():
        for sort, document in (("invoice", draft), ("quote", quote)):
            found = sql_refusal(said.format(sort), "0", "x", document.pk)
            assert found == "invoicing_own_rate_staff"


def test_the_pages_say_which_rate_and_where_from(open_shop):
    shop, staff, seller = open_shop, signed_in(open_shop.accountant), signed_in(open_shop.seller)
    with tenant(shop.cooperative):
        draft, quote = shop.draft(), shop.quote()
    for sort, document in (("factures", draft), ("devis", quote)):
        here = f"/c/ateliers/ventes/{sort}/{document.pk}/"
        assert (
            "règle de la coopérative, «\u00a0Taux voté\u00a0»" in seller.get(here).content.decode()
        )
        page = f"{here}contribution/"
        assert page in staff.get(here).content.decode()
        assert page not in seller.get(here).content.decode()
        assert staff.get(page).status_code == 200
        assert staff.post(page, {"rate": "8", "reason": ""}).status_code == 422
        assert staff.post(page, {"rate": "8", "reason": "Intérêt général"}).url == here
        shown = seller.get(here).content.decode()
        assert "taux de ce document" in shown and "Intérêt général" in shown
        assert seller.get(page).status_code == 404
        assert staff.post(page, {"rate": "", "reason": "Fini"}).url == here


def test_a_program_says_it(shop):
    key, staff = Key(shop.seller), Key(shop.accountant)
    for sort, document in (("invoices", shop.draft()), ("quotes", shop.quote())):
        here = f"/api/v1/{sort}/{document.pk}/contribution/"
        assert key.get(here).json()["rate"] == "0.10000"
        said = {"rate": "0.08", "reason": "Intérêt général"}
        assert key.post(here, said, format="json").status_code == 404
        reader = Key(make_membership(shop.cooperative, "co_manager", f"{sort}@x.example"))
        assert reader.post(here, said, format="json").status_code == 404
        found = staff.post(here, said, format="json").json()
        assert (found["rate"], found["is_own"]) == ("0.08000", True)
        assert staff.post(here, {"rate": "2", "reason": "x"}, format="json").status_code == 400
    issued = f"/api/v1/invoices/{shop.invoice().pk}/contribution/"
    refusal = staff.post(issued, said, format="json")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "already_issued")
