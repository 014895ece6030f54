"""Webhook secrets and public keys through the management API, the portal and the wire."""

from __future__ import annotations

import base64

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_person
from tests.factories.catalog import make_published_version
from tests.factories.partners import make_member

from fondaco.catalog.models import App
from fondaco.identity.actions import create_personal_token
from fondaco.messaging.models import WebhookSecret
from fondaco.messaging.signing import load_signer
from fondaco.messaging.webhooks import write_secret
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db
JSON = {"data": b"{}", "content_type": "application/json"}


@pytest.fixture
def by() -> Member:
    return make_member(make_published_version().app.partner, person=make_person())


@pytest.fixture
def app(by: Member) -> App:
    return App.objects.get(partner=by.partner)


@pytest.fixture
def place(by: Member, app: App) -> str:
    return f"/api/v1/partners/{by.partner_id.hex}/apps/{app.pk.hex}"


@pytest.fixture
def api(by: Member) -> Client:
    _, plain = create_personal_token(actor=actor_for(by.person), person=by.person, name="test")
    return Client(headers={"Authorization": f"Bearer {plain}"})


def test_secrets_are_in_no_list_and_shown_when_asked_for(api: Client, place: str) -> None:
    first = api.post(f"{place}/webhook-secrets", **JSON)
    assert first.status_code == 201
    assert len(base64.b64decode(first.json()["secret"].removeprefix("whsec_"))) == 32
    assert first.json()["secret"].startswith(first.json()["hint"])
    assert api.post(f"{place}/webhook-secrets", **JSON).status_code == 201
    third = api.post(f"{place}/webhook-secrets", **JSON)
    assert (third.status_code, third.json()["code"]) == (409, "two-webhook-secrets")
    items = api.get(f"{place}/webhook-secrets").json()["items"]
    assert [set(each) for each in items] == [{"id", "hint", "created_at", "ends_at"}] * 2
    shown = api.post(f"{place}/webhook-secrets/{items[1]['id']}/show", **JSON)
    assert (shown.status_code, shown.json()) == (200, {**items[1], "secret": first.json()["secret"]})
    newest = api.delete(f"{place}/webhook-secrets/{items[0]['id']}")
    assert (newest.status_code, newest.json()["code"]) == (409, "newest-webhook-secret")
    assert api.delete(f"{place}/webhook-secrets/{items[1]['id']}").status_code == 204
    assert api.post(f"{place}/webhook-secrets/{items[1]['id']}/show", **JSON).status_code == 404
    assert [each["id"] for each in api.get(f"{place}/webhook-secrets").json()["items"]] == [items[0]["id"]]


def test_the_portal_shows_a_secret_to_who_asks_for_it(by: Member, app: App) -> None:
    client = Client()
    client.force_login(by.person)
    address = f"/portal/apps/{app.pk.hex}/signatures"
    page = client.get(address).content.decode()
    attempt = page.split('name="attempt" value="')[1].split('"')[0]
    for _ in range(2):  # pressed twice, it is made once and shown both times
        shown = client.post(address, {"attempt": attempt})
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.content.decode().count("whsec_") >= 2
    secret = WebhookSecret.objects.get()
    text = write_secret(bytes(secret.secret or b""))
    assert text not in client.get(address).content.decode()
    shown = client.post(f"{address}/{secret.pk.hex}/show")
    assert text in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert client.post(f"{address}/{secret.pk.hex}/end").status_code == 409
    client.post(address, {"attempt": "b" * 32})
    ended = client.post(f"{address}/{secret.pk.hex}/end", follow=True)
    assert "Nothing more is signed with this secret." in ended.content.decode()


def test_every_public_key_is_served(client: Client) -> None:
    signer = load_signer()
    body = client.get("/events/signature-keys").json()
    found = {row["algorithm"]: row for row in body["_embedded"]["signature_keys"]}
    assert (body["total"], set(found)) == (2, {"ecdsa", "ed25519"})
    assert found["ecdsa"]["id"] == signer.key_id
    assert "standard_webhooks" not in found["ecdsa"]
    raw = base64.b64encode(signer.ed25519[0].public_key().public_bytes_raw()).decode()
    ed25519 = found["ed25519"]
    assert (ed25519["public_key_raw"], ed25519["standard_webhooks"]) == (raw, f"whpk_{raw}")
    assert (ed25519["digest"], ed25519["curve"], ed25519["expires_at"]) == (None, "ed25519", None)
    assert client.get(f"/events/signature-keys/{ed25519['id']}").json() == ed25519
