"""Mentions by case and terms of sale: proposed, frozen, versioned."""

from __future__ import annotations

import io
import re
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from pypdf import PdfReader

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import mails
from invoicing.actions.delivery import deliver
from invoicing.actions.filing import file_under
from invoicing.actions.wording import (
    MentionDetails,
    add_mention,
    archive_mention,
    change_mention,
    write_terms,
)
from invoicing.documents.faces import face_of
from invoicing.documents.pdfs import quote_pdf
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import CustomerKind, MentionCase
from invoicing.models import BusinessType, Mention, Quote, Terms
from invoicing.queries.wording import current_terms
from invoicing.rules.mentions import OFFERED, cases_of
from tests.core.test_inert_pdfs import pdf
from tests.invoicing.makers import make_customer, make_seller, make_shop, refused
from tests.invoicing.test_deals import sql_refusal
from tests.invoicing.test_pages import client_of, form, url
from tests.invoicing.test_public_quote import Visitor
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
NEW = url("ventes/devis/nouveau/")
LIVE = {"HX-Request": "true"}


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    return lambda: tenant(shop.cooperative)


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


@pytest.fixture
def staff(shop):
    return client_of(shop.accountant)


def mediation(**values) -> MentionDetails:
    return MentionDetails(
        **{"title": "Médiation", "text": "Médiateur\u00a0: CM2C.", "is_default": True,
           "case": MentionCase.INDIVIDUAL, **values}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "natures", "vats", "found"),
    [
        ("company", {"services"}, {"20"}, {"always", "company"}),
        ("public", {"services"}, {"20"}, {"always", "company", "public"}),
        ("individual", {"goods"}, {"training"}, {"always", "individual", "goods", "training"}),
    ],
)
def test_the_cases_a_document_shows(kind, natures, vats, found):
    assert cases_of(kind, natures=natures, vats=vats) == found


def test_what_the_law_says_waits_for_someone_to_confirm(shop, seller, staff, at):
    with at():
        assert Mention.objects.filter(is_to_confirm=True).count() == len(OFFERED)
        seeded = Mention.objects.get(title="Médiation de la consommation")
    assert "Médiation de la consommation" not in seller.get(NEW).content.decode()
    there = url(f"ventes/mentions/{seeded.pk}/")
    assert "À confirmer" in staff.get(there).content.decode()
    assert seller.get(there).status_code == 404

    staff.post(there, {"title": "Médiation", "text": "CM2C", "case": "individual",
                       "on_quotes": "on", "is_default": "on"})  # fmt: skip

    with at():
        seeded.refresh_from_db()
        assert (seeded.is_to_confirm, seeded.on_invoices) == (False, False)
    assert "Médiation" in seller.get(NEW).content.decode()


def test_a_mention_is_ticked_by_its_case_once_and_frozen(shop, seller, at):
    with at():
        mention = add_mention(shop.activity, details=mediation(), by=shop.seller)
        person = make_customer(shop.activity, shop.seller, siret="", name="Mme Le Goff",
                               kind=CustomerKind.INDIVIDUAL)  # fmt: skip
    company = seller.post(NEW, form(customer=shop.customer.pk), headers=LIVE).content.decode()
    ticked = seller.post(NEW, form(customer=person.pk), headers=LIVE).content.decode()
    assert ("CM2C" in company, "CM2C" in ticked) == (False, True)
    seen = re.search(r'name="mentions_seen" value="([^"]*)"', ticked).group(1)

    off = seller.post(NEW, form(customer=person.pk, mentions_seen=seen), headers=LIVE)
    seller.post(NEW, form(customer=person.pk, mentions=[mention.pk], mentions_seen=seen))

    assert "CM2C" not in off.content.decode()
    with at():
        quote = Quote.objects.get()
        change_mention(mention, details=mediation(text="Autre"), by=shop.seller)
        sent = actions.send_quote(quote, on=clock.today(), by=shop.seller)
        assert sent.snapshot["chosen_mentions"] == ["Médiateur\u00a0: CM2C."]
        made = shop.quote(customer=person)
        assert [each["text"] for each in made.mentions] == ["Autre"]
        assert shop.quote().mentions == []


@pytest.mark.parametrize(
    ("values", "code"),
    [({"text": " "}, "text_missing"), ({"title": ""}, "text_missing"),
     ({"on_quotes": False, "on_invoices": False}, "nowhere")],
)  # fmt: skip
def test_a_mention_that_says_nothing_is_refused(shop, at, values, code):
    with at(), refused(code):
        add_mention(shop.activity, details=mediation(**values), by=shop.seller)


