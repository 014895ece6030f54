"""What a wrong request gets, row by row of RFC 6749; rows with a test of their own elsewhere are not repeated."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.identity import ASSERTION_TYPE, CALLBACK, SCOPES, make_program
from tests.http.idp.browser import Browser, returned
from tests.http.idp.wire import Wire

from fondaco.identity.devices import GRANT as DEVICE_GRANT
from fondaco.identity.models import (
    AuthorizationCode,
    DeviceAuthorization,
    PersonalAccessToken,
    SpentAssertion,
    TokenFamily,
)
from fondaco.identity.protocol.token_endpoint import GRANTS

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
PROGRAM = "fondaco-cli"
NO_SUCH_GRANT = "The code or refresh token is unknown, expired, spent, or of another client."
HOSTILE = {
    "crlf": "%0D%0ASet-Cookie:%20a=b%0D%0A%0D%0A<script>",
    "nul": "a%00b",
    "unicode": quote("ünï\u202e\u2028𝔘😀"),
    "quotes": quote("\"'\\<>&"),
    "not utf-8": "%FF%C3%28",
    "surrogate": "%ED%A0%80",
    "long": "x" * 100_000,
}
DESCRIBES = {" ", "!", *map(chr, range(0x23, 0x5C)), *map(chr, range(0x5D, 0x7F))}


@pytest.fixture
def wire(client: Client) -> Wire:
    return Wire(make_program(), client)


def check_refusal(answer: Any, statuses: tuple[int, ...] = (400, 401)) -> None:
    """The shape of §5.2, whatever was sent: JSON with two texts of allowed characters, kept by no cache."""
    assert answer.status_code in statuses
    assert answer["Content-Type"] == "application/json"
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    assert set(body["error_description"]) <= DESCRIBES
    assert ("WWW-Authenticate" in answer) == (answer.status_code == 401)


# §2.3 Client authentication -------------------------------------------------------------------------------------------


def test_section_2_3_1_credentials_in_the_address_are_not_read(wire: Wire) -> None:
    issued = wire.program.issued
    wire.path += f"?client_id={issued.client_id}&client_secret={issued.client_secret}"
    status, body = wire.post({"grant_type": "client_credentials"})
    assert (status, body["error"]) == (401, "invalid_client")


def test_section_2_3_1_basic_credentials_are_form_encoded_before_base64(wire: Wire) -> None:
    encoded = wire.program.basic(client_id=quote(wire.program.issued.client_id.replace("0", "%30"), safe="%"))
    assert wire.post({"grant_type": "client_credentials"}, authorization=encoded)[0] == 200


# §3 Parameters --------------------------------------------------------------------------------------------------------


def test_section_3_2_parameters_without_a_value_are_as_if_left_out(wire: Wire) -> None:
    empty = dict.fromkeys(("scope", "client_id", "client_secret", "client_assertion", "client_assertion_type"), "")
    status, body = wire.basic(**empty)
    assert (status, body["scope"]) == (200, " ".join(SCOPES))
    for form in ({"grant_type": ""}, {"grant_type": "authorization_code", "code": ""}):
        status, body = wire.post(form, authorization=wire.program.basic())
        assert (status, body["error"]) == (400, "invalid_request")


def test_section_3_1_the_same_at_the_authorization_endpoint(browser: Browser) -> None:
    back = returned(browser.authorize(scope="", nonce="", state="", code_challenge="", prompt="", max_age=""))
    assert set(back) == {"code"}
    assert AuthorizationCode.objects.get().scope == " ".join(SCOPES)
    assert returned(browser.authorize(response_type=""))["error"] == "invalid_request"


def test_section_3_1_and_3_2_unknown_parameters_are_ignored(wire: Wire, browser: Browser) -> None:
    assert wire.basic(resource="https://elsewhere.example", audience="x")[0] == 200
    assert set(returned(browser.authorize(acr_values="x", display="popup"))) == {"code", "state"}


@pytest.mark.parametrize("scope", ["apps:read  openid", " openid apps:read ", "openid openid apps:read"])
def test_section_3_3_order_and_repetition_of_scopes_do_not_matter(wire: Wire, scope: str) -> None:
    assert set(wire.basic(scope=scope)[1]["scope"].split(" ")) == {"openid", "apps:read"}


# §4.1.2.1 Errors that go back to the app ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "error", "description"),
    [
        ({"response_type": None}, "invalid_request", "Missing response_type in request."),
        ({"nonce": ["a", "b"]}, "invalid_request", "A parameter was sent more than once."),
        ({"response_type": "token"}, "unsupported_response_type", "response_type must be code."),
        ({"scope": "nonsense openid"}, "invalid_scope", "This client does not have the scope nonsense"),
        ({"scope": "é"}, "invalid_scope", "No scope has a name in such characters"),
        ({"scope": "\u202e\r\nopenid\x00"}, "invalid_scope", "This client does not have the scope  openid"),
        ({"max_age": "x"}, "invalid_request", "max_age must be a number of seconds."),
        ({"prompt": "none login"}, "invalid_request", "prompt=none goes with no other prompt."),
    ],
)
def test_section_4_1_2_1_each_error_word_for_word(
    browser: Browser, query: dict[str, Any], error: str, description: str
) -> None:
    back = returned(browser.authorize(**query))
    assert back == {"error": error, "error_description": description, "state": "s t&=é"}
    assert not AuthorizationCode.objects.exists()


# §5.2 Errors of the token endpoint ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "status", "error", "description"),
    [
        ({"scope": "openid"}, 400, "invalid_request", "Missing grant_type in request."),
        (
            {"grant_type": ["client_credentials", "client_credentials"]},
            400, "invalid_request", "A parameter was sent more than once: grant_type",
        ),
        (
            {"grant_type": "client_credentials", "client_secret": "x"},
            400, "invalid_request", "More than one way of client authentication was used.",
        ),
        ({"grant_type": "authorization_code"}, 400, "invalid_request", "Missing 'code' in request."),
        ({"grant_type": "refresh_token"}, 400, "invalid_request", "Missing 'refresh_token' in request."),
        (
            {"grant_type": "client_credentials", "client_id": "0" * 32},
            401, "invalid_client", "Client authentication failed.",
        ),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant", NO_SUCH_GRANT),
        (
            {"grant_type": "refresh_token", "refresh_token": "x"},
            400, "invalid_grant", NO_SUCH_GRANT,
        ),
        (
            {"grant_type": "password"},
            400, "unsupported_grant_type",
            "grant_type=password is not supported. Use one of: " + ", ".join(GRANTS),
        ),
        (
            {"grant_type": "client_credentials", "scope": "users:read"},
            400, "invalid_scope", "This client does not have the scope users:read",
        ),
        (
            {"grant_type": "client_credentials", "scope": "é a\"b\\c openid " + "x" * 99},
            400, "invalid_scope", f"This client does not have the scope  abc {'x' * 55}",
        ),
    ],
)  # fmt: skip
def test_section_5_2_each_error_word_for_word(
    wire: Wire, form: dict[str, Any], status: int, error: str, description: str
) -> None:
    answer = wire.post(form, authorization=wire.program.basic())
    assert answer == (status, {"error": error, "error_description": description})
    assert wire.headers["Pragma"] == "no-cache"
    challenge = f'Basic realm="http://127.0.0.1:8000/{wire.program.account.name}", error="{error}", '
    if status == 401:
        assert wire.headers["WWW-Authenticate"] == f'{challenge}error_description="{description}"'
    else:
        assert "WWW-Authenticate" not in wire.headers


@pytest.mark.parametrize("grant", ["client_credentials", "authorization_code", "refresh_token"])
def test_section_5_2_unauthorized_client(client: Client, grant: str) -> None:
    others = [one for one in ("client_credentials", "authorization_code", "refresh_token") if one != grant]
    wire = Wire(make_program(grant_types=others, scopes=["openid"]), client)
    form = {"grant_type": grant, "code": "x", "refresh_token": "x"}
    assert wire.post(form, authorization=wire.program.basic()) == (
        400,
        {
            "error": "unauthorized_client",
            "error_description": f"The client is not authorized to use 'grant_type={grant}'",
        },
    )


@pytest.mark.parametrize("authorization", ["Bearer abc", "Basic !!!", "Negotiate x", "Basic"])
def test_section_5_2_a_401_names_the_scheme_that_works(wire: Wire, authorization: str) -> None:
    wire.post({"grant_type": "client_credentials"}, authorization=authorization)
    assert wire.headers["WWW-Authenticate"].startswith('Basic realm="http://127.0.0.1:8000/')


# CRLF, NUL, Unicode and mere length, in every parameter of every endpoint ---------------------------------------------

TOKEN_PARAMETERS = (
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id", "client_secret",
    "client_assertion", "client_assertion_type", "state", "x%0D%0Ay",
)  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("grant", ["client_credentials", "authorization_code", "refresh_token"])
def test_hostile_values_in_every_parameter_of_the_token_endpoint(wire: Wire, grant: str, hostile: str) -> None:
    good = {
        "grant_type": grant, "code": "x", "refresh_token": "x", "client_assertion_type": quote(ASSERTION_TYPE, safe=""),
    }  # fmt: skip
    for name in TOKEN_PARAMETERS:
        form = {key: value for key, value in good.items() if key != "client_assertion_type" or "assertion" in name}
        body = "&".join(f"{key}={value}" for key, value in {**form, name: hostile}.items())
        headers = {} if name.startswith("client_") else {"Authorization": wire.program.basic()}
        answer = wire.client.post(
            wire.path, body, content_type=FORM, headers=headers, REMOTE_ADDR=f"192.0.2.{len(name)}"
        )
        if answer.status_code == 200:
            assert (grant, name in {"scope", "client_assertion"}) == ("client_credentials", False)
            continue
        check_refusal(answer, (400, 401, 429))
        assert "Set-Cookie" not in answer
    assert not TokenFamily.objects.exists()
    assert not SpentAssertion.objects.exists()


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_in_every_parameter_of_the_revocation_endpoint(wire: Wire, hostile: str) -> None:
    path = wire.path.replace("/token", "/revoke")
    for name in ("token", "token_type_hint", "client_id", "client_secret", "client_assertion", "x%00"):
        body = "&".join(f"{key}={value}" for key, value in {"token": "x", name: hostile}.items())
        headers = {} if name.startswith("client_") else {"Authorization": wire.program.basic()}
        answer = wire.client.post(path, body, content_type=FORM, headers=headers)
        if name.startswith("client_"):
            check_refusal(answer)
        else:
            assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_in_every_parameter_of_the_introspection_endpoint(wire: Wire, hostile: str) -> None:
    path = wire.path.replace("/token", "/introspect")
    good = {"token": "x", "client_assertion_type": quote(ASSERTION_TYPE, safe="")}
    for name in (*good, "token_type_hint", "client_id", "client_secret", "client_assertion", "x%0D%0Ay"):
        form = {key: value for key, value in good.items() if key == "token" or "assertion" in name}
        body = "&".join(f"{key}={value}" for key, value in {**form, name: hostile}.items())
        headers = {} if name.startswith("client_") else {"Authorization": wire.program.basic()}
        answer = wire.client.post(path, body, content_type=FORM, headers=headers)
        if name.startswith("client_"):
            check_refusal(answer, (401,))
            assert answer.json()["error"] == "invalid_client"
        else:
            assert (answer.status_code, answer.json()) == (200, {"active": False})
        assert "Set-Cookie" not in answer
    assert not SpentAssertion.objects.exists()


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("endpoint", ["code", "token"])
def test_hostile_values_in_every_parameter_of_the_device_endpoints(client: Client, endpoint: str, hostile: str) -> None:
    good = {"client_id": PROGRAM}
    if endpoint == "token":
        good |= {"grant_type": quote(DEVICE_GRANT, safe=""), "device_code": "x"}
    for name in (*good, "scope", "device_name", "x%0D%0Ay"):
        body = "&".join(f"{key}={value}" for key, value in {**good, name: hostile}.items())
        answer = client.post(f"/api/v1/device/{endpoint}", body, content_type=FORM)
        assert "Set-Cookie" not in answer
        if (endpoint, name) in {("code", "device_name"), ("code", "x%0D%0Ay")}:  # a text for people, and nothing
            assert answer.status_code == 200
        else:
            check_refusal(answer, (400,))
    assert not PersonalAccessToken.objects.exists()
    for device in DeviceAuthorization.objects.all():
        assert (device.scopes, device.device.isprintable()) == ([], True)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_hostile_values_in_every_parameter_of_the_authorization_endpoint(
    browser: Browser, hostile: str, is_signed_in: bool
) -> None:
    if not is_signed_in:
        browser.client.logout()
    good = {"client_id": browser.program.issued.client_id, "redirect_uri": quote(CALLBACK), "response_type": "code"}
    hostile = hostile[:4000]  # a longer address does not reach us
    for name in (*good, "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age"):
        query = "&".join(f"{key}={value}" for key, value in {**good, name: hostile}.items())
        for page in ("authorize", "resume"):
            answer = browser.client.get(f"{browser.base}/{page}?{query}")
            assert answer.status_code in {200, 302, 400}
            for value in answer.headers.values():
                assert not {"\r", "\n", "\0"} & set(value)
            assert "a" not in answer.cookies
            assert "<script>" not in answer.content.decode()
            if name in {"client_id", "redirect_uri"} and page == "authorize":
                assert answer.status_code == 400
            if answer.status_code == 302:
                target = urlsplit(answer["Location"])
                assert f"{target.scheme}://{target.netloc}{target.path}" == CALLBACK or target.netloc == ""


@pytest.mark.parametrize("state", ["\r\nSet-Cookie: a=b", "ünï\u202e😀", "\"'\\<>&=+ %41", "x" * 2000, "a\0b"])
def test_section_4_1_2_the_state_comes_back_as_it_was(browser: Browser, state: str) -> None:
    assert returned(browser.authorize(state=state))["state"] == state
    assert returned(browser.authorize(state=state, scope="nonsense"))["state"] == state
    browser.client.logout()
    resume = parse_qs(urlsplit(browser.authorize(state=state)["Location"]).query)["next"][0]
    browser.sign_in()
    target = browser.client.get(resume)["Refresh"].partition("; url=")[2]
    assert returned(browser.client.get(target))["state"] == state


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"grant_type": "client_credentials"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("text/plain", b"grant_type=client_credentials"),
        ("", b"grant_type=client_credentials"),
        (f"{FORM}; charset=utf-16", b"grant_type=client_credentials"),
        (FORM, b"&".join(b"a%d=1" % number for number in range(1001))),
        (FORM, b"a=" + b"x" * (4 * 1024 * 1024)),
    ],
)
def test_bodies_that_are_no_form_of_ours(wire: Wire, content_type: str, body: bytes) -> None:
    headers = {"Authorization": wire.program.basic()}
    for path in (wire.path, wire.path.replace("/token", "/revoke")):
        answer = wire.client.generic("POST", path, body, content_type, headers=headers)
        check_refusal(answer, (400,))
        assert answer.json()["error"] == "invalid_request"


def test_bytes_that_are_not_utf_8_are_no_secret(wire: Wire) -> None:
    issued = wire.program.issued
    body = f"grant_type=client_credentials&client_id={issued.client_id}&client_secret=".encode() + b"\xff\xfe\x00"
    answer = wire.client.generic("POST", wire.path, body, FORM)
    check_refusal(answer, (401,))


def test_a_code_for_somebody_else_s_issuer_is_unknown_there(browser: Browser, client: Client) -> None:
    other = make_program()
    stranger = Browser(other, make_user(other.account), client)
    code = browser.code()
    assert stranger.exchange(code)[1]["error"] == "invalid_grant"
    assert browser.exchange(code)[0] == 200
