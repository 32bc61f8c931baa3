import cae.core.crypto
import cae.core.tenancy.context
import cae.core.tenancy.models
import cae.core.tenancy.policies
import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounting', '0001_initial'),
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='enseigne')),
                ('code', models.CharField(max_length=12, verbose_name='code analytique')),
                ('trade', models.CharField(blank=True, max_length=80, verbose_name='métier')),
                ('validation_ceiling', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='plafond d’émission sans validation, HT')),
                ('reserve', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='réserve')),
                ('opened_on', models.DateField(verbose_name='ouverte le')),
                ('closed_on', models.DateField(null=True, verbose_name='fermée le')),
                ('analytic', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='accounting.analyticaccount')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'enseigne',
                'ordering': ['name', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_activity_policy', scope='activity_itself'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_activity_key'), cae.core.tenancy.policies.CompositeForeignKey(field='analytic', name='entrepreneurs_activity_analytic_fk'), models.UniqueConstraint(fields=('tenant', 'code'), name='entrepreneurs_activity_code_once', violation_error_message='Une autre enseigne porte déjà ce code analytique.'), models.UniqueConstraint(fields=('tenant', 'analytic'), name='entrepreneurs_activity_analytic_once'), models.CheckConstraint(condition=models.Q(('reserve__gte', 0)), name='entrepreneurs_activity_reserve', violation_error_message='Une réserve ne peut pas être négative.'), models.CheckConstraint(condition=models.Q(('validation_ceiling__gte', 0)), name='entrepreneurs_activity_ceiling', violation_error_message='Un plafond ne peut pas être négatif.'), models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='entrepreneurs_activity_days', violation_error_message='Une enseigne ne peut pas fermer avant d’ouvrir.')],
            },
        ),
        migrations.CreateModel(
            name='ContractType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('cape', 'CAPE'), ('cesa', 'CESA'), ('cdi', 'CDI'), ('cdd', 'CDD')], max_length=8, verbose_name='contrat')),
                ('label', models.CharField(max_length=80, verbose_name='intitulé')),
                ('months', models.PositiveSmallIntegerField(null=True, verbose_name='durée proposée, en mois')),
                ('trial_months', models.PositiveSmallIntegerField(default=0, verbose_name='essai proposé, en mois')),
                ('fixed_part', models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='part fixe proposée, brut par mois')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'type de contrat',
                'ordering': ['id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_contracttype_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_contracttype_key'), models.UniqueConstraint(fields=('tenant', 'kind'), name='entrepreneurs_contracttype_kind_once')],
            },
        ),
        migrations.CreateModel(
            name='StaffMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_name', models.CharField(max_length=60, verbose_name='prénom')),
                ('last_name', models.CharField(max_length=60, verbose_name='nom')),
                ('sort_name', models.CharField(editable=False, max_length=140)),
                ('email', models.EmailField(max_length=254, verbose_name='courriel')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                ('job', models.CharField(blank=True, max_length=60, verbose_name='fonction')),
                ('invitation', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.invitation')),
                ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership', verbose_name='droit d’accès')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'membre de l’équipe',
                'ordering': ['sort_name', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_staffmember_policy', scope='cooperative'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_staffmember_key'), cae.core.tenancy.policies.CompositeForeignKey(field='invitation', name='entrepreneurs_staffmember_invitation_fk'), models.UniqueConstraint(fields=('tenant', 'membership'), name='entrepreneurs_staff_membership_once')],
            },
        ),
        migrations.CreateModel(
            name='Entrepreneur',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_name', models.CharField(max_length=60, verbose_name='prénom')),
                ('last_name', models.CharField(max_length=60, verbose_name='nom')),
                ('sort_name', models.CharField(editable=False, max_length=140)),
                ('email', models.EmailField(max_length=254, verbose_name='courriel')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                ('situation', models.CharField(choices=[('candidate', 'Candidat·e'), ('supported', 'Accompagné·e'), ('employee', 'Salarié·e'), ('member', 'Associé·e'), ('left', 'Sorti·e')], default='candidate', max_length=12, verbose_name='situation')),
                ('street', models.CharField(blank=True, max_length=120, verbose_name='adresse postale')),
                ('postcode', models.CharField(blank=True, max_length=10, verbose_name='code postal')),
                ('town', models.CharField(blank=True, max_length=60, verbose_name='ville')),
                ('birth_date', models.DateField(null=True, verbose_name='date de naissance')),
                ('nir', cae.core.crypto.EncryptedTextField(blank=True, verbose_name='numéro de sécurité sociale')),
                ('iban', cae.core.crypto.EncryptedTextField(blank=True, verbose_name='IBAN')),
                ('iban_holder', models.CharField(blank=True, max_length=120, verbose_name='titulaire du compte')),
                ('iban_changed_on', models.DateField(null=True, verbose_name='IBAN changé le')),
                ('withholding_rate', models.DecimalField(decimal_places=4, help_text='Sans taux personnel, le taux neutre s’applique.', max_digits=5, null=True, verbose_name='taux du prélèvement à la source')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='fiche ouverte le')),
                ('invitation', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.invitation')),
                ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.membership', verbose_name='droit d’accès')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('adviser', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='portfolio', to='entrepreneurs.staffmember', verbose_name='accompagnateur·rice')),
            ],
            options={
                'verbose_name': 'entrepreneur·e',
                'ordering': ['sort_name', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_entrepreneur_policy', scope='person_itself'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_entrepreneur_key'), cae.core.tenancy.policies.CompositeForeignKey(field='adviser', name='entrepreneurs_entrepreneur_adviser_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='invitation', name='entrepreneurs_entrepreneur_invitation_fk'), models.UniqueConstraint(fields=('tenant', 'membership'), name='entrepreneurs_entrepreneur_membership_once'), models.CheckConstraint(condition=models.Q(('withholding_rate__isnull', True), models.Q(('withholding_rate__gte', 0), ('withholding_rate__lt', 1)), _connector='OR'), name='entrepreneurs_entrepreneur_withholding', violation_error_message='Le taux du prélèvement se lit entre 0 et 100 %.')],
                'indexes': [models.Index(fields=['tenant', 'sort_name'], name='entrepreneurs_by_name'), models.Index(fields=['tenant', 'situation', 'sort_name'], name='entrepreneurs_by_situation'), models.Index(fields=['tenant', 'adviser'], name='entrepreneurs_by_adviser')],
            },
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('cape', 'CAPE'), ('cesa', 'CESA'), ('cdi', 'CDI'), ('cdd', 'CDD')], max_length=8, verbose_name='contrat')),
                ('starts_on', models.DateField(verbose_name='du')),
                ('ends_on', models.DateField(null=True, verbose_name='au')),
                ('trial_ends_on', models.DateField(null=True, verbose_name='fin de l’essai')),
                ('fixed_part', models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='part fixe, brut par mois')),
                ('signed_on', models.DateField(null=True, verbose_name='signé le')),
                ('end_reason', models.CharField(blank=True, choices=[('term', 'Arrivée au terme'), ('next', 'Suivi d’un autre contrat'), ('trial', 'Rupture pendant l’essai'), ('resignation', 'Démission'), ('agreement', 'Rupture d’un commun accord'), ('dismissal', 'Licenciement'), ('not_member', 'Non associé·e au terme du délai légal')], max_length=12, verbose_name='motif de fin')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='entrepreneurs.entrepreneur')),
            ],
            options={
                'verbose_name': 'contrat',
                'ordering': ['starts_on', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_contract_policy', scope='person'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_contract_key'), models.UniqueConstraint(fields=('tenant', 'id', 'entrepreneur'), name='entrepreneurs_contract_pinned'), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='entrepreneurs_contract_entrepreneur_fk'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='entrepreneurs_contract_days', violation_error_message='Un contrat ne peut pas finir avant de commencer.'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['cape', 'cdd']), _negated=True), ('ends_on__isnull', False), _connector='OR'), name='entrepreneurs_contract_term', violation_error_message='Un CAPE et un CDD ont un terme.'), models.CheckConstraint(condition=models.Q(('fixed_part__gte', 0)), name='entrepreneurs_contract_fixed_part', violation_error_message='Une part fixe ne peut pas être négative.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func('tenant_id', 'tenant_id', models.Value('[]'), function='int8range'), '&&'), (models.Func('entrepreneur_id', 'entrepreneur_id', models.Value('[]'), function='int8range'), '&&'), (models.Func('starts_on', 'ends_on', models.Value('[]'), function='daterange'), '&&')], name='entrepreneurs_contract_one_at_a_time', violation_error_message='Un autre contrat de cette personne couvre ces jours.')],
                'indexes': [models.Index(fields=['tenant', 'entrepreneur'], name='entrepreneurs_contract_person')],
            },
        ),
        migrations.CreateModel(
            name='ActivityMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('share', models.DecimalField(decimal_places=4, default=1, max_digits=9, verbose_name='part')),
                ('valid_from', models.DateField(verbose_name='du')),
                ('valid_to', models.DateField(null=True, verbose_name='au')),
                ('activity', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='entrepreneurs.activity')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='entrepreneurs.entrepreneur')),
            ],
            options={
                'verbose_name': 'part dans une enseigne',
                'ordering': ['valid_from', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_activitymember_policy', scope='activity'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_activitymember_key'), cae.core.tenancy.policies.CompositeForeignKey(field='activity', name='entrepreneurs_activitymember_activity_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='entrepreneurs_activitymember_entrepreneur_fk'), models.UniqueConstraint(fields=('tenant', 'activity', 'entrepreneur', 'valid_from'), name='entrepreneurs_part_start_once'), models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('tenant', 'activity', 'entrepreneur'), name='entrepreneurs_part_open_once'), models.CheckConstraint(condition=models.Q(('share__gt', 0)), name='entrepreneurs_part_share', violation_error_message='Une part est un nombre positif.'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='entrepreneurs_part_days', violation_error_message='Une part ne peut pas finir avant de commencer.')],
                'indexes': [models.Index(fields=['tenant', 'entrepreneur'], name='entrepreneurs_part_person')],
            },
        ),
        migrations.CreateModel(
            name='PathStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('information', 'Réunion d’information'), ('diagnosis', 'Diagnostic'), ('cape', 'Signature du CAPE'), ('cape_renewal', 'Renouvellement du CAPE'), ('cesa', 'Signature du CESA'), ('amendment', 'Avenant'), ('association', 'Admission comme associé·e'), ('membership_end', 'Fin du sociétariat'), ('exit', 'Sortie')], max_length=16, verbose_name='étape')),
                ('on', models.DateField(verbose_name='le')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='précision')),
                ('contract', cae.core.tenancy.models.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', same=('entrepreneur',), to='entrepreneurs.contract')),
                ('entrepreneur', cae.core.tenancy.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='entrepreneurs.entrepreneur')),
                ('tenant', models.ForeignKey(db_index=False, default=cae.core.tenancy.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.cooperative')),
            ],
            options={
                'verbose_name': 'étape du parcours',
                'ordering': ['on', 'id'],
                'constraints': [cae.core.tenancy.policies.TenantPolicy(name='entrepreneurs_pathstep_policy', scope='person'), models.UniqueConstraint(fields=('tenant', 'id'), name='entrepreneurs_pathstep_key'), cae.core.tenancy.policies.CompositeForeignKey(field='entrepreneur', name='entrepreneurs_pathstep_entrepreneur_fk'), cae.core.tenancy.policies.CompositeForeignKey(field='contract', name='entrepreneurs_pathstep_contract_fk', same=('entrepreneur',))],
                'indexes': [models.Index(fields=['tenant', 'entrepreneur', 'on'], name='entrepreneurs_step_person')],
            },
        ),
    ]
