"""Five thousand people are signed out at once, and every app hears of every one of them, or it is written down why not.

Everything is real: the rows, the job, the dispatcher, the receivers. Only the rows of the people are made in bulk.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from joserfc import jws
from tests.factories.accounts import SYSTEM, make_account, make_operator
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_completed
from tests.factories.jobs import run_jobs
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read
from tests.receiver import Got, Receiver, receiving

from fondaco.accounts.models import Account, Person, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.actions import end_sessions
from fondaco.identity.models import AuthorizationCode, LoginSession, OAuthClient, TokenFamily
from fondaco.installs.models import Installation, Licence
from fondaco.kit import clock
from fondaco.messaging.dispatcher import SHARE, drain
from fondaco.messaging.logs import Chosen, list_logout_tokens, list_sent
from fondaco.messaging.models import Attempt, Delivery, Endpoint, LogoutDelivery, Message, SignOut
from fondaco.messaging.schedule import FOUR_DAYS
from fondaco.messaging.watch import GIVE_UP_BATCH, give_up

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = 5000
TAKES = 2000  # of the app whose program comes and goes
CANNOT = "The app's program cannot be reached."
WILL_NOT = "The app's program answered with HTTP status 400."


@dataclass
class Evening:
    """What the three programs got, and which of their users one of them would not sign out, or not yet."""

    hears: Receiver
    told: Receiver
    comes_and_goes: Receiver
    users: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    is_up: bool = False
    taken: int = 0

    @property
    def refused(self) -> set[str]:
        """By the program that gets tokens, for good."""
        return set(self.users[::3])

    @property
    def busy(self) -> set[str]:
        """Whom it signs out when it is asked a second time."""
        return set(self.users[1::5]) - self.refused

    def answer_token(self, request: Got) -> int:
        user = str(claims_of(request)["sub"])
        if user in self.refused:
            return 400
        is_first = user not in self.seen
        self.seen.add(user)
        return 503 if is_first and user in self.busy else 200

    def answer_event(self, _request: Got) -> int | str:
        if not self.is_up:
            return "hang"
        self.taken += 1
        return 204 if self.taken <= TAKES else "drop"


@pytest.fixture
def evening() -> Iterator[Evening]:
    """One app hears; one gets tokens, refuses some and is busy for some; one hangs, comes back, and goes for good."""
    with (
        receiving(204, keep_alive=True) as hears,
        receiving(keep_alive=True) as told,
        receiving(keep_alive=True) as unsteady,
    ):
        found = Evening(hears, told, unsteady)
        told.decide, unsteady.decide = found.answer_token, found.answer_event
        yield found


def test_T21_each_app_of_each_session_got_its_word_or_a_logged_failure(evening: Evening) -> None:
    account = make_account()
    hearing = install(account, events_callback_url=f"{evening.hears.url}/events", receives_user_logout=True)
    unsteady = install(account, events_callback_url=f"{evening.comes_and_goes.url}/events", receives_user_logout=True)
    told = install(account, backchannel_logout_url=f"{evening.told.url}/logout")
    evening.users = users = sign_in_everybody(account, [hearing, unsteady, told], client=told.client)

    with clock.freeze() as start:
        with transaction.atomic():
            assert end_sessions(actor=SYSTEM, sessions=LoginSession.objects.all()) == SESSIONS
        assert run_jobs("messaging.announce_sign_outs") == 1
        sign_everybody_out_at_once(evening, hearing, unsteady, told)
        evening.is_up = True
        come_and_go(start, unsteady)
        with clock.freeze(start + timedelta(hours=99)), transaction.atomic():
            for _ in range(1 + SESSIONS // GIVE_UP_BATCH):
                give_up()

    assert Counter(json.loads(request.body)["data"]["user_id"] for request in evening.hears.got) == Counter(users)
    claims = [claims_of(request) for request in evening.told.got]
    assert Counter(claim["sub"] for claim in claims) == Counter(users) + Counter(evening.busy)
    assert {claim["sid"] for claim in claims} == {pk.hex for pk in LoginSession.objects.values_list("pk", flat=True)}
    assert SignOut.objects.filter(message=None).count() == 0
    assert SignOut.objects.values("login_session", "installation").distinct().count() == 2 * SESSIONS
    sequences = Message.objects.filter(installation=hearing).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, SESSIONS + 3))  # after app.installed and app.trial_started
    each_of_fifteen_thousand_has_ended(evening, hearing, unsteady, told)
    partner_and_operator_see_what_failed(evening, unsteady, told)


def sign_everybody_out_at_once(
    evening: Evening, hearing: Installation, unsteady: Installation, told: Installation
) -> None:
    """Who answers is told of all of them while the third program hangs, and goes on hanging until they are."""
    threading.Thread(target=release_after, args=(evening,), daemon=True).start()
    drain()
    assert count_events(hearing) == {("delivered", 1): SESSIONS}
    tried = {tries: count for (_status, tries), count in count_events(unsteady).items()}
    assert (set(tried), SHARE <= tried[1] <= 100) == ({0, 1}, True)  # of the many few were tried in vain
    assert Endpoint.objects.get(url__startswith=evening.comes_and_goes.url).status == "paused"
    assert Counter(LogoutDelivery.objects.values_list("status", "attempt_count")) == {
        ("failed", 1): len(evening.refused),
        ("pending", 1): len(evening.busy),
        ("delivered", 1): SESSIONS - len(evening.refused) - len(evening.busy),
    }
    assert Endpoint.objects.get(url__startswith=evening.told.url).status == "healthy"


def release_after(evening: Evening) -> None:
    for receiver in (evening.hears, evening.told):
        with receiver.changed:
            receiver.changed.wait_for(lambda got=receiver.got: len(got) >= SESSIONS, 60)
    evening.comes_and_goes.over.set()


def come_and_go(start: datetime, unsteady: Installation) -> None:
    """One probe after 30 seconds brings all the others; when these fail, one probe each after 30 seconds, 1, 2 and 5
    minutes. What was tried is due again when it always is, or was when the program came back."""
    assert tries_at(start + timedelta(seconds=29), unsteady) == 0
    assert TAKES + SHARE <= tries_at(start + timedelta(seconds=30), unsteady) <= TAKES + 100
    assert Counter(status for status, _tries in count_events(unsteady).elements()) == {
        "delivered": TAKES, "pending": SESSIONS - TAKES,
    }  # fmt: skip
    for second, tries in ((59, 0), (60, 1), (119, 0), (120, 1), (239, 0), (240, 1), (539, 0), (540, 1), (840, 1)):
        assert tries_at(start + timedelta(seconds=second), unsteady) == tries, second
    assert LogoutDelivery.objects.filter(status="pending").count() == 0
    for tried in Delivery.objects.filter(installation=unsteady, status="pending", attempt_count__gt=0):
        last, came_back = tried.attempts.latest("started_at").started_at, start + timedelta(seconds=30)
        pause = FOUR_DAYS[tried.attempt_count - 1]
        assert tried.next_attempt_at == (came_back if last < came_back else last + pause)


def tries_at(moment: datetime, installation: Installation) -> int:
    """How often an app's program was called then."""
    before = Attempt.objects.filter(delivery__installation=installation).count()
    with clock.freeze(moment):
        drain()
    return Attempt.objects.filter(delivery__installation=installation).count() - before


