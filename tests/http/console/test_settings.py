"""Changing an installed app on its page and through the API: what it comes to first, and then the change."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_person, make_user
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.http.api.caller import Api, read, refusal

from fondaco.identity.actions import create_personal_token
from fondaco.installs import snapshots
from fondaco.installs.actions import answer_operation
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def installation() -> Installation:
    installation = make_completed()
    make_user(installation.account, role="agent", person=make_person("Nia New"))
    return installation


@pytest.fixture
def browser(installation: Installation, client: Client) -> Client:
    client.force_login(installation.installed_by.person)
    return client


def here(installation: Installation) -> str:
    return f"/my-apps/{installation.pk.hex}/settings"


def filled(installation: Installation, **changes: object) -> dict[str, object]:
    """The form as it is shown, with everybody ticked who has a licence."""
    held = sorted(installation.licences.values_list("user_id", flat=True))
    return {
        "do": "review",
        "plan": installation.plan_id.hex,
        "licences": str(installation.total_licences),
        "shown": " ".join(installation.account.users.values_list("pk", flat=True)),
        "users": held,
        "chosen": " ".join(held),
        "seen": snapshots.mark(snapshots.take(installation)),
        "q": "",
        **changes,
    }


def everybody(installation: Installation) -> list[str]:
    return sorted(installation.account.users.values_list("pk", flat=True))


def text_of(response: object) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))  # type: ignore[attr-defined]


def test_the_page_offers_it_and_shows_what_is_in_force(browser: Client, installation: Installation) -> None:
    assert here(installation) in text_of(browser.get(f"/my-apps/{installation.pk.hex}"))
    page = text_of(browser.get(here(installation)))
    assert "2 of 3 chosen" in page
    assert "Trial: 30 days left." in page
    assert 'value="2"' in page
    assert "installed it" in page


def test_first_what_it_comes_to_and_then_the_change(browser: Client, installation: Installation) -> None:
    paid = installation.version.plans.get(type="paid")
    form = filled(installation, users=everybody(installation), plan=paid.pk.hex)
    review = text_of(browser.post(here(installation), form))
    assert "Nia New" in review
    assert f"{paid.monthly_total(3).minor // 100}" in review
    assert "more each month" in review
    assert "The trial ends on that day." in review
    assert not Operation.objects.filter(kind="update").exists()

    chosen = re.search(r'name="chosen" value="([^"]+)"', review)
    seen = re.search(r'name="seen" value="([^"]+)"', review)
    assert chosen
    assert seen
    sent = {"do": "send", "chosen": chosen[1], "seen": seen[1], "plan": paid.pk.hex, "licences": "3"}
    answer = browser.post(here(installation), sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/my-apps/{installation.pk.hex}")
    operation = Operation.objects.get(kind="update")
    assert (operation.proposed["users"], operation.proposed["plan"]) == (everybody(installation), paid.pk.hex)
    page = text_of(browser.get(f"/my-apps/{installation.pk.hex}"))
    assert "A change of Ledgerline waits for its maker" in re.sub(r"</?b>", "", page)
    assert browser.get(here(installation)).status_code == 302  # one change at a time

    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="too many")
    page = text_of(browser.get(f"/my-apps/{installation.pk.hex}"))
    assert "was declined; all is as before" in page
    assert "too many" in page


def test_nothing_typed_is_lost_when_it_does_not_fit(browser: Client, installation: Installation) -> None:
    form = filled(installation, licences="none", users=everybody(installation))
    answer = browser.post(here(installation), form)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Write a whole number from 1 to 1,000,000." in page
    assert "3 of 3 chosen" in page
    for bad in ("0", "-1", "1e3", "9" * 30, "٣"):
        assert browser.post(here(installation), filled(installation, licences=bad)).status_code == 422
    assert "Choose a plan." in text_of(browser.post(here(installation), filled(installation, plan="nonsense")))
    strange = filled(installation, users=["nobody", "\0"], chosen="x y z")
    answer = browser.post(here(installation), strange)
    assert answer.status_code == 422
    assert "Somebody you chose is not in this account any more." in text_of(answer)  # the installer is left
    assert 'aria-describedby="licences-help licences-error"' in page
    assert 'value="none"' in page
    assert not Operation.objects.filter(kind="update").exists()


def test_people_are_searched_without_losing_the_choice(browser: Client, installation: Installation) -> None:
    page = text_of(browser.post(here(installation), filled(installation, do="find", q="nia")))
    assert "Nia New" in page
    assert "Samir" not in page
    assert "2 of 3 chosen" in page
    assert "3 of 3 chosen" in text_of(browser.post(here(installation), filled(installation, do="all")))
    assert "1 of 3 chosen" in text_of(browser.post(here(installation), filled(installation, do="none")))


def test_no_change_and_an_old_page_are_told(browser: Client, installation: Installation) -> None:
    same = browser.post(here(installation), filled(installation))
    assert (same.status_code, "is set up exactly so already" in text_of(same)) == (409, True)
    old = filled(installation, do="send", seen="0" * 64, users=everybody(installation))
    answer = browser.post(here(installation), old)
    assert (answer.status_code, "Somebody changed" in text_of(answer)) == (409, True)
    assert not Operation.objects.filter(kind="update").exists()


def test_the_slower_of_two_managers_is_told_whose_change_came_first(
    browser: Client, installation: Installation
) -> None:
    """And keeps what they typed: of people and plan, and of auto-install rules."""
    sent = filled(installation, do="send", users=everybody(installation))
    assert browser.post(here(installation), sent).status_code == 302
    slower = browser.post(here(installation), {**sent, "licences": "9"})
    rules = browser.post(f"/my-apps/{installation.pk.hex}/auto-install", {"who": "all", "cap": "9", "do": "send"})
    for answer in (slower, rules):
        assert (answer.status_code, "still waits for the app's answer" in text_of(answer)) == (409, True)
        assert re.search(r'value="9"', text_of(answer))
    assert Operation.objects.filter(kind="update").count() == 1


def test_when_the_trial_is_over_only_paid_plans_are_offered(browser: Client, installation: Installation) -> None:
    with clock.travel(timedelta(days=31)):
        deadlines.sweep_once()
        installation.refresh_from_db()
        page = text_of(browser.get(here(installation)))
        assert "The trial is over." in page
        assert ("people get in again once" in page, "nothing is interrupted" in page) == (True, False)
        paid = installation.version.plans.get(type="paid")
        assert re.search(rf'value="{paid.pk.hex}" checked', page)
        kept = browser.post(here(installation), filled(installation, licences="9"))
        assert (kept.status_code, "Choose a plan." in text_of(kept)) == (422, True)
        review = text_of(browser.post(here(installation), filled(installation, plan=paid.pk.hex)))
        assert ("more each month" in review, "The trial ends on that day." in review) == (True, False)
        sent = filled(installation, do="send", plan=paid.pk.hex)
        assert browser.post(here(installation), sent).status_code == 302
        page = text_of(browser.get(f"/my-apps/{installation.pk.hex}"))
        assert "is being changed. People get in again once it is confirmed." in page
        assert "People get in again once it is confirmed." in page
        assert "2 of 2 licences · once it is confirmed" in page


def test_who_never_tried_the_app_is_not_told_that_they_did(browser: Client) -> None:
    installation = make_completed(plan="Team")
    browser.force_login(installation.installed_by.person)
    page = text_of(browser.get(here(installation)))
    assert "A trial begins when an app is installed." in page
    assert "tried" not in page


def test_the_same_through_the_api(installation: Installation, client: Client) -> None:
    by = installation.installed_by
    _, plain = create_personal_token(actor=actor_for(by.person), person=by.person, name="ci")
    headers = {"Authorization": f"Bearer {plain}"}
    address = f"/api/v1/accounts/{by.account_id}/installations/{installation.pk.hex}/settings"
    body = {"user_ids": everybody(installation)}
    quoted = client.post(f"{address}/quote", body, "application/json", headers=headers).json()
    newcomer = installation.account.users.get(person__name="Nia New").pk
    assert (quoted["adding"], quoted["removing"], quoted["unable"]) == ([newcomer], [], [newcomer])
    assert (quoted["now"]["total_licences"], quoted["then"]["total_licences"], quoted["added_minor"]) == (2, 3, 0)
    assert not Operation.objects.filter(kind="update").exists()

    for wrong, status in (
        ({"user_ids": ["0" * 24]}, 422), ({"plan_id": "0" * 32}, 422), ({"total_licences": 0}, 422),
        ({"nonsense": 1}, 422), ({**body, "mark": "old"}, 409), ({}, 409),
    ):  # fmt: skip
        assert client.post(address, wrong, "application/json", headers=headers).status_code == status, wrong
    assert not Operation.objects.filter(kind="update").exists()

    done = client.post(address, {**body, "mark": quoted["mark"]}, "application/json", headers=headers)
    assert (done.status_code, done.json()["kind"], done.json()["status"]) == (200, "update", "open")
    message = Message.objects.get(type="app.updated").content
    assert message["data"] == {
        "installation_id": installation.pk.hex,
        "account_id": installation.account_id,
        "account_name": installation.account.name,
        "users": {"adding": [newcomer], "removing": []},
        "subscription": {"adding": {"name": "Trial", "licenses": "3"}},
    }
    assert (message["app_version_name"], sorted(message["_links"])) == (
        installation.version.name,
        ["installation", "root", "self"],
    )


def test_who_gets_a_licence_in_vain_is_named_after_saving_and_to_programs(
    browser: Client, installation: Installation
) -> None:
    agent = installation.account.users.get(person__name="Nia New")
    by, path = installation.installed_by, f"/accounts/{installation.account_id}/installations/{installation.pk.hex}"
    body = {"user_ids": everybody(installation)}
    assert read(Api(by.person).post(f"{path}/settings/quote", body))["unable"] == [agent.pk]
    form = {
        "do": "send",
        "chosen": " ".join(everybody(installation)),
        "plan": installation.plan_id.hex,
        "licences": "4",
    }
    answer = browser.post(here(installation), form, follow=True)
    page = text_of(answer)
    assert "These people get a licence, but their role may not open apps: Nia New." in page
    assert page.count("may not open apps") == 2  # and beside the name, for as long as it is so
    first = Operation.objects.get(kind="update")
    problem = refusal(Api(by.person).post(f"{path}/settings", {"total_licences": 9}), 409, "operation-open")
    assert (problem["operation"]["id"], problem["operation"]["kind"]) == (first.pk.hex, "update")
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject")
    assert read(Api(by.person).post(f"{path}/settings", body))["unable"] == [agent.pk]


def test_licences_without_a_user_are_counted_as_unassigned(browser: Client, installation: Installation) -> None:
    Installation.objects.filter(pk=installation.pk).update(total_licences=5)
    page = re.sub(r"<[^>]+>", " ", text_of(browser.get(f"/my-apps/{installation.pk.hex}")))
    assert re.search(r"Unassigned\s+3\b", page)
    fewer = filled(installation, licences="5", users=[installation.installed_by_id])
    assert re.search(r"Unassigned\s+3\s+4\b", re.sub(r"<[^>]+>", " ", text_of(browser.post(here(installation), fewer))))