def test_an_archived_mention_is_not_proposed_and_a_neighbours_neither(
    shop, seller, at, cooperatives
):
    with at():
        mention = add_mention(shop.activity, details=mediation(title="À moi"), by=shop.seller)
        neighbour = client_of(
            make_seller(cooperatives[0], first_name="Naïma", last_name="Benali", name="Sève").seller
        )
    listed = url("ventes/mentions/")
    assert "À moi" in seller.get(listed).content.decode()
    assert "À moi" not in neighbour.get(listed).content.decode()
    assert neighbour.post(f"{listed}{mention.pk}/archiver/").status_code == 404
    seller.post(f"{listed}{mention.pk}/archiver/")
    assert "À moi" not in seller.get(listed).content.decode()
    with at(), refused("already_archived"):
        archive_mention(mention, by=shop.seller)


def test_terms_are_versioned_and_a_sent_quote_keeps_its_own(shop, seller, staff, at):
    terms = url("ventes/conditions/")
    staff.post(terms, {"text": "Article 1. Prix."})
    seller.post(terms, {"text": "Chez Brume, on livre en juin."})
    assert seller.post(terms, {"text": "Chez Brume, on livre en juin."}).status_code == 422

    with at():
        sent = actions.send_quote(
            shop.quote(dated_on=clock.today()), on=clock.today(), by=shop.seller
        )
        write_terms(None, text="", by=shop.accountant)
        after = shop.quote(dated_on=clock.today())
        after = actions.send_quote(after, on=clock.today(), by=shop.seller)
        with refused("too_long"):
            write_terms(None, text="x" * 60_001, by=shop.accountant)
    assert [(each["of"], each["version"]) for each in sent.snapshot["terms_of_sale"]] == [
        ("", 1), ("Studio Brume", 1),
    ]  # fmt: skip
    assert [each["of"] for each in after.snapshot["terms_of_sale"]] == ["Studio Brume"]


def test_a_type_of_business_has_terms_of_its_own(shop, seller, staff, at):
    with at():
        travel = BusinessType.objects.get(code="travel")
        write_terms(None, text="Pour tous", by=shop.accountant)
        with refused("one_owner"):
            write_terms(shop.activity, text="X", business_type=travel, by=shop.accountant)
    here = url(f"ventes/conditions/?type={travel.pk}")
    assert travel.label in staff.get(here).content.decode()
    assert staff.post(here, {"text": "Annulation"}).url == here
    for wrong in ("?type=x", "?type=999999"):
        assert staff.get(url(f"ventes/conditions/{wrong}")).status_code == 404
    with at():
        on = clock.today()
        filed, other = shop.quote(dated_on=on), shop.quote(dated_on=on)
        file_under(filed, folder=None, business_type=travel, by=shop.seller)
        sent = [actions.send_quote(each, on=on, by=shop.seller) for each in (filed, other)]
        said = [[each["text"] for each in one.snapshot["terms_of_sale"]] for one in sent]
        assert said == [["Pour tous", "Annulation"], ["Pour tous"]]
        both = (
            "INSERT INTO invoicing_terms (tenant_id, activity_id, business_type_id, version, text,"
            " written_at, written_by_id) SELECT tenant_id, activity_id, %s, 9, 'x', now(),"
            " created_by_id FROM invoicing_quote WHERE id = %s"
        )
        assert sql_refusal(both, travel.pk, filed.pk) == "invoicing_terms_whose"


def test_a_pdf_of_terms_goes_beside_the_quote_to_the_byte(shop, seller, staff, at, mailoutbox):
    there, content = url("ventes/conditions/"), pdf(2)
    upload = SimpleUploadedFile("CGV 2027.pdf", content, "application/pdf")
    assert seller.post(there, {"text": "En juin.", "pdf": upload}).status_code == 302
    page = seller.get(there).content.decode()
    assert "CGV 2027.pdf" in page and "Ne plus joindre le PDF" in page
    seller.post(there, {"text": "En juillet."})
    staff.post(there, {"text": "Article 1."})
    with at():
        on = clock.today()
        sent = actions.send_quote(shop.quote(dated_on=on), on=on, by=shop.seller)
        said = sent.snapshot["terms_of_sale"]
        terms = Terms.objects.get(pk=said[1]["file"]["terms"])
        assert (said[0]["file"], said[1]["version"]) == (None, 2)
        assert said[1]["file"] == {
            "terms": terms.pk, "name": "CGV 2027.pdf", "sha256": sha256(content).hexdigest()
        }  # fmt: skip
        first = quote_pdf(sent)
        assert first == quote_pdf(sent)
        words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages)
        assert "« CGV 2027.pdf »" in words.replace("\u00a0", " ")
        assert terms.file_sha256 in "".join(words.split())
        deliver(sent.mails.get(), on=on, at=clock.now())
        assert mailoutbox[-1].attachments == [("CGV 2027.pdf", content, "application/pdf")]
        client = Visitor(actions.share_quote(sent, on=on, by=shop.seller))
        write_terms(shop.activity, text="Plus de PDF", by=shop.seller)

    answer = client.client.get(f"{client.path}conditions/2/pdf/")
    assert (answer.content, answer["Content-Type"]) == (content, "application/pdf")
    assert "attachment" in answer["Content-Disposition"] and "sandbox" in answer[
        "Content-Security-Policy"
    ]  # fmt: skip
    assert f"{client.path}conditions/2/pdf/" in client.reads()
    for rank in (0, 1, 3):
        assert client.client.get(f"{client.path}conditions/{rank}/pdf/").status_code == 404
    shown = seller.get(url(f"ventes/devis/{sent.pk}/")).content.decode()
    mine = url(f"ventes/conditions/{terms.pk}/pdf/")
    assert mine in shown
    assert (seller.get(mine).content, staff.get(mine).content) == (content, content)
    with at():
        latest = Terms.objects.filter(activity=shop.activity).first()
        assert (latest.version, latest.file_name) == (3, "")
        actions.accept_quote(sent, name="Marianne Lescop", on=on, by=shop.seller)
        deliver(sent.mails.filter(kind="signed_quote").get(), on=on, at=clock.now())
        mails.quote_accepted(sent)
        for copy in mailoutbox[-2:]:
            assert [len(copy.attachments), copy.attachments[-1][1]] == [2, content]
    assert seller.get(url(f"ventes/conditions/{latest.pk}/pdf/")).status_code == 404


