"""Removing an app: asked with its consequence and a reason, by force, and not while something else is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.factories.accounts import actor_for, make_account
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending
from tests.http.console.test_my_apps import failed, rejected, signed_in, timed_out

from fondaco.accounts.models import Account
from fondaco.audit.models import Event
from fondaco.installs.actions import answer_operation, update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Operation

pytestmark = pytest.mark.django_db


def address(installation: Installation, action: str = "") -> str:
    return f"/my-apps/{installation.pk.hex}{action}"


def test_uninstall_asks_with_name_and_consequence_and_takes_a_reason() -> None:
    installation = make_completed()
    client = signed_in(installation.installed_by)
    html = client.get(address(installation, "/uninstall")).content.decode()
    assert "Remove Ledgerline for everyone?" in html
    assert "2 people lose access" in html
    response = client.post(address(installation, "/uninstall"), {"reason_type": "too_expensive", "reason": "Budget"})
    assert response.headers["Location"] == "/my-apps"
    operation = Operation.objects.get(kind="uninstall")
    assert (operation.reason_type, operation.reason, operation.status) == ("too_expensive", "Budget", "open")


@pytest.mark.parametrize(
    "entries",
    [{"reason": ""}, {"reason_type": "nonsense"}, {"reason_type": "other", "reason": "x" * 1001}, {"reason": "kept"}],
)
def test_uninstall_without_a_good_reason_changes_nothing(entries: dict[str, str]) -> None:
    installation = make_completed()
    before = Event.objects.count()
    response = signed_in(installation.installed_by).post(address(installation, "/uninstall"), entries)
    assert response.status_code == 422
    assert "What you typed is kept." in response.content.decode()
    assert entries.get("reason", "") in response.content.decode()
    installation.refresh_from_db()
    assert installation.status == "completed"
    assert Event.objects.count() == before


def test_an_app_that_was_confirmed_meanwhile_is_not_removed_as_one_that_never_worked() -> None:
    installation = make_installing()
    client = signed_in(installation.installed_by)
    assert "It never worked, so nothing is lost" in client.get(address(installation, "/uninstall")).content.decode()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    before = Event.objects.count()
    late = client.post(address(installation, "/uninstall"))
    assert late.status_code == 409
    html = late.content.decode()
    assert "confirmed Ledgerline while you looked at this page, so it works now. Nothing was removed." in html
    assert ("2 people lose access" in html, "needs a change" in html) == (True, False)
    installation.refresh_from_db()
    assert (installation.status, Event.objects.count()) == ("completed", before)


def test_second_uninstall_is_refused_in_words() -> None:
    installation = make_pending()
    response = signed_in(installation.installed_by).post(address(installation, "/uninstall"), {"reason_type": "other"})
    assert response.status_code == 409
    assert "The removal of " in response.content.decode()
    assert "still waits for the app" in response.content.decode()
    assert Operation.objects.filter(kind="uninstall").count() == 1


@pytest.mark.parametrize("make", [make_installing, failed, rejected, timed_out])
def test_one_that_never_worked_goes_at_once(make: Callable[[Account], Installation]) -> None:
    installation = make(make_account())
    client = signed_in(installation.installed_by)
    assert "It never worked, so nothing is lost" in client.get(address(installation, "/uninstall")).content.decode()
    assert client.post(address(installation, "/uninstall")).headers["Location"] == "/my-apps"
    installation.refresh_from_db()
    assert installation.status == "revoked"


def test_force_uninstall_needs_the_switch_and_works_with_it() -> None:
    installation = make_pending()
    client = signed_in(installation.installed_by)
    assert client.post(address(installation, "/force-uninstall")).status_code == 403
    Account.objects.filter(pk=installation.account_id).update(features=["force_uninstall"])
    assert "Force the removal of Ledgerline?" in client.get(address(installation, "/force-uninstall")).content.decode()
    installation.refresh_from_db()
    assert installation.status == "pending"
    answer = client.post(address(installation, "/force-uninstall"), {"reason": " "})
    assert (answer.status_code, "Say why. Its maker reads it." in answer.content.decode()) == (422, True)
    assert Installation.objects.get(pk=installation.pk).status != "revoked"
    sent = client.post(address(installation, "/force-uninstall"), {"reason": "It leaks."})
    assert sent.headers["Location"] == "/my-apps"
    installation.refresh_from_db()
    assert installation.status == "revoked"
    again = client.post(address(installation, "/force-uninstall"), {"reason": "It leaks."})
    assert (again.status_code, "was already removed" in again.content.decode()) == (409, True)


def test_only_people_lose_access_not_licences_without_a_holder() -> None:
    installation = make_completed()
    Installation.objects.filter(pk=installation.pk).update(total_licences=9)
    html = signed_in(installation.installed_by).get(address(installation, "/uninstall")).content.decode()
    assert installation.licences.count() == 2
    assert "2 people lose access" in html


def test_while_something_is_open_its_page_is_shown_instead() -> None:
    installation = make_pending()
    before = Event.objects.count()
    answer = signed_in(installation.installed_by).get(address(installation, "/uninstall"), follow=True)
    assert answer.redirect_chain == [(f"/my-apps/{installation.pk.hex}", 302)]
    assert "It is being removed already." in answer.content.decode()
    assert Event.objects.count() == before


def test_while_a_change_of_settings_is_open_the_removal_waits() -> None:
    installation = make_completed()
    by = installation.installed_by
    wanted = Settings(installation.plan, list(installation.account.users.all()), 9)
    update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    answer = signed_in(installation.installed_by).get(address(installation, "/uninstall"), follow=True)
    assert "A change is under way. The app can be removed when it is done." in answer.content.decode()


def test_what_is_gone_is_not_offered_for_removal_once_more() -> None:
    installation = make_pending()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    before = Event.objects.count()
    answer = signed_in(installation.installed_by).get(address(installation, "/uninstall"), follow=True)
    assert answer.redirect_chain == [(f"/my-apps/{installation.pk.hex}", 302)]
    assert "Ledgerline was removed already." in answer.content.decode()
    assert Event.objects.count() == before
