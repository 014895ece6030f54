import django.contrib.postgres.fields
import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('identity', '0002_programs_prove_themselves'), ('identity', '0003_who_may_do_what'), ('identity', '0004_clients_have_someone_responsible'), ('identity', '0005_forms_kept_for_the_sign_in')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FailedTries',
            fields=[
                ('key_hash', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('paused_until', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='RevokedToken',
            fields=[
                ('jti', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('revoked_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='SpentAssertion',
            fields=[
                ('jti_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='TokenSigningKey',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('private_key', fondaco.kit.fields.SealedField()),
                ('public_jwk', models.JSONField()),
                ('signs_from', models.DateTimeField()),
                ('signs_until', models.DateTimeField()),
                ('published_until', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='IdentityProvider',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('issuer', models.CharField(max_length=500)),
                ('client_id', models.CharField(max_length=255)),
                ('client_secret', fondaco.kit.fields.SealedField(blank=True, null=True)),
                ('allowed_domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None)),
                ('role_claim', models.CharField(blank=True, max_length=100)),
                ('is_required', models.BooleanField(default=False)),
                ('is_enabled', models.BooleanField(default=False)),
                ('vouches_for', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('metadata', models.JSONField(blank=True, null=True)),
                ('metadata_at', models.DateTimeField(blank=True, null=True)),
                ('keys', models.JSONField(blank=True, null=True)),
                ('keys_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='identity_provider', to='accounts.account')),
                ('default_role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role')),
            ],
        ),
        migrations.CreateModel(
            name='LoginSession',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('device', models.CharField(blank=True, max_length=200)),
                ('browser_hash', models.CharField(blank=True, max_length=120)),
                ('last_seen_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('is_bound', models.BooleanField(default=False)),
                ('federated_account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='login_sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('is_bound', False), ('federated_account__isnull', False), _connector='OR'), name='login_session_bound_to_an_account')],
            },
        ),
        migrations.CreateModel(
            name='OAuthClient',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('installation', 'installation'), ('portal', 'portal')], max_length=12)),
                ('name', models.CharField(max_length=100)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('grant_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('redirect_uris', django.contrib.postgres.fields.ArrayField(base_field=models.URLField(max_length=500), default=list, size=None)),
                ('is_public', models.BooleanField(default=False)),
                ('backchannel_logout_url', models.URLField(blank=True, max_length=500)),
                ('tokens_valid_after', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_by', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='active', editable=False, max_length=20)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='oauth_clients', to='accounts.account')),
                ('app', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.app')),
                ('responsible', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.version')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['active', 'suspended', 'revoked'])), name='oauth_client_status')],
            },
        ),
        migrations.CreateModel(
            name='Cutoff',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=1000)),
                ('begun_by', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.CharField(default='in_force', editable=False, max_length=20)),
                ('app', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.app')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.version')),
                ('client', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cutoffs', to='identity.oauthclient')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['in_force', 'lifted'])), name='cutoff_status'), models.CheckConstraint(condition=models.Q(models.Q(('app__isnull', True), ('client__isnull', False), ('version__isnull', True)), models.Q(('app__isnull', True), ('client__isnull', True), ('version__isnull', False)), models.Q(('app__isnull', False), ('client__isnull', True), ('version__isnull', True)), _connector='OR'), name='cutoff_covers_one'), models.UniqueConstraint(condition=models.Q(('status', 'in_force')), fields=('client',), name='cutoff_once_per_client'), models.UniqueConstraint(condition=models.Q(('status', 'in_force')), fields=('version',), name='cutoff_once_per_version'), models.UniqueConstraint(condition=models.Q(('status', 'in_force')), fields=('app',), name='cutoff_once_per_app')],
            },
        ),
        migrations.CreateModel(
            name='CredentialSet',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('wire_client_id', models.CharField(max_length=32, unique=True)),
                ('secret_hash', models.CharField(blank=True, max_length=120)),
                ('key_id', models.CharField(max_length=32, unique=True)),
                ('key_algorithm', models.CharField(default='ES256', max_length=5)),
                ('public_key', models.TextField(blank=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='issued', editable=False, max_length=20)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='credential_sets', to='identity.oauthclient')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['issued', 'acknowledged', 'revoked'])), name='credential_set_status')],
            },
        ),
        migrations.CreateModel(
            name='PersonalAccessToken',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('token_hash', models.CharField(max_length=120, unique=True)),
                ('hint', models.CharField(max_length=12)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('place', models.CharField(blank=True, max_length=45)),
                ('request_id', models.UUIDField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('made_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='made', to='identity.personalaccesstoken')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='personal_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'request_id'), name='personal_token_once_per_request')],
            },
        ),
        migrations.CreateModel(
            name='RoleMapping',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('value', models.CharField(max_length=200)),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_mappings', to='identity.identityprovider')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('provider', 'value'), name='role_mapping_one_role_for_a_value')],
            },
        ),
        migrations.CreateModel(
            name='TokenFamily',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='token_families', to='identity.oauthclient')),
                ('login_session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='token_families', to='identity.loginsession')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.user')),
            ],
        ),
        migrations.CreateModel(
            name='RefreshToken',
            fields=[
                ('token_hash', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('scope', models.TextField(blank=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('family', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refresh_tokens', to='identity.tokenfamily')),
            ],
        ),
        migrations.CreateModel(
            name='AuthorizationCode',
            fields=[
                ('code_hash', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('redirect_uri', models.CharField(max_length=500)),
                ('scope', models.TextField(blank=True)),
                ('nonce', models.CharField(blank=True, max_length=255)),
                ('code_challenge', models.CharField(blank=True, max_length=128)),
                ('authenticated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('family', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='code', to='identity.tokenfamily')),
            ],
        ),
        migrations.CreateModel(
            name='DeviceAuthorization',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('device_code_hash', models.CharField(max_length=120, unique=True)),
                ('user_code_hash', models.CharField(max_length=120, unique=True)),
                ('program', models.CharField(max_length=40)),
                ('device', models.CharField(blank=True, max_length=60)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('interval', models.PositiveSmallIntegerField(default=5)),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('status', models.CharField(default='pending', editable=False, max_length=20)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'denied', 'spent', 'expired'])), name='device_authorization_status')],
            },
        ),
        migrations.CreateModel(
            name='FederatedIdentity',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('issuer', models.CharField(max_length=500)),
                ('subject', models.CharField(max_length=255)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='federated_identities', to=settings.AUTH_USER_MODEL)),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='identity.identityprovider')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('provider', 'issuer', 'subject'), name='federated_identity_once')],
            },
        ),
        migrations.CreateModel(
            name='KeptForm',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('browser_hash', models.CharField(max_length=120)),
                ('page', models.CharField(max_length=1000)),
                ('target', models.CharField(max_length=1000)),
                ('sealed', fondaco.kit.fields.SealedField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('browser_hash', 'target'), name='kept_form_one_per_target')],
            },
        ),
    ]
