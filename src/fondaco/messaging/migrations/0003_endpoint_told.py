"""What those who look after a callback address were told last, so that nothing they believe stays untrue."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_fast_queue")]

    operations = [
        migrations.AddField("endpoint", "told", models.JSONField(db_default=[], default=list)),
    ]
