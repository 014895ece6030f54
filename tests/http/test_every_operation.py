"""Every operation of the management API, asked by everybody with a token of their own: the same walk as for pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.test import Client
from tests.factories.accounts import actor_for
from tests.http.remembering import remember_who_calls
from tests.http.world import ACCOUNT, OPERATOR, PARTNER, UNKNOWN, Viewer, World, make_world, undone

from fondaco.accounts.permissions import ADMIN
from fondaco.identity.actions import create_personal_token
from fondaco.surfaces.api.management.door import Door, Place, Routes
from fondaco.surfaces.api.management.urls import urlpatterns

pytestmark = pytest.mark.django_db
FEWEST = 60
_CLIENT = Client(raise_request_exception=False)  # one for all: each new one loads the whole house again
_KINDS = {Place.ACCOUNT: ACCOUNT, Place.PARTNER: PARTNER, Place.OPERATOR: OPERATOR}
_OF_HIGHER_RANK = frozenset({"deactivate", "reactivate"})  # about a supervisor, who may do more than one thing
_PLACES = {Place.ACCOUNT: "account_id", Place.PARTNER: "partner_id"}
# What everybody gets where no place is entered; of a person's own, everybody with a token.
_OPEN: dict[tuple[str, str], int] = {
    ("GET", "/checks"): 200,
    ("GET", "/invitations/{token}"): 200,
    ("POST", "/invitations/{token}/accept"): 422,
    ("GET", "/marketplace/listings"): 200,
    ("GET", "/marketplace/listings/{app}"): 404,
    ("GET", "/marketplace/categories"): 200,
    ("GET", "/scopes"): 200,
    ("GET", "/data-fields"): 200,
    ("GET", "/event-types"): 200,
    ("GET", "/statistics/reviews"): 200,
    ("POST", "/partner-applications"): 422,
    ("POST", "/partner-applications/{token}/verify"): 409,
    ("POST", "/partner-applications/{token}/answer"): 422,
    ("GET", "/me"): 200,
    ("PUT", "/me/name"): 422,
    ("GET", "/me/security"): 200,
    ("POST", "/me/email"): 422,
    ("DELETE", "/me/email"): 204,
    ("POST", "/me/authenticator"): 422,
    ("GET", "/me/sessions"): 200,
    ("DELETE", "/me/sessions"): 204,
    ("DELETE", "/me/sessions/{session_id}"): 404,
    ("GET", "/personal-tokens"): 200,
    ("POST", "/personal-tokens"): 422,
    ("DELETE", "/personal-tokens/{token_id}"): 404,
    ("POST", "/personal-tokens/revoke"): 204,
    ("POST", "/personal-tokens/revoke-all"): 204,
}
_OWN_SESSION = ("admin of the account", "/me/sessions/{session_id}")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    path: str
    door: Door

    def address(self, world: World, **instead: str) -> str:
        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            return instead.get(name) or world.values.get(name) or world.values.get(f"{name}_id", UNKNOWN)

        return "/api/v1" + re.sub(r"{(\w+)}", fill, self.path)


OPERATIONS = [Operation(path, door) for path, doors in Routes.doors.items() for door in doors]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    remember_who_calls(monkeypatch)
    return make_world()


def test_all_of_them_are_served() -> None:
    assert len(OPERATIONS) > FEWEST
    assert len(urlpatterns) > len(Routes.doors)


def test_everybody_gets_what_the_door_says_and_nothing_else(world: World) -> None:
    wrong = []
    for viewer in world.viewers:
        headers = token_of(viewer)
        for operation in OPERATIONS:
            status = ask(operation, operation.address(world), headers)
            if not _is_right(operation, viewer, status):
                wrong.append(f"{viewer.name}: {operation.door.method} {operation.path}: {status}")
    assert wrong == []


def test_things_of_others_do_not_exist_in_ones_own_place(world: World) -> None:
    """A stranger names their own account or partner in the path, and behind it a thing of someone else."""
    wrong = []
    for viewer in (
        one for one in world.viewers if one.name in {"admin of another account", "owner of another partner"}
    ):
        headers = token_of(viewer)
        for operation in OPERATIONS:
            place = _PLACES.get(operation.door.place)
            things = re.findall(r"{(\w+_id)}", operation.path)[1:]
            if place is None or not things or _KINDS[operation.door.place] != viewer.kind:
                continue
            assert viewer.person
            own = viewer.person.users.first() if place == "account_id" else viewer.person.memberships.first()
            assert own
            at = own.account_id if place == "account_id" else own.partner_id.hex
            status = ask(operation, operation.address(world, **{place: at}), headers)
            if status not in ({404} if operation.door.method in {"GET", "DELETE"} else {404, 422}):
                wrong.append(f"{operation.door.method} {operation.path}: {status}")
    assert wrong == []


def token_of(viewer: Viewer) -> dict[str, str]:
    if viewer.person is None:
        return {}
    _, plain = create_personal_token(actor=actor_for(viewer.person), person=viewer.person, name="walk")
    return {"Authorization": f"Bearer {plain}"}


def ask(operation: Operation, address: str, headers: dict[str, str]) -> int:
    with undone():
        answer = _CLIENT.generic(operation.door.method, address, b"{}", "application/json", headers=headers)
    return answer.status_code


def _is_right(operation: Operation, viewer: Viewer, status: int) -> bool:
    """Exactly one status for everybody who is kept out; who is let in has sent nothing, so it may be found wanting."""
    door = operation.door
    if status >= 500:
        return False
    if door.place == Place.ANYWHERE:
        return status == _OPEN[door.method, operation.path]
    if viewer.person is None:
        return status == 401
    if door.place == Place.MACHINE:
        return status == 404
    if door.place == Place.PERSON:
        return status == (204 if (viewer.name, operation.path) == _OWN_SESSION else _OPEN[door.method, operation.path])
    if _KINDS[door.place] not in viewer.owns:
        return status == 404
    if door.permissions and not set(door.permissions) & viewer.permissions:
        return status == 403
    if operation.path.rpartition("/")[2] in _OF_HIGHER_RANK and operation.path.startswith("/accounts/"):
        return status == (200 if viewer.permissions == ADMIN else 403)
    if door.method == "GET":
        return status == 200 or (status in {403, 404, 422} and _asks_more(operation, viewer))
    return status in {200, 201, 204, 404, 409, 422} or (status == 403 and _asks_more(operation, viewer))


def _asks_more(operation: Operation, viewer: Viewer) -> bool:
    """Whether the thing itself decides further: a track of a version, or a licence for an app."""
    return (
        len(operation.door.permissions) != 1
        or "{track}" in operation.path
        or "installation" in operation.path
        or operation.path.endswith("/explanation")  # asked without saying of which app
        or operation.path.endswith("/tickets/{ticket_id}/solve")  # for the side that asked alone
        or operation.path.endswith("/offers/{app}")  # asked for with the id of an app that is not in the marketplace
    )
