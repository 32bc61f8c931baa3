import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, verbose_name='numéro')),
                ('label', models.CharField(max_length=120, verbose_name='intitulé')),
                ('needs_analytic', models.BooleanField(default=True, verbose_name='analytique obligatoire')),
                ('is_active', models.BooleanField(default=True, verbose_name='utilisable')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'compte',
                'ordering': ['number'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='accounting_account_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_account_key'), models.UniqueConstraint(fields=('tenant', 'number'), name='accounting_account_number_once', violation_error_message='Ce compte existe déjà.'), models.CheckConstraint(condition=models.Q(('number__regex', '^[1-8][0-9]{2,7}$')), name='accounting_account_number', violation_error_message='Un numéro de compte a de 3 à 8 chiffres.')],
            },
        ),
        migrations.CreateModel(
            name='AnalyticAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=16, verbose_name='code')),
                ('label', models.CharField(max_length=120, verbose_name='intitulé')),
                ('kind', models.CharField(choices=[('activity', 'Enseigne'), ('cooperative', 'Coopérative')], default='activity', max_length=12)),
                ('is_active', models.BooleanField(default=True, verbose_name='utilisable')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'compte analytique',
                'ordering': ['code'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='accounting_analyticaccount_policy', scope='analytic_itself'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_analyticaccount_key'), models.UniqueConstraint(fields=('tenant', 'code'), name='accounting_analyticaccount_code_once', violation_error_message='Ce code analytique existe déjà.'), models.UniqueConstraint(condition=models.Q(('kind', 'cooperative')), fields=('tenant',), name='accounting_analyticaccount_one_cooperative')],
            },
        ),
        migrations.CreateModel(
            name='ClosedPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='mois')),
                ('closed_at', models.DateTimeField(auto_now_add=True, verbose_name='clôturé le')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'mois clôturé',
                'verbose_name_plural': 'mois clôturés',
                'ordering': ['-month'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='accounting_closedperiod_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_closedperiod_key'), models.UniqueConstraint(fields=('tenant', 'month'), name='accounting_closedperiod_once', violation_error_message='Ce mois est déjà clôturé.'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='accounting_closedperiod_day')],
            },
        ),
        migrations.CreateModel(
            name='Journal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=4, verbose_name='code')),
                ('label', models.CharField(max_length=60, verbose_name='intitulé')),
                ('kind', models.CharField(choices=[('sales', 'Ventes'), ('purchases', 'Achats'), ('bank', 'Banque'), ('expenses', 'Notes de dépenses'), ('payroll', 'Paie'), ('misc', 'Opérations diverses'), ('internal', 'Opérations internes')], max_length=10, verbose_name='nature')),
                ('internal', models.BooleanField(default=False, verbose_name='interne')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'journal',
                'verbose_name_plural': 'journaux',
                'ordering': ['code'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='accounting_journal_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_journal_key'), models.UniqueConstraint(fields=('tenant', 'code'), name='accounting_journal_code_once', violation_error_message='Ce journal existe déjà.'), models.CheckConstraint(condition=models.Q(models.Q(('internal', True), ('kind', 'internal')), models.Q(('internal', False), models.Q(('kind', 'internal'), _negated=True)), _connector='OR'), name='accounting_journal_internal')],
            },
        ),
        migrations.CreateModel(
            name='ContributionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=80, verbose_name='intitulé')),
                ('valid_from', models.DateField(verbose_name='à partir du')),
                ('basis', models.CharField(choices=[('invoiced', 'À la facturation'), ('cashed', 'À l’encaissement')], max_length=8, verbose_name='prélevée')),
                ('measure', models.CharField(choices=[('turnover', 'Chiffre d’affaires HT'), ('less_resale', 'Chiffre d’affaires HT moins les achats revendus'), ('gross_margin', 'Marge brute')], max_length=12, verbose_name='assiette')),
                ('thresholds', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=12, verbose_name='au-dessus de'), size=None, verbose_name='tranches')),
                ('rates', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=5, max_digits=6), size=None, verbose_name='taux par tranche')),
                ('floor', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12, verbose_name='plancher annuel')),
                ('cap', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='plafond annuel')),
                ('fixed_fee', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12, verbose_name='forfait mensuel')),
                ('analytic', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.analyticaccount')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'règle de contribution',
                'verbose_name_plural': 'règles de contribution',
                'ordering': ['-valid_from', '-id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='accounting_contributionrule_policy', scope='staff'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_contributionrule_key'), cae.core.tenancy.policies.CompositeForeignKey(field='analytic', name='accounting_contributionrule_analytic_fk'), models.UniqueConstraint(fields=('tenant', 'analytic', 'valid_from'), name='accounting_contributionrule_once', nulls_distinct=False, violation_error_message='Une règle prend déjà effet ce jour-là.'), models.CheckConstraint(condition=models.Q(('rates__len', models.F('thresholds__len')), ('thresholds__0', 0)), name='accounting_contributionrule_brackets', violation_error_message='Chaque tranche a un taux, la première commence à zéro.'), models.CheckConstraint(condition=models.Q(('fixed_fee__gte', 0), ('floor__gte', 0), models.Q(('cap', None), ('cap__gte', 0), _connector='OR')), name='accounting_contributionrule_amounts', violation_error_message='Un plancher, un plafond, un forfait sont positifs.')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='exercice')),
                ('number', models.PositiveIntegerField(verbose_name='numéro')),
                ('date', models.DateField(verbose_name='date')),
                ('piece', models.CharField(blank=True, max_length=40, verbose_name='pièce')),
                ('label', models.CharField(max_length=160, verbose_name='libellé')),
                ('posting_key', models.CharField(max_length=120)),
                ('posted_at', models.DateTimeField(auto_now_add=True, verbose_name='validée le')),
                ('written_in', models.BigIntegerField(default=0, editable=False)),
                ('analytic', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.analyticaccount')),
                ('posted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership')),
                ('reverses', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='accounting.entry')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('journal', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.journal')),
            ],
            options={
                'verbose_name': 'écriture',
                'ordering': ['date', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='accounting_entry_policy', scope='ledger'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_entry_key'), cae.core.tenancy.policies.CompositeForeignKey(field='journal', name='accounting_entry_journal_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='reverses', name='accounting_entry_reverses_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='analytic', name='accounting_entry_analytic_fk'), models.UniqueConstraint(fields=('tenant', 'journal', 'year', 'number'), name='accounting_entry_number_once'), models.UniqueConstraint(fields=('tenant', 'posting_key'), name='accounting_entry_posting_key_once'), models.UniqueConstraint(condition=models.Q(('reverses__isnull', False)), fields=('tenant', 'reverses'), name='accounting_entry_reversed_once', violation_error_message='Cette écriture a déjà été contre-passée.')],
                'indexes': [models.Index(fields=['tenant', 'date'], name='accounting_entry_date')],
            },
        ),
        migrations.CreateModel(
            name='ContributionLevy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('share', 'Part du chiffre d’affaires'), ('fee', 'Forfait mensuel'), ('floor', 'Complément au plancher')], default='share', max_length=8)),
                ('basis', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='assiette')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='contribution')),
                ('date', models.DateField(verbose_name='date')),
                ('posting_key', models.CharField(max_length=120)),
                ('analytic', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.analyticaccount')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('rule', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.contributionrule')),
                ('entry', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.entry')),
            ],
            options={
                'verbose_name': 'contribution prélevée',
                'verbose_name_plural': 'contributions prélevées',
                'ordering': ['date', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='accounting_contributionlevy_policy', scope='ledger'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_contributionlevy_key'), cae.core.tenancy.policies.CompositeForeignKey(field='analytic', name='accounting_contributionlevy_analytic_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='rule', name='accounting_contributionlevy_rule_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='entry', name='accounting_contributionlevy_entry_fk'), models.UniqueConstraint(fields=('tenant', 'posting_key'), name='accounting_contributionlevy_key_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount', 0), ('entry', None)), models.Q(models.Q(('amount', 0), _negated=True), ('entry__isnull', False)), _connector='OR'), name='accounting_contributionlevy_posted')],
                'indexes': [models.Index(fields=['tenant', 'analytic', 'date'], name='accounting_contributionlevy_of')],
            },
        ),
        migrations.CreateModel(
            name='EntryLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField()),
                ('date', models.DateField(verbose_name='date')),
                ('debit', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12, verbose_name='débit')),
                ('credit', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12, verbose_name='crédit')),
                ('net', models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name='dont hors taxe')),
                ('label', models.CharField(blank=True, max_length=160, verbose_name='libellé')),
                ('party', models.CharField(blank=True, max_length=120, verbose_name='tiers')),
                ('due_on', models.DateField(null=True, verbose_name='échéance')),
                ('match_code', models.CharField(blank=True, max_length=8, verbose_name='lettrage')),
                ('matched_on', models.DateField(null=True, verbose_name='lettrée le')),
                ('account', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.account')),
                ('analytic', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.analyticaccount')),
                ('entry', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='accounting.entry')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('journal', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounting.journal')),
            ],
            options={
                'verbose_name': 'ligne d’écriture',
                'verbose_name_plural': 'lignes d’écriture',
                'ordering': ['entry', 'rank'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='accounting_entryline_policy', scope='ledger'), models.UniqueConstraint(fields=('tenant', 'id'), name='accounting_entryline_key'), cae.core.tenancy.policies.CompositeForeignKey(field='entry', name='accounting_entryline_entry_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='journal', name='accounting_entryline_journal_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='account', name='accounting_entryline_account_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='analytic', name='accounting_entryline_analytic_fk'), models.UniqueConstraint(fields=('tenant', 'entry', 'rank'), name='accounting_entryline_rank_once'), models.CheckConstraint(condition=models.Q(models.Q(('credit', 0), ('debit__gt', 0)), models.Q(('credit__gt', 0), ('debit', 0)), _connector='OR'), name='accounting_entryline_one_side', violation_error_message='Une ligne a un débit ou un crédit, positif.'), models.CheckConstraint(condition=models.Q(('net__isnull', True), models.Q(('net__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('debit'), '*', models.Value(-1)), '-', models.F('credit'))), ('net__lte', django.db.models.expressions.CombinedExpression(models.F('debit'), '+', models.F('credit')))), _connector='OR'), name='accounting_entryline_net'), models.CheckConstraint(condition=models.Q(models.Q(('match_code', ''), ('matched_on', None)), models.Q(models.Q(('match_code', ''), _negated=True), ('matched_on__isnull', False)), _connector='OR'), name='accounting_entryline_matched')],
                'indexes': [models.Index(fields=['tenant', 'analytic', 'date'], include=('account', 'journal', 'entry', 'debit', 'credit'), name='accounting_entryline_analytic'), models.Index(fields=['tenant', 'account', 'date'], include=('journal', 'debit', 'credit'), name='accounting_entryline_account'), models.Index(condition=models.Q(('match_code', ''), _negated=True), fields=['tenant', 'account', 'match_code'], name='accounting_entryline_match')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedperiod',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d3aee9b8d6806acd677ea4df59272ea9390f2760', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_71e42', table='accounting_closedperiod', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedperiod',
            trigger=pgtrigger.compiler.Trigger(name='closes', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    PERFORM pg_advisory_xact_lock(181, NEW.tenant_id::int);\n    RETURN NEW;\n', hash='e05bc84731f88bfa75937280c148d394c53f36b6', operation='INSERT', pgid='pgtrigger_closes_0e9c9', table='accounting_closedperiod', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contributionrule',
            trigger=pgtrigger.compiler.Trigger(name='read_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c717d807078fe02d1fdc019ffb39ad210af0a660', operation='UPDATE', pgid='pgtrigger_read_only_b48ef', table='accounting_contributionrule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contributionlevy',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='33f8ea0a8bdf0316612313a58ce67fcc3f16cf04', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_763b3', table='accounting_contributionlevy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entryline',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5206603f8024368d75e90e3a507d44ccf2657648', operation='DELETE', pgid='pgtrigger_no_delete_dc139', table='accounting_entryline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entryline',
            trigger=pgtrigger.compiler.Trigger(name='read_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."tenant_id" IS DISTINCT FROM (NEW."tenant_id") OR OLD."entry_id" IS DISTINCT FROM (NEW."entry_id") OR OLD."rank" IS DISTINCT FROM (NEW."rank") OR OLD."date" IS DISTINCT FROM (NEW."date") OR OLD."journal_id" IS DISTINCT FROM (NEW."journal_id") OR OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."analytic_id" IS DISTINCT FROM (NEW."analytic_id") OR OLD."debit" IS DISTINCT FROM (NEW."debit") OR OLD."credit" IS DISTINCT FROM (NEW."credit") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."party" IS DISTINCT FROM (NEW."party") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='94bb3030c5414c94e5f98d86b312070405534837', operation='UPDATE', pgid='pgtrigger_read_only_de595', table='accounting_entryline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entryline',
            trigger=pgtrigger.compiler.Trigger(name='belongs', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE written_in bigint;', func="\n    SELECT date, journal_id, written_in INTO NEW.date, NEW.journal_id, written_in\n    FROM accounting_entry WHERE tenant_id = NEW.tenant_id AND id = NEW.entry_id;\n    IF written_in IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN\n        RAISE EXCEPTION 'entry % is already written', NEW.entry_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entryline_sealed';\n    END IF;\n    RETURN NEW;\n", hash='968e97cac47349539fd3105bf0105dc03d251e03', operation='INSERT', pgid='pgtrigger_belongs_7b95f', table='accounting_entryline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entryline',
            trigger=pgtrigger.compiler.Trigger(name='matches', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n    IF EXISTS (\n        SELECT FROM accounting_entryline\n        WHERE tenant_id = NEW.tenant_id AND account_id = NEW.account_id\n            AND match_code IN (NEW.match_code, OLD.match_code) AND match_code <> ''\n        GROUP BY match_code HAVING sum(debit) <> sum(credit)\n    ) THEN\n        RAISE EXCEPTION 'matching % does not balance', NEW.match_code\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entryline_matching';\n    END IF;\n    RETURN NULL;\n", hash='e7e23d257504d078ff2b80bee354cda1b8edad7a', operation='UPDATE OF "match_code"', pgid='pgtrigger_matches_79421', table='accounting_entryline', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d713287959d1d312fbb0a855163effe391208927', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2a054', table='accounting_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='opens', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    -- A month is being closed: wait for it, then see it.\n    PERFORM pg_advisory_xact_lock_shared(181, NEW.tenant_id::int);\n    IF EXISTS (\n        SELECT FROM accounting_closedperiod\n        WHERE tenant_id = NEW.tenant_id AND month >= date_trunc('month', NEW.date)::date\n    ) THEN\n        RAISE EXCEPTION 'the month of % is closed', NEW.date\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_closed_period';\n    END IF;\n    -- Lines may only come with their entry: see accounting_entryline.\n    NEW.written_in = pg_current_xact_id()::text::bigint;\n    RETURN NEW;\n", hash='df307119386e0c30655e033f52074f633d02d485', operation='INSERT', pgid='pgtrigger_opens_216fa', table='accounting_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='balances', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n    IF NOT EXISTS (\n        SELECT FROM accounting_entryline WHERE tenant_id = NEW.tenant_id AND entry_id = NEW.id\n    ) OR EXISTS (\n        SELECT FROM accounting_entryline WHERE tenant_id = NEW.tenant_id AND entry_id = NEW.id\n        GROUP BY analytic_id HAVING sum(debit) <> sum(credit)\n    ) THEN\n        RAISE EXCEPTION 'entry % does not balance for each analytic account', NEW.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_balance';\n    END IF;\n    RETURN NULL;\n", hash='deb4eb21a9152dc0bcb61755202bafb739d7d3b4', operation='INSERT', pgid='pgtrigger_balances_4162c', table='accounting_entry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
    ]
