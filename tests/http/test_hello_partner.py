"""The example partner app as a real process against a small platform on a real socket."""

from __future__ import annotations

import html
import json
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.http.fake_platform import ANA, BRUNO, CHEN, PATIENCE, FakePlatform, Installed
from tests.http.partner_process import APP, Partner


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    platform = FakePlatform()
    yield platform
    platform.stop()


@pytest.fixture(scope="module")
def running(platform: FakePlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    partner = Partner(platform, tmp_path_factory.mktemp("partner") / "store.sqlite3", HELLO_HANG_SECONDS="1.5")
    yield partner
    partner.stop()


@pytest.fixture
def partner(running: Partner, platform: FakePlatform) -> Iterator[Partner]:
    yield running
    running.misbehave("behave")
    platform.signed_in_user = ANA
    platform.spoiled_nonce = None


@pytest.fixture
def row(partner: Partner, platform: FakePlatform) -> Installed:
    """An installation which the partner has approved."""
    row = platform.install()
    assert platform.deliver(partner.url, platform.event("app.installed", row)) == 204
    partner.wait_for_health(is_idle=True)
    assert partner.state_of(row) == "active"
    return row


def finish(partner: Partner, platform: FakePlatform, kind: str, row: Installed, **data: object) -> None:
    assert platform.deliver(partner.url, platform.event(kind, row, **data)) == 204
    partner.wait_for_health(is_idle=True)


def words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(answer.text).split())


def test_an_install_is_read_and_approved(partner: Partner, platform: FakePlatform) -> None:
    row = platform.install()
    finish(partner, platform, "app.installed", row)
    assert row.answers == [{"state": "approve", "reason": "Ready for 2 people."}]
    assert partner.rows(
        "SELECT state, app_name, version_name, company, installed_by, plan, licences FROM installations WHERE id = ?",
        row.id,
    ) == [("active", "Whisper", "2.1", "Acme Ltd", "Chen Wei", "Trial", 3)]
    people = partner.rows("SELECT user_id, name FROM people WHERE installation_id = ? ORDER BY 1", row.id)
    assert people == [(ANA, "Ana Silva"), (BRUNO, "Bruno Costa")]


def test_the_file_is_private_and_events_keep_no_secret(partner: Partner, row: Installed) -> None:
    assert partner.database.stat().st_mode & 0o077 == 0
    assert partner.rows("SELECT body, state FROM events WHERE installation_id = ?", row.id) == [(b"", "done")]
    assert b"never-to-be-stored" not in partner.database.read_bytes()


def test_a_duplicate_is_accepted_and_ignored(partner: Partner, platform: FakePlatform) -> None:
    row = platform.install()
    body = platform.event("app.installed", row)
    assert [platform.deliver(partner.url, body) for _ in range(3)] == [204, 204, 204]
    partner.wait_for_health(is_idle=True)
    assert len(row.answers) == 1
    assert partner.rows("SELECT count(*) FROM events WHERE installation_id = ?", row.id) == [(1,)]


@pytest.mark.parametrize("fault", ["body", "signature", "key", "no-header", "foreign-root", "not-json"])
def test_an_event_that_is_not_proved_is_refused(partner: Partner, platform: FakePlatform, fault: str) -> None:
    row = platform.install()
    body = platform.event("app.installed", row)
    headers = platform.sign(body)
    if fault == "body":
        body = body.replace(b"acme", b"evil")
    elif fault == "signature":
        headers["X-Hub-Ecdsa-Signature"] = "zz"
    elif fault == "key":
        headers["X-Hub-Ecdsa-Signature-Id"] = uuid.uuid4().hex
    elif fault == "no-header":
        headers = {}
    elif fault == "foreign-root":
        body = body.replace(platform.root.encode(), b"http://127.0.0.2:1")
        headers = platform.sign(body)
    else:
        body = b"\xff{"
        headers = platform.sign(body)
    asked = len(platform.requests)
    assert httpx.post(f"{partner.url}/events", content=body, headers=headers).status_code == 401
    assert partner.rows("SELECT count(*) FROM events WHERE installation_id = ?", row.id) == [(0,)]
    assert {path.split("/")[1] for _, path in platform.requests[asked:]} <= {"events"}
    assert row.answers == []


def test_a_proved_body_that_is_no_event_is_refused(partner: Partner, platform: FakePlatform) -> None:
    body = json.dumps({"_links": {"root": {"href": platform.root}}, "data": []}).encode()
    assert platform.deliver(partner.url, body) == 400


