import django.contrib.postgres.fields
import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('installs', '0002_placed_clients'), ('installs', '0003_clearance'), ('installs', '0004_upgrades'), ('installs', '0005_trial_reminders'), ('installs', '0006_failed_updates'), ('installs', '0007_automatic_changes')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('total_licences', models.PositiveIntegerField()),
                ('auto_install_cap', models.PositiveIntegerField(null=True)),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='installing', editable=False, max_length=20)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='accounts.account')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='catalog.app')),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='installation', to='identity.oauthclient')),
                ('installed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.user')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='catalog.plan')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='catalog.version')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'status'], name='installation_by_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['installing', 'pending', 'completed', 'failed', 'rejected', 'timeout', 'suspended', 'revoked'])), name='installation_status'), models.UniqueConstraint(condition=models.Q(('status', 'revoked'), _negated=True), fields=('app', 'account'), name='installation_once_per_account')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None)),
                ('consent_text', models.TextField()),
                ('purchase_summary', models.JSONField()),
                ('consented_at', models.DateTimeField()),
                ('address', models.CharField(blank=True, max_length=45)),
                ('is_in_force', models.BooleanField(default=True)),
                ('consented_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.user')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.version')),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='installs.installation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_in_force', True)), fields=('installation',), name='grant_one_in_force')],
            },
        ),
        migrations.CreateModel(
            name='AwaitedLicence',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('withheld_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.user')),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='awaited_licences', to='installs.installation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('installation', 'user'), name='awaited_licence_once')],
            },
        ),
        migrations.CreateModel(
            name='AutoInstallRule',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('filter', models.CharField(max_length=6)),
                ('match', models.CharField(blank=True, max_length=40)),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auto_install_rules', to='installs.installation')),
            ],
        ),
        migrations.CreateModel(
            name='Licence',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licences', to='installs.installation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='licences', to='accounts.user')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('installation', 'user'), name='licence_once_per_user')],
            },
        ),
        migrations.CreateModel(
            name='Operation',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('install', 'install'), ('update', 'update'), ('upgrade', 'upgrade'), ('uninstall', 'uninstall')], max_length=10)),
                ('current', models.JSONField()),
                ('proposed', models.JSONField()),
                ('is_automatic', models.BooleanField(default=False)),
                ('reason_type', models.CharField(blank=True, max_length=20)),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('answer', models.TextField(blank=True, max_length=1000)),
                ('failed_side', models.CharField(blank=True, max_length=8)),
                ('failure', models.TextField(blank=True, max_length=1000)),
                ('settled', models.CharField(blank=True, max_length=9)),
                ('objected_at', models.DateTimeField(null=True)),
                ('answer_due_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='open', editable=False, max_length=20)),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operations', to='installs.installation')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.user')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['open', 'approved', 'rejected', 'timed_out', 'failed', 'superseded'])), name='operation_status'), models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('installation',), name='operation_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('subscription_name', models.CharField(max_length=40)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=20)),
                ('ended_by', models.CharField(blank=True, max_length=10)),
                ('status', models.CharField(default='pending', editable=False, max_length=20)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='accounts.account')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='catalog.app')),
                ('installation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='trial', to='installs.installation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'active', 'ended'])), name='trial_status'), models.UniqueConstraint(condition=models.Q(('started_at__isnull', False)), fields=('app', 'account'), name='trial_once_per_account')],
            },
        ),
        migrations.CreateModel(
            name='Clearance',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=1000)),
                ('ordered_by', models.CharField(max_length=100)),
                ('total', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='running', editable=False, max_length=20)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clearances', to='catalog.version')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['running', 'finished'])), name='clearance_status'), models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('version',), name='clearance_one_running')],
            },
        ),
    ]
