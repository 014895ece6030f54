"""Signing in through a company's own OpenID provider, which runs on a port of its own and can misbehave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.factories.accounts import make_account, make_user
from tests.http.site.company import NINA, nobody_came_in, set_up, sign_in, to_provider
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider

from fondaco.accounts.models import Person, User
from fondaco.audit.models import Event
from fondaco.identity.models import IdentityProvider, LoginSession
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


def test_the_way_from_the_sign_in_page_to_the_account(client: Client, ada: User) -> None:
    assert 'href="/sign-in?next=/people"' in client.get("/account/login/?next=/people").content.decode()
    asked = client.post("/sign-in", {"account": "Harbour", "next": "/people"})
    assert asked["Location"] == "/sign-in/harbour?next=%2Fpeople"
    page = client.get(asked["Location"]).content.decode()
    assert "Continue with Harbour account" in page
    assert 'href="/sign-in/harbour/go?next=%2Fpeople"' in page or 'href="/sign-in/harbour/go?next=/people"' in page

    response = sign_in(client, path="/sign-in/harbour/go?next=/home")

    assert (response.status_code, response["Location"]) == (302, "/my-apps")
    assert "no-store" in response["Cache-Control"]
    nina = User.objects.get(person__email=NINA["email"])
    assert (nina.role.key, nina.person.name, nina.account) == ("agent", "Nina North", ada.account)
    assert not nina.person.has_usable_password()
    session = LoginSession.objects.get()
    assert (session.person, session.federated_account, session.is_bound) == (nina.person, ada.account, True)
    kinds = list(Event.objects.filter(account_id=ada.account_id).order_by("id").values_list("kind", flat=True))
    assert kinds[-3:] == ["federated_identity.linked", "user.added", "login_session.started"]


def test_what_is_asked_of_the_provider(client: Client, ada: User, provider: Provider) -> None:
    query = parse_qs(urlsplit(client.get("/sign-in/harbour/go")["Location"]).query)
    assert query["client_id"] == [CLIENT_ID]
    assert query["redirect_uri"][0].endswith("/sign-in/harbour/return")
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) == len(query["nonce"][0]) == 32
    [kept] = client.session["sign_in_flows"].values()
    assert kept["verifier"] not in str(query)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_every_way_to_prove_oneself_and_to_sign(
    client: Client, provider: Provider, method: str, algorithm: str
) -> None:
    provider.auth_method, provider.algorithm = method, algorithm
    user = make_user(make_account("harbour"))
    set_up(user, provider, client_secret="" if method == "none" else CLIENT_SECRET)
    assert sign_in(client)["Location"] == "/my-apps"


def test_userinfo_is_asked_only_when_the_token_says_too_little(client: Client, ada: User, provider: Provider) -> None:
    sign_in(client)
    assert provider.count("/userinfo") == 0
    provider.fault = "thin token"
    assert sign_in(Client())["Location"] == "/my-apps"
    assert provider.count("/userinfo") == 1


def test_its_description_and_keys_are_kept_and_new_keys_are_noticed(
    client: Client, ada: User, provider: Provider
) -> None:
    for _ in range(2):
        sign_in(Client())
    assert (provider.count("/.well-known/openid-configuration"), provider.count("/keys")) == (1, 1)
    provider.renew_keys()
    IdentityProvider.objects.update(keys_at=clock.now() - timedelta(seconds=11))
    assert sign_in(Client())["Location"] == "/my-apps"
    assert provider.count("/keys") == 2


WRONG = {
    "wrong nonce": "does not fit what we asked (nonce)",
    "no nonce": "does not fit what we asked (nonce)",
    "wrong audience": "does not fit what we asked (aud)",
    "two audiences": "does not fit what we asked (azp)",
    "wrong party": "does not fit what we asked (azp)",
    "wrong token issuer": "does not fit what we asked (iss)",
    "no expiry": "does not fit what we asked (exp)",
    "no subject": "does not fit what we asked (sub)",
    "number as subject": "does not fit what we asked (sub)",
    "other access token": "does not fit what we asked (at_hash)",
    "odd subject": "names nobody",
    "expired": "has expired; perhaps its clock or ours is wrong",
    "from the future": "is from the future; perhaps its clock or ours is wrong",
    "alg none": "not signed in a way that proves anything",
    "shared secret": "not signed in a way that proves anything",
    "public key as secret": "not signed in a way that proves anything",
    "foreign key": "the signature of its ID token is not good",
    "unknown kid": "the signature of its ID token is not good",
    "claims are a list": "the signature of its ID token is not good",
    "no id token": "it sent no ID token",
    "no keys": "it publishes no key that we can use",
    "refuses client": "does not accept our client ID and secret",
    "other sender": "the answer came from somebody else",
    "no sender": "the answer came from somebody else",
    "no code": "its answer holds no code",
    "two people": "it speaks of two different people",
}
DOWN = {
    "redirect /token": "it answered with status 302",
    "broken /token": "it answered with status 500",
    "oversized /token": "its answer is too long",
    "garbage /token": "its token could not be read",
    "list /token": "its token could not be read",
    "redirect /keys": "it answered with status 302",
    "oversized /keys": "its answer is too long",
    "garbage /keys": "its keys could not be read",
}


@pytest.mark.parametrize("fault", [*WRONG, *DOWN])
def test_a_provider_that_misbehaves_lets_nobody_in(client: Client, ada: User, provider: Provider, fault: str) -> None:
    provider.fault = fault
    if fault == "two people":
        provider.person = {"sub": NINA["sub"]}  # so that userinfo is asked
    before = Person.objects.count()

    response = sign_in(client)

    text = " ".join(response.content.decode().split())
    assert (WRONG | DOWN)[fault] in text
    assert response.status_code == (403 if fault in WRONG else 503)
    assert "You were not signed in" in text
    assert nobody_came_in(client)
    assert Person.objects.count() == before
    event = Event.objects.get(kind="federated_sign_in.refused")
    assert event.data["code"] == ("provider-wrong" if fault in WRONG else "provider-unreachable")
    assert CLIENT_SECRET not in str(event.data) + text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong issuer", "speaks for https://somebody.example"),
        ("no token endpoint", "names no usable token_endpoint"),
        ("private token endpoint", "names no usable token_endpoint"),
        ("redirect /.well-known/openid-configuration", "status 302"),
        ("oversized /.well-known/openid-configuration", "too long"),
        ("garbage /.well-known/openid-configuration", "could not be read"),
    ],
)
def test_a_bad_description_ends_the_way_before_it_begins(
    client: Client, ada: User, provider: Provider, fault: str, words: str
) -> None:
    provider.fault = fault
    response = client.get("/sign-in/harbour/go")
    assert response.status_code in {403, 503}
    assert words in response.content.decode()
    assert "sign_in_flows" not in client.session


def test_a_provider_that_hangs_is_given_up(
    client: Client, ada: User, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fondaco.identity.federation.discovery._SECONDS", 0.3)
    provider.fault = "hang /token"
    response = sign_in(client)
    assert response.status_code == 503
    assert "it took longer than" in response.content.decode()
    assert nobody_came_in(client)


def test_a_provider_that_is_gone(client: Client, ada: User) -> None:
    IdentityProvider.objects.update(issuer="http://127.0.0.1:9")
    response = client.get("/sign-in/harbour/go")
    assert response.status_code == 503
    assert "nobody answers there" in response.content.decode()


def test_no_private_address_is_called(client: Client, ada: User, settings: Any) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    response = client.get("/sign-in/harbour/go")
    assert response.status_code == 503
    assert "may not be called from here" in response.content.decode()


def test_what_a_provider_says_of_its_refusal_is_not_repeated(client: Client, ada: User, provider: Provider) -> None:
    provider.fault = "denied"
    text = sign_in(client).content.decode()
    assert "access_denied" in text
    provider.fault = "odd error"
    response = sign_in(client)
    text += response.content.decode()
    assert response.status_code == 403
    assert "1-800" not in text
    assert nobody_came_in(client)


def test_an_answer_opens_nothing_twice_nor_in_another_browser_nor_late(client: Client, ada: User) -> None:
    back = to_provider(client)
    stranger = Client()
    for path in (back, "/sign-in/harbour/return?code=x&state=nobody", "/sign-in/harbour/return"):
        response = stranger.get(path)
        assert response.status_code == 400
        assert "did not begin this sign-in" in response.content.decode()
    repeated = back + "&code=another"
    assert client.get(repeated).status_code == 400
    back = to_provider(client)
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 400


def test_an_answer_that_comes_too_late_opens_nothing(client: Client, ada: User) -> None:
    late = to_provider(client)
    with clock.travel(timedelta(minutes=11)):
        assert client.get(late).status_code == 400
    assert nobody_came_in(client)


def test_an_answer_of_one_provider_is_none_of_another(client: Client, ada: User, provider: Provider) -> None:
    """Mix-up: what was asked for Harbour is not answered at the address of Lumen, nor after a change of issuer."""
    lumen = make_user(make_account("lumen"))
    set_up(lumen, provider)
    back = to_provider(client)
    assert client.get(back.replace("/harbour/", "/lumen/")).status_code == 400
    back = to_provider(client)
    IdentityProvider.objects.filter(account=ada.account).update(issuer=provider.issuer + "/other")
    assert client.get(back).status_code == 400
    assert nobody_came_in(client)
