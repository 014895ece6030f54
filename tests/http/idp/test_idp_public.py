"""Public clients: they keep no secret, so PKCE binds their codes and rotation their refresh tokens."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import make_user
from tests.factories.identity import ASSERTION_TYPE, CALLBACK, make_program, make_public_program
from tests.http.idp.browser import Browser, returned
from tests.http.idp.pkce import VERIFIER, WITH_CHALLENGE
from tests.http.idp.wire import Wire

from fondaco.audit.models import Event
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import AuthorizationCode, OAuthClient
from fondaco.identity.tokens import verify_access_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(client: Client) -> Browser:
    """An agent who is signed in, and an app on their phone."""
    program = make_public_program()
    phone = Browser(program, make_user(program.account, role="agent"), client)
    phone.sign_in()
    return phone


@pytest.fixture
def wire(phone: Browser) -> Wire:
    return Wire(phone.program, Client())


def exchange(phone: Browser, wire: Wire, code: str, **form: Any) -> tuple[int, dict[str, Any]]:
    whole = {
        "grant_type": "authorization_code",
        "client_id": phone.program.issued.client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **form,
    }
    return wire.post({name: value for name, value in whole.items() if value is not None})


def refresh(phone: Browser, wire: Wire, token: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "refresh_token", "client_id": phone.program.issued.client_id, "refresh_token": token}
    return wire.post(form)


def test_it_signs_in_with_its_name_and_pkce_alone(phone: Browser, wire: Wire) -> None:
    status, body = exchange(phone, wire, phone.code(scope="openid", **WITH_CHALLENGE))
    assert status == 200
    assert body == {
        "access_token": body["access_token"],
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "openid",
        "sid": body["sid"],
        "refresh_token": body["refresh_token"],
        "id_token": body["id_token"],
    }
    token = verify_access_token(body["access_token"])
    assert (token.client, token.user) == (phone.program.client, phone.user)


def test_without_a_challenge_there_is_no_code(phone: Browser) -> None:
    for query in ({}, {"code_challenge": ""}):
        back = returned(phone.authorize(**query))
        assert back == {
            "error": "invalid_request",
            "error_description": "A public client must send a code_challenge.",
            "state": "s t&=é",
        }
    assert not AuthorizationCode.objects.exists()


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"code_verifier": None}, 400, "invalid_request"),
        ({"code_verifier": ""}, 400, "invalid_request"),
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"code_verifier": "short"}, 400, "invalid_request"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": "0" * 32}, 401, "invalid_client"),
        ({"client_secret": "fdc_guess"}, 401, "invalid_client"),
        ({"client_assertion_type": ASSERTION_TYPE, "client_assertion": "a.b.c"}, 401, "invalid_client"),
    ],
)
def test_what_does_not_fit_gets_nothing(
    phone: Browser, wire: Wire, form: dict[str, Any], status: int, error: str
) -> None:
    code = phone.code(**WITH_CHALLENGE)
    answer = exchange(phone, wire, code, **form)
    assert (answer[0], answer[1]["error"]) == (status, error)
    assert set(answer[1]) == {"error", "error_description"}
    assert exchange(phone, wire, code)[0] == 200


def test_a_client_that_was_made_public_meanwhile_needs_a_verifier_all_the_same(client: Client) -> None:
    program = make_program()
    browser = Browser(program, make_user(program.account), client)
    browser.sign_in()
    code = browser.code()
    OAuthClient.objects.update(is_public=True)
    status, body = exchange(browser, Wire(program, Client()), code, code_verifier=None)
    assert (status, body["error"]) == (400, "invalid_request")


def test_a_name_alone_proves_no_client_that_has_a_secret(client: Client) -> None:
    wire = Wire(make_program(), client)
    status, body = wire.post({"grant_type": "client_credentials", "client_id": wire.program.issued.client_id})
    assert (status, body) == (
        401,
        {"error": "invalid_client", "error_description": "The request has no client authentication."},
    )


def test_it_has_no_access_of_its_own(phone: Browser, wire: Wire) -> None:
    status, body = wire.post({"grant_type": "client_credentials", "client_id": phone.program.issued.client_id})
    assert (status, body["error"]) == (400, "unauthorized_client")


def test_refresh_tokens_rotate_and_a_second_showing_ends_the_family(phone: Browser, wire: Wire) -> None:
    _status, first = exchange(phone, wire, phone.code(**WITH_CHALLENGE))
    status, second = refresh(phone, wire, first["refresh_token"])
    assert (status, second["sid"]) == (200, first["sid"])
    assert second["refresh_token"] != first["refresh_token"]
    assert refresh(phone, wire, first["refresh_token"])[1]["error"] == "invalid_grant"
    assert refresh(phone, wire, second["refresh_token"])[1]["error"] == "invalid_grant"
    with pytest.raises(TokenRefused):
        verify_access_token(second["access_token"])
    assert Event.objects.filter(kind="refresh_token.reused").count() == 1


def test_the_names_of_others_open_nothing_of_its(phone: Browser, wire: Wire) -> None:
    other = make_public_program(phone.program.account)
    code = phone.code(**WITH_CHALLENGE)
    assert exchange(phone, wire, code, client_id=other.issued.client_id)[1]["error"] == "invalid_grant"
    _status, tokens = exchange(phone, wire, code)
    stolen = {"grant_type": "refresh_token", "client_id": other.issued.client_id}
    assert wire.post({**stolen, "refresh_token": tokens["refresh_token"]})[1]["error"] == "invalid_grant"
    assert refresh(phone, wire, tokens["refresh_token"])[0] == 200


# A program on the browser's own machine takes the port that is free (RFC 8252 §7.3) -----------------------------------


@pytest.mark.parametrize(
    ("registered", "wanted", "is_right"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", True),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]/cb", "http://[::1]:51004/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", False),
        ("http://127.0.0.1/cb", "http://[::1]:51004/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:999999/cb", False),
        ("https://app.example/cb", "https://app.example:8443/cb", False),
    ],
)
def test_the_port_alone_is_free(
    client: Client, settings: Settings, registered: str, wanted: str, is_right: bool
) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    program = make_public_program(redirect_uris=[registered])
    phone = Browser(program, make_user(program.account), client)
    phone.sign_in()
    answer = phone.authorize(redirect_uri=wanted, **WITH_CHALLENGE)
    assert answer.status_code == (302 if is_right else 400)
    assert answer.headers.get("Location", wanted).startswith(wanted)
    OAuthClient.objects.update(is_public=False)
    assert phone.authorize(redirect_uri=wanted, **WITH_CHALLENGE).status_code == 400
