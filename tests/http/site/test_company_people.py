"""Whom a company's provider lets in, as whom, and what their session opens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from tests.factories.accounts import PASSWORD, SYSTEM, make_account, make_operator, make_person, make_role, make_user
from tests.factories.identity import make_program
from tests.factories.partners import make_member
from tests.http.site.company import NINA, nobody_came_in, set_up, sign_in
from tests.openid_provider import CLIENT_SECRET, Provider

from fondaco.accounts.actions import deactivate_user, invite_user
from fondaco.accounts.models import Invitation, Person, Role, User
from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.identity.actions import end_login_session, remove_provider, switch_provider
from fondaco.identity.models import FederatedIdentity, IdentityProvider, LoginSession

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"email_verified": False}, "email-unproven"),
        ({"email_verified": "true"}, "email-unproven"),
        ({"email": "nina"}, "email-unproven"),
        ({"email": None}, "email-unproven"),
        ({"email": ["nina@harbour.example"]}, "email-unproven"),
        ({"email": "nina@elsewhere.example"}, "domain-not-allowed"),
        ({"email": "nina@evil-harbour.example"}, "domain-not-allowed"),
    ],
)
def test_who_may_come_in_for_the_first_time(
    client: Client, ada: User, provider: Provider, claims: dict[str, Any], code: str
) -> None:
    set_up(ada, provider, allowed_domains=["harbour.example"])
    provider.person = {**NINA, **claims}
    assert sign_in(client).status_code == 403
    assert Event.objects.get(kind="federated_sign_in.refused").data["code"] == code
    assert nobody_came_in(client)


def test_an_open_invitation_is_over_when_someone_comes_this_way(client: Client, ada: User) -> None:
    role = ada.account.roles.get(key="agent")
    invite_user(actor=SYSTEM, by=ada, account=ada.account, email=NINA["email"], name="Nina", role=role)
    sign_in(client)
    assert Invitation.objects.get().status == "withdrawn"


def test_a_colleague_who_is_here_already_is_the_same_person(client: Client, ada: User, provider: Provider) -> None:
    samir = make_user(ada.account, role="supervisor", person=make_person("Samir Sol", email="samir@harbour.example"))
    provider.person = {**NINA, "email": "Samir@Harbour.example", "sub": "s-1"}
    assert sign_in(client)["Location"] == "/my-apps"
    assert FederatedIdentity.objects.get().person == samir.person
    assert User.objects.get(pk=samir.pk).role.key == "supervisor"  # no mapping, so roles are decided here
    provider.person = {"sub": "s-1", "email": "renamed@elsewhere.example", "email_verified": False}
    assert sign_in(Client())["Location"] == "/my-apps"  # from then on the subject says who it is
    assert Person.objects.filter(users__account=ada.account).count() == 2


def test_an_address_is_proven_by_a_provider_that_says_so_and_by_no_other(
    client: Client, ada: User, provider: Provider
) -> None:
    provider.person = NINA
    sign_in(client)
    nina = EmailAddress.objects.get(email=NINA["email"])
    assert (nina.user.email, nina.verified, nina.primary) == (NINA["email"], True, True)
    EmailAddress.objects.filter(pk=nina.pk).update(verified=False)
    for claims in ({"email_verified": False}, {"email": "other@harbour.example"}):
        provider.person = {**NINA, **claims}
        assert sign_in(Client())["Location"] == "/my-apps", "the subject says who it is"
        assert not EmailAddress.objects.filter(user=nina.user, verified=True).exists()
    provider.person = NINA
    sign_in(Client())
    assert EmailAddress.objects.get(user=nina.user).verified


def test_a_session_from_a_provider_opens_that_account_alone(client: Client, ada: User, provider: Provider) -> None:
    person = make_person("Olga Other", email="olga@people.example", password=PASSWORD)
    make_user(ada.account, role="supervisor", person=person)
    make_user(make_account("lumen", company_name="Lumen Bank"), person=person)
    make_member(person=person)
    make_operator(person=person)
    provider.person = {**NINA, "email": "olga@people.example"}
    assert sign_in(client)["Location"] == "/my-apps"

    assert client.get("/my-apps").status_code == 200
    assert "Lumen Bank" not in client.get("/people").content.decode()
    elsewhere = client.get("/portal/")
    assert elsewhere.status_code == 403
    assert "sign-in, which opens that company&#39;s account alone" in elsewhere.content.decode()
    assert client.get("/backoffice/").status_code == 403
    lumen = User.objects.get(account__name="lumen")
    assert client.post("/place", {"place": f"account:{lumen.account_id}"}).status_code == 404
    assert client.get(f"/my-apps?place=account:{lumen.account_id}").status_code == 200
    assert client.session["place"] == f"account:{ada.account_id}"
    for path in ("/account/password/change/", "/account/reauthenticate/", "/you/security", "/device"):
        response = client.get(path)
        assert response.status_code == 403, path
        assert "This needs your own login" in response.content.decode()
    assert client.get("/account/logout/").status_code == 200


@pytest.mark.parametrize("name", ["your-harbour", "devices", "accounting"])
def test_an_account_may_be_called_almost_like_a_page_of_ones_own(client: Client, provider: Provider, name: str) -> None:
    set_up(make_user(make_account(name)), provider)
    assert sign_in(client, path=f"/sign-in/{name}/go")["Location"] == "/my-apps"
    answer = authorize(client, name)
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://app.ledgerline.example/sso/cb?code=")


def authorize(client: Client, account: str, **changes: str) -> HttpResponse:
    program = make_program(account=User.objects.filter(account__name=account)[0].account)
    query = {
        "client_id": program.issued.client_id,
        "redirect_uri": "https://app.ledgerline.example/sso/cb",
        "response_type": "code",
        "scope": "openid",
        **changes,
    }
    return client.get(f"/{account}/oauth/authorize", query)  # type: ignore[return-value]


def test_an_app_that_wants_a_new_proof_is_told_that_such_a_session_can_give_none(
    client: Client, ada: User, provider: Provider
) -> None:
    """The page that asks for a password is closed to it, so nobody is sent there."""
    make_user(ada.account, person=make_person("Nina North", email=NINA["email"], password=PASSWORD), role="agent")
    sign_in(client)
    answer = authorize(client, "harbour", prompt="login")
    assert answer["Location"].startswith("https://app.ledgerline.example/sso/cb?error=login_required&")


def test_apps_of_another_account_refuse_such_a_session(client: Client, ada: User, provider: Provider) -> None:
    person = make_person("Olga Other", email="olga@people.example")
    make_user(ada.account, role="supervisor", person=person)
    make_user(make_account("lumen"), person=person)
    provider.person = {**NINA, "email": "olga@people.example"}
    sign_in(client)
    own = authorize(client, "harbour")
    assert own["Location"].startswith("https://app.ledgerline.example/sso/cb?code=")
    refused = authorize(client, "lumen")
    assert refused.status_code == 403
    assert "does not belong to" in refused.content.decode()


def test_an_account_may_want_its_people_to_come_this_way(client: Client, ada: User, provider: Provider) -> None:
    set_up(ada, provider, is_required=True)
    samir = make_user(
        ada.account,
        role="supervisor",
        person=make_person("Samir Sol", email="samir@harbour.example", password=PASSWORD),
    )
    client.post("/account/login/", {"login": "samir@harbour.example", "password": PASSWORD})
    assert client.get("/home")["Location"] == "/sign-in/harbour?next=%2Fhome"
    assert client.get("/people")["Location"] == "/sign-in/harbour?next=%2Fpeople"
    assert client.get("/my-apps")["Location"] == "/sign-in/harbour?next=%2Fmy-apps"
    asked = authorize(client, "harbour")
    assert asked["Location"].startswith("/sign-in/harbour?next=%2Fharbour%2Foauth%2Fauthorize")
    silent = authorize(client, "harbour", prompt="none")
    assert "error=login_required" in silent["Location"]

    provider.person = {**NINA, "email": "samir@harbour.example"}
    assert sign_in(client, path="/sign-in/harbour/go?next=/people")["Location"] == "/people"
    assert client.get("/people").status_code == 200
    session = LoginSession.objects.get(person=samir.person)
    assert (session.is_bound, session.federated_account) == (False, ada.account)  # both were shown in this session
    assert "code=" in authorize(client, "harbour")["Location"]


def test_administrators_keep_their_password_when_the_provider_is_broken(ada: User, provider: Provider) -> None:
    set_up(ada, provider, is_required=True)
    ada.person.set_password(PASSWORD)
    ada.person.save()
    provider.fault = "broken /.well-known/openid-configuration"
    client = Client()
    client.post("/account/login/", {"login": ada.person.email, "password": PASSWORD})
    assert client.get("/people/sign-in").status_code == 200
    assert client.post("/people/sign-in/switch", {"to": "off"}).status_code == 302
    assert not IdentityProvider.objects.get().is_enabled


def test_roles_follow_the_claim_at_each_sign_in(client: Client, ada: User, provider: Provider) -> None:
    lead, agent = make_role(ada.account, Permission.APPS_VIEW, name="Lead"), ada.account.roles.get(key="agent")
    supervisor = ada.account.roles.get(key="supervisor")
    set_up(ada, provider, role_claim="groups", mappings=[("leads", lead), ("all", supervisor)])

    def role_with(groups: object) -> Role:
        provider.person = {**NINA, "groups": groups}
        assert sign_in(Client()).status_code == 302
        return User.objects.get(person__email=NINA["email"]).role

    assert role_with(["all", "leads"]) == lead
    assert role_with("all") == supervisor
    assert role_with(["somebody", 7, None]) == agent
    assert role_with({"all": 1}) == agent
    changes = Event.objects.filter(kind="user.role_changed").order_by("id")
    assert [(one.data["to"], one.actor_label) for one in changes] == [
        ("Supervisor", "Harbour account"),
        ("Agent", "Harbour account"),
    ]


def test_T26_the_last_administrator_keeps_the_role_whatever_the_provider_says(
    client: Client, ada: User, provider: Provider
) -> None:
    agent = ada.account.roles.get(key="agent")
    set_up(ada, provider, role_claim="groups", mappings=[("all", agent)])
    provider.person = {**NINA, "email": ada.person.email, "groups": ["all"]}
    assert sign_in(client)["Location"] == "/my-apps"
    assert User.objects.get(pk=ada.pk).role.is_admin
    kept = Event.objects.get(kind="federated_sign_in.role_kept").data
    assert kept == {"name": ada.person.name, "kept": "Admin", "stated": "Agent"}


def test_the_word_of_a_provider_weighs_no_more_than_who_set_it_up(
    client: Client, ada: User, provider: Provider
) -> None:
    """Who may decide about the sign-in could make a provider say that they are an administrator."""
    role = make_role(ada.account, Permission.SIGN_IN_MANAGE, Permission.APPS_VIEW)
    sly = make_user(ada.account, role=role, person=make_person("Sly"))
    set_up(sly, provider)
    provider.person = {**NINA, "email": ada.person.email}
    assert sign_in(client).status_code == 409
    assert "_auth_user_id" not in client.session
    # Also not later, when someone it made is promoted.
    provider.person = NINA
    assert sign_in(Client()).status_code == 302
    User.objects.filter(person__email=NINA["email"]).update(role=ada.role)
    assert sign_in(Client()).status_code == 409
    set_up(ada, provider)  # an administrator takes responsibility for it
    assert sign_in(Client()).status_code == 302


def test_whose_seat_was_ended_does_not_come_back_this_way(client: Client, ada: User, provider: Provider) -> None:
    sign_in(client)
    nina = User.objects.get(person__email=NINA["email"])
    assert client.get("/home")["Location"] == "/my-apps"
    deactivate_user(actor=SYSTEM, by=ada, user=nina)
    assert LoginSession.objects.get().ended_at is not None
    assert client.get("/home")["Location"].startswith("/account/login/")
    response = sign_in(client)
    assert response.status_code == 403
    assert "was ended by an administrator" in response.content.decode()
    assert not User.objects.get(pk=nina.pk).is_active
    provider.person = {**NINA, "sub": "nina-2"}
    assert sign_in(Client()).status_code == 403


@pytest.mark.parametrize("how", ["off", "removed", "another issuer", "session ended"])
def test_sessions_end_with_the_way_they_came(client: Client, ada: User, provider: Provider, how: str) -> None:
    sign_in(client)
    by_password = Client()
    ada.person.set_password(PASSWORD)
    ada.person.save()
    by_password.post("/account/login/", {"login": ada.person.email, "password": PASSWORD})
    if how == "off":
        switch_provider(actor=SYSTEM, by=ada, is_enabled=False)
    elif how == "removed":
        remove_provider(actor=SYSTEM, by=ada)
    elif how == "another issuer":
        set_up(ada, provider, issuer="https://login.other.example")
    else:
        end_login_session(actor=SYSTEM, session_id=LoginSession.objects.get(is_bound=True).pk)
    assert client.get("/my-apps")["Location"].startswith("/account/login/")
    assert by_password.get("/my-apps").status_code == 200


def test_an_unknown_company_says_the_same_as_one_without_this(client: Client) -> None:
    make_account("lumen")
    answers = [client.get(f"/sign-in/{name}") for name in ("lumen", "nobody")]
    assert [one.status_code for one in answers] == [404, 404]
    texts = [re.findall(r'<p class="lead">(.*?)</p>', one.content.decode()) for one in answers]
    assert [text.replace("lumen", "x") for text in texts[0]] == [text.replace("nobody", "x") for text in texts[1]]
    assert len(texts[0]) == 1
    assert client.get("/sign-in/nobody/go").status_code == 404
    for name in ("", "no body", "x" * 41, "a\0b"):
        assert client.post("/sign-in", {"account": name}).status_code == 422


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_leads_nowhere_else(client: Client, ada: User, target: str) -> None:
    client.get("/sign-in/harbour/go", {"next": target})
    [flow] = client.session["sign_in_flows"].values()
    assert flow["next"] == "/home"


def test_too_many_tries_are_refused(client: Client, ada: User) -> None:
    statuses = [client.get("/sign-in/harbour/return").status_code for _ in range(31)]
    assert statuses == [400] * 30 + [429]
    assert len(client.session.get("sign_in_flows", {})) == 0


def test_at_most_five_ways_are_remembered(client: Client, ada: User) -> None:
    for _ in range(7):
        client.get("/sign-in/harbour/go")
    assert len(client.session["sign_in_flows"]) == 5


def test_the_secret_lies_nowhere_in_the_clear(client: Client, ada: User) -> None:
    sign_in(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM identity_identityprovider")
        sealed = bytes(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(data::text, '') FROM audit_event")
        facts = cursor.fetchone()[0]
    assert CLIENT_SECRET.encode() not in sealed
    assert CLIENT_SECRET not in facts
