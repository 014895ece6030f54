"""Who is told of a sign-out, with which words, how often; and that signing out itself depends on nothing of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_user
from tests.factories.catalog import make_published_version
from tests.factories.identity import make_login_session
from tests.factories.installs import make_completed, make_installing, make_pending
from tests.factories.jobs import run_jobs
from tests.factories.sessions import sign_in_to_app

from fondaco.accounts.actions import deactivate_user
from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.identity.actions import (
    end_login_session,
    end_other_sessions,
    end_user_session,
    suspend_client,
)
from fondaco.identity.models import AuthorizationCode, LoginSession, TokenFamily
from fondaco.installs.models import Installation
from fondaco.installs.states import InstallationStatus
from fondaco.kit import clock
from fondaco.messaging import sign_outs
from fondaco.messaging.models import LogoutDelivery, Message, SignOut
from fondaco.messaging.queue import Kind, Room, claim

pytestmark = pytest.mark.django_db
JOB = "messaging.announce_sign_outs"
LOGOUT_URL = "https://app.ledgerline.example/logout"


def subscribed(**overrides: object) -> Installation:
    return make_completed(overrides.pop("account", None), receives_user_logout=True, **overrides)  # type: ignore[arg-type]


def sign_out(user: User) -> LoginSession:
    session = make_login_session(user.person)
    assert end_login_session(actor=actor_for(user.person), session_id=session.pk)
    return session


def told() -> list[tuple[str, str]]:
    """User and installation of each ``user.logout``, in order."""
    data = [message.content["data"] for message in Message.objects.filter(type="user.logout").order_by("id")]
    return [(each["user_id"], each["installation_id"]) for each in data]


def test_the_payload_is_the_documented_one() -> None:
    with clock.freeze(datetime(2030, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)):
        installation = subscribed()
        user = installation.installed_by
        sign_out(user)
        run_jobs(JOB)
    message = Message.objects.get(type="user.logout")
    app = f"http://127.0.0.1:8000/apps/{installation.app_id.hex}"
    assert message.content == {
        "id": message.pk.hex,
        "event_id": message.pk.hex,
        "created_at": "2030-01-02T03:04:05.678Z",
        "api_version": "1",
        "type": "user.logout",
        "app_id": installation.app_id.hex,
        "data": {
            "account_id": installation.account_id,
            "user_id": user.pk,
            "user_email": user.person.email,
            "installation_id": installation.pk.hex,
        },
        "_links": {
            "root": {"href": "http://127.0.0.1:8000"},
            "self": {"href": f"{app}/events/{message.pk.hex}"},
            "user": {"href": f"http://127.0.0.1:8000/users/{user.pk}"},
            "installation": {"href": f"{app}/installations/{installation.pk.hex}"},
        },
    }
    assert (message.sequence, message.operation, message.body) == (3, None, None)
    delivery = message.delivery
    assert (delivery.status, delivery.is_ordered, delivery.url) == (
        "pending", False, "https://app.ledgerline.example/events",
    )  # fmt: skip
    assert Event.objects.filter(kind="message.queued", subject_id=message.pk.hex).count() == 1


def test_only_subscribed_apps_of_licensed_users_hear_of_it() -> None:
    account = make_account()
    hearing = subscribed(account=account)
    make_completed(account, version=make_published_version())  # does not want to know
    stranger = make_user(account)
    sign_out(stranger)
    assert not ProcrastinateJob.objects.filter(task_name=JOB).exists()
    sign_out(hearing.installed_by)
    assert run_jobs(JOB) == 1
    assert told() == [(hearing.installed_by_id, hearing.pk.hex)]


@pytest.mark.parametrize("is_removed", [False, True])
def test_only_apps_that_ever_worked_and_are_still_there_hear_of_it(*, is_removed: bool) -> None:
    installing = make_installing(receives_user_logout=True)
    leaving = make_pending(receives_user_logout=True)
    if is_removed:
        transition(leaving, InstallationStatus.REVOKED, actor=SYSTEM)
    sign_out(installing.installed_by)
    sign_out(leaving.installed_by)
    run_jobs(JOB)
    assert told() == ([] if is_removed else [(leaving.installed_by_id, leaving.pk.hex)])


def test_each_seat_of_the_person_is_told_of() -> None:
    first, second = subscribed(), subscribed()
    User.objects.filter(pk=second.installed_by_id).update(person=first.installed_by.person)
    sign_out(first.installed_by)
    run_jobs(JOB)
    assert sorted(told()) == sorted([(first.installed_by_id, first.pk.hex), (second.installed_by_id, second.pk.hex)])


def test_sessions_that_end_together_make_one_message_and_later_ones_another() -> None:
    installation = subscribed()
    user = installation.installed_by
    for _ in range(3):
        make_login_session(user.person)
    end_other_sessions(actor=actor_for(user.person), person=user.person)
    assert run_jobs(JOB) == 1
    assert told() == [(user.pk, installation.pk.hex)]
    assert set(SignOut.objects.values_list("message", flat=True)) == {Message.objects.get(type="user.logout").pk}
    assert SignOut.objects.count() == 3
    sign_out(user)
    run_jobs(JOB)
    assert told() == [(user.pk, installation.pk.hex)] * 2


def test_a_new_password_keeps_the_session_in_which_it_was_set() -> None:
    installation = subscribed()
    user = installation.installed_by
    own, other = make_login_session(user.person), make_login_session(user.person)
    end_other_sessions(actor=actor_for(user.person), person=user.person, keep=own.pk)
    run_jobs(JOB)
    assert list(SignOut.objects.values_list("login_session", flat=True)) == [other.pk]
    assert told() == [(user.pk, installation.pk.hex)]


def test_a_job_that_runs_again_doubles_nothing_and_one_that_failed_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installation = subscribed()
    sign_out(installation.installed_by)
    with monkeypatch.context() as broken:
        broken.setattr(sign_outs, "_note_messages", _break)
        with pytest.raises(ZeroDivisionError):
            sign_outs.announce()
    assert told() == []
    assert SignOut.objects.get().message is None
    assert [sign_outs.announce(), sign_outs.announce()] == [1, 0]
    assert told() == [(installation.installed_by_id, installation.pk.hex)]


def test_batches_number_the_messages_of_an_installation_without_gaps() -> None:
    installation = subscribed()
    for user in User.objects.filter(account=installation.account):
        sign_out(user)
    assert sign_outs.announce(batch=1) == 2
    numbers = installation.messages.order_by("sequence").values_list("sequence", "type")
    assert list(numbers) == [
        (1, "app.installed"), (2, "app.trial_started"), (3, "user.logout"), (4, "user.logout"),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_share_the_work() -> None:
    installation = subscribed()
    for user in User.objects.filter(account=installation.account):
        sign_out(user)
    counts: list[int] = []

    def work() -> None:
        counts.append(sign_outs.announce(batch=1))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(counts) == 2
    assert len(set(told())) == len(told()) == 2


def test_whoever_signs_out_waits_for_no_app(django_assert_max_num_queries: object) -> None:
    installation = subscribed(backchannel_logout_url=LOGOUT_URL)
    user = installation.installed_by
    session = sign_in_to_app(user, installation.client)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        end_login_session(actor=actor_for(user.person), session_id=session.pk)
    assert (SignOut.objects.count(), LogoutDelivery.objects.count()) == (1, 1)
    assert told() == []


def test_logout_tokens_go_to_clients_that_got_tokens_in_the_session_and_gave_an_address() -> None:
    account = make_account()
    installation = make_completed(account, backchannel_logout_url=LOGOUT_URL)
    silent = make_completed(account, version=make_published_version())
    user = installation.installed_by
    session, other = make_login_session(user.person), make_login_session(user.person)
    for _ in range(2):
        sign_in_to_app(user, installation.client, session)
    sign_in_to_app(user, silent.client, session)
    end_login_session(actor=actor_for(user.person), session_id=other.pk)
    assert not LogoutDelivery.objects.exists()
    suspend_client(actor=SYSTEM, client=installation.client)
    end_login_session(actor=actor_for(user.person), session_id=session.pk)
    delivery = LogoutDelivery.objects.get()
    assert (delivery.client_id, delivery.user_id, delivery.login_session_id) == (
        installation.client_id, user.pk, session.pk,
    )  # fmt: skip
    assert (delivery.url, delivery.endpoint.url, delivery.status) == (
        LOGOUT_URL, "https://app.ledgerline.example/logout", "pending",
    )  # fmt: skip


def test_a_code_that_nobody_redeemed_is_nothing_to_end() -> None:
    installation = make_completed(backchannel_logout_url=LOGOUT_URL)
    session = sign_in_to_app(installation.installed_by, installation.client)
    AuthorizationCode.objects.update(used_at=None)
    end_login_session(actor=SYSTEM, session_id=session.pk)
    assert not LogoutDelivery.objects.exists()


def test_a_deactivated_user_leaves_the_apps_of_that_account_only() -> None:
    here, there = subscribed(backchannel_logout_url=LOGOUT_URL), subscribed()
    admin, user = here.installed_by, User.objects.get(account=here.account, role__key="supervisor")
    User.objects.filter(pk=there.installed_by_id).update(person=user.person)
    session = sign_in_to_app(user, here.client)
    deactivate_user(actor=actor_for(admin.person), by=admin, user=user)
    run_jobs(JOB)
    assert told() == [(user.pk, here.pk.hex)]
    assert SignOut.objects.get().login_session is None
    assert LogoutDelivery.objects.get().login_session == session
    session.refresh_from_db()
    assert session.ended_at is None
    assert not TokenFamily.objects.filter(user=user, ended_at=None).exists()
    with clock.travel(timedelta(minutes=1)):
        end_login_session(actor=SYSTEM, session_id=session.pk)
        run_jobs(JOB)
    assert LogoutDelivery.objects.count() == 2  # what was opened anew meanwhile ends, too
    assert set(told()[1:]) == {(user.pk, here.pk.hex), (there.installed_by_id, there.pk.hex)}


def test_who_has_no_other_place_is_signed_out_of_the_platform() -> None:
    installation = subscribed()
    user = User.objects.get(account=installation.account, role__key="supervisor")
    session = make_login_session(user.person)
    end_user_session(actor=Actor.system("program"), user=user)
    session.refresh_from_db()
    assert session.ended_at is not None
    run_jobs(JOB)
    assert told() == [(user.pk, installation.pk.hex)]


def test_who_works_elsewhere_stays_signed_in_and_the_apps_here_are_told() -> None:
    here, there = subscribed(), subscribed()
    user = here.installed_by
    User.objects.filter(pk=there.installed_by_id).update(person=user.person)
    session = sign_in_to_app(user, here.client)
    elsewhere = sign_in_to_app(User.objects.get(pk=there.installed_by_id), there.client, session)
    end_user_session(actor=Actor.system("program"), user=user)
    run_jobs(JOB)
    assert told() == [(user.pk, here.pk.hex)]
    elsewhere.refresh_from_db()
    assert elsewhere.ended_at is None
    assert list(TokenFamily.objects.filter(ended_at=None).values_list("client", flat=True)) == [there.client_id]
    assert Event.objects.get(kind="user.signed_out").account_id == here.account_id


def test_staff_and_partners_work_elsewhere_too_and_who_is_not_signed_in_is_left_alone() -> None:
    installation = subscribed()
    user = installation.installed_by
    make_operator(person=user.person)
    end_user_session(actor=Actor.system("program"), user=user)
    assert not Event.objects.filter(kind__in=["user.signed_out", "login_session.ended"]).exists()
    session = make_login_session(user.person)
    end_user_session(actor=Actor.system("program"), user=user)
    session.refresh_from_db()
    assert session.ended_at is None
    assert Event.objects.filter(kind="user.signed_out").count() == 1


def test_sign_outs_neither_hold_up_a_change_nor_wait_for_one() -> None:
    installation = subscribed()
    for user in User.objects.filter(account=installation.account):
        sign_out(user)
    run_jobs(JOB)
    assert [parcel.kind for parcel in claim(Room(limit=5, share=1))] == [Kind.CHANGE]
    taken = claim(Room(limit=5, share=5))
    types = Message.objects.filter(pk__in=[parcel.delivery_id for parcel in taken]).values_list("type", flat=True)
    assert list(types) == ["user.logout", "user.logout"], "the trial's beginning waits for app.installed"


def _break(*_arguments: object, **_named: object) -> None:
    raise ZeroDivisionError
