"""Programs of the operator's own get no tokens and ask about those of every account, so a client's kind decides."""

from django.db import migrations, models

_TABLE = "identity_oauthclient"
# As in migration 0002, and the kind.
_WATCHED = [
    *("account_id", "app_id", "version_id", "scopes", "grant_types", "is_public", "status"),
    "tokens_valid_after",
]


def _watch(columns: list[str]) -> str:
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return (
        f"DROP TRIGGER told_when_changed ON {_TABLE};"
        f"CREATE TRIGGER told_when_changed AFTER UPDATE OF {', '.join(columns)} ON {_TABLE} "
        f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION identity_client_changed();"
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_a_use_is_noted_once")]

    operations = [
        migrations.AlterField(
            model_name="oauthclient",
            name="kind",
            field=models.CharField(
                choices=[("installation", "installation"), ("portal", "portal"), ("operator", "operator")],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="oauthclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "operator"), _negated=True),
                    models.Q(("grant_types", []), ("is_public", False)),
                    _connector="OR",
                ),
                name="oauth_client_of_operator_gets_no_tokens",
            ),
        ),
        migrations.RunSQL(_watch([*_WATCHED, "kind"]), _watch(_WATCHED)),
    ]
