import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('partners', '0002_one_waiting_application')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnerApplication',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('company_name', models.CharField(max_length=120)),
                ('website', models.URLField(max_length=300)),
                ('contact_name', models.CharField(max_length=100)),
                ('contact_email', models.EmailField(max_length=254)),
                ('intention', models.TextField(max_length=2000)),
                ('decision_reason', models.TextField(blank=True, max_length=2000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='unverified', editable=False, max_length=20)),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'created_at'], name='application_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['unverified', 'pending', 'questioned', 'approved', 'rejected'])), name='partner_application_status'), models.UniqueConstraint(condition=models.Q(('status__in', ['pending', 'questioned'])), fields=('contact_email',), name='application_one_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True)),
                ('website', models.URLField(max_length=300)),
                ('contact_email', models.EmailField(max_length=254)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('developer_account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='partner', to='accounts.account')),
                ('application', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='partners.partnerapplication')),
            ],
        ),
        migrations.CreateModel(
            name='ApplicationMessage',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('author_name', models.CharField(max_length=100)),
                ('from_operator', models.BooleanField()),
                ('text', models.TextField(max_length=4000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='partners.partnerapplication')),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='DeveloperGrant',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('licences', 'licences'), ('credit', 'credit')], max_length=10)),
                ('quantity', models.PositiveIntegerField(default=0)),
                ('amount_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(default='USD', max_length=3)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='developer_grants', to='accounts.account')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('amount_minor', 0), ('kind', 'licences'), ('quantity__gt', 0)), models.Q(('amount_minor__gt', 0), ('kind', 'credit'), ('quantity', 0)), _connector='OR'), name='developer_grant_is_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('owner', 'owner'), ('developer', 'developer'), ('marketing', 'marketing'), ('finance', 'finance')], max_length=20)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='partners.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'person'), name='member_once_per_partner')],
            },
        ),
    ]
