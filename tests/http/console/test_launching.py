"""Opening an app by its icon, and the page that says why not and whom to ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_person, make_user
from tests.factories.installs import make_completed, make_installing
from tests.http.console.test_my_apps import broken, chosen_late, failed, rejected, signed_in, suspended, timed_out

from fondaco.accounts.models import Account, User
from fondaco.audit.models import Event
from fondaco.identity.actions import suspend_client
from fondaco.installs.actions import cut_off, record_launch
from fondaco.installs.errors import LaunchRefused
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, TargetKind

pytestmark = pytest.mark.django_db


def broken_late(account: Account) -> Installation:
    installation = broken(account)
    suspend_client(actor=SYSTEM, client=installation.client)
    return installation


def cut(account: Account) -> Installation:
    installation = make_completed(account)
    jon = make_operator()
    target = Target(TargetKind.APP, installation.app)
    cut_off(actor=actor_for(jon.person), by=jon, target=target, reason="Leaked", confirmation=target.confirmation)
    return installation


def launched() -> int:
    return Event.objects.filter(kind="installation.launched").count()


def test_icon_leads_to_the_app_with_both_hints() -> None:
    installation = make_completed()
    ada = installation.installed_by
    response = signed_in(ada).get(f"/launch/{installation.pk.hex}")
    assert response.status_code == 302
    assert response.headers["Location"] == (
        f"https://app.ledgerline.example/start?talkdesk_installation_id={installation.pk.hex}&talkdesk_user_id={ada.pk}"
    )
    assert launched() == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_installing, "it is still being installed."),
        (failed, "it could not be reached when it was installed."),
        (rejected, "its maker declined the installation."),
        (timed_out, "its maker did not confirm the installation."),
        (suspended, "its trial is over."),
        (broken_late, "its trial is over, and a change of it failed, which support has to mend first."),
        (chosen_late, "its trial is over, and what was asked for since waits for its maker to confirm it."),
    ],
)
def test_not_ready_says_why(make: Callable[[Account], Installation], words: str) -> None:
    installation = make(make_account())
    response = signed_in(installation.installed_by).get(f"/launch/{installation.pk.hex}")
    assert response.status_code == 403
    assert words in response.content.decode()
    assert f'href="/my-apps/{installation.pk.hex}"' in response.content.decode()
    assert launched() == 0


def test_each_thing_that_is_missing_is_named_with_those_who_can_give_it() -> None:
    """The installer may install, but not manage people: they give the licence, somebody else the role."""
    installation = suspended(make_account())
    ada = installation.installed_by
    roles = installation.account.roles
    buyer = roles.create(name="Buyer", permissions=["apps.view", "apps.install", "apps.launch"])
    User.objects.filter(pk=ada.pk).update(role=buyer)
    hr = roles.create(name="People office", permissions=["people.manage"])
    hugo = User.objects.create(account=installation.account, person=make_person("Hugo People"), role=hr)
    gone = User.objects.create(account=installation.account, person=make_person("Gone Gerda"), role=hr, is_active=False)
    agnes = make_user(installation.account, role="agent")
    page = signed_in(agnes).get(f"/launch/{installation.pk.hex}").content.decode()
    parts = page.split("cannot be opened: ")[1:]
    assert [part.split("<")[0].strip() for part in parts] == [
        "your role may not open apps. Ask an administrator of your account.",
        "its trial is over. An administrator can choose a plan.",
        "you have no licence for it. Ask an administrator of your account.",
    ]
    for part, person, other in ((parts[0], hugo, ada), (parts[1], ada, hugo), (parts[2], ada, hugo)):
        assert person.person.name in part
        assert f'href="mailto:{person.person.email}"' in part
        assert other.person.email not in part
    assert gone.person.name not in page
    assert launched() == 0


def test_who_can_mend_it_is_told_so_and_who_asks_nobody_learns_that_too() -> None:
    installation = make_completed()
    for number in range(5):
        make_user(installation.account, person=make_person(f"Aaron {number}"))
    other = make_user(installation.account, person=make_person("Zoe Last"))
    page = signed_in(other).get(f"/launch/{installation.pk.hex}").content.decode()
    assert "You can mend this yourself." in page, "also when five others come before by name"
    assert "Who can help you" not in page
    User.objects.filter(role__key="admin").update(is_active=False)
    agnes = make_user(installation.account, role="agent")
    page = signed_in(agnes).get(f"/launch/{installation.pk.hex}").content.decode()
    assert page.count("Nobody in your account may change this.") == 2


@pytest.mark.parametrize(
    ("make", "who"),
    [
        (make_installing, "Nobody in your account can change this: it is up to Ledgerline GmbH."),
        (chosen_late, "Nobody in your account can change this: it is up to Ledgerline GmbH."),
        (broken_late, "Nobody in your account can change this."),
        (cut, "Nobody in your account can change this."),
        (suspended, "You can mend this yourself."),
        (rejected, "You can mend this yourself."),
    ],
)
def test_an_administrator_is_not_told_to_mend_what_is_up_to_others(
    make: Callable[[Account], Installation], who: str
) -> None:
    installation = make(make_account())
    page = signed_in(installation.installed_by).get(f"/launch/{installation.pk.hex}").content.decode()
    [said] = [line.strip()[3:-4] for line in page.splitlines() if line.strip().startswith("<p>")]
    assert said == who
    assert launched() == 0


def test_who_may_give_licences_is_not_sent_to_an_administrator() -> None:
    installation = make_completed()
    page = signed_in(make_user(installation.account)).get(f"/launch/{installation.pk.hex}").content.decode()
    assert "you have no licence for it. Give yourself one in its settings." in page
    assert "Ask an administrator" not in page


def test_the_refusal_itself_names_them_for_programs() -> None:
    installation = make_completed()
    agnes = make_user(installation.account, role="agent")
    with pytest.raises(LaunchRefused) as refused:
        record_launch(actor=actor_for(agnes.person), user=agnes, installation=installation)
    assert list(refused.value.fields) == ["role", "licence"]
    assert launched() == 0


def test_without_a_licence_one_learns_whom_to_ask() -> None:
    installation = make_completed()
    other = make_user(installation.account, role="supervisor", person=make_person("Olga Other"))
    response = signed_in(other).get(f"/launch/{installation.pk.hex}")
    assert response.status_code == 403
    assert "you have no licence for it." in response.content.decode()
    assert installation.installed_by.person.email in response.content.decode()
    assert "See how it stands" not in response.content.decode()
    assert launched() == 0


def test_without_the_permission_one_learns_whom_to_ask() -> None:
    installation = make_completed()
    agnes = make_user(installation.account, role="agent")
    response = signed_in(agnes).get(f"/launch/{installation.pk.hex}")
    assert response.status_code == 403
    assert "your role may not open apps." in response.content.decode()
    assert installation.installed_by.person.email in response.content.decode()
    assert launched() == 0


@pytest.mark.parametrize("id_", ["", "0" * 32, "nonsense"])
def test_strangers_find_nothing(id_: str) -> None:
    installation = make_completed()
    assert signed_in(make_user()).get(f"/launch/{id_ or installation.pk.hex}").status_code == 404
    assert launched() == 0


def test_visitors_sign_in_and_operators_have_no_seat() -> None:
    installation = make_completed()
    address = f"/launch/{installation.pk.hex}"
    assert Client().get(address).headers["Location"] == f"/account/login/?next={address}%3Fsigned-in"
    page = signed_in(installation.installed_by).get(f"{address}?signed-in")
    assert (page.status_code, page.headers["Refresh"]) == (200, f"0; url={address}")
    client = Client()
    client.force_login(make_operator().person)
    assert client.get(address).status_code == 403
    assert signed_in(installation.installed_by).post(address).status_code == 405
    assert launched() == 0
