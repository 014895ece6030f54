import django.contrib.postgres.fields
import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('review', '0002_trust'), ('review', '0003_check_runs'), ('review', '0004_workbench'), ('review', '0005_samples')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('partners', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IconPrint',
            fields=[
                ('icon', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('bits', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('track', models.CharField(choices=[('technical', 'technical'), ('listing', 'listing')], max_length=10)),
                ('note', models.TextField(blank=True, max_length=2000)),
                ('content', models.JSONField(default=dict, editable=False)),
                ('risk', models.PositiveSmallIntegerField(default=0)),
                ('risk_reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None)),
                ('approvals_needed', models.PositiveSmallIntegerField(default=1)),
                ('due_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('is_overdue', models.BooleanField(default=False)),
                ('taken_at', models.DateTimeField(null=True)),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('snooze_reason', models.CharField(blank=True, max_length=300)),
                ('waiting_since', models.DateTimeField(null=True)),
                ('feedback', models.TextField(blank=True, max_length=5000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='open', editable=False, max_length=20)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='submissions', to='catalog.version')),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'created_at'], name='submission_queue'), models.Index(condition=models.Q(('status', 'open')), fields=['track', 'created_at'], name='submission_by_age'), models.Index(condition=models.Q(('status', 'open')), fields=['track', 'due_at'], name='submission_by_due'), models.Index(condition=models.Q(('status', 'open')), fields=['track', '-risk', 'created_at'], name='submission_by_risk'), models.Index(condition=models.Q(('status', 'open')), fields=['taken_by'], name='submission_by_taker'), models.Index(condition=models.Q(('status__in', ['approved', 'rejected'])), fields=['track', '-status_changed_at'], name='submission_decided')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['open', 'approved', 'rejected', 'withdrawn'])), name='submission_status'), models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('version', 'track'), name='submission_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('taken_at', None), ('taken_by', None)), models.Q(('taken_at__isnull', False), ('taken_by__isnull', False)), _connector='OR'), name='submission_taken_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='CheckRun',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ruleset', models.PositiveIntegerField()),
                ('technical_revision', models.PositiveIntegerField()),
                ('listing_revision', models.PositiveIntegerField()),
                ('technical_mark', models.CharField(max_length=32)),
                ('listing_mark', models.CharField(max_length=32)),
                ('why', models.CharField(choices=[('partner', 'partner'), ('submission', 'submission'), ('reviewer', 'reviewer'), ('watch', 'watch')], max_length=10)),
                ('total', models.PositiveSmallIntegerField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='running', editable=False, max_length=20)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='check_runs', to='catalog.version')),
                ('submission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='check_runs', to='review.submission')),
            ],
            options={
                'indexes': [models.Index(fields=['version', '-created_at'], name='check_run_of_version')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['running', 'finished', 'abandoned'])), name='check_run_status'), models.UniqueConstraint(condition=models.Q(('status', 'running'), models.Q(('why', 'watch'), _negated=True)), fields=('version',), name='check_run_one_running'), models.UniqueConstraint(condition=models.Q(('status', 'running'), ('why', 'watch')), fields=('version',), name='check_run_one_watching')],
            },
        ),
        migrations.CreateModel(
            name='KeptReason',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('track', models.CharField(blank=True, max_length=10)),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField(max_length=2000)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_by', models.CharField(max_length=100)),
                ('updated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
            ],
            options={
                'ordering': ['title'],
                'constraints': [models.UniqueConstraint(fields=('title',), name='kept_reason_title_unique')],
            },
        ),
        migrations.CreateModel(
            name='InternalNote',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=5000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='review.submission')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('comment', models.TextField(blank=True, max_length=5000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='review.submission')),
            ],
            options={
                'ordering': ['created_at'],
                'constraints': [models.UniqueConstraint(fields=('submission', 'person'), name='approval_once_per_person')],
            },
        ),
        migrations.CreateModel(
            name='RequestedChange',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('field', 'field'), ('check', 'check')], max_length=5)),
                ('subject', models.CharField(max_length=60)),
                ('text', models.TextField(max_length=2000)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('addressed_in', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='review.submission')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='review.submission')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewMessage',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('side', models.CharField(choices=[('reviewer', 'reviewer'), ('partner', 'partner')], max_length=10)),
                ('is_question', models.BooleanField(default=False)),
                ('text', models.TextField(max_length=5000)),
                ('message_id', models.CharField(max_length=255, unique=True)),
                ('in_reply_to', models.CharField(blank=True, max_length=255)),
                ('came_by_mail', models.BooleanField(default=False)),
                ('left_out', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='review.submission')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'indexes': [models.Index(fields=['submission', 'created_at'], name='review_message_thread')],
            },
        ),
        migrations.CreateModel(
            name='Trust',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=1000)),
                ('until', models.DateTimeField()),
                ('given_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawal_reason', models.TextField(blank=True, max_length=1000)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trusts', to='partners.partner')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('partner',), name='trust_once_per_partner'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='trust_withdrawn_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('check_id', models.CharField(max_length=50)),
                ('reason', models.TextField(max_length=1000)),
                ('ends_on', models.DateField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='catalog.app')),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('withdrawn_at', None)), fields=['app', 'check_id'], name='waiver_standing')],
            },
        ),
        migrations.CreateModel(
            name='CheckResult',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('check_id', models.CharField(max_length=50)),
                ('track', models.CharField(max_length=10)),
                ('severity', models.CharField(max_length=10)),
                ('blocks', models.BooleanField()),
                ('outcome', models.CharField(choices=[('passed', 'passed'), ('found', 'found'), ('skipped', 'skipped'), ('failed-to-run', 'failed-to-run')], max_length=15)),
                ('findings', models.JSONField(default=list)),
                ('note', models.TextField(blank=True)),
                ('seconds', models.FloatField(default=0)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='review.checkrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'check_id'), name='check_result_once')],
            },
        ),
        migrations.CreateModel(
            name='PolicyDecision',
            fields=[
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='policy_decision', serialize=False, to='review.submission')),
                ('outcome', models.CharField(choices=[('approved', 'approved'), ('sampled', 'sampled'), ('declined', 'declined')], max_length=10)),
                ('objections', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='review.trust')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'declined'), models.Q(('objections', []), _negated=True)), models.Q(('objections', []), ('outcome__in', ['approved', 'sampled'])), _connector='OR'), name='policy_decision_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='sample', serialize=False, to='review.submission')),
                ('words', models.TextField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='open', editable=False, max_length=20)),
                ('looked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['created_at'], name='sample_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['open', 'fine', 'problem'])), name='sample_status'), models.CheckConstraint(condition=models.Q(('status', 'open'), ('looked_by__isnull', False), _connector='OR'), name='sample_looked_at_by_someone')],
            },
        ),
    ]