def test_an_unknown_event_type_is_let_pass(partner: Partner, platform: FakePlatform, row: Installed) -> None:
    finish(partner, platform, "app.renamed", row)
    assert partner.rows("SELECT note FROM events WHERE type = 'app.renamed'") == [("not a type we know",)]


def test_a_test_event_is_taken_and_nothing_follows(partner: Partner, platform: FakePlatform, row: Installed) -> None:
    body = json.dumps({**json.loads(platform.event("app.uninstalled", row)), "is_test": True}).encode()
    assert platform.deliver(partner.url, body) == 204
    assert partner.rows(
        "SELECT state, body FROM events WHERE type = 'app.uninstalled' AND installation_id = ?", row.id
    ) == [("ignored", b"")]
    assert partner.state_of(row) == "active"


def test_reject_says_the_reason_and_only_for_that_app(partner: Partner, platform: FakePlatform) -> None:
    bad, good = platform.install(), platform.install()
    assert partner.misbehave("reject", app_id=bad.app_id, reason="No room at the inn.") == 303
    finish(partner, platform, "app.installed", bad)
    finish(partner, platform, "app.installed", good)
    assert bad.answers == [{"state": "reject", "reason": "No room at the inn."}]
    assert good.answers == [{"state": "approve", "reason": "Ready for 2 people."}]
    assert partner.state_of(bad) == "rejected"
    assert httpx.get(partner.launch(bad)).status_code == 403


def test_error_answers_500_and_the_same_event_works_later(partner: Partner, platform: FakePlatform) -> None:
    row = platform.install()
    body = platform.event("app.installed", row)
    partner.misbehave("error")
    assert platform.deliver(partner.url, body) == 500
    assert partner.rows("SELECT count(*) FROM events WHERE installation_id = ?", row.id) == [(0,)]
    partner.misbehave("behave")
    assert platform.deliver(partner.url, body) == 204
    partner.wait_for_health(is_idle=True)
    assert len(row.answers) == 1


def test_hang_keeps_the_connection_open(partner: Partner, platform: FakePlatform) -> None:
    row = platform.install()
    partner.misbehave("hang")
    with pytest.raises(httpx.ReadTimeout):
        platform.deliver(partner.url, platform.event("app.installed", row), timeout=1)
    assert row.answers == []


def test_silent_takes_the_event_and_never_answers(partner: Partner, platform: FakePlatform) -> None:
    row = platform.install()
    partner.misbehave("silent", app_id=row.app_id)
    finish(partner, platform, "app.installed", row)
    assert row.answers == []
    assert partner.rows("SELECT state, body FROM events WHERE installation_id = ?", row.id) == [("ignored", b"")]


def test_the_switch_refuses_nonsense_and_other_sites(partner: Partner) -> None:
    assert partner.misbehave("dance") == 422
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = httpx.post(f"{partner.url}/misbehave", data={"mode": "error", "app_id": "*"}, headers=headers)
    assert answer.status_code == 403
    assert partner.rows("SELECT mode FROM conduct WHERE app_id = '*' AND mode <> 'behave'") == []


def test_an_update_reads_people_again_and_ends_sessions(
    partner: Partner, platform: FakePlatform, row: Installed
) -> None:
    with httpx.Client(follow_redirects=True) as browser:
        browser.get(partner.launch(row))
        row.licensed = [BRUNO, CHEN]
        finish(partner, platform, "app.updated", row, users={"adding": [CHEN], "removing": [ANA]})
        assert browser.get(f"{partner.url}/hello").status_code == 401
    assert row.answers[1:] == [{"state": "approve", "reason": "Updated."}]
    people = partner.rows("SELECT user_id FROM people WHERE installation_id = ? ORDER BY 1", row.id)
    assert people == [(BRUNO,), (CHEN,)]


def test_an_uninstall_is_acknowledged_and_everything_is_deleted(
    partner: Partner, platform: FakePlatform, row: Installed
) -> None:
    finish(partner, platform, "app.uninstalled", row, reason={"type": "other", "message": "moving on"})
    assert row.answers[1:] == [{"state": "approve", "reason": "Everything of yours is deleted."}]
    columns = "state, client_id, private_key, key_id"
    assert partner.rows(f"SELECT {columns} FROM installations WHERE id = ?", row.id) == [("uninstalled", "", "", "")]
    assert partner.rows("SELECT count(*) FROM people WHERE installation_id = ?", row.id) == [(0,)]
    assert httpx.get(partner.launch(row)).status_code == 404


