"""The Apps API: what a program may know and answer about its own installation (DOMAIN 2)."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from fondaco.installs.actions import answer_operation
from fondaco.installs.queries import get_trial, list_licensed_users
from fondaco.installs.states import Decision
from fondaco.kit.errors import Invalid, NotFound
from fondaco.messaging.payloads import installation_path
from fondaco.messaging.queries import get_message, get_message_of_app
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.access import PARTNER_SCOPE, Call, wire
from fondaco.surfaces.api.wire.answers import Json, link, page

# An older copy of the protocol's pages asks for the resource's own states; they mean the same.
_DECISIONS: Final = {
    "approve": Decision.APPROVE,
    "completed": Decision.APPROVE,
    "reject": Decision.REJECT,
    "rejected": Decision.REJECT,
    "failed": Decision.REJECT,
}
# JSON can spell what no database keeps: NUL, and halves of surrogate pairs.
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


@wire("apps:read")
def list_apps(call: Call) -> Json:
    """The app that the program belongs to; none for a program of the portal."""
    try:
        found = [resources.app(call.installation)]
    except NotFound:
        found = []
    return {"total": len(found), "count": len(found), "_embedded": {"apps": found}, "_links": {"self": link("/apps")}}


@wire("apps:read")
def show_app(call: Call, app_id: str) -> Json:
    """One app."""
    return resources.app(call.installation_at(app_id))


@wire("apps:write", method="POST", with_error=True)
def answer_state(call: Call, app_id: str, installation_id: str) -> Json:
    """Approves or rejects whatever is open; saying the same again changes nothing (DOMAIN 2.4)."""
    installation = call.installation_at(app_id, installation_id)
    body = call.body
    decision, reason = _DECISIONS.get(str(body.get("state"))), body.get("reason") or ""
    if decision is None:
        raise Invalid(fields={"state": [str(_("Must be approve or reject."))]})
    if not isinstance(reason, str) or _UNSTORABLE.search(reason):
        raise Invalid(fields={"reason": [str(_("Must be a text."))]})
    operation = answer_operation(actor=call.actor, installation=installation, decision=decision.value, reason=reason)
    return resources.state(operation.installation)


@wire("apps:read", with_error=True)
def show_state(call: Call, app_id: str, installation_id: str) -> Json:
    """Where the installation stands: what its ``state`` link leads to."""
    return resources.state(call.installation_at(app_id, installation_id))


@wire("apps:read")
def list_users(call: Call, app_id: str, installation_id: str) -> Json:
    """Who may launch the app; while a change is open, who will be (DOMAIN 2.5)."""
    installation = call.installation_at(app_id, installation_id)
    return page(
        call.request,
        list_licensed_users(installation),
        path=f"{installation_path(installation)}/users",
        name="users",
        shape=resources.user,
    )


@wire("apps:read", with_error=True)
def show_subscription(call: Call, app_id: str, installation_id: str) -> Json:
    """The plan and its licences, from the moment the installation began."""
    return resources.subscription(call.installation_at(app_id, installation_id))


@wire("apps:read")
def show_trial(call: Call, app_id: str, installation_id: str) -> Json:
    """The trial; 404 when the installation never had one."""
    installation = call.installation_at(app_id, installation_id)
    return resources.trial(get_trial(installation), installation)


@wire("events:read", partner_scope=PARTNER_SCOPE)
def show_event(call: Call, app_id: str, event_id: str) -> HttpResponse:
    """An event as it was sent; once delivered, without its secrets (DOMAIN 1.7)."""
    app = call.app_at(app_id)
    message = get_message_of_app(app, event_id) if call.partner else get_message(call.installation, event_id)
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(message.wire_body, content_type="application/json", headers=headers)
