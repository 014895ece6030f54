"""OpenID logout tokens on their way: what is in them, which answers count, when they are tried again."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from joserfc import jws, jwt
from joserfc.jwk import KeySet
from tests.factories.accounts import SYSTEM
from tests.factories.installs import make_completed
from tests.factories.sessions import sign_in_to_app
from tests.receiver import Receiver, receiving

from fondaco.audit.models import Event
from fondaco.identity.actions import end_login_session, issue_credentials, set_logout_url
from fondaco.identity.errors import LogoutUrlNotAllowed
from fondaco.identity.issuer import issuer
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import CredentialSet, LoginSession, TokenFamily
from fondaco.identity.signing_keys import published_keys
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.breaker import PAUSED_AFTER
from fondaco.messaging.dispatcher import drain
from fondaco.messaging.models import Delivery, Endpoint, LogoutAttempt, LogoutDelivery
from fondaco.messaging.queue import Room, claim_logouts
from fondaco.messaging.watch import give_up

pytestmark = pytest.mark.django_db(transaction=True)


def leave(url: str) -> tuple[Installation, LoginSession]:
    """Somebody signed in to an app and signs out of the platform."""
    installation = make_completed(backchannel_logout_url=url)
    Delivery.objects.update(next_attempt_at=None)
    session = sign_in_to_app(installation.installed_by, installation.client)
    end_login_session(actor=SYSTEM, session_id=session.pk)
    return installation, session


def token_of(receiver: Receiver, number: int = 0) -> str:
    form = parse_qs(receiver.got[number].body.decode(), strict_parsing=True)
    assert list(form) == ["logout_token"]
    return form["logout_token"][0]


def state() -> tuple[str, int]:
    delivery = LogoutDelivery.objects.get()
    return delivery.status, delivery.attempt_count


def test_the_token_says_who_left_which_session_to_whom() -> None:
    with receiving(200) as receiver, clock.freeze() as now:
        installation, session = leave(f"{receiver.url}/logout")
        drain()
        (got,) = receiver.got
    assert (got.path, got.headers["content-type"]) == ("/logout", "application/x-www-form-urlencoded")
    assert "x-hub-ecdsa-signature" not in got.headers
    token = token_of(receiver)
    assert jws.extract_compact(token.encode()).headers()["typ"] == "logout+jwt"
    claims = jwt.decode(token, KeySet.import_key_set({"keys": published_keys()}), algorithms=["ES256"]).claims
    jti, seconds = claims.pop("jti"), int(now.timestamp())
    assert len(jti) == 32
    assert claims == {
        "iss": issuer(installation.account),
        "sub": installation.installed_by_id,
        "aud": CredentialSet.objects.get(client=installation.client).wire_client_id,
        "iat": seconds,
        "exp": seconds + 120,
        "sid": session.pk.hex,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    assert state() == ("delivered", 1)
    event = Event.objects.get(kind="logout_token.delivered")
    assert (event.account_id, event.actor_label) == (installation.account_id, "dispatcher")


def test_the_audience_is_the_newest_set_that_counts() -> None:
    with receiving(200) as receiver:
        installation, _session = leave(f"{receiver.url}/logout")
        with transaction.atomic():
            newest = issue_credentials(actor=SYSTEM, client=installation.client)
        drain()
    claims = json.loads(jws.extract_compact(token_of(receiver).encode()).payload)
    assert claims["aud"] == newest.client_id


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (200, "delivered"),
        (204, "delivered"),
        (400, "failed"),
        (202, "pending"),
        (302, "pending"),
        (404, "pending"),
        (503, "pending"),
        ("drop", "pending"),
    ],
)
def test_what_an_answer_means(answer: int | str, expected: str) -> None:
    with receiving(answer) as receiver:
        leave(f"{receiver.url}/logout")
        drain()
        assert len(receiver.got) == 1
    assert state() == (expected, 1)
    reason = "The app's program answered with HTTP status 400."
    failures = Event.objects.filter(kind="logout_token.failed").values_list("data__reason", flat=True)
    assert list(failures) == ([reason] if expected == "failed" else [])


def test_it_is_tried_for_a_day_each_time_with_a_fresh_token() -> None:
    pauses = [timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
    with receiving(500) as receiver, clock.freeze() as start:
        leave(f"{receiver.url}/logout")
        drain()
        for count, pause in enumerate(pauses, 1):
            with clock.freeze(start + pause - timedelta(seconds=1)):
                drain()
                assert (len(receiver.got), state()) == (count, ("pending", count))
            with clock.freeze(start + pause):
                drain()
                assert len(receiver.got) == count + 1
        tokens = {token_of(receiver, number) for number in range(6)}
    assert len(tokens) == 6
    assert state() == ("failed", 6)
    tries = LogoutAttempt.objects.values_list("started_at", "response_status", "error")
    assert list(tries) == [(start + pause, 500, "") for pause in [timedelta(0), *pauses]]
    assert Event.objects.get(kind="logout_token.failed").data["from"] == "pending"


def test_a_token_that_is_echoed_is_not_kept() -> None:
    with receiving("echo") as receiver:
        leave(f"{receiver.url}/logout")
        drain()
        token = token_of(receiver)
    attempt = LogoutAttempt.objects.get()
    assert attempt.response_excerpt == "logout_token=•••"
    assert (attempt.response_headers, attempt.address) == ({}, "127.0.0.1")
    (parcel,) = _claim_later()
    assert token not in repr(parcel)
    assert parcel.body.decode().partition("=")[2] not in repr(parcel)


def test_T05_a_hanging_receiver_holds_up_nobody_else() -> None:
    with receiving("hang") as hanging, receiving(200) as good:
        leave(f"{hanging.url}/logout")
        for _ in range(3):
            leave(f"{good.url}/logout")
        drain()
        assert len(good.got) == 3
    ends = LogoutAttempt.objects.values_list("delivery__endpoint__url", "error").distinct()
    assert dict(ends) == {f"{hanging.url}/logout": "timeout", f"{good.url}/logout": ""}
    assert LogoutDelivery.objects.filter(status="delivered").count() == 3


def test_private_addresses_are_refused_when_set_and_again_when_called() -> None:
    installation = make_completed()
    for url in ("http://app.ledgerline.example/logout", "https://10.0.0.1/logout", "https://a.example/l#x"):
        with pytest.raises(LogoutUrlNotAllowed) as refused:
            set_logout_url(actor=SYSTEM, client=installation.client, url=url)
        assert list(refused.value.fields) == ["backchannel_logout_url"]
    installation.client.refresh_from_db()
    assert installation.client.backchannel_logout_url == ""
    leave("https://app.ledgerline.example/logout")
    LogoutDelivery.objects.update(url="https://169.254.169.254/latest")  # as if the name led there now
    drain()
    assert list(LogoutAttempt.objects.values_list("error", flat=True)) == ["refused_address"]


def test_an_installation_brings_the_address_of_its_version() -> None:
    installation = make_completed(backchannel_logout_url="https://app.ledgerline.example/logout")
    assert installation.client.backchannel_logout_url == "https://app.ledgerline.example/logout"
    event = Event.objects.get(kind="client.logout_url_changed")
    assert event.data == {"address": "https://app.ledgerline.example/logout"}


def test_it_is_signed_as_the_version_chose() -> None:
    with receiving(200) as receiver:
        installation = make_completed(
            backchannel_logout_url=f"{receiver.url}/logout", id_token_signed_response_alg="RS256"
        )
        assert installation.client.id_token_signed_response_alg == "RS256"
        Delivery.objects.update(next_attempt_at=None)
        session = sign_in_to_app(installation.installed_by, installation.client)
        end_login_session(actor=SYSTEM, session_id=session.pk)
        drain()
    token = token_of(receiver)
    keys = published_keys()
    assert [key["alg"] for key in keys] == ["ES256", "RS256"]
    header = {"alg": "RS256", "kid": keys[1]["kid"], "typ": "logout+jwt"}
    assert jws.extract_compact(token.encode()).headers() == header
    claims = jwt.decode(token, KeySet.import_key_set({"keys": keys}), algorithms=["RS256"]).claims
    assert (claims["sub"], claims["sid"]) == (installation.installed_by_id, session.pk.hex)
    assert state() == ("delivered", 1)


def test_what_an_app_got_in_a_session_that_goes_on_is_remembered_once() -> None:
    installation = make_completed(backchannel_logout_url="https://app.ledgerline.example/logout")
    user = installation.installed_by
    session = sign_in_to_app(user, installation.client)
    sign_in_to_app(user, installation.client, session)
    with clock.travel(timedelta(days=2)):
        assert forget_expired() == 2  # a family and its code
        assert TokenFamily.objects.count() == 1
        end_login_session(actor=SYSTEM, session_id=session.pk)
        assert LogoutDelivery.objects.count() == 1
        assert forget_expired() == 2
    assert not TokenFamily.objects.exists()


def test_T05_an_address_that_keeps_failing_is_left_alone_until_a_probe_arrives() -> None:
    with receiving(500) as receiver, clock.freeze() as start:
        installation, _session = leave(f"{receiver.url}/logout")
        _leave_again(installation, PAUSED_AFTER - 1)
        drain()
        endpoint = Endpoint.objects.get(url=f"{receiver.url}/logout")
        assert (len(receiver.got), endpoint.status, endpoint.app_id) == (PAUSED_AFTER, "paused", installation.app_id)
        _leave_again(installation, 1)
        drain()
        assert len(receiver.got) == PAUSED_AFTER
        receiver.answers = [200]
        with clock.freeze(start + timedelta(seconds=30)):
            drain()
        assert len(receiver.got) == 2 * PAUSED_AFTER + 1  # the probe, and then everything that waited
        assert set(LogoutDelivery.objects.values_list("status")) == {("delivered",)}
        assert Endpoint.objects.get(pk=endpoint.pk).status == "healthy"


def test_a_program_that_will_not_sign_out_is_well_and_what_stood_still_for_a_day_is_given_up() -> None:
    with receiving(400) as receiver, clock.freeze() as start:
        installation, _session = leave(f"{receiver.url}/logout")
        drain()
        endpoint = Endpoint.objects.get(url=f"{receiver.url}/logout")
        assert (endpoint.status, endpoint.failures, endpoint.last_success_at) == ("healthy", 0, start)
        _leave_again(installation, 1)
        with transaction.atomic():
            give_up()
        assert LogoutDelivery.objects.filter(status="pending").count() == 1
        with clock.freeze(start + timedelta(days=1)), transaction.atomic():
            give_up()
        assert LogoutDelivery.objects.filter(status="failed").count() == 2
        assert len(receiver.got) == 1


def _leave_again(installation: Installation, times: int) -> None:
    for _ in range(times):
        session = sign_in_to_app(installation.installed_by, installation.client)
        end_login_session(actor=SYSTEM, session_id=session.pk)


def _claim_later() -> list[object]:
    with clock.travel(timedelta(minutes=6)):
        return claim_logouts(Room(limit=5, share=5))  # type: ignore[return-value]
