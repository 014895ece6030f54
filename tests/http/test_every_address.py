"""Every address of the house, asked by everybody: each view says who may see it, and keeps its word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import product
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from tests.factories.accounts import make_operator, make_person
from tests.http.remembering import remember_who_asks
from tests.http.world import ACCOUNT, OPERATOR, PARTNER, UNKNOWN, Viewer, World, make_world, undone

from fondaco.accounts.permissions import ADMIN, OperatorRole, Permission
from fondaco.partners.models import MemberRole
from fondaco.surfaces.site.access import ACCESS
from fondaco.surfaces.site.views import errors

pytestmark = pytest.mark.django_db

# Walked beside this: the management API in test_every_operation, all else that carries no permission of a place in
# test_every_other_address, which also proves that no address is left to none of the three.
UNMARKED = re.compile(r"^account/")
MACHINES = re.compile(r"^(api/v1|apps|account$|users|events/|credential-claims/|<slug:account>/|\.well-known/|\^)")
SIGN_IN = "/account/login/"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What some addresses ask beyond their mark: the track in the path decides.
_TECHNICAL = frozenset({Permission.PARTNER_APPS_EDIT, Permission.OPERATOR_REVIEW_TECHNICAL})
_REMOVING = frozenset({"endings", "ending", "remove_installation"})
_MAY_REMOVE = frozenset({Permission.OPERATOR_SUPPORT, Permission.OPERATOR_PARTNERS})
_ANY_REVIEW = frozenset({Permission.OPERATOR_REVIEW_TECHNICAL, Permission.OPERATOR_REVIEW_LISTING})
_OF_REVIEWERS = frozenset({"submissions", "reasons", "reason", "remove_reason"})  # of either track
_ANSWERS_AT_ONCE = frozenset({"test_sign_in", "submission_credentials", "signatures", "show_webhook_secret"})
_LEADS_ON = {"submissions": 302}
# The app is here already; in another account these steps lead back to the first one.
_INSTALLING = {"install_plan": 200, "install_users": 302, "install_later": 302, "install_confirm": 302}
_TO_SEND = {("backoffice", "account"): Permission.OPERATOR_SUPPORT}  # what looking at the page does not need
_OF_HIGHER_RANK = frozenset({"deactivate", "reactivate"})  # about a supervisor, who may do more than one thing
_ANSWER_IN_PLACE = frozenset({"test_sign_in", "draft", "panel"})  # to whatever is sent, or to nothing
_OF_THE_ACCOUNT = frozenset({"remove_sign_in", "switch_sign_in", "test_sign_in"})  # named by no parameter
# What is open to everyone who is signed in decides by itself. Who is not named gets what "" says, else 403.
_SEEING = {"admin of the account": 200, "supervisor of the account": 200}
_STRANGERS = {"admin of another account": 404, "only apps.view": 404}  # who see My Apps, but not this app
_BY_NAME: dict[str, dict[str, int]] = {
    "home": {"": 302},
    "connect_login": {"": 400},
    "switch_place": {"": 404},
    "install": {"admin of the account": 302, "only apps.install": 302, "admin of another account": 302},
    "install_by_link": {"": 404},
    "my_apps": {**_SEEING, "admin of another account": 200, "only apps.view": 200},
    "my_apps_board": {**_SEEING, "admin of another account": 200, "only apps.view": 200},
    "installation": {**_SEEING, **_STRANGERS},
    "retry": {**_SEEING, **_STRANGERS},
    "uninstall": {"admin of the account": 200, **_STRANGERS},
    "settings": {"admin of the account": 200, **_STRANGERS},
    "auto_install": {"admin of the account": 200, **_STRANGERS},
    "timeline": {"admin of the account": 200, **_STRANGERS},
    "upgrade": {"admin of the account": 200, **_STRANGERS},
    "why_not": {
        **dict.fromkeys(["admin of the account", "supervisor of the account", "agent of the account"], 200),
        **dict.fromkeys(["admin of another account", *(f"only {permission}" for permission in ADMIN)], 200),
    },
    "force_uninstall": _STRANGERS,
    "launch": {"admin of the account": 302, "supervisor of the account": 302, "admin of another account": 404},
}
# A person's own settings, the same for everybody: what GET and POST of an empty form come to.
_OWN: dict[str, tuple[int, int]] = {
    "you": (200, 422), "change_email": (200, 422), "withdraw_email": (405, 302), "security": (200, 405),
    "second_factor": (302, 405), "sessions": (200, 405), "end_sessions": (405, 302), "end_session": (405, 404),
    "tokens": (200, 405), "new_token": (200, 422), "revoke_tokens": (405, 302), "revoke_token": (405, 404),
    "device": (200, 422),
}  # fmt: skip
# What everybody gets of a page that is open to all: GET, and POST of an empty form.
_PUBLIC: dict[str, tuple[int, int]] = {
    "live": (200, 405), "ready": (200, 405), "invitation": (200, 200),
    "choose_company": (200, 422), "company_sign_in": (404, 405), "company_sign_in_go": (404, 405),
    "company_sign_in_return": (400, 405), "set_theme": (405, 302), "media": (404, 405), "manifest_schema": (200, 405),
    "design": (200, 405), "design_data": (200, 405), "design_form": (200, 200), "design_apps": (200, 405),
    "design_notices": (200, 405), "design_look": (200, 405), "inbox": (200, 405), "mail_kinds": (200, 405),
    "mail_kind": (200, 405), "mail_kind_html": (200, 405), "inbox_mail": (404, 405), "inbox_mail_html": (404, 405),
    "marketplace": (200, 405), "listing": (200, 405), "review_statistics": (200, 405),
    "partners": (200, 405), "apply": (200, 422),
    "apply_sent": (302, 405), "apply_verify": (200, 302), "apply_answer": (200, 422)
}  # fmt: skip
_OF_VISITORS = {("invitation", "POST"): 422}  # who is not signed in has to choose a password
_GROUPS = 3
_OWNERS = {
    "installation_id": ACCOUNT, "user_id": ACCOUNT, "member_id": PARTNER, "app_id": PARTNER, "version_id": PARTNER,
    "plan_id": PARTNER, "screenshot_id": PARTNER, "application_id": OPERATOR, "partner_id": OPERATOR,
    "account_id": OPERATOR, "submission_id": OPERATOR, "client_id": PARTNER, "role_id": ACCOUNT,
    "operator_id": OPERATOR, "transfer_id": PARTNER, "subject_id": PARTNER, "sample_id": OPERATOR,
    "event_id": PARTNER, "endpoint_id": PARTNER,
    "ticket_id": ACCOUNT,
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    route: str
    name: str
    access: str | None

    @property
    def surface(self) -> str:
        return self.route.split("/")[0]

    @property
    def kind(self) -> str:
        """Whose page it is; what is nobody's is looked at with the account's."""
        return {"portal": PARTNER, "backoffice": OPERATOR}.get(self.surface, ACCOUNT)

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.route)

    @property
    def also_needed(self) -> frozenset[Permission]:
        """One of these is needed besides; empty for most."""
        if self.name in _OF_REVIEWERS:
            return _ANY_REVIEW
        if self.name in _REMOVING:
            return _MAY_REMOVE
        return _TECHNICAL if {"track", "part"} & set(self.parameters) or self.name == "conversation" else frozenset()

    @property
    def also_needed_to_send(self) -> frozenset[Permission]:
        """What its form needs beyond its page."""
        found = _TO_SEND.get((self.surface, self.name))
        return frozenset({found}) if found else frozenset()

    @property
    def owner(self) -> str | None:
        """Whose thing the address names; None when it names nobody's."""
        if "tester_id" in self.parameters:
            return PARTNER if self.surface == "portal" else ACCOUNT
        if self.surface == "backoffice" and any(name.endswith("_id") for name in self.parameters):
            return OPERATOR
        if self.surface == "portal" and "submission_id" in self.parameters:
            return PARTNER
        if "invitation_id" in self.parameters:
            return {"portal": PARTNER, "backoffice": OPERATOR}.get(self.surface, ACCOUNT)
        if self.name in _OF_THE_ACCOUNT:
            return ACCOUNT
        if self.surface == "portal" and {"installation_id", "ticket_id"} & set(self.parameters):
            return PARTNER
        return next((_OWNERS[name] for name in self.parameters if name in _OWNERS), None)

    def path(self, world: World, **instead: str) -> str:
        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            where = self.name if (self.name, name) in world.surface_values else self.surface
            return instead.get(name) or world.value(where, name)

        return "/" + _PARAMETER.sub(fill, self.route)


