import django.db.models.deletion
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('installs', '0001_initial'),
        ('partners', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('status_changed_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField(editable=False, unique=True)),
                ('subject', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('question', 'question'), ('technical_issue', 'technical_issue')], max_length=20)),
                ('priority', models.CharField(choices=[('urgent', 'urgent'), ('high', 'high'), ('normal', 'normal'), ('low', 'low')], max_length=10)),
                ('page', models.CharField(blank=True, max_length=300)),
                ('about', models.JSONField(default=dict, editable=False)),
                ('due_at', models.DateTimeField()),
                ('is_overdue', models.BooleanField(default=False)),
                ('first_answered_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('spoken_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('status', models.CharField(default='open', editable=False, max_length=20)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='accounts.account')),
                ('app', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='catalog.app')),
                ('installation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tickets', to='installs.installation')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tickets', to='installs.operation')),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='partners.partner')),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-created_at'], name='ticket_by_account'), models.Index(fields=['partner', '-created_at'], name='ticket_by_partner'), models.Index(condition=models.Q(('status__in', ['open', 'waiting_for_customer', 'waiting_for_partner', 'waiting_for_us'])), fields=['due_at'], name='ticket_by_due'), models.Index(condition=models.Q(('status__in', ['open', 'waiting_for_customer', 'waiting_for_partner', 'waiting_for_us'])), fields=['created_at'], name='ticket_by_age'), models.Index(condition=models.Q(('status__in', ['open', 'waiting_for_customer', 'waiting_for_partner', 'waiting_for_us'])), fields=['taken_by'], name='ticket_by_taker')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['open', 'waiting_for_customer', 'waiting_for_partner', 'waiting_for_us', 'solved', 'closed'])), name='ticket_status'), models.CheckConstraint(condition=models.Q(('account__isnull', False), ('partner__isnull', False), _connector='OR'), name='ticket_of_someone')],
            },
        ),
        migrations.CreateModel(
            name='TicketMessage',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('side', models.CharField(choices=[('customer', 'customer'), ('partner', 'partner'), ('operator', 'operator')], max_length=10)),
                ('text', models.TextField(max_length=5000)),
                ('message_id', models.CharField(max_length=255, unique=True)),
                ('in_reply_to', models.CharField(blank=True, max_length=255)),
                ('came_by_mail', models.BooleanField(default=False)),
                ('left_out', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='support.ticket')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'indexes': [models.Index(fields=['ticket', 'created_at'], name='ticket_message_thread')],
            },
        ),
        migrations.CreateModel(
            name='TicketNote',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=5000)),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='support.ticket')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
    ]
