"""Yearly tax certificates: made, corrected when money moves, mailed; and their walls."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core import documents
from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import certificates
from invoicing.actions.acting import acting_for
from invoicing.actions.delivery import deliver
from invoicing.documents.certificates import certificate_face, certificate_pdf
from invoicing.models import Customer, DocumentMail, TaxCertificate, TaxCertificateRun
from invoicing.queries.certificates import certificates_due, certificates_in_force, paid_years
from tests.invoicing.garden import NOV_23, make_garden, make_neighbour, served
from tests.invoicing.makers import D, line, make_seller, refused
from tests.invoicing.test_billing import accepted

MAY_12, JUNE_2, JULY_1 = date(2025, 5, 12), date(2025, 6, 2), date(2025, 7, 1)
JAN_6 = date(2026, 1, 6)


@pytest.fixture
def garden(shop):
    return make_garden(shop, "gardening", "tutoring")


def pay(garden, invoice, amount, *, on=JULY_1, means="transfer"):
    return actions.record_payment(
        invoice, amount=D(amount), received_on=on, means=means, by=garden.shop.accountant
    )


def paid(garden, *lines, on=JUNE_2, paid_on=JULY_1, means="transfer"):
    """An invoice of June 2025, paid in full: 96 EUR for two hours unless said otherwise."""
    invoice = garden.invoice(*(lines or [served(MAY_12)]), on=on)
    return invoice, pay(garden, invoice, invoice.gross, on=paid_on, means=means)


def certify(garden, *, year=2025, on=JAN_6) -> TaxCertificate:
    return certificates.make_certificate(
        garden.customer, year=year, on=on, by=garden.shop.accountant
    )


def follow(garden):
    """What the worker does once a payment moved."""
    return certificates.correct_certificates(garden.customer, on=JAN_6)


# ── What is certified ────────────────────────────────────────────────────────────────


def test_a_certificate_says_what_was_paid_for_what_by_whom_and_when(garden):
    paid(garden, served(MAY_12), served(date(2025, 5, 20), hours="1.5"))
    certificate = certify(garden)

    face = certificate_face(certificate.snapshot)
    assert str(certificate) == "AF-2025-0001"
    assert (certificate.paid, certificate.cesu, certificate.minutes) == (D("168.00"), D(0), 210)
    assert face["customer"] == {
        "name": "Jeanne Le Bris", "street": "14 rue des Carmes", "complement": "",
        "postcode": "35000", "town": "Rennes", "country": "FR",
    }  # fmt: skip
    assert face["declaration"]["declared_on"] == date(2024, 3, 4)
    assert (face["declaration"]["signed_by"], face["declaration"]["signed_as"]) == (
        "Anne Le Goff", "Gérante",
    )  # fmt: skip
    assert [
        (row["done_on"], row["worker_number"], row["duration"], row["counted"])
        for row in face["kinds"][0]["rows"]
    ] == [
        (MAY_12, "S-042", "2\u00a0h", D("96.00")),
        (date(2025, 5, 20), "S-042", "1\u00a0h\u00a030", D("72.00")),
    ]
    assert face["kinds"][0]["cap"] == D(5000)
    assert face["workers"] == [
        {"name": "Camille Fournier", "number": "S-042", "duration": "3\u00a0h\u00a030"}
    ]


def test_vouchers_advances_and_cash_are_told_apart(garden):
    invoice = garden.invoice(served(MAY_12, hours="10"), on=JUNE_2)  # 480 EUR
    for means, amount in (("cheque", 200), ("cesu", 150), ("advance", 80), ("cash", 50)):
        pay(garden, invoice, amount, means=means)

    certificate = certify(garden)

    face = certificate_face(certificate.snapshot)
    assert (certificate.paid, certificate.cesu) == (D(200), D(150))
    assert (face["advanced"], face["refused"], face["total"]) == (D(80), D(50), D(430))


def test_each_year_has_what_was_received_in_it(garden):
    invoice = garden.invoice(served(MAY_12, hours="10"), on=JUNE_2)
    pay(garden, invoice, 180)
    pay(garden, invoice, 300, on=JAN_6)

    assert certify(garden).paid == D(180)
    assert certify(garden, year=2026, on=date(2027, 1, 4)).paid == D(300)


def test_an_advance_counts_the_year_it_was_received(garden):
    actions.receive_payment(
        garden.customer, amount=D(96), received_on=date(2025, 12, 30), means="transfer",
        parts={}, by=garden.shop.accountant,
    )  # fmt: skip
    garden.invoice(served(date(2026, 1, 5)), on=JAN_6)
    actions.use_credit(garden.customer, on=JAN_6, by=garden.shop.accountant)

    assert certify(garden).paid == D(96)


def test_a_deposit_counts_with_the_invoice_that_takes_it_off(garden):
    shop = garden.shop
    quote = accepted(
        shop, line("Tonte", "10", "40", unit="HUR", service="gardening"), customer=garden.customer
    )
    deposit = actions.issue_invoice(
        actions.bill_deposit(quote, share=D("0.5"), by=shop.seller), on=date(2026, 6, 4),
        by=shop.accountant,
    )  # fmt: skip
    pay(garden, deposit, deposit.gross, on=date(2026, 6, 5))
    assert not paid_years(2026)
    final = actions.bill_rest(quote, by=shop.seller)
    final.lines.update(worker_name="Camille", worker_number="S-1", done_on=MAY_12, minutes=600)
    final = actions.issue_invoice(final, on=date(2026, 6, 8), by=shop.accountant)
    pay(garden, final, final.due, on=date(2026, 6, 9))

    ((_, year),) = paid_years(2026).values()
    assert (year.sums.counted, year.minutes) == (D(480), 600)


def test_what_is_sold_beside_the_services_is_not_certified(garden):
    paid(garden, served(MAY_12), line("Terreau", "1", "50", nature="goods"))

    assert certify(garden).paid == D(96)


def test_a_certificate_is_made_once(garden):
    paid(garden)

    assert certify(garden).pk == certify(garden).pk
    assert TaxCertificate.objects.count() == 1


def test_numbers_follow_each_other(garden):
    paid(garden)
    other = make_neighbour(garden.shop, name="Pierre Goudal")
    invoice = garden.shop.invoice(served(MAY_12), on=JUNE_2, customer=other)
    pay(garden, invoice, 96)

    first = certify(garden)
    second = certificates.make_certificate(other, year=2025, on=JAN_6, by=garden.shop.accountant)

    assert [first.number, second.number] == ["AF-2025-0001", "AF-2025-0002"]


def test_the_same_certificate_has_the_same_bytes(garden):
    paid(garden)
    certificate = certify(garden)

    stored = certificates.store_certificate(certificate)

    assert sha256(certificate_pdf(certificate)).hexdigest() == stored.document.sha256
    assert certificates.store_certificate(certificate).pk == stored.pk
    assert stored.document.name == "Attestation fiscale 2025 AF-2025-0001.pdf"
    assert documents.content_of(stored.document).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("spoil", "year", "code"),
    [
        (lambda garden: None, 2026, "year_not_over"),
        (lambda garden: None, 2024, "nothing_to_attest"),
        (
            lambda garden: Customer.objects.filter(pk=garden.customer.pk).update(kind="company"),
            2025,
            "not_a_person",
        ),
    ],
)
def test_what_cannot_be_certified_is_refused(garden, spoil, year, code):
    paid(garden)
    spoil(garden)

    with refused(code):
        certify(garden, year=year, on=NOV_23)


def test_money_given_by_hand_makes_no_certificate(garden):
    paid(garden, means="cash")

    with refused("nothing_to_attest"):
        certify(garden)


def test_nothing_is_certified_without_a_declaration(garden):
    paid(garden)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoicing_personalservicedeclaration")

    with refused("services_undeclared"):
        certify(garden)
    with refused("services_undeclared"):
        certificates.ask_for_certificates(2025, sends=False, on=JAN_6, by=garden.shop.accountant)


# ── When money moves ─────────────────────────────────────────────────────────────────


def test_a_reversed_payment_corrects_the_certificate_and_keeps_the_first(garden):
    _, payment = paid(garden)
    paid(garden, served(date(2025, 6, 20)), on=date(2025, 7, 2), paid_on=date(2025, 7, 9))
    first = certify(garden)

    actions.reverse_payment(payment, on=JAN_6, reason="Chèque impayé", by=garden.shop.accountant)
    (second,) = follow(garden)

    assert (first.paid, second.paid) == (D(192), D(96))
    assert str(second) == "AF-2025-0001, version 2"
    assert second.snapshot["replaces"] == {"version": 1, "made_on": "2026-01-06"}
    assert list(certificates_in_force(2025)) == [second]
    assert not follow(garden)
    wanted = OutboxMessage.objects.filter(task="invoicing.tasks.follow_certificates")
    assert wanted.count() == 3


def test_when_nothing_is_left_the_certificate_says_so(garden):
    _, payment = paid(garden)
    certify(garden)

    actions.reverse_payment(payment, on=JAN_6, reason="Erreur", by=garden.shop.accountant)
    (second,) = follow(garden)

    assert (second.paid, second.minutes) == (D(0), 0)
    assert certificate_face(second.snapshot)["kinds"] == []


def test_a_credit_note_after_the_money_corrects_the_certificate(garden):
    invoice, _ = paid(garden)
    certify(garden)

    credit = actions.credit_invoice(
        invoice, reason="Une heure de trop", amount=D(48), by=garden.shop.seller
    )
    actions.issue_invoice(credit, on=JAN_6, by=garden.shop.accountant)
    (second,) = follow(garden)

    assert second.paid == D(48)


def test_a_payment_for_something_else_is_not_followed(garden):
    garden.shop.pay(garden.shop.invoice(), 1200)

    assert not OutboxMessage.objects.filter(task="invoicing.tasks.follow_certificates").exists()


# ── All those of a year ──────────────────────────────────────────────────────────────


@pytest.fixture
def two(garden):
    """Two customers of 2025; the second has no address to be written to."""
    paid(garden)
    other = make_neighbour(garden.shop, name="Pierre Goudal", email="")
    invoice = garden.shop.invoice(served(MAY_12), on=JUNE_2, customer=other)
    pay(garden, invoice, 96)
    return garden


def _run(garden, *, sends=False) -> TaxCertificateRun:
    run = certificates.ask_for_certificates(2025, sends=sends, on=JAN_6, by=garden.shop.accountant)
    certificates.make_certificates(run, on=JAN_6)
    run.refresh_from_db()
    return run


def test_all_the_certificates_of_a_year_are_made_at_once_then_sent(two):
    run = _run(two)
    assert (run.status, run.counts["made"], run.counts["sent"]) == ("done", 2, 0)
    assert all(each.files.exists() for each in TaxCertificate.objects.all())

    again = _run(two, sends=True)
    assert again.counts == {
        "made": 0, "corrected": 0, "kept": 2, "sent": 1, "without_address": 1, "refused": 0,
    }  # fmt: skip
    assert _run(two, sends=True).counts["sent"] == 0


def test_a_run_is_done_once(two):
    run = _run(two)
    certificates.make_certificates(run, on=JAN_6)

    assert TaxCertificate.objects.count() == 2


def test_one_run_at_a_time_and_for_a_year_that_is_over(two):
    certificates.ask_for_certificates(2025, sends=False, on=JAN_6, by=two.shop.accountant)
    with refused("run_waiting"):
        certificates.ask_for_certificates(2025, sends=False, on=JAN_6, by=two.shop.accountant)
    with refused("year_not_over"):
        certificates.ask_for_certificates(2026, sends=False, on=JAN_6, by=two.shop.accountant)


def test_a_mail_carries_the_certificate_and_says_how_much(garden, mailoutbox):
    paid(garden)
    mail = certificates.send_certificate(certify(garden), by=garden.shop.accountant)

    deliver(mail, on=JAN_6, at=mail.at)

    (sent,) = mailoutbox
    assert sent.subject == "Attestation fiscale 2025 : Studio Brume"
    assert "96,00\u00a0€ réglés en 2025 pour 2\u00a0h" in sent.body
    assert [name for name, _, _ in sent.attachments] == [
        "Attestation fiscale 2025 AF-2025-0001.pdf"
    ]


def test_what_is_replaced_is_not_mailed(garden, mailoutbox):
    _, payment = paid(garden)
    first = certify(garden)
    mail = certificates.send_certificate(first, by=garden.shop.accountant)
    actions.reverse_payment(payment, on=JAN_6, reason="Erreur", by=garden.shop.accountant)
    follow(garden)

    deliver(mail, on=JAN_6, at=mail.at)

    assert not mailoutbox
    assert DocumentMail.objects.get().failure.startswith("L’attestation a été corrigée")
    with refused("replaced"):
        certificates.send_certificate(first, by=garden.shop.accountant)


def test_a_certificate_without_an_address_waits_for_one(garden):
    garden.customer.email = ""
    garden.customer.save()
    paid(garden)

    with refused("no_recipient"):
        certificates.send_certificate(certify(garden), by=garden.shop.accountant)


def test_from_january_to_march_those_missing_are_counted(two, other_cooperative):
    assert certificates_due(on=JAN_6) == (2025, 2)
    assert certificates_due(on=date(2026, 4, 1)) == (2025, 0)
    _run(two)
    assert certificates_due(on=JAN_6) == (2025, 0)
    with tenant(other_cooperative):
        assert certificates_due(on=JAN_6) == (2025, 0)
        assert not paid_years(2025)


# ── The walls ────────────────────────────────────────────────────────────────────────

_COPY = (
    "INSERT INTO invoicing_taxcertificate (tenant_id, activity_id, customer_id, customer_name, "
    "year, number, version, reason, paid, cesu, minutes, snapshot, fingerprint, made_on, made_at) "
    "SELECT tenant_id, activity_id, {customer}, customer_name, {year}, {number}, {version}, "
    "{reason}, {paid}, 0, 0, '{{}}', fingerprint, {made_on}, now() FROM invoicing_taxcertificate"
)
_SOUND = {
    "customer": "customer_id", "year": "year", "number": "number", "version": "2",
    "reason": "'Erreur'", "paid": "0", "made_on": "made_on",
}  # fmt: skip


@pytest.mark.parametrize(
    "hole",
    [
        {"version": "1"},
        {"version": "3"},
        {"reason": "''"},
        {"paid": "-1"},
        {"number": "'AF-2025-0009'"},
        {"number": "'X'"},
        {"year": "2026"},
        {"made_on": "'2025-12-31'"},
        {"customer": "{other}"},
    ],
    ids=str,
)
def test_the_database_refuses_a_certificate_that_follows_nothing(garden, hole):
    paid(garden)
    certify(garden)
    values = {**_SOUND, **hole}
    if "customer" in hole:
        values["customer"] = str(garden.shop.customer.pk)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COPY.format(**values))
    with connection.cursor() as cursor:
        cursor.execute(_COPY.format(**_SOUND))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE invoicing_taxcertificate SET paid = 1",
        "UPDATE invoicing_taxcertificate SET snapshot = '{}'",
        "DELETE FROM invoicing_taxcertificate",
        "DELETE FROM invoicing_taxcertificatefile",
        "UPDATE invoicing_taxcertificatefile SET document_id = document_id",
        "UPDATE invoicing_taxcertificaterun SET status = 'failed'",
        "UPDATE invoicing_taxcertificaterun SET status = 'waiting'",
        "UPDATE invoicing_documentmail SET invoice_id = 1",
    ],
)
def test_the_database_never_changes_what_was_certified(two, sql):
    _run(two, sends=True)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_entrepreneur_writes_no_certificate(garden):
    """She reads those of her customers: the cooperative alone certifies."""
    paid(garden)
    certify(garden)
    with acting_for(garden.shop.seller):
        assert TaxCertificate.objects.count() == 1
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COPY.format(**_SOUND))


def test_a_neighbour_reads_none(garden):
    paid(garden)
    certify(garden)
    stranger = make_seller(
        garden.shop.cooperative, first_name="Zoé", last_name="Autre", name="Ailleurs"
    )
    with acting_for(stranger.seller):
        assert not TaxCertificate.objects.exists()
