"""Room in the pages of the queue, so that a lease changes no index."""

from __future__ import annotations

from django.db import migrations

_SETTINGS = "fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"


class Migration(migrations.Migration):
    replaces = [("messaging", "0007_fast_queue")]
    dependencies = [("messaging", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE messaging_delivery SET ({_SETTINGS})",
            "ALTER TABLE messaging_delivery RESET (fillfactor, autovacuum_vacuum_scale_factor, "
            "autovacuum_analyze_scale_factor)",
        ),
    ]
