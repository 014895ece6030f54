"""The way from a listing to an order, step by step, and every refusal on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import SYSTEM, make_account, make_operator, make_person, make_role, make_user
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import make_completed, make_installing
from tests.factories.partners import make_member, make_partner
from tests.http.api.caller import Api, read, refusal
from tests.signing_in import signed_in

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.catalog.models import Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.installs.actions import force_uninstall_app
from fondaco.installs.models import Grant, Installation
from fondaco.installs.queries import consent_text

pytestmark = pytest.mark.django_db
START, PLAN, USERS, LATER, CONFIRM = (
    f"/install/ledgerline{step}" for step in ("", "/plan", "/users", "/later", "/confirm")
)


@pytest.fixture
def version() -> Version:
    return make_published_version(make_app(name="Ledgerline"))


@pytest.fixture
def ada() -> User:
    return make_user()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def html(response: Any) -> str:
    return str(response.content.decode())


def plan_id(version: Version, name: str = "Team") -> str:
    return version.plans.get(name=name).pk.hex


def choose(client: Client, version: Version, *users: User, plan: str = "Team", do: str = "next") -> Any:
    """Brings the order to the last step."""
    client.get(START)
    client.post(PLAN, {"plan": plan_id(version, plan)})
    ids = [user.pk for user in users]
    return client.post(USERS, {"do": do, "users": ids, "shown": " ".join(ids)})


def seen(client: Client) -> str:
    return str(re.findall(r'name="seen" value="([0-9a-f]{64})"', html(client.get(CONFIRM)))[0])


def test_whole_way_orders_the_app(client: Client, ada: User, version: Version) -> None:
    samir = make_user(ada.account, role="supervisor")
    assert client.get(f"{START}?plan={plan_id(version)}").headers["Location"] == PLAN
    page = html(client.get(PLAN))
    assert f'value="{plan_id(version)}" checked' in page
    assert client.post(PLAN, {"plan": plan_id(version)}).headers["Location"] == USERS
    answer = client.post(USERS, {"do": "next", "users": [samir.pk], "shown": f"{ada.pk} {samir.pk}"})
    assert answer.headers["Location"] == CONFIRM
    page = html(client.get(CONFIRM))
    for words in ("Adds and changes your contacts", "<dd>$36.00</dd>", "You pay today", "<dd>$0.00</dd>"):
        assert words in page
    assert Installation.objects.count() == 0
    answer = client.post(CONFIRM, {"seen": seen(client), "agreed": "yes"})
    assert answer.headers["Location"] == "/my-apps"
    installation = Installation.objects.get()
    assert (installation.account, installation.installed_by, installation.plan.name) == (ada.account, ada, "Team")
    assert set(installation.licences.values_list("user_id", flat=True)) == {ada.pk, samir.pk}
    grant = Grant.objects.get()
    assert grant.consent_text == consent_text(version)
    assert grant.scopes == ["account:read", "contacts:write", "users:read"]
    assert grant.address == "127.0.0.1"


def test_visitors_sign_in_and_come_back(version: Version) -> None:
    answer = Client().get(f"{START}?plan=x")
    assert answer.headers["Location"] == f"/account/login/?next={START}%3Fplan%3Dx"


def test_each_step_needs_the_one_before(client: Client, ada: User, version: Version) -> None:
    client.get(START)
    assert client.get(USERS).headers["Location"] == PLAN
    assert client.get(CONFIRM).headers["Location"] == PLAN
    client.post(PLAN, {"plan": plan_id(version)})
    assert client.get(CONFIRM).headers["Location"] == USERS  # the plan needs two users


@pytest.mark.parametrize("plan", ["", "0" * 32, "nonsense"])
def test_plan_must_be_one_of_the_version(client: Client, version: Version, plan: str) -> None:
    client.get(START)
    answer = client.post(PLAN, {"plan": plan})
    assert answer.status_code == 422
    assert "Choose a plan." in html(answer)


def test_trial_is_offered_once(client: Client, ada: User, version: Version) -> None:
    installation = make_completed(ada.account, version=version)
    force_uninstall_app(actor=SYSTEM, by=make_operator(), installation=installation, reason="Asked by phone")
    client.get(START)
    assert "can be tried once" in html(client.get(PLAN))
    assert client.post(PLAN, {"plan": plan_id(version, "Trial")}).status_code == 422


def test_too_few_users_are_told_at_once(client: Client, ada: User, version: Version) -> None:
    answer = choose(client, version, ada)
    assert answer.status_code == 422
    assert "The plan Team needs at least 2 users." in html(answer)


def test_selection_survives_searching(client: Client, ada: User, version: Version) -> None:
    samir, agnes = make_user(ada.account, role="supervisor"), make_user(ada.account, role="agent")
    client.get(START)
    client.post(PLAN, {"plan": plan_id(version)})
    ids = f"{ada.pk} {samir.pk} {agnes.pk}"
    answer = client.post(USERS, {"do": "find", "q": "agnes", "users": [samir.pk], "shown": ids})
    assert answer.headers["Location"] == f"{USERS}?q=agnes"
    page = html(client.get(f"{USERS}?q=agnes"))
    assert "Agnes Ahl" in page
    assert "Samir Sol" not in page
    client.post(f"{USERS}?q=agnes", {"do": "all", "shown": agnes.pk})
    assert set(client.session["install:ledgerline"]["users"]) == {ada.pk, samir.pk, agnes.pk}
    page = html(client.get(USERS))
    assert "Agnes Ahl gets a licence but has a role that may not open apps." in page
    client.post(USERS, {"do": "none", "shown": ids})
    assert client.session["install:ledgerline"]["users"] == [ada.pk]
    assert "Nobody here fits" in html(client.get(f"{USERS}?q=zeppelin"))


def test_strangers_cannot_be_chosen(client: Client, ada: User, version: Version) -> None:
    stranger = make_user()
    choose(client, version, ada, stranger, do="keep")
    assert client.session["install:ledgerline"]["users"] == [ada.pk]


def test_installer_cannot_leave_themself_out(client: Client, ada: User, version: Version) -> None:
    samir = make_user(ada.account, role="supervisor")
    client.get(START)
    client.post(PLAN, {"plan": plan_id(version)})
    client.post(USERS, {"do": "keep", "users": [samir.pk], "shown": f"{ada.pk} {samir.pk}"})
    assert set(client.session["install:ledgerline"]["users"]) == {ada.pk, samir.pk}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"agreed": "yes"}, "is not what you agreed to"),
        ({"agreed": "yes", "seen": "0" * 64}, "is not what you agreed to"),
        ({"seen": "right"}, "Tick that you agree"),
    ],
)
def test_nothing_is_ordered_without_consent(
    client: Client, ada: User, version: Version, entries: dict[str, str], words: str
) -> None:
    choose(client, version, ada, make_user(ada.account, role="supervisor"))
    if entries.get("seen") == "right":
        entries = {**entries, "seen": seen(client)}
    before = Event.objects.count()
    answer = client.post(CONFIRM, entries)
    assert answer.status_code == 409
    assert words in html(answer)
    assert Installation.objects.count() == 0
    assert Event.objects.count() == before


def test_what_changed_meanwhile_has_to_be_read_again(client: Client, ada: User, version: Version) -> None:
    choose(client, version, ada, make_user(ada.account, role="supervisor"))
    old = seen(client)
    version.technical.scopes = ["recordings:read"]
    version.technical.save()
    answer = client.post(CONFIRM, {"seen": old, "agreed": "yes"})
    assert answer.status_code == 409
    assert "Listens to call recordings" in html(answer)
    assert Installation.objects.count() == 0


def test_second_click_leads_to_what_the_first_ordered(client: Client, ada: User, version: Version) -> None:
    make_installing(ada.account, version=version)
    client.get(START)
    answer = client.get(PLAN)
    assert answer.status_code == 409
    assert "is in My Apps already" in html(answer)
    assert client.post(CONFIRM, {"agreed": "yes"}).status_code == 409
    assert Installation.objects.count() == 1


def test_person_with_several_accounts_chooses_one(version: Version) -> None:
    person = make_person()
    first, second = (
        make_user(make_account(company_name=name), person=person) for name in ("Harbour Bank", "Lumen Bank")
    )
    third = make_user(make_account(company_name="Third"), person=person, role="agent")
    client = signed_in(first)
    page = html(client.get(START))
    assert "Lumen Bank" in page
    assert "your role there may not install apps" in page
    assert client.post(START, {"account": ""}).status_code == 422
    assert client.post(START, {"account": f"account:{third.account_id}"}).status_code == 422
    assert client.post(START, {"account": f"account:{make_account().pk}"}).status_code == 422
    assert client.post(START, {"account": f"account:{second.account_id}"}).headers["Location"] == PLAN
    page = html(client.get(PLAN))
    assert "for Lumen Bank" in page
    assert client.session["place"] == f"account:{second.account_id}"


def test_selection_belongs_to_one_account(version: Version) -> None:
    person = make_person()
    first, second = (make_user(person=person) for _number in range(2))
    samir = make_user(first.account, role="supervisor")
    client = signed_in(first)
    client.post(START, {"account": f"account:{first.account_id}"})
    client.post(PLAN, {"plan": plan_id(version)})
    client.post(USERS, {"do": "keep", "users": [first.pk, samir.pk], "shown": f"{first.pk} {samir.pk}"})
    client.post(START, {"account": f"account:{second.account_id}"})
    client.post(PLAN, {"plan": plan_id(version)})
    assert client.session["install:ledgerline"]["users"] == [second.pk]


def test_who_may_not_order_learns_whom_to_ask(ada: User, version: Version) -> None:
    client = signed_in(make_user(ada.account, role="supervisor"))
    answer = client.get(START)
    assert answer.status_code == 403
    assert "Your role may not install apps" in html(answer)
    assert ada.person.email in html(answer)
    for address in (PLAN, USERS, CONFIRM):
        assert client.get(address).status_code == 403
        assert client.post(address, {"agreed": "yes"}).status_code == 403
    assert Installation.objects.count() == 0


def test_people_without_an_account_are_told(version: Version) -> None:
    client = Client()
    client.force_login(make_person("Nobody Yet"))
    answer = client.get(START)
    assert answer.status_code == 403
    assert "You belong to no customer account." in html(answer)


@pytest.mark.parametrize("step", ["", "/plan", "/users", "/confirm"])
def test_unknown_apps_do_not_exist(ada: User, step: str) -> None:
    make_version(make_app(name="Not There Yet"))
    make_user(person=ada.person)  # with two accounts the first step asks
    assert signed_in(ada).get(f"/install/nope{step}").status_code == 404
    assert signed_in(ada).get(f"/install/not-there-yet{step}").status_code == 404


def test_partner_installs_its_own_draft_in_its_developer_account() -> None:
    partner = make_partner()
    member = make_member(partner)
    seat = make_user(partner.developer_account, person=member.person)
    draft = make_version(make_app(partner, name="Ledgerline"))
    client = signed_in(seat)
    assert client.get(f"{START}?version={draft.pk.hex}&plan={plan_id(draft)}").headers["Location"] == PLAN
    assert "version 1.0.0" in html(client.get(PLAN))
    choose_again = {"do": "next", "users": [seat.pk, make_user(seat.account, role="supervisor").pk], "shown": ""}
    assert client.post(PLAN, {"plan": plan_id(draft)}).headers["Location"] == USERS
    assert client.post(USERS, choose_again).headers["Location"] == CONFIRM
    client.post(CONFIRM, {"seen": seen(client), "agreed": "yes"})
    assert Installation.objects.get().version == draft


def test_incomplete_draft_says_what_is_missing() -> None:
    partner = make_partner()
    seat = make_user(partner.developer_account, person=make_member(partner).person)
    draft = make_version(make_app(partner, name="Ledgerline"), is_complete=False)
    client = signed_in(seat)
    client.get(f"{START}?version={draft.pk.hex}")
    answer = client.get(PLAN)
    assert answer.status_code == 409
    assert "Say where events are to be sent." in html(answer)


@pytest.mark.parametrize("status", [TechnicalStatus.DRAFT, TechnicalStatus.IN_REVIEW, TechnicalStatus.APPROVED])
def test_drafts_of_others_do_not_exist(client: Client, version: Version, status: TechnicalStatus) -> None:
    draft = make_version(version.app, name="2.0.0", technical=status)
    client.get(f"{START}?version={draft.pk.hex}")
    assert client.get(PLAN).status_code == 404
    client.get(f"{START}?version=nonsense")
    assert client.get(PLAN).status_code == 404


def test_withdrawn_version_says_so(client: Client, version: Version) -> None:
    old = make_version(version.app, name="0.9.0", technical=TechnicalStatus.DEPRECATED)
    client.get(f"{START}?version={old.pk.hex}")
    answer = client.get(PLAN)
    assert answer.status_code == 409
    assert "was withdrawn by its partner" in html(answer)


def test_steps_stay_within_their_queries(
    client: Client, ada: User, version: Version, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    others = [make_user(ada.account, person=make_person(f"Person {number}"), role="supervisor") for number in range(30)]
    choose(client, version, ada, *others)
    for address in (PLAN, USERS, CONFIRM):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


def test_T27_rules_for_who_comes_later_are_ordered_with_the_app_and_cost_is_said_before(
    client: Client, ada: User, version: Version
) -> None:
    samir = make_user(ada.account, role="supervisor")
    later = choose(client, version, ada, samir, do="later")
    assert later.headers["Location"] == LATER
    page = html(client.get(LATER))
    assert "Nobody: I choose people by hand" in page
    wrong = client.post(LATER, {"who": "all", "do": "next"})
    assert (wrong.status_code, "Say how many people" in html(wrong)) == (422, True)
    wrong = client.post(LATER, {"who": "all", "cap": "900000", "do": "next"})
    assert (wrong.status_code, "allows at most" in html(wrong)) == (422, True)
    reached = html(client.post(LATER, {"who": "all", "cap": "2", "do": "count"}))
    assert "The rules stop at 2, and 2 people have a licence. Nobody gets one by itself" in reached
    counted = html(client.post(LATER, {"who": "all", "cap": "10", "do": "count"}))
    assert "The rules stop at" not in counted
    assert "Each person beyond what is bought costs $18.00 per month." in counted
    assert "up to 10 people, at most $180.00 per month, which is $144.00 more" in counted
    assert client.post(LATER, {"who": "all", "cap": "10", "do": "next"}).headers["Location"] == CONFIRM
    page = html(client.get(CONFIRM))
    for words in ("Everybody who joins the account", "<dd>10</dd>", "at most $180.00 per month"):
        assert words in page
    old = seen(client)
    client.post(LATER, {"who": "all", "cap": "12", "do": "next"})
    assert client.post(CONFIRM, {"seen": old, "agreed": "yes"}).status_code == 409
    assert not Installation.objects.exists()
    client.post(CONFIRM, {"seen": seen(client), "agreed": "yes"})
    installation = Installation.objects.get()
    assert list(installation.auto_install_rules.values_list("filter", "match")) == [("all", "")]
    assert installation.auto_install_cap == 12
    assert Grant.objects.get().purchase_summary["auto_install_cap"] == 12


def test_T27_programs_ask_what_an_order_with_rules_comes_to(ada: User, version: Version) -> None:
    agent = make_user(ada.account, role=make_role(ada.account, Permission.APPS_VIEW, name="Trainee"))
    api, path = Api(ada.person), f"/accounts/{ada.account_id}"
    rules = {"rules": [{"filter": "role", "match": "agent"}], "cap": 10}
    body = {"plan_id": plan_id(version), "user_ids": [ada.pk, agent.pk], "auto_install": rules}
    quoted = read(api.post(f"{path}/offers/ledgerline/quote", body))
    assert (quoted["total"]["monthly_minor"], quoted["most"]["monthly_minor"]) == (3600, 18000)
    assert quoted["unable"] == [agent.pk]
    refusal(api.post(f"{path}/offers/ledgerline/quote", {**body, "user_ids": [agent.pk]}), 422, "users-unusable")
    consent = {"scopes": version.technical.scopes, "text": consent_text(version)}
    order = {**body, "app": "ledgerline", "consent": consent}
    wrong = {**rules, "cap": None}
    problem = refusal(api.post(f"{path}/installations", {**order, "auto_install": wrong}), 422, "users-unusable")
    assert list(problem["errors"]) == ["cap"]
    assert not Installation.objects.exists()
    assert read(api.post(f"{path}/installations", order), 201)["unable"] == [agent.pk]
    assert Installation.objects.get().auto_install_cap == 10
