import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('accounts', '0002_one_open_invitation'), ('accounts', '0003_roles_and_addresses')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('language', models.CharField(default='en', max_length=10)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='person_email_unique')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', fondaco.kit.fields.ShortIdField(default=fondaco.kit.ids.new_short_id, editable=False, max_length=24, primary_key=True, serialize=False)),
                ('name', models.SlugField(max_length=40, unique=True)),
                ('company_name', models.CharField(max_length=120)),
                ('timezone', models.CharField(default='UTC', max_length=60)),
                ('is_sandbox', models.BooleanField(default=False)),
                ('features', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='EmailChange',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254)),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='email_change', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('place', models.CharField(max_length=10)),
                ('place_id', models.CharField(max_length=32)),
                ('place_name', models.CharField(max_length=120)),
                ('role', models.CharField(max_length=100)),
                ('invited_by', models.CharField(max_length=200)),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='pending', editable=False, max_length=20)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'accepted', 'withdrawn', 'expired'])), name='invitation_status'), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('place', 'place_id', 'email'), name='invitation_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('key', models.CharField(blank=True, max_length=20)),
                ('permissions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='accounts.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='role_name_unique'), models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('account', 'key'), name='role_key_unique')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', fondaco.kit.fields.ShortIdField(default=fondaco.kit.ids.new_short_id, editable=False, max_length=24, primary_key=True, serialize=False)),
                ('is_active', models.BooleanField(default=True)),
                ('extension', models.PositiveIntegerField(blank=True, null=True)),
                ('external_phone_number', models.CharField(blank=True, max_length=20)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='users', to='accounts.account')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to=settings.AUTH_USER_MODEL)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'person'), name='user_once_per_account')],
            },
        ),
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='operator', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
    ]
