"""What a token is worth now: who may ask, and that every way of ending a token ends it here, too (RFC 7662)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.factories.accounts import SYSTEM, make_user
from tests.factories.identity import SCOPES, Program, make_program
from tests.http.idp.browser import Browser
from tests.http.idp.wire import Wire

from fondaco.identity import actions
from fondaco.identity.models import CredentialSet, OAuthClient, RevokedToken, TokenFamily
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"


class Introspection(Wire):
    """A program at the introspection endpoint of its account."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, Client())
        self.path = f"/{program.account.name}/oauth/introspect"

    def about(self, token: str, **form: Any) -> dict[str, Any]:
        status, body = self.post({"token": token, **form}, authorization=self.program.basic())
        assert status == 200
        return body


@pytest.fixture
def program() -> Program:
    return make_program()


def token_of(program: Program, **form: str) -> str:
    token: str = Wire(program, Client()).basic(**form)[1]["access_token"]
    return token


def test_a_token_of_a_program(program: Program) -> None:
    with clock.freeze() as moment:
        token = token_of(program, scope="apps:read")
        body = Introspection(program).about(token)
    now = int(moment.timestamp())
    assert body == {
        "active": True,
        "token_type": "Bearer",
        "iss": f"{ROOT}/{program.account.name}",
        "sub": program.issued.client_id,
        "aud": ROOT,
        "client_id": program.issued.client_id,
        "account": program.account.pk,
        "scope": "apps:read",
        "iat": now,
        "exp": now + 600,
        "jti": verify_access_token(token).claims["jti"],
    }


def test_tokens_of_a_user(browser: Browser) -> None:
    body = browser.tokens(scope="openid")
    asking = Introspection(browser.program)
    access, refresh = asking.about(body["access_token"]), asking.about(body["refresh_token"])
    common = {
        "active": True,
        "iss": f"{ROOT}/{browser.program.account.name}",
        "sub": browser.user.pk,
        "client_id": browser.program.issued.client_id,
        "account": browser.program.account.pk,
        "scope": "openid",
        "sid": body["sid"],
        "username": browser.user.person.email,
    }
    assert access == {
        **common,
        "token_type": "Bearer",
        "aud": ROOT,
        **{name: verify_access_token(body["access_token"]).claims[name] for name in ("iat", "exp", "jti")},
    }
    assert refresh == {**common, "iat": refresh["iat"], "exp": refresh["iat"] + 30 * 24 * 3600}


def test_without_openid_the_address_is_not_told(browser: Browser) -> None:
    body = browser.tokens(scope="apps:read")
    for token in (body["access_token"], body["refresh_token"]):
        found = Introspection(browser.program).about(token)
        assert (found["active"], "username" in found) == (True, False)


def test_a_program_may_ask_about_its_own_tokens_only(browser: Browser) -> None:
    body = browser.tokens(scope="openid")
    sibling, stranger = make_program(browser.program.account), make_program()
    for other in (sibling, stranger):
        for token in (body["access_token"], body["refresh_token"], token_of(browser.program)):
            assert Introspection(other).about(token) == {"active": False}


def test_a_resource_server_may_ask_about_access_tokens_of_its_account(browser: Browser) -> None:
    body = browser.tokens(scope="openid")
    server = make_program(browser.program.account, scopes=(*SCOPES, "tokens:introspect"))
    elsewhere = make_program(scopes=("tokens:introspect",))
    for token in (body["access_token"], token_of(browser.program)):
        assert Introspection(server).about(token)["active"] is True
        assert Introspection(elsewhere).about(token) == {"active": False}
    assert Introspection(server).about(body["refresh_token"]) == {"active": False}


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_a_hint_changes_nothing(browser: Browser, hint: str) -> None:
    body = browser.tokens()
    for token in (body["access_token"], body["refresh_token"]):
        assert Introspection(browser.program).about(token, token_type_hint=hint)["active"] is True


@pytest.mark.parametrize("token", ["x", "é", "a.b.c", "fdr_x", "fdp_x", "x" * 9000, "\0"])
def test_nonsense_is_not_active(program: Program, token: str) -> None:
    assert Introspection(program).about(token) == {"active": False}


def test_other_secrets_are_not_active(browser: Browser) -> None:
    code = browser.code(scope="openid")
    _status, body = browser.exchange(code)
    for other in (code, body["id_token"], browser.program.issued.client_secret):
        assert Introspection(browser.program).about(other) == {"active": False}


def _revoke_access_token(_browser: Browser, body: dict[str, Any]) -> None:
    jti = verify_access_token(body["access_token"]).claims["jti"]
    RevokedToken.objects.create(jti=jti, expires_at=clock.now() + timedelta(minutes=10))


def _use_refresh_token(browser: Browser, body: dict[str, Any]) -> None:
    assert browser.refresh(body["refresh_token"])[0] == 200


def _suspend_client(browser: Browser, _body: dict[str, Any]) -> None:
    with transaction.atomic():
        actions.suspend_client(actor=SYSTEM, client=browser.program.client)


