"""Apps that were registered before get the secret that every app has now, so that their events are signed in every way."""

from django.db import migrations

from fondaco.messaging import webhooks

_AT_ONCE = 1000


def give_secrets(apps, schema_editor):
    app_model, secret_model = apps.get_model("catalog", "App"), apps.get_model("messaging", "WebhookSecret")
    lacking = app_model.objects.exclude(pk__in=secret_model.objects.filter(ends_at=None).values("app"))
    made = []
    for app_id in lacking.order_by("pk").values_list("pk", flat=True):
        secret = webhooks.new_secret()
        made.append(secret_model(app_id=app_id, secret=secret, hint=webhooks.write_secret(secret)[:10]))
    secret_model.objects.bulk_create(made, batch_size=_AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_endpoint_told"), ("catalog", "0001_initial")]

    operations = [migrations.RunPython(give_secrets, migrations.RunPython.noop)]
