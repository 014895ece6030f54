"""New credentials for a program: asking for them, saying that they arrived (DOMAIN 2.8), fetching them from a link."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from fondaco.installs.actions import acknowledge_credentials, rotate_own_credentials
from fondaco.kit.errors import DomainError, Invalid
from fondaco.kit.rate import check_rate
from fondaco.messaging.claims import claim_credentials
from fondaco.messaging.payloads import installation_path
from fondaco.surfaces.api.wire import resources
from fondaco.surfaces.api.wire.access import Call, wire
from fondaco.surfaces.api.wire.answers import MethodNotAllowed, answer, link, refuse
from fondaco.surfaces.site.access import ACCESS

ACKNOWLEDGED: Final = "acknowledged"
# Of one address, for links; a link's token cannot be guessed, so this only spares the database.
_CLAIMS: Final = 60
_CLAIMS_SECONDS: Final = 60


@wire("apps:write", method="POST")
def rotate(call: Call, app_id: str, installation_id: str) -> HttpResponse:
    """Asks for new credentials. They come by event and never in this answer."""
    installation = call.installation_at(app_id, installation_id)
    rotate_own_credentials(actor=call.actor, installation=installation)
    path = f"{installation_path(installation)}/credentials/actions/rotate"
    return answer({"_links": {"self": link(path)}}, 202)


@wire("apps:write", method="POST")
def acknowledge(call: Call, app_id: str, installation_id: str, client_id: str) -> HttpResponse:
    """The new credentials arrived; the token that says so may come from either set."""
    installation = call.installation_at(app_id, installation_id)
    if call.body.get("state") != ACKNOWLEDGED:
        raise Invalid(fields={"state": [str(_("Must be acknowledged."))]})
    acknowledge_credentials(actor=call.actor, installation=installation, client_id=client_id)
    return answer(resources.credentials(installation, client_id, ACKNOWLEDGED), 202)


@csrf_exempt
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Credentials from the link in an event, once. Only POST fetches: programs that look at links spend nothing."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        if request.method != "POST":
            raise MethodNotAllowed
        check_rate(f"claim:{address}", limit=_CLAIMS, per=_CLAIMS_SECONDS)
        body = claim_credentials(token=token, address=address)
    except DomainError as error:
        response = refuse(error)
        if isinstance(error, MethodNotAllowed):
            response["Allow"] = "POST"
        return response
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


setattr(claim, ACCESS, "public")
