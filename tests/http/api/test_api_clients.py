"""OAuth clients through the management API: the same rules, and secrets in one answer only."""

from __future__ import annotations

import pytest
from tests.factories.identity import make_portal_client
from tests.factories.partners import make_member
from tests.http.api.caller import Api, Json, read, refusal
from tests.searching import find_in_database

from fondaco.catalog.scopes import SCOPES
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.kit import crypto
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
BODY = {"name": "Nightly export", "grant_types": ["client_credentials"], "scopes": ["account:read"]}


@pytest.fixture
def api(mara: Member) -> Api:
    return Api(mara.person)


@pytest.fixture
def path(mara: Member) -> str:
    return f"/partners/{mara.partner_id.hex}/clients"


def create(api: Api, path: str) -> tuple[Json, str]:
    """What was answered, and the path of the client."""
    made = read(api.post(path, BODY), 201)
    return made, f"{path}/{made['client']['id']}"


def test_a_whole_life(api: Api, path: str, mara: Member) -> None:
    made, place = create(api, path)
    assert crypto.verify_hash(made["client_secret"], CredentialSet.objects.get().secret_hash)
    assert [made[name] for name in ("key_id", "key_algorithm", "public_key", "private_key", "private_key_pem")] == [
        None
    ] * 5
    client = made["client"]
    assert (client["scopes"], client["is_public"], client["revision"]) == (["account:read"], False, 0)
    assert client["token_url"] == f"{client['issuer']}/oauth/token"
    shown = read(api.get(place))
    assert shown == client == read(api.get(path))["items"][0]
    assert [row["client_id"] for row in shown["credential_sets"]] == [made["client_id"]]
    assert (shown["credential_sets"][0]["key_id"], shown["credential_sets"][0]["expires_at"]) == (None, None)

    edited = read(api.put(place, BODY | {"revision": 0, "name": "Export"}))
    assert (edited["name"], edited["revision"]) == ("Export", 1)
    keyed = read(api.post(f"{place}/key-pair", {"revision": 1}))
    assert (keyed["client_secret"], keyed["key_algorithm"]) == (None, "ES256")
    assert keyed["private_key_pem"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert keyed["client"]["credential_sets"][0]["key_id"] == keyed["key_id"]
    again = read(api.post(f"{place}/regenerate", {"revision": 2, "overlap": "7d"}))
    sets = again["client"]["credential_sets"]
    assert [row["client_id"] for row in sets] == [again["client_id"], made["client_id"]]
    assert [row["expires_at"] is None for row in sets] == [True, False]
    for secret in (made["client_secret"], again["client_secret"], keyed["private_key"], again["private_key"]):
        assert find_in_database(secret) == []

    history = [event["kind"] for event in read(api.get(f"{place}/history"))["items"]]
    assert history == [
        "client.regenerated", "credentials.issued", "client.key_pair_created", "client.edited", "credentials.issued",
        "client.created",
    ]  # fmt: skip
    assert api.delete(place).status_code == 204
    refusal(api.get(place), 404, "not-found")
    refusal(api.delete(place), 404, "not-found")
    assert read(api.get(path))["items"] == []


def test_a_repetition_gets_the_secret_again_and_it_is_kept_sealed(api: Api, path: str) -> None:
    first = read(api.post(path, BODY, key="once"), 201)
    again = api.post(path, BODY, key="once")
    assert (read(again, 201), again["Idempotent-Replayed"]) == (first, "true")
    assert OAuthClient.objects.count() == 1
    assert find_in_database(first["client_secret"]) == []


def test_a_public_client(api: Api, path: str) -> None:
    body = {
        "name": "Wallboard",
        "is_public": True,
        "grant_types": ["authorization_code"],
        "scopes": ["openid"],
        "redirect_uris": ["http://127.0.0.1:8912/cb"],
    }
    made = read(api.post(path, body), 201)
    assert (made["client_secret"], made["client"]["is_public"]) == (None, True)
    place = f"{path}/{made['client']['id']}"
    refusal(api.post(f"{place}/regenerate", {"revision": 0, "overlap": "none"}), 409, "client-is-public")
    refusal(api.post(f"{place}/key-pair", {"revision": 0}), 409, "client-is-public")


def test_how_id_tokens_are_signed(api: Api, path: str) -> None:
    name = "id_token_signed_response_alg"
    assert read(api.post(path, BODY), 201)["client"][name] == "ES256"
    made = read(api.post(path, BODY | {name: "RS256"}), 201)["client"]
    place = f"{path}/{made['id']}"
    assert (made[name], read(api.get(place))[name]) == ("RS256", "RS256")
    assert read(api.put(place, BODY | {"revision": 0, "name": "Export"}))[name] == "RS256"  # not said, not changed
    for bad in ("HS256", "none", "", "rs256", ["RS256"]):
        refusal(api.put(place, BODY | {"revision": 1, name: bad}), 422, "invalid")
        refusal(api.post(path, BODY | {name: bad}), 422, "invalid")
    assert (OAuthClient.objects.count(), OAuthClient.objects.get(pk=made["id"]).revision) == (2, 1)
    assert read(api.put(place, BODY | {"revision": 1, name: "ES256"}))[name] == "ES256"


def test_what_is_wrong_is_named_field_by_field(api: Api, path: str) -> None:
    wrong = {
        "name": " ",
        "grant_types": ["authorization_code"],
        "scopes": ["apps:read"],
        "redirect_uris": ["http://a.example", "https://b.example/#x"],
    }
    problem = refusal(api.post(path, wrong), 422, "invalid")
    assert problem["errors"] == {"name": ["This is required."]}
    problem = refusal(api.post(path, wrong | {"name": "W"}), 422, "invalid")
    assert set(problem["errors"]) == {"scopes", "redirect_uris"}
    assert len(problem["errors"]["redirect_uris"]) == 2
    for bad in ({"name": "\ud800"}, {"scopes": ["\ud800"]}, {"redirect_uris": ["https://a\ud800"]}, {"owner": "me"}):
        refusal(api.post(path, BODY | bad), 422, "invalid")
    refusal(api.post(path, BODY | {"grant_types": ["password"]}), 422, "invalid")
    assert not OAuthClient.objects.exists()


def test_whoever_comes_second_is_told(api: Api, path: str) -> None:
    _made, place = create(api, path)
    read(api.put(place, BODY | {"revision": 0, "name": "Export"}))
    refusal(api.put(place, BODY | {"revision": 0}), 409, "revision-conflict")
    refusal(api.post(f"{place}/regenerate", {"revision": 0, "overlap": "none"}), 409, "revision-conflict")
    refusal(api.post(f"{place}/key-pair", {"revision": 0}), 409, "revision-conflict")
    refusal(api.post(f"{place}/regenerate", {"revision": 1, "overlap": "1y"}), 422, "invalid")
    assert CredentialSet.objects.count() == 1


def test_only_who_may_manage_clients(path: str, mara: Member) -> None:
    program = make_portal_client(mara)
    milo = Api(make_member(mara.partner, role=MemberRole.MARKETING).person)
    refusal(milo.get(path), 403, "forbidden")
    refusal(milo.post(path, BODY), 403, "forbidden")
    stranger = make_member()
    theirs = f"/partners/{stranger.partner_id.hex}/clients/{program.client.pk.hex}"
    refusal(Api(stranger.person).get(theirs), 404, "not-found")
    refusal(Api(stranger.person).delete(theirs), 404, "not-found")
    narrow = Api(mara.person, scopes=("partner.view",))
    refusal(narrow.get(path), 403, "insufficient-scope")
    program.client.refresh_from_db()
    assert (program.client.status, OAuthClient.objects.count()) == ("active", 1)


def test_the_catalogue_says_what_each_scope_allows(api: Api) -> None:
    items = {item["name"]: item for item in read(Api().get("/scopes"))["items"]}
    assert list(items) == list(SCOPES)
    assert items["users:read"] == {
        "name": "users:read",
        "api": "Users",
        "consent": "Reads the people in your account",
        "allows": "List the users of the account, and read one of them",
        "endpoints": ["GET /users", "GET /users/{id}"],
        "is_requestable": True,
        "is_for_portal_clients": True,
        "needs_reason": False,
    }
    assert not items["apps:write"]["is_for_portal_clients"]
    assert not items["openid"]["is_requestable"]
