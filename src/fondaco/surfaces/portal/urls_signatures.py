"""How an app's program knows that events are from here."""

from django.urls import path

from fondaco.surfaces.portal.views import signatures

urlpatterns = [
    path("apps/<str:app_id>/signatures", signatures.signatures, name="signatures"),
    path("apps/<str:app_id>/signatures/<str:secret_id>/show", signatures.show, name="show_webhook_secret"),
    path("apps/<str:app_id>/signatures/<str:secret_id>/end", signatures.end, name="end_webhook_secret"),
]