def count_events(installation: Installation) -> Counter[tuple[str, int]]:
    """Sign-outs by their state and number of tries."""
    found = Delivery.objects.filter(message__type="user.logout", installation=installation)
    return Counter(found.values_list("status", "attempt_count"))


def each_of_fifteen_thousand_has_ended(
    evening: Evening, hearing: Installation, unsteady: Installation, told: Installation
) -> None:
    ends = Delivery.objects.filter(message__type="user.logout").values_list("installation", "status")
    assert Counter(ends) == {
        (hearing.pk, "delivered"): SESSIONS,
        (unsteady.pk, "delivered"): TAKES,
        (unsteady.pk, "failed"): SESSIONS - TAKES,
    }
    refused = len(evening.refused)
    assert Counter(LogoutDelivery.objects.values_list("client", "status")) == {
        (told.client_id, "delivered"): SESSIONS - refused,
        (told.client_id, "failed"): refused,
    }
    tokens = LogoutDelivery.objects.filter(status="delivered").values_list("user", "attempt_count")
    assert {user for user, tries in tokens if tries == 2} == evening.busy
    failed = {row.pk.hex: WILL_NOT for row in LogoutDelivery.objects.filter(status="failed")}
    sign_outs = Delivery.objects.filter(message__type="user.logout", status="failed")
    failed |= {row.pk.hex: CANNOT for row in sign_outs}
    logged = Event.objects.filter(kind__in=["delivery.failed", "logout_token.failed"], subject_id__in=failed)
    assert logged.count() == len(failed)
    assert dict(logged.values_list("subject_id", "data__reason")) == failed
    assert set(logged.values_list("kind", "partner_id")) == {
        ("delivery.failed", unsteady.app.partner_id), ("logout_token.failed", told.app.partner_id),
    }  # fmt: skip


def partner_and_operator_see_what_failed(evening: Evening, unsteady: Installation, told: Installation) -> None:
    assert list_sent(unsteady.app, Chosen(type="user.logout", status="failed")).count() == SESSIONS - TAKES
    missed = list_logout_tokens(told.app, status="failed")
    assert set(missed.values_list("user", flat=True)) == evening.refused
    support = Api(make_operator(OperatorRole.SUPPORT).person)
    for app, kind in ((unsteady.app, "deliveries?type=user.logout&"), (told.app, "logout-deliveries?")):
        at_home = Api(make_member(app.partner).person)
        asked = f"/apps/{app.pk.hex}/{kind}status=failed"
        pages = [at_home.get(f"/partners/{app.partner_id.hex}{asked}"), support.get(f"/operator{asked}")]
        seen, same = (read(page)["items"] for page in pages)
        assert (seen, len(seen), {each["status"] for each in seen}) == (same, 20, {"failed"})


def claims_of(request: Got) -> dict[str, Any]:
    token = parse_qs(request.body.decode())["logout_token"][0]
    claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return claims


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
