"""Operators can begin a ticket; until now nobody but customers and partners did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0002_ticket_numbers")]

    operations = [
        migrations.AddField("ticket", "is_from_us", models.BooleanField(db_default=False, default=False)),
    ]
