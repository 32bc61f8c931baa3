import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import invoicing.models.columns
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("entrepreneurs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("street", models.CharField(blank=True, max_length=120, verbose_name="adresse")),
                (
                    "complement",
                    models.CharField(blank=True, max_length=120, verbose_name="complément"),
                ),
                (
                    "postcode",
                    models.CharField(blank=True, max_length=12, verbose_name="code postal"),
                ),
                ("town", models.CharField(blank=True, max_length=60, verbose_name="ville")),
                ("country", models.CharField(default="FR", max_length=2, verbose_name="pays")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("company", "Entreprise ou association"),
                            ("public", "Organisme public"),
                            ("individual", "Particulier"),
                            ("foreign", "Client étranger"),
                        ],
                        default="company",
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "contact",
                    models.CharField(blank=True, max_length=120, verbose_name="interlocuteur"),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="courriel")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                (
                    "siren",
                    models.CharField(
                        blank=True,
                        max_length=9,
                        validators=[django.core.validators.RegexValidator("^\\d{9}$")],
                        verbose_name="SIREN",
                    ),
                ),
                (
                    "siret",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[django.core.validators.RegexValidator("^\\d{14}$")],
                        verbose_name="SIRET",
                    ),
                ),
                (
                    "vat_number",
                    models.CharField(blank=True, max_length=20, verbose_name="numéro de TVA"),
                ),
                (
                    "endpoint",
                    models.CharField(
                        blank=True,
                        max_length=125,
                        verbose_name="adresse de facturation électronique",
                    ),
                ),
                (
                    "payment_days",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="délai de paiement en jours"
                    ),
                ),
                ("search", models.CharField(editable=False, max_length=400)),
                ("archived_at", models.DateTimeField(null=True, verbose_name="archivé le")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "client",
                "ordering": ["search", "id"],
                "indexes": [
                    models.Index(
                        fields=["tenant", "activity", "search"], name="invoicing_customer_activity"
                    ),
                    models.Index(fields=["tenant", "search"], name="invoicing_customer_search"),
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_customer_policy", scope="activity"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="invoicing_customer_key"),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "activity"), name="invoicing_customer_pinned"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_customer_activity_fk"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("siret", ""), _negated=True), ("archived_at", None)
                        ),
                        fields=("tenant", "activity", "siret"),
                        name="invoicing_customer_siret_once",
                        violation_error_message="Un de vos clients porte déjà ce SIRET.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="invoicing_customer_name",
                        violation_error_message="Un client a un nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("siret", ""), ("siret__startswith", models.F("siren")), _connector="OR"
                        ),
                        name="invoicing_customer_siret",
                        violation_error_message="Le SIRET commence par le SIREN.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("payment_days", None), ("payment_days__lte", 60), _connector="OR"
                        ),
                        name="invoicing_customer_days",
                        violation_error_message="La loi limite le délai de paiement à 60 jours (C. com. L441-10).",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpenseSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total HT",
                    ),
                ),
                (
                    "vat",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.00"), max_digits=12, verbose_name="TVA"
                    ),
                ),
                (
                    "gross",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total TTC",
                    ),
                ),
                ("person_name", models.CharField(max_length=160, verbose_name="personne")),
                ("month", models.DateField(verbose_name="mois")),
                ("number", models.CharField(max_length=35, null=True, verbose_name="numéro")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("submitted", "À valider"),
                            ("approved", "Approuvée"),
                            ("refunded", "Remboursée"),
                            ("waived", "Abandonnée"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="ouverte le")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="soumise le")),
                ("approved_on", models.DateField(null=True, verbose_name="approuvée le")),
                ("refunded_on", models.DateField(null=True, verbose_name="remboursée le")),
                ("refusal_reason", models.TextField(blank=True, verbose_name="motif du refus")),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expense_sheets",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "entrepreneur",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expense_sheets",
                        to="entrepreneurs.entrepreneur",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "note de dépenses",
                "ordering": ["-month", "-id"],
                "indexes": [
                    models.Index(
                        fields=["tenant", "entrepreneur", "-month"], name="invoicing_sheet_person"
                    ),
                    models.Index(
                        fields=["tenant", "activity", "-month"], name="invoicing_sheet_activity"
                    ),
                    models.Index(
                        condition=models.Q(("status", "submitted")),
                        fields=["tenant", "submitted_at"],
                        name="invoicing_sheet_submitted",
                    ),
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_expensesheet_policy", scope="person"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_expensesheet_key"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "entrepreneur"),
                        name="invoicing_expensesheet_pinned",
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="entrepreneur", name="invoicing_expensesheet_entrepreneur_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_expensesheet_activity_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "number"), name="invoicing_sheet_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("vat")
                                ),
                            )
                        ),
                        name="invoicing_sheet_totals",
                        violation_error_message="Le total TTC doit être la somme du HT et de la TVA.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="invoicing_sheet_month",
                        violation_error_message="Un mois est noté par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(
                                ("number__isnull", False),
                                ("submitted_at__isnull", False),
                                ("submitted_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_sheet_submitted_by",
                        violation_error_message="Une note soumise dit par qui, et quand.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_by", None),
                                ("approved_on", None),
                                ("status__in", ["draft", "submitted"]),
                            ),
                            models.Q(
                                ("approved_by__isnull", False),
                                ("approved_on__isnull", False),
                                ("status__in", ["approved", "refunded", "waived"]),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_sheet_approved_by",
                        violation_error_message="Une note approuvée dit par qui, et quand.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            models.Q(
                                models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                                models.Q(("approved_by", models.F("created_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_sheet_two_people",
                        violation_error_message="Personne n’approuve ses propres dépenses.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpenseType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=32, verbose_name="code")),
                ("label", models.CharField(max_length=60, verbose_name="intitulé")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("expense", "Dépense avec justificatif"),
                            ("mileage", "Indemnité kilométrique"),
                        ],
                        default="expense",
                        max_length=8,
                    ),
                ),
                ("account", models.CharField(max_length=12, verbose_name="compte")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("overhead", "Frais généraux"),
                            ("resale", "Achat revendu"),
                            ("materials", "Matières et fournitures du chantier"),
                            ("subcontracting", "Sous-traitance"),
                            ("mission", "Frais de mission"),
                        ],
                        default="overhead",
                        max_length=16,
                        verbose_name="nature",
                    ),
                ),
                (
                    "deductible_share",
                    models.DecimalField(
                        decimal_places=4,
                        default=1,
                        max_digits=5,
                        verbose_name="part de TVA déductible",
                    ),
                ),
                (
                    "reimbursed_share",
                    models.DecimalField(
                        decimal_places=4,
                        default=1,
                        help_text="Par exemple 0,5 pour un téléphone à moitié personnel.",
                        max_digits=5,
                        verbose_name="part remboursée",
                    ),
                ),
                ("icon", models.CharField(default="receipt", max_length=32)),
                ("hint", models.CharField(blank=True, max_length=160, verbose_name="aide")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_offered", models.BooleanField(default=True, verbose_name="proposé")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "type de dépense",
                "ordering": ["position", "id"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_expensetype_policy", scope="cooperative"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_expensetype_key"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "code"), name="invoicing_expensetype_code_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deductible_share__range", (0, 1)),
                            ("reimbursed_share__gt", 0),
                            ("reimbursed_share__lte", 1),
                        ),
                        name="invoicing_expensetype_shares",
                        violation_error_message="Une part est comprise entre 0 et 1.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpenseLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("spent_on", models.DateField(verbose_name="date")),
                ("label", models.CharField(max_length=160, verbose_name="fournisseur ou motif")),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="payé TTC",
                    ),
                ),
                (
                    "paid_vat",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="dont TVA",
                    ),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="charge",
                    ),
                ),
                (
                    "vat",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="TVA déductible",
                    ),
                ),
                (
                    "gross",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="remboursé",
                    ),
                ),
                (
                    "distance",
                    models.DecimalField(
                        decimal_places=1, max_digits=7, null=True, verbose_name="distance en km"
                    ),
                ),
                (
                    "vehicle",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("car", "Voiture"),
                            ("electric_car", "Voiture électrique"),
                            ("motorcycle", "Moto"),
                            ("electric_motorcycle", "Moto électrique"),
                            ("moped", "Cyclomoteur"),
                            ("electric_moped", "Cyclomoteur électrique"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "power",
                    models.PositiveSmallIntegerField(null=True, verbose_name="puissance fiscale"),
                ),
                ("origin", models.CharField(blank=True, max_length=80, verbose_name="départ")),
                (
                    "destination",
                    models.CharField(blank=True, max_length=80, verbose_name="arrivée"),
                ),
                (
                    "explanation",
                    models.CharField(blank=True, max_length=240, verbose_name="calcul"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "entrepreneur",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.entrepreneur",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
                (
                    "voucher",
                    cae.core.tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storeddocument",
                    ),
                ),
                (
                    "sheet",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        same=("entrepreneur",),
                        to="invoicing.expensesheet",
                    ),
                ),
                (
                    "expense_type",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.expensetype",
                    ),
                ),
            ],
            options={
                "verbose_name": "dépense",
                "ordering": ["spent_on", "id"],
                "indexes": [
                    models.Index(fields=["tenant", "sheet"], name="invoicing_expenseline_sheet"),
                    models.Index(
                        fields=["tenant", "entrepreneur", "spent_on"],
                        name="invoicing_expenseline_person",
                    ),
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_expenseline_policy", scope="person"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_expenseline_key"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "entrepreneur"), name="invoicing_expenseline_pinned"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="entrepreneur", name="invoicing_expenseline_entrepreneur_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="sheet", name="invoicing_expenseline_sheet_fk", same=("entrepreneur",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="expense_type", name="invoicing_expenseline_expense_type_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="voucher", name="invoicing_expenseline_voucher_fk"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("vat")
                                ),
                            ),
                            ("gross__gt", 0),
                            ("net__gte", 0),
                            ("vat__gte", 0),
                        ),
                        name="invoicing_expenseline_totals",
                        violation_error_message="Une dépense a un montant positif, TVA comprise.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid__gte", models.F("gross")),
                            ("paid_vat__gte", models.F("vat")),
                            ("paid_vat__lt", models.F("paid")),
                        ),
                        name="invoicing_expenseline_paid",
                        violation_error_message="La TVA d’une dépense est plus petite que son total.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("distance", None), ("power", None), ("vehicle", "")),
                            models.Q(
                                ("distance__gt", 0),
                                ("paid_vat", 0),
                                ("power__isnull", False),
                                models.Q(("vehicle", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_expenseline_journey",
                        violation_error_message="Un trajet a une distance, un véhicule et pas de TVA.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer_kind",
                    models.CharField(
                        choices=[
                            ("company", "Entreprise ou association"),
                            ("public", "Organisme public"),
                            ("individual", "Particulier"),
                            ("foreign", "Client étranger"),
                        ],
                        max_length=10,
                    ),
                ),
                ("customer_name", models.CharField(max_length=160, verbose_name="client")),
                (
                    "customer_contact",
                    models.CharField(blank=True, max_length=120, verbose_name="à l’attention de"),
                ),
                ("customer_street", models.CharField(blank=True, max_length=120)),
                ("customer_complement", models.CharField(blank=True, max_length=120)),
                ("customer_postcode", models.CharField(blank=True, max_length=12)),
                ("customer_town", models.CharField(blank=True, max_length=60)),
                ("customer_country", models.CharField(default="FR", max_length=2)),
                ("customer_siren", models.CharField(blank=True, max_length=9)),
                ("customer_siret", models.CharField(blank=True, max_length=14)),
                ("customer_vat_number", models.CharField(blank=True, max_length=20)),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total HT",
                    ),
                ),
                (
                    "vat",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.00"), max_digits=12, verbose_name="TVA"
                    ),
                ),
                (
                    "gross",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total TTC",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("invoice", "Facture"), ("credit_note", "Avoir")],
                        default="invoice",
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("submitted", "À valider"),
                            ("issued", "Émise"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("subject", models.CharField(max_length=160, verbose_name="objet")),
                (
                    "order_reference",
                    models.CharField(blank=True, max_length=40, verbose_name="numéro de commande"),
                ),
                ("supplied_on", models.DateField(null=True, verbose_name="date de la prestation")),
                (
                    "payment_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="délai de paiement en jours"
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="mention particulière")),
                ("number", models.CharField(max_length=35, null=True, verbose_name="numéro")),
                ("series", models.CharField(blank=True, max_length=20)),
                ("issued_on", models.DateField(null=True, verbose_name="émise le")),
                ("due_on", models.DateField(null=True, verbose_name="à régler avant le")),
                ("issued_at", models.DateTimeField(null=True)),
                ("snapshot", models.JSONField(null=True, verbose_name="tel qu’émis")),
                ("chain_rank", models.PositiveBigIntegerField(null=True)),
                (
                    "fingerprint",
                    models.CharField(blank=True, max_length=64, verbose_name="empreinte"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="soumise le")),
                ("refusal_reason", models.TextField(blank=True, verbose_name="motif du refus")),
                ("search", models.CharField(editable=False, max_length=400)),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "corrects",
                    cae.core.tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "customer",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        same=("activity",),
                        to="invoicing.customer",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "facture",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="InvoiceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "document",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storeddocument",
                    ),
                ),
                (
                    "invoice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "PDF de facture",
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_invoicefile_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_invoicefile_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_invoicefile_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="invoice", name="invoicing_invoicefile_invoice_fk", same=("activity",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="document", name="invoicing_invoicefile_document_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "invoice"), name="invoicing_invoicefile_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceVat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("S", "Taxé"),
                            ("Z", "Taux zéro"),
                            ("E", "Exonéré"),
                            ("AE", "Autoliquidation"),
                            ("K", "Livraison intracommunautaire"),
                            ("G", "Exportation"),
                            ("O", "Hors champ de la TVA"),
                        ],
                        max_length=2,
                    ),
                ),
                ("rate", models.DecimalField(decimal_places=4, max_digits=5)),
                (
                    "basis",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="base HT",
                    ),
                ),
                (
                    "tax",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.00"), max_digits=12, verbose_name="TVA"
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "invoice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vat_rows",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "TVA de facture",
                "ordering": ["position"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_invoicevat_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_invoicevat_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_invoicevat_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="invoice", name="invoicing_invoicevat_invoice_fk", same=("activity",)
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "invoice", "category", "rate"),
                        name="invoicing_invoicevat_rate_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rate__in",
                                (
                                    Decimal("0"),
                                    Decimal("0.009"),
                                    Decimal("0.0105"),
                                    Decimal("0.0175"),
                                    Decimal("0.021"),
                                    Decimal("0.055"),
                                    Decimal("0.07"),
                                    Decimal("0.085"),
                                    Decimal("0.092"),
                                    Decimal("0.096"),
                                    Decimal("0.1"),
                                    Decimal("0.13"),
                                    Decimal("0.196"),
                                    Decimal("0.2"),
                                    Decimal("0.206"),
                                ),
                            ),
                            models.Q(
                                models.Q(("category", "S"), ("rate__gt", Decimal("0"))),
                                models.Q(
                                    models.Q(("category", "S"), _negated=True),
                                    ("rate", Decimal("0")),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="invoicing_invoicevat_legal",
                        violation_error_message="Ce taux de TVA n’existe pas en France.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MileageScale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="en vigueur depuis le")),
                (
                    "vehicle",
                    models.CharField(
                        choices=[
                            ("car", "Voiture"),
                            ("electric_car", "Voiture électrique"),
                            ("motorcycle", "Moto"),
                            ("electric_motorcycle", "Moto électrique"),
                            ("moped", "Cyclomoteur"),
                            ("electric_moped", "Cyclomoteur électrique"),
                        ],
                        max_length=20,
                        verbose_name="véhicule",
                    ),
                ),
                (
                    "power",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="puissance fiscale, jusqu’à"
                    ),
                ),
                (
                    "up_to_km",
                    models.PositiveIntegerField(null=True, verbose_name="jusqu’à, en km par an"),
                ),
                (
                    "rate",
                    models.DecimalField(decimal_places=4, max_digits=6, verbose_name="taux par km"),
                ),
                (
                    "fixed",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="part fixe",
                    ),
                ),
                ("source", models.CharField(max_length=160, verbose_name="texte")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "barème kilométrique",
                "ordering": ["vehicle", "power", "up_to_km"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_mileagescale_policy", scope="cooperative"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_mileagescale_key"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "valid_from", "vehicle", "power", "up_to_km"),
                        name="invoicing_mileagescale_band_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="montant",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="reçu le")),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("transfer", "Virement"),
                            ("card", "Carte"),
                            ("cheque", "Chèque"),
                            ("cash", "Espèces"),
                            ("debit", "Prélèvement"),
                        ],
                        max_length=10,
                        verbose_name="moyen",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=80, verbose_name="référence"),
                ),
                ("chain_rank", models.PositiveBigIntegerField()),
                ("fingerprint", models.CharField(max_length=64, verbose_name="empreinte")),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "customer",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        same=("activity",),
                        to="invoicing.customer",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "encaissement",
                "ordering": ["received_on", "id"],
                "indexes": [
                    models.Index(
                        fields=["tenant", "activity", "received_on"],
                        name="invoicing_payment_activity",
                    ),
                    models.Index(fields=["tenant", "customer"], name="invoicing_payment_customer"),
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_payment_policy", scope="activity"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="invoicing_payment_key"),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "activity"), name="invoicing_payment_pinned"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_payment_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="customer", name="invoicing_payment_customer_fk", same=("activity",)
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "chain_rank"), name="invoicing_payment_chain_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="invoicing_payment_amount",
                        violation_error_message="Un encaissement a un montant.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fingerprint__regex", "^[0-9a-f]{64}$")),
                        name="invoicing_payment_fingerprint",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="montant",
                    ),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="chiffre d’affaires encaissé",
                    ),
                ),
                (
                    "vat_due",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="TVA devenue exigible",
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
                (
                    "credit_note",
                    cae.core.tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "invoice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "payment",
                    cae.core.tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        same=("activity",),
                        to="invoicing.payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "imputation",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["tenant", "invoice"], name="invoicing_allocation_invoice")
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_allocation_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_allocation_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_allocation_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="payment", name="invoicing_allocation_payment_fk", same=("activity",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="credit_note",
                        name="invoicing_allocation_credit_note_fk",
                        same=("activity",),
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="invoice", name="invoicing_allocation_invoice_fk", same=("activity",)
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "payment", "invoice"), name="invoicing_allocation_once"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "credit_note"), name="invoicing_allocation_credit_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("credit_note", None),
                                ("payment__isnull", False),
                                models.Q(("amount", 0), _negated=True),
                            ),
                            models.Q(
                                ("amount", 0), ("credit_note__isnull", False), ("payment", None)
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_allocation_amount",
                        violation_error_message="Une imputation vient d’un encaissement ou d’un avoir.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer_kind",
                    models.CharField(
                        choices=[
                            ("company", "Entreprise ou association"),
                            ("public", "Organisme public"),
                            ("individual", "Particulier"),
                            ("foreign", "Client étranger"),
                        ],
                        max_length=10,
                    ),
                ),
                ("customer_name", models.CharField(max_length=160, verbose_name="client")),
                (
                    "customer_contact",
                    models.CharField(blank=True, max_length=120, verbose_name="à l’attention de"),
                ),
                ("customer_street", models.CharField(blank=True, max_length=120)),
                ("customer_complement", models.CharField(blank=True, max_length=120)),
                ("customer_postcode", models.CharField(blank=True, max_length=12)),
                ("customer_town", models.CharField(blank=True, max_length=60)),
                ("customer_country", models.CharField(default="FR", max_length=2)),
                ("customer_siren", models.CharField(blank=True, max_length=9)),
                ("customer_siret", models.CharField(blank=True, max_length=14)),
                ("customer_vat_number", models.CharField(blank=True, max_length=20)),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total HT",
                    ),
                ),
                (
                    "vat",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.00"), max_digits=12, verbose_name="TVA"
                    ),
                ),
                (
                    "gross",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total TTC",
                    ),
                ),
                ("number", models.CharField(max_length=35, null=True, verbose_name="numéro")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("sent", "Envoyé"),
                            ("accepted", "Accepté"),
                            ("refused", "Refusé"),
                            ("expired", "Expiré"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("subject", models.CharField(max_length=160, verbose_name="objet")),
                ("dated_on", models.DateField(verbose_name="date")),
                ("valid_until", models.DateField(verbose_name="valable jusqu’au")),
                (
                    "payment_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="délai de paiement en jours"
                    ),
                ),
                (
                    "deposit_rate",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=5,
                        verbose_name="acompte à la signature",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="conditions particulières")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("snapshot", models.JSONField(null=True, verbose_name="tel qu’envoyé")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="répondu le")),
                (
                    "signed_name",
                    models.CharField(blank=True, max_length=120, verbose_name="signé par"),
                ),
                (
                    "signed_role",
                    models.CharField(blank=True, max_length=120, verbose_name="fonction"),
                ),
                ("refusal_reason", models.TextField(blank=True, verbose_name="motif du refus")),
                ("search", models.CharField(editable=False, max_length=400)),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "customer",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        same=("activity",),
                        to="invoicing.customer",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "devis",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        fields=["tenant", "activity", "-id"], name="invoicing_quote_activity"
                    ),
                    models.Index(fields=["tenant", "customer"], name="invoicing_quote_customer"),
                    models.Index(fields=["tenant", "status", "-id"], name="invoicing_quote_status"),
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_quote_policy", scope="activity"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="invoicing_quote_key"),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "activity"), name="invoicing_quote_pinned"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_quote_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="customer", name="invoicing_quote_customer_fk", same=("activity",)
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "number"), name="invoicing_quote_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("vat")
                                ),
                            )
                        ),
                        name="invoicing_quote_totals",
                        violation_error_message="Le total TTC doit être la somme du HT et de la TVA.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(
                                ("number__regex", "^[A-Za-z0-9_/+-]{1,35}$"),
                                ("snapshot__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_quote_numbered",
                        violation_error_message="Un devis envoyé porte un numéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("signed_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="invoicing_quote_signed",
                        violation_error_message="Un devis accepté dit par qui, et quand.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("dated_on"))),
                        name="invoicing_quote_validity",
                        violation_error_message="La fin de validité vient après la date du devis.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deposit_rate__range", (0, 1))),
                        name="invoicing_quote_deposit",
                        violation_error_message="L’acompte est une part du total, de 0 à 100 %.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="invoice",
            name="quote",
            field=cae.core.tenancy.models.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                same=("activity",),
                to="invoicing.quote",
            ),
        ),
        migrations.CreateModel(
            name="QuoteFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("signed", models.BooleanField(default=False)),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "document",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storeddocument",
                    ),
                ),
                (
                    "quote",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        same=("activity",),
                        to="invoicing.quote",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "PDF de devis",
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_quotefile_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_quotefile_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_quotefile_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="quote", name="invoicing_quotefile_quote_fk", same=("activity",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="document", name="invoicing_quotefile_document_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "quote", "version", "signed"),
                        name="invoicing_quotefile_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="échéance")),
                (
                    "gross",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total TTC",
                    ),
                ),
                (
                    "credited",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="avoirs",
                    ),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="encaissé",
                    ),
                ),
                (
                    "remaining",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("gross"), "-", models.F("credited")
                            ),
                            "-",
                            models.F("paid"),
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=12),
                        verbose_name="reste à payer",
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "invoice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "règlement",
                "indexes": [
                    models.Index(
                        condition=models.Q(("remaining__gt", 0)),
                        fields=["tenant", "due_on"],
                        name="invoicing_settlement_open",
                    )
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_settlement_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_settlement_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_settlement_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="invoice", name="invoicing_settlement_invoice_fk", same=("activity",)
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "invoice"), name="invoicing_settlement_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credited__gte", 0), ("credited__lte", models.F("gross"))
                        ),
                        name="invoicing_settlement_credited",
                        violation_error_message="Les avoirs ne dépassent pas la facture qu’ils corrigent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid__gte", 0), ("paid__lte", models.F("gross"))),
                        name="invoicing_settlement_paid",
                        violation_error_message="On n’encaisse pas plus que ce qui est dû.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VatRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=32, verbose_name="code")),
                ("label", models.CharField(max_length=60, verbose_name="intitulé")),
                ("rate", models.DecimalField(decimal_places=4, max_digits=5, verbose_name="taux")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("S", "Taxé"),
                            ("Z", "Taux zéro"),
                            ("E", "Exonéré"),
                            ("AE", "Autoliquidation"),
                            ("K", "Livraison intracommunautaire"),
                            ("G", "Exportation"),
                            ("O", "Hors champ de la TVA"),
                        ],
                        max_length=2,
                        verbose_name="catégorie",
                    ),
                ),
                (
                    "vatex",
                    models.CharField(blank=True, max_length=24, verbose_name="code d’exonération"),
                ),
                (
                    "mention",
                    models.CharField(blank=True, max_length=160, verbose_name="mention imprimée"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_offered", models.BooleanField(default=True, verbose_name="proposé")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
            ],
            options={
                "verbose_name": "taux de TVA",
                "ordering": ["position", "id"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="invoicing_vatrate_policy", scope="cooperative"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="invoicing_vatrate_key"),
                    models.UniqueConstraint(
                        fields=("tenant", "code"),
                        name="invoicing_vatrate_code_once",
                        violation_error_message="Ce code de TVA existe déjà.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rate__in",
                                (
                                    Decimal("0"),
                                    Decimal("0.009"),
                                    Decimal("0.0105"),
                                    Decimal("0.0175"),
                                    Decimal("0.021"),
                                    Decimal("0.055"),
                                    Decimal("0.07"),
                                    Decimal("0.085"),
                                    Decimal("0.092"),
                                    Decimal("0.096"),
                                    Decimal("0.1"),
                                    Decimal("0.13"),
                                    Decimal("0.196"),
                                    Decimal("0.2"),
                                    Decimal("0.206"),
                                ),
                            ),
                            models.Q(
                                models.Q(("category", "S"), ("rate__gt", Decimal("0"))),
                                models.Q(
                                    models.Q(("category", "S"), _negated=True),
                                    ("rate", Decimal("0")),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="invoicing_vatrate_legal",
                        violation_error_message="Ce taux de TVA n’existe pas en France.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category", "S"),
                            models.Q(("mention", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="invoicing_vatrate_mention",
                        violation_error_message="Une exonération porte une mention sur la facture.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("label", models.CharField(max_length=160, verbose_name="désignation")),
                ("description", models.TextField(blank=True, verbose_name="détail")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("services", "Prestation de services"),
                            ("goods", "Vente de biens"),
                        ],
                        default="services",
                        max_length=8,
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="quantité"),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("C62", "pièce"),
                            ("LS", "forfait"),
                            ("DAY", "jour"),
                            ("HUR", "heure"),
                            ("MIN", "minute"),
                            ("WEE", "semaine"),
                            ("MON", "mois"),
                            ("ANN", "an"),
                            ("IE", "personne"),
                            ("D68", "mot"),
                            ("ZP", "page"),
                            ("MTR", "mètre"),
                            ("KMT", "kilomètre"),
                            ("MTK", "m²"),
                            ("MTQ", "m³"),
                            ("KGM", "kilogramme"),
                            ("GRM", "gramme"),
                            ("TNE", "tonne"),
                            ("LTR", "litre"),
                            ("SET", "lot"),
                            ("PR", "paire"),
                            ("BX", "boîte"),
                            ("KWH", "kWh"),
                        ],
                        default="C62",
                        max_length=3,
                        verbose_name="unité",
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=6, max_digits=14, verbose_name="prix unitaire HT"
                    ),
                ),
                (
                    "vat_category",
                    models.CharField(
                        choices=[
                            ("S", "Taxé"),
                            ("Z", "Taux zéro"),
                            ("E", "Exonéré"),
                            ("AE", "Autoliquidation"),
                            ("K", "Livraison intracommunautaire"),
                            ("G", "Exportation"),
                            ("O", "Hors champ de la TVA"),
                        ],
                        max_length=2,
                    ),
                ),
                (
                    "vat_rate",
                    models.DecimalField(decimal_places=4, max_digits=5, verbose_name="taux de TVA"),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total HT",
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "quote",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        same=("activity",),
                        to="invoicing.quote",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
                (
                    "vat_choice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.vatrate",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de devis",
                "ordering": ["position"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_quoteline_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_quoteline_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_quoteline_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="quote", name="invoicing_quoteline_quote_fk", same=("activity",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="vat_choice", name="invoicing_quoteline_vat_choice_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "quote", "position"),
                        name="invoicing_quoteline_position_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "vat_rate__in",
                                (
                                    Decimal("0"),
                                    Decimal("0.009"),
                                    Decimal("0.0105"),
                                    Decimal("0.0175"),
                                    Decimal("0.021"),
                                    Decimal("0.055"),
                                    Decimal("0.07"),
                                    Decimal("0.085"),
                                    Decimal("0.092"),
                                    Decimal("0.096"),
                                    Decimal("0.1"),
                                    Decimal("0.13"),
                                    Decimal("0.196"),
                                    Decimal("0.2"),
                                    Decimal("0.206"),
                                ),
                            ),
                            models.Q(
                                models.Q(("vat_category", "S"), ("vat_rate__gt", Decimal("0"))),
                                models.Q(
                                    models.Q(("vat_category", "S"), _negated=True),
                                    ("vat_rate", Decimal("0")),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="invoicing_quoteline_vat",
                        violation_error_message="Ce taux de TVA n’existe pas en France.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "net",
                                invoicing.models.columns.Cents(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("quantity"), "*", models.F("unit_price")
                                    )
                                ),
                            ),
                            ("unit_price__gte", 0),
                        ),
                        name="invoicing_quoteline_net",
                        violation_error_message="Le total d’une ligne est sa quantité multipliée par son prix.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("label", models.CharField(max_length=160, verbose_name="désignation")),
                ("description", models.TextField(blank=True, verbose_name="détail")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("services", "Prestation de services"),
                            ("goods", "Vente de biens"),
                        ],
                        default="services",
                        max_length=8,
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="quantité"),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("C62", "pièce"),
                            ("LS", "forfait"),
                            ("DAY", "jour"),
                            ("HUR", "heure"),
                            ("MIN", "minute"),
                            ("WEE", "semaine"),
                            ("MON", "mois"),
                            ("ANN", "an"),
                            ("IE", "personne"),
                            ("D68", "mot"),
                            ("ZP", "page"),
                            ("MTR", "mètre"),
                            ("KMT", "kilomètre"),
                            ("MTK", "m²"),
                            ("MTQ", "m³"),
                            ("KGM", "kilogramme"),
                            ("GRM", "gramme"),
                            ("TNE", "tonne"),
                            ("LTR", "litre"),
                            ("SET", "lot"),
                            ("PR", "paire"),
                            ("BX", "boîte"),
                            ("KWH", "kWh"),
                        ],
                        default="C62",
                        max_length=3,
                        verbose_name="unité",
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=6, max_digits=14, verbose_name="prix unitaire HT"
                    ),
                ),
                (
                    "vat_category",
                    models.CharField(
                        choices=[
                            ("S", "Taxé"),
                            ("Z", "Taux zéro"),
                            ("E", "Exonéré"),
                            ("AE", "Autoliquidation"),
                            ("K", "Livraison intracommunautaire"),
                            ("G", "Exportation"),
                            ("O", "Hors champ de la TVA"),
                        ],
                        max_length=2,
                    ),
                ),
                (
                    "vat_rate",
                    models.DecimalField(decimal_places=4, max_digits=5, verbose_name="taux de TVA"),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total HT",
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "invoice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        same=("activity",),
                        to="invoicing.invoice",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=cae.core.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.cooperative",
                    ),
                ),
                (
                    "vat_choice",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.vatrate",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de facture",
                "ordering": ["position"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="invoicing_invoiceline_policy", scope="activity"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="invoicing_invoiceline_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="invoicing_invoiceline_activity_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="invoice", name="invoicing_invoiceline_invoice_fk", same=("activity",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="vat_choice", name="invoicing_invoiceline_vat_choice_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "invoice", "position"),
                        name="invoicing_invoiceline_position_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "vat_rate__in",
                                (
                                    Decimal("0"),
                                    Decimal("0.009"),
                                    Decimal("0.0105"),
                                    Decimal("0.0175"),
                                    Decimal("0.021"),
                                    Decimal("0.055"),
                                    Decimal("0.07"),
                                    Decimal("0.085"),
                                    Decimal("0.092"),
                                    Decimal("0.096"),
                                    Decimal("0.1"),
                                    Decimal("0.13"),
                                    Decimal("0.196"),
                                    Decimal("0.2"),
                                    Decimal("0.206"),
                                ),
                            ),
                            models.Q(
                                models.Q(("vat_category", "S"), ("vat_rate__gt", Decimal("0"))),
                                models.Q(
                                    models.Q(("vat_category", "S"), _negated=True),
                                    ("vat_rate", Decimal("0")),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="invoicing_invoiceline_vat",
                        violation_error_message="Ce taux de TVA n’existe pas en France.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "net",
                                invoicing.models.columns.Cents(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("quantity"), "*", models.F("unit_price")
                                    )
                                ),
                            ),
                            ("unit_price__gte", 0),
                        ),
                        name="invoicing_invoiceline_net",
                        violation_error_message="Le total d’une ligne est sa quantité multipliée par son prix.",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expensesheet",
            trigger=pgtrigger.compiler.Trigger(
                name="born_a_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" IS DISTINCT FROM 'draft')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                    hash="afabdf6d9ac48f8cc443c5ea41c66f541cca673c",
                    operation="INSERT",
                    pgid="pgtrigger_born_a_draft_de61c",
                    table="invoicing_expensesheet",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expensesheet",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_closed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" IN ('refunded', 'waived'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="802faf546bc0c3e8538cb48bb7fc4032a2b017ce",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_once_closed_13936",
                    table="invoicing_expensesheet",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expensesheet",
            trigger=pgtrigger.compiler.Trigger(
                name="kept_once_submitted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."number" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ef08455beafc1e3023bf1ef2b92235c1b431b9b6",
                    operation="DELETE",
                    pgid="pgtrigger_kept_once_submitted_046f1",
                    table="invoicing_expensesheet",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expensesheet",
            trigger=pgtrigger.compiler.Trigger(
                name="amounts_frozen_once_submitted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" IS DISTINCT FROM \'draft\' AND (OLD."entrepreneur_id" IS DISTINCT FROM (NEW."entrepreneur_id") OR OLD."activity_id" IS DISTINCT FROM (NEW."activity_id") OR OLD."month" IS DISTINCT FROM (NEW."month") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."vat" IS DISTINCT FROM (NEW."vat") OR OLD."gross" IS DISTINCT FROM (NEW."gross")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="51981cad50ba1c8cf697d6e431e2ffb8eab33c67",
                    operation="UPDATE",
                    pgid="pgtrigger_amounts_frozen_once_submitted_074c4",
                    table="invoicing_expensesheet",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expenseline",
            trigger=pgtrigger.compiler.Trigger(
                name="only_while_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF EXISTS (\n                SELECT FROM invoicing_expensesheet p\n                 WHERE p.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)\n                   AND p.id IN (NEW.sheet_id, OLD.sheet_id) AND p.status <> 'draft'\n            ) THEN\n                RAISE EXCEPTION '% of invoicing_expensesheet % is frozen', TG_TABLE_NAME,\n                    COALESCE(OLD.sheet_id, NEW.sheet_id) USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ",
                    hash="9357382c9cfbaa56a32354dde039d4990f1aa324",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_while_draft_6e194",
                    table="invoicing_expenseline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicefile",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="965ec23719bf662df59f8322b06b429d83ed3c60",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_df643",
                    table="invoicing_invoicefile",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicevat",
            trigger=pgtrigger.compiler.Trigger(
                name="only_while_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF EXISTS (\n                SELECT FROM invoicing_invoice p\n                 WHERE p.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)\n                   AND p.id IN (NEW.invoice_id, OLD.invoice_id) AND p.status <> 'draft'\n            ) THEN\n                RAISE EXCEPTION '% of invoicing_invoice % is frozen', TG_TABLE_NAME,\n                    COALESCE(OLD.invoice_id, NEW.invoice_id) USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ",
                    hash="afc5c528b55b126101ad3511ade5d19094f5e228",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_while_draft_a0009",
                    table="invoicing_invoicevat",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7cec91a88079cde485c56e8ab481e7d83253cc60",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_dfc61",
                    table="invoicing_payment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3ade0d69f292b204346cfb45ca23a295b1116baf",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7bac5",
                    table="invoicing_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="pays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE still_due numeric; left_over numeric;",
                    func="\n        UPDATE invoicing_settlement SET paid = paid + NEW.amount\n         WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.invoice_id\n        RETURNING gross - credited - paid INTO still_due;\n        IF still_due IS NULL OR (NEW.amount > 0 AND still_due < 0)\n           OR (NEW.amount < 0 AND still_due > 0) THEN\n            RAISE EXCEPTION 'allocation of % is more than invoice % is due', NEW.amount,\n                NEW.invoice_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_due';\n        END IF;\n        SELECT p.amount - sum(a.amount) INTO left_over\n          FROM invoicing_payment p\n          JOIN invoicing_allocation a ON a.tenant_id = p.tenant_id AND a.payment_id = p.id\n         WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id\n         GROUP BY p.amount;\n        IF sign(left_over) * sign(NEW.amount) < 0 THEN\n            RAISE EXCEPTION 'payment % is allocated beyond its amount', NEW.payment_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_allocation_payment';\n        END IF;\n        RETURN NULL;\n    ",
                    hash="856f366ed4fe34bd932939a08b1b2d02311454d4",
                    operation="INSERT",
                    pgid="pgtrigger_pays_ab73d",
                    table="invoicing_allocation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quote",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_answered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" IN ('accepted', 'refused'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e4fd58259d349a82c76f1a0fb38fc10ebcbc4ffd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_once_answered_cf354",
                    table="invoicing_quote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quote",
            trigger=pgtrigger.compiler.Trigger(
                name="never_lost_once_numbered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."number" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d2d0810485a5e35d0956a15c4bdb6612388b61cb",
                    operation="DELETE",
                    pgid="pgtrigger_never_lost_once_numbered_3b190",
                    table="invoicing_quote",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=["tenant", "activity", "-id"], name="invoicing_invoice_activity"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["tenant", "customer"], name="invoicing_invoice_customer"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["tenant", "quote"], name="invoicing_invoice_quote"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["tenant", "corrects"], name="invoicing_invoice_corrects"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=["tenant", "series", "-issued_on"], name="invoicing_invoice_series"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("status", "submitted")),
                fields=["tenant", "submitted_at"],
                name="invoicing_invoice_submitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=cae.core.tenancy.policies.TenantPolicy(
                name="invoicing_invoice_policy", scope="activity"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("tenant", "id"), name="invoicing_invoice_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("tenant", "id", "activity"), name="invoicing_invoice_pinned"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=cae.core.tenancy.policies.CompositeForeignKey(
                field="activity", name="invoicing_invoice_activity_fk"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=cae.core.tenancy.policies.CompositeForeignKey(
                field="customer", name="invoicing_invoice_customer_fk", same=("activity",)
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=cae.core.tenancy.policies.CompositeForeignKey(
                field="quote", name="invoicing_invoice_quote_fk", same=("activity",)
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=cae.core.tenancy.policies.CompositeForeignKey(
                field="corrects", name="invoicing_invoice_corrects_fk", same=("activity",)
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("tenant", "number"), name="invoicing_invoice_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("tenant", "chain_rank"), name="invoicing_invoice_chain_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("chain_rank__isnull", False),
                        ("due_on__isnull", False),
                        ("fingerprint__regex", "^[0-9a-f]{64}$"),
                        ("issued_at__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__regex", "^[A-Za-z0-9_/+-]{1,35}$"),
                        ("series__gt", ""),
                        ("snapshot__isnull", False),
                        ("status", "issued"),
                    ),
                    models.Q(
                        models.Q(("status", "issued"), _negated=True),
                        ("chain_rank", None),
                        ("fingerprint", ""),
                        ("issued_at", None),
                        ("issued_on", None),
                        ("number", None),
                        ("snapshot", None),
                    ),
                    _connector="OR",
                ),
                name="invoicing_invoice_numbered",
                violation_error_message="Une facture a un numéro quand elle est émise, pas avant.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "submitted"), _negated=True),
                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                    _connector="OR",
                ),
                name="invoicing_invoice_submitted_by",
                violation_error_message="Une facture soumise dit par qui, et quand.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrects", None), ("kind", "invoice")),
                    models.Q(("corrects__isnull", False), ("kind", "credit_note")),
                    _connector="OR",
                ),
                name="invoicing_invoice_corrects",
                violation_error_message="Un avoir corrige une facture.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross",
                        django.db.models.expressions.CombinedExpression(
                            models.F("net"), "+", models.F("vat")
                        ),
                    )
                ),
                name="invoicing_invoice_totals",
                violation_error_message="Le total TTC doit être la somme du HT et de la TVA.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "issued"), _negated=True),
                    ("gross__gte", 0),
                    _connector="OR",
                ),
                name="invoicing_invoice_positive",
                violation_error_message="Une facture négative est un avoir.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on", None), ("due_on__gte", models.F("issued_on")), _connector="OR"
                ),
                name="invoicing_invoice_due",
                violation_error_message="L’échéance vient après la date de la facture.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("payment_days__lte", 60)),
                name="invoicing_invoice_days",
                violation_error_message="La loi limite le délai de paiement à 60 jours (C. com. L441-10).",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="born_a_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" IS DISTINCT FROM 'draft')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                    hash="865a4dff4bc0692c75dbc8961eeb2fa7edc61971",
                    operation="INSERT",
                    pgid="pgtrigger_born_a_draft_f9afd",
                    table="invoicing_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_issued",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" = 'issued')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ddc5e8f2c2273a37e3eb55d05848737d3f07479e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_once_issued_73212",
                    table="invoicing_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_right",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" = 'issued')",
                    declare="DECLARE lines_net numeric; rows_net numeric; rows_tax numeric;",
                    func="\n        SELECT sum(net) INTO lines_net FROM invoicing_invoiceline\n         WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.id;\n        SELECT sum(basis), sum(tax) INTO rows_net, rows_tax FROM invoicing_invoicevat\n         WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.id;\n        IF lines_net IS DISTINCT FROM NEW.net OR rows_net IS DISTINCT FROM NEW.net\n           OR rows_tax IS DISTINCT FROM NEW.vat THEN\n            RAISE EXCEPTION 'invoice % does not add up', NEW.id\n                USING ERRCODE = 'check_violation';\n        END IF;\n        IF EXISTS (\n            SELECT FROM invoicing_invoice\n             WHERE tenant_id = NEW.tenant_id AND series = NEW.series\n               AND issued_on > NEW.issued_on\n        ) THEN\n            RAISE EXCEPTION 'series % already goes beyond %', NEW.series, NEW.issued_on\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_chronological';\n        END IF;\n        IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (\n            SELECT FROM invoicing_invoice\n             WHERE tenant_id = NEW.tenant_id AND id = NEW.corrects_id AND status = 'issued'\n               AND kind = 'invoice' AND customer_id = NEW.customer_id\n        ) THEN\n            RAISE EXCEPTION 'credit note % corrects nothing that was issued', NEW.id\n                USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    ",
                    hash="9199a8c1d3ab0de07847a30269a5c3f15bb1fc0b",
                    operation="UPDATE",
                    pgid="pgtrigger_issued_right_d1521",
                    table="invoicing_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="opens_settlement",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" = 'issued')",
                    func="\n        IF NEW.kind = 'invoice' THEN\n            INSERT INTO invoicing_settlement\n                (tenant_id, activity_id, invoice_id, due_on, gross, credited, paid)\n            VALUES (NEW.tenant_id, NEW.activity_id, NEW.id, NEW.due_on, NEW.gross, 0, 0);\n        ELSE\n            UPDATE invoicing_settlement SET credited = credited + NEW.gross\n             WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.corrects_id;\n        END IF;\n        RETURN NULL;\n    ",
                    hash="988c0b704f6a59b9f0bd322713ae40bde9a84dfe",
                    operation="UPDATE",
                    pgid="pgtrigger_opens_settlement_5b345",
                    table="invoicing_invoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quotefile",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8121e4284eb8c1d020cdec1f9d8526c92e70c592",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_92315",
                    table="invoicing_quotefile",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="settlement",
            trigger=pgtrigger.compiler.Trigger(
                name="moved_by_facts_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF pg_trigger_depth() < 2 THEN\n            RAISE EXCEPTION 'a settlement is moved by payments and credit notes only'\n                USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN COALESCE(NEW, OLD);\n    ",
                    hash="760fafcfa7cd5803adf28410ae597586c0a01470",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_moved_by_facts_only_c97cd",
                    table="invoicing_settlement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quoteline",
            trigger=pgtrigger.compiler.Trigger(
                name="only_while_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF EXISTS (\n                SELECT FROM invoicing_quote p\n                 WHERE p.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)\n                   AND p.id IN (NEW.quote_id, OLD.quote_id) AND p.status <> 'draft'\n            ) THEN\n                RAISE EXCEPTION '% of invoicing_quote % is frozen', TG_TABLE_NAME,\n                    COALESCE(OLD.quote_id, NEW.quote_id) USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ",
                    hash="21d887cd791d0413c253a7f9a0b62b97b48ef8e3",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_while_draft_a6e2c",
                    table="invoicing_quoteline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoiceline",
            trigger=pgtrigger.compiler.Trigger(
                name="only_while_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF EXISTS (\n                SELECT FROM invoicing_invoice p\n                 WHERE p.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)\n                   AND p.id IN (NEW.invoice_id, OLD.invoice_id) AND p.status <> 'draft'\n            ) THEN\n                RAISE EXCEPTION '% of invoicing_invoice % is frozen', TG_TABLE_NAME,\n                    COALESCE(OLD.invoice_id, NEW.invoice_id) USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ",
                    hash="fa54628bdbf4bb2413fd7a62fe82eef1db9eaf2c",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_while_draft_3309e",
                    table="invoicing_invoiceline",
                    when="BEFORE",
                ),
            ),
        ),
    ]
