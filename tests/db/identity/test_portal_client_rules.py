"""What a client made by hand may be: each wrong entry is named, and nothing is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.db.identity.by_hand import everything
from tests.factories.identity import (
    CALLBACK,
    EXPORT,
    SIGN_IN,
    make_portal_client,
)

from fondaco.catalog.scopes import FOR_PORTAL_CLIENTS, SCOPES
from fondaco.identity.models import OAuthClient
from fondaco.kit.errors import Invalid
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db


WRONG: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"name": ""}, {"name": ["This is required."]}),
    ({"name": "x" * 101}, {"name": ["Use at most 100 characters; these are 101."]}),
    (
        {"name": "a\0b"},
        {"name": ["This contains characters that cannot be shown. Type it again without them."]},
    ),
    ({"grant_types": ()}, {"grant_types": ["Choose at least one way to get tokens."]}),
    ({"grant_types": ("client_credentials", "password")}, {"grant_types": ["Unknown: password."]}),
    (
        {"grant_types": ("client_credentials", "refresh_token")},
        {"grant_types": ["Refreshing goes on from an authorization code, so choose that too."]},
    ),
    (
        {"grant_types": ("authorization_code",)},
        {"redirect_uris": ["Signing people in needs an address to send them back to."]},
    ),
    ({"scopes": ()}, {"scopes": ["Choose at least one, or its tokens open nothing."]}),
    ({"scopes": ("account:read", "root:all")}, {"scopes": ["Unknown: root:all."]}),
    (
        {"scopes": ("apps:read", "account:read", "events:read")},
        {"scopes": ["Only the client of an installation can have apps:read, events:read."]},
    ),
    (
        {"scopes": ("openid",)},
        {"scopes": ["openid does nothing without the grant authorization_code. Choose both or neither."]},
    ),
    (
        {"scopes": ("account:read", "refresh_token")},
        {"scopes": ["refresh_token does nothing without the grant refresh_token. Choose both or neither."]},
    ),
    (
        {"redirect_uris": tuple(f"https://a.example/{number}" for number in range(11))},
        {"redirect_uris": ["Use at most 10 addresses; these are 11."]},
    ),
    (
        {"redirect_uris": ("https://a.example/" + "x" * 500,)},
        {"redirect_uris": ["https://a.example/" + "x" * 82 + "… is longer than 500 characters."]},
    ),
]


@pytest.mark.parametrize(("changes", "errors"), WRONG, ids=lambda value: next(iter(value)))
def test_what_is_wrong_is_said_and_nothing_is_made(
    mara: Member, changes: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    before = everything()
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, replace(EXPORT, **changes))
    assert refusal.value.fields == errors
    assert everything() == before


def test_each_wrong_address_has_its_own_error(mara: Member) -> None:
    wrong = ("http://a.example", "https://a.example/#part", "https://u:p@a.example", "myapp:/cb")
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, replace(SIGN_IN, redirect_uris=(CALLBACK, *wrong)))
    assert refusal.value.fields == {
        "redirect_uris": [
            f"{each} cannot be used: begin with https:// and leave fragment (#), password and spaces out."
            for each in wrong
        ]
    }
    assert not OAuthClient.objects.exists()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://münchen.example/é", "https://münchen.example/é"),
        ("https://a.example/\u202e", "https://a.example/\\u202e"),
    ],
)
def test_an_address_in_other_letters_is_told_how_it_is_written(mara: Member, address: str, shown: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, replace(SIGN_IN, redirect_uris=(CALLBACK, address)))
    assert refusal.value.fields == {
        "redirect_uris": [
            f"{shown} cannot be used: write the host as xn--… and other letters percent-encoded, as browsers do."
        ]
    }
    assert not OAuthClient.objects.exists()


def test_only_a_public_client_comes_back_to_the_persons_own_machine(mara: Member, settings: Any) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    local = replace(SIGN_IN, redirect_uris=("http://localhost:8912/cb",))
    with pytest.raises(Invalid):
        make_portal_client(mara, local)
    assert make_portal_client(mara, local, is_public=True).client.redirect_uris == ["http://localhost:8912/cb"]


def test_a_public_client_cannot_have_client_credentials(mara: Member) -> None:
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, EXPORT, is_public=True)
    assert refusal.value.fields == {"grant_types": ["Client credentials need a secret, which this client cannot keep."]}


def test_what_is_given_twice_counts_once_and_in_the_order_of_the_catalogue(mara: Member) -> None:
    untidy = replace(
        SIGN_IN,
        name="  Wallboard ",
        scopes=("users:read", "openid", "users:read"),
        grant_types=("authorization_code", "client_credentials", "authorization_code"),
        redirect_uris=(f" {CALLBACK} ", "", CALLBACK),
    )
    client = make_portal_client(mara, untidy).client
    assert (client.name, client.redirect_uris) == ("Wallboard", [CALLBACK])
    assert client.scopes == ["openid", "users:read"]
    assert client.grant_types == ["client_credentials", "authorization_code"]


def test_every_scope_but_those_of_installations_can_be_had(mara: Member) -> None:
    grants = ("client_credentials", *SIGN_IN.grant_types)
    client = make_portal_client(mara, replace(SIGN_IN, scopes=FOR_PORTAL_CLIENTS, grant_types=grants)).client
    assert set(SCOPES) - set(client.scopes) == {"apps:read", "apps:write", "events:read", "events:write"}
