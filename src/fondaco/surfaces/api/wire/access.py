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
from fondaco.catalog.models import App
from fondaco.identity.machines import find_partner
from fondaco.identity.models import ClientKind
from fondaco.identity.pace import count_wire_call
from fondaco.identity.tokens import AccessToken, require_scope, verify_access_token
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_installation_of_app, get_installation_of_client
from fondaco.kit.errors import DomainError, NotFound, TooMany
from fondaco.kit.ids import parse_wire
from fondaco.kit.rate import Allowance
from fondaco.partners.models import Partner
from fondaco.surfaces.api.wire.answers import BadRequest, Json, MethodNotAllowed, UnsupportedMedia, answer, refuse
from fondaco.surfaces.site.access import ACCESS
from fondaco.surfaces.site.bearer import shown_token

P = ParamSpec("P")

PARTNER_SCOPE: Final = "partner-events:read"  # of a partner's own program
_LONGEST_BODY: Final = 64 * 1024


class Call:
    """One request of a program that showed a good token.

    A program is an installation's, or a partner's own: a client of its developer account, where the door lets it in.
    """

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

    @cached_property
    def partner(self) -> Partner | None:
        """The partner whose own program calls; None for an installation's."""
        return find_partner(self.token)

    def app_at(self, app_id: str) -> App:
        """The app that the path names, when it is the installation's or one of the partner's own."""
        if self.partner is None:
            return self.installation_at(app_id).app
        found = parse_wire(app_id)
        app = App.objects.filter(partner=self.partner, pk=found).first() if found else None
        if app is None:
            raise NotFound
        return app

    def installation_of(self, app_id: str, installation_id: str) -> Installation:
        """The installation that the path names, when it is the program's or of one of the partner's own apps."""
        if self.partner is None:
            return self.installation_at(app_id, installation_id)
        return get_installation_of_app(self.app_at(app_id), installation_id)

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
    partner_scope: str
    method: str
    with_error: bool

    @property
    def access(self) -> str:
        """As ``site.access`` names it."""
        return ", ".join(f"scope:{scope}" for scope in (self.scope, self.partner_scope) if scope)

    def admit(self, request: HttpRequest, token: AccessToken) -> Call:
        if request.method != self.method and (request.method, self.method) != ("HEAD", "GET"):
            raise MethodNotAllowed
        is_of_partner = self.partner_scope and token.client.kind == ClientKind.PORTAL
        require_scope(token, self.partner_scope if is_of_partner else self.scope)
        return Call(request, token)


def wire(
    scope: str, *, method: str = "GET", with_error: bool = False, partner_scope: str = ""
) -> Callable[[Handler[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Makes a view of ``handler(call, …)``: token, rate, method and scope are checked, refusals become JSON.

    ``with_error`` adds the older ``error`` member to refusals (DOMAIN 2.9). ``partner_scope`` lets a partner's own
    program in as well.
    """
    door = _Door(scope, partner_scope, method, with_error)

    def make(handler: Handler[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @csrf_exempt
        def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                token = verify_access_token(shown_token(request))
            except DomainError as error:
                return refuse(error, with_error=with_error)
            allowance = count_wire_call(token.client)
            try:
                if allowance.retry_after:
                    raise TooMany(retry_after=allowance.retry_after)
                found = handler(door.admit(request, token), *args, **kwargs)
            except DomainError as error:
                response = refuse(error, with_error=with_error)
                if isinstance(error, MethodNotAllowed):
                    response["Allow"] = method
            else:
                response = found if isinstance(found, HttpResponse) else answer(found)
            return _say_rate(response, allowance)

        setattr(update_wrapper(view, handler), ACCESS, door.access)
        return view

    return make


def open_to_all(handler: Callable[P, Json | HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Makes a view that anyone may read, and do nothing else with, without a token."""

    @csrf_exempt
    def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            response = refuse(MethodNotAllowed())
            response["Allow"] = "GET"
            return response
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

    setattr(view, ACCESS, ", ".join(dict.fromkeys(getattr(each, ACCESS) for each in views.values())))
    return view


def _say_rate(response: HttpResponse, allowance: Allowance) -> HttpResponse:
    response["X-RateLimit-Limit"] = str(allowance.limit)
    response["X-RateLimit-Remaining"] = str(allowance.remaining)
    response["X-RateLimit-Reset"] = str(allowance.reset)  # seconds until all of it is there again
    return response
