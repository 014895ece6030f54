"""The pages that belong to no surface: sign-in, the inbox, the living page of components."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, make_account, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)

DESIGN = ["/design", "/design/data", "/design/form", "/design/apps", "/design/notices", "/design/look"]


def test_signing_in_and_out(client: Client) -> None:
    person = make_person("Ada Adler", password=PASSWORD)
    make_user(person=person)
    page = client.get("/account/login/?next=/my-apps").content.decode()
    assert '<input type="hidden" name="next" value="/my-apps">' in page
    wrong = client.post("/account/login/", {"login": person.email, "password": "wrong"})
    assert wrong.status_code == 200
    assert "What you typed is kept." in wrong.content.decode() or 'role="alert"' in wrong.content.decode()
    assert "_auth_user_id" not in client.session
    right = client.post("/account/login/?next=/my-apps", {"login": person.email, "password": PASSWORD})
    assert right.headers["Location"] == "/my-apps"
    assert "Sign out?" in client.get("/account/logout/").content.decode()
    assert client.post("/account/logout/").headers["Location"] == "/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account/signup/", "People join by invitation"),
        ("/account/inactive/", "This sign-in is closed"),
        ("/account/password/reset/", "Choose a new password"),
        ("/account/password/reset/done/", "Look into your mail"),
        ("/account/password/reset/key/1-wrong/", "This link no longer opens"),
        ("/account/password/reset/key/done/", "Your new password is set"),
    ],
)
def test_sign_in_pages_have_our_look(client: Client, path: str, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "fondaco/tokens" in answer.content.decode()


def test_pages_for_who_is_signed_in(client: Client) -> None:
    person = make_person(password=PASSWORD)
    client.force_login(person)
    assert "Change password" in client.get("/account/password/change/").content.decode()
    assert client.get("/account/reauthenticate/").status_code == 200


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    fields = {"email": "new@people.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "People join by invitation" in client.post("/account/signup/", fields).content.decode()
    assert type(make_person()).objects.filter(email="new@people.example").count() == 0


@pytest.mark.parametrize("path", ["/account/email/", "/account/login/code/", "/account/login/code/confirm/"])
def test_what_we_do_not_offer_has_no_address(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", DESIGN)
def test_the_living_page_shows_every_component(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "style=" not in answer.content.decode()


def test_a_form_sent_empty_says_what_is_missing_in_place(client: Client) -> None:
    page = client.post("/design/form", {"website": "not an address"}).content.decode()
    assert "6 fields need a change." not in page
    assert "fields need a change." in page
    assert 'value="not an address"' in page
    assert 'aria-invalid="true" aria-describedby="id_website_helptext id_website_error"' in page
    assert 'id="id_website_error"' in page
    assert 'href="#id_website"' in page


def test_the_inbox_shows_what_would_have_been_sent(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = tmp_path
    assert "No mail yet" in client.get("/inbox").content.decode()
    mail = EmailMultiAlternatives("Welcome <b>", "Open https://a.example/join", "us@a.example", ["ben@b.example"])
    mail.attach_alternative(
        '<html><head></head><body><a href="https://a.example/join">Join</a></body></html>', "text/html"
    )
    get_connection("django.core.mail.backends.filebased.EmailBackend").send_messages([mail])
    listing = client.get("/inbox").content.decode()
    assert "Welcome &lt;b&gt;" in listing
    path = listing.split('href="/inbox/')[1].split('"')[0]
    page = client.get(f"/inbox/{path}")
    assert '<a href="https://a.example/join" rel="noopener">https://a.example/join</a>' in page.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    boxed = client.get(f"/inbox/{path}/html")
    assert boxed.content.startswith(b'<html><head><base target="_top">')
    policy = boxed.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script-src" not in policy
    assert boxed.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_unknown_mail_is_not_found(client: Client) -> None:
    assert client.get("/inbox/none-0").status_code == 404
    assert client.get("/inbox/none-0/html").status_code == 404


def outside_development(tmp_path: Path, code: str) -> str:
    """What ``code`` prints in a process of its own: addresses and settings are fixed when they are first read."""
    keys = "k1:" + "A" * 43 + "="
    outside = os.environ | {
        "FONDACO_ENV": "production",
        "FONDACO_HOME": str(tmp_path),
        "FONDACO_SECRET_KEY": "x" * 60,
        "FONDACO_MASTER_KEYS": keys,
        "FONDACO_HASH_KEYS": keys,
        "DJANGO_SETTINGS_MODULE": "fondaco.config.settings",
    }
    whole = f"import django; django.setup()\n{code}"
    return subprocess.run([sys.executable, "-c", whole], env=outside, capture_output=True, text=True, check=True).stdout


def test_outside_development_there_is_no_inbox_and_no_living_page(tmp_path: Path) -> None:
    code = (
        "from fondaco.surfaces.site import urls, assets\n"
        "print(sorted(p.name for p in urls.urlpatterns), assets.StaticStorage.__name__)"
    )
    said = outside_development(tmp_path, code)
    assert "design" not in said
    assert "inbox" not in said
    assert said.strip().endswith("HashedStorage")


def test_outside_development_no_other_host_can_plant_a_session(tmp_path: Path) -> None:
    names = [f"{kind}_COOKIE_{part}" for kind in ("SESSION", "CSRF") for part in ("NAME", "SECURE", "PATH", "DOMAIN")]
    code = f"from django.conf import settings\nprint(*[getattr(settings, name) for name in {names}])"
    said = outside_development(tmp_path, code).split()
    # What a browser wants before it believes the prefix: secure, for the whole host, and for that host alone.
    assert said == ["__Host-sessionid", "True", "/", "None", "__Host-csrftoken", "True", "/", "None"]


@pytest.mark.parametrize("path", ["/", "/my-apps", "/account/login/", "/device", "/acme/oauth/authorize"])
def test_an_address_with_too_many_parameters_is_refused_with_a_page(client: Client, path: str) -> None:
    make_account("acme")
    answer = client.get(f"{path}?" + "a=1&" * 3000)
    assert answer.status_code == 400
    assert "We could not read this request" in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers


def test_programs_are_told_of_too_many_parameters_in_json(client: Client) -> None:
    answer = client.get("/api/v1/me?" + "a=1&" * 3000, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable-request")
