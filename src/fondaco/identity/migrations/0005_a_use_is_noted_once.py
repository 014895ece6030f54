"""When a client was last used is read from its credential sets; its own row no longer changes with each use."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_only_living_sets_are_told")]

    operations = [
        migrations.RemoveField("oauthclient", "last_used_at"),
        migrations.RunSQL(
            "ALTER TABLE identity_oauthclient RESET (fillfactor)",
            "ALTER TABLE identity_oauthclient SET (fillfactor = 70)",
        ),
    ]
