"""A version says by what the ID tokens of its installations are signed; until now all were by ES256."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.AddField(
            "technicalcontent",
            "id_token_signed_response_alg",
            models.CharField(
                choices=[("ES256", "ES256"), ("RS256", "RS256")], db_default="ES256", default="ES256", max_length=5
            ),
        ),
    ]
