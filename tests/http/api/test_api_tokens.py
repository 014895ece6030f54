"""Personal access tokens through the management API, and what a limited one opens."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from tests.factories.accounts import actor_for, make_account, make_factor, make_operator, make_person, make_user
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks
from tests.http.api.caller import Api, read, refusal
from tests.http.remembering import remember_who_calls
from tests.http.test_every_operation import OPERATIONS, Operation, ask
from tests.http.world import World, make_world

from fondaco.accounts.actions import invite_user
from fondaco.accounts.models import Invitation, Operator, Person, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.accounts.queries import invitation_token
from fondaco.audit.models import Event
from fondaco.catalog.states import Track
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import PersonalAccessToken
from fondaco.kit import clock
from fondaco.partners.models import Member, MemberRole
from fondaco.review.actions import submit
from fondaco.review.models import Submission
from fondaco.surfaces.api.management.door import Place

pytestmark = pytest.mark.django_db


def token_for(person: Person, **limits: object) -> Api:
    _, plain = create_personal_token(actor=actor_for(person), person=person, **{"name": "x", **limits})  # type: ignore[arg-type]
    return Api(token=plain)


def test_made_listed_and_revoked() -> None:
    user = make_user()
    api = Api(user.person)
    with clock.freeze() as now:
        made = read(api.post("/personal-tokens", {"name": "job", "scopes": ["people.view"], "expires_in_days": 7}), 201)
        assert made["expires_at"].startswith(f"{now + timedelta(days=7):%Y-%m-%dT%H:%M:%S}")
    assert (made["name"], made["scopes"], made["place"]) == ("job", ["people.view"], "")
    assert made["token"].startswith(made["hint"])
    read(Api(token=made["token"]).get(f"/accounts/{user.account_id}/users"))
    listed = read(api.get("/personal-tokens"))["items"]
    assert [one["name"] for one in listed] == ["job", "tests"]
    assert "token" not in listed[0]
    assert api.delete(f"/personal-tokens/{made['id']}").status_code == 204
    refusal(Api(token=made["token"]).get("/me"), 401, "token-refused")
    assert [one["name"] for one in read(api.get("/personal-tokens"))["items"]] == ["tests"]


def test_a_repeated_request_makes_one() -> None:
    api = Api(make_person())
    first, second = (api.post("/personal-tokens", {"name": "job"}, key="k1") for _ in range(2))
    assert read(first, 201) == read(second, 201)
    assert second["Idempotent-Replayed"] == "true"
    assert PersonalAccessToken.objects.count() == 2


def test_the_length_of_a_life() -> None:
    api = Api(make_person())
    assert read(api.post("/personal-tokens", {"name": "a", "expires_in_days": None}), 201)["expires_at"] is None
    for wrong in (0, 366, "7", 1.5):
        refusal(api.post("/personal-tokens", {"name": "a", "expires_in_days": wrong}), 422, "invalid")
    short = token_for(make_person(), expires_at=clock.now() + timedelta(days=10))
    refusal(short.post("/personal-tokens", {"name": "a", "expires_in_days": 11}), 422, "token-expiry-wrong")
    refusal(short.post("/personal-tokens", {"name": "a", "expires_in_days": None}), 422, "token-expiry-wrong")
    read(short.post("/personal-tokens", {"name": "a", "expires_in_days": 9}), 201)


def test_what_cannot_be_asked_for() -> None:
    api = Api(make_user(role="supervisor").person)
    for body, code in [
        ({"name": "a", "scopes": ["people.manage"]}, "token-scope-unknown"),
        ({"name": "a", "scopes": ["nonsense.view"]}, "token-scope-unknown"),
        ({"name": "a", "scopes": ["x"]}, "invalid"),
        ({"name": ""}, "invalid"),
        ({"name": "a", "place": "nowhere"}, "invalid"),
        ({"name": "a", "person": "someone"}, "invalid"),
    ]:
        refusal(api.post("/personal-tokens", body), 422, code)
    refusal(api.post("/personal-tokens", {"name": "a", "place": f"account:{make_account().pk}"}), 404, "not-found")
    assert PersonalAccessToken.objects.count() == 1


def test_tokens_of_others_do_not_exist() -> None:
    other, _ = create_personal_token(actor=actor_for(make_person()), person=make_person(), name="x")
    api = Api(make_person())
    for token_id in (other.pk.hex, "0" * 32, "nonsense"):
        refusal(api.delete(f"/personal-tokens/{token_id}"), 404, "not-found")
    other.refresh_from_db()
    assert other.revoked_at is None


def test_all_at_once() -> None:
    person = make_person()
    api, other = Api(person), Api(person)
    assert api.post("/personal-tokens/revoke-all").status_code == 204
    for each in (api, other):
        refusal(each.get("/me"), 401, "token-refused")


@pytest.mark.parametrize("by_place", [False, True])
def test_a_limited_token_does_nothing_with_tokens_but_end_itself(by_place: bool) -> None:
    user = make_user()
    whole, _ = create_personal_token(actor=actor_for(user.person), person=user.person, name="whole")
    api = token_for(
        user.person, **({"place": f"account:{user.account_id}"} if by_place else {"scopes": ["people.view"]})
    )
    before = Event.objects.count()
    refusal(api.get("/personal-tokens"), 403, "token-limited")
    for body in ({"name": "a"}, {"name": "a", "scopes": ["people.view"]}):
        refusal(api.post("/personal-tokens", body), 403, "token-limited")
    refusal(api.delete(f"/personal-tokens/{whole.pk.hex}"), 403, "token-limited")
    refusal(api.post("/personal-tokens/revoke-all"), 403, "token-limited")
    assert Event.objects.count() == before
    read(api.get("/me"))
    assert api.post("/personal-tokens/revoke").status_code == 204
    whole.refresh_from_db()
    assert whole.revoked_at is None


def test_a_limited_token_joins_no_new_place() -> None:
    user, admin = make_user(), make_user()
    invitation = invite_user(
        actor=actor_for(admin.person), by=admin, account=admin.account, email=user.person.email, name="A",
        role=admin.account.roles.get(key="admin"),
    )  # fmt: skip
    user.person.set_password("correct-horse-battery")
    user.person.save()
    path = f"/invitations/{invitation_token(invitation)}/accept"
    refusal(token_for(user.person, scopes=["people.view"]).post(path, {}), 403, "token-limited")
    assert Invitation.objects.get().status == "pending"
    read(Api(user.person).post(path, {}), 201)


def test_a_token_for_one_place_sees_no_other() -> None:
    here = make_user()
    there = make_user(person=here.person)
    member = make_member(person=here.person)
    make_operator(person=here.person)
    api = token_for(here.person, place=f"account:{here.account_id}")
    read(api.get(f"/accounts/{here.account_id}/users"))
    for path in (f"/accounts/{there.account_id}", f"/partners/{member.partner_id.hex}", "/operator/accounts"):
        refusal(api.get(path), 404, "not-found")
    assert [place["id"] for place in read(api.get("/me"))["places"]] == [here.account_id]


def test_me_says_what_is_left_to_a_limited_token() -> None:
    user = make_user()
    [place] = read(token_for(user.person, scopes=["people.view"]).get("/me"))["places"]
    assert place["permissions"] == ["people.view"]


def test_one_of_two_permissions_is_not_both() -> None:
    """The door takes either reviewer; the action asks for the one of the track, and must see the token's limits."""
    owner, jon = make_member(), make_operator()
    version = make_version(make_app(owner.partner))
    submission = submit(actor=actor_for(owner.person), by=owner, version=version, track=Track.TECHNICAL)
    finish_checks(submission)
    path = f"/operator/submissions/{submission.pk.hex}/approve"
    narrow = token_for(jon.person, scopes=["operator.review.listing"])
    assert narrow.post(path, {"comment": ""}).status_code in {403, 404}
    assert read(narrow.get("/operator/submissions"))["items"] == []
    assert Submission.objects.get().status == "open"
    read(token_for(jon.person, scopes=["operator.review.technical"]).post(path, {"comment": ""}))


