"""An app's page of signatures: a new secret is on the page that answers, and on others when it is asked for."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.catalog import make_app
from tests.factories.partners import make_member

from fondaco.kit import clock
from fondaco.messaging.models import WebhookSecret

pytestmark = pytest.mark.django_db
SHOWN = "You can look at it again here."
OVER = "Nothing was made a second time."


def test_a_new_secret_is_made_once_however_often_the_page_is_sent() -> None:
    mara = make_member()
    client = Client()
    client.force_login(mara.person)
    path = f"/portal/apps/{make_app(mara.partner).pk.hex}/signatures"
    begun = client.get(path)
    assert SHOWN not in html.unescape(begun.content.decode())
    assert begun["Referrer-Policy"] == "same-origin"  # by no-referrer, its forms would come with "Origin: null"
    pages = []
    for wait in (timedelta(), timedelta(minutes=9, seconds=59), timedelta(minutes=10, seconds=1)):
        with clock.travel(wait):
            answer = client.post(path, {"attempt": "a" * 32})
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        pages.append(html.unescape(answer.content.decode()))
    assert [(SHOWN in page, OVER in page) for page in pages] == [(True, False), (True, False), (False, True)]
    assert all(re.search(r'name="attempt" value="(?!a{32})[0-9a-f]{32}"', page) for page in pages)
    first, again, late = [set(re.findall(r"whsec_[A-Za-z0-9+/=]{20,}", page)) for page in pages]
    assert (len(first), again, late) == (1, first, set())
    assert WebhookSecret.objects.count() == 1
