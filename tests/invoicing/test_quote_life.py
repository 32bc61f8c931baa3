"""A quote between its sending and its client's answer: versions, code, evidence, questions."""

from __future__ import annotations

import io
import socket
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Thread

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cae.core.models import OutboxMessage, StoredDocument
from cae.core.workflow import ActionRefused
from invoicing import actions, queries
from invoicing.actions import delivery, mails
from invoicing.actions.sendings import usual_letter
from invoicing.enums import AgreementMeans, MailKind, MailState, QuoteStatus
from invoicing.models import (
    DocumentMail,
    Quote,
    QuoteEvidence,
    QuoteMessage,
    QuoteVersion,
    SignatureCode,
)
from invoicing.rules.letters import Wording
from invoicing.rules.lines import Discount
from tests.invoicing.makers import JUNE_3, D, line, make_customer, refused

pytestmark = pytest.mark.django_db

CLIENT = "compta@maison-ebene.example"
NOW = datetime(2026, 6, 3, 9, 30, tzinfo=timezone.get_fixed_timezone(0))


def sent(shop, *lines, **values) -> Quote:
    values.setdefault("valid_until", date(2099, 1, 1))
    return actions.send_quote(shop.quote(*lines, **values), on=JUNE_3, by=shop.seller)


def code_for(quote, *, at: datetime = NOW, **values) -> SignatureCode:
    values = {"name": "Marianne Lescop", "role": "Gérante", "address": CLIENT, **values}
    return actions.ask_code(quote, on=at.date(), at=at, **values)


def sign(code, typed: str = "", *, at: datetime = NOW) -> Quote | None:
    typed = typed or actions.six_digits(code)
    return actions.sign_quote(
        code, typed=typed, on=at.date(), at=at, ip="203.0.113.9", user_agent="Firefox"
    )


def wrong(code) -> str:
    return f"{(int(actions.six_digits(code)) + 1) % 10**6:06d}"


# Versions


def test_each_sending_is_a_version_that_stays(shop, seller):
    quote = sent(shop, line(price="1000"))
    quote = actions.reopen_quote(quote, by=seller)
    actions.change_quote(
        quote,
        content=shop.quote_content(
            line(price="900"),
            line("Suivi", price="100"),
            subject="Album jeunesse",
            valid_until=quote.valid_until,
        ),
        by=seller,
    )
    actions.send_quote(quote, on=JUNE_3, by=seller)

    second, first = queries.versions_of(quote)

    assert [(v.version, v.snapshot["net"]) for v in (first, second)] == [
        (1, "1000.00"),
        (2, "1000.00"),
    ]
    assert queries.changes_between(first.snapshot, second.snapshot) == [
        ("Direction artistique", "1 × 1\u00a0000,00\u00a0€ = 1\u00a0000,00\u00a0€",
         "1 × 900,00\u00a0€ = 900,00\u00a0€"),
        ("Suivi", "", "1 × 100,00\u00a0€ = 100,00\u00a0€"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_quote SET status = 'sent', snapshot = '{}' WHERE id = {quote}",
        "UPDATE invoicing_quote SET status = 'accepted', signed_name = 'X', answered_at = now()"
        " WHERE id = {quote}",
        "UPDATE invoicing_quote SET status = 'withdrawn' WHERE id = {quote}",
        "UPDATE invoicing_quoteversion SET fingerprint = 'x'",
        "DELETE FROM invoicing_quoteversion",
        "UPDATE invoicing_quotemessage SET text = 'x'",
        "DELETE FROM invoicing_quotemessage",
        "UPDATE invoicing_signaturecode SET tries = 0",
        "UPDATE invoicing_signaturecode SET tries = 6",
        "UPDATE invoicing_signaturecode SET address = 'x@y.example'",
        "UPDATE invoicing_signaturecode SET used_at = expires_at + interval '1 second'",
        "DELETE FROM invoicing_signaturecode",
        "UPDATE invoicing_documentmail SET subject = 'x'",
        "UPDATE invoicing_documentmail SET state = 'failed'",
        "UPDATE invoicing_documentmail SET state = 'sent'",
        "DELETE FROM invoicing_documentmail",
        "UPDATE invoicing_quotevisit SET count = count - 1",
        "DELETE FROM invoicing_quotevisit",
        "UPDATE invoicing_quoteline SET is_chosen = true, net = 1 WHERE is_optional",
        "UPDATE invoicing_quoteline SET is_chosen = true WHERE NOT is_optional",
    ],
)
def test_postgresql_refuses_to_rewrite_the_life_of_a_quote(shop, statement):
    quote = sent(shop, line(), line("Option", price="10", is_optional=True))
    actions.note_visit(quote, at=NOW)
    actions.note_visit(quote, at=NOW)
    actions.ask_question(quote, name="M. L.", text="Quand\u00a0?", at=NOW)
    code = code_for(quote)
    sign(code, wrong(code))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.replace("{quote}", str(quote.pk)))


