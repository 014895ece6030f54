"""Logout tokens are looked at by app, those that failed above all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_every_app_has_a_secret")]

    operations = [
        migrations.AddIndex(
            "logoutdelivery", models.Index(fields=["endpoint", "id"], name="logout_delivery_of_endpoint")
        ),
        migrations.AddIndex(
            "logoutdelivery",
            models.Index(
                fields=["endpoint", "id"], condition=models.Q(status="failed"), name="logout_delivery_failed"
            ),
        ),
    ]
