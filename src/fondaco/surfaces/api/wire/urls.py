"""Addresses of the wire, at the root: partners prefix every call with it (DOMAIN 1.3)."""

from __future__ import annotations

from django.urls import path, re_path

from fondaco.surfaces.api.wire import apps, credentials, installations, keys, messages, people
from fondaco.surfaces.api.wire.access import by_method

_INSTALLATION = "apps/<str:app_id>/installations/<str:installation_id>"

urlpatterns = [
    path("apps", apps.list_apps),
    path("apps/<str:app_id>", apps.show_app),
    path("apps/<str:app_id>/installations", installations.list_installations),
    path(_INSTALLATION, installations.show_installation),
    path(f"{_INSTALLATION}/full-state", installations.show_full_state),
    path(f"{_INSTALLATION}/state", by_method(GET=apps.show_state, POST=apps.answer_state)),
    path(f"{_INSTALLATION}/users", apps.list_users),
    path(f"{_INSTALLATION}/subscription", apps.show_subscription),
    path(f"{_INSTALLATION}/trial", apps.show_trial),
    path(f"{_INSTALLATION}/credentials/actions/rotate", credentials.rotate),
    path(f"{_INSTALLATION}/credentials/<str:client_id>/state", credentials.acknowledge),
    path("credential-claims/<str:token>", credentials.claim),
    path("apps/<str:app_id>/events/<str:event_id>", apps.show_event),
    path("apps/<str:app_id>/messages", messages.list_messages),
    path("account", people.show_account),
    path("users", people.list_users),
    path("users/me", people.show_me),
    path("users/<str:user_id>", people.show_user),
    path("events/signature-keys/<str:key_id>", keys.show_key),
    re_path(r"^(?:apps|account|users|events|credential-claims)/(?P<rest>.*)$", keys.refuse_unknown),
]
