"""Events of an app in the portal, in the backoffice and through the API: the same, each as far as they may look."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator
from tests.factories.installs import make_completed
from tests.factories.partners import make_member

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.status import transition
from fondaco.identity.actions import create_personal_token
from fondaco.installs.actions import update_settings
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.messaging.models import Attempt, Delivery, Endpoint, Message, SampleEvent
from fondaco.messaging.samples import post_sample
from fondaco.messaging.states import DeliveryStatus
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def installation() -> Installation:
    """One event failed with an answer, one waits."""
    installation = make_completed(make_account("harbour", company_name="Harbour Bank"), events_callback_url=NOBODY)
    failed = Delivery.objects.get(message__type="app.trial_started")
    Attempt.objects.create(
        delivery=failed,
        started_at=NOON,
        duration_ms=12,
        response_status=500,
        response_headers={"server": "brittle"},
        response_excerpt="out of paper",
        address="203.0.113.7",
        request_headers={"X-Hub-Ecdsa-Signature-Id": "c0ffee"},
    )
    transition(failed, DeliveryStatus.FAILED, actor=SYSTEM)
    return installation


NOBODY = "http://127.0.0.1:9/events"


def browser_of(member: Member, client: Client) -> Client:
    client.force_login(member.person)
    return client


def read(browser: Client, path: str, **headers: str) -> str:
    answer = browser.get(path, headers=headers)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_developer_looks_chooses_and_sends_again(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    browser, here = browser_of(devi, client), f"/portal/apps/{installation.app_id.hex}/events"
    failed = Message.objects.get(type="app.trial_started")
    page = read(browser, here)
    assert "app.installed" in page
    assert "Harbour Bank" in page
    assert re.search(r"Not delivered", page)
    assert "1 try · HTTP 500" in page
    assert "0 of 2 events of the last day arrived" in page
    assert "nothing has arrived yet" in page
    chosen = read(browser, f"{here}?status=failed&account=harbour&since=2020-01-01")
    assert f"/portal/events/{failed.pk.hex}" in chosen
    assert len(re.findall(r"/portal/events/[0-9a-f]{32}", chosen)) == 1
    assert "Nothing like this was sent" in read(browser, f"{here}?account=elsewhere")
    assert "Nothing like this was sent" in read(browser, f"{here}?since=yesterday")
    mark = re.search(r"mark=([0-9a-f]+)", page)
    assert mark
    assert browser.get(f"{here}?mark={mark[1]}", headers={"HX-Request": "true"}).status_code == 204

    one = read(browser, f"/portal/events/{failed.pk.hex}")
    for words in ("out of paper", "brittle", "203.0.113.7", "c0ffee", "12 ms", NOBODY, '"type": "app.trial_started"'):
        assert words in one
    assert "Send all that failed again" in page
    plan = read(browser, f"{here}/replay?status=failed")
    assert "Sent again, the oldest first" in plan
    answer = browser.post(f"{here}/replay", {"status": "failed"})
    assert (answer.status_code, answer["Location"]) == (302, here)
    assert Delivery.objects.get(message=failed).status == "pending"
    assert "Send all that failed again" not in read(browser, here)
    refused = browser.post(f"{here}/replay", {"status": "failed"})
    assert refused.status_code == 409
    assert "None of these events can be sent again." in unescape(refused.content.decode())
    answer = browser.post(f"/portal/events/{failed.pk.hex}/replay")
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/events/{failed.pk.hex}")


def test_who_only_looks_is_offered_nothing_to_send(installation: Installation, client: Client) -> None:
    finn = make_member(installation.app.partner, role=MemberRole.FINANCE)
    browser, failed = browser_of(finn, client), Message.objects.get(type="app.trial_started")
    assert "again" not in re.sub(r"(?s)<footer.*", "", read(browser, f"/portal/events/{failed.pk.hex}")).split("<h1")[1]
    assert browser.post(f"/portal/events/{failed.pk.hex}/replay").status_code == 403
    assert (
        browser.post(f"/portal/apps/{installation.app_id.hex}/events/replay", {"status": "failed"}).status_code == 403
    )
    test_page = f"/portal/versions/{installation.version_id.hex}/test-events"
    assert "Send the test event" not in read(browser, test_page)
    assert browser.post(test_page, {"type": "app.test"}).status_code == 403
    assert Delivery.objects.get(message=failed).status == "failed"
    assert not SampleEvent.objects.exists()


def test_secrets_are_on_no_page(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    message = Message.objects.get(type="app.installed")
    page = read(browser_of(devi, client), f"/portal/events/{message.pk.hex}")
    assert message.wire_body.count(b"fdc_") == 1
    assert "fdc_" not in page
    assert '"client_secret": null' in page


def test_test_events_from_a_versions_page(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    browser, here = browser_of(devi, client), f"/portal/versions/{installation.version_id.hex}/test-events"
    assert "None was sent yet" in read(browser, here)
    assert browser.post(here, {"type": "app.nonsense"}).status_code == 422
    assert browser.post(here, {"type": "user.logout"}).status_code == 302
    assert "Under way" in read(browser, here)
    sample = SampleEvent.objects.get()
    post_sample(sample.pk.hex)
    page = read(browser, here, **{"HX-Request": "true"})
    assert "Not taken" in page
    assert "The app's program cannot be reached." in page
    assert "X-Hub-Ecdsa-Signature" in page
    assert '"is_test": true' in page


def test_the_api_does_the_same(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    _, plain = create_personal_token(actor=actor_for(devi.person), person=devi.person, name="t")
    headers = {"Authorization": f"Bearer {plain}"}
    home, app = f"/api/v1/partners/{devi.partner_id.hex}", installation.app_id.hex
    failed = Message.objects.get(type="app.trial_started")
    listed = client.get(f"{home}/apps/{app}/deliveries?status=failed", headers=headers).json()["items"]
    assert [each["event_id"] for each in listed] == [failed.pk.hex]
    whole = client.get(f"{home}/deliveries/{failed.pk.hex}", headers=headers).json()
    assert whole["event"] == failed.content
    assert whole["tries"] == [
        {
            "started_at": "2030-01-02T12:00:00Z",
            "duration_ms": 12,
            "response_status": 500,
            "error": "",
            "address": "203.0.113.7",
            "request_headers": {"X-Hub-Ecdsa-Signature-Id": "c0ffee"},
            "response_headers": {"server": "brittle"},
            "response_excerpt": "out of paper",
        }
    ]
    body = {"status": "failed", "since": "2020-01-01T00:00:00Z"}
    path = f"{home}/apps/{app}/deliveries/replay"
    answer = client.post(path, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"sent": 1, "left_out": 0, "remaining": 0, "skipped": []})
    answer = client.post(path, {}, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    again = client.post(
        f"{home}/deliveries/{failed.pk.hex}/replay", {}, content_type="application/json", headers=headers
    )
    assert (again.status_code, again.json()["status"]) == (200, "pending")
    [address] = client.get(f"{home}/apps/{app}/endpoints", headers=headers).json()["items"]
    assert (address["url"], address["status"], address["waiting"]) == (NOBODY, "healthy", 2)
    tried = client.post(f"{home}/endpoints/{address['id']}/try", {}, content_type="application/json", headers=headers)
    assert tried.status_code == 204
    path = f"{home}/versions/{installation.version_id.hex}/test-events"
    sent = client.post(path, {"type": "app.installed"}, content_type="application/json", headers=headers)
    assert (sent.status_code, sent.json()["event"]["is_test"], sent.json()["started_at"]) == (201, True, None)
    assert client.get(f"{home}/test-events/{sent.json()['id']}", headers=headers).json() == sent.json()
    assert [each["id"] for each in client.get(path, headers=headers).json()["items"]] == [sent.json()["id"]]


def test_support_sees_any_apps_events_and_may_send_one_again(installation: Installation, client: Client) -> None:
    client.force_login(make_operator(OperatorRole.SUPPORT).person)
    page = read(client, f"/backoffice/apps/{installation.app_id.hex}/deliveries?status=failed")
    failed = Message.objects.get(type="app.trial_started").pk.hex
    assert f"/backoffice/deliveries/{failed}" in page
    one = read(client, f"/backoffice/deliveries/{failed}")
    assert "out of paper" in one
    assert f"/backoffice/deliveries/{failed}/replay" in one


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ({}, ["Not called yet"]),
        ({"last_success_at": NOON}, ["Works"]),
        ({"failures": 1, "failing_since": NOON, "last_response_status": 503}, ["503", "Trying again"]),
        ({"failures": 3, "failing_since": NOON, "status": "failing", "last_error": "connect"}, ["reached", "Failing"]),
    ],
)
def test_an_address_works_when_it_has_answered(
    client: Client, installation: Installation, health: dict[str, Any], words: list[str]
) -> None:
    Endpoint.objects.filter(app=installation.app).update(**health)
    mara = make_member(partner=installation.app.partner)
    page = read(browser_of(mara, client), f"/portal/apps/{installation.app.pk.hex}/events")
    card = page.partition("Callback addresses")[2].partition("<form")[0]
    known = ("Not called yet", "Works", "503", "reached", "Trying again", "Failing")
    assert [word for word in known if word in card] == words


def test_what_was_taken_and_is_asked_for_once_more_is_no_trouble(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    browser, here = browser_of(devi, client), f"/portal/apps/{installation.app_id.hex}/events"
    taken = Message.objects.get(type="app.trial_started")
    Attempt.objects.update(response_status=204)
    assert browser.post(f"/portal/events/{taken.pk.hex}/replay").status_code == 302
    page = read(browser, f"{here}?status=pending&since=2020-01-01")
    assert "Being sent again" in page
    assert "Trying again" not in page
    Attempt.objects.update(response_status=500)
    page = read(browser, f"{here}?status=pending&since=2020-01-01")
    assert "Trying again" in page
    assert "Being sent again" not in page


def test_sending_again_is_offered_whether_or_not_anything_failed(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    browser, here = browser_of(devi, client), f"/portal/apps/{installation.app_id.hex}/events"
    assert f'href="{here}/replay?status=failed"' in read(browser, here)
    assert browser.post(f"{here}/replay", {"status": "failed"}).status_code == 302
    page = read(browser, here)
    assert "Send some again" in page
    assert f'href="{here}/replay"' in page
    assert "Choose what to send again" in read(browser, f"{here}/replay")
    finn = make_member(installation.app.partner, role=MemberRole.FINANCE)
    assert "Send some again" not in read(browser_of(finn, Client()), here)


def test_an_event_that_cannot_be_sent_again_says_why(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    message = Message.objects.get(type="app.installed")
    here, why = f"/portal/events/{message.pk.hex}", "It cannot be sent again. Its credentials are not kept any more"
    page = read(browser_of(devi, client), here)
    assert "Send it now" in page
    assert why not in page
    Message.objects.filter(pk=message.pk).update(body=None)
    page = read(browser_of(devi, client), here)
    assert f'{why}: ask for new ones. <a href="/portal/installations/{installation.pk.hex}">Send new ones</a>' in page
    assert "Send it now" not in page
    finn = make_member(installation.app.partner, role=MemberRole.FINANCE)
    assert why not in read(browser_of(finn, Client()), here)


def test_what_was_dropped_cannot_be_sent_again_and_is_called_so(client: Client) -> None:
    installation = make_completed(plan="Team")
    devi, by = make_member(installation.app.partner, role=MemberRole.DEVELOPER), installation.installed_by
    wanted = Settings(installation.plan, [by], 5)
    with clock.travel(-timedelta(days=8)):
        update_settings(actor=SYSTEM, by=by, installation=installation, wanted=wanted)
    deadlines.sweep_once()
    message = Message.objects.get(type="app.updated")
    page = read(browser_of(devi, client), f"/portal/events/{message.pk.hex}")
    assert "It cannot be sent again. Nobody answered in time, so what it proposes was dropped." in page
    assert "Send new ones" not in page


def test_of_very_many_tries_the_newest_are_shown(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    message = Message.objects.get(type="app.installed")
    delivery, here = Delivery.objects.get(message=message), f"/portal/events/{message.pk.hex}"
    Attempt.objects.bulk_create(
        Attempt(delivery=delivery, started_at=NOON + timedelta(minutes=number), duration_ms=number, error="connect")
        for number in range(53)
    )
    page = read(browser_of(devi, client), here)
    assert "53 tries" in page
    assert "3 earlier tries are not shown." in page
    for number, is_shown in ((2, False), (3, True), (52, True)):
        assert (f" · {number} ms" in page) is is_shown, number
    Attempt.objects.filter(duration_ms__lt=3).delete()
    assert "tries are not shown" not in read(browser_of(devi, client), here)


def test_what_a_replay_leaves_out_is_named_with_the_reason(installation: Installation, client: Client) -> None:
    devi = make_member(installation.app.partner, role=MemberRole.DEVELOPER)
    browser, here = browser_of(devi, client), f"/portal/apps/{installation.app_id.hex}/events"
    gone = Message.objects.get(type="app.installed")
    Message.objects.filter(pk=gone.pk).update(body=None)
    since, why = "since=2020-01-01", "Its credentials are not kept any more: ask for new ones."
    plan = read(browser, f"{here}/replay?{since}")
    left_out = plan.split('aria-label="Left out"')[-1]
    assert re.findall(r"/portal/events/[0-9a-f]{32}", left_out) == [f"/portal/events/{gone.pk.hex}"]
    assert why in left_out
    nothing = read(browser, f"{here}/replay?{since}&type=app.installed")
    assert "None of these can be sent again." in nothing
    assert f"/portal/events/{gone.pk.hex}" in nothing
    refused = browser.post(f"{here}/replay", {"since": "2020-01-01", "type": "app.installed"})
    assert (refused.status_code, f"/portal/events/{gone.pk.hex}" in refused.content.decode()) == (409, True)

    _, plain = create_personal_token(actor=actor_for(devi.person), person=devi.person, name="t")
    path = f"/api/v1/partners/{devi.partner_id.hex}/apps/{installation.app_id.hex}/deliveries/replay"
    headers, body = {"Authorization": f"Bearer {plain}"}, {"since": "2020-01-01T00:00:00Z"}
    skipped = {"event_id": gone.pk.hex, "type": "app.installed", "reason": "credentials-gone"}
    answer = client.post(path, body, content_type="application/json", headers=headers)
    named = {"account": "Harbour Bank", "installation_id": installation.pk.hex, "why": why}
    assert answer.json() == {"sent": 1, "left_out": 1, "remaining": 0, "skipped": [skipped | named]}
    refused = client.post(path, body | {"type": "app.installed"}, content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-replay")
    assert refused.json()["skipped"] == [skipped]

    browser.post(f"{here}/replay", {"since": "2020-01-01"})
    assert "1 event is sent again. 1 was left out." in read(browser, here)


def test_of_very_many_left_out_the_first_are_shown(client: Client) -> None:
    first = make_completed()
    for _ in range(21):
        make_completed(version=first.version)
    Message.objects.filter(type="app.installed").update(body=None)
    devi = make_member(first.app.partner, role=MemberRole.DEVELOPER)
    page = read(browser_of(devi, client), f"/portal/apps/{first.app_id.hex}/events/replay?since=2020-01-01")
    keys = Message.objects.filter(type="app.installed").order_by("pk").values_list("pk", flat=True)
    assert re.findall(r"/portal/events/([0-9a-f]{32})", page) == [key.hex for key in keys[:20]]
    assert "2 more are left out, written later." in page
