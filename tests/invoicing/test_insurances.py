"""Building trades: nothing is sold without a certificate that covers the day."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cae.core.tenancy import OwnIds, tenant
from cae.demo.tickets import Ticket, picture_of
from entrepreneurs.actions import Policy, add_insurance, set_building, withdraw_insurance
from entrepreneurs.models import Insurance
from entrepreneurs.queries.insurances import insurance_on, worrying_insurances
from invoicing import actions
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, Shop, make_seller, make_shop, refused
from tests.makers import make_membership, signed_in

pytestmark = pytest.mark.django_db

NOV_23, NOV_24 = date(2026, 11, 23), date(2026, 11, 24)


def photo() -> bytes:
    ticket = Ticket(shop="Mutuelle", day=JUNE_3, paid=D(1), vat=D(0), vat_percent=0)
    return picture_of(ticket, Random(1))


def policy(valid_from: date = date(2026, 1, 1), valid_to: date = date(2026, 12, 31), **values):
    return Policy(
        **{
            "insurer": "Mutuelle du Bâti",
            "contact": "12 quai Sud, 69000 Lyon, 04 00 00 00 00",
            "policy_number": "D-778",
            "territory": "France métropolitaine",
            "valid_from": valid_from,
            "valid_to": valid_to,
            **values,
        }
    )


def insure(shop: Shop, activity=None, **values) -> Insurance:
    return add_insurance(
        activity, policy(**values), content=photo(), name="attestation.jpg", by=shop.accountant
    )


@pytest.fixture
def builder(shop) -> Shop:
    set_building(shop.activity, True, by=shop.accountant)
    shop.activity.refresh_from_db()
    return shop


def test_a_building_trade_sends_no_quote_and_issues_nothing_uninsured(builder):
    quote, draft = builder.quote(), builder.draft()

    with refused("not_insured"):
        actions.send_quote(quote, on=JUNE_3, by=builder.seller, with_mail=False)
    with refused("not_insured"):
        actions.issue_invoice(draft, on=JUNE_3, by=builder.accountant)

    insure(builder, builder.activity)
    sent = actions.send_quote(quote, on=JUNE_3, by=builder.seller, with_mail=False)
    issued = actions.issue_invoice(draft, on=JUNE_3, by=builder.accountant)
    said = (
        "Assurance décennale\u00a0: Mutuelle du Bâti, 12 quai Sud, 69000 Lyon, 04 00 00 00 00, "
        "contrat D-778, couverture\u00a0: France métropolitaine"
    )
    assert said in sent.snapshot["mentions"]
    assert said in issued.snapshot["mentions"]


def test_another_trade_needs_none(shop):
    assert "décennale" not in str(shop.invoice().snapshot["mentions"])


def test_the_insurance_of_the_cooperative_covers_all_and_ones_own_comes_first(builder):
    common = insure(builder)
    assert insurance_on(builder.activity, on=JUNE_3) == common

    own = insure(builder, builder.activity, policy_number="E-1")

    assert insurance_on(builder.activity, on=JUNE_3) == own
    withdraw_insurance(own, by=builder.accountant)
    assert insurance_on(builder.activity, on=JUNE_3) == common
    with refused("already_withdrawn"):
        withdraw_insurance(own, by=builder.accountant)


def test_a_credit_note_is_issued_all_the_same(builder):
    insurance = insure(builder, builder.activity)
    invoice = builder.invoice()
    withdraw_insurance(insurance, by=builder.accountant)

    credit = actions.credit_invoice(invoice, reason="Annulée", by=builder.seller)

    assert actions.issue_invoice(credit, on=JUNE_3, by=builder.accountant).number


@pytest.mark.parametrize(
    ("valid_to", "state"),
    [
        (date(2026, 11, 22), "missing"),
        (date(2026, 12, 22), "soon"),
        (date(2026, 12, 23), None),
    ],
)
def test_the_staff_is_warned_thirty_days_before_the_end(builder, valid_to, state):
    insure(builder, builder.activity, valid_to=valid_to)

    assert [found.state for found in worrying_insurances(on=NOV_23)] == ([state] if state else [])


def test_a_renewal_already_on_file_worries_nobody(builder):
    insure(builder, builder.activity, valid_to=date(2026, 12, 1))
    insure(builder, builder.activity, valid_from=date(2026, 12, 2), valid_to=date(2027, 12, 1))

    assert worrying_insurances(on=NOV_23) == []


@pytest.mark.parametrize(
    ("code", "values"),
    [("bad_dates", {"valid_to": date(2025, 1, 1)}), ("policy_incomplete", {"contact": " "})],
)
def test_a_certificate_is_refused(builder, code, values):
    with refused(code):
        insure(builder, builder.activity, **values)


def test_only_a_building_trade_is_insured(shop):
    with refused("not_building"):
        insure(shop, shop.activity)


def test_the_database_holds_it(builder):
    quote, draft = builder.quote(), builder.draft()
    old = insure(builder, builder.activity, valid_to=date(2026, 1, 31))
    statements = {
        "sent": f"UPDATE invoicing_quote SET status = 'sent' WHERE id = {quote.pk}",
        "issued": f"UPDATE invoicing_invoice SET status = 'issued' WHERE id = {draft.pk}",
        "changed": f"UPDATE entrepreneurs_insurance SET insurer = 'X' WHERE id = {old.pk}",
        "deleted": f"DELETE FROM entrepreneurs_insurance WHERE id = {old.pk}",
    }
    held = []
    for name, statement in statements.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            held.append((name, error.__cause__.diag.constraint_name))

    assert [name for name, _ in held] == list(statements)
    assert dict(held)["sent"] == dict(held)["issued"] == "invoicing_insured"


def test_an_entrepreneur_reads_the_common_one_and_writes_none(builder):
    common = insure(builder)
    own = OwnIds(person_id=builder.person.pk, activity_ids=(builder.activity.pk,), analytic_ids=())

    with tenant(builder.cooperative, own=own):
        assert list(Insurance.objects.all()) == [common]
        withdrawn = Insurance.objects.filter(pk=common.pk).update(withdrawn_at=timezone.now())

    assert withdrawn == 0


# ── Pages and programs ───────────────────────────────────────────────────────────────────


@pytest.fixture
def open_shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        shop = make_shop(cooperatives[0])
        set_building(shop.activity, True, by=shop.accountant)
        return shop


FIELDS = {
    "insurer": "Mutuelle du Bâti", "contact": "Lyon", "policy_number": "D-778",
    "territory": "France", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
}  # fmt: skip


def test_its_people_put_a_certificate_on_file_and_neighbours_do_not(open_shop):
    shop, at = open_shop, "/c/ateliers/assurances/"
    seller = signed_in(shop.seller)
    new = f"{at}nouvelle/?enseigne={shop.activity.pk}"
    assert "Non couverte" in seller.get(at).content.decode()

    refusal = seller.post(new, FIELDS)
    assert refusal.status_code == 422 and "elle seule prouve" in refusal.content.decode()
    upload = SimpleUploadedFile("attestation.jpg", photo(), "image/jpeg")
    assert seller.post(new, FIELDS | {"certificate": upload}).status_code == 302
    assert "Assurée" in seller.get(at).content.decode()
    assert seller.get(f"{at}nouvelle/").status_code == 404  # that of the cooperative
    with tenant(shop.cooperative):
        insurance = Insurance.objects.get()
        yanis = make_seller(
            shop.cooperative, first_name="Yanis", last_name="Belkacem", name="Frêne"
        )
    neighbour = signed_in(yanis.seller)
    assert neighbour.get(f"{at}{insurance.pk}/pdf/").status_code == 404
    assert neighbour.post(f"{at}{insurance.pk}/retirer/").status_code == 404
    assert seller.get(f"{at}{insurance.pk}/pdf/").status_code == 200
    assert seller.post(f"{at}{insurance.pk}/retirer/").status_code == 302
    assert "Non couverte" in seller.get(at).content.decode()


def test_the_staff_says_who_builds_and_is_warned_in_its_inbox(open_shop):
    with tenant(open_shop.cooperative):
        adviser = make_membership(open_shop.cooperative, "adviser")
        other = make_seller(
            open_shop.cooperative, first_name="Yanis", last_name="Belkacem", name="Frêne"
        )
    staff = signed_in(adviser)

    assert "Assurances du bâtiment" in staff.get("/c/ateliers/a-valider/").content.decode()
    data = {"enseigne": other.activity.pk, "oui": "1"}
    assert staff.post("/c/ateliers/assurances/batiment/", data).status_code == 302
    assert (
        signed_in(open_shop.seller).post("/c/ateliers/assurances/batiment/", data).status_code
        == 404
    )
    with tenant(open_shop.cooperative):
        other.activity.refresh_from_db()
    assert other.activity.is_building


def test_a_program_puts_it_on_file_too(open_shop):
    key = Key(open_shop.seller, open_shop.activity)
    upload = SimpleUploadedFile("attestation.jpg", photo(), "image/jpeg")

    made = key.post(
        "/api/v1/insurances/",
        FIELDS | {"activity": open_shop.activity.pk, "certificate": upload},
        format="multipart",
    )

    assert made.status_code == 201, made.content
    assert made.json()["insurer"] == "Mutuelle du Bâti"
    withdrawn = key.post(f"/api/v1/insurances/{made.json()['id']}/withdraw/")
    assert withdrawn.json()["withdrawn_at"]
