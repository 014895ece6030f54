"""Where logout tokens go is an endpoint like any other, so that one which fails is left alone like any other."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

FILL = """
    DELETE FROM messaging_logoutattempt a USING messaging_logoutdelivery d, identity_oauthclient c
    WHERE d.id = a.delivery_id AND c.id = d.client_id AND c.app_id IS NULL;
    DELETE FROM messaging_logoutdelivery d USING identity_oauthclient c WHERE c.id = d.client_id AND c.app_id IS NULL;
    INSERT INTO messaging_endpoint
        (id, app_id, url, status, status_changed_at, failures, last_error, pauses, created_at)
    SELECT gen_random_uuid(), a.app_id, a.url, 'healthy', now(), 0, '', 0, now()
    FROM (SELECT DISTINCT c.app_id, d.url FROM messaging_logoutdelivery d
          JOIN identity_oauthclient c ON c.id = d.client_id) a
    ON CONFLICT DO NOTHING;
    UPDATE messaging_logoutdelivery d SET endpoint_id = e.id
    FROM identity_oauthclient c, messaging_endpoint e
    WHERE c.id = d.client_id AND e.app_id = c.app_id AND e.url = d.url;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


def _endpoint(*, is_empty: bool) -> models.ForeignKey[models.Model, models.Model]:
    return models.ForeignKey(
        "messaging.endpoint",
        on_delete=django.db.models.deletion.CASCADE,
        related_name="logout_deliveries",
        db_index=False,
        null=is_empty,
    )


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_fast_queue")]

    operations = [
        migrations.RemoveIndex("logoutdelivery", "logout_delivery_due"),
        migrations.RemoveField("logoutdelivery", "endpoint"),
        migrations.AddField("logoutdelivery", "endpoint", _endpoint(is_empty=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("logoutdelivery", "endpoint", _endpoint(is_empty=False)),
        migrations.AddIndex(
            "logoutdelivery",
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=models.Q(status="pending"),
                name="logout_delivery_due",
            ),
        ),
    ]
