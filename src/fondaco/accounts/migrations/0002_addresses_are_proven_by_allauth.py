"""Which addresses are proven is written in django-allauth's table, and a change of address waits there.

Everybody's address has been proven so far, by an invitation or by their company, so each becomes a verified row. Rows
that earlier versions left there meant nothing.

Processes of the version before go on working: they read and write a table of waiting changes, which stays until a
later release, tied to nothing. What waits in it has to be asked for again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_PROVEN = """
    DELETE FROM account_emailconfirmation;
    DELETE FROM account_emailaddress;
    INSERT INTO account_emailaddress (user_id, email, verified, "primary")
    SELECT id, email, true, true FROM accounts_person;
"""
_UNTIED = models.OneToOneField(
    settings.AUTH_USER_MODEL, django.db.models.deletion.CASCADE, related_name="email_change", db_constraint=False
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [
        migrations.RunSQL(_PROVEN, migrations.RunSQL.noop),
        migrations.AlterField("emailchange", "person", _UNTIED),  # last, since it locks everybody's rows
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("EmailChange")]),
    ]
