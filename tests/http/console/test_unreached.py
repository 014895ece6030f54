"""What the page of an app says while its maker's program cannot be reached: nothing that is not so."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_person, make_user
from tests.factories.installs import make_completed, make_installing, make_pending
from tests.http.console.test_my_apps import signed_in

from fondaco.installs.actions import update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Delivery
from fondaco.messaging.results import record_attempt

pytestmark = pytest.mark.django_db
_PREPARED = "Everything is prepared here."
_NOT_TOLD = "could not be told of it yet. It is tried again by itself."


def text_of(client: Client, address: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", client.get(address).content.decode())).split())


def here(installation: Installation) -> str:
    return f"/my-apps/{installation.pk.hex}"


def polled(client: Client, installation: Installation) -> tuple[int, str]:
    """What comes when the page looks for news."""
    [address] = re.findall(r'hx-get="([^"]*)" hx-trigger="every 2s"', client.get(here(installation)).content.decode())
    answer = client.get(address, headers={"HX-Request": "true"})
    return answer.status_code, answer.content.decode()


def attempt(status: int) -> None:
    """One more try of whatever is newest."""
    outcome = Outcome(started_at=clock.now(), duration_ms=5, response_status=status)
    record_attempt(actor=SYSTEM, delivery_id=Delivery.objects.latest("pk").pk, outcome=outcome)


def test_nobody_is_said_to_set_up_what_they_were_not_told_of() -> None:
    installation = make_installing()
    client = signed_in(installation.installed_by)
    company = installation.app.partner.name
    assert f"{_PREPARED} {company} is setting up the app" in text_of(client, here(installation))
    attempt(500)
    text = text_of(client, here(installation))
    assert f"{_PREPARED} {company} {_NOT_TOLD}" in text
    assert "is setting up the app" not in text
    attempt(204)
    assert f"{_PREPARED} {company} is setting up the app" in text_of(client, here(installation))


def test_a_removal_that_did_not_arrive_says_so() -> None:
    installation = make_pending()
    attempt(500)
    assert _NOT_TOLD in text_of(signed_in(installation.installed_by), here(installation))


def test_a_change_says_so_for_its_own_tries_only() -> None:
    installation = make_completed(plan="Team")
    attempt(500)  # of the order, which was answered all the same
    client = signed_in(installation.installed_by)
    assert _NOT_TOLD not in text_of(client, here(installation))
    nora = make_user(installation.account, role="agent", person=make_person("Nora Nunes"))
    wanted = Settings(installation.plan, [installation.installed_by, nora], 2)
    update_settings(actor=SYSTEM, by=installation.installed_by, installation=installation, wanted=wanted)
    assert _NOT_TOLD not in text_of(client, here(installation))
    attempt(500)
    text = text_of(client, here(installation))
    assert f"People go on using the app as before. {installation.app.partner.name} {_NOT_TOLD}" in text


def test_a_failed_installation_is_called_tried_now_only_while_it_is() -> None:
    """Between two rounds hours may pass, and the page stays open."""
    installation = make_installing()
    for _ in range(3):
        attempt(500)
    client = signed_in(installation.installed_by)
    assert "being tried right now" in text_of(client, here(installation))  # the page asks for it by a script
    status, news = polled(client, installation)
    assert (status, "being tried right now" in news) == (200, False)
    [address] = re.findall(r'hx-get="([^"]*)" hx-trigger="every 2s"', news)
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 204
    with clock.travel(timedelta(minutes=1)):
        assert client.post(f"{here(installation)}/retry", headers={"HX-Request": "true"}).status_code == 204
        assert "being tried right now" in client.get(address, headers={"HX-Request": "true"}).content.decode()
