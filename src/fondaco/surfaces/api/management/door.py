"""The door of the management API: who calls, from which place, how often, with what, and whether this was asked before.

``routes.get("/accounts/{account_id}/users", Page[UserOut], Permission.PEOPLE_VIEW)`` opens an address to tokens of
people whose place in that account gives one of the permissions named; none named means that being there is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.decorators import decorate_view
from ninja.security import HttpBearer

from fondaco.accounts.models import Operator, Person, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import find_user
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.actions.personal_tokens import PREFIX as PERSONAL_PREFIX
from fondaco.identity.errors import InsufficientScope, TokenLimited, TokenRefused
from fondaco.identity.federation.policies import check_takes_tokens
from fondaco.identity.machines import Machine, find_machine, scope_for
from fondaco.identity.models import PersonalAccessToken
from fondaco.identity.places import STAFF
from fondaco.identity.policies import check_second_factor
from fondaco.identity.tokens import find_personal_token
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.kit.idempotency import Answer, answer_once
from fondaco.kit.rate import check_rate
from fondaco.partners.models import Member
from fondaco.partners.queries import find_member
from fondaco.surfaces.api.management.refusals import TooLarge
from fondaco.surfaces.api.wire.answers import UnsupportedMedia
from fondaco.surfaces.site.bearer import shown_token

View = TypeVar("View", bound=Callable[..., Any])

KEY_HEADER: Final = "Idempotency-Key"
_LIMIT: Final = 300  # for each person, or each address without a token: so many at once, then five a second
_PER: Final = 60


class Place(StrEnum):
    """What a path leads into, and so what the caller acts as."""

    ANYWHERE = "anywhere"  # no token needed
    PERSON = "person"  # a token, whatever its owner's places
    ACCOUNT = "account"
    PARTNER = "partner"
    OPERATOR = "operator"
    MACHINE = "machine"  # the token of a partner's client itself


@dataclass(slots=True)
class Caller:
    """Who calls: a person with a ``token`` of theirs, a partner's client (``program``), or a visitor with neither.

    Of the last three, the one that the path's place asks for is set.
    """

    actor: Actor
    token: PersonalAccessToken | None = None
    program: Machine | None = None
    as_user: User | None = None
    as_member: Member | None = None
    as_operator: Operator | None = None

    @property
    def person(self) -> Person:
        """The token's owner."""
        return self.shown_token.person

    @property
    def shown_token(self) -> PersonalAccessToken:
        """The token of a caller who must have one."""
        if self.token is None:
            raise TokenRefused
        return self.token

    @property
    def machine(self) -> Machine:
        """The client that calls where only clients do."""
        if self.program is None:
            raise LookupError("this address is not for clients")
        return self.program

    @property
    def user(self) -> User:
        """The seat in the account of the path."""
        if self.as_user is None:
            raise LookupError("this address lies in no account")
        return self.as_user

    @property
    def member(self) -> Member:
        """The membership in the partner of the path."""
        if self.as_member is None:
            raise LookupError("this address lies in no partner")
        return self.as_member

    @property
    def operator(self) -> Operator:
        """The caller as staff."""
        if self.as_operator is None:
            raise LookupError("this address is not the operator's")
        return self.as_operator


class Request(HttpRequest):
    """A request as the functions behind this door get it."""

    caller: Caller


class PersonalToken(HttpBearer):
    """Says in the OpenAPI document how to authenticate; the door has done it before this is asked."""

    def authenticate(self, request: HttpRequest, token: str) -> bool:
        return getattr(request, "caller", None) is not None


