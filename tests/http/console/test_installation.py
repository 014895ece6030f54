"""The page of one installed app: its state in words, its history, and the ways out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.accounts import SYSTEM, make_account, make_operator, make_person, make_user
from tests.factories.identity import make_login_session
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending
from tests.factories.jobs import run_jobs
from tests.factories.sessions import sign_in_to_app
from tests.factories.upgrades import agree, make_newer
from tests.http.console.test_my_apps import failed, rejected, signed_in, suspended, timed_out

from fondaco.accounts.models import Account, User
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.identity.actions import end_login_session
from fondaco.installs.actions import answer_operation, cancel_installation
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import list_operations
from fondaco.kit import clock
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Delivery
from fondaco.messaging.results import record_attempt
from fondaco.messaging.states import DeliveryStatus
from fondaco.surfaces.console.views import installation as installation_view

pytestmark = pytest.mark.django_db


def address(installation: Installation, action: str = "") -> str:
    return f"/my-apps/{installation.pk.hex}{action}"


def page(installation: Installation) -> str:
    response = signed_in(installation.installed_by).get(address(installation))
    assert response.status_code == 200
    return response.content.decode()


def removed(account: Account) -> Installation:
    installation = make_installing(account)
    cancel_installation(actor=SYSTEM, by=installation.installed_by, installation=installation)
    return installation


@pytest.mark.parametrize(
    ("make", "words", "offers", "lacks"),
    [
        (make_installing, "is setting up the app for your people", ["/uninstall"], ["/retry", "/launch/"]),
        (make_completed, "Everything works.", ["/uninstall", "/launch/"], ["/retry"]),
        (make_pending, "It is being removed for everyone.", ["/launch/"], ["/retry", "/uninstall"]),
        (
            failed,
            "is not installed yet. The app&#39;s program cannot be reached.",
            ["/uninstall"],
            ["Try again now", "/launch/"],
        ),
        (rejected, "declined the installation. Nothing is charged.", ["/uninstall", "/retry"], ["/launch/"]),
        (timed_out, "did not confirm within seven days", ["/uninstall", "/retry"], ["/launch/"]),
        (suspended, "The trial is over, so nobody can open the app.", ["/uninstall"], ["/retry", "/launch/"]),
        (removed, "It was removed from this account.", [], ["/retry", "/uninstall", "/launch/"]),
    ],
)
def test_every_state_in_words_with_its_ways_out(
    make: Callable[[Account], Installation], words: str, offers: list[str], lacks: list[str]
) -> None:
    installation = make(make_account())
    html = page(installation)
    assert words in html
    for part in offers:
        assert part in html
    for part in lacks:
        assert part not in html


def test_what_is_removed_has_no_plan_that_costs_anything() -> None:
    with_plan, without = page(make_completed(plan="Team")), page(removed(make_account()))
    for words in ("Total per month", "of 2 licences"):
        assert (words in with_plan, words in without) == (True, False)
    assert "Installation ID" in without


def test_waiting_says_for_whom_since_when_until_when() -> None:
    html = re.sub(r"<[^>]+>", "", page(make_installing()))
    assert re.search(
        r"Waiting for Ledgerline GmbH( \d+)? · since a moment ago · at the latest until \d+ \w+ 20\d\d", html
    )
    assert "usually within seconds" in html


@pytest.mark.parametrize(
    ("make", "words"), [(make_installing, ""), (make_pending, "at the end of the time it is done")]
)
def test_what_has_waited_for_hours_is_not_usual_any_more(make: Callable[[], Installation], words: str) -> None:
    installation = make()
    client, here = signed_in(installation.installed_by), address(installation)
    html = client.get(here).content.decode()
    assert "usually within seconds" in html
    [polled] = re.findall(rf'hx-get="({here}\?mark=[^"]*)"', html)
    assert client.get(polled, headers={"HX-Request": "true"}).status_code == 204
    with clock.travel(timedelta(minutes=4)):
        assert "usually within seconds" in page(installation)
    with clock.travel(timedelta(hours=3)):
        later = client.get(polled, headers={"HX-Request": "true"}).content.decode()
    assert "usually within seconds" not in later
    assert "· for 3 hours ·" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", later))
    assert words in later


def test_nobody_gets_what_is_removed_by_itself() -> None:
    offer = "Who gets it by itself"
    installation = make_completed(plan="Team")
    assert offer in page(installation)
    pending, gone = make_pending(), removed(make_account())
    assert offer not in page(pending)
    assert offer not in page(gone)
    client = signed_in(gone.installed_by)
    answer = client.get(address(gone, "/auto-install"), follow=True)
    assert answer.redirect_chain == [(address(gone), 302)]
    assert f"{gone.app.name} was removed, so nobody gets it by itself." in answer.content.decode()
    assert client.post(address(gone, "/auto-install"), {"who": "all", "cap": "3", "do": "send"}).status_code == 302


def test_who_does_it_by_hand_is_said_while_it_waits() -> None:
    """Of the version installed, and of the one that is coming (FAQ 16)."""
    words = "usually a few days, because people do it by hand"
    assert words in page(make_installing(is_manually_provisioned=True))
    installation = make_completed(plan="Team")
    make_newer(installation, is_manually_provisioned=True)
    agree(installation)
    assert words in page(installation)
    assert "people do it by hand; at the end" in page(make_pending(is_manually_provisioned=True))


def test_reason_of_the_partner_is_quoted() -> None:
    assert "Not in your region" in page(rejected(make_account()))


def test_history_tells_of_tries_in_plain_words() -> None:
    installation = make_installing()
    for error, status in (("timeout", None), ("", 500), ("", 204)):
        outcome = Outcome(started_at=clock.now(), duration_ms=5, error=error, response_status=status)
        record_attempt(actor=SYSTEM, delivery_id=Delivery.objects.get().pk, outcome=outcome)
    html = page(installation)
    assert "could not be told of the installation" in html
    assert "did not answer within ten seconds" in html
    assert "answered with HTTP status 500" in html
    assert "was told of the installation" in html


def test_where_the_clock_runs_ahead_what_came_later_stands_first_and_what_is_due_is_not_put_off() -> None:
    account = make_account()
    clock.set_offset(account.pk, timedelta(days=31))
    installation = make_completed(account, plan="Team")  # and nothing was sent yet
    html = re.sub(r"<[^>]+>", "", page(installation))
    told, ready = html.index("is about to be told of the installation"), html.index("Ledgerline is ready")
    assert told < ready < html.index("Ledgerline was ordered")
    assert "next try" not in html
    outcome = Outcome(started_at=clock.now(), duration_ms=5, response_status=204)
    record_attempt(actor=SYSTEM, delivery_id=Delivery.objects.get().pk, outcome=outcome)
    html = re.sub(r"<[^>]+>", "", page(installation))
    assert html.index("was told of the installation") < html.index("Ledgerline is ready")


def test_plan_users_and_permissions_are_shown_to_managers() -> None:
    html = page(make_completed(plan="Team"))
    for words in ("<dd>Team</dd>", "<dd>$36.00</dd>", "Samir Sol", "installed it", "Adds and changes your contacts"):
        assert words in html
    assert "2 of 2 licences" in html


def test_trial_says_how_long() -> None:
    assert "Trial: 30 days left, until" in page(make_completed())


def test_licensed_users_see_the_state_and_nothing_else() -> None:
    installation = make_completed()
    samir = installation.account.users.get(role__key="supervisor")
    html = signed_in(samir).get(address(installation)).content.decode()
    assert "You have a licence for this app." in html
    assert "Everything works." in html
    for words in ("Total per month", "Ada Adler</b>", "/uninstall", "was told of"):
        assert words not in html


@pytest.mark.parametrize("action", ["", "/uninstall", "/force-uninstall", "/retry"])
def test_strangers_find_nothing(action: str) -> None:
    installation = rejected(make_account())
    send = "post" if action == "/retry" else "get"
    for stranger in (make_user(), make_user(installation.account, role="supervisor", person=make_person("Olga Other"))):
        assert getattr(signed_in(stranger), send)(address(installation, action)).status_code == 404
    assert getattr(signed_in(make_user()), send)(f"/my-apps/{'0' * 32}{action}").status_code == 404
    assert getattr(signed_in(make_user()), send)(f"/my-apps/nonsense{action}").status_code == 404
    assert Operation.objects.filter(status="open").count() == 0


@pytest.mark.parametrize("action", ["", "/uninstall", "/force-uninstall", "/retry"])
def test_people_without_the_permission_are_refused(action: str) -> None:
    installation = make_completed()
    agnes = make_user(installation.account, role="agent")
    operator = make_operator()
    before = Event.objects.count()
    for person in (agnes.person, operator.person):
        client = Client()
        client.force_login(person)
        assert client.post(address(installation, action)).status_code in {403, 405}
        assert client.get(address(installation, action)).status_code in {403, 405}
    samir = installation.account.users.get(role__key="supervisor")
    if action:
        response = signed_in(samir).post(address(installation, action))
        assert response.status_code in {403, 409}
    assert Event.objects.count() == before


@pytest.mark.parametrize("action", ["", "/uninstall", "/retry"])
def test_visitors_sign_in(action: str) -> None:
    installation = make_completed()
    client = Client()
    response = client.post(address(installation, action)) if action else client.get(address(installation))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/login/?next=/my-apps/")


@pytest.mark.parametrize("make", [rejected, timed_out])
def test_retry_asks_anew(make: Callable[[Account], Installation]) -> None:
    installation = make(make_account())
    client = signed_in(installation.installed_by)
    assert client.get(address(installation, "/retry")).status_code == 405
    assert client.post(address(installation, "/retry")).headers["Location"] == address(installation)
    installation.refresh_from_db()
    assert installation.status == "installing"
    assert Operation.objects.filter(status="open").count() == 1


def test_nothing_to_retry_is_said() -> None:
    installation = make_completed()
    response = signed_in(installation.installed_by).post(address(installation, "/retry"))
    assert response.status_code == 409
    assert "did not fail" in response.content.decode()


def test_loading_a_failed_one_tries_it_again_once() -> None:
    installation = failed(make_account())
    client = signed_in(installation.installed_by)
    retried = Event.objects.filter(kind="operation.retried")
    assert "being tried right now" in client.get(address(installation)).content.decode()
    assert retried.count() == 0  # the page asks for it by a script
    answers = [client.post(address(installation, "/retry"), HTTP_HX_REQUEST="true").status_code for _ in range(2)]
    assert (answers, retried.count()) == ([204, 204], 1)


def test_page_refreshes_itself_while_it_waits() -> None:
    installation = make_installing()
    client = signed_in(installation.installed_by)
    found = re.search(r'hx-get="([^"]*)" hx-trigger="every 2s"', client.get(address(installation)).content.decode())
    assert found is not None
    assert client.get(found[1], headers={"HX-Request": "true"}).status_code == 204
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    news = client.get(found[1], headers={"HX-Request": "true"}).content.decode()
    assert news.startswith('<div id="installation"')
    assert "Everything works." in news
    assert "hx-trigger" not in news


def test_an_answer_while_the_page_is_read_is_shown_by_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes after the installation was read, and before its operations were."""
    installing = make_installing()
    client = signed_in(installing.installed_by)

    def answered_meanwhile(installation: Installation) -> QuerySet[Operation]:
        monkeypatch.undo()
        answer_operation(actor=PARTNER_PROGRAM, installation=installing, decision="approve")
        return list_operations(installation)

    monkeypatch.setattr(installation_view, "list_operations", answered_meanwhile)
    found = re.search(r'hx-get="([^"]*)" hx-trigger="every 2s"', client.get(address(installing)).content.decode())
    assert found is not None
    news = client.get(found[1], headers={"HX-Request": "true"}).content.decode()
    assert "Everything works." in news
    assert "hx-trigger" not in news


