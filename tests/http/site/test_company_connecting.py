"""A login that exists and a company's sign-in: connected by the person, after the password, and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import PASSWORD, SYSTEM, make_account, make_operator, make_person, make_role, make_user
from tests.factories.identity import make_program
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read, refusal
from tests.http.idp.browser import Browser
from tests.http.site.company import NINA, set_up, sign_in, to_provider
from tests.openid_provider import Provider
from tests.signing_in import weaken

from fondaco.accounts.models import Account, Person, User
from fondaco.accounts.permissions import Permission
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import FederatedIdentity, LoginSession
from fondaco.kit import clock
from fondaco.kit.errors import NotFound

pytestmark = pytest.mark.django_db


def elsewhere(kind: str) -> Person:
    person = make_person("Olga Other", email="olga@people.example", password=PASSWORD)
    if kind == "operator":
        make_operator(person=person)
    elif kind == "partner":
        make_member(person=person)
    else:
        make_user(make_account("lumen"), person=person)
    return person


def asked_about(client: Client) -> str:
    """Which statement the page asks about."""
    found = re.search(r'name="asked" value="([0-9a-f]{32})"', client.get("/connect-login").content.decode())
    assert found
    return found[1]


def agree(client: Client) -> Any:
    """Presses the button of the page."""
    return client.post("/connect-login", {"asked": asked_about(client)})


@pytest.mark.parametrize("kind", ["operator", "partner", "another account"])
def test_a_provider_cannot_turn_anyone_into_somebody_of_another_place(
    client: Client, ada: User, provider: Provider, kind: str
) -> None:
    olga = elsewhere(kind)
    provider.person = {**NINA, "email": "olga@people.example"}

    response = sign_in(client)

    assert response.status_code == 409
    assert "There is a login with the address olga@people.example already" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert not User.objects.filter(account=ada.account, person=olga).exists()
    assert not FederatedIdentity.objects.exists()
    assert client.get("/connect-login").status_code == 302  # to the sign-in page


def test_whoever_shows_the_password_once_is_connected(client: Client, ada: User, provider: Provider) -> None:
    olga = elsewhere("another account")
    provider.person = {**NINA, "email": "olga@people.example"}
    sign_in(client)

    response = client.post(
        "/account/login/", {"login": "olga@people.example", "password": PASSWORD, "next": "/connect-login"}
    )
    assert response["Location"] == "/connect-login"
    page = client.get("/connect-login")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert "Once connected, it alone lets you in to Harbour" in page.content.decode()
    assert not FederatedIdentity.objects.exists()
    assert agree(client)["Location"] == "/my-apps"

    assert User.objects.get(account=ada.account, person=olga).role.key == "agent"
    assert FederatedIdentity.objects.get().is_confirmed
    session = LoginSession.objects.get(ended_at=None)
    assert (session.is_bound, session.federated_account) == (False, ada.account)
    assert client.get("/connect-login").status_code == 400  # used up
    # The next time the provider's word is enough, but only for that account.
    other = Client()
    assert sign_in(other)["Location"] == "/my-apps"
    assert LoginSession.objects.filter(is_bound=True, federated_account=ada.account, person=olga).count() == 1
    assert "Lumen" not in other.get("/people").content.decode()


def test_a_yes_to_one_statement_is_none_to_another(client: Client, ada: User, provider: Provider) -> None:
    """It was given up at the password, and comes back with the password that is asked for later."""
    olga = elsewhere("another account")
    provider.person = {**NINA, "email": "olga@people.example"}
    client.force_login(olga)
    sign_in(client)
    yes = asked_about(client)
    provider.person = {**NINA, "sub": "another-subject", "email": "olga@people.example"}
    sign_in(client)

    again = client.post("/connect-login", {"asked": yes})

    assert (again.status_code, "Connect Harbour account?" in again.content.decode()) == (200, True)
    assert not FederatedIdentity.objects.exists()
    assert client.post("/connect-login").status_code == 200
    assert not FederatedIdentity.objects.exists()
    assert agree(client)["Location"] == "/my-apps"
    assert FederatedIdentity.objects.get().subject == "another-subject"


def test_who_takes_anothers_place_in_a_browser_finds_nothing_of_theirs(
    client: Client, ada: User, provider: Provider
) -> None:
    client.force_login(elsewhere("another account"))
    client.get("/my-apps")
    provider.person = NINA
    answer = sign_in(client)
    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/my-apps", '"cache"')


def test_a_link_alone_connects_nobody_who_is_signed_in(client: Client, ada: User, provider: Provider) -> None:
    """Who may decide about the sign-in has it name an administrator, and mails them a link to begin it."""
    role = make_role(ada.account, Permission.SIGN_IN_MANAGE, Permission.APPS_VIEW)
    set_up(make_user(ada.account, role=role, person=make_person("Sly")), provider)
    provider.person = {**NINA, "email": ada.person.email}
    client.force_login(ada.person)

    response = client.get(to_provider(client), follow=True)

    assert [address for address, _status in response.redirect_chain] == ["/connect-login"]
    assert "Connect Harbour account?" in response.content.decode()
    assert not FederatedIdentity.objects.exists()
    assert sign_in(Client()).status_code == 409  # the word of the provider is still not enough


def test_who_signed_in_long_ago_shows_the_password_before(client: Client, ada: User, provider: Provider) -> None:
    olga = elsewhere("another account")
    provider.person = {**NINA, "email": "olga@people.example"}
    client.force_login(olga)
    weaken(client)
    LoginSession.objects.update(started_at=clock.now() - timedelta(minutes=6))

    assert sign_in(client)["Location"] == "/connect-login"

    asked = client.get("/connect-login")
    assert asked["Location"].startswith("/account/reauthenticate/?next=")
    proven = client.post(asked["Location"], {"password": PASSWORD})
    assert proven["Location"] == "/connect-login"
    assert not FederatedIdentity.objects.exists()
    assert agree(client)["Location"] == "/my-apps"
    assert FederatedIdentity.objects.get().person == olga


def test_whoever_signs_in_as_someone_else_connects_nothing(client: Client, ada: User, provider: Provider) -> None:
    elsewhere("operator")
    make_person("Mallory", email="mallory@people.example", password=PASSWORD)
    provider.person = {**NINA, "email": "olga@people.example"}
    sign_in(client)
    client.post("/account/login/", {"login": "mallory@people.example", "password": PASSWORD})
    response = client.get("/connect-login")
    assert response.status_code == 403
    assert "mallory@people.example" in response.content.decode()
    assert not FederatedIdentity.objects.exists()
    assert User.objects.count() == 1


def test_no_token_leads_around_a_provider_that_everyone_must_use(client: Client, ada: User, provider: Provider) -> None:
    """Whom the provider lets in no more has a password here, and what they made with it."""
    samir = make_user(ada.account, role="supervisor", person=make_person("Samir Sol"))
    make_user(make_account("lumen", company_name="Lumen Bank"), person=samir.person)
    api, users = Api(samir.person), f"/accounts/{ada.account_id}/users"
    read(api.get(users))
    set_up(ada, provider, is_required=True)

    said = refusal(api.get(users), 403, "tokens-not-taken")["detail"]

    assert "Harbour Bank takes its people through Harbour account only" in said
    assert [place["id"] for place in read(api.get("/me"))["places"]] == [Account.objects.get(name="lumen").pk]
    client.force_login(samir.person)
    assert "only in the account Harbour Bank" not in client.get("/you/tokens/new").content.decode()
    with pytest.raises(NotFound):
        create_personal_token(actor=SYSTEM, person=samir.person, name="x", place=f"account:{ada.account_id}")
    read(Api(ada.person).get(users))  # an administrator's, who keeps a way in when the provider is broken


def test_an_app_goes_on_for_nobody_whose_way_in_was_closed(client: Client, ada: User, provider: Provider) -> None:
    by_password, by_company = Client(), client
    samir = make_user(ada.account, role="supervisor", person=make_person("Samir Sol", email="samir@people.example"))
    program = make_program(account=ada.account)
    first, second = Browser(program, samir, by_password), Browser(program, samir, by_company)
    first.sign_in()
    provider.person = {**NINA, "email": "samir@people.example"}
    sign_in(by_company)
    code, tokens, vouched = first.code(), first.tokens(), second.tokens()

    set_up(ada, provider, is_required=True)

    assert first.exchange(code)[1]["error"] == "invalid_grant"
    assert first.refresh(tokens["refresh_token"])[1]["error"] == "invalid_grant"
    assert second.refresh(vouched["refresh_token"])[0] == 200


@pytest.mark.parametrize("is_known", [True, False])
def test_a_role_that_grew_is_not_handed_out_by_who_could_not_give_it(
    client: Client, ada: User, provider: Provider, is_known: bool
) -> None:
    role = make_role(ada.account, Permission.SIGN_IN_MANAGE, Permission.APPS_VIEW)
    helper = make_role(ada.account, Permission.APPS_VIEW, name="Helper")
    sly = make_user(ada.account, role=role, person=make_person("Sly"))
    set_up(sly, provider, role_claim="groups", mappings=[("helpers", helper)], allowed_domains=["harbour.example"])
    if is_known:
        sign_in(Client())
    before = User.objects.count()
    helper.permissions = [Permission.APPS_VIEW, Permission.PEOPLE_MANAGE]
    helper.save()
    provider.person = {**NINA, "groups": ["helpers"]}

    response = sign_in(client)

    assert response.status_code == 403
    assert "The role Helper allows more by now" in response.content.decode()
    assert (User.objects.count(), User.objects.filter(role=helper).exists()) == (before, False)
    assert "_auth_user_id" not in client.session
    set_up(ada, provider, role_claim="groups", mappings=[("helpers", helper)])  # an administrator stands for it
    assert sign_in(client)["Location"] == "/my-apps"
    assert User.objects.get(person__email=NINA["email"]).role == helper
