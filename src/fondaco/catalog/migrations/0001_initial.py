import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('catalog', '0002_programs_prove_themselves'), ('catalog', '0003_version_ends'), ('catalog', '0004_plan_meters'), ('catalog', '0005_publication'), ('catalog', '0006_picture_digests'), ('catalog', '0007_editing_drafts'), ('catalog', '0008_app_lifecycle'), ('catalog', '0009_drafts_of_every_form'), ('catalog', '0010_data_fields'), ('catalog', '0011_withheld_versions'), ('catalog', '0012_draft_of_a_new_app')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('partners', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('slug', models.SlugField(max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('icon', models.CharField(blank=True, max_length=40)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'categories',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=30)),
                ('created_by', models.CharField(max_length=100)),
                ('deprecation_reason', models.TextField(blank=True, max_length=1000)),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('unlisted_at', models.DateTimeField(editable=False, null=True)),
                ('unlisted_reason', models.TextField(blank=True, max_length=1000)),
                ('withheld_at', models.DateTimeField(editable=False, null=True)),
                ('withheld_reason', models.TextField(blank=True, max_length=1000)),
                ('withheld_by', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('unlisted_at__isnull', True), ('unlisted_reason', '')), models.Q(('unlisted_at__isnull', False), models.Q(('unlisted_reason', ''), _negated=True)), _connector='OR'), name='version_unlisted_with_reason'), models.CheckConstraint(condition=models.Q(models.Q(('withheld_at__isnull', True), ('withheld_reason', '')), models.Q(('withheld_at__isnull', False), models.Q(('withheld_reason', ''), _negated=True)), _connector='OR'), name='version_withheld_with_reason')],
            },
        ),
        migrations.CreateModel(
            name='App',
            fields=[
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('updated_by', models.CharField(blank=True, max_length=100)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=50, unique=True)),
                ('slug', models.SlugField(unique=True)),
                ('icon', models.CharField(max_length=120)),
                ('icon_digest', models.CharField(blank=True, max_length=64)),
                ('app_type', models.CharField(default='standalone', max_length=10)),
                ('website', models.URLField(blank=True, max_length=300)),
                ('technical_email', models.EmailField(blank=True, max_length=254)),
                ('support_email', models.EmailField(blank=True, max_length=254)),
                ('billing_email', models.EmailField(blank=True, max_length=254)),
                ('security_email', models.EmailField(blank=True, max_length=254)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='apps', to='partners.partner')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InstallLink',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='install_link', serialize=False, to='catalog.version')),
                ('token', fondaco.kit.fields.SealedField()),
                ('made_by', models.CharField(max_length=100)),
                ('made_at', models.DateTimeField(default=fondaco.kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='ListingContent',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('updated_by', models.CharField(blank=True, max_length=100)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='listing', serialize=False, to='catalog.version')),
                ('status', models.CharField(default='draft', editable=False, max_length=20)),
                ('display_name', models.CharField(blank=True, max_length=50)),
                ('summary', models.CharField(blank=True, max_length=140)),
                ('description', models.TextField(blank=True, max_length=5000)),
                ('video_url', models.URLField(blank=True, max_length=300)),
                ('support_url', models.URLField(blank=True, max_length=300)),
                ('support_email', models.EmailField(blank=True, max_length=254)),
                ('docs_url', models.URLField(blank=True, max_length=300)),
                ('privacy_url', models.URLField(blank=True, max_length=300)),
                ('terms_url', models.URLField(blank=True, max_length=300)),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('categories', models.ManyToManyField(blank=True, related_name='listings', to='catalog.category')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='listing_search')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'in_review', 'approved', 'rejected', 'advertised', 'deprecated'])), name='listing_content_status')],
            },
        ),
        migrations.AddField(
            model_name='version',
            name='app',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='catalog.app'),
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('updated_by', models.CharField(blank=True, max_length=100)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('trial', 'trial'), ('paid', 'paid')], max_length=10)),
                ('model', models.CharField(choices=[('per_seat', 'per_seat'), ('per_account', 'per_account')], max_length=12)),
                ('name', models.CharField(max_length=40)),
                ('summary', models.CharField(blank=True, max_length=140)),
                ('description', models.TextField(blank=True, max_length=1000)),
                ('price_minor', models.PositiveBigIntegerField(default=0)),
                ('currency', models.CharField(default='USD', max_length=3)),
                ('min_licences', models.PositiveIntegerField(default=1)),
                ('max_licences', models.PositiveIntegerField(blank=True, null=True)),
                ('meter_unit', models.CharField(blank=True, max_length=30)),
                ('meter_price_micros', models.PositiveBigIntegerField(default=0)),
                ('meter_included', models.PositiveIntegerField(default=0)),
                ('meter_cap_minor', models.PositiveBigIntegerField(blank=True, null=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='plans', to='catalog.version')),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('meter_unit', ''), _negated=True), models.Q(('meter_cap_minor', None), ('meter_included', 0), ('meter_price_micros', 0)), _connector='OR'), name='plan_meter_is_whole'), models.UniqueConstraint(fields=('version', 'name'), name='plan_name_unique'), models.UniqueConstraint(condition=models.Q(('type', 'trial')), fields=('version',), name='plan_one_trial_per_version'), models.CheckConstraint(condition=models.Q(('type', 'paid'), ('price_minor', 0), _connector='OR'), name='plan_trial_costs_nothing'), models.CheckConstraint(condition=models.Q(('max_licences__isnull', True), ('max_licences__gte', models.F('min_licences')), _connector='OR'), name='plan_licence_range')],
            },
        ),
        migrations.CreateModel(
            name='AppTester',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('invited_by', models.CharField(max_length=100)),
                ('answered_by', models.CharField(blank=True, max_length=100)),
                ('note', models.TextField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='invited', editable=False, max_length=20)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tested_apps', to='accounts.account')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='testers', to='catalog.app')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'status'], name='app_tester_by_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['invited', 'accepted', 'declined', 'removed', 'left'])), name='app_tester_status'), models.UniqueConstraint(condition=models.Q(('status__in', ('invited', 'accepted'))), fields=('app', 'account'), name='app_tester_once')],
            },
        ),
        migrations.CreateModel(
            name='AppTransfer',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('note', models.TextField(blank=True, max_length=2000)),
                ('offered_by', models.CharField(max_length=100)),
                ('answered_by', models.CharField(blank=True, max_length=100)),
                ('decided_by', models.CharField(blank=True, max_length=100)),
                ('reason', models.TextField(blank=True, max_length=2000)),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='offered', editable=False, max_length=20)),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='catalog.app')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'created_at'], name='app_transfer_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['offered', 'accepted', 'declined', 'withdrawn', 'expired', 'completed', 'refused'])), name='app_transfer_status'), models.UniqueConstraint(condition=models.Q(('status__in', ('offered', 'accepted'))), fields=('app',), name='app_transfer_one_open'), models.CheckConstraint(condition=models.Q(('giver', models.F('receiver')), _negated=True), name='app_transfer_changes_the_partner')],
            },
        ),
        migrations.CreateModel(
            name='EditingDraft',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('part', models.CharField(choices=[('technical', 'technical'), ('listing', 'listing'), ('plan', 'plan'), ('new-plan', 'new-plan'), ('details', 'details'), ('new-app', 'new-app')], max_length=10)),
                ('subject_id', models.UUIDField()),
                ('base_revision', models.PositiveIntegerField()),
                ('base', models.JSONField(default=dict)),
                ('sealed', fondaco.kit.fields.SealedField(blank=True, null=True)),
                ('typed_at', models.DateTimeField(blank=True, null=True)),
                ('seen_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['seen_at'], name='editing_draft_seen')],
                'constraints': [models.UniqueConstraint(fields=('subject_id', 'part', 'person'), name='editing_draft_one_per_person')],
            },
        ),
        migrations.CreateModel(
            name='Screenshot',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('image', models.CharField(max_length=120)),
                ('image_digest', models.CharField(blank=True, max_length=64)),
                ('alternative_text', models.CharField(max_length=200)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='screenshots', to='catalog.listingcontent')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PlannedPublication',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='planned_publication', serialize=False, to='catalog.version')),
                ('due_at', models.DateTimeField()),
                ('planned_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('failed_at', models.DateTimeField(editable=False, null=True)),
                ('failure', models.TextField(blank=True)),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.member')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('failed_at__isnull', True), ('failure', '')), models.Q(('failed_at__isnull', False), models.Q(('failure', ''), _negated=True)), _connector='OR'), name='planned_publication_fails_with_words')],
            },
        ),
        migrations.CreateModel(
            name='TechnicalContent',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('updated_by', models.CharField(blank=True, max_length=100)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='technical', serialize=False, to='catalog.version')),
                ('status', models.CharField(default='draft', editable=False, max_length=20)),
                ('events_callback_url', models.URLField(blank=True, max_length=500)),
                ('standalone_url', models.URLField(blank=True, max_length=500)),
                ('redirect_urls', django.contrib.postgres.fields.ArrayField(base_field=models.URLField(max_length=500), blank=True, default=list, size=None)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('scope_reasons', models.JSONField(blank=True, default=dict)),
                ('data_fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('receives_user_logout', models.BooleanField(default=False)),
                ('backchannel_logout_url', models.URLField(blank=True, max_length=500)),
                ('are_credentials_claimed', models.BooleanField(default=False)),
                ('is_manually_provisioned', models.BooleanField(default=False)),
                ('release_notes', models.TextField(blank=True, max_length=5000)),
                ('test_instructions', models.TextField(blank=True, max_length=5000)),
                ('test_credentials', fondaco.kit.fields.SealedField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'in_review', 'approved', 'rejected', 'available', 'deprecated'])), name='technical_content_status')],
            },
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(fields=('app', 'name'), name='version_name_unique'),
        ),
    ]