@pytest.mark.parametrize("make", [make_installing, make_completed, make_pending, rejected, suspended])
def test_page_stays_within_its_queries(
    make: Callable[[Account], Installation], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    installation = make(make_account())
    client = signed_in(installation.installed_by)
    with django_assert_max_num_queries(12):
        client.get(address(installation))
    with django_assert_max_num_queries(12):
        client.get(address(installation, "/uninstall"))


def test_seat_of_another_account_is_not_enough() -> None:
    person = make_person()
    installation = make_completed()
    make_user(person=person)
    client = Client()
    client.force_login(person)
    assert client.get(address(installation)).status_code == 404


def test_sign_outs_are_summed_up_and_drown_nothing() -> None:
    installation = make_completed(receives_user_logout=True, backchannel_logout_url="https://a.example/logout")
    ada = installation.installed_by
    assert "signed out" not in words(installation, ada)
    session = sign_in_to_app(ada, installation.client)
    end_login_session(actor=SYSTEM, session_id=session.pk)
    for _ in range(30):
        end_login_session(actor=SYSTEM, session_id=make_login_session(ada.person).pk)
        run_jobs("messaging.announce_sign_outs")
    told, lost = Delivery.objects.filter(message__type="user.logout").order_by("sequence")[:2]
    with transaction.atomic():
        transition(told, DeliveryStatus.DELIVERED, actor=SYSTEM)
        transition(lost, DeliveryStatus.FAILED, actor=SYSTEM)
    shown = words(installation, ada)
    assert "was told once that someone signed out." in shown
    assert "29 notices are on their way." in shown
    assert "One notice did not arrive: that person may still be signed in to the app." in shown
    assert "user.logout" not in shown
    samir = User.objects.get(account=installation.account, role__key="supervisor")
    assert "signed out" not in words(installation, samir)
    with clock.travel(timedelta(days=29)):
        assert "was told once" in words(installation, ada)
    with clock.travel(timedelta(days=31)):
        assert "was told" not in words(installation, ada)


def words(installation: Installation, user: User) -> str:
    """What the page says to someone."""
    text = signed_in(user).get(address(installation)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