def test_a_forced_uninstall_with_dead_credentials_is_taken(
    partner: Partner, platform: FakePlatform, row: Installed
) -> None:
    row.is_revoked = True
    for token in [token for token, (owner, _) in platform.tokens.items() if owner is row]:
        del platform.tokens[token]
    finish(partner, platform, "app.uninstalled", row)
    assert partner.state_of(row) == "uninstalled"
    assert len(row.answers) == 1


def test_an_uninstall_does_not_wait_for_an_install_that_is_stuck(partner: Partner, platform: FakePlatform) -> None:
    row = platform.install()
    row.state_status = 500
    assert platform.deliver(partner.url, platform.event("app.installed", row)) == 204
    target = f"/apps/{row.app_id}/installations/{row.id}/state"
    platform.wait_for(lambda: ("POST", target) in platform.requests)
    assert platform.deliver(partner.url, platform.event("app.uninstalled", row)) == 204
    row.state_status = 200
    partner.wait_for_health(is_idle=True)
    assert row.answers == [{"state": "approve", "reason": "Everything of yours is deleted."}]
    assert partner.state_of(row) == "uninstalled"

    finish(partner, platform, "app.trial_ended", row, ended_reason="app_uninstalled", ended_by="user")
    assert partner.rows("SELECT note FROM events ORDER BY rowid DESC LIMIT 1") == [
        ("nothing is left whose trial could end: app_uninstalled",)
    ]
    assert partner.state_of(row) == "uninstalled"


def test_new_credentials_are_acknowledged_with_the_new_key(
    partner: Partner, platform: FakePlatform, row: Installed
) -> None:
    platform.rotate(row)
    finish(partner, platform, "app.credentials_rotated", row, **platform.credentials(row))
    assert row.acknowledged == [row.client_id]
    kept = partner.rows("SELECT client_id, key_id FROM installations WHERE id = ?", row.id)
    assert kept == [(row.client_id, row.key_id)]


def test_a_token_that_the_platform_forgot_is_fetched_again(
    partner: Partner, platform: FakePlatform, row: Installed
) -> None:
    for token in [token for token, (owner, _) in platform.tokens.items() if owner is row]:
        del platform.tokens[token]
    finish(partner, platform, "app.updated", row, users={"adding": [], "removing": []})
    assert len(row.answers) == 2


def test_a_trial_starts_grows_and_ends(partner: Partner, platform: FakePlatform, row: Installed) -> None:
    finish(partner, platform, "app.trial_started", row, expires_at="2026-12-23T00:00:00.000Z")
    finish(partner, platform, "app.trial_extended", row, expires_at="2027-01-23T00:00:00.000Z")
    kept = partner.rows("SELECT state, trial_ends_at FROM installations WHERE id = ?", row.id)
    assert kept == [("active", "2027-01-23T00:00:00.000Z")]
    finish(partner, platform, "app.trial_ended", row, ended_reason="trial_expired", ended_by="system")
    assert partner.state_of(row) == "suspended"
    answer = httpx.get(partner.launch(row))
    assert (answer.status_code, "The trial is over" in answer.text) == (403, True)
    finish(partner, platform, "app.updated", row, users={"adding": [], "removing": []})
    assert partner.state_of(row) == "active"


def test_single_sign_on_needs_no_click(partner: Partner, platform: FakePlatform, row: Installed) -> None:
    # The hint names somebody else; only the platform's own answer counts.
    with httpx.Client(follow_redirects=True) as browser:
        answer = browser.get(partner.launch(row, user_hint=BRUNO))
        assert (answer.status_code, str(answer.url)) == (200, f"{partner.url}/hello")
        page = words(answer)
        assert "<h1>Hello, Ana</h1>" in page
        assert "You are signed in to <b>Whisper</b> for <b>Acme Ltd</b>." in page
        cookie = answer.history[-1].headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert browser.cookies["hello_session"] not in str(partner.rows("SELECT token_hash FROM sessions"))
        assert browser.post(f"{partner.url}/sign-out").status_code == 401


