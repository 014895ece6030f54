"""Support's page of an installation, and mending a failed update there and through the API."""

from __future__ import annotations

import re
from functools import partial
from html import unescape

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import actor_for, make_operator
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_completed

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.actions import create_personal_token
from fondaco.installs import events
from fondaco.installs.actions import allow_force_uninstall, answer_operation, update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation
from fondaco.kit.errors import Forbidden

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(response: object) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))  # type: ignore[attr-defined]


def break_update(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    by = installation.installed_by
    users = [licence.user for licence in installation.licences.select_related("user")]
    update_settings(
        actor=actor_for(by.person), by=by, installation=installation, wanted=Settings(installation.plan, users, 9)
    )
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")


def test_a_failed_update_is_shown_within_the_queries_of_a_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    installation = make_completed(plan="Team")
    break_update(installation, monkeypatch)
    client.force_login(make_operator(OperatorRole.SUPPORT).person)
    with django_assert_max_num_queries(12):
        page = text_of(client.get(f"/backoffice/installations/{installation.pk.hex}"))
    assert "In force before" in page
    assert "What waits" not in page, "it waits for support, and for no answer of a program"


def test_support_sees_both_sides_and_mends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    installation, jon = make_completed(plan="Team"), make_operator(OperatorRole.SUPPORT)
    break_update(installation, monkeypatch)
    customer = Client()
    customer.force_login(installation.installed_by.person)
    page = text_of(customer.get(f"/my-apps/{installation.pk.hex}"))
    assert "A change could not be completed" in page
    assert "Try again now" not in page
    client.force_login(jon.person)
    assert "One thing waits for you." in text_of(client.get("/backoffice/"))
    for way in ("/backoffice/", "/backoffice/accounts"):
        assert 'href="/backoffice/installations/failed-updates"' in client.get(way).content.decode()
    assert installation.app.name in text_of(client.get("/backoffice/installations/failed-updates"))
    here = f"/backoffice/installations/{installation.pk.hex}"
    page = text_of(client.get(here))
    assert "In force before" in page
    assert "Fault: nobody thought of this" in page
    assert client.post(here, {"way": "current"}).status_code == 422
    token = create_personal_token(actor=actor_for(jon.person), person=jon.person, name="support")[1]
    headers = {"Authorization": f"Bearer {token}"}
    [broken] = client.get("/api/v1/operator/failed-updates", headers=headers).json()["items"]
    assert (broken["installation_id"], broken["failed_side"]) == (installation.pk.hex, "proposed")
    assert client.post(here, {"way": "proposed", "reason": "It was approved."}).status_code == 302
    assert "To mend" not in text_of(client.get(here))
    for address in ("/my-apps", f"/my-apps/{installation.pk.hex}", f"/my-apps/{installation.pk.hex}/timeline"):
        page = text_of(customer.get(address)).partition('id="content"')[2]
        assert (installation.installed_by.person.name in page, jon.person.name in page) == (True, False), address
    again = client.post(
        f"/api/v1/operator/installations/{installation.pk.hex}/mend",
        {"way": "current", "reason": "Too late"},
        content_type="application/json",
        headers=headers,
    )
    assert (again.status_code, again.json()["code"]) == (409, "not-broken")
    assert Installation.objects.get().total_licences == 9


@pytest.mark.parametrize(
    ("way", "told", "in_full"),
    [
        ("proposed", "Support mended Ledgerline: what was asked for is in force", "Support put the change in force."),
        ("retry", "Support mended Ledgerline: what was asked for is in force", "Support put the change in force."),
        ("current", "Support mended Ledgerline: all is as before", "Support kept what was in force before the change."),
        ("ask_again", "A change of Ledgerline waits for its maker", "once more about the change."),
    ],
)
def test_which_way_support_mended_it_is_told_to_everybody(
    client: Client, monkeypatch: pytest.MonkeyPatch, way: str, told: str, in_full: str
) -> None:
    installation = make_completed(plan="Team")
    break_update(installation, monkeypatch)
    client.force_login(make_operator(OperatorRole.SUPPORT).person)
    here = f"/backoffice/installations/{installation.pk.hex}"
    assert client.post(here, {"way": way, "reason": "They asked for it."}).status_code == 302
    assert in_full in text_of(client.get(here))
    customer = Client()
    customer.force_login(installation.installed_by.person)
    for address, words in (
        ("/my-apps", told),
        (f"/my-apps/{installation.pk.hex}", told),
        (f"/my-apps/{installation.pk.hex}/timeline", in_full),
    ):
        page = re.sub(r"<[^>]+>", "", text_of(customer.get(address)))
        assert words in page, address
        assert "They asked for it." not in page


def test_asking_once_more_is_not_called_mended(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    installation, jon = make_completed(plan="Team"), make_operator(OperatorRole.SUPPORT)
    break_update(installation, monkeypatch)
    client.force_login(jon.person)
    here = f"/backoffice/installations/{installation.pk.hex}"
    page = text_of(client.post(here, {"way": "ask_again", "reason": "They booked half of it."}, follow=True))
    assert "Ledgerline GmbH is asked once more. The managers of Ledgerline are told." in page
    assert "is mended" not in page


def test_a_trial_that_runs_can_be_extended_from_the_page_of_its_installation(client: Client) -> None:
    trying, paying = make_completed(), make_completed(plan="Team")
    client.force_login(make_operator(OperatorRole.SUPPORT).person)
    for installation, is_offered in ((trying, True), (paying, False)):
        here = f"/backoffice/installations/{installation.pk.hex}"
        assert (f'href="{here}/trial"' in client.get(here).content.decode()) is is_offered


def test_staff_allow_an_account_to_remove_apps_at_once(client: Client) -> None:
    """On the page and through the API; the reason is in the trail, and saying the same again records nothing."""
    installation, jon = make_completed(plan="Team"), make_operator(OperatorRole.SUPPORT)
    account, ada = installation.account, Client()
    ada.force_login(installation.installed_by.person)
    forced = f"/my-apps/{installation.pk.hex}/force-uninstall"
    assert ada.get(forced).status_code == 403
    client.force_login(jon.person)
    here = f"/backoffice/accounts/{account.pk}"
    assert re.search(r'value="no"[^>]*checked', text_of(client.get(here)))
    refused = client.post(here, {"allow": "yes"})
    assert (refused.status_code, "Write the reason." in text_of(refused)) == (422, True)
    assert Event.objects.filter(kind="account.force_uninstall_allowed").count() == 0
    assert client.post(here, {"allow": "yes", "reason": "They asked in #1006."}).status_code == 302
    assert f'href="{forced}"' in ada.get("/my-apps").content.decode()
    token = create_personal_token(actor=actor_for(jon.person), person=jon.person, name="support")[1]
    api = partial(
        client.put,
        f"/api/v1/operator/accounts/{account.pk}/force-uninstall",
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert api({"is_allowed": True, "reason": "Again"}).json()["features"] == ["force_uninstall"]
    assert api({"is_allowed": False, "reason": ""}).status_code == 422
    assert api({"is_allowed": False, "reason": "Their season is over."}).json()["features"] == []
    assert ada.get(forced).status_code == 403
    told = Event.objects.filter(kind="account.force_uninstall_allowed").order_by("pk")
    assert [(event.data["is_allowed"], event.data["reason"]) for event in told] == [
        (True, "They asked in #1006."),
        (False, "Their season is over."),
    ]
    with pytest.raises(Forbidden):
        allow_force_uninstall(
            actor=actor_for(jon.person),
            by=make_operator(OperatorRole.MARKETING_REVIEWER),
            account=account,
            is_allowed=True,
            reason="Why not",
        )


def test_support_reads_what_waits_until_when_and_finds_its_events(client: Client) -> None:
    installation, jon = make_completed(plan="Team"), make_operator(OperatorRole.SUPPORT)
    client.force_login(jon.person)
    here = f"/backoffice/installations/{installation.pk.hex}"
    page = client.get(here).content.decode()
    assert "What waits" not in page
    events_page = f"/backoffice/apps/{installation.app_id.hex}/deliveries?installation={installation.pk.hex}"
    assert f'href="{events_page}"' in page
    assert "app.installed" in text_of(client.get(events_page))
    by = installation.installed_by
    users = [licence.user for licence in installation.licences.select_related("user")]
    update_settings(
        actor=actor_for(by.person), by=by, installation=installation, wanted=Settings(installation.plan, users, 9)
    )
    page = re.sub(r"<[^>]+>", "", text_of(client.get(here)))
    assert "People, plan, licences or rules were changed. Without an answer all stays as it was." in page
    assert re.search(r"Waiting for Ledgerline GmbH · since a moment ago · at the latest until \d+ \w+ 20\d\d", page)
