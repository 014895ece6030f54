"""The Apps API, member by member (DOMAIN 2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.installs import make_completed, make_installing
from tests.http.wire.conftest import Program

from fondaco.audit.models import Event
from fondaco.installs.actions import retry_installation, uninstall_app, update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock, deadlines
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"
PLANS = [
    {
        "type": "trial",
        "license_type": "individual",
        "name": "Trial",
        "price": 0,
        "price_minor": 0,
        "currency": "USD",
        "description": "",
        "listing_summary": "Everything, for every agent",
        "min_licenses": 1,
        "max_licenses": None,
        "created_by": "Mara Lind",
    },
    {
        "type": "paid",
        "license_type": "individual",
        "name": "Team",
        "price": 18,
        "price_minor": 1800,
        "currency": "USD",
        "description": "",
        "listing_summary": "Everything, for every agent",
        "min_licenses": 2,
        "max_licenses": 50,
        "created_by": "Mara Lind",
    },
]


def test_the_app(program: Program) -> None:
    installation = program.installation
    answer = program.get(program.base)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "id": installation.app_id.hex,
        "app_type": "standalone",
        "name": "Ledgerline",
        "display_name": "Ledgerline",
        "slug": "ledgerline",
        "listing_summary": "Invoices and payments inside the call, without leaving the conversation.",
        "description": "Agents see **open invoices** next to the caller.",
        "notes": "",
        "version_number": "1.0.0",
        "render": "portal",
        "created_type": "Ledgerline GmbH",
        "sandbox": False,
        "scopes_reason": "contacts:write: to add the customer number after a payment",
        "emails": [
            {"type": "technical", "email": "dev@ledgerline.example"},
            {"type": "support", "email": "support@ledgerline.example"},
        ],
        "assets": [
            {"type": "icon", "description": "Ledgerline", "url": f"{ROOT}/media/icons/test.png"},
            {
                "type": "screenshot",
                "description": "An open invoice beside a call",
                "url": f"{ROOT}/media/screenshots/test.png",
            },
        ],
        "urls": [
            {"type": "redirect_uri", "url": "https://app.ledgerline.example/sso/cb"},
            {"type": "installation_subscription", "url": "https://app.ledgerline.example/events"},
            {"type": "launch_url", "url": "https://app.ledgerline.example/start"},
            {"type": "privacy_policy", "url": "https://ledgerline.example/privacy"},
            {"type": "terms_of_service", "url": "https://ledgerline.example/terms"},
        ],
        "subscription_types": PLANS,
        "scopes": [
            "openid",
            "refresh_token",
            "apps:read",
            "apps:write",
            "events:read",
            "account:read",
            "users:read",
            "contacts:write",
        ],
        "_links": {
            "self": {"href": f"{ROOT}{program.base}"},
            "installations": {"href": f"{ROOT}{program.base}/installations"},
        },
    }


def test_the_list_of_apps_holds_the_own_one(program: Program) -> None:
    answer = program.get("/apps").json()
    assert [app["id"] for app in answer["_embedded"]["apps"]] == [program.installation.app_id.hex]
    assert (answer["total"], answer["_links"]) == (1, {"self": {"href": f"{ROOT}/apps"}})


def test_the_installation(client: Client) -> None:
    with clock.freeze(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)):
        installation = make_installing()
        program = Program(installation, client)
        answer = program.get(program.place)
    ada = installation.installed_by
    href = f"{ROOT}{program.place}"
    assert answer.status_code == 200
    assert answer.json() == {
        "id": installation.pk.hex,
        "app_id": installation.app_id.hex,
        "account_id": installation.account_id,
        "scopes": installation.client.scopes,
        "auto_provision_filters": [],
        "created_at": "2030-01-02T03:04:05.000Z",
        "_embedded": {
            "created_by": {
                "id": ada.pk,
                "email": ada.person.email,
                "name": "Ada Adler",
                "active": True,
                "gender": None,
                "extension": None,
                "external_phone_number": None,
                "created_at": "2030-01-02T03:04:05.000Z",
                "_links": {"self": {"href": f"{ROOT}/users/{ada.pk}"}},
            },
            "state": {
                "state": "installing",
                "reason": "",
                "updated_at": "2030-01-02T03:04:05.000Z",
                "_links": {"self": {"href": f"{href}/state"}},
            },
        },
        "_links": {
            "self": {"href": href},
            "users": {"href": f"{href}/users"},
            "subscription": {"href": f"{href}/subscription"},
            "state": {"href": f"{href}/state"},
            "trial": {"href": f"{href}/trial"},
            "app": {"href": f"{ROOT}{program.base}"},
            "account": {"href": f"{ROOT}/account"},
        },
    }


def test_the_list_of_installations_is_the_one_of_the_token(program: Program) -> None:
    answer = program.get(f"{program.base}/installations").json()
    assert [found["id"] for found in answer["_embedded"]["installations"]] == [program.installation.pk.hex]


def test_what_waits_has_no_reason_of_earlier(program: Program) -> None:
    """Else the answer to one change would read as what was said of the next."""
    installation = program.installation
    by = installation.installed_by
    users = [licence.user for licence in installation.licences.select_related("user")]
    team = installation.version.plans.get(name="Team")
    program.post(f"{program.place}/state", {"state": "approve", "reason": "Ready for two."})
    update_settings(actor=SYSTEM, by=by, installation=installation, wanted=Settings(team, users, 5))
    state = program.get(f"{program.place}/state").json()
    assert (state["state"], state["reason"]) == ("pending", "")
    program.post(f"{program.place}/state", {"state": "reject", "reason": "Too many."})
    state = program.get(f"{program.place}/state").json()
    assert (state["state"], state["reason"]) == ("completed", "Too many.")
    uninstall_app(actor=SYSTEM, by=by, installation=installation, reason_type="other", reason="Done with it")
    state = program.get(f"{program.place}/state").json()
    assert (state["state"], state["reason"]) == ("pending", "")


def test_the_end_of_a_trial_has_no_reason_of_earlier(program: Program) -> None:
    program.post(f"{program.place}/state", {"state": "approve", "reason": "Ready for two."})
    with clock.travel(timedelta(days=31)):
        deadlines.sweep_once()
    state = program.get(f"{program.place}/state").json()
    assert (state["state"], state["reason"]) == ("suspended", "")


def test_who_confirms_a_removal_reads_back_what_they_said(program: Program) -> None:
    program.post(f"{program.place}/state", {"state": "approve", "reason": "Ready for two."})
    installation = program.installation
    by = installation.installed_by
    uninstall_app(actor=SYSTEM, by=by, installation=installation, reason_type="other", reason="Done with it")
    state = program.post(f"{program.place}/state", {"state": "approve", "reason": "All is deleted."}).json()
    assert (state["state"], state["reason"]) == ("revoked", "All is deleted.")


def test_what_is_asked_for_anew_has_no_reason_of_earlier(program: Program) -> None:
    installation = program.installation
    program.post(f"{program.place}/state", {"state": "reject", "reason": "Not in your region."})
    installation.refresh_from_db()
    assert (installation.status, installation.reason) == ("rejected", "Not in your region.")
    retry_installation(actor=SYSTEM, by=installation.installed_by, installation=installation)
    installation.refresh_from_db()
    assert (installation.status, installation.reason) == ("installing", "")


def test_approve(program: Program) -> None:
    answer = program.post(f"{program.place}/state", {"state": "approve", "reason": "all set"})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"state", "reason", "updated_at", "_links"}
    assert (body["state"], body["reason"]) == ("completed", "all set")
    assert Installation.objects.get().status == "completed"
    event = Event.objects.get(kind="operation.approved")
    assert (event.actor_kind, event.actor_id) == ("client", program.installation.client_id.hex)
    assert program.post(f"{program.place}/state", {"state": "approve"}).status_code == 200
    assert program.get(f"{program.place}/state").json() == body


@pytest.mark.parametrize(
    ("word", "state"),
    [("reject", "rejected"), ("rejected", "rejected"), ("failed", "rejected"), ("completed", "completed")],
)
def test_the_older_words_mean_the_same(program: Program, word: str, state: str) -> None:
    assert program.post(f"{program.place}/state", {"state": word}).json()["state"] == state


@pytest.mark.parametrize(
    ("body", "content_type", "status", "fields"),
    [
        ({"state": "maybe"}, "application/json", 422, ["state"]),
        ({}, "application/json", 422, ["state"]),
        ({"state": ["approve"]}, "application/json", 422, ["state"]),
        ({"state": "approve", "reason": 7}, "application/json", 422, ["reason"]),
        ({"state": "approve", "reason": "a\0b"}, "application/json", 422, ["reason"]),
        ({"state": "approve", "reason": "\ud800"}, "application/json", 422, ["reason"]),
        ({"state": "approve", "reason": "x" * 1001}, "application/json", 422, ["reason"]),
        ("{", "application/json", 400, []),
        ("[]", "application/json", 400, []),
        ("[" * 60_000, "application/json", 400, []),
        ("\udcff".encode("utf-8", "surrogateescape"), "application/json", 400, []),
        (" " * 70_000, "application/json", 400, []),
        ("state=approve", "application/x-www-form-urlencoded", 415, []),
    ],
)
def test_a_bad_answer_changes_nothing(
    program: Program, body: object, content_type: str, status: int, fields: list[str]
) -> None:
    token = program.token()
    before = Event.objects.count()
    answer = program.post(f"{program.place}/state", body, token=token, content_type=content_type)
    assert answer.status_code == status
    found = answer.json()
    assert [field["name"] for field in found["fields"]] == fields
    assert found["error"] == found["message"]
    assert Event.objects.count() == before
    assert Installation.objects.get().status == "installing"


def test_a_late_answer_is_a_conflict(program: Program) -> None:
    with clock.travel(timedelta(days=8)):
        deadlines.sweep_once()
        answer = program.post(f"{program.place}/state", {"state": "approve"})
    assert answer.status_code == 409
    operation = Operation.objects.get()
    assert answer.json()["code"] == "409-answer-too-late"
    assert (answer.json()["operation"]["id"], answer.json()["operation"]["kind"]) == (operation.pk.hex, "install")
    assert Installation.objects.get().status == "timeout"


def test_the_users_in_pages(program: Program) -> None:
    path = f"{program.place}/users"
    answer = program.get(f"{path}?per_page=1").json()
    assert {name: answer[name] for name in ("total", "count", "page", "per_page", "total_pages")} == {
        "total": 2,
        "count": 1,
        "page": 1,
        "per_page": 1,
        "total_pages": 2,
    }
    assert [user["name"] for user in answer["_embedded"]["users"]] == ["Ada Adler"]
    assert answer["_links"] == {
        "self": {"href": f"{ROOT}{path}?page=1&per_page=1"},
        "first": {"href": f"{ROOT}{path}?page=1&per_page=1"},
        "last": {"href": f"{ROOT}{path}?page=2&per_page=1"},
        "next": {"href": f"{ROOT}{path}?page=2&per_page=1"},
    }
    second = program.get(answer["_links"]["next"]["href"].removeprefix(ROOT)).json()
    assert [user["name"] for user in second["_embedded"]["users"]] == ["Samir Sol"]
    assert set(second["_links"]) == {"self", "first", "last", "prev"}


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "per_page=", "page=99999999999", "page=²"])
def test_a_bad_page_is_400_and_names_the_field(program: Program, query: str) -> None:
    answer = program.get(f"{program.place}/users?{query}")
    assert answer.status_code == 400
    assert [field["name"] for field in answer.json()["fields"]] == [query.split("=", maxsplit=1)[0]]


def test_the_subscription_is_there_before_the_answer(program: Program) -> None:
    body = program.get(f"{program.place}/subscription").json()
    assert body == {
        "type": "trial",
        "license_type": "individual",
        "name": "Trial",
        "price": 0,
        "price_minor": 0,
        "currency": "USD",
        "description": "",
        "listing_summary": "Everything, for every agent",
        "min_licenses": 1,
        "max_licenses": None,
        "created_by": "Mara Lind",
        "id": program.installation.plan_id.hex,
        "total_licenses": 2,
        "_links": {"self": {"href": f"{ROOT}{program.place}/subscription"}},
    }


def test_the_trial_before_and_after_the_approval(program: Program) -> None:
    body = program.get(f"{program.place}/trial").json()
    links = {
        "self": {"href": f"{ROOT}{program.place}/trial"},
        "installation": {"href": f"{ROOT}{program.place}"},
    }
    assert body == {
        "state": "pending",
        "started_at": None,
        "expires_at": None,
        "ended_at": None,
        "ended_reason": None,
        "subscription_name": "Trial",
        "_links": links,
    }
    with clock.freeze(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)):
        program.post(f"{program.place}/state", {"state": "approve"})
        body = program.get(f"{program.place}/trial").json()
    assert (body["state"], body["started_at"], body["expires_at"]) == (
        "active",
        "2030-01-02T03:04:05.000Z",
        "2030-02-01T03:04:05.000Z",
    )


def test_without_a_trial_there_is_none(client: Client) -> None:
    program = Program(make_completed(plan="Team"), client)
    answer = program.get(f"{program.place}/trial")
    assert (answer.status_code, answer.json()["code"]) == (404, "404-not-found")


def test_an_event_with_its_secrets_until_it_is_delivered(program: Program) -> None:
    message = Message.objects.get()
    path = f"{program.base}/events/{message.pk.hex}"
    assert message.content["_links"]["self"]["href"] == f"{ROOT}{path}"
    answer = program.get(path)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    assert answer.content == message.wire_body
    assert answer.json()["data"]["client_secret"].startswith("fdc_")
    Message.objects.update(body=None)
    hidden = program.get(path).json()
    assert hidden["data"]["client_secret"] is hidden["data"]["private_key"] is None
    assert hidden == json.loads(message.public_body)


def test_the_price_in_cents_when_it_is_not_whole(client: Client) -> None:
    installation = make_completed(make_account(), plan="Team")
    installation.plan.price_minor = 1850
    installation.plan.save()
    program = Program(installation, client)
    body = program.get(f"{program.place}/subscription").json()
    assert (body["price"], body["price_minor"]) == (1850, 1850)
