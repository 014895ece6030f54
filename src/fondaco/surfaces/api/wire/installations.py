"""Installations: the program's own, or all of an app for its partner's program; and everything about one at once."""

from __future__ import annotations

from fondaco.installs.queries import list_installations_of_app
from fondaco.messaging.full_state import read_full_state
from fondaco.surfaces.api.wire import reconciling, resources
from fondaco.surfaces.api.wire.access import PARTNER_SCOPE, Call, wire
from fondaco.surfaces.api.wire.answers import Json, page


@wire("apps:read", partner_scope=PARTNER_SCOPE)
def list_installations(call: Call, app_id: str) -> Json:
    """The one installation of the token; for a partner's program all of its app, those that are gone as well."""
    found = list_installations_of_app(call.app_at(app_id))
    if call.partner is None:
        found = found.filter(pk=call.installation.pk)
    return page(
        call.request, found, path=f"/apps/{app_id}/installations", name="installations", shape=resources.installation
    )


@wire("apps:read", partner_scope=PARTNER_SCOPE)
def show_installation(call: Call, app_id: str, installation_id: str) -> Json:
    """One installation."""
    return resources.installation(call.installation_of(app_id, installation_id))


@wire("apps:read", partner_scope=PARTNER_SCOPE)
def show_full_state(call: Call, app_id: str, installation_id: str) -> Json:
    """Everything about an installation as of one moment, and which messages are in it."""
    return reconciling.full_state(read_full_state(call.installation_of(app_id, installation_id)))
