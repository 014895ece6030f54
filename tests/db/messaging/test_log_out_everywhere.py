"""Five thousand people are signed out at once, and every app hears of every one of them, or it is written down why not.

Everything is real: the rows, the job, the dispatcher, the receivers. Only the rows of the people are made in bulk.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from joserfc import jws
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_completed
from tests.factories.jobs import run_jobs
from tests.receiver import receiving

from fondaco.accounts.models import Account, Person, User
from fondaco.audit.models import Event
from fondaco.identity.actions import end_sessions
from fondaco.identity.models import AuthorizationCode, LoginSession, OAuthClient, TokenFamily
from fondaco.installs.models import Installation, Licence
from fondaco.kit import clock
from fondaco.messaging.dispatcher import drain
from fondaco.messaging.models import Attempt, Delivery, Endpoint, LogoutDelivery, Message, SignOut
from fondaco.messaging.watch import GIVE_UP_BATCH, give_up

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = 5000
NOBODY = "http://127.0.0.1:9/events"


def test_T21_each_app_of_each_session_got_its_word_or_a_logged_failure() -> None:
    with receiving(204, keep_alive=True) as hears, receiving(200, keep_alive=True) as has_tokens:
        account = make_account()
        hearing = install(account, events_callback_url=f"{hears.url}/events", receives_user_logout=True)
        down = install(account, events_callback_url=NOBODY, receives_user_logout=True)
        told = install(account, backchannel_logout_url=f"{has_tokens.url}/logout")
        users = sign_in_everybody(account, [hearing, down, told], client=told.client)

        with clock.freeze() as now:
            with transaction.atomic():
                assert end_sessions(actor=SYSTEM, sessions=LoginSession.objects.all()) == SESSIONS
            assert run_jobs("messaging.announce_sign_outs") == 1
            for later in (timedelta(0), timedelta(minutes=5), timedelta(minutes=15)):
                with clock.freeze(now + later):
                    drain()
            with clock.freeze(now + timedelta(hours=99)), transaction.atomic():
                for _ in range(1 + SESSIONS // GIVE_UP_BATCH):
                    give_up()

    got = Counter(json.loads(request.body)["data"]["user_id"] for request in hears.got)
    assert got == Counter(users)
    tokens = [parse_qs(request.body.decode())["logout_token"][0] for request in has_tokens.got]
    claims = [json.loads(jws.extract_compact(token.encode()).payload) for token in tokens]
    assert Counter(claim["sub"] for claim in claims) == Counter(users)
    assert {claim["sid"] for claim in claims} == {pk.hex for pk in LoginSession.objects.values_list("pk", flat=True)}

    ends = Delivery.objects.filter(message__type="user.logout").values_list("installation", "status")
    assert Counter(ends) == {(hearing.pk, "delivered"): SESSIONS, (down.pk, "failed"): SESSIONS}
    assert Counter(LogoutDelivery.objects.values_list("client", "status")) == {(told.client_id, "delivered"): SESSIONS}
    assert SignOut.objects.filter(message=None).count() == 0
    assert SignOut.objects.values("login_session", "installation").distinct().count() == 2 * SESSIONS
    # An address where nobody answers is left alone: few of the five thousand were tried in vain, the others waited.
    assert Endpoint.objects.get(url=NOBODY).status == "paused"
    assert 10 <= Attempt.objects.filter(delivery__installation=down, error="connect").count() <= 100
    over = Event.objects.filter(kind="delivery.failed", data__reason="The app's program cannot be reached.")
    assert over.count() >= SESSIONS
    sequences = Message.objects.filter(installation=hearing).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, SESSIONS + 3))  # after app.installed and app.trial_started


def install(account: Account, **technical: object) -> Installation:
    """An app of its own that works, with nothing left to send."""
    installation = make_completed(account, version=make_published_version(**technical))
    installation.deliveries.all().update(next_attempt_at=None)
    return installation


def sign_in_everybody(account: Account, installations: list[Installation], *, client: OAuthClient) -> list[str]:
    """Everyone has a seat, a session, a licence of each app, and got tokens for one of them."""
    role = account.roles.get(key="agent")
    people = [Person(email=f"p{number}@people.example", name=f"P {number}") for number in range(SESSIONS)]
    Person.objects.bulk_create(people)
    users = User.objects.bulk_create(User(account=account, person=person, role=role) for person in people)
    sessions = LoginSession.objects.bulk_create(LoginSession(person=person) for person in people)
    for installation in installations:
        Licence.objects.bulk_create(Licence(installation=installation, user=user) for user in users)
    later = clock.now() + timedelta(minutes=10)
    families = TokenFamily.objects.bulk_create(
        TokenFamily(client=client, user=user, login_session=session, expires_at=later)
        for user, session in zip(users, sessions, strict=True)
    )
    AuthorizationCode.objects.bulk_create(
        AuthorizationCode(code_hash=family.pk.hex, family=family, expires_at=later, used_at=clock.now())
        for family in families
    )
    return [user.pk for user in users]
