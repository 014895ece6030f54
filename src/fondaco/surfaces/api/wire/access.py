"""The door of the wire: ``@wire("apps:read")`` lets a program in that shows a token with this scope."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from typing import Any, Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.errors import TokenRefused
from fondaco.identity.tokens import AccessToken, require_scope, verify_access_token
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_installation_of_client
from fondaco.kit.errors import DomainError, NotFound
from fondaco.kit.rate import check_rate
from fondaco.resource_server import TokenMissing, read_bearer
from fondaco.surfaces.api.wire.answers import BadRequest, Json, MethodNotAllowed, UnsupportedMedia, answer, refuse
from fondaco.surfaces.site.access import ACCESS

P = ParamSpec("P")

# Ten requests a second, fifty at once, for each program (DOMAIN 9.1).
BURST: Final = 50
BURST_SECONDS: Final = 5
_LONGEST_BODY: Final = 64 * 1024


class Call:
    """One request of a program that showed a good token."""

    def __init__(self, request: HttpRequest, token: AccessToken) -> None:
        self.request = request
        self.token = token

    @cached_property
    def installation(self) -> Installation:
        """The installation that the program belongs to; a program of the portal has none."""
        return get_installation_of_client(self.token.client)

    def installation_at(self, app_id: str, installation_id: str = "") -> Installation:
        """The program's installation when the path names it; any other does not exist for it."""
        if app_id != self.installation.app_id.hex or installation_id not in {"", self.installation.pk.hex}:
            raise NotFound
        return self.installation

    @property
    def actor(self) -> Actor:
        """The program as the cause of a change."""
        client, address = self.token.client, self.request.META.get("REMOTE_ADDR", "")
        return Actor(ActorKind.CLIENT, id=client.pk.hex, label=client.name, address=address)

    @property
    def body(self) -> Json:
        """The JSON object that was sent."""
        if self.request.content_type not in {"application/json", "application/hal+json"}:
            raise UnsupportedMedia
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > _LONGEST_BODY:
            raise BadRequest
        try:
            parsed = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise BadRequest from None
        if not isinstance(parsed, dict):
            raise BadRequest
        return parsed


Handler = Callable[Concatenate[Call, P], Json | HttpResponse]


@dataclass(frozen=True, slots=True)
class _Door:
    scope: str
    method: str
    with_error: bool

    def admit(self, request: HttpRequest) -> Call:
        token = verify_access_token(_bearer(request))
        check_rate(f"wire:{token.client.pk.hex}", limit=BURST, per=BURST_SECONDS)
        if request.method != self.method and (request.method, self.method) != ("HEAD", "GET"):
            raise MethodNotAllowed
        require_scope(token, self.scope)
        return Call(request, token)


def wire(
    scope: str, *, method: str = "GET", with_error: bool = False
) -> Callable[[Handler[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Makes a view of ``handler(call, …)``: token, rate, method and scope are checked, refusals become JSON.

    ``with_error`` adds the older ``error`` member to refusals (DOMAIN 2.9).
    """
    door = _Door(scope, method, with_error)

    def make(handler: Handler[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @csrf_exempt
        def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                found = handler(door.admit(request), *args, **kwargs)
            except MethodNotAllowed as error:
                response = refuse(error, with_error=with_error)
                response["Allow"] = method
                return response
            except DomainError as error:
                return refuse(error, with_error=with_error)
            return found if isinstance(found, HttpResponse) else answer(found)

        setattr(update_wrapper(view, handler), ACCESS, f"scope:{scope}")
        return view

    return make


def open_to_all(handler: Callable[P, Json | HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Makes a view that anyone may read, without a token."""

    @csrf_exempt
    def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            found: Any = handler(*args, **kwargs)
        except DomainError as error:
            return refuse(error)
        return found if isinstance(found, HttpResponse) else answer(found)

    setattr(update_wrapper(view, handler), ACCESS, "public")
    return view


def by_method(**views: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address with a view for each method: ``by_method(GET=…, POST=…)``. Each has a door of its own."""

    @csrf_exempt
    def view(request: HttpRequest, **parts: str) -> HttpResponse:
        found = views.get("GET" if request.method == "HEAD" else request.method or "")
        if found is not None:
            return found(request, **parts)
        response = refuse(MethodNotAllowed())
        response["Allow"] = ", ".join(views)
        return response

    setattr(view, ACCESS, ", ".join(getattr(each, ACCESS) for each in views.values()))
    return view


def _bearer(request: HttpRequest) -> str:
    try:
        return read_bearer(request.headers.get("Authorization"))
    except TokenMissing:
        raise TokenRefused from None
