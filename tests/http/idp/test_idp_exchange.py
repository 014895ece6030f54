"""Codes and refresh tokens: used once, bound to their client, and dead with their family (DOMAIN 3.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import SYSTEM, make_person, make_user
from tests.factories.identity import make_program
from tests.http.idp.browser import Browser
from tests.http.idp.pkce import CHALLENGE, VERIFIER

from fondaco.audit.models import Event
from fondaco.identity import actions
from fondaco.identity.errors import TokenRefused
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import LoginSession, RefreshToken, TokenFamily
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
NO_SUCH_GRANT = {
    "error": "invalid_grant",
    "error_description": "The code or refresh token is unknown, expired, spent, or of another client.",
}


# Codes ----------------------------------------------------------------------------------------------------------------


def test_a_code_works_once_and_its_tokens_die_when_it_is_shown_again(browser: Browser) -> None:
    code = browser.code(scope="openid")
    _status, body = browser.exchange(code)
    assert browser.exchange(code) == (400, NO_SUCH_GRANT)
    with pytest.raises(TokenRefused):
        verify_access_token(body["access_token"])
    assert browser.refresh(body["refresh_token"])[1]["error"] == "invalid_grant"
    assert browser.exchange(code)[0] == 400
    assert Event.objects.filter(kind="authorization_code.reused").count() == 1


def test_a_code_lives_a_minute(browser: Browser) -> None:
    with clock.freeze():
        code = browser.code()
        with clock.travel(timedelta(seconds=60)):
            assert browser.exchange(code) == (400, NO_SUCH_GRANT)
        with clock.travel(timedelta(seconds=59)):
            assert browser.exchange(code)[0] == 200


def test_a_code_is_bound_to_its_address_and_client(browser: Browser) -> None:
    code = browser.code()
    assert browser.exchange(code, redirect_uri="https://evil.example/cb")[1]["error"] == "invalid_grant"
    other = make_program(browser.program.account)
    assert browser.exchange(code, program=other) == (400, NO_SUCH_GRANT)
    assert browser.exchange(code)[0] == 200


def test_pkce_is_checked_when_it_was_begun(browser: Browser) -> None:
    code = browser.code(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert browser.exchange(code)[1]["error"] == "invalid_request"
    assert browser.exchange(code, code_verifier="w" * 43)[1]["error"] == "invalid_grant"
    assert browser.exchange(code, code_verifier=VERIFIER)[0] == 200
    assert browser.exchange(browser.code(), code_verifier=VERIFIER)[1]["error"] == "invalid_request"


def test_a_deactivated_user_gets_nothing_more(browser: Browser) -> None:
    code, tokens = browser.code(), browser.tokens()
    browser.user.is_active = False
    browser.user.save()
    assert browser.exchange(code)[1]["error"] == "invalid_grant"
    assert browser.refresh(tokens["refresh_token"])[1]["error"] == "invalid_grant"
    with pytest.raises(TokenRefused):
        verify_access_token(tokens["access_token"])


def test_revoking_the_client_kills_its_tokens_with_the_same_breath(browser: Browser) -> None:
    tokens = browser.tokens()
    account_level = browser.token(grant_type="client_credentials")[1]["access_token"]
    actions.revoke_client(actor=SYSTEM, client=browser.program.client)
    for token in (tokens["access_token"], account_level):
        with pytest.raises(TokenRefused):
            verify_access_token(token)
    assert browser.refresh(tokens["refresh_token"]) == (
        401,
        {"error": "invalid_client", "error_description": "Client authentication failed."},
    )


# Refreshing -----------------------------------------------------------------------------------------------------------


def test_refreshing_gives_new_tokens_of_the_same_session(browser: Browser) -> None:
    first = browser.tokens(scope="openid apps:read")
    status, second = browser.refresh(first["refresh_token"])
    assert status == 200
    assert second == {
        "access_token": second["access_token"],
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "openid apps:read",
        "sid": first["sid"],
        "refresh_token": second["refresh_token"],
    }
    assert second["refresh_token"] != first["refresh_token"]
    assert verify_access_token(second["access_token"]).user == browser.user
    assert first["refresh_token"] not in str(list(RefreshToken.objects.values()))


def test_a_spent_refresh_token_ends_its_family(browser: Browser) -> None:
    first, bystander = browser.tokens(), browser.tokens()
    _status, second = browser.refresh(first["refresh_token"])
    assert browser.refresh(first["refresh_token"])[1]["error"] == "invalid_grant"
    assert browser.refresh(second["refresh_token"])[1]["error"] == "invalid_grant"
    for token in (first["access_token"], second["access_token"]):
        with pytest.raises(TokenRefused):
            verify_access_token(token)
    assert verify_access_token(bystander["access_token"]).user == browser.user
    event = Event.objects.get(kind="refresh_token.reused")
    assert event.account_id == browser.program.account.pk
    assert event.data == {"client": browser.program.client.pk.hex, "user": browser.user.pk}


def test_a_refresh_token_of_another_client_is_unknown_and_stays_good(browser: Browser) -> None:
    tokens = browser.tokens()
    other = make_program(browser.program.account)
    assert browser.refresh(tokens["refresh_token"], program=other)[1]["error"] == "invalid_grant"
    assert browser.refresh(tokens["refresh_token"])[0] == 200


def test_refresh_tokens_last_thirty_days_from_their_last_use(browser: Browser) -> None:
    with clock.freeze():
        tokens = browser.tokens()
        with clock.travel(timedelta(days=29)):
            _status, renewed = browser.refresh(tokens["refresh_token"])
        with clock.travel(timedelta(days=59)):
            assert browser.refresh(renewed["refresh_token"])[1]["error"] == "invalid_grant"
        with clock.travel(timedelta(days=58)):
            assert browser.refresh(renewed["refresh_token"])[0] == 200


def test_a_refresh_may_ask_for_less_but_never_for_more(browser: Browser) -> None:
    tokens = browser.tokens(scope="openid apps:read")
    assert browser.refresh(tokens["refresh_token"], scope="apps:write")[1]["error"] == "invalid_scope"
    _status, less = browser.refresh(tokens["refresh_token"], scope="apps:read")
    assert less["scope"] == "apps:read"
    _status, whole = browser.refresh(less["refresh_token"])
    assert whole["scope"] == "openid apps:read"


def test_what_nobody_can_use_again_is_forgotten(browser: Browser) -> None:
    browser.code()
    tokens = browser.tokens()
    with clock.travel(timedelta(minutes=20)):
        assert forget_expired() == 2  # the family of the unused code, and the code
        assert TokenFamily.objects.count() == 1
    with clock.travel(timedelta(days=20)):
        _status, renewed = browser.refresh(tokens["refresh_token"])
    with clock.travel(timedelta(days=31)):
        assert forget_expired() == 1  # the spent refresh token
        assert browser.refresh(renewed["refresh_token"])[0] == 200
    with clock.travel(timedelta(days=62)):
        forget_expired()
    assert not RefreshToken.objects.exists()
    assert not TokenFamily.objects.exists()


def test_a_person_signed_in_by_other_means_gets_a_session(browser: Browser) -> None:
    person = make_person()
    make_user(browser.program.account, person=person)
    browser.client.force_login(person)
    browser.code()
    browser.code()
    assert LoginSession.objects.filter(person=person).count() == 1