def addresses() -> list[Address]:
    """All of them, in the order in which they are tried."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield Address(route, pattern.name or "", getattr(pattern.callback, ACCESS, None))


PAGES = [one for one in addresses() if not UNMARKED.match(one.route) and not MACHINES.match(one.route)]


@pytest.fixture
def world(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    remember_who_asks(monkeypatch)
    settings.EMAIL_FILE_PATH = tmp_path
    return make_world()


@pytest.fixture
def _bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of refusals are asked for here for their status; how such a page looks is seen elsewhere."""
    monkeypatch.setattr(errors, "render", lambda _request, _template, status: HttpResponse(status=status))


def test_every_view_says_who_may_see_it() -> None:
    known = {"public", "signed-in", *Permission}
    silent = [one.route for one in addresses() if one.access is None and not UNMARKED.match(one.route)]
    assert silent == []
    unknown = [(one.route, one.access) for one in PAGES if one.access not in known]
    assert unknown == []
    assert len(PAGES) > 60


def test_only_sign_in_pages_are_unmarked() -> None:
    unmarked = {one.name for one in addresses() if one.access is None}
    assert all(name.startswith(("account_", "mfa_")) for name in unmarked)


@pytest.mark.usefixtures("_bare_refusals")
@pytest.mark.parametrize("number", range(_GROUPS))
def test_everybody_gets_what_the_mark_says_and_nothing_else(world: World, number: int) -> None:
    """As a visitor, as each role of account, partner and staff, with each single permission, and as strangers."""
    wrong = []
    for viewer in world.viewers[number::_GROUPS]:
        client = signed_in(viewer)
        for address in PAGES:
            for method in ("GET", "POST"):
                with undone(), kept_cookies(client):
                    answer = client.generic(method, address.path(world), headers={"Sec-Fetch-Site": "same-origin"})
                if complaint := complain(address, viewer, method, answer):
                    wrong.append(f"{viewer.name}: {method} {address.route} ({address.access}): {complaint}")
    assert wrong == []


