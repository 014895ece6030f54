from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_user
from tests.factories.installs import make_completed, make_installing, make_pending

from fondaco.accounts.models import User
from fondaco.audit.models import Event
from fondaco.installs.actions import record_launch
from fondaco.installs.errors import LaunchRefused
from fondaco.installs.models import Installation, Licence
from fondaco.kit.errors import NotFound

pytestmark = pytest.mark.django_db


def launch(installation: Installation, user: User) -> str:
    installation = Installation.objects.select_related("client", "version__technical", "app").get(pk=installation.pk)
    return record_launch(actor=actor_for(user.person), user=user, installation=installation)


def why_not(installation: Installation, user: User) -> str:
    before = Event.objects.count()
    with pytest.raises(LaunchRefused) as caught:
        launch(installation, user)
    assert Event.objects.count() == before
    return str(caught.value)


@pytest.mark.parametrize(
    ("standalone", "expected"),
    [
        ("https://a.example/start", "https://a.example/start?{ours}"),
        ("https://a.example/start?tab=1&x=", "https://a.example/start?tab=1&x=&{ours}"),
        ("https://a.example/start?tab=1#top", "https://a.example/start?tab=1&{ours}#top"),
    ],
)
def test_the_address_keeps_its_own_query_and_gets_the_two_parameters(standalone: str, expected: str) -> None:
    installation = make_completed(standalone_url=standalone)
    user = installation.installed_by
    ours = f"talkdesk_installation_id={installation.pk.hex}&talkdesk_user_id={user.pk}"
    assert launch(installation, user) == expected.format(ours=ours)
    assert Event.objects.get(kind="installation.launched").data == {"user": user.pk}


def test_it_works_while_a_change_waits() -> None:
    installation = make_pending()
    assert launch(installation, installation.installed_by).startswith("https://")


def test_each_refusal_says_why() -> None:
    installation = make_completed()
    name = installation.app.name
    agnes = make_user(installation.account, role="agent")
    other_admin = make_user(installation.account)
    assert why_not(installation, agnes) == (
        f"{name} cannot be opened: your role may not open apps. Ask an administrator of your account."
    )
    assert why_not(installation, other_admin) == (
        f"{name} cannot be opened: you have no licence for it. Give yourself one in its settings."
    )
    Licence.objects.create(installation=installation, user=agnes)
    assert "your role may not open apps" in why_not(installation, agnes)
    waiting = make_installing()
    assert "still being installed" in why_not(waiting, waiting.installed_by)


def test_another_account_does_not_know_it() -> None:
    installation = make_completed()
    with pytest.raises(NotFound):
        launch(installation, make_user())
