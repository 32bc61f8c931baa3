"""Every cooperative may bill services to businesses outside the European Union."""

from django.db import migrations

CASE = {
    "code": "outside-eu",
    "label": "Hors champ\u00a0: services à un assujetti hors de l’UE",
    "rate": 0,
    "category": "O",
    "vatex": "VATEX-EU-O",
    "mention": "TVA non applicable, article 259-1° du CGI",
    "position": 9,
}


def add_case(apps, schema_editor):
    VatRate = apps.get_model("invoicing", "VatRate")
    alias = schema_editor.connection.alias
    # A cooperative without VAT choices gets them all when it opens.
    selling = VatRate.objects.using(alias).order_by().values_list("tenant_id", flat=True).distinct()
    VatRate.objects.using(alias).bulk_create(
        (VatRate(tenant_id=tenant_id, **CASE) for tenant_id in selling), ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0027_place_and_period")]
    operations = [migrations.RunPython(add_case, migrations.RunPython.noop)]