def test_the_pdf_of_a_neighbour_is_not_read(shop, at, cooperatives):
    with at():
        mine = write_terms(shop.activity, text="", pdf=pdf(), pdf_name="a.pdf", by=shop.seller)
        neighbour = client_of(
            make_seller(cooperatives[0], first_name="Naïma", last_name="Benali", name="Sève").seller
        )
        common = write_terms(None, text="", pdf=pdf(), pdf_name="b.pdf", by=shop.accountant)
    assert neighbour.get(url(f"ventes/conditions/{mine.pk}/pdf/")).status_code == 404
    assert neighbour.get(url(f"ventes/conditions/{common.pk}/pdf/")).status_code == 200


def test_a_quote_sent_before_pdfs_were_taken_still_reads(shop, at):
    with at():
        write_terms(None, text="Article 1.", by=shop.accountant)
        quote = shop.quote(dated_on=clock.today())
        snapshot = quote_snapshot(quote, list(quote.lines.all()), on=clock.today())
        del snapshot["terms_of_sale"][0]["file"]
        snapshot["shape"] = 4
        face = face_of(snapshot)
        assert face["has_joined_terms"] is False
        html = render_to_string("invoicing/_terms_of_sale.html", {"face": face, "token": "x"})
        assert "Article 1." in html and "conditions/" not in html


def test_the_same_pdf_is_the_same_terms_and_taking_it_away_ends_them(shop, at):
    with at():
        write_terms(None, text="", pdf=pdf(), pdf_name="cgv.pdf", by=shop.accountant)
        with refused("same_terms"):
            write_terms(None, text="", pdf=pdf(), pdf_name="autre.pdf", by=shop.accountant)
        with refused("same_terms"):
            write_terms(None, text="", keeps_pdf=True, by=shop.accountant)
        assert [each.file_name for each in current_terms(None)] == ["cgv.pdf"]
        ended = write_terms(None, text="", by=shop.accountant)
        assert (ended.is_ended, current_terms(None)) == (True, [])


def test_postgresql_wants_a_text_or_the_file_that_is_named(shop, at):
    with at():
        terms = write_terms(shop.activity, text="", pdf=pdf(), pdf_name="a.pdf", by=shop.seller)
        add = (
            "INSERT INTO invoicing_terms (tenant_id, activity_id, version, text, is_ended,"
            " document_id, file_name, file_sha256, written_at, written_by_id)"
            " SELECT tenant_id, activity_id, 9, %s, %s, CASE WHEN %s THEN document_id END, %s, %s,"
            " now(), written_by_id FROM invoicing_terms WHERE id = %s"
        )
        digest = terms.file_sha256
        for values, name in (
            (("", False, False, "", ""), "invoicing_terms_say_something"),
            (("x", True, False, "", ""), "invoicing_terms_say_something"),
            (("", True, True, "a.pdf", digest), "invoicing_terms_say_something"),
            (("x", False, False, "a.pdf", digest), "invoicing_terms_file_named"),
            (("x", False, True, "", digest), "invoicing_terms_file_named"),
            (("", False, True, "a.pdf", "0" * 64), "invoicing_terms_own_file"),
        ):
            assert sql_refusal(add, *values, terms.pk) == name


def test_postgresql_keeps_every_version_and_says_where_a_mention_goes(shop, at):
    with at():
        write_terms(None, text="Un", by=shop.accountant)
        add_mention(shop.activity, details=mediation(), by=shop.seller)
        assert Terms.objects.count() == 1
        for statement in (
            "UPDATE invoicing_terms SET text = 'Deux'",
            "DELETE FROM invoicing_terms",
            "UPDATE invoicing_mention SET on_quotes = false, on_invoices = false",
            "UPDATE invoicing_mention SET text = ''",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
