"""A folder: its types, what is filed in it, what it comes to, and what it refuses."""

from __future__ import annotations

import io
from importlib import import_module
from types import SimpleNamespace

import pikepdf
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import deals
from invoicing.actions.discards import restore_draft
from invoicing.actions.filing import file_under
from invoicing.actions.folder_types import (
    BusinessTypeDetails,
    FolderTypeDetails,
    write_business_type,
    write_folder_type,
)
from invoicing.actions.folders import (
    FolderDetails,
    add_folder_file,
    add_phase,
    archive_folder,
    change_folder,
    delete_folder,
    open_folder,
    remove_folder_file,
    remove_phase,
    restore_folder,
)
from invoicing.documents.snapshots import quote_snapshot
from invoicing.models import (
    BusinessType,
    Filing,
    Folder,
    FolderFile,
    FolderType,
    FolderTypeAllows,
)
from invoicing.queries.folders import filing_of, folder_figures, phases_shown
from invoicing.rules import folders
from invoicing.rules.folders import FolderFigures
from tests.invoicing.makers import (
    JUNE_3,
    D,
    line,
    make_customer,
    make_seller,
    make_shop,
    refused,
)
from tests.invoicing.test_deals import approved_line, sql_refusal
from tests.invoicing.test_editor import rows, sold
from tests.invoicing.test_order_book import accepted, issue
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


def _pdf() -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    return made.getvalue()


PDF = _pdf()


def folder_type(code: str = "classic") -> FolderType:
    return FolderType.objects.get(code=code)


def business(code: str) -> BusinessType:
    return BusinessType.objects.get(code=code)


def folder_of(shop, name: str = "Maison Ébène", **values) -> Folder:
    kind = folder_type(values.pop("type", "classic"))
    details = FolderDetails(name=name, folder_type=kind, **values)
    return open_folder(shop.activity, details=details, by=shop.seller)


def put(shop, filed, folder, **values) -> Filing | None:
    return file_under(filed, folder=folder, by=shop.seller, **values)


def figures(folder) -> FolderFigures:
    return folder_figures([folder.pk])[folder.pk]


def deal_of(shop, name: str = "Boutique"):
    return deals.open_deal(shop.activity, name=name, customer=shop.customer, by=shop.seller)


# What it comes to


