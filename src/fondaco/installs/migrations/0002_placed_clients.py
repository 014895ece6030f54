from django.db import migrations


class Migration(migrations.Migration):
    """Clients of installations made before now learn which app and version they run."""

    dependencies = [("installs", "0001_initial"), ("identity", "0003_who_may_do_what")]

    operations = [
        migrations.RunSQL(
            "UPDATE identity_oauthclient c SET app_id = i.app_id, version_id = i.version_id "
            "FROM installs_installation i WHERE i.client_id = c.id",
            migrations.RunSQL.noop,
        )
    ]