def test_nobody_is_left_out(world: World) -> None:
    names = [viewer.name for viewer in world.viewers]
    assert len(names) == len(set(names))
    assert {f"only {one}" for one in ADMIN} < set(names)
    assert {f"{role} of the partner" for role in MemberRole} < set(names)
    assert {f"operator: {role}" for role in OperatorRole} < set(names)
    assert {f"{role} of the account" for role in ("admin", "supervisor", "agent")} < set(names)
    assert {"anonymous", "admin of another account", "owner of another partner"} < set(names)


def leads_somewhere(path: str) -> bool:
    """Whether any view is asked. What cannot be an id, the addresses themselves refuse."""
    try:
        resolve(unquote(path))
    except Resolver404:
        return False
    return True


def complain(address: Address, viewer: Viewer, method: str, answer: HttpResponse) -> str:
    """What is wrong with ``answer``; empty when nothing is."""
    status = answer.status_code
    if status >= 500:
        return f"broke with {status}"
    if address.access == "public":
        expected = _expected_by_all(address, viewer, method)
        return "" if status == expected and not _asks_to_sign_in(answer) else f"{status}, expected {expected}"
    if status == 405:
        return ""
    if viewer.person is None:
        return "" if _asks_to_sign_in(answer) else f"answers a visitor with {status}"
    if _asks_to_sign_in(answer):
        return "asks someone to sign in who is"
    allowed = _expected(address, viewer, method)
    return "" if status in allowed else f"{status}, expected {sorted(allowed)}"


def _expected_by_all(address: Address, viewer: Viewer, method: str) -> int:
    """What a page that is open to all answers; one that says nothing of that here is a mistake."""
    of_visitors = None if viewer.person else _OF_VISITORS.get((address.name, method))
    return of_visitors or _PUBLIC[address.name][method == "POST"]


