"""Logout tokens are looked at by app, those that failed above all. Built beside the dispatcher, which goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index cannot be built beside writers within a transaction
    dependencies = [("messaging", "0004_every_app_has_a_secret")]

    operations = [
        AddIndexConcurrently(
            "logoutdelivery", models.Index(fields=["endpoint", "id"], name="logout_delivery_of_endpoint")
        ),
        AddIndexConcurrently(
            "logoutdelivery",
            models.Index(
                fields=["endpoint", "id"], condition=models.Q(status="failed"), name="logout_delivery_failed"
            ),
        ),
    ]
