"""Asking why an app cannot be seen, installed or opened: for oneself, for others, as support, and through the API."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_account, make_operator, make_person, make_user
from tests.factories.installs import make_completed

from fondaco.accounts.models import Person, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.identity.actions import create_personal_token

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(response: object) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))  # type: ignore[attr-defined]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_T17_everybody_asks_for_themselves_managers_for_others_and_support_for_anybody() -> None:
    installation = make_completed(plan="Team")
    app, account, admin = installation.app, installation.account, installation.installed_by
    agent = make_user(account, role="agent", person=make_person("Nia New"))
    stranger = make_user(make_account("lumen"))
    here = f"/why-not/{app.slug}"
    page = text_of(signed_in(agent.person).get(here))
    assert "role-lacks-permission" in page
    assert "An administrator of the account can change that." in page
    assert "Whom to ask" in page
    assert signed_in(agent.person).get(f"{here}?user={admin.pk}").status_code == 404
    assert "What Nia New can do" in text_of(signed_in(admin.person).get(f"{here}?user={agent.pk}"))
    assert signed_in(admin.person).get(f"{here}?user={stranger.pk}").status_code == 404
    refused = signed_in(agent.person).get(f"/launch/{installation.pk.hex}")
    assert (refused.status_code, here in text_of(refused)) == (403, True)

    jon = make_operator(OperatorRole.SUPPORT)
    support = signed_in(jon.person)
    assert "Why can't somebody open it?" in text_of(support.get(f"/backoffice/installations/{installation.pk.hex}"))
    page = text_of(support.get(f"/backoffice/accounts/{account.pk}/explanation?app={app.slug}&user={agent.pk}"))
    assert "no-licence" in page

    for person, base, status in (
        (admin.person, f"/api/v1/accounts/{account.pk}/explanation", 200),
        (agent.person, f"/api/v1/accounts/{account.pk}/explanation", 200),
        (stranger.person, f"/api/v1/accounts/{account.pk}/explanation", 404),
        (jon.person, f"/api/v1/operator/accounts/{account.pk}/explanation", 200),
    ):
        token = create_personal_token(actor=actor_for(person), person=person, name="why")[1]
        answer = Client().get(f"{base}?app={app.slug}&user_id={agent.pk}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
        if status == 200:
            assert [reason["rule"] for reason in answer.json()["launch"]] == ["role-lacks-permission", "no-licence"]


def test_T17_those_are_named_who_can_give_what_is_missing() -> None:
    installation = make_completed(plan="Team")
    account, ana = installation.account, installation.installed_by
    manager = make_user(account, role="supervisor", person=make_person("Max Manager"))
    give(manager, Permission.APPS_LAUNCH, Permission.APPS_MANAGE)
    keeper = make_user(account, role="supervisor", person=make_person("Kim Keeper"))
    give(keeper, Permission.PEOPLE_MANAGE)
    asking = make_user(account, role="agent", person=make_person("Nia New"))

    def named() -> list[str]:
        page = text_of(signed_in(asking.person).get(f"/why-not/{installation.app.slug}")).partition("Whom to ask")[2]
        people = (ana.person, manager.person, keeper.person)
        return [person.name for person in people if person.name in page]

    give(asking, Permission.APPS_VIEW, Permission.APPS_LAUNCH)
    assert named() == [ana.person.name, "Max Manager"]  # a licence is what is missing
    installation.licences.create(user=asking)
    give(asking, Permission.APPS_VIEW)
    assert named() == [ana.person.name, "Kim Keeper"]  # the role is


def give(user: User, *permissions: Permission) -> None:
    """A role of the user's own, with these permissions alone."""
    key = f"own-{user.pk}"
    names = [permission.value for permission in permissions]
    user.role, _made = user.account.roles.update_or_create(name=key, defaults={"permissions": names})
    user.save(update_fields=["role"])
