"""Pull and full state: whatever got lost on the way, a program comes to know the same in the end (T3)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import actor_for, make_user
from tests.factories.identity import make_portal_client
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing
from tests.factories.partners import make_member
from tests.http.wire.conftest import Program

from fondaco.catalog.models import App
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.tokens import issue_access_token
from fondaco.installs.actions import answer_operation, uninstall_app
from fondaco.installs.actions.updating import update_settings
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.models import Delivery, Message

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"
SCOPE = "partner-events:read"


class PartnersProgram:
    """The partner's own program: a client of its developer account."""

    def __init__(self, http: Client, app: App, scope: str = SCOPE) -> None:
        owner = make_member(app.partner)
        fields = ClientFields(name="Reconciler", grant_types=("client_credentials",), scopes=(SCOPE, "account:read"))
        issued = make_portal_client(owner, fields).issued
        self.http, self.token = http, issue_access_token(credentials=issued.set, scope=scope)

    def get(self, path: str) -> Any:
        return self.http.get(path.removeprefix(ROOT), headers={"Authorization": f"Bearer {self.token}"})


class Books:
    """What a partner knows, made of the events alone, in their order and each once."""

    def __init__(self, firsts: dict[str, set[str]]) -> None:
        self.firsts = firsts  # who was there when each began: events tell of changes only
        self.seen: set[str] = set()
        self.known: dict[str, dict[str, Any]] = {}
        self.next: dict[str, int] = {}

    def hear(self, items: Iterable[dict[str, Any]]) -> None:
        """Takes what comes next of each installation; what comes too early is not understood and not taken."""
        for item in items:
            place, event = item["installation_id"], item["event"]
            if event["id"] in self.seen or item["sequence"] != self.next.get(place, 1):
                continue
            self.seen.add(event["id"])
            self.next[place] = item["sequence"] + 1
            self.apply(place, event)

    def apply(self, place: str, event: dict[str, Any]) -> None:
        data, known = event["data"], self.known.setdefault(place, {"people": set(self.firsts[place])})
        if event["type"] == "app.updated":
            known["people"] |= set(data["users"]["adding"])
            known["people"] -= set(data["users"]["removing"])
            known |= data.get("subscription", {}).get("adding", {})
        known["last"] = event["type"]


def items_of(messages: Iterable[Message]) -> list[dict[str, Any]]:
    return [
        {"installation_id": each.installation_id.hex, "sequence": each.sequence, "event": json.loads(each.public_body)}
        for each in messages
    ]


def change(installation: Installation, people: list[Any], licences: int, decision: str = "approve") -> None:
    by = installation.installed_by
    wanted = Settings(plan=installation.plan, users=[by, *people], licences=licences)
    update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision)
    installation.refresh_from_db()


def live_a_day(chance: random.Random) -> list[Installation]:
    """Two accounts, an app, and whatever their managers come to think of in the course of a day."""
    first = make_completed(plan="Team")
    installations = [first, make_completed(plan="Team", version=first.version)]
    people = {each.pk: [make_user(each.account) for _ in range(3)] for each in installations}
    start = clock.now()
    for hour in range(1, 13):
        with clock.freeze(start + timedelta(hours=2 * hour)):
            place = chance.choice(installations)
            change(place, chance.sample(people[place.pk], chance.randint(0, 3)), licences=4 + hour)
    gone, by = installations[1], installations[1].installed_by
    with clock.freeze(start + timedelta(hours=25)):
        uninstall_app(actor=actor_for(by.person), by=by, installation=gone, reason_type="other", reason="Enough")
    return installations


