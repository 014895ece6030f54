"""A client's ID tokens may be signed by RS256. Its keys get a table of their own.

Processes of the version before read every key in theirs, and would stumble over one of another kind.
"""

from django.db import migrations, models

from fondaco.kit import clock, fields, ids


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_programs_of_the_operator")]

    operations = [
        migrations.CreateModel(
            "RsaSigningKey",
            fields=[
                ("id", fields.IdField(default=ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("private_key", fields.SealedField()),
                ("public_jwk", models.JSONField()),
                ("signs_from", models.DateTimeField()),
                ("signs_until", models.DateTimeField()),
                ("published_until", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=clock.now, editable=False)),
            ],
            options={"abstract": False},
        ),
        migrations.AddField(
            "oauthclient",
            "id_token_signed_response_alg",
            models.CharField(
                choices=[("ES256", "ES256"), ("RS256", "RS256")], db_default="ES256", default="ES256", max_length=5
            ),
        ),
        migrations.AddConstraint(
            "oauthclient",
            models.CheckConstraint(
                condition=models.Q(("id_token_signed_response_alg__in", ["ES256", "RS256"])),
                name="oauth_client_id_token_algorithm",
            ),
        ),
    ]
