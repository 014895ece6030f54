"""The commands on a client's page: each way in which it gets tokens, to the first answer of the API."""

from __future__ import annotations

import html
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.identity import CALLBACK, make_portal_client

from fondaco.identity.client_fields import ClientFields
from fondaco.identity.issuer import authorize_url, token_url
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db
NO_REQUEST = "No request follows: no scope of this client opens an address that needs nothing but a token."
GRANTS = ("client_credentials", "authorization_code", "refresh_token")


def page_of(mara: Member, *, grants: tuple[str, ...], scopes: tuple[str, ...], is_public: bool = False) -> HttpResponse:
    addresses = (CALLBACK,) if "authorization_code" in grants else ()
    fields = ClientFields(name="Both ways", grant_types=grants, scopes=scopes, redirect_uris=addresses)
    row = make_portal_client(mara, fields, is_public=is_public).client
    client = Client()
    client.force_login(mara.person)
    answer = client.get(f"/portal/clients/{row.pk.hex}")
    assert answer.status_code == 200
    return answer


def steps_on(answer: HttpResponse) -> list[tuple[str, str]]:
    """Text and command of each step."""
    recipe = answer.content.decode().partition('<ol class="recipe">')[2].partition("</ol>")[0]
    found = re.findall(r"<li>\s*<p>(.*?)</p>.*?<pre[^>]*><code>(.*?)</code>", recipe, re.S)
    return [(html.unescape(text), html.unescape(command)) for text, command in found]


def test_a_client_with_both_grants_gets_both_ways(mara: Member) -> None:
    answer = page_of(mara, grants=GRANTS, scopes=("openid", "refresh_token", "account:read"))
    account = mara.partner.developer_account
    (token, ask, opening, exchange, renew, who) = steps_on(answer)
    assert token[1].endswith("--data grant_type=client_credentials")
    assert "/account --header" in ask[1]
    assert opening[0] == (
        "To act for a person instead, open this in a browser and sign in as a user of the account. "
        "You come back with a code in the address."
    )
    assert opening[1].startswith(f"{authorize_url(account)}?response_type=code&client_id=")
    assert exchange[1].startswith(f"curl {token_url(account)} ")
    assert "--data grant_type=authorization_code" in exchange[1]
    assert "--data grant_type=refresh_token" in renew[1]
    assert "/users/me --header" in who[1]
    assert NO_REQUEST not in html.unescape(answer.content.decode())


def test_an_account_s_token_is_never_asked_who_signed_in(mara: Member) -> None:
    answer = page_of(mara, grants=GRANTS[:2], scopes=("openid",))
    token, _opening, _exchange, who = [command for _text, command in steps_on(answer)]
    assert ("client_credentials" in token, "/users/me" in who) == (True, True)


def test_what_both_tokens_open_is_asked_once(mara: Member) -> None:
    commands = [command for _text, command in steps_on(page_of(mara, grants=GRANTS[:2], scopes=("users:read",)))]
    assert [" --header" in command for command in commands] == [False, True, False, False]


@pytest.mark.parametrize("scope", ["contacts:read", "partner-events:read", "tokens:introspect", "partner-apps:read"])
def test_a_client_whose_scopes_open_nothing_by_themselves_is_told_so(mara: Member, scope: str) -> None:
    answer = page_of(mara, grants=GRANTS[:1], scopes=(scope,))
    ((_text, command),) = steps_on(answer)
    assert command.endswith("--data grant_type=client_credentials")
    assert f'<p class="quiet">{NO_REQUEST}</p>' in answer.content.decode()


def test_so_is_one_that_signs_people_in(mara: Member) -> None:
    answer = page_of(mara, grants=GRANTS[1:], scopes=("refresh_token",), is_public=True)
    assert len(steps_on(answer)) == 3
    assert NO_REQUEST in answer.content.decode()


def test_the_page_with_the_secret_says_it_as_well(mara: Member) -> None:
    client = Client()
    client.force_login(mara.person)
    sent = {"attempt": "a" * 32, "name": "Export", "runs_on": "server", "grant_types": ["client_credentials"]}
    page = client.post("/portal/clients/new", {**sent, "redirect_uris": "", "scopes": ["contacts:read"]})
    assert NO_REQUEST in page.content.decode()
