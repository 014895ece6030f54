import datetime
import fondaco.kit.clock
import fondaco.kit.fields
import fondaco.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    # What databases of earlier builds have had.
    replaces = [('kit', '0002_idempotent_answer'), ('kit', '0003_people')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CacheEntry',
            fields=[
                ('cache_key', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('value', models.TextField()),
                ('expires', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('key_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('request_hash', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('content_type', models.CharField(max_length=100)),
                ('body', fondaco.kit.fields.SealedField()),
                ('created_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='RateBucket',
            fields=[
                ('key', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('full_at', models.DateTimeField(db_index=True)),
                ('admitted', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='ClockOffset',
            fields=[
                ('account_id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('offset', models.DurationField(default=datetime.timedelta(0))),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('offset__gte', datetime.timedelta(0))), name='clock_never_behind')],
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', fondaco.kit.fields.IdField(default=fondaco.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('subject_id', models.CharField(max_length=64)),
                ('account_id', models.CharField(max_length=64, null=True)),
                ('due_at', models.DateTimeField()),
                ('try_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_error', models.TextField(blank=True, default='')),
                ('created_at', models.DateTimeField(default=fondaco.kit.clock.now, editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['try_at'], name='deadline_by_time'), models.Index(condition=models.Q(('account_id__isnull', False)), fields=['account_id', 'try_at'], name='deadline_by_account')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'subject_id'), name='deadline_once_per_subject')],
            },
        ),
    ]