def test_T03_after_a_day_of_lost_deliveries_pulling_brings_the_same_state(client: Client) -> None:
    chance = random.Random(3)
    installations = live_a_day(chance)
    sent = items_of(Message.objects.order_by("created_at", "sequence"))
    firsts = {each.pk.hex: set(each.operations.get(kind="install").proposed["users"]) for each in installations}
    told_all, told_some = Books(firsts), Books(firsts)
    told_all.hear(sent)
    told_some.hear(item for item in sent if chance.random() > 0.2)
    assert len(told_all.seen) == len(sent) > 14
    assert told_some.known != told_all.known
    partner = PartnersProgram(client, installations[0].app)
    page = partner.get(f"/apps/{installations[0].app_id.hex}/messages?limit=4").json()
    while True:
        told_some.hear(page["_embedded"]["messages"])
        if not page["has_more"]:
            break
        page = partner.get(page["_links"]["next"]["href"]).json()
    assert told_some.known == told_all.known
    for installation in installations:
        place = f"/apps/{installation.app_id.hex}/installations/{installation.pk.hex}"
        state, books = partner.get(f"{place}/full-state").json(), told_some.known[installation.pk.hex]
        assert {user["id"] for user in state["users"]} == books["people"]
        assert (state["subscription"]["name"], state["subscription"]["total_licenses"]) == (
            books["name"],
            int(books["licenses"]),
        )
        assert state["last_sequence"] == told_some.next[installation.pk.hex] - 1


def test_an_installation_pulls_its_own_messages_by_their_sequence(client: Client) -> None:
    with clock.freeze(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)):
        program = Program(make_installing(), client)
        make_installing(version=program.installation.version)  # somebody else's
        message = Message.objects.get(installation=program.installation)
        path = f"{program.base}/messages"
        answer = program.get(path).json()
        event = answer["_embedded"]["messages"][0].pop("event")
        assert answer == {
            "count": 1,
            "last": 1,
            "has_more": False,
            "_embedded": {
                "messages": [
                    {
                        "id": message.pk.hex,
                        "installation_id": program.installation.pk.hex,
                        "sequence": 1,
                        "position": None,
                        "type": "app.installed",
                        "created_at": "2030-01-02T03:04:05.000Z",
                        "delivery": "pending",
                    }
                ]
            },
            "_links": {
                "self": {"href": f"{ROOT}{path}?after=0&limit=100"},
                "next": {"href": f"{ROOT}{path}?after=1&limit=100"},
            },
        }
        assert json.dumps(event, separators=(",", ":")).encode() == message.wire_body
        assert event["data"]["client_secret"].startswith("fdc_")
        Message.objects.update(body=None)
        hidden = program.get(path).json()["_embedded"]["messages"][0]["event"]
        assert hidden["data"]["client_secret"] is hidden["data"]["private_key"] is None
        assert program.get(f"{path}?after=1").json()["_embedded"]["messages"] == []
        assert program.get(f"{path}?after=1").json()["last"] == 1
    with clock.freeze(datetime(2030, 2, 1, 3, 4, 4, tzinfo=UTC)):
        assert program.get(path).json()["count"] == 1
    with clock.freeze(datetime(2030, 2, 1, 3, 4, 6, tzinfo=UTC)):
        assert program.get(path).json()["count"] == 0


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=", "after=9999999999999999", "after=²"])
def test_a_bad_number_is_400_and_names_the_field(program: Program, query: str) -> None:
    answer = program.get(f"{program.base}/messages?{query}")
    assert answer.status_code == 400
    assert [field["name"] for field in answer.json()["fields"]] == [query.split("=", maxsplit=1)[0]]


