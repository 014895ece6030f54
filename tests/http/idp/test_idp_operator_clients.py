"""An API of the operator's own asks about tokens of every account; nobody else gains anything by that."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings
from tests.factories.accounts import SYSTEM
from tests.factories.identity import Program, make_operator_client, make_portal_client, make_program
from tests.factories.partners import make_member
from tests.http.idp.browser import Browser
from tests.http.idp.wire import Wire

from fondaco.identity import actions, pace
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.models import OAuthClient

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def ask(asking: Program, token: str, *, account: str = "") -> tuple[int, dict[str, object]]:
    answer = Client().post(
        f"/{account or asking.account.name}/oauth/introspect",
        f"token={token}",
        content_type=FORM,
        headers={"Authorization": asking.basic()},
    )
    return answer.status_code, answer.json()


def token_of(program: Program) -> str:
    token: str = Wire(program, Client()).basic()[1]["access_token"]
    return token


@pytest.fixture
def api() -> Program:
    return make_operator_client()


def test_it_is_told_about_tokens_of_every_account_until_they_are_revoked(api: Program) -> None:
    for program in (make_program(), make_program(), make_portal_client()):
        token = token_of(program)
        status, body = ask(api, token)
        assert (status, body["active"], body["account"], body["client_id"]) == (
            200,
            True,
            program.account.pk,
            program.issued.client_id,
        )
        with transaction.atomic():
            actions.revoke_client(actor=SYSTEM, client=program.client)
        assert ask(api, token) == (200, {"active": False})


def test_of_a_person_it_learns_no_address_and_of_refresh_tokens_nothing(api: Program, browser: Browser) -> None:
    body = browser.tokens(scope="openid refresh_token")
    _status, said = ask(api, body["access_token"])
    assert (said["active"], said["sub"], said["sid"]) == (True, browser.user.pk, body["sid"])
    assert "username" not in said
    assert ask(api, body["refresh_token"]) == (200, {"active": False})


def test_it_proves_itself_at_its_own_account_only(api: Program) -> None:
    program = make_program()
    status, body = ask(api, token_of(program), account=program.account.name)
    assert (status, body["error"]) == (401, "invalid_client")


def test_it_gets_no_token(api: Program) -> None:
    status, body = Wire(api, Client()).basic()
    assert (status, body["error"]) == (400, "unauthorized_client")


def test_nobody_else_is_told_about_other_accounts(api: Program) -> None:
    token = token_of(make_program())
    fields = ClientFields(
        name="Snoop", grant_types=("client_credentials",), scopes=("tokens:introspect",), redirect_uris=()
    )
    for other in (
        make_portal_client(make_member(), fields),
        make_program(scopes=("tokens:introspect",)),
        make_program(api.account, scopes=("tokens:introspect",)),  # of the platform's own account, but not of this kind
    ):
        assert ask(other, token) == (200, {"active": False})


def test_without_the_scope_it_is_told_nothing(api: Program) -> None:
    token = token_of(make_program())
    OAuthClient.objects.filter(pk=api.client.pk).update(scopes=[])
    assert ask(api, token) == (200, {"active": False})


@pytest.mark.parametrize("how", ["deleted", "cut off", "rotated at once"])
def test_it_loses_it_at_once(api: Program, how: str) -> None:
    token = token_of(make_program())
    assert ask(api, token)[1]["active"] is True
    if how == "deleted":
        actions.delete_operator_client(actor=SYSTEM, by=None, client=api.client, reason="It is gone.")
    elif how == "cut off":
        with transaction.atomic():
            actions.begin_cutoff(actor=SYSTEM, reason="It leaks.", covers=api.client)
    else:
        new = actions.rotate_operator_client(
            actor=SYSTEM, by=None, client=api.client, reason="It leaks.", is_forced=True
        )
        assert ask(dataclasses.replace(api, issued=new), token)[1]["active"] is True
    status, body = ask(api, token)
    assert (status, body["error"]) == (401, "invalid_client")


def test_its_pace_is_limited_like_everybodys(api: Program, settings: Settings) -> None:
    settings.INTROSPECTIONS_PER_SECOND = 1
    token = token_of(make_program())
    pace.introspecting.forget()
    statuses = [ask(api, token)[0] for _ in range(pace.BURST_SECONDS + 1)]
    assert statuses == [200] * pace.BURST_SECONDS + [429]
