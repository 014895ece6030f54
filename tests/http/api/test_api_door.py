"""What every address of the management API has: who calls, how often, with what, and in which words it refuses."""

from __future__ import annotations

import pytest
from tests.factories.accounts import make_account, make_operator, make_person, make_user
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.models import PersonalAccessToken
from fondaco.partners.models import MemberRole
from fondaco.surfaces.api.management import door

pytestmark = pytest.mark.django_db


def test_me_tells_places_and_permissions() -> None:
    user = make_user(role="supervisor")
    member = make_member(person=user.person, role=MemberRole.FINANCE)
    make_operator(OperatorRole.SUPPORT, person=user.person)
    me = read(Api(user.person).get("/me"))
    assert me["person"] == {"id": user.person.pk.hex, "name": "Samir Sol", "email": user.person.email}
    assert [(place["kind"], place["id"]) for place in me["places"]] == [
        ("account", user.account_id),
        ("partner", member.partner_id.hex),
        ("operator", "staff"),
    ]
    assert me["places"][1]["permissions"] == ["partner.revenue.view", "partner.view"]
    assert me["places"][2]["permissions"] == ["operator.access.revoke", "operator.support", "operator.view"]
    assert me["token"]["name"] == "tests"


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic YTpi", "Bearer fdp_" + "x" * 49, "Bearer"])
def test_a_bad_token_is_401(header: str) -> None:
    api = Api()
    api.headers = {"Authorization": header} if header else {}
    response = api.get("/me")
    refusal(response, 401, "token-refused")
    is_shown = header.startswith("Bearer ")
    said = ', error="invalid_token"' if is_shown else ""
    assert response["WWW-Authenticate"] == f'Bearer realm="management"{said}'


def test_a_bad_token_is_refused_where_none_is_needed() -> None:
    refusal(Api(token="fdp_wrong").get("/marketplace/listings"), 401, "token-refused")


def test_a_token_ends_itself() -> None:
    api = Api(make_person())
    assert api.post("/personal-tokens/revoke").status_code == 204
    refusal(api.get("/me"), 401, "token-refused")
    assert PersonalAccessToken.objects.get().revoked_at is not None


def test_a_narrowed_token_does_less() -> None:
    user = make_user()
    api = Api(user.person, scopes=("people.view",))
    read(api.get(f"/accounts/{user.account_id}/users"))
    response = api.get(f"/accounts/{user.account_id}/invitations")
    refusal(response, 403, "insufficient-scope")
    assert 'scope="people.manage"' in response["WWW-Authenticate"]


def test_a_strangers_place_does_not_exist() -> None:
    account, member = make_account(), make_member()
    api = Api(make_user().person)
    for path in (
        f"/accounts/{account.pk}",
        f"/accounts/{account.pk}/users",
        "/accounts/nonsense/users",
        f"/partners/{member.partner_id.hex}",
        f"/partners/{member.partner_id.hex}/apps",
        "/partners/nonsense/apps",
        "/operator/partners",
        "/nowhere",
        "/accounts/%00/users",
        "/marketplace/listings/nothing",
    ):
        refusal(api.get(path), 404, "not-found")


def test_a_role_too_small_is_403() -> None:
    agent, marketer = make_user(role="agent"), make_member(role=MemberRole.MARKETING)
    support = make_operator(OperatorRole.SUPPORT)
    before = Event.objects.count()
    refusal(Api(agent.person).get(f"/accounts/{agent.account_id}/users"), 403, "forbidden")
    body = {"name": "X", "icon": ""}
    refusal(Api(marketer.person).post(f"/partners/{marketer.partner_id.hex}/apps", body), 403, "forbidden")
    refusal(Api(support.person).get("/operator/partner-applications"), 403, "forbidden")
    assert Event.objects.count() == before + 3  # the three tokens


def test_what_cannot_be_read() -> None:
    user = make_user()
    api, path = Api(user.person), f"/accounts/{user.account_id}/invitations"
    refusal(api.send("POST", path, b"{"), 400, "bad-request")
    refusal(api.send("POST", path, b"\xff\xfe"), 400, "bad-request")
    refusal(api.send("POST", path, b'{"name": NaN}'), 400, "bad-request")
    refusal(api.send("POST", path, b"[" * 100_000), 400, "bad-request")
    refusal(api.send("POST", path, b"{}", kind="text/plain"), 415, "unsupported-media-type")
    refusal(api.send("POST", path, b"{}", kind="application/x-www-form-urlencoded"), 415, "unsupported-media-type")
    refusal(api.send("POST", path, b" " * (4 * 1024 * 1024 + 1)), 413, "request-too-large")
    response = api.send("PATCH", path, {})
    refusal(response, 405, "method-not-allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


def test_one_sentence_for_each_wrong_field() -> None:
    user = make_user()
    api, path = Api(user.person), f"/accounts/{user.account_id}/invitations"
    problem = refusal(api.post(path, {"name": 3, "email": "no", "extra": "\ud800"}), 422, "invalid")
    assert problem["errors"] == {
        "name": ["This must be text."],
        "email": ["Write an e-mail address like support@company.example."],
        "role_id": ["This is required."],
        "extra": ["There is no such field."],
    }
    problem = refusal(api.post(path, {"name": "a\0b", "email": "x" * 300, "role_id": "1"}), 422, "invalid")
    assert problem["errors"] == {
        "name": ["This contains characters that cannot be shown."],
        "email": ["Use at most 254 characters."],
        "role_id": ["This does not have the right form."],
    }
    assert refusal(api.send("POST", path), 422, "invalid")["errors"] == {"body": ["This is required."]}
    assert refusal(api.post(path, [1]), 422, "invalid")["errors"] == {"body": ["This must be an object."]}


def test_query_parameters_are_checked() -> None:
    user = make_user()
    api, path = Api(user.person), f"/accounts/{user.account_id}/users"
    assert refusal(api.get(path, page=2), 422, "invalid")["errors"] == {"page": ["There is no such parameter."]}
    assert refusal(api.get(path, limit=0), 422, "invalid")["errors"] == {"limit": ["Use a number from 1."]}
    assert refusal(api.get(path, limit="x"), 422, "invalid")["errors"] == {"limit": ["This must be a whole number."]}
    refusal(api.get(path, cursor="made-up"), 422, "bad-cursor")
    refusal(Api().get("/marketplace/listings", cursor="made-up"), 422, "bad-cursor")


def test_pages_follow_their_cursor() -> None:
    admin = make_user()
    others = [make_user(admin.account, role="agent") for _ in range(4)]
    api, path = Api(admin.person), f"/accounts/{admin.account_id}/users"
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for count in (2, 2, 1):
        found = read(api.get(path, limit=2, **cursor))
        assert len(found["items"]) == count
        seen += [item["id"] for item in found["items"]]
        cursor = {"cursor": found["next_cursor"]}
    assert cursor == {"cursor": None}
    assert sorted(seen) == sorted([admin.pk, *(user.pk for user in others)])


def test_too_often_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_LIMIT", 2)
    api = Api(make_person())
    read(api.get("/me"))
    read(api.get("/me"))
    response = api.get("/me")
    refusal(response, 429, "too-many-requests")
    assert int(response["Retry-After"]) > 0


def test_a_fault_of_ours_is_a_problem_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_find_operator", lambda person: 1 / 0)
    refusal(Api(make_person()).get("/operator/partners"), 500, "internal-error")


def test_the_root_leads_to_the_document() -> None:
    assert read(Api().get("/"))["openapi"].endswith("/api/v1/openapi.json")
