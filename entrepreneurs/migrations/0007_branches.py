import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounting', '0007_rates_of_documents'),
        ('core', '0021_attachments_of_invoices'),
        ('entrepreneurs', '0006_booked_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Branch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('town', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='ville')),
                ('is_archived', models.BooleanField(db_default=False, default=False, verbose_name='archivée')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'antenne',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='activity',
            name='branch',
            field=cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='entrepreneurs.branch', verbose_name='antenne'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=cae.core.tenancy.policies.CompositeForeignKey(field='branch', name='entrepreneurs_activity_branch_fk'),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_branch_policy', scope='cooperative'),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_branch_key'),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=models.UniqueConstraint(models.F('tenant'), django.db.models.functions.text.Lower('name'), name='entrepreneurs_branch_once', violation_error_message='Une autre antenne porte déjà ce nom.'),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='entrepreneurs_branch_named', violation_error_message='Une antenne a un nom.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branch',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1b34ce3c58c98f024db7fe87a8040e938fac84dd', operation='DELETE', pgid='pgtrigger_kept_9e388', table='entrepreneurs_branch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='activity',
            trigger=pgtrigger.compiler.Trigger(name='offered_branch', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.branch_id IS NULL\n                       OR TG_OP = 'UPDATE' AND NEW.branch_id = OLD.branch_id THEN\n                        RETURN NEW;\n                    END IF;\n                    PERFORM 1 FROM entrepreneurs_branch\n                        WHERE tenant_id = NEW.tenant_id AND id = NEW.branch_id\n                          AND NOT is_archived\n                        FOR SHARE;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'branch % is not offered', NEW.branch_id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'entrepreneurs_activity_branch_offered';\n                    END IF;\n                    RETURN NEW;\n                ", hash='84c2e53f288102add67cf3557303444c4f6d784a', operation='INSERT OR UPDATE', pgid='pgtrigger_offered_branch_6a7c5', table='entrepreneurs_activity', when='BEFORE')),
        ),
    ]
