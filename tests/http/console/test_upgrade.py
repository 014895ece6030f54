"""A newer version on the page and through the API: what changes, the consent, and staying as it is."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import actor_for
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.factories.upgrades import make_newer

from fondaco.identity.actions import create_personal_token
from fondaco.installs.actions import answer_operation
from fondaco.installs.models import Grant, Installation, Operation

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(response: object) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))  # type: ignore[attr-defined]


def test_the_page_says_what_changes_asks_for_consent_and_then_waits(client: Client) -> None:
    installation = make_completed(plan="Team")
    client.force_login(installation.installed_by.person)
    home, here = f"/my-apps/{installation.pk.hex}", f"/my-apps/{installation.pk.hex}/upgrade"
    assert client.get(here, follow=True).redirect_chain == [(home, 302)]  # nothing newer yet
    newer = make_newer(installation, name="2.0.0", is_manually_provisioned=True)
    grid = text_of(client.get("/my-apps"))
    assert f'class="app-badge good" href="{here}"' in grid
    assert "Version 2.0.0 is there" in grid
    page = text_of(client.get(here))
    for words in ("What it may do in addition", "What it may no longer do", "Invoices know their calls.",
                  "it costs the same", "Set up by hand", "Stay with version 1.0.0"):  # fmt: skip
        assert words in page
    [mark] = re.findall(r'name="seen" value="(\w+)"', page)
    form = {"plan": newer.plans.get(name="Team").pk.hex, "seen": mark}
    refused = client.post(here, form)
    assert (refused.status_code, "Tick the box to agree." in text_of(refused)) == (422, True)
    assert client.post(here, {**form, "agreed": "yes", "seen": "old"}).status_code == 409
    assert client.post(here, {**form, "agreed": "yes", "plan": "0" * 32}).status_code == 422
    assert (Grant.objects.count(), Operation.objects.count()) == (1, 1)
    answer = client.post(here, {**form, "agreed": "yes"}, follow=True)
    assert answer.redirect_chain == [(home, 302)]
    assert "the one before runs on with what it was allowed" in text_of(answer)
    slower = client.post(here, {**form, "agreed": "yes"}, follow=True)  # one change at a time
    assert "An upgrade of Ledgerline, asked for on" in text_of(slower)
    assert "so nothing else was changed." in text_of(slower)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert "by Ledgerline GmbH, version 2.0.0" in text_of(client.get(home))


def test_the_api_does_the_same(client: Client) -> None:
    installation = make_completed(plan="Team")
    by = installation.installed_by
    token = create_personal_token(actor=actor_for(by.person), person=by.person, name="upgrades")[1]
    headers = {"Authorization": f"Bearer {token}"}
    base = f"/api/v1/accounts/{installation.account_id}/installations/{installation.pk.hex}"
    here = f"{base}/upgrade"
    refused = client.get(here, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-upgradable")
    newer = make_newer(installation)
    assert client.get(base, headers=headers).json()["newer_version"] == "2.0.0"
    found = client.get(here, headers=headers).json()
    assert [line["scope"] for line in found["gained"] + found["lost"]] == ["recordings:read", "contacts:write"]
    body = {
        "version_id": newer.pk.hex,
        "plan_id": found["suggested_plan_id"],
        "consent": {"scopes": found["scopes"], "text": found["consent_text"]},
        "mark": found["mark"],
    }
    other = client.post(here, {**body, "version_id": "0" * 32}, content_type="application/json", headers=headers)
    assert other.json()["code"] == "settings-moved"
    done = client.post(here, body, content_type="application/json", headers=headers)
    assert (done.status_code, done.json()["kind"], done.json()["status"]) == (200, "upgrade", "open")
    assert Installation.objects.get().version_id == installation.version_id
