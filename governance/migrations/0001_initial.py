import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('entrepreneurs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Assembly',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ordinary', 'Assemblée générale ordinaire'), ('extraordinary', 'Assemblée générale extraordinaire')], max_length=16, verbose_name='assemblée')),
                ('convocation', models.PositiveSmallIntegerField(default=1, verbose_name='convocation')),
                ('status', models.CharField(choices=[('draft', 'En préparation'), ('convened', 'Convoquée'), ('open', 'En séance'), ('closed', 'Close'), ('cancelled', 'Annulée')], default='draft', max_length=12, verbose_name='état')),
                ('held_on', models.DateField(verbose_name='le')),
                ('held_at', models.TimeField(verbose_name='à')),
                ('place', models.CharField(max_length=160, verbose_name='lieu')),
                ('is_remote', models.BooleanField(default=False, verbose_name='aussi à distance')),
                ('convened_on', models.DateField(null=True, verbose_name='convoquée le')),
                ('opened_at', models.DateTimeField(null=True, verbose_name='ouverte à')),
                ('opened_by', models.CharField(blank=True, max_length=120, verbose_name='présidence de séance')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='close à')),
                ('registered', models.PositiveIntegerField(null=True, verbose_name='voix au total')),
                ('in_room', models.PositiveIntegerField(default=0, verbose_name='dans la salle')),
                ('remote', models.PositiveIntegerField(default=0, verbose_name='à distance')),
                ('represented', models.PositiveIntegerField(default=0, verbose_name='pouvoirs')),
                ('postal', models.PositiveIntegerField(default=0, verbose_name='par correspondance')),
                ('first', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='second_convocations', to='governance.assembly')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'assemblée',
                'ordering': ['-held_on', '-id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='governance_assembly_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_assembly_key'), cae.core.tenancy.policies.CompositeForeignKey(field='first', name='governance_assembly_first_fk'), models.CheckConstraint(condition=models.Q(('registered', None), ('registered__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('in_room'), '+', models.F('remote')), '+', models.F('represented')), '+', models.F('postal'))), _connector='OR'), name='governance_assembly_attendance', violation_error_message='Il ne peut pas y avoir plus de voix que d’associés.'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'cancelled']), models.Q(('convened_on__isnull', False), ('registered__isnull', False)), _connector='OR'), name='governance_assembly_convened')],
                'indexes': [models.Index(fields=['tenant', 'held_on'], name='governance_assembly_day')],
            },
        ),
        migrations.CreateModel(
            name='DecisionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ordinary', 'Assemblée générale ordinaire'), ('extraordinary', 'Assemblée générale extraordinaire')], max_length=16, verbose_name='assemblée')),
                ('convocation', models.PositiveSmallIntegerField(default=1, verbose_name='convocation')),
                ('valid_from', models.DateField(verbose_name='à partir du')),
                ('quorum_numerator', models.PositiveSmallIntegerField(null=True)),
                ('quorum_denominator', models.PositiveSmallIntegerField(null=True)),
                ('majority_numerator', models.PositiveSmallIntegerField()),
                ('majority_denominator', models.PositiveSmallIntegerField()),
                ('majority_strict', models.BooleanField(verbose_name='strictement plus')),
                ('majority_base', models.CharField(choices=[('expressed', 'des votes exprimés'), ('cast', 'des votes émis, blancs compris'), ('present', 'des associés présents ou représentés'), ('all', 'de tous les associés')], max_length=12, verbose_name='comptée sur')),
                ('has_second_consultation', models.BooleanField(default=False, verbose_name='seconde consultation possible')),
                ('source', models.CharField(max_length=160, verbose_name='texte')),
                ('quote', models.TextField(blank=True, verbose_name='article cité')),
                ('is_statutory', models.BooleanField(default=False, verbose_name='fixée par les statuts')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'règle de décision',
                'ordering': ['kind', 'convocation', '-valid_from'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='governance_decisionrule_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_decisionrule_key'), models.UniqueConstraint(fields=('tenant', 'kind', 'convocation', 'valid_from'), name='governance_decisionrule_once', violation_error_message='Une règle prend déjà effet ce jour-là.'), models.CheckConstraint(condition=models.Q(('convocation__in', [1, 2])), name='governance_decisionrule_convocation'), models.CheckConstraint(condition=models.Q(models.Q(('quorum_denominator', None), ('quorum_numerator', None)), models.Q(('quorum_denominator__gte', models.F('quorum_numerator')), ('quorum_numerator__gt', 0)), _connector='OR'), name='governance_decisionrule_quorum', violation_error_message='Un quorum est une part de tous les associés.'), models.CheckConstraint(condition=models.Q(('majority_numerator__gt', 0), ('majority_denominator__gte', models.F('majority_numerator'))), name='governance_decisionrule_majority', violation_error_message='Une majorité est une part, d’au plus l’unanimité.')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='numéro au registre')),
                ('first_name', models.CharField(blank=True, max_length=60, verbose_name='prénom')),
                ('last_name', models.CharField(max_length=120, verbose_name='nom ou raison sociale')),
                ('sort_name', models.CharField(editable=False, max_length=190)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel')),
                ('college', models.CharField(blank=True, max_length=60, verbose_name='collège')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='entrepreneurs.entrepreneur')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'associé·e',
                'verbose_name_plural': 'associé·es',
                'ordering': ['sort_name', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='governance_member_policy', scope='person'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_member_key'), models.UniqueConstraint(fields=('tenant', 'id', 'entrepreneur'), name='governance_member_pinned'), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='governance_member_entrepreneur_fk'), models.UniqueConstraint(fields=('tenant', 'number'), name='governance_member_number_once'), models.UniqueConstraint(fields=('tenant', 'entrepreneur'), name='governance_member_person_once', violation_error_message='Cette personne est déjà au registre.')],
            },
        ),
        migrations.CreateModel(
            name='Elector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=190, verbose_name='nom')),
                ('college', models.CharField(blank=True, max_length=60, verbose_name='collège')),
                ('weight', models.PositiveSmallIntegerField(default=1, verbose_name='voix')),
                ('assembly', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='electors', to='governance.assembly')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='entrepreneurs.entrepreneur')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('member', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', same=('entrepreneur',), to='governance.member')),
            ],
            options={
                'verbose_name': 'électeur·rice',
                'ordering': ['id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='governance_elector_policy', scope='person'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_elector_key'), cae.core.tenancy.policies.CompositeForeignKey(field='assembly', name='governance_elector_assembly_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='member', name='governance_elector_member_fk', same=('entrepreneur',)), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='governance_elector_entrepreneur_fk'), models.UniqueConstraint(fields=('tenant', 'assembly', 'member'), name='governance_elector_once'), models.CheckConstraint(condition=models.Q(('weight', 1)), name='governance_elector_one_vote')],
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('title', models.CharField(max_length=160, verbose_name='intitulé')),
                ('text', models.TextField(blank=True, verbose_name='texte')),
                ('parts', models.JSONField(default=list, verbose_name='répartition proposée')),
                ('mode', models.CharField(choices=[('public', 'Scrutin public'), ('secret', 'Scrutin secret')], default='public', max_length=8, verbose_name='scrutin')),
                ('status', models.CharField(choices=[('coming', 'À venir'), ('adopted', 'Adoptée'), ('rejected', 'Rejetée'), ('no_quorum', 'Quorum non atteint'), ('withdrawn', 'Retirée')], default='coming', max_length=12, verbose_name='état')),
                ('participants', models.PositiveIntegerField(null=True, verbose_name='présents ou représentés')),
                ('quorum_required', models.PositiveIntegerField(null=True, verbose_name='quorum')),
                ('votes_needed', models.PositiveIntegerField(null=True, verbose_name='majorité')),
                ('votes_for', models.PositiveIntegerField(null=True, verbose_name='pour')),
                ('votes_against', models.PositiveIntegerField(null=True, verbose_name='contre')),
                ('abstained', models.PositiveIntegerField(null=True, verbose_name='abstentions')),
                ('blank', models.PositiveIntegerField(null=True, verbose_name='blancs')),
                ('spoiled', models.PositiveIntegerField(null=True, verbose_name='nuls')),
                ('result', models.CharField(blank=True, max_length=200, verbose_name='résultat')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='résultat proclamé à')),
                ('assembly', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='governance.assembly')),
                ('rule', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.decisionrule')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'résolution',
                'ordering': ['rank', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='governance_resolution_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_resolution_key'), cae.core.tenancy.policies.CompositeForeignKey(field='assembly', name='governance_resolution_assembly_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='rule', name='governance_resolution_rule_fk'), models.UniqueConstraint(fields=('tenant', 'assembly', 'rank'), name='governance_resolution_rank_once'), models.CheckConstraint(condition=models.Q(models.Q(('abstained', None), ('blank', None), ('participants', None), ('spoiled', None), ('status__in', ['coming', 'withdrawn']), ('votes_against', None), ('votes_for', None)), models.Q(('abstained__isnull', False), ('blank__isnull', False), ('decided_at__isnull', False), ('participants__isnull', False), ('spoiled__isnull', False), ('votes_against__isnull', False), ('votes_for__isnull', False)), _connector='OR'), name='governance_resolution_counted'), models.CheckConstraint(condition=models.Q(('participants', None), ('participants__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('votes_for'), '+', models.F('votes_against')), '+', models.F('abstained')), '+', models.F('blank')), '+', models.F('spoiled'))), _connector='OR'), name='governance_resolution_votes', violation_error_message='Il ne peut pas y avoir plus de votes que de votants.')],
            },
        ),
        migrations.CreateModel(
            name='ShareMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='numéro du mouvement')),
                ('kind', models.CharField(choices=[('subscription', 'Souscription'), ('release', 'Libération'), ('refund', 'Remboursement')], max_length=12, verbose_name='mouvement')),
                ('on', models.DateField(verbose_name='le')),
                ('shares', models.IntegerField(default=0, verbose_name='parts')),
                ('subscribed', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='souscrit')),
                ('paid', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='libéré')),
                ('note', models.CharField(blank=True, max_length=120, verbose_name='précision')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='enregistré le')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='entrepreneurs.entrepreneur')),
                ('member', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', same=('entrepreneur',), to='governance.member')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'mouvement de parts',
                'verbose_name_plural': 'mouvements de parts',
                'ordering': ['number'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(audited=False, name='governance_sharemovement_policy', scope='person'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_sharemovement_key'), cae.core.tenancy.policies.CompositeForeignKey(field='member', name='governance_sharemovement_member_fk', same=('entrepreneur',)), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='governance_sharemovement_entrepreneur_fk'), models.UniqueConstraint(fields=('tenant', 'number'), name='governance_sharemovement_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'subscription'), ('paid', 0), ('shares__gt', 0), ('subscribed__gt', 0)), models.Q(('kind', 'release'), ('paid__gt', 0), ('shares', 0), ('subscribed', 0)), models.Q(('kind', 'refund'), ('paid__lte', 0), ('shares__lt', 0), ('subscribed__lt', 0)), _connector='OR'), name='governance_sharemovement_effect')],
                'indexes': [models.Index(fields=['tenant', 'member'], name='governance_movement_member')],
            },
        ),
        migrations.CreateModel(
            name='MemberPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='admis·e le')),
                ('ends_on', models.DateField(null=True, verbose_name='sorti·e le')),
                ('exit_reason', models.CharField(blank=True, choices=[('resignation', 'Démission'), ('contract_end', 'Fin du contrat de travail'), ('exclusion', 'Exclusion'), ('death', 'Décès')], max_length=16, verbose_name='motif')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='entrepreneurs.entrepreneur')),
                ('member', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', same=('entrepreneur',), to='governance.member')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('admitted_by', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.resolution')),
            ],
            options={
                'verbose_name': 'période de sociétariat',
                'ordering': ['starts_on', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='governance_memberperiod_policy', scope='person'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_memberperiod_key'), cae.core.tenancy.policies.CompositeForeignKey(field='member', name='governance_memberperiod_member_fk', same=('entrepreneur',)), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='governance_memberperiod_entrepreneur_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='admitted_by', name='governance_memberperiod_admitted_by_fk'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('tenant', 'member'), name='governance_memberperiod_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('ends_on', None), ('exit_reason', '')), models.Q(('ends_on__gte', models.F('starts_on')), models.Q(('exit_reason', ''), _negated=True)), _connector='OR'), name='governance_memberperiod_end', violation_error_message='Une sortie a une date et un motif.')],
            },
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.CharField(max_length=190, verbose_name='titulaire')),
                ('kind', models.CharField(choices=[('manager', 'Cogérance'), ('chair', 'Présidence'), ('board', 'Conseil d’administration'), ('supervisory', 'Conseil de surveillance')], max_length=12, verbose_name='mandat')),
                ('starts_on', models.DateField(verbose_name='du')),
                ('ends_on', models.DateField(verbose_name='au')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('member', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='governance.member')),
                ('resolution', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.resolution')),
            ],
            options={
                'verbose_name': 'mandat',
                'ordering': ['-starts_on', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='governance_mandate_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='governance_mandate_key'), cae.core.tenancy.policies.CompositeForeignKey(field='member', name='governance_mandate_member_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='resolution', name='governance_mandate_resolution_fk'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='governance_mandate_days', violation_error_message='Un mandat ne peut pas finir avant de commencer.')],
                'indexes': [models.Index(fields=['tenant', 'ends_on'], name='governance_mandate_end')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decisionrule',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a88bdd7c5aca21b53175a7fc8d26a939068eb3b2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4e9f8', table='governance_decisionrule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='elector',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4be2fb4ddb4c023f9b9686f0cd54ece0821f2dc4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_70f7c', table='governance_elector', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resolution',
            trigger=pgtrigger.compiler.Trigger(name='decided_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."decided_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cdb3f4525be8f309faa8c2fb5d1721b95728f7d3', operation='UPDATE OR DELETE', pgid='pgtrigger_decided_is_final_38d70', table='governance_resolution', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharemovement',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='25eeccede954ea2ee918874f20817154302f1a23', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b0f46', table='governance_sharemovement', when='BEFORE')),
        ),
    ]
