import cae.core.tenancy.context
import cae.core.tenancy.policies
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


# What a row was before a change, whatever changed it: the ORM, a bulk update or raw SQL.
RECORD_CHANGE = """
CREATE FUNCTION cae_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_row jsonb := to_jsonb(OLD);
    after_row jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) END;
    was jsonb := before_row;
    became jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, after_row -> key)
          INTO was, became
          FROM jsonb_each(before_row)
         WHERE after_row -> key IS DISTINCT FROM value;
        IF was IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO core_rowchange (tenant_id, table_name, row_id, verb, was, became,
                                membership_id, at)
    VALUES ((before_row ->> 'tenant_id')::bigint, TG_TABLE_NAME, (before_row ->> 'id')::bigint,
            TG_OP, was, became,
            NULLIF(current_setting('app.user_id', true), '')::bigint, now());
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.RunSQL(RECORD_CHANGE, 'DROP FUNCTION cae_record_change()'),
        migrations.CreateModel(
            name='Cooperative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='adresse')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('legal_form', models.CharField(choices=[('scop_sa', 'SCOP SA à capital variable'), ('scop_sarl', 'SCOP SARL à capital variable'), ('scop_sas', 'SCOP SAS à capital variable'), ('scic_sa', 'SCIC SA à capital variable'), ('scic_sarl', 'SCIC SARL à capital variable'), ('scic_sas', 'SCIC SAS à capital variable')], max_length=12, verbose_name='forme juridique')),
                ('siren', models.CharField(max_length=9, validators=[django.core.validators.RegexValidator('^\\d{9}$')], verbose_name='SIREN')),
                ('siret', models.CharField(max_length=14, verbose_name='SIRET du siège')),
                ('vat_number', models.CharField(blank=True, max_length=13, verbose_name='numéro de TVA')),
                ('naf', models.CharField(blank=True, max_length=6, verbose_name='code NAF')),
                ('capital', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='capital social')),
                ('registry_town', models.CharField(blank=True, max_length=60, verbose_name='ville du RCS')),
                ('street', models.CharField(max_length=120, verbose_name='adresse postale')),
                ('postcode', models.CharField(max_length=10, verbose_name='code postal')),
                ('town', models.CharField(max_length=60, verbose_name='ville')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                ('iban', models.CharField(blank=True, max_length=34, verbose_name='IBAN imprimé sur les factures')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                ('fiscal_year_start', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='premier mois de l’exercice')),
                ('vat_basis', models.CharField(choices=[('cash', 'sur les encaissements'), ('accrual', 'd’après les débits')], default='cash', max_length=8, verbose_name='exigibilité de la TVA')),
                ('payment_days', models.PositiveSmallIntegerField(default=30, verbose_name='délai de paiement en jours')),
                ('penalty_rate', models.DecimalField(decimal_places=4, default='0.1215', max_digits=6, verbose_name='taux annuel des pénalités de retard')),
                ('require_second_factor', models.BooleanField(default=True, verbose_name='second facteur obligatoire')),
                ('salary_day', models.PositiveSmallIntegerField(default=27, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='jour du virement des salaires')),
                ('salary_choice_day', models.PositiveSmallIntegerField(default=25, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='dernier jour pour choisir son salaire')),
                ('headcount', models.PositiveIntegerField(default=24, verbose_name='effectif retenu pour les cotisations')),
                ('accident_rate', models.DecimalField(decimal_places=4, default='0.0120', max_digits=6, verbose_name='taux accidents du travail')),
                ('mobility_rate', models.DecimalField(decimal_places=4, default='0', max_digits=6, verbose_name='taux du versement mobilité')),
                ('health_premium', models.DecimalField(decimal_places=2, default=0, max_digits=8, verbose_name='complémentaire santé, prime mensuelle')),
                ('health_employer_share', models.DecimalField(decimal_places=4, default='0.5', max_digits=5, verbose_name='part de la coopérative dans la complémentaire santé')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('opened_at', models.DateTimeField(auto_now_add=True, verbose_name='ouverte le')),
            ],
            options={
                'verbose_name': 'coopérative',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='courriel')),
                ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                ('is_platform_admin', models.BooleanField(default=False, verbose_name='administre la plateforme')),
                ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='inscrit le')),
            ],
            options={
                'verbose_name': 'compte',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='core_user_email_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(max_length=120)),
                ('key', models.CharField(max_length=160)),
                ('arguments', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.TextField(blank=True)),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='core_outboxmessage_policy', scope='staff'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_outboxmessage_key'), models.UniqueConstraint(fields=('tenant', 'key'), name='core_outbox_key_once')],
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['tenant', 'created_at'], name='core_outbox_waiting')],
            },
        ),
        migrations.CreateModel(
            name='PublicLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('quote', 'Devis à accepter'), ('invitation', 'Invitation')], max_length=16)),
                ('target_id', models.BigIntegerField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('cooperative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'lien public',
                'indexes': [models.Index(fields=['cooperative', 'kind', 'target_id'], name='core_publiclink_target')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('label', models.CharField(max_length=60, verbose_name='intitulé')),
                ('rights', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('sell', 'Établir ses devis et ses factures'), ('issue_own', 'Émettre seul ses factures, sous son plafond'), ('spend', 'Déclarer ses dépenses'), ('choose_salary', 'Choisir son salaire'), ('see_own', 'Voir sa trésorerie, ses bulletins et son parcours'), ('see_sales', 'Voir les devis et les factures de tous'), ('validate_invoice', 'Valider les factures'), ('validate_expense', 'Approuver les dépenses'), ('record_payment', 'Enregistrer les encaissements et les remboursements'), ('see_accounts', 'Voir la comptabilité'), ('close_period', 'Clôturer les mois'), ('see_people', 'Voir les entrepreneurs et leur parcours'), ('manage_people', 'Tenir les fiches et les contrats'), ('run_payroll', 'Préparer la paie'), ('validate_payroll', 'Valider la paie et les virements'), ('steer', 'Piloter la coopérative'), ('see_members', 'Voir le registre des associés'), ('see_assemblies', 'Voir les assemblées'), ('configure', 'Régler la coopérative'), ('invite', 'Inviter des personnes et composer les rôles'), ('see_audit', 'Voir qui a fait quoi')], max_length=32), size=None, verbose_name='droits')),
                ('own_only', models.BooleanField(default=False, verbose_name='limité à ses propres activités')),
                ('is_seeded', models.BooleanField(default=False, verbose_name='rôle d’origine')),
                ('cooperative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'rôle',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('cooperative', 'code'), name='core_role_code_once')],
            },
        ),
        migrations.CreateModel(
            name='RowChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table_name', models.CharField(max_length=63)),
                ('row_id', models.BigIntegerField()),
                ('verb', models.CharField(max_length=6)),
                ('was', models.JSONField(null=True)),
                ('became', models.JSONField(null=True)),
                ('membership_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'modification',
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='core_rowchange_policy', scope='journal'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_rowchange_key')],
                'indexes': [models.Index(fields=['tenant', 'table_name', 'row_id'], name='core_rowchange_row')],
            },
        ),
        migrations.CreateModel(
            name='SubmittedForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64)),
                ('membership_id', models.BigIntegerField()),
                ('result_url', models.CharField(max_length=300)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='core_submittedform_policy', scope='journal'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_submittedform_key'), models.UniqueConstraint(fields=('tenant', 'nonce'), name='core_submittedform_nonce_once')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=40)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='core_counter_policy', scope='staff'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_counter_key'), models.UniqueConstraint(fields=('tenant', 'series', 'year'), name='core_counter_series_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('validation_ceiling', models.DecimalField(decimal_places=2, default=0, help_text='Au-delà, la facture est soumise à l’équipe d’appui.', max_digits=12, verbose_name='plafond d’émission sans validation, HT')),
                ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='depuis')),
                ('cooperative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='core.cooperative')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='core.role')),
            ],
            options={
                'verbose_name': 'droit d’accès',
                'constraints': [models.UniqueConstraint(fields=('user', 'cooperative', 'role'), name='core_membership_once'), models.CheckConstraint(condition=models.Q(('validation_ceiling__gte', 0)), name='core_membership_ceiling', violation_error_message='Un plafond ne peut pas être négatif.')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=60, verbose_name='usage')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créée le')),
                ('last_used_at', models.DateTimeField(null=True, verbose_name='dernier usage')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='révoquée le')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='core.membership')),
            ],
            options={
                'verbose_name': 'clé d’API',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='courriel')),
                ('sent_at', models.DateTimeField(auto_now_add=True, verbose_name='envoyée le')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='acceptée le')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='retirée le')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.role')),
            ],
            options={
                'verbose_name': 'invitation',
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='core_invitation_policy', scope='staff'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_invitation_key'), models.UniqueConstraint(models.F('tenant'), django.db.models.functions.text.Lower('email'), models.F('role'), condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), name='core_invitation_open_once', violation_error_message='Une invitation attend déjà cette personne.')],
            },
        ),
        migrations.CreateModel(
            name='StoredDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('voucher', 'Justificatif'), ('quote', 'Devis'), ('invoice', 'Facture'), ('payslip', 'Bulletin de paie'), ('transfers', 'Fichier de virements'), ('archive', 'Archive'), ('logo', 'Logo')], max_length=12)),
                ('name', models.CharField(max_length=160, verbose_name='nom')),
                ('mime', models.CharField(max_length=80)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('activity_id', models.BigIntegerField(null=True)),
                ('entrepreneur_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='reçu le')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership')),
            ],
            options={
                'verbose_name': 'document',
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='core_storeddocument_policy', scope='owned'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_storeddocument_key')],
                'indexes': [models.Index(fields=['tenant', 'sha256'], name='core_storeddocument_sha')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=60, verbose_name='acte')),
                ('target_type', models.CharField(max_length=60)),
                ('target_id', models.BigIntegerField()),
                ('actor', models.CharField(max_length=120, verbose_name='auteur')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='le')),
                ('before', models.JSONField(default=dict, verbose_name='avant')),
                ('after', models.JSONField(default=dict, verbose_name='après')),
                ('activity_id', models.BigIntegerField(null=True)),
                ('entrepreneur_id', models.BigIntegerField(null=True)),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership')),
            ],
            options={
                'verbose_name': 'trace',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['tenant', 'target_type', 'target_id'], name='core_auditevent_target')],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='core_auditevent_policy', scope='owned'), models.UniqueConstraint(fields=('tenant', 'id'), name='core_auditevent_key')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a9043e623706cd6457f6ad43abcff01319f851a7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6d6e0', table='core_auditevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rowchange',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='66ecd5465258437c445bdea6a1241c377703c3d9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6e030', table='core_rowchange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='storeddocument',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1972ddbe56ec9d7f2b76b1f63548e715916d7124', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a4a44', table='core_storeddocument', when='BEFORE')),
        ),
    ]
