"""Services à la personne on quotes and invoices: what is declared, told, refused, printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.documents.faces import face_of
from invoicing.documents.facturx.cii import invoice_xml
from invoicing.models import InvoiceLine, PersonalServiceDeclaration, PersonalServiceKind
from invoicing.queries.personal_services import services_of
from tests.invoicing.garden import (
    MARCH_4,
    declare,
    kind_of_service,
    make_garden,
    make_neighbour,
    served,
)
from tests.invoicing.makers import JUNE_3, D, line, refused
from tests.invoicing.test_billing import accepted

MAY_12 = date(2026, 5, 12)


@pytest.fixture
def garden(shop):
    return make_garden(shop, "gardening", "handyman")


# ── What the cooperative declared ────────────────────────────────────────────────────


def _declared(shop, **values):
    return actions.declare_services(
        **{
            "number": f"sap {shop.cooperative.siren}",
            "declared_on": MARCH_4,
            "signed_by": "Anne  Le Goff",
            "signed_as": "Gérante",
            "on": JUNE_3,
            "by": shop.accountant,
            **values,
        }
    )


def test_a_declaration_brings_the_kinds_of_the_law(shop, other_cooperative):
    declaration = _declared(shop)

    assert declaration.number == f"SAP{shop.cooperative.siren}"
    assert declaration.signed_by == "Anne Le Goff"
    kinds = {kind.code: kind for kind in PersonalServiceKind.objects.all()}
    assert len(kinds) == 26
    capped = {code: kind.yearly_cap for code, kind in kinds.items() if kind.yearly_cap}
    assert capped == {"gardening": D(5000), "handyman": D(500), "computing": D(3000)}
    assert kinds["handyman"].longest_minutes == 120
    assert kinds["tutoring"].vat_rates == [D("0.1"), D("0.2")]
    with tenant(other_cooperative):
        assert not PersonalServiceKind.objects.exists()


def test_a_declaration_is_corrected_not_doubled(shop):
    _declared(shop)
    kind = kind_of_service("gardening")
    PersonalServiceKind.objects.filter(pk=kind.pk).update(yearly_cap=D(4000))
    _declared(shop, signed_as="Présidente")

    assert PersonalServiceDeclaration.objects.get().signed_as == "Présidente"
    assert kind_of_service("gardening").yearly_cap == D(4000)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"number": "SAP123456789"}, "bad_declaration"),
        ({"declared_on": date(2026, 6, 4)}, "declared_later"),
        ({"approved_on": MARCH_4}, "approval_incomplete"),
        ({"signed_by": " "}, "signatory_missing"),
    ],
)
def test_a_declaration_that_says_too_little_is_refused(shop, values, code):
    with refused(code):
        _declared(shop, **values)


def test_a_kind_that_asks_for_approval_waits_for_it(shop):
    _declared(shop)
    kind = kind_of_service("childcare-under-3")

    with refused("approval_missing"):
        actions.set_service_kind(
            kind, is_offered=True, vat_rates=kind.vat_rates, by=shop.accountant
        )
    _declared(shop, approval_number=f"SAP{shop.cooperative.siren}", approved_on=MARCH_4)
    actions.set_service_kind(kind, is_offered=True, vat_rates=kind.vat_rates, by=shop.accountant)

    assert kind_of_service("childcare-under-3").is_offered


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"vat_rates": []}, "no_rate"),
        ({"vat_rates": [D("0.3")]}, "no_rate"),
        ({"yearly_cap": D(0)}, "bad_cap"),
        ({"longest_minutes": 0}, "bad_cap"),
    ],
)
def test_limits_that_make_no_sense_are_refused(shop, values, code):
    _declared(shop)
    with refused(code):
        actions.set_service_kind(
            kind_of_service("gardening"),
            **{"is_offered": True, "vat_rates": [D("0.2")], "by": shop.accountant, **values},
        )


def test_an_activity_does_what_the_declaration_covers(shop):
    declare(shop, "gardening", "handyman")

    assert [kind.code for kind in services_of(shop.activity.pk)] == ["gardening", "handyman"]
    with refused("not_covered"):
        actions.set_activity_services(
            shop.activity, [kind_of_service("computing")], by=shop.accountant
        )
    actions.set_activity_services(shop.activity, [kind_of_service("handyman")], by=shop.accountant)
    assert [kind.code for kind in services_of(shop.activity.pk)] == ["handyman"]


# ── What an invoice tells ────────────────────────────────────────────────────────────


def test_an_issued_service_says_who_when_how_long_and_for_how_much_an_hour(garden):
    invoice = garden.invoice(served(MAY_12, hours="2.5"), on=JUNE_3)

    (told,) = face_of(invoice.snapshot)["lines"]
    assert told["service"] == "Petits travaux de jardinage, débroussaillage compris"
    assert (told["worker_name"], told["worker_number"]) == ("Camille Fournier", "S-042")
    assert (told["done_on"], told["duration"]) == (MAY_12, "2\u00a0h\u00a030")
    assert told["hourly_label"] == "48,00\u00a0€"
    number = garden.shop.cooperative.siren
    assert invoice.snapshot["mentions"][1:] == [
        f"Services à la personne\u00a0: déclaration SAP{number} du 4 mars 2024",
        "Un règlement en espèces n’ouvre pas droit au crédit d’impôt (C. trav. D7233-3)",
    ]
    assert (
        "Intervention de Camille Fournier (S-042), le 12 mai 2026"
        in invoice_xml(invoice.snapshot).decode()
    )


def test_a_quote_says_the_declaration_and_its_invoice_keeps_the_service(garden):
    quote = accepted(
        garden.shop,
        line("Tonte", "3", "40", unit="HUR", service="gardening"),
        customer=garden.customer,
    )

    assert "déclaration SAP" in " ".join(quote.snapshot["mentions"])
    invoice = actions.invoice_from_quote(quote, by=garden.shop.seller)
    assert invoice.lines.get().service.code == "gardening"
    with refused("service_untold"):
        actions.issue_invoice(invoice, on=JUNE_3, by=garden.shop.accountant)


def test_a_quote_of_services_is_not_billed_by_progress(garden):
    quote = accepted(
        garden.shop,
        line("Tonte", "3", "40", unit="HUR", service="gardening"),
        customer=garden.customer,
    )

    with refused("services_by_progress"):
        actions.bill_progress(quote, progress=D("0.5"), by=garden.shop.seller)


def test_a_copy_and_a_credit_note_keep_what_was_told(garden):
    invoice = garden.invoice(served(MAY_12), on=JUNE_3)
    copy = actions.duplicate_invoice(invoice, by=garden.shop.seller)
    credit = actions.credit_invoice(invoice, reason="Double", by=garden.shop.seller)

    for document in (copy, credit):
        told = document.lines.get()
        assert (told.service.code, told.worker_number, told.done_on) == (
            "gardening", "S-042", MAY_12,
        )  # fmt: skip
    assert actions.issue_invoice(credit, on=JUNE_3, by=garden.shop.accountant).number


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"worker_name": " "}, "service_untold"),
        ({"worker_number": ""}, "service_untold"),
        ({"done_on": None}, "service_untold"),
        ({"minutes": None}, "service_untold"),
        ({"done_on": date(2026, 6, 4)}, "service_to_come"),
        ({"minutes": 90}, "service_duration"),
        ({"vat": "10"}, "service_vat"),
        ({"service": "computing"}, "service_not_done"),
        (
            {"service": "handyman", "vat": "10", "quantity": D(3), "minutes": 180},
            "service_too_long",
        ),
    ],
)
def test_a_service_that_could_not_be_attested_is_not_issued(garden, change, code):
    draft = garden.shop.draft(replace(served(MAY_12), **change), customer=garden.customer)

    with refused(code):
        actions.issue_invoice(draft, on=JUNE_3, by=garden.shop.accountant)


def test_a_service_is_sold_to_a_person_at_an_address(garden):
    for customer, code in (
        (garden.shop.customer, "service_customer"),
        (_without_street(garden), "service_address"),
    ):
        draft = garden.shop.draft(served(MAY_12), customer=customer)
        with refused(code):
            actions.issue_invoice(draft, on=JUNE_3, by=garden.shop.accountant)


def _without_street(garden):
    return make_neighbour(garden.shop, name="Pierre Goudal", street="")


def test_nothing_is_attested_before_the_declaration(garden):
    PersonalServiceDeclaration.objects.update(declared_on=date(2026, 6, 4))
    draft = garden.shop.draft(served(MAY_12), customer=garden.customer)

    with refused("services_undeclared"):
        actions.issue_invoice(draft, on=JUNE_3, by=garden.shop.accountant)


def test_an_unknown_service_is_refused(garden):
    with refused("unknown_service"):
        garden.shop.draft(served(MAY_12, service="lawn"), customer=garden.customer)


# ── The walls ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "hole",
    ["worker_name = ''", "worker_number = ''", "done_on = NULL", "minutes = NULL",
     "done_on = '2026-06-04'"],
)  # fmt: skip
def test_the_database_issues_no_untold_service(garden, hole):
    """Without what the action checks, the row itself refuses to become an invoice."""
    draft = garden.shop.draft(served(MAY_12), customer=garden.customer)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE invoicing_invoiceline SET {hole} WHERE invoice_id = %s", [draft.pk])
    assert "invoicing_invoice_services" in _forced(draft)


def test_the_database_issues_services_to_persons_alone(garden):
    draft = garden.shop.draft(served(MAY_12), customer=garden.shop.customer)

    assert "invoicing_invoice_services" in _forced(draft)


def _forced(draft) -> str:
    """Issue a draft by hand; return what PostgreSQL says."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as c:
        c.execute(
            "UPDATE invoicing_invoice SET status = 'issued', number = 'FA-9', series = 'FA', "
            "issued_on = '2026-06-03', due_on = '2026-06-03', issued_at = now(), snapshot = '{}', "
            "chain_rank = (SELECT coalesce(max(chain_rank), 0) + 1 FROM invoicing_invoice), "
            "fingerprint = repeat('0', 64) WHERE id = %s",
            [draft.pk],
        )
    cause = refusal.value.__cause__
    return str(cause) + str(cause.diag.constraint_name)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM invoicing_personalservicekind",
        "UPDATE invoicing_personalservicekind SET vat_rates = '{}'",
        "UPDATE invoicing_personalservicekind SET vat_rates = '{0.3}'",
        "UPDATE invoicing_personalservicekind SET yearly_cap = 0",
        "UPDATE invoicing_personalservicekind SET longest_minutes = 0",
        "UPDATE invoicing_personalservicedeclaration SET number = 'SAP12'",
        "UPDATE invoicing_personalservicedeclaration SET approval_number = number",
        "UPDATE invoicing_personalservicedeclaration SET signed_by = ''",
        "INSERT INTO invoicing_personalservicedeclaration (tenant_id, number, declared_on, "
        "approval_number, signed_by, signed_as) SELECT tenant_id, number, declared_on, '', 'A', "
        "'B' FROM invoicing_personalservicedeclaration",
        "UPDATE invoicing_invoiceline SET minutes = 0",
    ],
)
def test_the_database_refuses_settings_that_make_no_sense(garden, sql):
    garden.shop.draft(served(MAY_12), customer=garden.customer)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert InvoiceLine.objects.filter(minutes=0).count() == 0
