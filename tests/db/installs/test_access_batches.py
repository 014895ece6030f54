"""What follows from a cut-off, for many installations in one commit: who gets what, at what cost, and what fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.db.installs.test_access import cut, gets_tokens, newest, restore, target_of
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version
from tests.factories.installs import PARTNER_PROGRAM, follow_cutoffs, make_completed, make_installing

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.errors import ClientRevoked
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.installs import jobs
from fondaco.installs.actions import access, answer_operation, force_uninstall_app
from fondaco.installs.actions.credentials import ROTATE_DUE
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.kit.models import Deadline
from fondaco.messaging.claims import claim_credentials
from fondaco.messaging.models import CredentialClaim, Message
from fondaco.messaging.schedule import GIVES_UP_AFTER

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def several(jon: Operator) -> dict[str, Installation]:
    """One app in seven accounts, no two of which are in the same situation."""
    app = make_app()
    version = make_published_version(app)
    claimed = make_published_version(app, name="2.0.0", are_credentials_claimed=True)
    found = {
        "works": make_completed(version=version),
        "runs ahead": make_completed(version=version),
        "claims": make_completed(version=claimed),
        "waits": make_installing(version=version),
        "declined": make_installing(version=version),
        "gone": make_completed(version=version),
        "out otherwise": make_completed(version=version),
    }
    clock.set_offset(found["runs ahead"].account_id, 3 * DAY)
    answer_operation(actor=PARTNER_PROGRAM, installation=found["declined"], decision="reject")
    force_uninstall_app(actor=actor_for(jon.person), by=jon, installation=found["gone"], reason="Asked by phone")
    cut(jon, target_of(found["out otherwise"], "installation"))
    return found


def facts(kind: str) -> list[str]:
    return sorted(Event.objects.filter(kind=kind).values_list("subject_id", flat=True))


def hexes(found: dict[str, Installation], *names: str) -> list[str]:
    return sorted(found[name].pk.hex for name in names)


def dues(kind: str) -> dict[str, timedelta]:
    """How long until they happen, in each account's time."""
    rows = Deadline.objects.filter(kind=kind)
    return {row.subject_id: row.due_at - clock.now(row.account_id) for row in rows}


def test_each_of_a_batch_gets_what_it_would_get_alone(jon: Operator) -> None:
    with clock.freeze():
        found = several(jon)
        before = {name: each.messages.count() for name, each in found.items()}
        cutoff = cut(jon, target_of(found["works"], "app"))
        assert access.follow_cutoff(actor=access.FOLLOWER, cutoff_id=cutoff.pk) is None
        assert CredentialSet.objects.exclude(status="revoked").count() == 0
        assert facts("installation.cut_off") == hexes(
            found, "works", "runs ahead", "claims", "waits", "declined", "out otherwise"
        )
        assert not Message.objects.filter(body__isnull=False).exists()
        assert not CredentialClaim.objects.filter(credentials__isnull=False).exists()
        assert dues(ROTATE_DUE) == dues("message.secrets_expire") == {}
        restore(jon, cutoff)
        assert access.follow_cutoff(actor=access.FOLLOWER, cutoff_id=cutoff.pk) is None

        sent = ("works", "runs ahead", "claims", "waits")
        assert facts("installation.restored") == hexes(found, *sent)
        assert {name: each.messages.count() - before[name] for name, each in found.items()} == {
            **dict.fromkeys(found, 0), **dict.fromkeys(sent, 1)
        }  # fmt: skip
        messages = {name: found[name].messages.select_related("delivery__endpoint").latest("sequence") for name in sent}
        for name, message in messages.items():
            installation, delivery = found[name], message.delivery
            now, credentials = clock.now(installation.account_id), newest(installation)
            is_order, body = name == "waits", json.loads(message.wire_body)
            assert message.type == ("app.installed" if is_order else "app.credentials_rotated")
            assert message.operation == (installation.operations.get() if is_order else None)
            assert (message.sequence, message.created_at) == (before[name] + 1, now)
            assert body["data"]["client_id"] == credentials.wire_client_id
            assert body["data"]["installation_id"] == installation.pk.hex
            assert (delivery.status, delivery.sequence, delivery.is_ordered) == ("pending", message.sequence, True)
            assert (delivery.is_awaited, delivery.next_attempt_at) == (is_order, now)
            assert delivery.give_up_at == (None if is_order else now + GIVES_UP_AFTER)
            assert delivery.endpoint.url == installation.version.technical.events_callback_url
        assert dues("message.secrets_expire") == {message.pk.hex: 7 * DAY for message in messages.values()}
        assert dues(ROTATE_DUE) == {found[name].client_id.hex: 180 * DAY for name in sent}
        assert facts("message.queued")[-4:] == sorted(message.pk.hex for message in messages.values())
        assert {name: gets_tokens(each) for name, each in found.items()} == {
            **dict.fromkeys(found, False), **dict.fromkeys(sent, True)
        }  # fmt: skip

        link = json.loads(messages["claims"].wire_body)["_links"]["credentials"]["href"]
        data = json.loads(claim_credentials(token=link.rpartition("/")[2], address=""))
        assert data["client_id"] == newest(found["claims"]).wire_client_id
        assert data["client_secret"]
        assert CredentialClaim.objects.filter(message__in=messages.values()).count() == 1


