"""The button that creates a client, pressed twice before the first answer is there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from tests.factories.partners import make_member
from tests.http.portal.test_client_pages import entries, secrets_on, signed_in

from fondaco.identity import actions
from fondaco.identity.models import OAuthClient


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mara = make_member()
    begun, finish = threading.Event(), threading.Event()
    real = actions.create_portal_client

    def slow(**given: Any) -> Any:
        begun.set()
        assert finish.wait(10)
        return real(**given)

    monkeypatch.setattr(actions, "create_portal_client", slow)
    answers: list[HttpResponse] = []

    def press(browser: Client) -> Callable[[], None]:
        def run() -> None:
            answers.append(browser.post("/portal/clients/new", entries()))  # type: ignore[arg-type]
            connection.close()

        return run

    browsers = [signed_in(mara), signed_in(mara)]
    threads = [threading.Thread(target=press(browser)) for browser in browsers]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    finish.set()
    for thread in threads:
        thread.join(20)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert secrets_on(answers[0]) == secrets_on(answers[1]) != set()
    assert OAuthClient.objects.count() == 1
