"""The dispatcher against real receivers, on committed rows."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
import uvloop
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_published_version
from tests.factories.installs import PARTNER_PROGRAM, make_installing
from tests.receiver import Receiver, receiving

from fondaco.installs.actions import answer_operation, retry_installation, uninstall_app
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.messaging.actions import Outcome
from fondaco.messaging.dispatcher import Dispatcher, drain, run
from fondaco.messaging.errors import UnknownKey
from fondaco.messaging.models import Attempt, Delivery, Endpoint, EventSigningKey, Message
from fondaco.messaging.queue import Room, claim
from fondaco.messaging.results import record_attempt
from fondaco.messaging.signing import ensure_signing_key, get_public_key, load_signer, rotate_signing_key

pytestmark = pytest.mark.django_db(transaction=True)


def installing(receiver: Receiver, **overrides: object) -> Installation:
    return make_installing(events_callback_url=f"{receiver.url}/events", **overrides)


def reload(installation: Installation) -> Installation:
    return Installation.objects.get(pk=installation.pk)


def test_delivers_signed_bytes_and_forgets_the_secrets() -> None:
    with receiving(204) as receiver:
        installation = installing(receiver)
        sealed = Message.objects.get().wire_body
        drain()
        (got,) = receiver.got
    assert got.body == sealed
    assert got.path == "/events"
    assert got.headers["content-type"] == "application/json"
    key = EventSigningKey.objects.get(algorithm="ecdsa")
    assert got.headers["x-hub-ecdsa-signature-id"] == key.pk.hex
    public = serialization.load_der_public_key(base64.b64decode(key.public_key))
    public.verify(bytes.fromhex(got.headers["x-hub-ecdsa-signature"]), got.body, ec.ECDSA(hashes.SHA512()))
    message = Message.objects.get()
    assert got.headers["webhook-id"] == message.pk.hex
    content = f"{message.pk.hex}.{got.headers['webhook-timestamp']}.".encode() + got.body
    version, _, signature = got.headers["webhook-signature"].partition(",")
    (ed25519,) = load_signer().ed25519
    ed25519.public_key().verify(base64.b64decode(signature), content)
    assert version == "v1a"
    assert message.body is None
    assert message.content["data"]["client_secret"] is None
    assert json.loads(got.body)["data"]["client_secret"].startswith("fdc_")
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempt_count, delivery.lease) == ("delivered", 1, None)
    attempt = Attempt.objects.get()
    assert (attempt.response_status, attempt.response_excerpt, attempt.address) == (204, "", "127.0.0.1")
    assert attempt.request_headers["X-Hub-Ecdsa-Signature"] == got.headers["x-hub-ecdsa-signature"]
    assert reload(installation).status == "installing"


def test_three_tries_at_five_and_fifteen_minutes_with_identical_bytes() -> None:
    with receiving(500, 500, 200) as receiver, clock.freeze() as start:
        installing(receiver)
        drain()
        assert len(receiver.got) == 1
        for after, count in ((299, 1), (300, 2), (899, 2), (900, 3), (9000, 3)):
            with clock.freeze(start + timedelta(seconds=after)):
                drain()
            assert len(receiver.got) == count
        assert len({got.body for got in receiver.got}) == 1
    assert Delivery.objects.get().status == "delivered"
    assert list(Attempt.objects.values_list("response_status", flat=True)) == [500, 500, 200]


def test_three_failures_make_a_failed_installation_and_a_page_load_mends_it() -> None:
    with receiving(500) as receiver, clock.freeze() as start:
        installation = installing(receiver)
        for after in (0, 300, 900):
            with clock.freeze(start + timedelta(seconds=after)):
                drain()
        assert len(receiver.got) == 3
        found = reload(installation)
        assert (found.status, found.reason) == ("failed", "The app's program answered with HTTP status 500.")
        assert Delivery.objects.get().status == "failed"
        receiver.answers = [503, 503, 200]
        by = installation.installed_by
        for seconds, count in ((0, 4), (29, 4), (31, 5), (90, 6)):  # each time a page is loaded
            assert reload(installation).status == "failed"
            with clock.freeze(start + timedelta(hours=2, seconds=seconds)):
                retry_installation(actor=actor_for(by.person), by=by, installation=installation)
                drain()
            assert len(receiver.got) == count
        assert reload(installation).status == "installing"
        assert len({got.body for got in receiver.got}) == 1
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    assert reload(installation).status == "completed"


def test_T02_the_sweeper_alone_mends_it() -> None:
    with receiving(500, 500, 500, 200) as receiver, clock.freeze() as start:
        installation = installing(receiver)
        for after in (0, 300, 900, 900 + 3600):
            with clock.freeze(start + timedelta(seconds=after)):
                deadlines.sweep_once()
                drain()
    assert len(receiver.got) == 4
    assert reload(installation).status == "installing"


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [(302, 302, ""), (404, 404, ""), (500, 500, ""), ("drop", None, "connect")],
)
def test_whatever_is_not_2xx_is_a_failure_and_no_redirect_is_followed(
    answer: int | str, status: int | None, error: str
) -> None:
    with receiving(answer) as receiver:
        installing(receiver)
        drain()
        assert [got.path for got in receiver.got] == ["/events"]
    attempt = Attempt.objects.get()
    assert (attempt.response_status, attempt.error) == (status, error)
    assert (Delivery.objects.get().status, Delivery.objects.get().attempt_count) == ("pending", 1)


def test_nobody_listens_and_bad_names_are_failures() -> None:
    make_installing(events_callback_url="http://127.0.0.1:9/events")
    make_installing(events_callback_url="https://nowhere.invalid/events")
    make_installing(events_callback_url="https://169.254.169.254/latest")
    drain()
    found = Attempt.objects.order_by("delivery__url").values_list("delivery__endpoint__url", "error", "address")
    assert list(found) == [
        ("http://127.0.0.1:9/events", "connect", "127.0.0.1"),
        ("https://169.254.169.254/latest", "refused_address", "169.254.169.254"),
        ("https://nowhere.invalid/events", "dns", ""),
    ]


def test_the_order_of_an_installation_is_kept_and_others_are_not_held_up() -> None:
    with receiving(500, 200) as receiver, receiving(200) as other, clock.freeze() as start:
        installation = installing(receiver)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        installing(other)
        drain()
        types = [json.loads(got.body)["type"] for got in receiver.got]
        assert types == ["app.installed"]
        assert len(other.got) == 1
        with clock.freeze(start + timedelta(minutes=5)):
            drain()
        types = [json.loads(got.body)["type"] for got in receiver.got]
        assert types == ["app.installed", "app.installed", "app.trial_started"]


def test_an_uninstall_passes_what_failed() -> None:
    with receiving(500) as receiver, clock.freeze() as start:
        installation = installing(receiver)
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        for after in (0, 300, 900):
            with clock.freeze(start + timedelta(seconds=after)):
                drain()
        by = installation.installed_by
        receiver.answers = [200]
        with clock.freeze(start + timedelta(seconds=4000)):
            uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other")
            drain()
            drain()
        types = [json.loads(got.body)["type"] for got in receiver.got[3:]]
    assert types[-1] == "app.uninstalled"
    assert Delivery.objects.get(message__type="app.installed").status == "failed"


def test_an_account_clock_that_runs_ahead_brings_its_retries_forward() -> None:
    with receiving(500, 200) as receiver:
        installation = installing(receiver)
        drain()
        drain()
        assert len(receiver.got) == 1
        clock.set_offset(installation.account_id, timedelta(minutes=5))
        drain()
        assert len(receiver.got) == 2


def test_T22_an_echo_brings_no_secret_back_and_none_is_anywhere_after_delivery() -> None:
    with receiving("echo", 200) as receiver, clock.freeze() as start:
        installing(receiver)
        drain()
        sent = json.loads(receiver.got[0].body)["data"]
        excerpt = Attempt.objects.get().response_excerpt
        assert excerpt.startswith('{"id":"')
        assert "•••" in excerpt
        dump = _everything()
        assert sent["client_id"] in dump
        assert sent["client_secret"] not in dump
        assert sent["private_key"] not in dump
        with clock.freeze(start + timedelta(minutes=5)):
            drain()
    assert Message.objects.get().body is None
    assert sent["client_secret"] not in _everything()


def test_T22_an_echo_to_a_slower_dispatcher_is_not_kept() -> None:
    installation = make_installing()
    (parcel,) = claim(Room(limit=5, share=5))
    first = Outcome(started_at=clock.now(), duration_ms=3, response_status=200)
    echo = Outcome(
        started_at=clock.now(),
        duration_ms=3,
        response_status=200,
        response_headers={"location": parcel.body.decode()},
        response_body=parcel.body,
    )
    for outcome in (first, echo):
        record_attempt(actor=PARTNER_PROGRAM, delivery_id=parcel.delivery_id, outcome=outcome)
    assert Attempt.objects.filter(delivery__installation=installation).count() == 2
    assert json.loads(parcel.body)["data"]["client_secret"] not in _everything()


def test_T05_a_long_backlog_for_one_receiver_hides_nobody_else() -> None:
    with receiving(200) as good, receiving("hang") as hanging:
        version = make_published_version(events_callback_url=f"{hanging.url}/events")
        for _ in range(3):
            make_installing(version=version)
        installing(good)
        with closing(Dispatcher(share=1)) as dispatcher:
            thread = threading.Thread(target=lambda: uvloop.run(dispatcher.drain()))
            thread.start()
            good.wait_for(1)
            assert len(hanging.wait_for(1)) == 1
            hanging.over.set()
            thread.join(60)
            assert not thread.is_alive()


def test_a_withdrawn_delivery_only_notes_the_try_that_was_under_way() -> None:
    installation = make_installing()
    (parcel,) = claim(Room(limit=5, share=5))
    by = installation.installed_by
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="other")
    outcome = Outcome(started_at=clock.now(), duration_ms=3, response_status=200)
    record_attempt(actor=PARTNER_PROGRAM, delivery_id=parcel.delivery_id, outcome=outcome)
    first, second = Delivery.objects.order_by("sequence")
    assert (first.status, first.attempts.count()) == ("failed", 1)
    assert (second.message.type, second.status) == ("app.uninstalled", "pending")
    assert reload(installation).status == "revoked"


def test_a_claim_is_leased_once_and_again_when_the_lease_ran_out() -> None:
    make_installing()
    (first,) = claim(Room(limit=5, share=5))
    assert claim(Room(limit=5, share=5)) == []
    with clock.travel(timedelta(seconds=29)):
        assert claim(Room(limit=5, share=5)) == []
    with clock.travel(timedelta(seconds=31)):
        (again,) = claim(Room(limit=5, share=5))
    assert (again.delivery_id, again.body) == (first.delivery_id, first.body)
    assert "fdc_" not in repr(first)


def test_one_endpoint_gets_its_share_and_a_busy_one_nothing() -> None:
    version = make_published_version(events_callback_url="https://busy.example/events")
    for _ in range(3):
        make_installing(version=version)
    make_installing(events_callback_url="https://calm.example/events")
    busy, calm = (str(Endpoint.objects.get(url=f"https://{name}.example/events").pk) for name in ("busy", "calm"))
    taken = claim(Room(limit=10, share=2, running={calm: 1}))
    assert sorted(parcel.endpoint for parcel in taken) == sorted([busy, busy, calm])
    assert claim(Room(limit=10, share=2, running={busy: 2})) == []
    assert len(claim(Room(limit=10, share=2, running={busy: 1}))) == 1


def test_T05_T06_hanging_and_endless_receivers_hold_nobody_up() -> None:
    """The bad ones are cut off at ten seconds, the good ones are served meanwhile."""
    with receiving("hang") as hanging, receiving("stream") as endless, receiving(200) as good, dispatching():
        for receiver in (hanging, endless):
            installing(receiver)
        hanging.wait_for(1)
        endless.wait_for(1)
        begun = time.monotonic()
        for _ in range(5):
            installing(good)
        good.wait_for(5)
        assert time.monotonic() - begun < 3
    found = dict(Attempt.objects.values_list("delivery__endpoint__url", "error").distinct())
    assert found == {
        f"{one.url}/events": error for one, error in ((hanging, "timeout"), (endless, "timeout"), (good, ""))
    }
    for duration in Attempt.objects.filter(error="timeout").values_list("duration_ms", flat=True):
        assert 9_000 <= duration <= 11_500


def test_a_commit_wakes_the_dispatcher() -> None:
    with receiving(200) as receiver, dispatching():
        installing(receiver)
        receiver.wait_for(1)
    assert Delivery.objects.get().status == "delivered"


def test_a_retired_key_is_served_for_thirty_days_more() -> None:
    old = ensure_signing_key()
    assert ensure_signing_key().pk == old.pk
    new = rotate_signing_key(actor=PARTNER_PROGRAM)
    assert ensure_signing_key().pk == new.pk
    assert get_public_key(old.pk).retired_at is not None
    with clock.travel(timedelta(days=31)), pytest.raises(UnknownKey):
        get_public_key(old.pk)
    with pytest.raises(UnknownKey):
        get_public_key(None)


@contextmanager
def dispatching() -> Iterator[None]:
    """A dispatcher at work in this process."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def _everything() -> str:
    """Every row of every table of ours, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        parts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)
