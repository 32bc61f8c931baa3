"""Long work opens its own transactions: outside of one, the database knows no cooperative."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction

from cae.core.models import Cooperative, Export
from cae.core.tenancy import tenant
from invoicing import tasks
from invoicing.actions.exports import ask_for_export
from invoicing.actions.imports import ask_for_check, ask_to_apply, start_import
from invoicing.models import Customer, CustomerImport
from tests.invoicing.makers import Shop, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    cache.clear()
    cooperative: Cooperative = make_cooperative("ateliers")
    with tenant(cooperative), transaction.atomic():
        return make_shop(cooperative)


def delivered(task, shop: Shop, **ids: int) -> None:
    """Run a task as a worker does, with the cooperative in its headers."""
    task.push_request(cae_tenant=shop.cooperative.pk)
    try:
        task(**ids)
    finally:
        task.pop_request()


@pytest.mark.parametrize("kind", ["invoices", "invoice-pdfs"])
@pytest.mark.parametrize("who", ["seller", "accountant"])
def test_an_export_is_made_outside_any_transaction(shop, kind, who):
    file_format = "zip" if kind == "invoice-pdfs" else "xlsx"
    with tenant(shop.cooperative), transaction.atomic():
        shop.invoice()
        export = ask_for_export(kind, file_format=file_format, query={}, by=getattr(shop, who))

    delivered(tasks.make_export, shop, export_id=export.pk)

    with tenant(shop.cooperative), transaction.atomic():
        made = Export.objects.get()
        assert (made.status, made.row_count, made.failure) == ("ready", 1, "")


def test_so_is_an_import(shop, tmp_path: Path):
    path = tmp_path / "sent"
    path.write_text("Nom\nMairie de Bruz\n")
    with tenant(shop.cooperative), transaction.atomic():
        imported = start_import(shop.activity, path=path, name="c.csv", by=shop.seller)
        ask_for_check(imported, mapping={0: "name"}, default_kind="public", by=shop.seller)
    delivered(tasks.check_customers, shop, import_id=imported.pk)
    with tenant(shop.cooperative), transaction.atomic():
        imported = CustomerImport.objects.get()
        assert imported.counts == {"created": 1}
        ask_to_apply(imported, by=shop.seller)
    delivered(tasks.apply_customers, shop, import_id=imported.pk)

    with tenant(shop.cooperative), transaction.atomic():
        assert Customer.objects.filter(kind="public").count() == 1
        assert CustomerImport.objects.get().status == "done"
