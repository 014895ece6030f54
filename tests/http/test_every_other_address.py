"""What is no page with a permission and no operation of the API: sign-in pages, the wire, the issuer.

And the proof that no address is left out of all walks: a new one has to be declared in a table, which holds no others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.accounts import make_account
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_completed
from tests.http.remembering import remember_who_asks
from tests.http.test_every_address import PAGES, Address, addresses, kept_cookies, signed_in
from tests.http.test_every_operation import OPERATIONS, token_of
from tests.http.wire.conftest import Program
from tests.http.world import Viewer, World, make_world, undone

from fondaco.identity import signing_keys
from fondaco.surfaces.api.management.door import Routes
from fondaco.surfaces.idp.urls import addresses as issuer_addresses
from fondaco.surfaces.site.views import errors

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
LOGIN, HOME, SECURITY, CONFIRM = "/account/login/", "/home", "/you/security", "/account/2fa/confirm/"
Answer = int | str  # a status, or where it leads
Pair = tuple[Answer, Answer]  # GET, and POST of an empty form
_FIRST: Pair = (LOGIN, LOGIN)
_NONE: Pair = (404, 404)
_CONFIRMS: tuple[Pair, Pair, Pair] = (_FIRST, (403, 403), (CONFIRM, CONFIRM))
# Of django-allauth's views, by name: what a visitor gets, who is signed in, and who is so with a second factor.
SIGN_IN_PAGES: dict[str, tuple[Pair, Pair, Pair]] = {
    "account_login": ((200, 200), (HOME, HOME), (HOME, HOME)),
    "account_logout": (("/", "/"), (200, "/"), (200, "/")),
    "account_inactive": ((200, 405), (200, 405), (200, 405)),
    "account_signup": ((200, 200), (HOME, HOME), (HOME, HOME)),
    "account_reauthenticate": _CONFIRMS,
    "account_email_verification_sent": ((200, 405), ("/you", "/you"), ("/you", "/you")),
    "account_confirm_email": ((409, 409),) * 3,
    "account_set_password": (("/account/password/reset/",) * 2,) * 3,
    "account_change_password": (_FIRST, ("/account/password/set/",) * 2, ("/account/password/set/",) * 2),
    "account_reset_password": ((200, 200),) * 3,
    "account_reset_password_done": ((200, 405),) * 3,
    "account_reset_password_from_key_done": ((200, 405),) * 3,
    "account_reset_password_from_key": ((200, 200),) * 3,
    "mfa_index": ((SECURITY, SECURITY),) * 3,
    "mfa_authenticate": (_FIRST, (HOME, HOME), (HOME, HOME)),
    "mfa_reauthenticate": (_FIRST, (403, 403), (200, 200)),
    "mfa_activate_totp": (_FIRST, (200, 200), ("/account/2fa/app/remove/",) * 2),
    "mfa_deactivate_totp": (_FIRST, _NONE, (200, 200)),
    "mfa_view_recovery_codes": (_FIRST, (404, 405), (404, 405)),
    "mfa_generate_recovery_codes": (_FIRST, (200, 200), (200, "/account/2fa/recovery-codes/")),
    "mfa_list_webauthn": ((SECURITY, SECURITY),) * 3,
    "mfa_add_webauthn": (_FIRST, (200, 200), (200, 200)),
    "mfa_login_webauthn": (_FIRST, (HOME, HOME), (HOME, HOME)),
    "mfa_reauthenticate_webauthn": _CONFIRMS,
    "mfa_edit_webauthn": (_FIRST, _NONE, _NONE),
    "mfa_remove_webauthn": (_FIRST, _NONE, _NONE),
}
_OF_KEYS = {"uidb36": "0", "key": "set-password", "pk": "1"}


@dataclass(frozen=True)
class Statuses:
    """What one method gets without a token that counts, from its own program, from that without scopes, and from the
    program of another customer.
    """

    nobody: int
    own: int
    unscoped: int
    stranger: int

    def of(self, who: str) -> int:
        return int(getattr(self, who if who in {"own", "unscoped", "stranger"} else "nobody"))


def all_get(status: int) -> Statuses:
    return Statuses(status, status, status, status)


_THINGS = Statuses(401, 200, 403, 404)  # something of an app or an account that the path names
_OWN_PLACE = Statuses(401, 200, 403, 200)  # the path names nothing, so a stranger sees what is theirs
_ME = Statuses(401, 400, 403, 400)  # a program's token has no user
_NEVER = Statuses(401, 405, 405, 405)
_READ = {"GET": _THINGS, "POST": _NEVER, "DELETE": _NEVER}
_LISTED = _READ | {"GET": _OWN_PLACE}
_OPEN = {"GET": all_get(200), "POST": all_get(405), "DELETE": all_get(405)}
_FORM = {"GET": all_get(405), "POST": all_get(400), "DELETE": all_get(405)}  # an empty one is refused
_NOWHERE = dict.fromkeys(("GET", "POST", "DELETE"), all_get(404))
_PLACE = "apps/<str:app_id>/installations/<str:installation_id>"
_ISSUER = "<slug:account>/oauth"
MACHINES: dict[str, dict[str, Statuses]] = {
    "api/v1/device/code": _FORM,
    "api/v1/device/token": _FORM,
    "api/v1/openapi.json": _OPEN,
    "api/v1/": _OPEN,
    "api/v1/*": _NOWHERE,
    "apps": _LISTED,
    "apps/<str:app_id>": _READ,
    "apps/<str:app_id>/installations": _READ,
    _PLACE: _READ,
    f"{_PLACE}/full-state": _READ,
    f"{_PLACE}/state": {"GET": _THINGS, "POST": Statuses(401, 422, 403, 404), "DELETE": all_get(405)},
    f"{_PLACE}/users": _READ,
    f"{_PLACE}/subscription": _READ,
    f"{_PLACE}/trial": _READ,
    f"{_PLACE}/credentials/actions/rotate": _READ | {"GET": _NEVER, "POST": Statuses(401, 202, 403, 404)},
    f"{_PLACE}/credentials/<str:client_id>/state": _READ | {"GET": _NEVER, "POST": Statuses(401, 422, 403, 404)},
    "credential-claims/<str:token>": {"GET": all_get(405), "POST": all_get(404), "DELETE": all_get(405)},
    "apps/<str:app_id>/events/<str:event_id>": _READ,
    "apps/<str:app_id>/messages": _READ,
    "account": _LISTED,
    "users": _LISTED,
    "users/me": {"GET": _ME, "POST": _ME, "DELETE": all_get(405)},
    "users/<str:user_id>": _READ,
    "events/signature-keys": _OPEN,
    "events/signature-keys/<str:key_id>": _OPEN,
    "apps/*": _NOWHERE,
    f"{_ISSUER}/authorize": {"GET": all_get(400), "POST": all_get(400), "DELETE": all_get(405)},
    f"{_ISSUER}/resume": _OPEN,
    f"{_ISSUER}/token": _FORM,
    f"{_ISSUER}/revoke": _FORM,
    f"{_ISSUER}/introspect": _FORM,
    f"{_ISSUER}/end_user_session": _FORM | {"POST": Statuses(401, 403, 403, 401)},  # the scope is not an app's
    "<slug:account>/.well-known/openid-configuration": _OPEN,
    "<slug:account>/.well-known/jwks.json": _OPEN,
    ".well-known/oauth-authorization-server/<slug:account>": _OPEN,
}
# Addresses for all that begin like this are known by a star.
_FOR_THE_REST = {"^(?:apps|account|users|events|credential-claims)/(?P<rest>.*)$": "apps/*"}
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def key_of(address: Address) -> str:
    """How the tables call an address."""
    if address.route == "api/v1/" and not address.name:
        return "api/v1/*"
    return _FOR_THE_REST.get(address.route, address.route)


def path_of(route: str, values: dict[str, str]) -> str:
    plain = route.replace("^", "").replace("$", "").replace("*", "nothing/at/all")
    return "/" + _PARAMETER.sub(lambda match: values[match[1] or match[2]], plain)


@pytest.fixture
def world(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    signing_keys.forget()  # the process remembers one that was undone with another test
    remember_who_asks(monkeypatch)
    settings.EMAIL_FILE_PATH = tmp_path
    monkeypatch.setattr(errors, "render", lambda _request, _template, status: HttpResponse(status=status))
    yield make_world()
    signing_keys.forget()


def test_each_address_is_in_one_walk_and_each_declaration_is_of_one() -> None:
    operations = {"api/v1" + re.sub(r"{(\w+)}", r"<\1>", operation.path) for operation in OPERATIONS}
    walks: dict[str, set[str]] = {
        "pages": {address.route for address in PAGES},
        "operations": operations,
        "sign-in": {address.route for address in addresses() if address.name in SIGN_IN_PAGES},
        "machines": set(MACHINES),
    }
    found = {key_of(address) for address in addresses()}
    assert {route: homes for route in found if len(homes := home_of(route, walks)) != 1} == {}
    assert set().union(*walks.values()) - found == set()
    assert len(walks["sign-in"]) == len(SIGN_IN_PAGES)
    assert Counter((one.door.method, one.path) for one in OPERATIONS).most_common(1)[0][1] == 1
    assert sum(map(len, Routes.doors.values())) == len(OPERATIONS)


def home_of(route: str, walks: dict[str, set[str]]) -> list[str]:
    return [name for name, routes in walks.items() if route in routes]


def test_hosts_of_accounts_answer_nothing_that_paths_do_not() -> None:
    views = {pattern.callback for pattern in issuer_addresses("path")}
    assert {pattern.callback for pattern in issuer_addresses("host")} == views


def test_everybody_gets_what_is_declared_of_sign_in_pages(world: World) -> None:
    wrong = []
    for viewer in world.viewers:
        client = signed_in(viewer)
        for address in (one for one in addresses() if one.name in SIGN_IN_PAGES):
            for method, expected in zip(("GET", "POST"), declared(address, viewer), strict=True):
                with undone(), kept_cookies(client):
                    answer = client.generic(method, path_of(address.route, _OF_KEYS))
                if not fits(answer, expected):
                    wrong.append(f"{viewer.name}: {method} {address.route}: {answer.status_code}, not {expected}")
    assert wrong == []


def declared(address: Address, viewer: Viewer) -> Pair:
    visitor, plain, with_factor = SIGN_IN_PAGES[address.name]
    if viewer.person is None:
        return visitor
    return with_factor if viewer.person.authenticator_set.exists() else plain


def fits(answer: HttpResponse, expected: Answer) -> bool:
    if isinstance(expected, int):
        return answer.status_code == expected
    return answer.status_code == 302 and answer["Location"].partition("?")[0] == expected


def test_everybody_gets_what_is_declared_of_addresses_for_machines(world: World) -> None:
    """As programs; and as people of every kind, whose sessions and personal tokens open nothing here."""
    own = Program(world.installation, Client(raise_request_exception=False))
    stranger = Program(
        make_completed(make_account("lagoon", company_name="Lagoon Bank"), version=make_published_version()), own.http
    )
    values = world.values | {
        "app_id": world.installation.app_id.hex,
        "user_id": world.installation.installed_by_id,
        "client_id": "0" * 32,
    }
    wrong = []
    for who, client, headers in callers(world, own, stranger):
        # Nothing of theirs may come to anything, so it is enough to undo it in the end.
        is_person = "," in who
        with undone() if is_person else nullcontext():
            for route, method, statuses in asked_by(is_person=is_person):
                body = (b"{}", "application/json") if route.startswith("apps") else (b"", FORM)
                with nullcontext() if is_person else undone():
                    answer = client.generic(method, path_of(route, values), *body, headers=headers)
                if answer.status_code != statuses.of(who):
                    wrong.append(f"{who}: {method} {route}: {answer.status_code}, not {statuses.of(who)}")
                if who == "stranger" and statuses is _OWN_PLACE:
                    assert not {world.account.pk, values["app_id"], values["user_id"]} & words_of(answer), route
    assert wrong == []


def asked_by(*, is_person: bool) -> Iterable[tuple[str, str, Statuses]]:
    """No view asks who somebody is before it refuses a method that nobody may use: programs do for all."""
    for route, methods in MACHINES.items():
        for method, statuses in methods.items():
            if not is_person or method != "DELETE":
                yield route, method, statuses


def callers(world: World, own: Program, stranger: Program) -> Iterable[tuple[str, Client, dict[str, str]]]:
    tokens = {"own": own.token(), "unscoped": own.token(scope=""), "stranger": stranger.token()}
    yield "anonymous", own.http, {}
    for name, token in tokens.items():
        yield name, own.http, {"Authorization": f"Bearer {token}"}
    for viewer in (one for one in world.viewers if one.person):
        yield f"{viewer.name}, signed in", signed_in(viewer), {}
        yield f"{viewer.name}, with a personal token", own.http, token_of(viewer)


def words_of(answer: HttpResponse) -> set[str]:
    return set(re.findall(r"\w+", answer.content.decode()))
