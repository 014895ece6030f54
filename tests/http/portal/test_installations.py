"""Where the partner's apps are installed, and new credentials for one of them, on pages and through the API."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_account
from tests.factories.catalog import make_app, make_published_version
from tests.factories.installs import make_completed
from tests.factories.partners import make_member, make_partner

from fondaco.audit.models import Event
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import CredentialSet
from fondaco.installs.actions import uninstall_app
from fondaco.installs.models import Installation
from fondaco.messaging.models import Message
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mara() -> Member:
    return make_member(make_partner(), role=MemberRole.OWNER)


@pytest.fixture
def installation(mara: Member) -> Installation:
    version = make_published_version(make_app(mara.partner))
    return make_completed(make_account("harbour", company_name="Harbour Bank"), version=version)


def browser_of(member: Member, client: Client) -> Client:
    client.force_login(member.person)
    return client


def rotations() -> int:
    return Message.objects.filter(type="app.credentials_rotated").count()


def usable() -> int:
    return sum(each.is_usable for each in CredentialSet.objects.all())


def test_the_list_teaches_and_then_names_accounts(mara: Member, installation: Installation, client: Client) -> None:
    browser = browser_of(mara, client)
    unused = make_app(mara.partner, name="Paywave")
    page = unescape(browser.get(f"/portal/apps/{unused.pk.hex}/installations").content.decode())
    assert "Nobody has it yet" in page
    page = unescape(browser.get(f"/portal/apps/{installation.app_id.hex}/installations").content.decode())
    assert "One account has or had" in page
    assert "Harbour Bank" in page
    assert f"/portal/installations/{installation.pk.hex}" in page


@pytest.mark.parametrize(("how", "left"), [("routine", 2), ("forced", 1)])
def test_the_partner_sends_new_credentials(
    mara: Member, installation: Installation, client: Client, how: str, left: int
) -> None:
    browser = browser_of(mara, client)
    here = f"/portal/installations/{installation.pk.hex}"
    answer = browser.post(f"{here}/rotate", {"rotate-how": how, "rotate-reason": "On a laptop that is lost"})
    assert (answer.status_code, answer["Location"]) == (302, here)
    page = unescape(browser.get(here).content.decode())
    assert "New credentials are on their way to your program, by event." in page
    assert all(each.wire_client_id in page for each in CredentialSet.objects.filter(client=installation.client))
    assert (usable(), rotations()) == (left, 1)
    rotated = Event.objects.get(kind="credentials.rotated")
    assert (rotated.actor_label, rotated.data["is_forced"]) == (mara.person.name, how == "forced")


def test_refusals_change_nothing(mara: Member, installation: Installation, client: Client) -> None:
    browser = browser_of(mara, client)
    address = f"/portal/installations/{installation.pk.hex}/rotate"
    assert "Write the reason." in browser.post(address, {"rotate-how": "forced"}).content.decode()
    assert browser.post(address, {"rotate-how": "nonsense"}).status_code == 422
    assert (usable(), rotations()) == (1, 0)
    assert browser.post(address, {"rotate-how": "routine"}).status_code == 302
    again = browser.post(address, {"rotate-how": "routine"})
    assert again.status_code == 409
    assert "New credentials were sent already" in unescape(again.content.decode())
    assert (usable(), rotations()) == (2, 1)


def test_who_may_only_look_is_offered_nothing(mara: Member, installation: Installation, client: Client) -> None:
    browser = browser_of(make_member(mara.partner, role=MemberRole.MARKETING), client)
    here = f"/portal/installations/{installation.pk.hex}"
    assert "Send new credentials" not in browser.get(here).content.decode()
    assert browser.post(f"{here}/rotate", {"rotate-how": "routine"}).status_code == 403
    assert rotations() == 0


def test_strangers_find_nothing(installation: Installation, client: Client) -> None:
    browser = browser_of(make_member(make_partner("Northwind Labs"), role=MemberRole.OWNER), client)
    here = f"/portal/installations/{installation.pk.hex}"
    assert browser.get(here).status_code == 404
    assert browser.post(f"{here}/rotate", {"rotate-how": "forced", "rotate-reason": "x"}).status_code == 404
    assert browser.get(f"/portal/apps/{installation.app_id.hex}/installations").status_code == 404
    assert rotations() == 0


def test_the_same_through_the_api(mara: Member, installation: Installation, client: Client) -> None:
    _, plain = create_personal_token(actor=actor_for(mara.person), person=mara.person, name="ci")
    headers = {"Authorization": f"Bearer {plain}"}
    place = f"/api/v1/partners/{mara.partner_id.hex}"
    listed = client.get(f"{place}/apps/{installation.app_id.hex}/installations", headers=headers).json()
    assert listed["items"] == [
        {
            "installation_id": installation.pk.hex,
            "account_id": installation.account_id,
            "account": "Harbour Bank",
            "version": installation.version.name,
            "status": "completed",
            "cut_off_reason": None,
        }
    ]
    credentials = f"{place}/installations/{installation.pk.hex}/credentials"
    first = client.get(credentials, headers=headers).json()["items"]
    assert [each["client_id"] for each in first] == [CredentialSet.objects.get().wire_client_id]
    answer = client.post(f"{credentials}/rotate", {}, "application/json", headers=headers)
    assert (answer.status_code, len(answer.json()["items"]), rotations()) == (200, 2, 1)
    refused = client.post(f"{credentials}/rotate", {"is_forced": True}, "application/json", headers=headers)
    assert (refused.status_code, rotations()) == (422, 1)


def test_a_waiting_answer_says_until_when_and_what_comes_without_one(
    mara: Member, installation: Installation, client: Client
) -> None:
    browser, here = browser_of(mara, client), f"/portal/installations/{installation.pk.hex}"
    assert "What waits" not in browser.get(here).content.decode()
    by = installation.installed_by
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other", reason="Done")
    page = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", browser.get(here).content.decode())))
    assert "The app is to be removed. Without an answer it is removed all the same." in page
    assert re.search(r"Waiting for your program · since a moment ago · at the latest until \d+ \w+ 20\d\d", page)


def test_a_timeline_names_the_version_once(mara: Member, installation: Installation, client: Client) -> None:
    page = browser_of(mara, client).get(f"/portal/installations/{installation.pk.hex}").content.decode()
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
    assert "The app was ordered in version 1.0.0." in text
    assert "The app was ordered in version 1.0.0. Version" not in text
