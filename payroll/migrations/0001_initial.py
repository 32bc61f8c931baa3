import cae.core.crypto
import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.db.models.deletion
import django.db.models.expressions
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
            name="PayrollRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                ("rank", models.PositiveSmallIntegerField(default=1, verbose_name="rang")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Ouverte"),
                            ("computed", "Calculée"),
                            ("validated", "Validée"),
                            ("paid", "Payée"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("pay_on", models.DateField(verbose_name="virements le")),
                ("opened_at", models.DateTimeField(auto_now_add=True, verbose_name="ouverte le")),
                ("computed_at", models.DateTimeField(null=True, verbose_name="calculée le")),
                (
                    "computed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "opened_by",
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
                "verbose_name": "paie",
                "ordering": ["-month", "-rank"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="payroll_payrollrun_policy", scope="staff"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="payroll_payrollrun_key"),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "month"), name="payroll_payrollrun_pinned"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "month", "rank"),
                        name="payroll_payrollrun_once",
                        violation_error_message="La paie de ce mois est déjà ouverte.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="payroll_payrollrun_month",
                        violation_error_message="Un mois est noté par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pay_on__gte", models.F("month"))),
                        name="payroll_payrollrun_pay_on",
                        violation_error_message="Un salaire n’est pas viré avant le mois qu’il paie.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "open"), ("computed_at__isnull", False), _connector="OR"
                        ),
                        name="payroll_payrollrun_computed",
                        violation_error_message="Une paie calculée dit quand.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payslip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                ("pay_on", models.DateField(verbose_name="virement le")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "À valider"), ("validated", "Validé"), ("paid", "Payé")],
                        default="draft",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("inputs", models.JSONField()),
                ("slip", models.JSONField()),
                ("controls", models.JSONField(default=list)),
                (
                    "blocking",
                    models.PositiveSmallIntegerField(default=0, verbose_name="points bloquants"),
                ),
                (
                    "to_check",
                    models.PositiveSmallIntegerField(default=0, verbose_name="points à vérifier"),
                ),
                (
                    "gross",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="brut",
                    ),
                ),
                (
                    "employee_charges",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="cotisations salariales",
                    ),
                ),
                (
                    "employer_charges",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="cotisations patronales",
                    ),
                ),
                (
                    "reduction",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="réduction de cotisations",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="coût total",
                    ),
                ),
                (
                    "net_before_tax",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="net avant impôt",
                    ),
                ),
                (
                    "net_social",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="montant net social",
                    ),
                ),
                (
                    "net_taxable",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="net imposable",
                    ),
                ),
                (
                    "withholding",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="prélèvement à la source",
                    ),
                ),
                (
                    "net_paid",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="net à payer",
                    ),
                ),
                (
                    "available_before",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="disponible",
                    ),
                ),
                (
                    "budget",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="budget",
                    ),
                ),
                (
                    "unspent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="non dépensé",
                    ),
                ),
                (
                    "reserve_after",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="réserve après",
                    ),
                ),
                ("computed_at", models.DateTimeField(verbose_name="calculé le")),
                ("validated_at", models.DateTimeField(null=True, verbose_name="validé le")),
                (
                    "contract",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        same=("entrepreneur",),
                        to="entrepreneurs.contract",
                    ),
                ),
                (
                    "document",
                    cae.core.tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storeddocument",
                    ),
                ),
                (
                    "entrepreneur",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payslips",
                        to="entrepreneurs.entrepreneur",
                    ),
                ),
                (
                    "run",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payslips",
                        same=("month",),
                        to="payroll.payrollrun",
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
                    "validated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulletin de paie",
                "verbose_name_plural": "bulletins de paie",
                "ordering": ["-month", "id"],
                "indexes": [
                    models.Index(
                        fields=["tenant", "entrepreneur", "-month"], name="payroll_payslip_person"
                    )
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="payroll_payslip_policy", scope="person_record"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="payroll_payslip_key"),
                    models.UniqueConstraint(
                        fields=("tenant", "id", "entrepreneur"), name="payroll_payslip_pinned"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="run", name="payroll_payslip_run_fk", same=("month",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="entrepreneur", name="payroll_payslip_entrepreneur_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="contract", name="payroll_payslip_contract_fk", same=("entrepreneur",)
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="document", name="payroll_payslip_document_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "run", "entrepreneur"), name="payroll_payslip_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="payroll_payslip_month",
                        violation_error_message="Un mois est noté par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "net_before_tax",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("gross"), "-", models.F("employee_charges")
                                ),
                            )
                        ),
                        name="payroll_payslip_net",
                        violation_error_message="Le net est le brut moins les cotisations salariales.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "net_paid",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net_before_tax"), "-", models.F("withholding")
                                ),
                            )
                        ),
                        name="payroll_payslip_net_paid",
                        violation_error_message="Le net à payer est le net avant impôt moins l’impôt.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cost",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("gross"), "+", models.F("employer_charges")
                                    ),
                                    "-",
                                    models.F("reduction"),
                                ),
                            )
                        ),
                        name="payroll_payslip_cost",
                        violation_error_message="Le coût est le brut et les cotisations patronales.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reserve_after",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("available_before"), "-", models.F("cost")
                                ),
                            ),
                            (
                                "unspent",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("budget"), "-", models.F("cost")
                                ),
                            ),
                        ),
                        name="payroll_payslip_budget",
                        violation_error_message="Ce qui reste est ce qu’il y avait moins le coût.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gross__gte", 0), ("withholding__gte", 0)),
                        name="payroll_payslip_positive",
                        violation_error_message="Un brut et un impôt ne sont pas négatifs.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document", None), ("status", "draft"), ("validated_at", None)
                            ),
                            models.Q(
                                models.Q(("status", "draft"), _negated=True),
                                ("blocking", 0),
                                ("net_paid__gte", 0),
                                ("to_check", 0),
                                ("validated_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="payroll_payslip_validated",
                        violation_error_message="Un bulletin validé n’a plus de point en suspens.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayslipPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "share",
                    models.DecimalField(
                        decimal_places=8, max_digits=9, verbose_name="part de la personne"
                    ),
                ),
                ("detail", models.JSONField()),
                (
                    "available",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="disponible",
                    ),
                ),
                (
                    "reserve",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="réserve",
                    ),
                ),
                (
                    "provisions",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="provisions",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="coût",
                    ),
                ),
                (
                    "activity",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payslip_parts",
                        to="entrepreneurs.activity",
                    ),
                ),
                (
                    "entrepreneur",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.entrepreneur",
                    ),
                ),
                (
                    "payslip",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        same=("entrepreneur",),
                        to="payroll.payslip",
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
                "verbose_name": "part d’une enseigne dans un bulletin",
                "verbose_name_plural": "parts des enseignes dans un bulletin",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["tenant", "activity"], name="payroll_payslippart_activity")
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="payroll_payslippart_policy", scope="person_record"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="payroll_payslippart_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="entrepreneur", name="payroll_payslippart_entrepreneur_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="payslip",
                        name="payroll_payslippart_payslip_fk",
                        same=("entrepreneur",),
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="activity", name="payroll_payslippart_activity_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "payslip", "activity"), name="payroll_payslippart_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SalaryChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("gross", "Un salaire brut"),
                            ("net", "Un net avant impôt"),
                            ("net_paid", "Un net versé"),
                            ("cost", "Un coût total"),
                            ("all", "Tout ce que je peux"),
                        ],
                        max_length=8,
                        verbose_name="choix",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=None,
                        max_digits=12,
                        null=True,
                        verbose_name="montant",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now=True, verbose_name="le")),
                (
                    "entrepreneur",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="salary_choices",
                        to="entrepreneurs.entrepreneur",
                    ),
                ),
                (
                    "made_by",
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
                "verbose_name": "choix de salaire",
                "verbose_name_plural": "choix de salaire",
                "ordering": ["-month", "id"],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        name="payroll_salarychoice_policy", scope="person"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="payroll_salarychoice_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="entrepreneur", name="payroll_salarychoice_entrepreneur_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "entrepreneur", "month"), name="payroll_salarychoice_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="payroll_salarychoice_month",
                        violation_error_message="Un mois est noté par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", None), ("mode", "all")),
                            models.Q(models.Q(("mode", "all"), _negated=True), ("amount__gte", 0)),
                            _connector="OR",
                        ),
                        name="payroll_salarychoice_amount",
                        violation_error_message="Un salaire choisi a un montant, positif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=35, verbose_name="numéro")),
                ("pay_on", models.DateField(verbose_name="exécution le")),
                ("debtor_name", models.CharField(max_length=120, verbose_name="donneur d’ordre")),
                ("debtor_iban", models.CharField(max_length=34, verbose_name="compte débité")),
                ("debtor_bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                ("transfer_count", models.PositiveIntegerField(verbose_name="virements")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        verbose_name="total",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="préparée le")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.membership",
                    ),
                ),
                (
                    "run",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="payroll.payrollrun",
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
                "verbose_name": "remise de virements",
                "verbose_name_plural": "remises de virements",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["tenant", "run"], name="payroll_transferbatch_run")
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="payroll_transferbatch_policy", scope="staff"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="payroll_transferbatch_key"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="run", name="payroll_transferbatch_run_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "number"), name="payroll_transferbatch_number_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                ("iban", cae.core.crypto.EncryptedTextField(verbose_name="IBAN")),
                ("holder", models.CharField(max_length=120, verbose_name="titulaire")),
                ("reference", models.CharField(max_length=35, verbose_name="référence")),
                (
                    "entrepreneur",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entrepreneurs.entrepreneur",
                    ),
                ),
                (
                    "payslip",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        same=("entrepreneur",),
                        to="payroll.payslip",
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
                    "batch",
                    cae.core.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="payroll.transferbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "virement",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["tenant", "batch"], name="payroll_transfer_batch")
                ],
                "constraints": [
                    cae.core.tenancy.policies.TenantPolicy(
                        audited=False, name="payroll_transfer_policy", scope="staff"
                    ),
                    models.UniqueConstraint(fields=("tenant", "id"), name="payroll_transfer_key"),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="batch", name="payroll_transfer_batch_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="entrepreneur", name="payroll_transfer_entrepreneur_fk"
                    ),
                    cae.core.tenancy.policies.CompositeForeignKey(
                        field="payslip", name="payroll_transfer_payslip_fk", same=("entrepreneur",)
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "payslip"), name="payroll_transfer_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="payroll_transfer_positive",
                        violation_error_message="Un virement a un montant positif.",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payslip",
            trigger=pgtrigger.compiler.Trigger(
                name="born_a_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" IS DISTINCT FROM 'draft')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                    hash="8a005f2e4adf61ca70746c60611fa306ad68907c",
                    operation="INSERT",
                    pgid="pgtrigger_born_a_draft_89539",
                    table="payroll_payslip",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payslip",
            trigger=pgtrigger.compiler.Trigger(
                name="kept_once_validated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" IS DISTINCT FROM 'draft')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="8a6f4678de820bf3303bd7f34d4c5efa7e241210",
                    operation="DELETE",
                    pgid="pgtrigger_kept_once_validated_16b61",
                    table="payroll_payslip",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payslip",
            trigger=pgtrigger.compiler.Trigger(
                name="keeps_its_word",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF OLD.status <> 'draft' AND to_jsonb(NEW) - ARRAY['status', 'document_id']\n        IS DISTINCT FROM to_jsonb(OLD) - ARRAY['status', 'document_id'] THEN\n        RAISE EXCEPTION 'payslip % is validated', OLD.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_frozen';\n    END IF;\n    IF NOT (\n        NEW.status = OLD.status\n        OR (OLD.status = 'draft' AND NEW.status = 'validated')\n        OR (OLD.status = 'validated' AND NEW.status = 'paid')\n    ) THEN\n        RAISE EXCEPTION 'payslip % goes from % to %', OLD.id, OLD.status, NEW.status\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_moves';\n    END IF;\n    IF OLD.document_id IS NOT NULL AND NEW.document_id IS DISTINCT FROM OLD.document_id THEN\n        RAISE EXCEPTION 'payslip % already has its document', OLD.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_one_document';\n    END IF;\n    IF NEW.status = 'paid' AND OLD.status <> 'paid' AND NEW.net_paid <> 0 AND NOT EXISTS (\n        SELECT FROM payroll_transfer\n        WHERE tenant_id = NEW.tenant_id AND payslip_id = NEW.id AND amount = NEW.net_paid\n    ) THEN\n        RAISE EXCEPTION 'payslip % is not transferred', NEW.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_transferred';\n    END IF;\n    RETURN NEW;\n",
                    hash="1febaf3099931cd969002665aba0738568774119",
                    operation="UPDATE",
                    pgid="pgtrigger_keeps_its_word_ea07e",
                    table="payroll_payslip",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payslippart",
            trigger=pgtrigger.compiler.Trigger(
                name="only_while_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF EXISTS (\n                SELECT FROM payroll_payslip p\n                 WHERE p.tenant_id = COALESCE(NEW.tenant_id, OLD.tenant_id)\n                   AND p.id IN (NEW.payslip_id, OLD.payslip_id) AND p.status <> 'draft'\n            ) THEN\n                RAISE EXCEPTION '% of payroll_payslip % is frozen', TG_TABLE_NAME,\n                    COALESCE(OLD.payslip_id, NEW.payslip_id) USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ",
                    hash="93dbe512a57c38e14ea874b0ce56c2965a04ec0e",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_only_while_draft_026f7",
                    table="payroll_payslippart",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3aedccb2d45a94ab2b25550f58d93775351bc396",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_51ef9",
                    table="payroll_transferbatch",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="adds_up",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF (SELECT (count(*), coalesce(sum(amount), 0)) FROM payroll_transfer\n        WHERE tenant_id = NEW.tenant_id AND batch_id = NEW.id)\n        IS DISTINCT FROM (NEW.transfer_count::bigint, NEW.total) THEN\n        RAISE EXCEPTION 'transfer batch % does not add up', NEW.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_transferbatch_adds_up';\n    END IF;\n    RETURN NULL;\n",
                    hash="27cb6edf09286639db4798db05811ba8a378fc70",
                    operation="INSERT",
                    pgid="pgtrigger_adds_up_89989",
                    table="payroll_transferbatch",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ad52e06fdfa047a66f24241b61ef42c99f5c9002",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a0509",
                    table="payroll_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="pays_what_is_due",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF NOT EXISTS (\n        SELECT FROM payroll_payslip\n        WHERE tenant_id = NEW.tenant_id AND id = NEW.payslip_id\n            AND status = 'validated' AND net_paid = NEW.amount\n    ) THEN\n        RAISE EXCEPTION 'transfer of % is not what payslip % is due', NEW.amount, NEW.payslip_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_transfer_due';\n    END IF;\n    RETURN NEW;\n",
                    hash="254dcfb7d5f4f8e9d6a84673ac46de57f178cdc9",
                    operation="INSERT",
                    pgid="pgtrigger_pays_what_is_due_b2a22",
                    table="payroll_transfer",
                    when="BEFORE",
                ),
            ),
        ),
    ]