def test_a_scope_that_its_owner_lost_opens_nothing() -> None:
    user = make_user()
    api = token_for(user.person, scopes=["people.manage"])
    user.role = user.account.roles.get(key="supervisor")
    user.save(update_fields=["role"])
    refusal(api.get(f"/accounts/{user.account_id}/invitations"), 403, "forbidden")


# Every operation with a token of each single scope -----------------------------------------------------------------


def make_everybody(world: World) -> Person:
    """One person with every permission in every place of the world."""
    person = make_person("Eve Everywhere")
    User.objects.create(account=world.account, person=person, role=world.account.roles.get(key="admin"))
    Member.objects.create(partner=world.partner, person=person, role=MemberRole.OWNER)
    Operator.objects.create(person=person, roles=[role.value for role in OperatorRole])
    make_factor(person)
    return person


def is_open(operation: Operation, scope: str) -> bool:
    """Whether a token that carries ``scope`` alone gets through the door of an operation."""
    door = operation.door
    if door.permissions:
        return scope in {permission.value for permission in door.permissions}
    is_of_the_token_itself = operation.path in {"/me", "/personal-tokens/revoke"}
    return is_of_the_token_itself or (door.method == "GET" and door.place != Place.PERSON)


def kind_of(scope: Permission) -> str:
    """The kind of place in which a permission is held."""
    return scope.split(".", maxsplit=1)[0] if scope.startswith(("partner.", "operator.")) else "account"


def headers_for(person: Person, *scopes: str) -> dict[str, str]:
    _, plain = create_personal_token(actor=actor_for(person), person=person, name="walk", scopes=scopes)
    return {"Authorization": f"Bearer {plain}"}


@pytest.mark.parametrize("kind", ["account", "partner", "operator"])
def test_a_token_of_one_scope_opens_what_asks_for_it_and_nothing_else(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What opens an operation is tried alone, and all else together: if one of those opened it, so would they."""
    remember_who_calls(monkeypatch)
    world = make_world()
    person = make_everybody(world)
    scopes = [scope.value for scope in Permission if kind == kind_of(scope)]
    held = cache(lambda some: headers_for(person, *sorted(some)))
    wrong, opened = [], set()
    for operation in OPERATIONS:
        address = operation.address(world)
        opening = [scope for scope in scopes if is_open(operation, scope)]
        if closed := frozenset(scopes).difference(opening):
            status = ask(operation, address, held(closed))
            if status != 403:
                wrong.append(f"{operation.door.method} {operation.path}: {status} without its scope")
        if operation.door.place.value not in {kind, Place.PERSON}:
            opening = opening[:1]  # no scope of this kind is asked for there: one of them stands for all
        # What else the action wants of its holder, the token does not give either: never more than the whole one.
        allowed = {ask(operation, address, held(frozenset())), 403, 404} if opening else set()
        for scope in opening:
            status = ask(operation, address, held(frozenset({scope})))
            if status not in allowed:
                wrong.append(f"{scope}: {operation.door.method} {operation.path}: {status}, not {sorted(allowed)}")
            elif status not in {403, 404}:
                opened.add(operation)
    assert wrong == []
    assert {operation for operation in opened if operation.door.place.value == kind}
