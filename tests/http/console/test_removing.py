"""Removing an app: what the page says is true, and it is not offered while something else is open."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import actor_for
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_pending

from fondaco.audit.models import Event
from fondaco.installs.actions import answer_operation, update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation

pytestmark = pytest.mark.django_db


def manager_of(installation: Installation) -> Client:
    client = Client()
    client.force_login(installation.installed_by.person)
    return client


def test_only_people_lose_access_not_licences_without_a_holder() -> None:
    installation = make_completed()
    Installation.objects.filter(pk=installation.pk).update(total_licences=9)
    html = manager_of(installation).get(f"/my-apps/{installation.pk.hex}/uninstall").content.decode()
    assert installation.licences.count() == 2
    assert "2 people lose access" in html


def test_while_something_is_open_its_page_is_shown_instead() -> None:
    installation = make_pending()
    before = Event.objects.count()
    answer = manager_of(installation).get(f"/my-apps/{installation.pk.hex}/uninstall", follow=True)
    assert answer.redirect_chain == [(f"/my-apps/{installation.pk.hex}", 302)]
    assert "It is being removed already." in answer.content.decode()
    assert Event.objects.count() == before


def test_while_a_change_of_settings_is_open_the_removal_waits() -> None:
    installation = make_completed()
    by = installation.installed_by
    wanted = Settings(installation.plan, list(installation.account.users.all()), 9)
    update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    answer = manager_of(installation).get(f"/my-apps/{installation.pk.hex}/uninstall", follow=True)
    assert "A change is under way. The app can be removed when it is done." in answer.content.decode()


def test_what_is_gone_is_not_offered_for_removal_once_more() -> None:
    installation = make_pending()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    before = Event.objects.count()
    answer = manager_of(installation).get(f"/my-apps/{installation.pk.hex}/uninstall", follow=True)
    assert answer.redirect_chain == [(f"/my-apps/{installation.pk.hex}", 302)]
    assert "Ledgerline was removed already." in answer.content.decode()
    assert Event.objects.count() == before
