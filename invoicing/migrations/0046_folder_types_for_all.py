"""Every cooperative that sells has types of folders, as those that open now."""

from django.db import migrations

BUSINESS_TYPES = (
    ("classic", "Classique", ""),
    ("training", "Formation", ""),
    ("site", "Chantier", ""),
    ("travel", "Voyage, TVA sur la marge", "Régime particulier – Agences de voyages"),
)
FOLDER_TYPES = (
    ("classic", "Dossier classique", "Tout ce qui n’a pas de règle à part.", ("classic",)),
    (
        "training",
        "Convention de formation",
        "Des actions de formation, et ce qui se vend avec.",
        ("training", "classic"),
    ),
    ("site", "Chantier", "Des travaux, et les études qui les précèdent.", ("site", "classic")),
    ("travel", "Voyage", "Des séjours vendus avec la TVA sur la marge.", ("travel",)),
)


def add_types(apps, schema_editor):
    """Seed those that have none: what a cooperative wrote itself stays as it is."""
    alias = schema_editor.connection.alias
    rows = {
        name: apps.get_model("invoicing", name).objects.using(alias)
        for name in ("VatRate", "BusinessType", "FolderType", "FolderTypeAllows")
    }
    typed = set(rows["BusinessType"].order_by().values_list("tenant_id", flat=True))
    typed |= set(rows["FolderType"].order_by().values_list("tenant_id", flat=True))
    # A cooperative without VAT choices gets its types with them, when it opens.
    selling = rows["VatRate"].order_by().values_list("tenant_id", flat=True).distinct()
    for tenant_id in sorted(set(selling) - typed):
        taken = {
            code: rows["BusinessType"].create(
                tenant_id=tenant_id,
                code=code,
                label=label,
                mention=mention,
                is_to_confirm=bool(mention),
                position=rank,
            )
            for rank, (code, label, mention) in enumerate(BUSINESS_TYPES)
        }
        for rank, (code, label, hint, allowed) in enumerate(FOLDER_TYPES):
            folder_type = rows["FolderType"].create(
                tenant_id=tenant_id, code=code, label=label, hint=hint, position=rank
            )
            rows["FolderTypeAllows"].bulk_create(
                rows["FolderTypeAllows"].model(
                    tenant_id=tenant_id, folder_type=folder_type, business_type=taken[each]
                )
                for each in allowed
            )


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0045_chain_without_gap")]
    operations = [migrations.RunPython(add_types, migrations.RunPython.noop)]
