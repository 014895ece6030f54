"""What a program may do about its owner's name, address, second factor and sessions."""

from __future__ import annotations

import base64
import os

import pytest
from allauth.account.models import EmailAddress
from tests.factories.accounts import PASSWORD, code_of, make_operator, make_person, make_user
from tests.factories.identity import make_login_session
from tests.http.api.caller import Api, read, refusal

from fondaco.audit.models import Event
from fondaco.identity.factors import has_factor

pytestmark = pytest.mark.django_db


def test_sessions_are_read_and_ended() -> None:
    user = make_user()
    api, one, two = Api(user.person), make_login_session(user.person), make_login_session(user.person)
    theirs = make_login_session(make_person("Sly"))
    items = read(api.get("/me/sessions"))["items"]
    assert {item["id"] for item in items} == {one.pk.hex, two.pk.hex}
    assert (items[0]["device"], items[0]["place"]) == ("An unknown browser", "192.0.2.7")
    assert len(read(api.get("/me/sessions", limit=1))["items"]) == 1
    refusal(api.delete(f"/me/sessions/{theirs.pk.hex}"), 404, "not-found")
    assert api.delete(f"/me/sessions/{one.pk.hex}").status_code == 204
    refusal(api.delete(f"/me/sessions/{one.pk.hex}"), 404, "not-found")
    assert [item["id"] for item in read(api.get("/me/sessions"))["items"]] == [two.pk.hex]
    assert api.delete("/me/sessions").status_code == 204
    assert read(api.get("/me/sessions"))["items"] == []
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_name_and_address() -> None:
    person = make_person(password=PASSWORD)
    api = Api(person)
    assert read(api.put("/me/name", {"name": "Ada Lovelace"}))["name"] == "Ada Lovelace"
    wrong = api.post("/me/email", {"email": "new@people.example", "password": "wrong"})
    assert list(refusal(wrong, 422, "wrong-password")["errors"]) == ["password"]
    assert not EmailAddress.objects.filter(verified=False).exists()
    changed = read(api.post("/me/email", {"email": "new@people.example", "password": PASSWORD}))
    assert (changed["email"], changed["pending_email"]) == (person.email, "new@people.example")
    assert api.delete("/me/email").status_code == 204
    assert read(api.get("/me/security"))["pending_email"] is None


def test_a_program_has_five_letters_an_hour_sent_to_other_addresses() -> None:
    person = make_person(password=PASSWORD)
    api = Api(person)
    bodies = [{"email": f"n{number}@new.example", "password": PASSWORD} for number in range(6)]
    assert [api.post("/me/email", body).status_code for body in bodies] == [200] * 5 + [429]
    assert read(api.get("/me/security"))["pending_email"] == "n4@new.example"


def test_an_operator_sets_up_the_first_factor_and_only_the_first() -> None:
    person = make_person("Jon Okafor", password=PASSWORD)
    make_operator(person=person, has_factor=False)
    api, secret = Api(person), base64.b32encode(os.urandom(20)).decode()
    for path in ("/me", "/operator/partners", "/me/sessions", "/marketplace/listings"):
        refusal(api.get(path), 403, "second-factor-needed")
    body = {"password": PASSWORD, "secret": secret, "code": code_of(secret)}
    refusal(api.post("/me/authenticator", body | {"password": "wrong"}), 422, "wrong-password")
    refusal(api.post("/me/authenticator", body | {"code": "000000"}), 422, "wrong-code")
    refusal(api.post("/me/authenticator", body | {"secret": "ABC"}), 422, "secret-too-short")
    assert not has_factor(person)
    assert not Event.objects.filter(kind="second_factor.added").exists()
    codes = read(api.post("/me/authenticator", body), 201)["recovery_codes"]
    assert len(set(codes)) == 10
    refusal(api.post("/me/authenticator", body), 409, "factor-exists")
    security = read(api.get("/me/security"))
    assert security["must_have_second_factor"] is True
    assert [factor["kind"] for factor in security["factors"]] == ["app"]
    assert security["recovery_codes_left"] == 10
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))