@dataclass(frozen=True, slots=True)
class Door:
    """What one address asks of its callers. ``permissions``: one of them is enough.

    A limited token opens what it is limited to, and of addresses without permissions those that only read; in
    ``Place.PERSON`` none, because they lie beyond every limit. ``for_limited`` makes an exception.
    """

    place: Place
    method: str
    permissions: tuple[Permission, ...] = ()
    for_limited: bool = False
    is_open_without_factor: bool = False  # for people who owe a second factor, too: where they set it up
    for_machines: bool = False  # for a partner's client as well: what is about its apps

    @property
    def access(self) -> str:
        """As ``site.access`` names it: ``public``, ``signed-in``, or permissions."""
        if self.place == Place.ANYWHERE:
            return "public"
        return " | ".join(permission.value for permission in self.permissions) or "signed-in"

    @property
    def scopes(self) -> list[str]:
        """Of a partner's client, one of which opens this; none keeps clients out."""
        return sorted({scope_for(permission) for permission in self.permissions} - {""}) if self.for_machines else []

    def guard(self, run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Puts this door before an operation's ``run``."""
        models = run.__self__.models  # type: ignore[attr-defined]
        known = {name for one in models if one.__ninja_param_source__ == "query" for name in one.__ninja_flatten_map__}
        has_body = any(one.__ninja_param_source__ == "body" for one in models)

        def guarded(request: Request, **path: Any) -> HttpResponse:
            if not request.path.isprintable():
                raise NotFound
            request.caller = caller = _find_caller(
                request, is_required=self.place != Place.ANYWHERE, is_for_all=self.is_open_without_factor
            )
            check_rate(f"management:{_identity(caller)}"[:200], limit=_LIMIT, per=_PER)
            self._enter(caller, path)
            _check_query(request, known)
            body = _read_body(request, is_expected=has_body)
            key = request.headers.get(KEY_HEADER)
            if self.method != "POST" or key is None:
                return run(request, **path)
            asked = f"{request.method} {request.get_full_path()}\n".encode() + body
            answer = answer_once(
                caller=_identity(caller), key=key, request=asked, produce=lambda: _pack(run(request, **path))
            )
            return _unpack(answer)

        return guarded

    def _enter(self, caller: Caller, path: Mapping[str, str]) -> None:
        """Finds what the caller is at the place of the path; to whom is nothing there, the place does not exist."""
        if caller.program is not None:
            self._enter_as_machine(caller, caller.program, path)
            return
        if self.place == Place.MACHINE:
            raise NotFound
        if self.place in {Place.ANYWHERE, Place.PERSON}:
            if caller.token and caller.token.is_limited and not self.is_open_to_limited:
                raise TokenLimited
            return
        holder = self._find_holder(caller, path)
        held = [permission for permission in self.permissions if holder.can(permission)]
        if self.permissions and not held:
            raise Forbidden
        if scopes := caller.shown_token.scopes:
            # Whatever the action asks the holder later on, it gets no more than the token allows.
            holder.narrowed_to = frozenset(scopes)
            if held and not any(holder.can(permission) for permission in held):
                raise InsufficientScope(scope=held[0].value)
            if not self.is_open_to_limited:
                raise TokenLimited

    def _enter_as_machine(self, caller: Caller, program: Machine, path: Mapping[str, str]) -> None:
        """A client works in its own partner, as far as its scopes go; whatever belongs to a person is closed to it."""
        if self.place in {Place.ANYWHERE, Place.MACHINE}:
            return
        if self.place == Place.PERSON:
            raise TokenLimited
        if self.place != Place.PARTNER or path["partner_id"] != program.partner.pk.hex:
            raise NotFound
        caller.as_member = member = program.member()
        if not self.scopes:
            raise TokenLimited
        if not any(member.can(permission) for permission in self.permissions):
            raise InsufficientScope(scope=self.scopes[0])

    @property
    def is_open_to_limited(self) -> bool:
        """Whether limits of a token are checked by what it asks for, or do not matter."""
        return bool(self.permissions) or self.for_limited or (self.method == "GET" and self.place != Place.PERSON)

    def _find_holder(self, caller: Caller, path: Mapping[str, str]) -> User | Member | Operator:
        only = caller.shown_token.place
        here = {
            Place.ACCOUNT: f"account:{path.get('account_id')}",
            Place.PARTNER: f"partner:{path.get('partner_id')}",
            Place.OPERATOR: STAFF,
        }
        if only not in {"", here[self.place]}:
            raise NotFound
        if self.place == Place.ACCOUNT:
            caller.as_user = find_user(caller.person, path["account_id"])
            check_takes_tokens(caller.as_user)
            return caller.as_user
        if self.place == Place.PARTNER:
            caller.as_member = find_member(caller.person, path["partner_id"])
            return caller.as_member
        caller.as_operator = _find_operator(caller.person)
        return caller.as_operator


class Routes(Router):
    """Addresses of one noun, all in the same kind of place; ``for_machines`` opens them to a partner's client."""

    doors: Final[dict[str, list[Door]]] = {}  # every door of the API, by path

    def __init__(self, tag: str, place: Place, *, for_machines: bool = False) -> None:
        super().__init__(tags=[tag])
        self.place, self.for_machines = place, for_machines

    def serve(
        self,
        method: str,
        path: str,
        answer: Any,
        *permissions: Permission,
        status: int = 200,
        for_limited: bool = False,
        without_factor: bool = False,
    ) -> Callable[[View], View]:
        """Opens ``method path`` to a function that returns ``answer``; None is an empty answer."""
        door = Door(self.place, method, permissions, for_limited, without_factor, self.for_machines)
        self.doors.setdefault(path, []).append(door)

        def register(view: View) -> View:
            guarded = decorate_view(door.guard)(view)
            add = self.api_operation(
                [method],
                path,
                response={204 if answer is None else status: answer},
                auth=None if self.place == Place.ANYWHERE else PersonalToken(),
                operation_id=view.__name__,
                openapi_extra={"x-permission": door.access, "x-scopes": door.scopes},
            )
            return add(guarded)

        return register

    def reads(
        self, path: str, answer: Any, *permissions: Permission, for_limited: bool = False
    ) -> Callable[[View], View]:
        """``GET``."""
        return self.serve("GET", path, answer, *permissions, for_limited=for_limited)

    def does(
        self, path: str, answer: Any, *permissions: Permission, for_limited: bool = False
    ) -> Callable[[View], View]:
        """``POST`` that changes something which exists."""
        return self.serve("POST", path, answer, *permissions, for_limited=for_limited)

    def creates(self, path: str, answer: Any, *permissions: Permission) -> Callable[[View], View]:
        """``POST`` that makes something new."""
        return self.serve("POST", path, answer, *permissions, status=201)

    def replaces(self, path: str, answer: Any, *permissions: Permission) -> Callable[[View], View]:
        """``PUT``."""
        return self.serve("PUT", path, answer, *permissions)

    def removes(self, path: str, *permissions: Permission) -> Callable[[View], View]:
        """``DELETE``."""
        return self.serve("DELETE", path, None, *permissions)


def _find_caller(request: HttpRequest, *, is_required: bool, is_for_all: bool) -> Caller:
    address = request.META.get("REMOTE_ADDR", "")
    if not request.headers.get("Authorization") and not is_required:
        return Caller(Actor.anonymous(label="visitor", address=address))
    plain = shown_token(request)
    if not plain.startswith(PERSONAL_PREFIX):
        program = find_machine(plain)
        client = program.client
        return Caller(Actor(ActorKind.CLIENT, id=client.pk.hex, label=client.name, address=address), program=program)
    token = find_personal_token(plain)
    person = token.person
    if not is_for_all:
        check_second_factor(person)
    return Caller(Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address=address), token)


def _identity(caller: Caller) -> str:
    if caller.program:
        return f"client {caller.program.client.pk.hex}"
    return caller.token.person_id.hex if caller.token else f"visitor {caller.actor.address}"


def _find_operator(person: Person) -> Operator:
    found = Operator.objects.filter(person=person, is_active=True).select_related("person").first()
    if found is None:
        raise NotFound
    return found


def _check_query(request: HttpRequest, known: set[str]) -> None:
    unknown = sorted(set(request.GET) - known)
    if unknown:
        raise Invalid(fields={name[:100]: [_("There is no such parameter.")] for name in unknown[:20]})


def _read_body(request: HttpRequest, *, is_expected: bool) -> bytes:
    try:
        body = request.body
    except RequestDataTooBig:
        raise TooLarge from None
    if is_expected and body and request.content_type != "application/json":
        raise UnsupportedMedia
    if body.strip() and not is_expected and body.strip() != b"{}":
        raise Invalid(fields={"body": [_("Nothing is expected here.")]})
    return body


def _pack(response: HttpResponse) -> Answer:
    return Answer(response.status_code, response.get("Content-Type", ""), response.content)


def _unpack(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    if answer.is_replay:
        response["Idempotent-Replayed"] = "true"
    return response
