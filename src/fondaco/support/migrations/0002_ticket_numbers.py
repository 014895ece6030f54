"""The numbers that people call tickets by. They begin where nobody counts how few there are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE support_ticket_numbers START 1001", "DROP SEQUENCE support_ticket_numbers"
        )
    ]
