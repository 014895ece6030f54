"""Signing out of the platform ends the session in the app, too: by the event, and by a logout token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.factories.catalog import make_published_version
from tests.factories.installs import order
from tests.factories.jobs import run_jobs
from tests.flows.house import House
from tests.flows.people import Customer, gain_customer
from tests.flows.using import launch

from fondaco.identity import signing_keys
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, LoginSession
from fondaco.installs.models import Installation
from fondaco.messaging.models import LogoutDelivery, Message

pytestmark = pytest.mark.django_db(transaction=True)
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def begin(house: House, **technical: Any) -> tuple[Customer, Installation]:
    """Ada uses the app, and is signed in to it."""
    url = house.partner.url
    version = make_published_version(
        events_callback_url=f"{url}/events",
        standalone_url=f"{url}/start",
        redirect_urls=[f"{url}/callback"],
        **technical,
    )
    customer = gain_customer(house)
    installation = order(version, [customer.admin, customer.account.users.get(role__key="supervisor")]).installation
    house.deliver_events()
    assert launch(house, customer).title == "Hello, Ada Adler · Hello Partner"
    return customer, installation


def sign_out(house: House, customer: Customer) -> None:
    customer.browser.open("/my-apps")
    customer.browser.press("Sign out")
    run_jobs("messaging.announce_sign_outs")
    house.deliver_events()


def test_the_event_ends_the_session_in_the_app(house: House) -> None:
    customer, _installation = begin(house, receives_user_logout=True)
    sign_out(house, customer)
    assert house.partner.events()[0] == ("user.logout", "done", "1 session ended")
    page = customer.browser.open(f"{house.partner.url}/hello", expect=401)
    assert "You are signed out" in page.text
    assert Message.objects.get(type="user.logout").delivery.status == "delivered"


def test_a_logout_token_ends_the_session_in_the_app(house: House) -> None:
    customer, _installation = begin(house, backchannel_logout_url=f"{house.partner.url}/backchannel-logout")
    sign_out(house, customer)
    assert house.partner.events()[0] == ("logout token", "done", "1 session ended")
    page = customer.browser.open(f"{house.partner.url}/hello", expect=401)
    assert "You are signed out" in page.text
    assert LogoutDelivery.objects.get().status == "delivered"
    assert not Message.objects.filter(type="user.logout").exists()


def test_the_app_believes_no_token_that_breaks_a_rule(house: House) -> None:
    customer, installation = begin(house)
    session = LoginSession.objects.get(ended_at=None, person=customer.admin.person)
    now = int(time.time())
    good = {
        "iss": issuer(customer.account),
        "sub": customer.admin.pk,
        "aud": CredentialSet.objects.get(client=installation.client).wire_client_id,
        "iat": now,
        "exp": now + 120,
        "jti": "1",
        "sid": session.pk.hex,
        "events": {EVENT: {}},
    }
    wrong: list[Mapping[str, Any]] = [
        {"iss": "https://evil.example"},
        {"aud": "0" * 32},
        {"aud": [good["aud"]]},
        {"exp": now - 300},
        {"iat": now + 300},
        {"exp": None},
        {"events": {}},
        {"events": {EVENT: True}},
        {"nonce": "n"},
        {"sub": None, "sid": None},
        {"jti": None},
    ]
    bad = [_token({**good, **change}) for change in wrong]
    bad += [_token(good, typ="JWT"), _token(good, key=ECKey.generate_key("P-256")), "", "a.b.c", "é", "x" * 9000]
    for token in bad:
        answer = _post(house, token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), token
    assert customer.browser.open(f"{house.partner.url}/hello").title == "Hello, Ada Adler · Hello Partner"
    assert _post(house, _token(good)).status_code == 200
    assert _post(house, _token(good)).status_code == 200, "the same token again changes nothing"
    customer.browser.open(f"{house.partner.url}/hello", expect=401)


def _token(claims: Mapping[str, Any], *, typ: str = "logout+jwt", key: ECKey | None = None) -> str:
    ours = signing_keys.signing_key()
    header = {"alg": "ES256", "kid": ours.key_id, "typ": typ}
    return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, key or ours.key)


def _post(house: House, token: str) -> httpx.Response:
    return httpx.post(f"{house.partner.url}/backchannel-logout", data={"logout_token": token}, trust_env=False)
