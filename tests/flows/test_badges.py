"""The story of every badge of My Apps (FAQ 16): what brings it, what it looks like to each of the four people, and how
it goes away. The app's program answers through the action that the wire calls; that they meet on the wire, the main job
shows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing
from tests.factories.mail import deliver
from tests.factories.upgrades import make_newer
from tests.flows.browser import Browser
from tests.flows.eyes import Eyes, Tile, open_eyes

from fondaco.accounts.models import Account
from fondaco.audit.models import Event
from fondaco.identity.models import CredentialSet
from fondaco.installs import events
from fondaco.installs.actions import answer_operation, fail_open_operation
from fondaco.installs.actions.answering import reach_installation
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.support.models import Ticket

pytestmark = pytest.mark.django_db
MAKER = "Ledgerline GmbH"
ACTIVE = Tile(MAKER)
BY_HAND = Tile("Set up by hand · slower changes", "Manually provisioned")
UPDATING = Tile("Updating · launch as usual", "Updating")


def answer(eyes: Eyes, decision: str, reason: str = "") -> None:
    answer_operation(actor=PARTNER_PROGRAM, installation=eyes.installation, decision=decision, reason=reason)


def change_licences(eyes: Eyes, licences: str, **fills: str | bool) -> None:
    """Ada changes the settings, on their pages."""
    eyes.ada.open(f"{eyes.page}/settings")
    eyes.ada.press("Next: what it comes to", {"Licences to buy": licences, **fills})
    page = eyes.ada.press("Make this change")
    assert "is being changed. People go on using it meanwhile." in page.text


def sweep() -> None:
    while deadlines.sweep_once():
        pass


def test_active() -> None:
    eyes = open_eyes(make_completed(plan="Team"))
    eyes.check(ACTIVE, partner="Active")
    assert (eyes.launch(eyes.ada), eyes.launch(eyes.samir)) == (302, 302)
    page = eyes.ada.open(eyes.page)
    assert "Everything works." in page.text
    offers = ("Open the app", "Settings", "Uninstall the app", "The whole timeline")
    assert all(page.has_link(words) for words in offers)
    page = eyes.samir.open(eyes.page)
    assert "You have a licence for this app." in page.text
    assert page.has_link("Open the app")
    assert not any(page.has_link(words) for words in offers[1:])
    assert "licences" not in page.text


@pytest.mark.parametrize("is_by_hand", [False, True])
def test_installing(is_by_hand: bool) -> None:
    eyes = open_eyes(make_installing(plan="Team", is_manually_provisioned=is_by_hand))
    words = f"Being set up by hand by {MAKER}" if is_by_hand else f"Installing · waiting for {MAKER}"
    installing = Tile(words, "Installing", is_dim=True, launches=False)  # by hand, too: what is higher hides that badge
    eyes.check(installing, partner="Installing")
    for browser in (eyes.ada, eyes.samir):
        assert eyes.launch(browser) == 403
        usually = "usually a few days, because people do it by hand" if is_by_hand else "usually within seconds"
        assert usually in browser.open(eyes.page).text
    assert eyes.ada.open(eyes.page).has_link("Remove the app")
    assert not eyes.samir.open(eyes.page).has_link("Remove the app")
    answer(eyes, "approve")
    eyes.check(BY_HAND if is_by_hand else ACTIVE, partner="Active")


def test_T02_failed_installation_is_retried_when_somebody_opens_the_page() -> None:
    eyes = open_eyes(make_installing(plan="Team"))
    fail_open_operation(actor=SYSTEM, installation=eyes.installation, reason="Its program does not answer.")
    failed = Tile("Installation failed · retrying", "Failed installation", is_dim=True, launches=False)
    tries = Event.objects.filter(kind="operation.retried")
    assert not tries.exists()
    eyes.check(failed, partner="Failed")
    # Each page asks for a try by a script, which these browsers do not run.
    ada, samir = Client(), Client()
    ada.force_login(eyes.installation.installed_by.person)
    samir.force_login(eyes.installation.account.users.get(role__key="supervisor").person)
    for path in ("/my-apps", eyes.page):
        assert f'hx-post="{eyes.page}/retry" hx-trigger="load"' in eyes.samir.open(path).html
    assert not tries.exists()
    for _ in range(2):
        assert ada.post(f"{eyes.page}/retry", headers={"HX-Request": "true"}).status_code == 204
    assert [each.actor_label for each in tries] == ["Ada Adler"]
    page = eyes.ada.open(eyes.page)
    assert "Its program does not answer." in page.text
    assert "being tried right now" in page.text
    assert "Ledgerline is not installed yet." in eyes.samir.open(eyes.page).text
    assert tries.count() == 1
    fail_open_operation(actor=SYSTEM, installation=eyes.installation, reason="Its program does not answer.")
    assert samir.post(f"{eyes.page}/retry", headers={"HX-Request": "true"}).status_code == 204  # he holds a licence
    assert [each.actor_label for each in tries.order_by("id")] == ["Ada Adler", "Samir Sol"]
    reach_installation(actor=SYSTEM, installation=eyes.installation)
    assert eyes.tile(eyes.ada).badge == "Installing"
    answer(eyes, "approve")
    eyes.check(ACTIVE, partner="Active")


def test_failed_installation_that_was_declined_is_asked_for_anew() -> None:
    eyes = open_eyes(make_installing(plan="Team"))
    answer(eyes, "reject", "Not in your region yet.")
    declined = Tile("Declined by its maker · see why", "Failed installation", is_dim=True, launches=False)
    eyes.check(declined, partner="Rejected")
    assert "Not in your region yet." in eyes.samir.open(eyes.page).text
    assert eyes.status() == "rejected"  # no page asks the maker anew by itself
    eyes.ada.open(eyes.page)
    eyes.ada.press("Try again now")
    assert eyes.tile(eyes.samir).badge == "Installing"
    answer(eyes, "approve")
    eyes.check(ACTIVE, partner="Active")


def test_updating_lets_people_in_and_keeps_settings_read_only() -> None:
    eyes = open_eyes(make_completed(plan="Team"))
    change_licences(eyes, "7")
    eyes.check(UPDATING, partner="Change waiting")
    assert (eyes.launch(eyes.ada), eyes.launch(eyes.samir)) == (302, 302)
    page = eyes.ada.open(eyes.page)
    assert "2 of 7 licences · once it is confirmed" in page.text
    assert not page.has_link("Settings")
    page = eyes.ada.open(f"{eyes.page}/settings")
    assert (page.url.endswith(eyes.page), "A change is under way." in page.text) == (True, True)
    page = eyes.ada.open(f"{eyes.page}/auto-install")
    assert "A change is under way" in page.text
    assert all(form.find_button("Next: what it comes to") is None for form in page.forms)
    answer(eyes, "reject", "Seven are too many.")
    eyes.check(ACTIVE, partner="Active")
    assert Installation.objects.get().total_licences == 2
    change_licences(eyes, "6")
    answer(eyes, "approve")
    eyes.check(ACTIVE, partner="Active")
    assert Installation.objects.get().total_licences == 6


def test_failed_update_is_a_ticket_in_two_clicks_and_support_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = open_eyes(make_completed(plan="Team"))
    change_licences(eyes, "7")
    with monkeypatch.context() as patch:
        break_on(patch, events.OPERATION_APPROVED)
        answer(eyes, "approve")
    failed = Tile("Update failed · get help", "Failed update", badge_leads=True)
    eyes.check(failed, user=replace(failed, has_gear=False), partner="Failed", operator="Failed update")
    assert eyes.launch(eyes.samir) == 302
    page = eyes.ada.open(eyes.page)
    assert "Nothing else can be changed until support has looked." in page.text
    assert not page.has_link("Settings")
    assert page.has_link("Ask support to mend it")
    eyes.ada.open(eyes.badge_of(eyes.ada))  # the first click, in My Apps
    eyes.ada.press("Send")  # the second: all is filled in
    ticket = Ticket.objects.get()
    operation = eyes.installation.operations.get(kind="update")
    assert ticket.opened_by_id == eyes.installation.installed_by.person_id
    about = (ticket.account, ticket.installation, ticket.operation, ticket.page)
    assert about == (eyes.installation.account, eyes.installation, operation, eyes.page)
    assert set(ticket.about) == {"versions", "operation", "deliveries"}
    assert f"#{ticket.number}" in eyes.ines.open("/backoffice/tickets").text
    assert "Ledgerline" in eyes.ines.open("/backoffice/installations/failed-updates").text
    eyes.ines.open(f"/backoffice/installations/{eyes.installation.pk.hex}")
    eyes.ines.press("Mend it", {"Put in force what was asked for": True, "Reason": "The maker had approved it."})
    assert Installation.objects.get().total_licences == 7
    eyes.check(ACTIVE, partner="Active")


def test_trial_expired_opens_nothing_but_a_plan_and_the_way_out() -> None:
    eyes = open_eyes(make_completed())
    eyes.check(Tile("Trial · 30 days left"), partner="Active")
    with clock.travel(timedelta(days=31)):
        sweep()
        deliver()
        over = Tile("Trial ended · nobody can open it", "Trial expired", is_dim=True, launches=False)
        eyes.check(over, partner="Suspended")
        assert (eyes.launch(eyes.ada), eyes.launch(eyes.samir)) == (403, 403)
        assert "An administrator of your account can choose a paid plan." in eyes.samir.open(eyes.page).text
        page = eyes.ada.open(eyes.page)
        assert page.has_link("Choose a plan")
        eyes.ada.follow("Uninstall the app")
        assert eyes.ada.page
        assert "Remove Ledgerline for everyone?" in eyes.ada.page.text
        page = eyes.ada.open(f"{eyes.page}/settings")
        team = next(each.label for form in page.forms for each in form.controls if each.label.startswith("Team "))
        eyes.ada.press("Next: what it comes to", {team: True})
        eyes.ada.press("Make this change")
        waiting = replace(over, state="Trial ended · opens again once confirmed")
        assert eyes.tile(eyes.ada) == waiting
        answer(eyes, "approve")
        eyes.check(ACTIVE, partner="Active")
        assert (eyes.launch(eyes.ada), eyes.launch(eyes.samir)) == (302, 302)


def test_T15_upgrade_available_asks_for_consent_and_declining_keeps_the_old() -> None:
    eyes = open_eyes(make_completed(plan="Team"))
    make_newer(eyes.installation)
    upgrade = Tile("Version 2.0.0 is there", "Upgrade available", badge_leads=True)
    eyes.check(upgrade, partner="Active", user=ACTIVE.for_user())  # only who may decide is asked
    page = eyes.ada.open(f"{eyes.page}/upgrade")
    assert all(
        words in page.text for words in ("What it may do in addition", "What it may no longer do", "Invoices know")
    )
    eyes.ada.follow("Stay with version 1.0.0")
    assert (Installation.objects.get().version.name, eyes.launch(eyes.samir)) == ("1.0.0", 302)
    assert eyes.tile(eyes.ada) == upgrade
    eyes.ada.open(f"{eyes.page}/upgrade")
    eyes.ada.press("Agree and upgrade", expect=422)
    eyes.ada.press("Agree and upgrade", {"I agree, and I may order this on behalf of the account.": True})
    eyes.check(UPDATING, partner="Change waiting")
    assert Installation.objects.get().version.name == "1.0.0"
    answer(eyes, "approve")
    eyes.check(ACTIVE, partner="Active")
    assert Installation.objects.get().version.name == "2.0.0"


def test_manually_provisioned_is_hidden_by_whatever_is_higher() -> None:
    eyes = open_eyes(make_completed(plan="Team", is_manually_provisioned=True))
    eyes.check(BY_HAND, partner="Active")
    assert "People at the app's maker carry out each change" in eyes.samir.open(eyes.page).text
    change_licences(eyes, "7")
    eyes.check(UPDATING, partner="Change waiting")
    answer(eyes, "reject")
    eyes.check(BY_HAND, partner="Active")
    make_newer(eyes.installation)
    upgrade = Tile("Version 2.0.0 is there", "Upgrade available", badge_leads=True)
    eyes.check(upgrade, partner="Active", user=BY_HAND.for_user())


def test_force_uninstall_ends_the_credentials_at_once_whatever_the_state() -> None:
    eyes = open_eyes(make_completed(plan="Team"))
    change_licences(eyes, "7")
    Account.objects.update(features=["force_uninstall"])
    eyes.check(replace(UPDATING, has_force=True), partner="Change waiting", user=UPDATING.for_user())
    assert eyes.samir.status_of(f"{eyes.page}/force-uninstall") == 403
    eyes.ada.open(f"{eyes.page}/force-uninstall")
    eyes.ada.press("Remove Ledgerline", expect=422)
    assert eyes.status() == "pending"
    eyes.ada.press("Remove Ledgerline", {"Why can it not wait?": "It copied contacts."})
    assert eyes.status() == "revoked"
    sets = CredentialSet.objects.filter(client=eyes.installation.client_id)
    assert [each.is_usable for each in sets] == [False]
    for browser in (eyes.ada, eyes.samir):
        assert "Ledgerline" not in _apps_of(browser)
    assert "Removed" in eyes.ada.open(eyes.page).text
    assert eyes.samir.status_of(eyes.page) == 404
    assert "Removed" in eyes.devi.open(f"/portal/installations/{eyes.installation.pk.hex}").text
    assert "It copied contacts." in eyes.ines.open(f"/backoffice/installations/{eyes.installation.pk.hex}").text


def _apps_of(browser: Browser) -> list[str]:
    return [label for label, href in browser.open("/my-apps").links if href.startswith(("/launch/", "/my-apps/"))]