def test_the_evidence_of_an_agreement_is_never_rewritten(shop):
    sign(code_for(sent(shop)))

    for statement in (
        "UPDATE invoicing_quoteevidence SET name = 'X'",
        "DELETE FROM invoicing_quoteevidence",
        "UPDATE invoicing_signaturecode SET tries = tries + 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# The code


def test_a_code_signs_and_leaves_its_proof(shop):
    quote = sent(shop)
    code = code_for(quote)

    signed = sign(code, f" {actions.six_digits(code)[:3]} {actions.six_digits(code)[3:]}")

    assert signed is not None
    assert (signed.status, signed.signed_name, signed.signed_role) == (
        QuoteStatus.ACCEPTED,
        "Marianne Lescop",
        "Gérante",
    )
    proof = QuoteEvidence.objects.get()
    assert (proof.means, proof.address, proof.ip, proof.user_agent) == (
        AgreementMeans.CODE,
        CLIENT,
        "203.0.113.9",
        "Firefox",
    )
    assert (proof.code_sent_at, proof.agreed_at) == (NOW, NOW)
    assert proof.fingerprint == QuoteVersion.objects.get().fingerprint


def test_five_wrong_codes_close_it_and_each_is_counted(shop):
    code = code_for(sent(shop))

    for _ in range(5):
        assert sign(code, wrong(code)) is None
    with refused("code_over"):
        sign(code)

    code.refresh_from_db()
    assert (code.tries, code.used_at) == (5, None)
    assert Quote.objects.get().status == QuoteStatus.SENT


def test_a_code_is_over_after_ten_minutes(shop):
    code = code_for(sent(shop))

    with refused("code_over"):
        sign(code, at=NOW + timedelta(minutes=10, seconds=1))


def test_a_code_serves_once_and_for_its_quote_only(shop):
    one, other = sent(shop), sent(shop)
    first, second = code_for(one), code_for(other)
    assert sign(second, actions.six_digits(first)) is None or actions.six_digits(
        first
    ) == actions.six_digits(second)
    sign(first)

    with refused("already_answered"):
        sign(first)
    assert Quote.objects.get(pk=other.pk).status == QuoteStatus.SENT


def test_a_code_of_an_earlier_version_signs_nothing(shop, seller):
    quote = sent(shop)
    code = code_for(quote)
    actions.reopen_quote(quote, by=seller)
    with refused("reopened"):
        sign(code)
    actions.send_quote(quote, on=JUNE_3, by=seller)

    with refused("superseded"):
        sign(code)


def test_a_code_goes_only_where_the_quote_went(shop, seller):
    quote = sent(shop)
    with refused("unknown_address"):
        code_for(quote, address="pirate@ailleurs.example")

    letter = actions.usual_letter(quote)
    again = actions.Letter(
        to=("direction@maison-ebene.example", seller.user.email),
        wording=letter.wording,
        template=letter.template,
    )
    actions.mail_quote_again(quote, letter=again, by=seller)

    assert queries.signing_addresses(quote) == [CLIENT, "direction@maison-ebene.example"]
    with refused("unknown_address"):  # one of ours never signs for the client
        code_for(quote, address=seller.user.email)
    assert code_for(quote, address="Direction@maison-ebene.example").pk


def test_codes_are_few_an_hour(shop):
    quote = sent(shop)
    for minute in range(5):
        code_for(quote, at=NOW + timedelta(minutes=minute))

    with refused("too_many_codes"):
        code_for(quote, at=NOW + timedelta(minutes=59))
    assert code_for(quote, at=NOW + timedelta(minutes=61)).pk


def test_no_table_holds_the_digits(shop):
    code = code_for(sent(shop))
    digits = actions.six_digits(code)

    assert not OutboxMessage.objects.filter(arguments__icontains=digits).exists()
    assert digits not in {str(v) for v in SignatureCode.objects.values_list()[0]}
    assert digits == actions.six_digits(SignatureCode.objects.get())


def test_the_code_is_mailed_then_both_sides_get_the_sealed_copy(shop, seller):
    quote = sent(shop, deposit_rate=D("0.3"))
    code = code_for(quote, at=timezone.now())

    mails.signature_code(code)
    assert mail.outbox[-1].to == [CLIENT]
    assert actions.six_digits(code) in mail.outbox[-1].body
    sign(code, at=timezone.now())
    copy = DocumentMail.objects.get(kind=MailKind.SIGNED_QUOTE)
    delivery.deliver(copy, on=JUNE_3, at=timezone.now())
    mails.quote_accepted(Quote.objects.get())

    to_client, to_author = mail.outbox[-2:]
    assert (to_client.to, to_author.to) == ([CLIENT], [seller.user.email])
    assert to_client.attachments[0] == to_author.attachments[0]
    assert to_client.attachments[0][0] == "Devis DE-2026-0001.pdf"


# Options


def test_the_client_chooses_options_and_all_of_it_adds_up(shop, seller):
    quote = sent(
        shop,
        line(price="1000"),
        line("Affiche", price="300", is_optional=True),
        line("Carte", price="50", is_optional=True, vat="10"),
        deposit_rate=D("0.3"),
    )
    assert (quote.net, quote.snapshot["net"]) == (D("1000.00"), "1000.00")
    code = code_for(quote, options=[3])

    signed = sign(code)

    assert signed is not None
    assert (signed.net, signed.vat, signed.gross) == (D("1050.00"), D("205.00"), D("1255.00"))
    assert [row["tax"] for row in signed.snapshot["vat_rows"]] == ["200.00", "5.00"]
    assert (signed.snapshot["gross"], signed.snapshot["deposit"]) == ("1255.00", "376.50")
    assert [line["is_chosen"] for line in signed.snapshot["lines"]] == [False, False, True]
    assert QuoteVersion.objects.get().snapshot["gross"] == "1200.00"  # as it was sent
    bill = actions.invoice_from_quote(signed, by=seller)
    assert [row.label for row in bill.lines.all()] == ["Direction artistique", "Carte"]
    assert bill.gross == D("1255.00")


@pytest.mark.parametrize("entry", ["net", "gross"])
def test_the_options_it_was_sent_with_change_nothing_of_what_is_frozen(shop, entry):
    optional = {"is_optional": True, "price_with_vat": D("120") if entry == "gross" else None}
    quote = sent(
        shop,
        line(price="1000", price_with_vat=D("1200") if entry == "gross" else None),
        line("Affiche", price="100", is_chosen=True, **optional),
        line("Carte", price="100", **optional),
        entry=entry,
        discount=Discount(rate=D("0.05")),
    )

    assert actions.with_options(quote, [2]).snapshot == quote.snapshot


def test_an_option_that_is_not_one_is_refused(shop):
    quote = sent(shop, line(), line("Affiche", price="300", is_optional=True))

    for positions in ([1], [7]):
        with refused("unknown_option"):
            code_for(quote, options=positions)


def test_postgresql_refuses_an_agreement_that_does_not_add_up(shop):
    quote = sent(shop, line(), line("Affiche", price="300", is_optional=True))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE invoicing_quoteline SET is_chosen = true WHERE is_optional")

    with pytest.raises(DatabaseError, match="does not add up"), transaction.atomic():
        actions.accept_quote(quote, name="M. L.", on=JUNE_3)


# On paper, withdrawn


def test_an_agreement_on_paper_keeps_the_paper(shop, staff):
    import pikepdf

    paper = io.BytesIO()
    with pikepdf.new() as blank:
        blank.add_blank_page()
        blank.save(paper)
    quote = sent(shop)

    actions.accept_quote(
        quote, name="M. Lescop", on=JUNE_3, by=staff, scan=paper.getvalue(), scan_name="bon.pdf"
    )

    proof = QuoteEvidence.objects.get()
    assert (proof.means, proof.by, proof.document.name) == (AgreementMeans.PAPER, staff, "bon.pdf")


def test_a_paper_that_is_no_paper_is_refused_whole(shop, staff):
    quote = sent(shop)

    with refused("unknown_file_type"), transaction.atomic():
        actions.accept_quote(quote, name="M. L.", on=JUNE_3, by=staff, scan=b"MZ", scan_name="x")

    assert Quote.objects.get().status == QuoteStatus.SENT
    assert not StoredDocument.objects.exists()


def test_a_quote_that_was_sent_is_withdrawn_for_good(shop, seller):
    with refused("never_sent"):
        actions.withdraw_quote(shop.quote(), by=seller)
    quote = sent(shop)
    code = code_for(quote)

    actions.withdraw_quote(quote, reason="Projet abandonné", by=seller)

    for act in (
        lambda: sign(code),
        lambda: actions.refuse_quote(quote, reason="Non"),
        lambda: actions.ask_question(quote, name="M. L.", text="?", at=NOW),
    ):
        with refused("withdrawn"):
            act()
    with refused("illegal_move"):
        actions.reopen_quote(quote, by=seller)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE invoicing_quote SET status = 'sent' WHERE number IS NOT NULL")


# Readings, questions


def test_readings_are_counted_by_version_and_the_author_told_once(shop):
    quote = sent(shop)

    assert actions.note_visit(quote, at=NOW) is True
    assert actions.note_visit(quote, at=NOW + timedelta(hours=1)) is False

    visit = queries.visit_of(quote)
    assert (visit.count, visit.first_at, visit.last_at) == (2, NOW, NOW + timedelta(hours=1))
    assert OutboxMessage.objects.filter(task="invoicing.tasks.mail_quote_read").count() == 1


def test_a_question_waits_until_it_is_answered(shop, seller):
    quote = sent(shop)
    actions.ask_question(quote, name="Marianne Lescop", text="Et le délai\u00a0?", at=NOW)

    assert [m.text for m in queries.questions_waiting(shop.activity.pk)] == ["Et le délai\u00a0?"]
    assert queries.asked_among([quote]) == {quote.pk}
    mails.quote_message(QuoteMessage.objects.get(), on=JUNE_3)
    assert (mail.outbox[-1].to, "Et le délai" in mail.outbox[-1].body) == (
        [seller.user.email],
        True,
    )
    answer = actions.answer_question(quote, text="Trois semaines.", by=seller)
    mails.quote_message(answer, on=JUNE_3)

    assert queries.questions_waiting(shop.activity.pk) == []
    assert mail.outbox[-1].to == [CLIENT]
    assert "/p/" in mail.outbox[-1].body
    assert answer.name == "Camille Fournier"


def test_questions_are_bounded(shop):
    quote = sent(shop)
    with refused("text_too_long"):
        actions.ask_question(quote, name="M. L.", text="x" * 2001, at=NOW)
    with refused("text_missing"):
        actions.ask_question(quote, name="M. L.", text=" \n ", at=NOW)
    for _ in range(20):
        actions.ask_question(quote, name="M. L.", text="Encore", at=timezone.now())

    with refused("too_many_questions"):
        actions.ask_question(quote, name="M. L.", text="Encore", at=timezone.now())


def test_the_timeline_says_what_happened_in_order(shop, seller):
    quote = sent(shop)
    actions.note_visit(quote, at=timezone.now())
    actions.ask_question(quote, name="M. L.", text="Quand\u00a0?", at=timezone.now())
    sign(code_for(quote, at=timezone.now()), at=timezone.now())
    quote.refresh_from_db()

    assert [step.what for step in queries.timeline_of(quote)] == [
        "Accepté",
        "Code de signature demandé",
        "Question posée",
        "Version 1 lue",
        "Version 1 envoyée",
    ]


# Mails


@pytest.fixture
def refusing():
    """The port of a mail server that knows nobody of bihan.example, and takes what is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_refuse, args=[listening], daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(5)


def _refuse(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 bonjour\r\n")
        for said in talk:
            verb = said[:4].upper()
            if verb == b"RCPT" and b"@bihan.example" in said:
                talk.write("550 Boîte inconnue\r\n".encode())
            elif verb == b"DATA":
                talk.write(b"354 allez-y\r\n")
                while talk.readline() != b".\r\n":
                    pass
                talk.write(b"250 pris\r\n")
            elif verb == b"QUIT":
                talk.write(b"221 au revoir\r\n")
                return
            else:
                talk.write(b"250 bien\r\n")


def test_a_mail_is_a_row_from_the_cooperative_answered_to_the_entrepreneur(shop, seller):
    quote = sent(shop)
    posted = DocumentMail.objects.get()
    assert (posted.to, posted.template, posted.state) == ([CLIENT], "Alvéole", MailState.QUEUED)
    assert "{lien}" in posted.body and "DE-2026-0001" in posted.subject

    delivery.deliver(posted, on=JUNE_3, at=NOW)
    delivery.deliver(posted, on=JUNE_3, at=NOW)  # twice does no harm

    (said,) = mail.outbox
    assert (said.from_email, said.reply_to) == (
        "Ateliers <ne-pas-repondre@localhost>",
        ["camille.fournier@example.org"],
    )
    assert "/p/" in said.body and "{lien}" not in said.body
    assert "text/html" in [kind for _, kind in said.alternatives]
    assert said.attachments == []
    posted.refresh_from_db()
    assert (posted.state, posted.sent_at, bool(posted.message_id)) == (MailState.SENT, NOW, True)
    assert quote.number in said.subject


def test_a_quote_taken_back_is_not_mailed(shop, seller):
    quote = sent(shop)
    actions.reopen_quote(quote, by=seller)

    posted = DocumentMail.objects.get()
    delivery.deliver(posted, on=JUNE_3, at=NOW)

    posted.refresh_from_db()
    assert (mail.outbox, posted.state) == ([], MailState.FAILED)
    assert posted.failure == "Le devis a été repris avant le départ du message."


def test_what_a_server_refuses_is_said_and_what_it_misses_is_tried_again(shop, settings, refusing):
    mailed(sent(shop), "solene@bihan.example")
    posted = DocumentMail.objects.first()
    settings.EMAIL_BACKEND = "cae.core.mailing.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there

    with pytest.raises(OSError), transaction.atomic():
        delivery.deliver(posted, on=JUNE_3, at=posted.at)
    posted.refresh_from_db()
    assert posted.state == MailState.QUEUED
    settings.EMAIL_PORT = refusing
    delivery.deliver(posted, on=JUNE_3, at=posted.at)

    posted.refresh_from_db()
    assert posted.state == MailState.FAILED
    assert "550 Boîte inconnue" in posted.failure


def mailed(quote, *to: str) -> DocumentMail:
    letter = replace(usual_letter(quote), to=to)
    return actions.mail_quote_again(quote, letter=letter, by=quote.created_by)


def test_a_mail_refused_for_some_left_and_its_sender_is_told_for_whom(shop, settings, refusing):
    posted = mailed(sent(shop), CLIENT, "solene@bihan.example")
    locmem, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "cae.core.mailing.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", refusing

    delivery.deliver(posted, on=JUNE_3, at=NOW)

    posted.refresh_from_db()
    assert (posted.state, posted.failure) == (MailState.SENT, "")
    assert posted.refused == "solene@bihan.example\u00a0: 550 Boîte inconnue"
    told = OutboxMessage.objects.get(key=f"mail-not-received:{posted.pk}")
    assert told.arguments == {"mail_id": posted.pk}
    settings.EMAIL_BACKEND = locmem
    mails.not_received(posted)
    (said,) = mail.outbox
    assert (said.to, said.subject) == (
        ["camille.fournier@example.org"],
        "DE-2026-0001 n’est pas parti pour tous",
    )
    assert "550 Boîte inconnue" in said.body


def test_an_invoice_is_mailed_with_its_pdf_once_it_is_there(shop, seller):
    invoice = shop.invoice()
    with refused("pdf_not_ready"):
        actions.send_invoice(invoice, by=seller)
    actions.store_invoice_pdf(invoice)

    posted = actions.send_invoice(invoice, by=seller)
    delivery.deliver(posted, on=JUNE_3, at=NOW)

    assert mail.outbox[-1].attachments[0][0] == "Facture FA-2026-0001.pdf"
    assert "IBAN" in mail.outbox[-1].body
    with refused("not_issued"):
        actions.send_invoice(shop.draft(), by=seller)
    nobody = make_customer(shop.activity, seller, name="Sans adresse", siret="", email="")
    with refused("email_missing"):
        actions.send_invoice(shop.invoice(customer=nobody), by=seller)


@pytest.mark.parametrize(
    ("to", "subject", "body", "code"),
    [
        ((), "Devis", "{lien}", "no_recipient"),
        (("a@b.example\nBcc: x@y.example",), "Devis", "{lien}", "bad_address"),
        (("pas une adresse",), "Devis", "{lien}", "bad_address"),
        (tuple(f"a{n}@b.example" for n in range(11)), "Devis", "{lien}", "too_many_recipients"),
        ((CLIENT,), "Devis\r\nBcc: x@y.example", "{lien}", "bad_wording"),
        ((CLIENT,), "Devis {lien}", "{lien}", "bad_wording"),
        ((CLIENT,), "Devis", "sans la page", "bad_wording"),
        ((CLIENT,), "Devis", "{lien} {prix}", "bad_wording"),
        ((CLIENT,), "Devis", "{lien} " + "x" * 5000, "bad_wording"),
        ((CLIENT,), "D" * 161, "{lien}", "bad_wording"),
    ],
)
def test_a_letter_that_cannot_leave_is_refused_and_nothing_is_sent(shop, to, subject, body, code):
    quote = shop.quote()
    letter = actions.Letter(to=to, wording=Wording(subject, body), template="x")

    with refused(code), transaction.atomic():
        actions.send_quote(quote, on=JUNE_3, by=shop.seller, letter=letter)

    assert (Quote.objects.get().status, DocumentMail.objects.count()) == (QuoteStatus.DRAFT, 0)


# Words


def test_words_fall_back_from_the_activity_to_the_cooperative_to_ours(shop, seller, staff):
    def words():
        wording, origin = queries.wording_for(MailKind.QUOTE, activity_id=shop.activity.pk)
        return wording.subject, origin

    assert words() == ("Devis {numero}\u00a0: {objet}", "Alvéole")
    shared, own = Wording("Notre devis", "{lien}"), Wording("Mon devis", "Ici\u00a0: {lien}")
    actions.change_wording(shared, kind=MailKind.QUOTE, activity=None, by=staff)
    assert words() == ("Notre devis", "coopérative, version 1")
    actions.change_wording(own, kind=MailKind.QUOTE, activity=shop.activity, by=seller)
    assert words() == ("Mon devis", "enseigne, version 1")
    sent(shop)
    assert DocumentMail.objects.get().template == "enseigne, version 1"
    actions.reset_wording(kind=MailKind.QUOTE, activity=shop.activity, by=seller)
    assert words() == ("Notre devis", "coopérative, version 1")
    actions.reset_wording(kind=MailKind.QUOTE, activity=None, by=staff)
    assert words() == ("Devis {numero}\u00a0: {objet}", "Alvéole")


def test_a_blank_that_does_not_exist_is_named(shop, staff):
    with pytest.raises(ActionRefused) as refusal:
        actions.change_wording(
            Wording("Devis", "{lien} {prenom}"), kind=MailKind.QUOTE, activity=None, by=staff
        )
    assert "«\u00a0{prenom}\u00a0» n’existe pas" in refusal.value.message
    assert "{contact}" in refusal.value.message


def test_options_move_the_schedule_too(shop, seller):
    quote = shop.quote(
        line(price="1000"),
        line("Affiche", price="500", is_optional=True),
        valid_until=date(2099, 1, 1),
    )
    actions.set_equal_schedule(quote, count=2, by=seller)
    quote = actions.send_quote(quote, on=JUNE_3, by=seller)

    signed = sign(code_for(quote, options=[2]))

    assert [row.gross for row in signed.instalments.all()] == [D("900.00"), D("900.00")]
    assert [each["gross"] for each in signed.snapshot["instalments"]] == ["900.00", "900.00"]
