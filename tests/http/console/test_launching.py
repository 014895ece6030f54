"""Opening an app by its icon, and the page that says why not and whom to ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories.accounts import make_account, make_operator, make_person, make_user
from tests.factories.installs import make_completed, make_installing
from tests.http.console.test_my_apps import failed, rejected, signed_in, suspended, timed_out

from fondaco.accounts.models import Account
from fondaco.audit.models import Event
from fondaco.installs.models import Installation

pytestmark = pytest.mark.django_db


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
    ],
)
def test_not_ready_says_why(make: Callable[[Account], Installation], words: str) -> None:
    installation = make(make_account())
    response = signed_in(installation.installed_by).get(f"/launch/{installation.pk.hex}")
    assert response.status_code == 403
    assert words in response.content.decode()
    assert f'href="/my-apps/{installation.pk.hex}"' in response.content.decode()
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
    assert Client().get(address).headers["Location"] == f"/account/login/?next={address}"
    client = Client()
    client.force_login(make_operator().person)
    assert client.get(address).status_code == 403
    assert signed_in(installation.installed_by).post(address).status_code == 405
    assert launched() == 0