def _end_family(_browser: Browser, _body: dict[str, Any]) -> None:
    TokenFamily.objects.update(ended_at=clock.now())


def _end_session(browser: Browser, body: dict[str, Any]) -> None:
    actions.end_other_sessions(actor=SYSTEM, person=browser.user.person)


def _leave_account(browser: Browser, _body: dict[str, Any]) -> None:
    browser.user.is_active = False
    browser.user.save(update_fields=["is_active"])


def _leave_platform(browser: Browser, _body: dict[str, Any]) -> None:
    browser.user.person.is_active = False
    browser.user.person.save(update_fields=["is_active"])


def _cut(_browser: Browser, _body: dict[str, Any]) -> None:
    OAuthClient.objects.update(tokens_valid_after=clock.now() + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("end", "access", "refresh"),
    [
        (_revoke_access_token, False, True),
        (_use_refresh_token, True, False),
        (_suspend_client, False, False),
        (_end_family, False, False),
        (_end_session, False, False),
        (_leave_account, False, False),
        (_leave_platform, False, False),
        (_cut, False, True),
    ],
)
def test_what_has_ended_is_not_active(
    browser: Browser, end: Callable[[Browser, dict[str, Any]], None], access: bool, refresh: bool
) -> None:
    body = browser.tokens(scope="openid")
    asking = Introspection(browser.program)
    assert [asking.about(body[each])["active"] for each in ("access_token", "refresh_token")] == [True, True]
    end(browser, body)
    assert [asking.about(body[each])["active"] for each in ("access_token", "refresh_token")] == [access, refresh]


def test_time_ends_tokens(browser: Browser) -> None:
    body = browser.tokens(scope="openid")
    asking = Introspection(browser.program)
    with clock.travel(timedelta(minutes=10)):
        assert [asking.about(body[each])["active"] for each in ("access_token", "refresh_token")] == [False, True]
    with clock.travel(timedelta(days=30)):
        assert asking.about(body["refresh_token"]) == {"active": False}


def test_a_revoked_set_ends_its_tokens(program: Program) -> None:
    token = token_of(program)
    server = make_program(program.account, scopes=("tokens:introspect",))
    assert Introspection(server).about(token)["active"] is True
    with transaction.atomic():
        actions.revoke_client(actor=SYSTEM, client=program.client)
    assert Introspection(server).about(token) == {"active": False}
    assert Introspection(program).post({"token": token}, authorization=program.basic())[0] == 401


def test_who_does_not_prove_who_it_is_is_refused_and_slowed_down(program: Program) -> None:
    asking, token = Introspection(program), token_of(program)
    assert asking.post({"token": token})[0] == 401
    with clock.freeze():
        wrong = program.basic(secret="fdc_wrong")
        answers = [asking.post({"token": token}, authorization=wrong) for _ in range(11)]
        assert [(status, body["error"]) for status, body in answers] == [(401, "invalid_client")] * 10 + [
            (429, "invalid_client")
        ]
        assert "Retry-After" in asking.headers
        # one bucket with the token endpoint: guessing here is guessing there
        assert Wire(program, Client()).post({"grant_type": "client_credentials"}, authorization=wrong)[0] == 429
    assert CredentialSet.objects.get().last_used_at is not None


def test_a_secret_in_the_form_and_an_assertion_prove_it_as_well(program: Program) -> None:
    asking, token = Introspection(program), token_of(program)
    in_form = {"client_id": program.issued.client_id, "client_secret": program.issued.client_secret}
    assert asking.post({"token": token, **in_form})[1]["active"] is True
    assert asking.assert_with(program.assertion(), token=token, grant_type=[])[1]["active"] is True


def test_a_program_without_a_secret_may_not_ask(program: Program) -> None:
    token = token_of(program)
    OAuthClient.objects.update(is_public=True)
    status, body = Introspection(program).post({"token": token}, authorization=program.basic())
    assert (status, body["error"]) == (401, "invalid_client")


def test_a_form_that_is_wrong(program: Program) -> None:
    asking = Introspection(program)
    for form in ({}, {"token": ""}, {"token": ["a", "b"]}):
        status, body = asking.post(form, authorization=program.basic())
        assert (status, body["error"]) == (400, "invalid_request")
    assert Client().get(asking.path).status_code == 405
    answer = Client().post(asking.path, {"token": "x"}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    asking.path = "/nobody/oauth/introspect"
    assert asking.post({"token": "x"}, authorization=program.basic())[0] == 404


def test_the_asking_is_noted_as_use(program: Program) -> None:
    token = token_of(program)
    CredentialSet.objects.update(last_used_at=None)
    with clock.freeze() as moment:
        Introspection(program).about(token)
    assert CredentialSet.objects.get().last_used_at == moment


def test_discovery_names_the_address(client: Client) -> None:
    program = make_program()
    user = make_user(program.account)
    found = client.get(f"/{user.account.name}/.well-known/openid-configuration").json()
    assert found["introspection_endpoint"] == f"{ROOT}/{program.account.name}/oauth/introspect"
    assert found["introspection_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ]