def test_a_folder_counts_each_document_once(shop):
    folder = folder_of(shop)
    quote = accepted(shop, line(price="1000"))
    alone = shop.invoice(line(price="200"))
    put(shop, quote, folder)
    put(shop, alone, folder)
    assert figures(folder) == FolderFigures(sold=D(1200), invoiced=D(200), owed=D(240))

    deposit = issue(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    shop.pay(deposit, deposit.gross)
    issue(shop, actions.bill_rest(quote, by=shop.seller))
    issue(shop, actions.credit_invoice(alone, reason="Erreur", by=shop.seller))

    assert figures(folder) == FolderFigures(
        sold=D(1000), invoiced=D(1000), paid=D(360), owed=D(840)
    )
    (shown,) = phases_shown(folder)
    assert [len(rows) for rows in (shown.deals, shown.quotes, shown.invoices)] == [0, 1, 4]


def test_an_invoice_replaced_counts_no_more(shop):
    folder = folder_of(shop)
    invoice = shop.invoice(line(price="500"))
    put(shop, invoice, folder)
    issue(shop, actions.replace_invoice(invoice, reason="Adresse fausse", by=shop.seller))
    assert figures(folder).invoiced == D(500)
    assert figures(folder).sold == D(500)


def test_what_a_deal_bought_lowers_the_margin_and_its_documents_follow(shop):
    folder = folder_of(shop)
    deal = deal_of(shop)
    quote = accepted(shop, line(price="1000"))
    put(shop, quote, folder)  # before the deal: it follows it in
    deals.link_to_deal(deal, quote, by=shop.seller)
    deals.link_to_deal(deal, approved_line(shop), by=shop.seller)
    issue(shop, actions.bill_rest(quote, by=shop.seller))

    filing = Filing.objects.get()
    assert (filing.deal, filing.quote, filing.folder) == (deal, None, folder)
    assert filing_of(quote) == filing_of(quote.invoices.get()) == filing
    assert figures(folder) == FolderFigures(
        sold=D(1000), invoiced=D(1000), owed=D(1200), costs=D(100)
    )
    assert figures(folder).margin == D(900)


def test_a_document_that_enters_a_filed_deal_takes_its_place(shop):
    first, second = folder_of(shop), folder_of(shop, "Autre")
    deal, quote = deal_of(shop), accepted(shop)
    put(shop, deal, first)
    put(shop, quote, second)
    deals.link_to_deal(deal, quote, by=shop.seller)
    assert filing_of(quote).folder == first
    assert Filing.objects.count() == 1


# Where it goes


def test_a_phase_and_a_type_are_chosen_and_taken_back(shop):
    folder = folder_of(shop, type="training")
    phase = add_phase(folder, name=" Session  1 ", by=shop.seller)
    draft = shop.quote()
    filing = put(shop, draft, folder, phase=phase)
    assert (filing.phase.name, filing.business_type.code) == ("Session 1", "classic")
    filing = put(shop, draft, folder, phase=phase, business_type=business("training"))
    assert filing.business_type.code == "training"
    assert put(shop, draft, folder).business_type.code == "training"  # kept
    assert put(shop, draft, None, business_type=business("travel")).folder is None
    assert put(shop, draft, None) is None
    assert not Filing.objects.exists()


def test_a_draft_thrown_away_leaves_its_folder_and_comes_back_to_it(shop):
    folder = folder_of(shop)
    put(shop, quote := shop.quote(), folder)
    thrown = actions.discard_quote(quote, by=shop.seller)
    assert not Filing.objects.exists()
    restore_draft(thrown, by=shop.seller)
    assert filing_of(quote).folder == folder


def test_what_is_filed_elsewhere_or_not_taken_is_refused(shop):
    folder = folder_of(shop)
    other = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
    quote = accepted(shop)
    billed = issue(shop, actions.bill_rest(quote, by=shop.seller))
    alone = shop.invoice()
    credit = issue(shop, actions.credit_invoice(alone, reason="Erreur", by=shop.seller))
    inside = accepted(shop)
    deals.link_to_deal(deal_of(shop), inside, by=shop.seller)
    for filed, code in (
        (billed, "follows_its_quote"),
        (credit, "follows_its_invoice"),
        (inside, "follows_its_deal"),
        (other.quote(), "not_its_activity"),
    ):
        with refused(code):
            put(shop, filed, folder)
    with refused("type_not_allowed"):
        put(shop, quote, folder, business_type=business("travel"))
    phase = add_phase(folder_of(shop, "Autre"), name="Une", by=shop.seller)
    with refused("not_its_phase"):
        put(shop, quote, folder, phase=phase)
    write_business_type(
        business("site"),
        details=BusinessTypeDetails(label="Chantier", is_offered=False),
        by=shop.accountant,
    )
    with refused("type_withdrawn"):
        put(shop, quote, None, business_type=business("site"))


def test_a_draft_of_a_folder_archived_since_says_that_it_is(shop):
    folder, draft = folder_of(shop), shop.draft()
    put(shop, draft, folder)
    thrown = actions.discard_invoice(draft, by=shop.seller)
    archive_folder(folder, by=shop.seller)

    with refused("folder_archived"):
        restore_draft(thrown, by=shop.seller)
    restore_folder(folder, by=shop.seller)
    assert filing_of(restore_draft(thrown, by=shop.seller)).folder == folder


def test_an_archived_folder_changes_no_more_until_taken_up_again(shop):
    folder = folder_of(shop)
    phase = add_phase(folder, name="Une", by=shop.seller)
    filed = shop.quote()
    put(shop, filed, folder)
    archive_folder(folder, by=shop.seller)
    folder.refresh_from_db()
    details = FolderDetails(name="Autre", folder_type=folder_type())
    sent = accepted(shop)
    for act in (
        lambda: put(shop, sent, folder),
        lambda: put(shop, filed, None),
        lambda: add_phase(folder, name="Deux", by=shop.seller),
        lambda: remove_phase(phase, by=shop.seller),
        lambda: add_folder_file(folder, content=PDF, name="a.pdf", by=shop.seller),
        lambda: change_folder(folder, details=details, by=shop.seller),
        lambda: archive_folder(folder, by=shop.seller),
    ):
        with refused("folder_archived"):
            act()
    restore_folder(folder, by=shop.seller)
    put(shop, filed, None)
    assert not Filing.objects.exists()


def test_a_folder_that_holds_something_is_not_deleted(shop):
    folder = folder_of(shop, customers=[shop.customer])
    phase = add_phase(folder, name="Une", by=shop.seller)
    put(shop, quote := shop.quote(), folder, phase=phase)
    with refused("not_empty"):
        delete_folder(folder, by=shop.seller)
    with refused("not_empty"):
        remove_phase(phase, by=shop.seller)
    put(shop, quote, None)
    kept = add_folder_file(folder, content=PDF, name="plan.pdf", by=shop.seller)
    with refused("not_empty"):
        delete_folder(folder, by=shop.seller)
    remove_folder_file(kept, by=shop.seller)
    delete_folder(folder, by=shop.seller)
    assert not Folder.objects.exists()


def test_a_folder_has_a_name_its_own_code_and_its_own_customers(shop):
    folder_of(shop, code="D-1")
    other = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
    with refused("name_missing"):
        folder_of(shop, "  ")
    with refused("code_taken"):
        folder_of(shop, "Deux", code=" D-1 ")
    with refused("not_its_activity"):
        folder_of(shop, "Trois", customers=[other.customer])
    folder = folder_of(shop, type="training")
    put(shop, shop.quote(), folder, business_type=business("training"))
    details = FolderDetails(name="Quatre", folder_type=folder_type("classic"))
    with refused("type_holds"):
        change_folder(folder, details=details, by=shop.seller)
    with refused("phase_known"):
        for _ in range(2):
            add_phase(folder, name="Une", by=shop.seller)
    with refused("name_missing"):
        add_phase(folder, name=" ", by=shop.seller)


def test_a_customer_who_is_deleted_leaves_its_folders(shop):
    second = make_customer(shop.activity, shop.seller, name="Zed Atelier", siret="")
    folder = folder_of(shop, customers=[shop.customer, second])
    assert "zed" in folder.search
    actions.delete_customer(second, by=shop.seller)
    folder.refresh_from_db()
    assert "zed" not in folder.search
    assert [member.customer for member in folder.members.all()] == [shop.customer]


# Types


def test_types_are_written_and_what_makes_no_sense_is_refused(shop):
    by = shop.accountant
    own = write_business_type(None, details=BusinessTypeDetails(label=" Conseil "), by=by)
    kind = write_folder_type(None, details=FolderTypeDetails(label="Mission", allowed=[own]), by=by)
    assert [each.business_type.label for each in kind.allowed.all()] == ["Conseil"]
    with refused("nothing_allowed"):
        write_folder_type(kind, details=FolderTypeDetails(label="Mission", allowed=[]), by=by)
    with refused("label_taken"):
        write_business_type(own, details=BusinessTypeDetails(label="Formation"), by=by)
    with refused("label_missing"):
        write_business_type(own, details=BusinessTypeDetails(label=" "), by=by)
    write_folder_type(
        kind, details=FolderTypeDetails(label="Mission", allowed=[own], is_offered=False), by=by
    )
    with refused("type_withdrawn"):
        details = FolderDetails(name="X", folder_type=FolderType.objects.get(label="Mission"))
        open_folder(shop.activity, details=details, by=shop.seller)


def test_a_mention_is_printed_once_somebody_agreed_to_it(shop):
    travel = business("travel")
    quote = shop.quote()
    put(shop, quote, folder_of(shop, type="travel"))

    def mentions() -> list[str]:
        lines = list(quote.lines.select_related("vat_choice"))
        return quote_snapshot(quote, lines, on=JUNE_3)["mentions"]

    assert travel.mention and travel.mention not in mentions()
    details = BusinessTypeDetails(label=travel.label, mention=travel.mention)
    write_business_type(travel, details=details, by=shop.accountant)
    assert travel.mention in mentions()


# The database is the last word


def test_postgresql_refuses_what_the_actions_refuse(shop):
    folder = folder_of(shop)
    quote, in_deal, invoice = shop.quote(), accepted(shop), shop.invoice()
    credit = issue(shop, actions.credit_invoice(invoice, reason="Erreur", by=shop.seller))
    deal = deal_of(shop)
    deals.link_to_deal(deal, in_deal, by=shop.seller)
    insert = (
        "INSERT INTO invoicing_filing (tenant_id, activity_id, folder_id, business_type_id,"
        " quote_id, invoice_id) SELECT tenant_id, activity_id, id, %s, %s, %s"
        " FROM invoicing_folder WHERE id = %s"
    )
    classic, travel = business("classic").pk, business("travel").pk
    follows, allowed = "invoicing_filing_follows", "invoicing_filing_allowed"
    assert sql_refusal(insert, classic, in_deal.pk, None, folder.pk) == follows
    assert sql_refusal(insert, classic, None, credit.pk, folder.pk) == follows
    assert sql_refusal(insert, travel, quote.pk, None, folder.pk) == allowed
    assert sql_refusal(insert, classic, quote.pk, invoice.pk, folder.pk) == "invoicing_filing_one"
    put(shop, quote, folder)
    once = "invoicing_filing_quote_once"
    assert sql_refusal(insert, classic, quote.pk, None, folder.pk) == once
    moved = "UPDATE invoicing_folder SET folder_type_id = %s WHERE id = %s"
    assert sql_refusal(moved, folder_type("travel").pk, folder.pk) == "invoicing_folder_type"
    item = (
        "INSERT INTO invoicing_dealitem (tenant_id, activity_id, deal_id, quote_id, label, net)"
        " SELECT tenant_id, activity_id, id, %s, 'x', 0 FROM invoicing_deal WHERE id = %s"
    )
    assert sql_refusal(item, quote.pk, deal.pk) == "invoicing_dealitem_filed"
    gone = "DELETE FROM invoicing_folder WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE"
    assert sql_refusal(gone.split(";")[0], folder.pk) == "invoicing_filing_folder_fk"
    phase = add_phase(folder_of(shop, "Autre"), name="Une", by=shop.seller)
    elsewhere = "UPDATE invoicing_filing SET phase_id = %s WHERE quote_id = %s"
    assert sql_refusal(elsewhere, phase.pk, quote.pk) == "invoicing_filing_phase_fk"
    nowhere = "UPDATE invoicing_filing SET phase_id = %s, folder_id = NULL WHERE quote_id = %s"
    assert sql_refusal(nowhere, phase.pk, quote.pk) == "invoicing_filing_phase"
    archive_folder(folder, by=shop.seller)
    archived = "invoicing_filing_archived"
    assert sql_refusal(insert, classic, None, invoice.pk, folder.pk) == archived


# The pages

ROOT = "/c/ateliers/ventes/dossiers/"


@planted
def open_shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        folder_of(stranger, "Ailleurs")
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


def test_a_folder_is_opened_filled_archived_and_deleted(open_shop):
    shop, client = open_shop, signed_in(open_shop.seller)
    with tenant(shop.cooperative):
        quote, kind = shop.quote(), folder_type().pk
    assert "Aucun dossier" in client.get(ROOT).content.decode()

    typed = {"name": "Rénovation", "code": "D-7", "folder_type": kind}
    here = client.post(f"{ROOT}nouveau/", {**typed, "customers": [shop.customer.pk]}).url
    assert client.post(f"{ROOT}nouveau/", typed).status_code == 422  # the code is taken
    page = client.get(here).content.decode()
    assert shop.customer.name in page and "Dossier vide" in page
    assert client.post(f"{here}phases/", {"name": "Études"}).url == here
    with tenant(shop.cooperative):
        folder = Folder.objects.get()
        phase = folder.phases.get()
    filing = f"/c/ateliers/ventes/classer/devis/{quote.pk}/"
    assert "D-7 Rénovation › Études" in client.get(filing).content.decode()
    back = client.post(filing, {"place": f"{folder.pk}-{phase.pk}", "business_type": ""}).url
    assert "Études" in client.get(back).content.decode()
    assert quote.subject in client.get(here).content.decode()
    assert client.post(f"{here}supprimer/").url == here  # it holds a quote
    assert client.post(f"{here}phases/{phase.pk}/retirer/").url == here
    assert client.post(f"{here}modifier/", {**typed, "name": "Maison"}).url == here

    upload = SimpleUploadedFile("plan.pdf", PDF)
    assert client.post(f"{here}fichiers/", {"file": upload}).url == here
    assert client.post(f"{here}fichiers/").status_code == 422
    with tenant(shop.cooperative):
        kept = FolderFile.objects.get()
    answer = client.get(f"{here}fichiers/{kept.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == PDF
    assert client.post(f"{here}fichiers/{kept.pk}/retirer/").url == here

    assert client.post(f"{here}archiver/").url == here
    assert "Maison" not in client.get(ROOT).content.decode()
    assert "Maison" in client.get(ROOT, {"etat": "archives"}).content.decode()
    assert client.post(f"{here}reprendre/").url == here
    client.post(filing, {"place": "", "business_type": ""})
    assert client.post(f"{here}supprimer/").url == ROOT
    for path in ("1/", "1/modifier/", "1/fichiers/9/"):
        assert client.get(f"{ROOT}{path}").status_code == 404
    assert client.get("/c/ateliers/ventes/classer/x/1/").status_code == 404


def test_the_editor_files_what_it_writes(open_shop):
    shop, client = open_shop, signed_in(open_shop.seller)
    with tenant(shop.cooperative):
        folder = folder_of(shop)
    page = client.get("/c/ateliers/ventes/devis/nouveau/").content.decode()
    assert "Classement" in page and "Maison Ébène" in page
    typed = {"customer": shop.customer.pk, "place": folder.pk, "business_type": ""}
    fields = rows(sold("Logo", "100"), **typed)
    answer = client.post("/c/ateliers/ventes/devis/nouveau/", fields)
    assert answer.status_code == 302
    with tenant(shop.cooperative):
        assert Filing.objects.get().folder == folder


def test_nobody_else_opens_it(open_shop, cooperatives):
    shop = open_shop
    with tenant(shop.cooperative):
        folder = folder_of(shop)
        kept = add_folder_file(folder, content=PDF, name="plan.pdf", by=shop.seller)
        other = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
    stranger = make_membership(cooperatives[1], "accountant", "x@autre.example")
    paths = (f"{folder.pk}/", f"{folder.pk}/fichiers/{kept.pk}/")
    for path in paths:
        assert signed_in(other.seller).get(ROOT + path).status_code == 404
        elsewhere = f"/c/autre/ventes/dossiers/{path}"
        assert signed_in(stranger).get(elsewhere).status_code == 404
        assert signed_in(shop.accountant).get(ROOT + path).status_code == 200
    staff = signed_in(shop.accountant)
    assert staff.post(f"{ROOT}{folder.pk}/archiver/").status_code == 404
    assert "Ailleurs" not in staff.get(ROOT).content.decode()


@pytest.mark.parametrize("path", ["", "folder"])
def test_the_pages_cost_the_same_for_one_and_three(open_shop, path):
    shop, client = open_shop, signed_in(open_shop.seller)
    counts = []
    with tenant(shop.cooperative):
        first = folder_of(shop)
        put(shop, accepted(shop), first)
    here = f"{ROOT}{first.pk}/" if path else ROOT
    client.get(here)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(here).status_code == 200
        counts.append(len(asked))
        with tenant(shop.cooperative):
            for name in ("Deux", "Trois"):
                put(shop, accepted(shop), folder_of(shop, name))
                put(shop, accepted(shop), first)
    assert counts[0] == counts[1]


def test_the_cooperative_sets_its_types(open_shop):
    staff = signed_in(open_shop.accountant)
    page = f"{ROOT}types/"
    assert "Convention de formation" in staff.get(page).content.decode()
    deal_types = "/c/ateliers/ventes/affaires/types/"
    assert staff.post(f"{deal_types}nouveau/", {"label": "Conseil", "is_offered": "on"}).url == page
    with tenant(open_shop.cooperative):
        own = BusinessType.objects.get(label="Conseil")
    typed = {"label": "Mission", "allowed": [own.pk], "is_offered": "on", "hint": ""}
    assert staff.post(f"{page}nouveau/", typed).url == page
    assert staff.post(f"{page}nouveau/", {**typed, "label": "X", "allowed": []}).status_code == 422
    with tenant(open_shop.cooperative):
        kind = FolderType.objects.get(label="Mission")
    assert staff.post(f"{page}{kind.pk}/", {**typed, "hint": "Au forfait"}).url == page
    assert staff.post(f"{deal_types}{own.pk}/", {"label": ""}).status_code == 422
    assert "Au forfait" in staff.get(page).content.decode()
    seller = signed_in(open_shop.seller)
    for path in (page, f"{page}nouveau/", f"{page}{kind.pk}/", f"{deal_types}{own.pk}/"):
        assert seller.get(path).status_code == 404


def test_a_program_opens_a_folder_and_files_a_quote(shop):
    from tests.api.conftest import Key

    key, quote, root = Key(shop.seller), accepted(shop), "/api/v1"
    said = {"activity": shop.activity.pk, "folder_type": folder_type().pk, "name": "Maison"}
    made = key.post(f"{root}/folders/", said | {"customers": [shop.customer.pk]}, format="json")
    here = f"{root}/folders/{made.json()['id']}/"
    phases = key.post(f"{here}phases/", {"name": "Une"}, format="json").json()["phases"]
    filed = {"sort": "quote", "document": quote.pk, "folder": made.json()["id"]}
    answer = key.post(f"{root}/filings/", filed | {"phase": phases[0]["id"]}, format="json")
    assert answer.json()["quote"] == quote.pk
    shown = key.get(here).json()
    assert (shown["figures"]["sold"], shown["customers"]) == ("1000.00", [shop.customer.pk])
    assert key.delete(here).json()["code"] == "not_empty"
    out = {"sort": "quote", "document": quote.pk}
    assert key.post(f"{root}/filings/", out, format="json").status_code == 204
    changed = {**said, "name": "Villa"}
    assert key.put(here, changed, format="json").json()["name"] == "Villa"
    sent = key.post(f"{here}files/", {"file": SimpleUploadedFile("p.pdf", PDF)}, format="multipart")
    assert sent.status_code == 201
    (kept,) = key.get(here).json()["files"]
    assert (kept["name"], kept["size"] > 0) == ("p.pdf", True)
    gone = f"{here}files/{kept['id']}/"
    other = Key(make_seller(shop.cooperative, first_name="Ana", last_name="Roy", name="Roy").seller)
    assert other.delete(gone).status_code == 404
    assert key.delete(gone).status_code == 204
    assert key.delete(gone).status_code == 404
    assert key.get(here).json()["files"] == []
    assert key.post(f"{here}archive/").json()["archived_at"]
    assert key.post(f"{here}restore/").json()["archived_at"] is None
    assert key.post(f"{root}/business-types/", {"label": "X"}, format="json").status_code == 404
    staff = Key(shop.accountant)
    own = staff.post(f"{root}/business-types/", {"label": "Conseil"}, format="json").json()
    kind = {"label": "Mission", "allowed": [own["id"]]}
    made = staff.post(f"{root}/folder-types/", kind, format="json").json()
    assert made["allowed"] == [own["id"]]
    again = staff.put(f"{root}/folder-types/{made['id']}/", kind | {"hint": "x"}, format="json")
    assert again.json()["hint"] == "x"
    put_back = {"label": "Conseil", "mention": "Mention"}
    changed = staff.put(f"{root}/business-types/{own['id']}/", put_back, format="json").json()
    assert changed["mention"] == "Mention"


def test_a_cooperative_that_sells_already_gains_the_types_once(shop):
    FolderTypeAllows.objects.all().delete()
    FolderType.objects.all().delete()
    BusinessType.objects.all().delete()
    migration = import_module("invoicing.migrations.0046_folder_types_for_all")
    as_now = SimpleNamespace(connection=SimpleNamespace(alias="default"))

    for _ in range(2):
        migration.add_types(apps, as_now)

    assert [
        (each.code, [row.business_type.code for row in each.allowed.all()])
        for each in FolderType.objects.all()
    ] == [(code, list(allowed)) for code, _, _, allowed in folders.FOLDER_TYPES]
    assert [
        (each.code, each.label, each.mention, each.is_to_confirm)
        for each in BusinessType.objects.all()
    ] == [(t.code, t.label, t.mention, bool(t.mention)) for t in folders.BUSINESS_TYPES]
