"""Room in the pages of the queue, so that a lease changes no index, and no index that looks cheap for any question."""

from __future__ import annotations

from django.db import migrations, models

_SETTINGS = "fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_sent_headers")]

    operations = [
        migrations.RemoveIndex("delivery", "delivery_give_up"),
        migrations.AddIndex(
            "delivery",
            models.Index(
                fields=["give_up_at"],
                condition=models.Q(status="pending", give_up_at__isnull=False),
                name="delivery_give_up",
            ),
        ),
        migrations.RunSQL(
            f"ALTER TABLE messaging_delivery SET ({_SETTINGS})",
            "ALTER TABLE messaging_delivery RESET (fillfactor, autovacuum_vacuum_scale_factor, "
            "autovacuum_analyze_scale_factor)",
        ),
    ]
