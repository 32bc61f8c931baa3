import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounting', '0005_contacts_and_party_accounts'),
        ('core', '0017_personal_services'),
        ('entrepreneurs', '0004_insurances'),
    ]

    operations = [
        migrations.CreateModel(
            name='BankAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('iban', models.CharField(max_length=34, verbose_name='IBAN')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                ('closed_on', models.DateField(null=True, verbose_name='fermé le')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='ajouté le')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership')),
            ],
            options={
                'verbose_name': 'compte bancaire',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='activity',
            name='email',
            field=models.EmailField(blank=True, db_default='', default='', max_length=254, verbose_name='courriel'),
        ),
        migrations.AddField(
            model_name='activity',
            name='logo',
            field=cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storeddocument'),
        ),
        migrations.AddField(
            model_name='activity',
            name='phone',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='téléphone'),
        ),
        migrations.AddField(
            model_name='activity',
            name='postcode',
            field=models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='code postal'),
        ),
        migrations.AddField(
            model_name='activity',
            name='purpose',
            field=models.CharField(blank=True, db_default='', default='', max_length=160, verbose_name='ce qu’elle propose'),
        ),
        migrations.AddField(
            model_name='activity',
            name='street',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='adresse'),
        ),
        migrations.AddField(
            model_name='activity',
            name='town',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='ville'),
        ),
        migrations.AddField(
            model_name='activity',
            name='website',
            field=models.URLField(blank=True, db_default='', default='', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='activity',
            name='bank_account',
            field=cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='entrepreneurs.bankaccount'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=cae.core.tenancy.policies.CompositeForeignKey(field='logo', name='entrepreneurs_activity_logo_fk'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=cae.core.tenancy.policies.CompositeForeignKey(field='bank_account', name='entrepreneurs_activity_bank_account_fk'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(('website', ''), ('website__regex', '^https?://'), _connector='OR'), name='entrepreneurs_activity_website', violation_error_message='Un site commence par https://.'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_bankaccount_policy', scope='cooperative'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_bankaccount_key'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('tenant', 'iban'), name='entrepreneurs_bank_once', violation_error_message='Ce compte est déjà dans la liste.'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), ('iban__regex', '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$')), name='entrepreneurs_bank_said', violation_error_message='Un compte a un nom et un IBAN sans espaces.'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.CheckConstraint(condition=models.Q(('bic__regex', '^([A-Z0-9]{8}([A-Z0-9]{3})?)?$')), name='entrepreneurs_bank_bic', violation_error_message='Un BIC a huit ou onze caractères.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankaccount',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f96466e749ea7f697538cb918ee727ea8b2eede8', operation='DELETE', pgid='pgtrigger_kept_e274e', table='entrepreneurs_bankaccount', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankaccount',
            trigger=pgtrigger.compiler.Trigger(name='closed_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF OLD.closed_on IS NOT NULL\n                       OR to_jsonb(OLD) - 'closed_on' <> to_jsonb(NEW) - 'closed_on' THEN\n                        RAISE EXCEPTION 'bank account % does not change', OLD.id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'entrepreneurs_bank_frozen';\n                    END IF;\n                    IF EXISTS (SELECT 1 FROM entrepreneurs_activity\n                               WHERE tenant_id = OLD.tenant_id AND bank_account_id = OLD.id) THEN\n                        RAISE EXCEPTION 'bank account % is printed by an activity', OLD.id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'entrepreneurs_bank_printed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='80cb71a94e32d67c62156f7aaeac980f853d5d8b', operation='UPDATE', pgid='pgtrigger_closed_only_eadf2', table='entrepreneurs_bankaccount', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activity',
            trigger=pgtrigger.compiler.Trigger(name='open_account', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.bank_account_id IS NULL\n                       OR TG_OP = 'UPDATE' AND NEW.bank_account_id = OLD.bank_account_id THEN\n                        RETURN NEW;\n                    END IF;\n                    PERFORM 1 FROM entrepreneurs_bankaccount\n                        WHERE tenant_id = NEW.tenant_id AND id = NEW.bank_account_id\n                          AND closed_on IS NULL\n                        FOR SHARE;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'bank account % is not open', NEW.bank_account_id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'entrepreneurs_activity_account_open';\n                    END IF;\n                    RETURN NEW;\n                ", hash='5f1264f3eaa0fb5025daf9f3bd5e3b6cc4bc662a', operation='INSERT OR UPDATE', pgid='pgtrigger_open_account_ff725', table='entrepreneurs_activity', when='BEFORE')),
        ),
    ]
