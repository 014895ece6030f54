"""My Apps: every badge in words, who sees what, what needs someone, and refreshing itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import SYSTEM, make_account, make_person, make_user
from tests.factories.catalog import make_app, make_published_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending, order
from tests.signing_in import signed_in

from fondaco.accounts.models import Account, User
from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.installs.actions import answer_operation, fail_open_operation, update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.history import find_open_operations
from fondaco.installs.models import Installation, Operation
from fondaco.installs.states import InstallationStatus
from fondaco.kit import clock, deadlines
from fondaco.surfaces.console.views import apps

pytestmark = pytest.mark.django_db


def page(user: User, address: str = "/my-apps") -> str:
    response = signed_in(user).get(address)
    assert response.status_code == 200
    return response.content.decode()


def rejected(account: Account) -> Installation:
    installation = make_installing(account)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="Not in your region")
    return installation


def failed(account: Account) -> Installation:
    installation = make_installing(account)
    fail_open_operation(actor=SYSTEM, installation=installation, reason="The app's program cannot be reached.")
    return installation


def timed_out(account: Account) -> Installation:
    with clock.travel(-timedelta(days=8)):
        installation = make_installing(account)
    deadlines.sweep_once()
    return installation


def suspended(account: Account) -> Installation:
    with clock.travel(-timedelta(days=31)):
        installation = make_completed(account)
    deadlines.sweep_once()
    return installation


def chosen_late(account: Account) -> Installation:
    """The trial is over, and the plan that was chosen then waits for the partner."""
    installation = suspended(account)
    by = installation.installed_by
    users = [licence.user for licence in installation.licences.select_related("user")]
    wanted = Settings(installation.version.plans.get(name="Team"), users, len(users))
    update_settings(actor=SYSTEM, by=by, installation=installation, wanted=wanted)
    return installation


def broken(account: Account) -> Installation:
    """A failed update of what people go on using."""
    installation = make_completed(account, plan="Team")
    transition(installation, InstallationStatus.PENDING, actor=SYSTEM)
    transition(installation, InstallationStatus.FAILED, actor=SYSTEM)
    return installation


def set_up_by_hand(account: Account) -> Installation:
    return make_installing(account, is_manually_provisioned=True)


def by_hand(account: Account) -> Installation:
    return make_completed(account, is_manually_provisioned=True, plan="Team")


def paid(account: Account) -> Installation:
    return make_completed(account, plan="Team")


@pytest.mark.parametrize(
    ("make", "state", "badge", "is_dim"),
    [
        (make_installing, "Installing · waiting for Ledgerline GmbH", "Installing", True),
        (rejected, "Declined by its maker · see why", "Failed installation", True),
        (failed, "Installation failed · retrying", "Failed installation", True),
        (timed_out, "No answer · try again or remove", "Failed installation", True),
        (suspended, "Trial ended · nobody can open it", "Trial expired", True),
        (make_pending, "Being removed · waiting for Ledgerline GmbH", "Updating", False),
        (by_hand, "Set up by hand · slower changes", "Manually provisioned", False),
        (make_completed, "Trial · 30 days left", None, False),
        (chosen_late, "Trial ended · opens again once confirmed", "Trial expired", True),
        (broken, "Update failed · get help", "Failed update", False),
        (set_up_by_hand, "Being set up by hand by Ledgerline GmbH", "Installing", True),
        (paid, "Ledgerline GmbH", None, False),
    ],
)
def test_every_state_is_a_badge_and_a_sentence(
    make: Callable[[Account], Installation], state: str, badge: str | None, is_dim: bool
) -> None:
    installation = make(make_account())
    html = page(installation.installed_by)
    shown = state.replace(" ·", "\N{NO-BREAK SPACE}·")  # no line begins with the dot
    assert re.search(rf'<span class="app-state [^"]*">{shown}</span>', html)
    assert bool(re.search(f'aria-label="(Ledgerline: )?{badge}"', html)) == (badge is not None)
    assert ('class="app dim"' in html) == is_dim
    assert f'href="/my-apps/{installation.pk.hex}"' in html  # the gear, for those who manage


def test_nobody_is_told_to_do_what_their_role_may_not() -> None:
    installation = timed_out(make_account())
    samir = installation.account.users.get(role__key="supervisor")
    grid, here = page(samir), page(samir, f"/my-apps/{installation.pk.hex}")
    assert "Not installed: its maker gave no answer" in grid
    assert "try again or remove" not in grid
    assert "An administrator of your account can ask again, or remove it." in here
    for forbidden in ("You can ask again", "/retry", "/uninstall"):
        assert forbidden not in here
    assert "You can ask again, or remove it from My Apps." in page(
        installation.installed_by, f"/my-apps/{installation.pk.hex}"
    )


def test_the_badge_of_a_failed_update_leads_to_help_and_to_whom_to_ask_without_the_permission() -> None:
    installation = broken(make_account())
    ada, here = installation.installed_by, f"/my-apps/{installation.pk.hex}"
    [address] = re.findall(r'<a class="app-badge bad" href="([^"]*)" title="Ask support to mend it">', page(ada))
    assert address == f"/support/new?{urlencode({'page': here})}"
    form = page(ada, address)
    assert f'value="installation:{installation.pk.hex}" selected' in form
    assert "Failed update: Ledgerline" in form
    samir = installation.account.users.get(role__key="supervisor")
    samir.role.permissions = [Permission.APPS_VIEW.value, Permission.APPS_LAUNCH.value]
    samir.role.save()
    html = page(samir)
    assert f'<a class="app-badge bad" href="{here}" title="Failed update">' in html
    assert "/support/new" not in html
    html = page(samir, here)
    assert "Who can ask it for you in your account:" in html
    assert f'<a href="mailto:{ada.person.email}">' in html
    assert "/support/new" not in html
    assert "Who can ask it for you" not in page(ada, here)


def test_click_on_a_working_app_launches_it() -> None:
    installation = make_completed()
    html = page(installation.installed_by)
    assert (
        f'<a class="app-name" href="/launch/{installation.pk.hex}" target="_blank" rel="noopener">Ledgerline</a>'
        in html
    )


def test_users_see_their_own_apps_without_the_gear() -> None:
    account = make_account()
    installation = make_completed(account)
    samir = account.users.get(role__key="supervisor")
    html = page(samir)
    assert f"/launch/{installation.pk.hex}" in html
    assert "app-gear" not in html
    assert "Add an app" not in html
    assert "At list prices" not in html
    other = make_user(account, role="supervisor", person=make_person("Olga Other"))
    html = page(other)
    assert "No app is shared with you yet" in html
    assert "Ledgerline" not in html


def test_force_uninstall_is_offered_where_it_is_switched_on() -> None:
    installation = make_installing()
    address = f"/my-apps/{installation.pk.hex}/force-uninstall"
    assert address not in page(installation.installed_by)
    Account.objects.filter(pk=installation.account_id).update(features=["force_uninstall"])
    assert address in page(installation.installed_by)


def test_agents_learn_whom_to_ask() -> None:
    account = make_account()
    ada, agnes = make_user(account), make_user(account, role="agent")
    response = signed_in(agnes).get("/my-apps")
    assert response.status_code == 403
    assert "Your role does not show apps" in response.content.decode()
    assert ada.person.email in response.content.decode()
    assert signed_in(agnes).get("/my-apps/board").status_code == 403


def test_visitors_sign_in_and_people_without_an_account_are_refused() -> None:
    assert Client().get("/my-apps").headers["Location"] == "/account/login/?next=/my-apps"
    client = Client()
    client.force_login(make_person("Nobody Yet"))
    assert client.get("/my-apps").status_code == 403
    assert client.get("/my-apps/board").status_code == 403


def test_empty_page_teaches() -> None:
    ada = make_user()
    html = page(ada)
    assert "Your apps will be here" in html
    assert "See the marketplace" in html
    assert "hx-trigger" not in html


def test_other_accounts_apps_are_not_there() -> None:
    make_completed()
    assert "Ledgerline" not in page(make_user())


def test_search_finds_by_name_and_says_when_it_does_not() -> None:
    account = make_account()
    ada = make_completed(account).installed_by
    order(make_published_version(make_app(name="Whisper QA")), [ada, account.users.get(role__key="supervisor")])
    assert "Whisper QA</a>" in page(ada, "/my-apps?q=WHISP")
    assert "Whisper QA</a>" in page(ada, "/my-apps?q=qa+whisp")
    assert "Ledgerline</a>" not in page(ada, "/my-apps?q=WHISP")
    assert "No app of that name" in page(ada, "/my-apps?q=zeppelin")


def test_note_names_what_needs_a_manager() -> None:
    account = make_account()
    installation = rejected(account)
    html = page(installation.installed_by)
    assert "One app needs you." in html
    assert "The maker of Ledgerline declined the installation." in html
    assert "need" not in page(account.users.get(role__key="supervisor")).split('class="app-grid"')[0].split("<main")[1]
    for name in ("Whisper", "Zeppelin"):
        declined = order(make_published_version(make_app(name=name)), [installation.installed_by]).installation
        answer_operation(actor=PARTNER_PROGRAM, installation=declined, decision="reject")
    html = page(installation.installed_by)
    assert "3 apps need you." in html
    assert "One more is marked below." in html


def test_recent_changes_name_who_did_what() -> None:
    installation = make_completed()
    html = page(installation.installed_by)
    assert "<b>Ledgerline</b> was ordered" in html
    assert "<b>Ledgerline</b> is ready" in html
    assert "Ada Adler · " in html


def test_totals_are_list_prices_of_what_works() -> None:
    account = make_account()
    ada = make_completed(account, plan="Team").installed_by
    html = page(ada)
    assert "<b>$36.00</b> <span>a month</span>" in html
    assert "<dd>2 of 2</dd>" in html
    assert "<b>$36.00</b> <span>a month</span>" in page(broken(make_account()).installed_by)  # people go on
    assert "At list prices" not in page(chosen_late(make_account()).installed_by)  # nobody gets in yet


def test_page_refreshes_itself_only_while_something_waits() -> None:
    installation = make_installing()
    client = signed_in(installation.installed_by)
    html = client.get("/my-apps").content.decode()
    address = re.search(r'hx-get="(/my-apps/board\?[^"]*)" hx-trigger="every 2s"', html)
    assert address is not None
    quiet = client.get(address[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert (quiet.status_code, quiet.content) == (204, b"")
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    news = client.get(address[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert news.startswith('<div id="board"')
    assert "hx-trigger" not in news
    assert f"/launch/{installation.pk.hex}" in news


def test_an_answer_while_the_page_is_read_is_shown_by_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The removal ends after the installations were read, and before what is open was."""
    installation = make_pending()
    client = signed_in(installation.installed_by)

    def answered_meanwhile(installations: list[Installation]) -> dict[UUID, Operation]:
        monkeypatch.undo()
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        return find_open_operations(installations)

    monkeypatch.setattr(apps, "find_open_operations", answered_meanwhile)
    html = client.get("/my-apps").content.decode()
    address = re.search(r'hx-get="(/my-apps/board\?[^"]*)" hx-trigger="every 2s"', html)
    assert address is not None
    news = client.get(address[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in news
    assert installation.pk.hex not in news


def test_old_waits_are_looked_at_less_often() -> None:
    with clock.travel(-timedelta(hours=1)):
        installation = make_installing()
    assert 'hx-trigger="every 30s"' in page(installation.installed_by)


def test_T02_loading_the_page_tries_a_failed_installation_again() -> None:
    installation = failed(make_account())
    client = signed_in(installation.installed_by)
    retried = Event.objects.filter(kind="operation.retried")
    asked = f"/my-apps/{installation.pk.hex}/retry"
    assert f'hx-post="{asked}" hx-trigger="load"' in client.get("/my-apps").content.decode()
    assert retried.count() == 0
    for _ in range(2):  # a try that is under way is left alone
        assert client.post(asked, headers={"HX-Request": "true"}).status_code == 204
        assert retried.count() == 1
    assert Operation.objects.count() == 1


def test_T02_a_page_that_is_loaded_within_a_round_asks_for_a_try_by_itself() -> None:
    installation = failed(make_account())
    client = signed_in(installation.installed_by)
    retried = Event.objects.filter(kind="operation.retried")
    here = f"/my-apps/{installation.pk.hex}"
    client.post(f"{here}/retry", headers={"HX-Request": "true"})
    for path in ("/my-apps", here):
        assert f'hx-post="{here}/retry" hx-trigger="load"' in client.get(path).content.decode()
    for seconds, count in ((29, 1), (31, 2)):
        with clock.travel(timedelta(seconds=seconds)):
            answer = client.post(f"{here}/retry", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.content, retried.count()) == (204, b"", count)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    for path in ("/my-apps", here):
        page = client.get(path).content.decode()
        assert "was asked again" not in page
        assert f'hx-post="{here}/retry"' not in page


def test_page_stays_within_its_queries_with_thirty_apps(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    account = make_account()
    ada, samir = make_user(account), make_user(account, role="supervisor")
    for number in range(30):
        operation = order(make_published_version(make_app(name=f"App {number}")), [ada, samir])
        if number % 2:
            answer_operation(actor=PARTNER_PROGRAM, installation=operation.installation, decision="approve")
    for user in (ada, samir):
        client = signed_in(user)
        with django_assert_max_num_queries(12):
            assert client.get("/my-apps").content.decode().count('class="app-name"') == 30


def test_launch_permission_is_needed_to_see_own_apps() -> None:
    account = make_account()
    make_completed(account)
    samir = account.users.get(role__key="supervisor")
    samir.role.permissions = [Permission.APPS_VIEW.value]
    samir.role.save()
    assert "No app is shared with you yet" in page(samir)
