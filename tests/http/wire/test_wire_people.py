"""The account, its users, who signed in, and the signature keys."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from tests.factories.accounts import SYSTEM, make_user
from tests.http.wire.conftest import Program

from fondaco.accounts.models import User
from fondaco.messaging.signing import ensure_signing_key, rotate_signing_key

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"


def test_the_account(program: Program) -> None:
    account = program.installation.account
    body = program.get("/account").json()
    created_at = body.pop("created_at")
    assert created_at.endswith("Z")
    assert body == {
        "id": account.pk,
        "name": account.name,
        "company_name": "Harbour Bank",
        "timezone": "UTC",
        "_links": {"self": {"href": f"{ROOT}/account"}, "users": {"href": f"{ROOT}/users"}},
    }


def test_all_users_licensed_or_not_and_by_address(program: Program) -> None:
    account = program.installation.account
    agnes = make_user(account, role="agent")
    User.objects.filter(pk=agnes.pk).update(is_active=False, extension=101, external_phone_number="+4989123")
    make_user()
    body = program.get("/users").json()
    assert [user["name"] for user in body["_embedded"]["users"]] == ["Ada Adler", "Agnes Ahl", "Samir Sol"]
    found = program.get(f"/users?email={agnes.person.email.upper()}").json()
    assert [user["id"] for user in found["_embedded"]["users"]] == [agnes.pk]
    assert found["_links"]["self"]["href"].startswith(f"{ROOT}/users?email=")
    one = program.get(f"/users/{agnes.pk}").json()
    assert (one["active"], one["extension"], one["external_phone_number"]) == (False, 101, "+4989123")
    assert one["_links"] == {"self": {"href": f"{ROOT}/users/{agnes.pk}"}}
    assert program.get("/users?email=%00").json()["total"] == 0


def test_who_signed_in(program: Program) -> None:
    ada = program.installation.installed_by
    token = program.token(user=ada)
    form = "application/x-www-form-urlencoded"
    for answer in (
        program.get("/users/me", token=token),
        program.post("/users/me", "", token=token, content_type=form),
        program.post("/users/me", {}, token=token),
    ):
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        assert answer.json() == {
            "id": ada.pk,
            "sub": ada.pk,
            "name": "Ada Adler",
            "email": ada.person.email,
            "_links": {"self": {"href": f"{ROOT}/users/{ada.pk}"}},
        }
    unsure = program.http.post("/users/me", f"access_token={token}", content_type=form)
    assert (unsure.status_code, unsure["WWW-Authenticate"]) == (401, "Bearer"), "the header is the only place"
    answer = program.http.delete("/users/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")


def test_an_account_level_token_has_no_user(program: Program) -> None:
    answer = program.get("/users/me")
    assert (answer.status_code, answer.json()["code"]) == (400, "400-no-user")


def test_a_signature_key_in_all_its_forms_without_a_token(client: Client) -> None:
    row = ensure_signing_key()
    answer = client.get(f"/events/signature-keys/{row.pk.hex}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=3600"
    body = answer.json()
    spki = serialization.load_der_public_key(base64.b64decode(body["public_key"]))
    raw = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(body["public_key_raw"]))
    pem = serialization.load_pem_public_key(body["pem"].encode())
    assert spki.public_numbers() == raw.public_numbers() == pem.public_numbers()
    assert {name: body[name] for name in ("id", "algorithm", "digest", "curve", "expires_at", "_links")} == {
        "id": row.pk.hex,
        "algorithm": "ecdsa",
        "digest": "sha512",
        "curve": "secp256r1",
        "expires_at": None,
        "_links": {"self": {"href": f"{ROOT}/events/signature-keys/{row.pk.hex}"}},
    }
    assert {"public_key", "public_key_raw", "pem", "created_at"} <= set(body)
    assert len(body) == 10


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_signature_keys_can_only_be_read(client: Client, method: str) -> None:
    row = ensure_signing_key()
    for path in ("/events/signature-keys", f"/events/signature-keys/{row.pk.hex}"):
        answer = client.generic(method, path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET")
        assert answer.json()["code"] == "405-method-not-allowed"
        assert client.head(path).status_code == 200


def test_the_raw_form_on_demand_and_the_end_of_a_retired_key(client: Client, settings: object) -> None:
    settings.SIGNATURE_PUBLIC_KEY_FORM = "raw"
    row = ensure_signing_key()
    rotate_signing_key(actor=SYSTEM)
    body = client.get(f"/events/signature-keys/{row.pk.hex}").json()
    assert body["public_key"] == body["public_key_raw"]
    assert body["expires_at"] is not None


@pytest.mark.parametrize("key_id", ["0" * 32, "x", "0" * 33])
def test_an_unknown_key_is_404_in_the_standard_shape(client: Client, key_id: str) -> None:
    answer = client.get(f"/events/signature-keys/{key_id}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"code", "message", "description", "fields"}
    assert answer.json()["code"] == "404-signature-key-not-found"
