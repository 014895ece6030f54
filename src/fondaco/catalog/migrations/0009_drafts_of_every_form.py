import fondaco.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_app_lifecycle'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.AddField(model_name=model, name=name, field=field)
            for model in ('app', 'plan')
            for name, field in (
                ('revision', models.PositiveIntegerField(default=0)),
                ('updated_at', models.DateTimeField(default=fondaco.kit.clock.now)),
                ('updated_by', models.CharField(blank=True, max_length=100)),
            )
        ),
        migrations.RemoveConstraint(model_name='editingdraft', name='editing_draft_one_per_person'),
        migrations.RenameField(model_name='editingdraft', old_name='track', new_name='part'),
        migrations.AlterField(
            model_name='editingdraft',
            name='part',
            field=models.CharField(choices=[('technical', 'technical'), ('listing', 'listing'), ('plan', 'plan'), ('new-plan', 'new-plan'), ('details', 'details')], max_length=10),
        ),
        # A version's drafts keep its id, which is what their form is about.
        migrations.RenameField(model_name='editingdraft', old_name='version', new_name='subject_id'),
        migrations.AlterField(model_name='editingdraft', name='subject_id', field=models.UUIDField()),
        migrations.AddConstraint(
            model_name='editingdraft',
            constraint=models.UniqueConstraint(fields=('subject_id', 'part', 'person'), name='editing_draft_one_per_person'),
        ),
    ]
