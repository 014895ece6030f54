import fondaco.kit.fields
import fondaco.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('audit', '0003_event_by_kind')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event_id', models.UUIDField(unique=True)),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('occurred_at', models.DateTimeField()),
                ('actor_kind', models.CharField(choices=[('person', 'person'), ('client', 'client'), ('system', 'system'), ('anonymous', 'anonymous')], max_length=10)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(blank=True, max_length=200)),
                ('actor_address', models.CharField(blank=True, max_length=45)),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_id', models.CharField(max_length=64)),
                ('account_id', models.CharField(blank=True, max_length=24)),
                ('partner_id', models.UUIDField(null=True)),
                ('data', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'id'], name='event_by_kind'), models.Index(fields=['subject_type', 'subject_id', 'id'], name='event_by_subject'), models.Index(condition=models.Q(('account_id', ''), _negated=True), fields=['account_id', 'id'], name='event_by_account'), models.Index(condition=models.Q(('partner_id__isnull', False)), fields=['partner_id', 'id'], name='event_by_partner')],
            },
        ),
    ]
