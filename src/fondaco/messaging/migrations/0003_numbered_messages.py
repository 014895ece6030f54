import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages know their app, and can be numbered among the app's."""

    dependencies = [("catalog", "0008_app_lifecycle"), ("messaging", "0002_sign_outs_and_claims")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="app",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.app",
            ),
        ),
        migrations.AddField(
            model_name="message", name="position", field=models.PositiveBigIntegerField(null=True)
        ),
        migrations.RunSQL(
            "UPDATE messaging_message m SET app_id = i.app_id "
            "FROM installs_installation i WHERE i.id = m.installation_id",
            migrations.RunSQL.noop,
        ),
        # The rows' other constraints are checked at the end; a table with checks outstanding cannot be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="message",
            name="app",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.app",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("app", "position"), name="message_position"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("position", None)),
                fields=["app", "sequence", "id"],
                name="message_without_position",
            ),
        ),
        migrations.AddIndex(
            model_name="message", index=models.Index(fields=["app", "id"], name="message_by_app")
        ),
    ]
