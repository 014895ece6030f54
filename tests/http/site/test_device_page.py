"""The page where a person types the code of a terminal."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_person, make_user

from fondaco.audit.actor import Actor
from fondaco.identity.actions import ask_for_device, deny_device
from fondaco.identity.models import DeviceAuthorization
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


def ask(**more: Any) -> tuple[DeviceAuthorization, str]:
    actor = Actor.anonymous(label="command line", address="203.0.113.9")
    device, _code, user_code = ask_for_device(actor=actor, program="fondaco-cli", **{"device": "ana-<b>laptop", **more})
    return device, user_code


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(make_user(role="supervisor").person)
    return client


def status_of(device: DeviceAuthorization) -> str:
    device.refresh_from_db()
    return device.status


def test_a_visitor_signs_in_first_and_the_code_comes_along(client: Client) -> None:
    answer = client.get("/device?user_code=WDJB-MJHT")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/login/?next=/device%3Fuser_code%3DWDJB-MJHT",
    )


def test_typed_looked_at_and_let_in(browser: Client) -> None:
    device, code = ask(scopes=["people.view", "people.manage"])
    assert "Type the code" in browser.get("/device").content.decode()
    page = browser.post("/device", {"user_code": code.lower().replace("-", " ")})
    html = page.content.decode()
    assert (page.status_code, page["Cache-Control"]) == (200, "max-age=0, no-cache, no-store, must-revalidate, private")
    for words in (code, "the fondaco command line", "ana-&lt;b&gt;laptop", "203.0.113.9", "90 days",
                  "Sees who belongs to the account.", "Only if you started it yourself."):  # fmt: skip
        assert words in html
    assert "Invites people" not in html  # asked for, but not theirs to give
    assert "everything that you may do" not in html
    assert status_of(device) == "pending"
    answer = browser.post("/device", {"user_code": code, "decision": "approve"})
    assert (answer.status_code, answer["Location"]) == (302, "/you/tokens")
    assert status_of(device) == "approved"
    page = browser.get("/you/tokens").content.decode()
    for words in ("Go back to your terminal", "On their way", "ana-&lt;b&gt;laptop"):
        assert words in page
    assert "No access tokens" not in page


def test_what_is_on_its_way_is_one_s_own_and_ends(browser: Client) -> None:
    _device, code = ask()
    browser.post("/device", {"user_code": code, "decision": "approve"})
    other = Client()
    other.force_login(make_user().person)
    assert "On their way" not in other.get("/you/tokens").content.decode()
    with clock.travel(timedelta(minutes=11)):
        page = browser.get("/you/tokens").content.decode()
    assert "On their way" not in page
    assert "No access tokens" in page


def test_a_link_with_the_code_still_asks(browser: Client) -> None:
    device, code = ask()
    html = browser.get(f"/device?user_code={code}").content.decode()
    assert "Let this terminal in?" in html
    assert "everything that you may do here" in html
    browser.get(f"/device?user_code={code}&decision=approve")
    assert status_of(device) == "pending"


def test_refused(browser: Client) -> None:
    device, code = ask()
    answer = browser.post("/device", {"user_code": code, "decision": "deny"})
    assert (answer.status_code, answer["Location"]) == (302, "/device")
    assert status_of(device) == "denied"
    assert "Nothing was let in" in browser.get("/device").content.decode()


@pytest.mark.parametrize("code", ["WDJB-MJHT", "nonsense", "\0", "x" * 39, "１２３４５６７８"])
def test_a_code_that_nobody_waits_with(browser: Client, code: str) -> None:
    answer = browser.post("/device", {"user_code": code})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "No program waits with this code" in html or "Null characters" in html


def test_a_code_is_decided_once(browser: Client) -> None:
    device, code = ask()
    other = make_user().person
    deny_device(actor=actor_for(other), by=other, device=device)
    answer = browser.post("/device", {"user_code": code, "decision": "approve"})
    assert answer.status_code == 422
    assert status_of(device) == "denied"


def test_who_has_nothing_of_it_is_not_offered_the_button(browser: Client) -> None:
    device, code = ask(scopes=["operator.finance"])
    html = browser.get(f"/device?user_code={code}").content.decode()
    assert "You have none of the permissions" in html
    assert re.findall(r'name="decision"\s+value="(\w+)"', html) == ["deny"]
    answer = browser.post("/device", {"user_code": code, "decision": "approve"})
    assert answer.status_code == 409
    assert status_of(device) == "pending"


def test_guessing_is_slowed_down_for_each_person(browser: Client) -> None:
    device, code = ask()
    with clock.freeze():
        for _ in range(20):
            assert browser.post("/device", {"user_code": "WDJB-MJHT"}).status_code == 422
        answer = browser.post("/device", {"user_code": code, "decision": "approve"})
        assert answer.status_code == 429
        assert "too often" in answer.content.decode()
        assert browser.get(f"/device?user_code={code}").status_code == 429
    assert status_of(device) == "pending"


def test_and_for_each_address(browser: Client) -> None:
    with clock.freeze():
        for _ in range(3):
            browser.force_login(make_person())
            for _ in range(20):
                assert browser.post("/device", {"user_code": "WDJB-MJHT"}).status_code == 422
        browser.force_login(make_person())
        assert browser.post("/device", {"user_code": "WDJB-MJHT"}).status_code == 429


def test_another_site_cannot_decide() -> None:
    device, code = ask()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user().person)
    assert client.post("/device", {"user_code": code, "decision": "approve"}).status_code == 403
    assert status_of(device) == "pending"