def test_a_partners_program_sees_its_own_apps_and_nothing_else(client: Client) -> None:
    own, foreign = make_completed(), make_completed()
    partner = PartnersProgram(client, own.app)
    base = f"/apps/{own.app_id.hex}"
    page = partner.get(f"{base}/installations").json()
    assert [each["id"] for each in page["_embedded"]["installations"]] == [own.pk.hex]
    assert (page["total"], page["count"], page["page"], page["per_page"], page["total_pages"]) == (1, 1, 1, 20, 1)
    assert partner.get(f"{base}/installations/{own.pk.hex}").json()["id"] == own.pk.hex
    assert partner.get(f"{base}/messages").json()["count"] == 2
    message = Message.objects.filter(app=own.app).latest("sequence")
    assert partner.get(f"{base}/events/{message.pk.hex}").content == message.wire_body
    for path in (
        f"/apps/{foreign.app_id.hex}/messages",
        f"/apps/{foreign.app_id.hex}/installations",
        f"{base}/installations/{foreign.pk.hex}",
        f"{base}/installations/{foreign.pk.hex}/full-state",
        f"{base}/events/{Message.objects.filter(app=foreign.app).latest('sequence').pk.hex}",
        "/apps/x/messages",
    ):
        assert partner.get(path).status_code == 404, path
    assert partner.get(f"{base}/installations/{own.pk.hex}/users").status_code == 403
    narrow = PartnersProgram(client, own.app, scope="account:read")
    answer = narrow.get(f"{base}/messages")
    assert answer.status_code == 403
    assert answer["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{SCOPE}"'
    assert Delivery.objects.filter(status="delivered").count() == 0


def test_the_full_state_of_an_installation_with_an_open_change(client: Client) -> None:
    with clock.freeze(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)):
        installation = make_completed(plan="Team")
        by, more = installation.installed_by, make_user(installation.account)
        auto = AutoInstall(({"filter": "role", "match": "agent"},), 7)
        wanted = Settings(plan=installation.plan, users=[by, more], licences=5, auto_install=auto)
        update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
        program = Program(Installation.objects.get(), client)
        answer = program.get(f"{program.place}/full-state")
        parts = [program.get(path).json() for path in (program.place, "/account", f"{program.place}/subscription")]
    assert answer.status_code == 200
    body = answer.json()
    event = Message.objects.get(type="app.updated")
    before = sorted(installation.operations.get(kind="install").proposed["users"])
    assert sorted(user["id"] for user in body.pop("users")) == before
    assert [each["expires_at"] for each in body["credentials"]] == [None]
    assert set(body["credentials"][0]) == {"client_id", "key_id", "key_algorithm", "created_at", "expires_at"}
    assert [body["installation"], body["account"], body["subscription"]] == parts
    assert body["operation"] == {
        "id": installation.operations.get(kind="update").pk.hex,
        "kind": "update",
        "state": "open",
        "event_id": event.pk.hex,
        "created_at": "2030-01-02T03:04:05.000Z",
        "answer_due_at": "2030-01-09T03:04:05.000Z",
        "current": side(installation, before, 2),
        "proposed": {
            **side(installation, sorted([by.pk, more.pk]), 5),
            "auto_provision_filters": [{"filter": "role", "match": "agent"}],
        },
    }
    rest = {"as_of", "last_sequence", "app_version_id", "app_version_name", "auto_provision_filters", "trial", "_links"}
    assert {name: body[name] for name in rest} == {
        "as_of": "2030-01-02T03:04:05.000Z",
        "last_sequence": 2,
        "app_version_id": installation.version_id.hex,
        "app_version_name": "1.0.0",
        "auto_provision_filters": [],
        "trial": None,
        "_links": {
            "self": {"href": f"{ROOT}{program.place}/full-state"},
            "installation": {"href": f"{ROOT}{program.place}"},
            "messages": {"href": f"{ROOT}{program.base}/messages"},
        },
    }


def side(installation: Installation, users: list[str], licences: int) -> dict[str, Any]:
    return {
        "app_version_id": installation.version_id.hex,
        "subscription_id": installation.plan_id.hex,
        "total_licenses": licences,
        "user_ids": users,
        "auto_provision_filters": [],
    }


def test_a_page_of_messages_costs_the_same_however_many(client: Client) -> None:
    installation = make_completed()
    partner, path = PartnersProgram(client, installation.app), f"/apps/{installation.app_id.hex}/messages"
    partner.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert partner.get(path).json()["count"] == 2
    assert len(queries) <= 7
