"""How the page of an app follows what happens: short, whatever was tried, quiet, and gone with its session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.installs import PARTNER_PROGRAM, make_installing
from tests.http.console.test_my_apps import failed, signed_in

from fondaco.installs.actions import answer_operation, reach_installation
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Attempt, Delivery
from fondaco.messaging.results import record_attempt

pytestmark = pytest.mark.django_db
MANY = 60


@pytest.fixture
def installation() -> Installation:
    """Its program could not be reached, however often somebody looked."""
    installation = failed(make_account())
    delivery = Delivery.objects.get(installation=installation)
    begun = clock.now() - timedelta(days=1)
    Attempt.objects.bulk_create(
        Attempt(delivery=delivery, started_at=begun + timedelta(minutes=number), duration_ms=3, error="connect")
        for number in range(MANY)
    )
    return installation


def lines_of(client: Client, address: str) -> list[str]:
    [history] = re.findall(r'(?s)<ol class="timeline" aria-label="What happened">(.*?)</ol>', read(client, address))
    return re.findall(r"<li class=", history)


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_the_newest_and_leads_to_the_rest(installation: Installation) -> None:
    client, here = signed_in(installation.installed_by), f"/my-apps/{installation.pk.hex}"
    assert len(lines_of(client, here)) == 20
    page = read(client, here)
    assert "could not be told of" in page
    assert f'href="{here}/timeline"' in page
    assert Attempt.objects.count() >= MANY


def test_the_page_hears_of_news_though_it_is_as_long_as_before(installation: Installation) -> None:
    client, here = signed_in(installation.installed_by), f"/my-apps/{installation.pk.hex}"
    [polled] = re.findall(rf'hx-get="({here}\?mark=[^"]*)"', read(client, here))
    asked = {"HX-Request": "true"}
    assert client.get(polled, headers=asked).status_code == 204
    delivery = Delivery.objects.get(installation=installation)
    record_attempt(actor=SYSTEM, delivery_id=delivery.pk, outcome=Outcome(clock.now(), 5, error="connect"))
    assert client.get(polled, headers=asked).status_code == 200


def test_a_page_that_looks_for_news_is_loaded_anew_when_its_session_has_ended(installation: Installation) -> None:
    """A redirect would be followed quietly, and the sign-in page put into the page."""
    here, asked = f"/my-apps/{installation.pk.hex}", {"HX-Request": "true"}
    for address in (here, "/my-apps/board?mark=0", f"/portal/apps/{installation.app_id.hex}/events?mark=0"):
        answer = Client().get(address, headers=asked)
        assert (answer.status_code, answer.headers.get("HX-Refresh"), answer.content) == (204, "true", b""), address
    assert Client().get(here).headers["Location"] == f"/account/login/?next={here}"
    assert signed_in(installation.installed_by).get(here, headers=asked).headers.get("HX-Refresh") is None


def test_a_quiet_try_of_what_works_by_now_complains_of_nothing(installation: Installation) -> None:
    client, here = signed_in(installation.installed_by), f"/my-apps/{installation.pk.hex}"
    reach_installation(actor=SYSTEM, installation=installation)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert client.post(f"{here}/retry", headers={"HX-Request": "true"}).status_code == 204
    told = client.post(f"{here}/retry", headers={"Referer": f"http://testserver{here}"})
    assert (told.status_code, told["Location"]) == (302, f"http://testserver{here}")
    installation.refresh_from_db()
    assert installation.status == "completed"


def test_nothing_is_usual_about_what_did_not_arrive() -> None:
    installation = make_installing()
    client, here = signed_in(installation.installed_by), f"/my-apps/{installation.pk.hex}"
    assert "usually within seconds" in read(client, here)
    delivery = Delivery.objects.get(installation=installation)
    for outcome, is_usual in (
        (Outcome(clock.now(), 5, response_status=500), False),
        (Outcome(clock.now(), 5, response_status=204), True),
    ):
        record_attempt(actor=SYSTEM, delivery_id=delivery.pk, outcome=outcome)
        assert ("usually within seconds" in read(client, here)) is is_usual
