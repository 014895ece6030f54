"""Leaves room in each page of the two tables whose rows are written anew whenever a program is used.

The new row then stays in the page of the old one, and none of the table's indexes is written.
"""

from django.db import migrations

_TABLES = ("identity_credentialset", "identity_oauthclient")


class Migration(migrations.Migration):
    replaces = [("identity", "0007_room_for_uses")]
    dependencies = [("identity", "0002_changes_of_clients_are_told")]

    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET (fillfactor = 70)" for table in _TABLES],
            [f"ALTER TABLE {table} RESET (fillfactor)" for table in _TABLES],
        )
    ]
