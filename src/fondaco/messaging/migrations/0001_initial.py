import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('messaging', '0002_sign_outs_and_claims'), ('messaging', '0003_numbered_messages'), ('messaging', '0004_endpoints'), ('messaging', '0005_sample_events'), ('messaging', '0006_sent_headers'), ('messaging', '0008_logout_endpoints')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('identity', '0001_initial'),
        ('installs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('sequence', models.PositiveIntegerField()),
                ('position', models.PositiveBigIntegerField(null=True)),
                ('type', models.CharField(max_length=40)),
                ('body', fondaco.kit.fields.SealedField(null=True)),
                ('public_body', models.TextField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('app', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.app')),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='installs.installation')),
                ('operation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='installs.operation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('position', None)), fields=['app', 'sequence', 'id'], name='message_without_position'), models.Index(fields=['app', 'id'], name='message_by_app')],
                'constraints': [models.UniqueConstraint(fields=('installation', 'sequence'), name='message_sequence'), models.UniqueConstraint(fields=('app', 'position'), name='message_position')],
            },
        ),
        migrations.CreateModel(
            name='EventSigningKey',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('algorithm', models.CharField(choices=[('ecdsa', 'Ecdsa'), ('ed25519', 'Ed25519')], default='ecdsa', max_length=10)),
                ('private_key', fondaco.kit.fields.SealedField()),
                ('public_key', models.TextField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('url', models.URLField(max_length=500)),
                ('status', models.CharField(default='healthy', editable=False, max_length=20)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('last_success_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=40)),
                ('last_response_status', models.PositiveSmallIntegerField(null=True)),
                ('closed_until', models.DateTimeField(null=True)),
                ('pauses', models.PositiveSmallIntegerField(default=0)),
                ('silent_since', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endpoints', to='catalog.app')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_until__isnull', False)), fields=['id'], name='endpoint_held'), models.Index(condition=models.Q(('status', 'healthy'), _negated=True), fields=['id'], name='endpoint_unwell')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['healthy', 'failing', 'paused', 'gone'])), name='endpoint_status'), models.UniqueConstraint(fields=('app', 'url'), name='endpoint_once')],
            },
        ),
        migrations.CreateModel(
            name='LogoutDelivery',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('url', models.URLField(max_length=500)),
                ('attempt_count', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('lease', models.UUIDField(null=True)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ended_at', models.DateTimeField()),
                ('status', models.CharField(default='pending', editable=False, max_length=20)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='logout_deliveries', to='identity.oauthclient')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='logout_deliveries', to='messaging.endpoint')),
                ('login_session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.loginsession')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.user')),
            ],
            options={
                'verbose_name_plural': 'logout deliveries',
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['endpoint', 'next_attempt_at'], name='logout_delivery_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'delivered', 'failed'])), name='logout_delivery_status'), models.UniqueConstraint(fields=('client', 'login_session', 'ended_at'), name='logout_delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='LogoutAttempt',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField()),
                ('duration_ms', models.PositiveIntegerField()),
                ('request_headers', models.JSONField(default=dict)),
                ('response_status', models.PositiveSmallIntegerField(null=True)),
                ('response_headers', models.JSONField(default=dict)),
                ('response_excerpt', models.TextField(blank=True)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='messaging.logoutdelivery')),
            ],
            options={
                'ordering': ['started_at'],
                'abstract': False,
                'indexes': [models.Index(fields=['started_at'], name='logoutattempt_by_time')],
            },
        ),
        migrations.CreateModel(
            name='SampleEvent',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=40)),
                ('url', models.URLField(max_length=500)),
                ('body', models.TextField()),
                ('sent_by', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('request_headers', models.JSONField(default=dict)),
                ('started_at', models.DateTimeField(null=True)),
                ('duration_ms', models.PositiveIntegerField(null=True)),
                ('response_status', models.PositiveSmallIntegerField(null=True)),
                ('response_headers', models.JSONField(default=dict)),
                ('response_excerpt', models.TextField(blank=True)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sample_events', to='catalog.version')),
            ],
        ),
        migrations.CreateModel(
            name='SignOut',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ended_at', models.DateTimeField()),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_outs', to='installs.installation')),
                ('login_session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_outs', to='identity.loginsession')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_outs', to='messaging.message')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.user')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('message', None)), fields=['id'], name='sign_out_waiting')],
                'constraints': [models.UniqueConstraint(fields=('login_session', 'installation'), name='sign_out_once_per_session')],
            },
        ),
        migrations.CreateModel(
            name='WebhookSecret',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('secret', fondaco.kit.fields.SealedField()),
                ('hint', models.CharField(max_length=12)),
                ('ends_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhook_secrets', to='catalog.app')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at', None)), fields=('app',), name='webhook_secret_one_newest')],
            },
        ),
        migrations.CreateModel(
            name='CredentialClaim',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='claim', serialize=False, to='messaging.message')),
                ('token_hash', models.CharField(max_length=120, unique=True)),
                ('credentials', fondaco.kit.fields.SealedField(null=True)),
                ('expires_at', models.DateTimeField()),
                ('claimed_at', models.DateTimeField(null=True)),
                ('credential_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.credentialset')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('url', models.URLField(max_length=500)),
                ('attempt_count', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('lease', models.UUIDField(null=True)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='delivery', serialize=False, to='messaging.message')),
                ('sequence', models.PositiveIntegerField()),
                ('is_ordered', models.BooleanField(default=True)),
                ('is_awaited', models.BooleanField(default=False)),
                ('give_up_at', models.DateTimeField(null=True)),
                ('status', models.CharField(default='pending', editable=False, max_length=20)),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='messaging.endpoint')),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='installs.installation')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['endpoint', 'is_ordered', 'next_attempt_at'], name='delivery_due'), models.Index(condition=models.Q(('is_ordered', True), ('status', 'pending')), fields=['installation', 'sequence'], name='delivery_in_order'), models.Index(condition=models.Q(('is_awaited', True), ('status', 'pending')), fields=['endpoint', 'next_attempt_at'], name='delivery_awaited'), models.Index(condition=models.Q(('give_up_at__isnull', False), ('status', 'pending')), fields=['give_up_at'], name='delivery_give_up'), models.Index(condition=models.Q(('status', 'failed')), fields=['endpoint'], name='delivery_failed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'delivered', 'failed'])), name='delivery_status')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField()),
                ('duration_ms', models.PositiveIntegerField()),
                ('request_headers', models.JSONField(default=dict)),
                ('response_status', models.PositiveSmallIntegerField(null=True)),
                ('response_headers', models.JSONField(default=dict)),
                ('response_excerpt', models.TextField(blank=True)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='messaging.delivery')),
            ],
            options={
                'ordering': ['started_at'],
                'abstract': False,
                'indexes': [models.Index(fields=['started_at'], name='attempt_by_time')],
            },
        ),
    ]
