"""The rules of an installed app on their page and through the API: what they may cost is said before (T27)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_person, make_role, make_user
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.actions import add_user
from fondaco.installs.actions import answer_operation
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def test_T27_first_what_it_may_cost_then_the_change_then_who_waits(client: Client) -> None:
    installation = make_completed(plan="Team")
    lead = make_role(installation.account, name="Team lead")
    agent = installation.account.roles.get(key="agent")
    here = f"/my-apps/{installation.pk.hex}/auto-install"
    client.force_login(installation.installed_by.person)
    assert here in text_of(client.get(f"/my-apps/{installation.pk.hex}"))
    assert here in text_of(client.get(f"/my-apps/{installation.pk.hex}/settings"))
    assert "Nobody: I choose people by hand" in text_of(client.get(here))

    wanted = {"who": "roles", "roles": [agent.pk.hex, lead.pk.hex], "cap": "10"}
    for wrong, words in (
        ({"who": ""}, "Choose who gets it."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["0" * 32]}, "no such role"),
        ({"cap": ""}, "Say how many people"),
        ({"cap": "many"}, "Write a whole number"),
    ):
        answer = client.post(here, {**wanted, **wrong, "do": "review"})
        assert (answer.status_code, words in text_of(answer)) == (422, True), wrong
    same = client.post(here, {"who": "nobody", "do": "review"})
    assert (same.status_code, "set up exactly so already" in text_of(same)) == (409, True)

    review = text_of(client.post(here, {**wanted, "do": "review"}))
    assert "Who gets a role: Agent, Team lead" in review
    assert "up to 10 people, at most $180.00 per month, which is $144.00 more" in review
    assert "Each person beyond what is bought costs $18.00 per month." in review
    assert not Operation.objects.filter(kind="update").exists()
    old = client.post(here, {**wanted, "do": "send", "seen": "0" * 64})
    assert (old.status_code, "Somebody changed" in text_of(old)) == (409, True)
    seen = re.search(r'name="seen" value="([^"]+)"', review)
    assert seen
    answer = client.post(here, {**wanted, "do": "send", "seen": seen[1]})
    assert (answer.status_code, answer["Location"]) == (302, f"/my-apps/{installation.pk.hex}")
    operation = Operation.objects.get(kind="update")
    rules = [{"filter": "role", "match": "agent"}, {"filter": "roleid", "match": lead.pk.hex}]
    assert (operation.proposed["auto_install"], operation.proposed["auto_install_cap"]) == (rules, 10)
    assert "A change is under way" in text_of(client.get(here))

    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    add_user(actor=SYSTEM, account=installation.account, person=make_person("Nia New"), role=lead)
    page = text_of(client.get(here))
    assert all(words in page for words in ("Nia New", "comes next", 'value="10"'))
    assert client.post(here, {**wanted, "do": "review"}).status_code == 409
    with clock.travel(timedelta(minutes=6)):
        deadlines.sweep_once()
        assert Operation.objects.filter(status="open", is_automatic=True).exists()


def test_the_same_through_the_api() -> None:
    installation = make_completed(plan="Team")
    api = Api(installation.installed_by.person)
    path = f"/accounts/{installation.account_id}/installations/{installation.pk.hex}"
    body = {"auto_install": {"rules": [{"filter": "all"}], "cap": 4}}
    quoted = read(api.post(f"{path}/settings/quote", body))
    assert (quoted["added_minor"], quoted["most"]["total_licences"], quoted["most"]["monthly_minor"]) == (0, 4, 7200)
    for wrong in ({"rules": [{"filter": "all"}]}, {"rules": [{"filter": "role", "match": "nobody"}], "cap": 4}):
        refusal(api.post(f"{path}/settings", {"auto_install": wrong}), 422, "settings-unusable")
    refusal(api.post(f"{path}/settings", {"auto_install": {"rules": [], "cap": 0}}), 422, "invalid")
    assert not Operation.objects.filter(kind="update").exists()
    read(api.post(f"{path}/settings", {**body, "mark": quoted["mark"]}))
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    newcomer = add_user(
        actor=SYSTEM,
        account=installation.account,
        person=make_person("Nia New"),
        role=installation.account.roles.get(key="agent"),
    )
    found = read(api.get(f"{path}/auto-install"))
    assert found.pop("due_at") is not None
    assert found == {
        "rules": [{"filter": "all", "match": ""}],
        "cap": 4,
        "waiting": [newcomer.pk],
        "withheld": [],
    }
    agent = make_user(installation.account, role="agent")
    assert Api(agent.person).get(f"{path}/auto-install").status_code == 403
    assert Installation.objects.get(pk=installation.pk).auto_install_cap == 4


def test_the_form_says_with_which_answer_a_field_is_needed(client: Client) -> None:
    installation = make_completed(plan="Team")
    client.force_login(installation.installed_by.person)
    page = client.get(f"/my-apps/{installation.pk.hex}/auto-install").content.decode()
    legend = r'<legend>Roles\s*<span class="optional">needed if you choose roles</span>'
    assert re.search(legend, page)
    assert re.search(r'>Stop at\s*<span class="optional">needed unless nobody gets it</span>', page)
    assert "optional</span>" not in page


def test_a_limit_that_is_reached_already_is_said_before_it_is_asked_for(client: Client) -> None:
    installation = make_completed(plan="Team")
    here = f"/my-apps/{installation.pk.hex}/auto-install"
    client.force_login(installation.installed_by.person)
    reached = "The rules stop at 2, and 2 people have a licence. Nobody gets one by itself before there are fewer."
    assert reached in text_of(client.post(here, {"who": "all", "cap": "2", "do": "review"}))
    for answers in ({"who": "all", "cap": "3"}, {"who": "all", "cap": "10"}):
        assert "The rules stop at" not in text_of(client.post(here, {**answers, "do": "review"}))
    assert not installation.operations.filter(status="open").exists()
