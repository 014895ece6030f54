"""The device flow's endpoints: RFC 8628 to the letter, and what hostile programs send."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings
from tests.factories.accounts import actor_for, make_user

from fondaco.identity.actions import approve_device, deny_device
from fondaco.identity.models import DeviceAuthorization, PersonalAccessToken
from fondaco.identity.tokens import find_personal_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"


def send(client: Client, where: str, form: dict[str, str] | str) -> Any:
    body = form if isinstance(form, str) else urlencode(form)
    return client.post(f"/api/v1/device/{where}", body, content_type=FORM)


def ask(client: Client, **form: str) -> Any:
    return send(client, "code", {"client_id": "fondaco-cli", **form})


def poll(client: Client, device_code: str, **form: str) -> Any:
    whole = {"grant_type": GRANT, "client_id": "fondaco-cli", "device_code": device_code, **form}
    return send(client, "token", {name: value for name, value in whole.items() if value})


def refused(response: Any, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["error_description"]
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"


def test_the_whole_way(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://apps.example.com"
    user = make_user()
    with clock.freeze():
        asked = ask(client, device_name="ana-laptop", scope="people.view apps.view")
        assert (asked.status_code, asked["Cache-Control"]) == (200, "no-store")
        body = asked.json()
        assert body == {
            "device_code": body["device_code"],
            "user_code": body["user_code"],
            "verification_uri": "https://apps.example.com/device",
            "verification_uri_complete": f"https://apps.example.com/device?user_code={body['user_code']}",
            "expires_in": 600,
            "interval": 5,
        }
        assert len(body["user_code"]) == 9
        refused(poll(client, body["device_code"]), "authorization_pending")
        refused(poll(client, body["device_code"]), "slow_down")
        approve_device(actor=actor_for(user.person), by=user.person, device=DeviceAuthorization.objects.get())
        with clock.travel(timedelta(seconds=10)):
            answer = poll(client, body["device_code"])
            assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
            token = answer.json()
            assert token | {"access_token": ""} == {
                "access_token": "", "token_type": "Bearer", "expires_in": 90 * 86400,
                "scope": "apps.view people.view",
            }  # fmt: skip
            assert find_personal_token(token["access_token"]).person == user.person
        with clock.travel(timedelta(seconds=20)):
            refused(poll(client, body["device_code"]), "invalid_grant")


def test_denied_and_expired(client: Client) -> None:
    person = make_user().person
    device_code = ask(client).json()["device_code"]
    deny_device(actor=actor_for(person), by=person, device=DeviceAuthorization.objects.get())
    refused(poll(client, device_code), "access_denied")
    device_code = ask(client).json()["device_code"]
    with clock.travel(timedelta(minutes=10)):
        refused(poll(client, device_code), "expired_token")


def test_what_is_not_right(client: Client) -> None:
    device_code = ask(client).json()["device_code"]
    refused(send(client, "code", {}), "invalid_request")
    refused(ask(client, client_id="somebody"), "invalid_client")
    refused(ask(client, scope="people.view everything"), "invalid_scope")
    assert ask(client, scope="everything").json()["error_description"] == (
        "everything is no permission. No sign-in was begun. The page on which access tokens are made names them all."
    )
    refused(send(client, "code", "client_id=fondaco-cli&client_id=fondaco-cli"), "invalid_request")
    refused(poll(client, ""), "invalid_request")
    refused(poll(client, device_code, grant_type=""), "invalid_request")
    refused(poll(client, device_code, client_id=""), "invalid_request")
    refused(poll(client, device_code, client_id="somebody"), "invalid_client")
    refused(poll(client, device_code, grant_type="client_credentials"), "unsupported_grant_type")
    for wrong in ("x", "fdd_" + "x" * 49, device_code + "x", "\0", "\udcff", "x" * 5000):
        refused(poll(client, wrong.encode(errors="surrogateescape").decode("latin-1")), "invalid_grant")
    refused(client.post("/api/v1/device/code", {"client_id": "fondaco-cli"}), "invalid_request")
    refused(client.post("/api/v1/device/code", b"{}", content_type="application/json"), "invalid_request")
    answer = client.get("/api/v1/device/token")
    refused(answer, "invalid_request", 405)
    assert answer["Allow"] == "POST"
    assert DeviceAuthorization.objects.count() == 1
    assert not PersonalAccessToken.objects.exists()


def test_one_address_begins_twenty_and_then_waits(client: Client) -> None:
    with clock.freeze():
        for _ in range(20):
            assert ask(client).status_code == 200
        answer = ask(client)
        refused(answer, "slow_down", 429)
        assert int(answer["Retry-After"]) == 30
        assert DeviceAuthorization.objects.count() == 20


def test_no_cookie_and_no_referer_are_needed() -> None:
    client = Client(enforce_csrf_checks=True)
    assert ask(client).status_code == 200