def count_statements(step: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        step()
    return len(captured)


def count_told() -> int:
    """How many clients the web processes will have been told to forget, in this transaction so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fondaco.told', true)")
        return int(cursor.fetchone()[0] or 0)


def test_a_batch_costs_as_many_statements_as_one(jon: Operator) -> None:
    """A few dozen, both ways. Web processes forget those whose credentials end, each by name, and nobody else."""
    counted = []
    for size in (1, 10):
        version = make_published_version(make_app())
        for _ in range(size):
            some = make_completed(version=version)
        cutoff = cut(jon, target_of(some, "app"))
        before = count_told()
        ended = count_statements(lambda cutoff=cutoff: access.follow_cutoff(actor=access.FOLLOWER, cutoff_id=cutoff.pk))
        assert count_told() - before == size
        restore(jon, cutoff)
        before = count_told()
        given = count_statements(lambda cutoff=cutoff: access.follow_cutoff(actor=access.FOLLOWER, cutoff_id=cutoff.pk))
        assert count_told() == before
        assert Event.objects.filter(kind="installation.restored", partner_id=some.app.partner_id).count() == size
        counted.append((ended, given))
    assert counted == [(26, 35)] * 2


def set_status(client: OAuthClient, status: str) -> None:
    """As only a hand in the database can."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_oauthclient SET status = %s WHERE id = %s", [status, client.pk])


def test_one_that_fails_holds_up_no_other_and_gets_a_job_of_its_own(jon: Operator) -> None:
    version = make_published_version()
    bad, *others = sorted((make_completed(version=version) for _ in range(3)), key=lambda each: each.pk)
    cutoff = cut(jon, target_of(bad, "app"))
    follow_cutoffs()
    restore(jon, cutoff)
    set_status(bad.client, "revoked")
    follow_cutoffs()
    assert [gets_tokens(each) for each in (bad, *others)] == [False, True, True]
    assert facts("installation.restored") == sorted(each.pk.hex for each in others)
    job = ProcrastinateJob.objects.get(task_name=access.FOLLOW_ONE)
    assert job.args == {"cutoff_id": cutoff.pk.hex, "installation_id": bad.pk.hex}
    with pytest.raises(ClientRevoked):  # the queue tries it again
        jobs.follow_cutoff_for_one(**job.args)
    set_status(bad.client, "active")
    for _ in range(2):
        jobs.follow_cutoff_for_one(**job.args)
    assert gets_tokens(bad)
    assert facts("installation.restored") == sorted(each.pk.hex for each in (bad, *others))


def test_what_follows_goes_before_the_letters_it_causes(jon: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "BATCH", 2)
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0)
    version = make_published_version()
    for _ in range(3):
        some = make_completed(version=version)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    cutoff = cut(jon, target_of(some, "app"))
    jobs.follow_cutoff(cutoff_id=cutoff.pk.hex)
    queued = ProcrastinateJob.objects.order_by("-priority", "id")
    assert [(job.task_name, job.priority, job.scheduled_at is None) for job in queued] == [
        (access.FOLLOW, 1, True), (access.FOLLOW, 1, True),
        ("notify.send", 0, True), ("notify.send_all", -1, False),
    ]  # fmt: skip