def begin(partner: Partner, row: Installed, browser: httpx.Client) -> str:
    """The callback address as the platform makes it after the first half of a sign-in."""
    authorize = browser.get(partner.launch(row)).headers["Location"]
    assert parse_qs(urlsplit(authorize).query)["redirect_uri"] == [f"{partner.url}/callback"]
    return str(browser.get(authorize).headers["Location"])


def test_a_wrong_state_is_refused(partner: Partner, row: Installed) -> None:
    with httpx.Client() as browser, httpx.Client() as stranger:
        callback = begin(partner, row, browser)
        forged = callback.partition("&state=")[0] + "&state=forged"
        begin(partner, row, stranger)
        for client, url in ((browser, forged), (stranger, callback)):
            answer = client.get(url)
            assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)
            assert "support@hello-partner.example" in answer.text
        assert browser.get(callback).status_code == 303
        assert browser.get(callback).status_code == 400


def test_a_denied_or_spoiled_answer_signs_nobody_in(partner: Partner, platform: FakePlatform, row: Installed) -> None:
    with httpx.Client() as browser:
        state = begin(partner, row, browser).partition("&state=")[2]
        assert browser.get(f"{partner.url}/callback?error=access_denied&state={state}").status_code == 403
        platform.spoiled_nonce = "of another sign-in"
        assert browser.get(begin(partner, row, browser)).status_code == 502
        assert "hello_session" not in browser.cookies
    assert partner.rows("SELECT count(*) FROM sessions WHERE installation_id = ?", row.id) == [(0,)]


def test_without_a_licence_there_is_a_splash_page(partner: Partner, platform: FakePlatform, row: Installed) -> None:
    platform.signed_in_user = CHEN
    with httpx.Client(follow_redirects=True) as browser:
        answer = browser.get(partner.launch(row))
        assert (answer.status_code, "You have no licence yet" in answer.text) == (403, True)
        assert "hello_session" not in browser.cookies
        row.licensed.append(CHEN)
        answer = browser.get(partner.launch(row))
        assert (answer.status_code, "Hello, Chen" in answer.text) == (200, True)


def test_a_platform_logout_ends_that_persons_session_only(
    partner: Partner, platform: FakePlatform, row: Installed
) -> None:
    with httpx.Client(follow_redirects=True) as ana, httpx.Client(follow_redirects=True) as bruno:
        ana.get(partner.launch(row))
        platform.signed_in_user = BRUNO
        bruno.get(partner.launch(row))
        finish(partner, platform, "user.logout", row, user_id=ANA, user_email="ana@acme.example")
        assert ana.get(f"{partner.url}/hello").status_code == 401
        assert bruno.get(f"{partner.url}/hello").status_code == 200


def test_the_home_page_lists_what_it_knows(partner: Partner, row: Installed) -> None:
    page = words(httpx.get(partner.url))
    assert row.id in page
    assert "Acme Ltd" in page
    assert row.key_id not in page


def test_a_killed_process_finishes_its_events_at_the_next_start(platform: FakePlatform, tmp_path: Path) -> None:
    partner = Partner(platform, tmp_path / "store.sqlite3")
    row = platform.install()
    row.state_status = 500
    try:
        assert platform.deliver(partner.url, platform.event("app.installed", row)) == 204
        target = f"/apps/{row.app_id}/installations/{row.id}/state"
        platform.wait_for(lambda: ("POST", target) in platform.requests)
        partner.stop(signal.SIGKILL)
        row.state_status = 200
        partner.start()
        partner.wait_for_health(is_idle=True)
        assert row.answers == [{"state": "approve", "reason": "Ready for 2 people."}]
        assert partner.state_of(row) == "active"
    finally:
        assert partner.stop() == 0


def test_the_environment_sets_the_switch(platform: FakePlatform, tmp_path: Path) -> None:
    partner = Partner(platform, tmp_path / "store.sqlite3", HELLO_MISBEHAVE="reject:We are on holiday.")
    row = platform.install()
    try:
        finish(partner, platform, "app.installed", row)
        assert row.answers == [{"state": "reject", "reason": "We are on holiday."}]
    finally:
        partner.stop()


def test_a_taken_port_is_one_clear_failure(partner: Partner, tmp_path: Path) -> None:
    environment = partner.environment | {"HELLO_DATABASE": str(tmp_path / "other.sqlite3")}
    command = [sys.executable, str(APP), "--port", str(partner.port)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert f"Port {partner.port} is in use" in done.stderr
    assert "Traceback" not in done.stderr
