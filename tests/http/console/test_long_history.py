"""What was tried again and again does not fill the page of an app: it shows the newest, the timeline the rest."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account
from tests.http.console.test_my_apps import failed, signed_in

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