def _expected(address: Address, viewer: Viewer, method: str) -> set[int]:
    """Exactly one status, but for forms that are sent empty."""
    if address.name in _OWN:
        is_own_session = address.name == "end_session" and viewer.name == "admin of the account" and method == "POST"
        return {302 if is_own_session else _OWN[address.name][method == "POST"]}
    if address.access == "signed-in":
        found = _BY_NAME[address.name].get(viewer.name, _BY_NAME[address.name].get("", 403))
        if found == 200 and (method == "POST" or address.name == "retry"):
            # Without its fields the form to remove an app was another one: the app had not been confirmed yet.
            return {409 if address.name in {"retry", "uninstall"} else 422}
        return {found}
    if Permission(str(address.access)) not in viewer.permissions:
        return {403}
    is_ours = address.owner is None or address.owner in viewer.owns
    if address.also_needed and not address.also_needed & viewer.permissions:
        is_told = address.surface == "portal" or address.name in _OF_REVIEWERS | _REMOVING
        return {403 if is_told else 404}
    if not is_ours:
        return {404}
    if address.name in _OF_HIGHER_RANK and viewer.permissions != ADMIN:
        return {403}
    if method == "POST" and not viewer.permissions.issuperset(address.also_needed_to_send):
        return {403}
    if method == "POST":
        return {200} if address.name in _ANSWERS_AT_ONCE | _ANSWER_IN_PLACE else {302, 409, 422}
    if address.name in _INSTALLING:
        return {409 if ACCOUNT in viewer.owns else _INSTALLING[address.name]}
    return {_LEADS_ON.get(address.name, 200)}


def _asks_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and urlsplit(answer["Location"]).path == SIGN_IN


def insiders(world: World) -> list[Viewer]:
    """One of each kind of place, with all of its permissions."""
    jon = make_operator(person=make_person("Jon Everywhere"))
    everything = Viewer("operator of everything", jon.person, jon.permissions, OPERATOR, frozenset({OPERATOR}))
    wide = {"admin of the account", "owner of the partner"}
    return [*(one for one in world.viewers if one.name in wide), everything]


def signed_in(viewer: Viewer) -> Client:
    client = Client(raise_request_exception=False)
    if viewer.person is not None:
        client.force_login(viewer.person)
    return client


@contextmanager
def kept_cookies(client: Client) -> Iterator[None]:
    """Some addresses sign out; their rows come back with everything else, and so does the cookie."""
    before = client.cookies.output()
    jar = client.cookies.copy()
    yield
    if client.cookies.output() != before:
        client.cookies = SimpleCookie({name: morsel.value for name, morsel in jar.items()})


@pytest.mark.usefixtures("_bare_refusals")
def test_nonsense_in_the_query_breaks_nothing(world: World) -> None:
    """A byte that no text may hold, and a number that no column can; asked by who is at home at the address."""
    names = "q cursor page kind account partner status category model sort plan seats version next mark users track tab"
    names += " text theme width"
    broken = []
    for viewer in insiders(world):
        client = signed_in(viewer)
        for address in (one for one in PAGES if one.kind == viewer.kind):
            for nonsense in ("%00", "9" * 400):
                query = "&".join(f"{name}={nonsense}" for name in names.split())
                with undone():
                    status = client.get(f"{address.path(world)}?{query}").status_code
                if status >= 500:
                    broken.append(f"{address.route}?…={nonsense} as {viewer.name}: {status}")
    assert broken == []


@pytest.mark.usefixtures("_bare_refusals")
def test_unknown_things_are_not_found_by_those_who_may_look(world: World) -> None:
    """Also what cannot be an id at all; and nothing breaks."""
    mistakes = []
    for viewer in insiders(world):
        client = signed_in(viewer)
        for address in (one for one in PAGES if one.owner in viewer.owns):
            named = [name for name in address.parameters if name.endswith("_id")]
            if not named:
                continue
            for wrong, method in product((UNKNOWN, "nope", "%00", "%C3%A9", "a" * 300), ("GET", "POST")):
                path = address.path(world, **dict.fromkeys(named, wrong))
                if not leads_somewhere(path):
                    continue
                with undone():
                    status = client.generic(method, path).status_code
                if status not in {404, 405}:
                    mistakes.append(f"{method} {path} as {viewer.name}: {status}")
    assert mistakes == []
