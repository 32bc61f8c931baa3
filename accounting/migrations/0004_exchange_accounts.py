"""Every cooperative's chart gains what internal orders are written on."""

from django.db import migrations

ADDED = {
    "1812": "Liaison entre enseignes, commandes internes",
    "6042": "Prestations internes, entre enseignes",
}


def add_accounts(apps, schema_editor):
    Account = apps.get_model("accounting", "Account")
    Cooperative = apps.get_model("core", "Cooperative")
    alias = schema_editor.connection.alias
    # A cooperative without books gets its whole chart when they open.
    with_books = Account.objects.using(alias).order_by().values("tenant_id").distinct()
    Account.objects.using(alias).bulk_create(
        (
            Account(tenant_id=cooperative, number=number, label=label, needs_analytic=True)
            for cooperative in Cooperative.objects.using(alias)
            .filter(pk__in=with_books)
            .values_list("pk", flat=True)
            for number, label in ADDED.items()
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounting", "0003_net_in_the_index"),
        ("core", "0006_cape_mention"),
    ]
    operations = [migrations.RunPython(add_accounts, migrations.RunPython.noop)]
