"""``fondaco app`` in the example partner's folder, against the house over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction
from PIL import Image
from tests.factories.accounts import SYSTEM, make_operator
from tests.factories.installs import make_completed
from tests.factories.jobs import run_jobs
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks, write_results
from tests.http.cli.conftest import Project

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.catalog.models import App, Plan, Screenshot, Version
from fondaco.cli.project import checking, connection, events, following
from fondaco.kit import clock
from fondaco.messaging.models import Attempt, Delivery, Endpoint, Message, SampleEvent
from fondaco.messaging.samples import post_sample
from fondaco.messaging.states import DeliveryStatus, EndpointStatus
from fondaco.partners.models import MemberRole
from fondaco.review.actions import approve, reject
from fondaco.review.models import CheckRun, Submission

pytestmark = pytest.mark.django_db(transaction=True)


def facts() -> tuple[int, ...]:
    """Changes with whatever is written for a partner."""
    counts = [model.objects.count() for model in (App, Version, Plan, Screenshot, Submission)]
    return (Event.objects.filter(partner_id__isnull=False).count(), *counts)


def decide(version: Version, *, feedback: str = "") -> None:
    """A reviewer decides every open submission of the version."""
    reviewer = make_operator(OperatorRole.TECHNICAL_REVIEWER, OperatorRole.MARKETING_REVIEWER)
    for submission in Submission.objects.filter(version=version, status="open"):
        finish_checks(submission)
        if feedback:
            reject(actor=SYSTEM, by=reviewer, submission=submission, feedback=feedback)
        else:
            approve(actor=SYSTEM, by=reviewer, submission=submission, comment="")


def test_push_again_edit_diff_push(project: Project) -> None:
    assert project.run("diff").exit_code == 3
    assert facts() == (0, 0, 0, 0, 0, 0)

    done = project.run("push", "--yes")
    assert done.exit_code == 0, done.output
    technical = [
        *("events_callback_url", "standalone_url", "redirect_urls", "data_fields", "receives_user_logout"),
        *("backchannel_logout_url", "release_notes", "test_instructions", "scopes", "scope_reasons"),
    ]
    listing = ["summary", "description", "categories", "support_email", "docs_url", "privacy_url", "terms_url"]
    assert done.stdout.splitlines()[-8:] == [
        "done: register the app Hello Partner",
        "done: begin version 1.0.0",
        f"done: save the technical content ({', '.join(technical)})",
        f"done: save the listing content ({', '.join(listing)})",
        "done: add the plan Team",
        "done: add the plan Greeter",
        "done: add the screenshot listing/overview.png",
        "Hello Partner 1.0.0 is as fondaco.toml says.",
    ]
    version = Version.objects.get()
    assert version.technical.test_credentials == b"review@hello-partner.example / open sesame"
    greeter = version.plans.get(name="Greeter")
    assert (greeter.price_minor, greeter.model, greeter.meter_price_micros, greeter.meter_cap_minor) == (
        2500,
        "per_account",
        12500,
        10000,
    )
    assert version.app.partner == project.member.partner

    before = facts()
    done = project.run("push", "--yes")
    assert (done.exit_code, done.stdout) == (0, "Hello Partner 1.0.0 is as fondaco.toml says. Nothing to do.\n")
    assert facts() == before
    assert project.run("diff").exit_code == 0

    project.edit(('price = "4.00"', 'price = "5.50"'), ("Greets every agent by name, and", "Greets agents and"))
    status, answer = project.ask("diff")
    assert status == 3
    assert [(change["part"], change["name"]) for change in answer["changes"]] == [
        ("listing", "summary"),
        ("plans", "Team"),
    ]
    assert answer["changes"][1]["before"].startswith("4.00 USD per_seat")
    assert answer["changes"][1]["after"].startswith("5.50 USD per_seat")
    assert facts() == before
    assert project.run("push", "--yes").exit_code == 0
    assert Plan.objects.get(name="Team").price_minor == 550


def test_submit_status_mend_publish(project: Project) -> None:
    assert project.run("push", "--yes").exit_code == 0
    version = Version.objects.get()
    status, answer = project.ask("submit")
    assert status == 0, answer
    assert [(one["track"], one["place_in_queue"]) for one in answer["submitted"]] == [("technical", 1), ("listing", 1)]
    status, answer = project.ask("status")
    assert [(one["status"], one["place_in_queue"]) for one in answer["tracks"]] == [("in_review", 1), ("in_review", 1)]
    assert project.run("submit").stdout == (
        "technical: in review already, so it was left alone.\nlisting: in review already, so it was left alone.\n"
    )

    decide(version, feedback="The summary says nothing.")
    status, answer = project.ask("status")
    assert {one["feedback"] for one in answer["tracks"]} == {"The summary says nothing."}
    assert answer["tracks"][0]["next"].startswith("you: change what was asked for")
    assert project.run("submit").exit_code == 0
    assert project.run("publish").exit_code == 1
    decide(version)
    project.edit(('price = "4.00"', 'price = "5.50"'))
    assert project.run("publish").exit_code == 3  # the file says something else than what was approved
    project.edit(('price = "5.50"', 'price = "4.00"'))
    assert project.run("publish", "--at", "2030-01-02T09:00").exit_code == 2
    due_at = clock.now().replace(microsecond=0, second=0) + timedelta(days=3)
    done = project.run("publish", "--at", due_at.isoformat())
    told = f"1.0.0 becomes available on {due_at:%Y-%m-%d} at {due_at:%H:%M} UTC.\n"
    assert (done.exit_code, done.stdout) == (0, told)
    done = project.run("publish")
    assert (done.exit_code, done.stdout) == (0, "1.0.0 is published: customers find and install it.\n")
    assert project.run("status").exit_code == 0


def test_a_version_that_is_past_changing_gets_a_successor_once(project: Project) -> None:
    assert project.run("push", "--yes").exit_code == 0
    assert project.run("submit", "--track", "technical").exit_code == 0
    project.edit(("Greets every agent by name, and", "Greets agents and"))
    status, answer = project.ask("push", "--yes")
    assert (status, answer["version"]["name"]) == (0, "1.0.0")  # the listing is still a draft

    project.edit(('"http://127.0.0.1:8100/start"', '"http://127.0.0.1:8100/begin"'))
    status, answer = project.ask("push", "--yes")
    assert (status, answer["version"]["name"], answer["version"]["instead_of"]) == (0, "1.0.1", "1.0.0")
    assert Version.objects.get(name="1.0.0").technical.standalone_url == "http://127.0.0.1:8100/start"
    assert Version.objects.get(name="1.0.1").technical.standalone_url == "http://127.0.0.1:8100/begin"
    assert Version.objects.get(name="1.0.1").technical.release_notes == "The first version."
    before = facts()
    assert project.ask("push", "--yes")[1]["done"] == []
    assert facts() == before


def test_exported_and_pushed_again_changes_nothing(project: Project, tmp_path: Path) -> None:
    Image.new("RGB", (800, 500), (200, 40, 40)).save(project.folder / "listing" / "photo.jpg", "JPEG", quality=95)
    project.file.write_text(
        project.file.read_text() + '\n[[listing.screenshots]]\npath = "listing/photo.jpg"\nalternative_text = "Red"\n'
    )
    assert project.run("push", "--yes").exit_code == 0
    before = facts()
    project.folder = tmp_path / "exported"
    status, answer = project.ask("init", "--from", "hello-partner")
    assert status == 0, answer
    assert sorted(answer["files"]) == [
        "fondaco.toml",
        "listing.md",
        "pictures/icon.png",
        "pictures/screenshot-1.png",
        "pictures/screenshot-2.jpg",
    ]
    assert project.run("diff").stdout == "Hello Partner 1.0.0 is as fondaco.toml says. Nothing to do.\n"
    assert project.run("push", "--yes").exit_code == 0
    assert facts() == before
    project.file.write_text("# mine\n")
    assert project.run("init", "--from", "hello-partner").exit_code == 1
    assert project.file.read_text() == "# mine\n"


class Cable(httpx.Client):
    """A line on which the process is killed once the house has done so many requests, before it hears the answer."""

    left = 0

    def request(self, method: str, url: Any, **more: Any) -> httpx.Response:
        response = super().request(method, url, **more)
        if Cable.left == 0:
            raise KeyboardInterrupt
        Cable.left -= 1
        return response


def states(version: Version) -> tuple[Any, ...]:
    """All that a push writes."""
    technical, listing = version.technical, version.listing
    return (
        version.name,
        technical.scopes,
        technical.standalone_url,
        technical.test_credentials,
        listing.summary,
        sorted(version.plans.values_list("name", "price_minor")),
        list(listing.screenshots.values_list("alternative_text", "image_digest")),
    )


def test_killed_after_each_request_and_run_again_ends_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed process knew is nowhere but in the house, so a request without its answer is the whole of it."""
    wanted = None
    for requests in (10, *range(8, 1, -1)):  # a push is ten requests, of which the first two and the last only read
        with monkeypatch.context() as context:
            context.setattr(connection.httpx, "Client", Cable)
            Cable.left = requests
            broken = project.run("push", "--yes")
        version = Version.objects.last()
        if wanted is None:
            assert broken.exit_code == 0
            assert version
            wanted = states(version)
        else:
            assert broken.exit_code != 0
            assert version is None or requests == 8 or states(version) != wanted
        assert project.run("push", "--yes").exit_code == 0
        assert [states(version) for version in Version.objects.all()] == [wanted]
        App.objects.all().delete()


def test_someone_else_saved_meanwhile_is_told_and_not_overwritten(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.run("push", "--yes").exit_code == 0
    project.edit(("Greets every agent by name, and", "Greets agents and"), ('price = "4.00"', 'price = "5.50"'))
    put = connection.Connection.put

    def save_theirs_before(self: connection.Connection, path: str, body: Any) -> Any:
        put(self, path, {**body, "summary": "Theirs"})
        return put(self, path, body)

    monkeypatch.setattr(connection.Connection, "put", save_theirs_before)
    done = project.run("push", "--yes")
    assert done.exit_code == 1
    assert "Devi Rao saved this page while you were editing it" in done.stderr
    assert "not done: save the listing content (summary)\nnot done: save the plan Team\n" in done.stderr
    assert "Nothing was changed. Look at it with `fondaco app diff`, then push again." in done.stderr
    assert Version.objects.get().listing.summary == "Theirs"
    assert Plan.objects.get(name="Team").price_minor == 400


def test_what_the_house_refuses_is_told_with_its_line(project: Project) -> None:
    project.edit(('name = "users:read"', 'name = "users:reed"'), ('categories = ["other"]', 'categories = ["nowhere"]'))
    done = project.run("push", "--yes")
    assert done.exit_code == 1
    line = project.file.read_text().splitlines().index("[[technical.scopes]]") + 1
    assert f"fondaco.toml:{line}: technical.scopes: Unknown: users:reed." in done.stderr
    status, answer = project.ask("push", "--yes")
    assert status == 1
    assert answer["refused"]["code"] == "scope-missing"
    assert answer["refused"]["problems"][0]["key"] == "technical.scopes"


def test_nobody_can_be_asked_in_a_job(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELLO_REVIEWER_LOGIN")
    done = project.run("push")
    assert done.exit_code == 2
    assert done.stderr == (
        "HELLO_REVIEWER_LOGIN is not set, so reviewers get no log-in.\nNobody can be asked here. Say --yes to push.\n"
    )
    assert facts() == (0, 0, 0, 0, 0, 0)


def test_marketing_pushes_a_listing_and_nothing_else(project: Project, make_project: Callable[..., Project]) -> None:
    assert project.run("push", "--yes").exit_code == 0
    marketing = make_project(member=make_member(project.member.partner, role=MemberRole.MARKETING))
    project.edit(("Greets every agent by name, and", "Greets agents and"))
    assert marketing.run("push", "--yes").exit_code == 0
    project.edit(('"http://127.0.0.1:8100/start"', '"http://127.0.0.1:8100/begin"'))
    before = facts()
    assert marketing.run("push", "--yes").exit_code == 1
    assert facts() == before


def test_submitting_what_was_not_pushed_is_refused(project: Project) -> None:
    done = project.run("submit")
    assert done.exit_code == 3
    assert "Push it first" in done.stderr
    assert facts() == (0, 0, 0, 0, 0, 0)


def test_logs_tell_what_happened_and_follow(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.run("push", "--yes").exit_code == 0
    done = project.run("logs", "--most", "2")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\n") == 2
    assert done.stdout.endswith("  version.edited  by Devi Rao\n")
    version = Version.objects.get()
    installation = make_completed(project.member.partner.developer_account, version=version)
    message = Message.objects.filter(installation=installation).earliest("sequence")
    steps = iter([lambda: Attempt.objects.create(delivery=message.delivery, started_at=clock.now(), duration_ms=12)])

    def wait(seconds: float) -> None:
        for step in steps:
            step()
            return
        raise KeyboardInterrupt

    monkeypatch.setattr(following.time, "sleep", wait)
    lines = project.run("logs", "--follow", "--json").stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["kind"] for entry in entries if entry["entry"] == "event"][:2] == [
        "app.registered",
        "version.created",
    ]
    told = [entry for entry in entries if entry["id"] == message.pk.hex]
    assert [len(entry["attempts"]) for entry in told] == [0, 1]
    assert entries[-1] == told[1]
    assert (told[1]["type"], told[1]["account"]) == ("app.installed", installation.account.company_name)


def test_events_are_listed_sent_again_and_tried(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.run("push", "--yes").exit_code == 0
    installation = make_completed(project.member.partner.developer_account, version=Version.objects.get())
    message = Message.objects.filter(installation=installation).latest("sequence")
    with transaction.atomic():
        transition(Delivery.objects.get(message=message), DeliveryStatus.FAILED, actor=SYSTEM)
    listed = project.ask("events", "list", "--only", "status=failed")
    assert (listed[0], [each["event_id"] for each in listed[1]["events"]]) == (0, [message.pk.hex])
    assert f"failed  {installation.account.company_name}" in project.run("events", "list").stdout
    assert project.ask("events", "show", message.pk.hex)[1]["event"]["event"] == message.content
    assert project.ask("events", "replay")[0] == 1
    assert project.ask("events", "list", "--only", "colour=red")[1]["refused"]["code"] == "bad-only"
    done = {"sent": 1, "left_out": 0, "remaining": 0, "skipped": []}
    assert project.ask("events", "replay", "--only", "status=failed") == (0, done)
    assert Delivery.objects.get(message=message).status == "pending"
    assert project.ask("events", "replay", message.pk.hex)[0] == 0

    endpoint = Endpoint.objects.get()
    well, told = project.ask("events", "health")
    assert (well, [each["id"] for each in told["endpoints"]]) == (0, [endpoint.pk.hex])
    later = clock.now() + timedelta(minutes=5)
    with transaction.atomic():
        transition(endpoint, EndpointStatus.PAUSED, actor=SYSTEM, data={"url": endpoint.url})
    Endpoint.objects.update(last_response_status=503, failing_since=later, closed_until=later)
    shown = project.run("events", "health")
    assert (shown.exit_code, "paused" in shown.stdout, "HTTP 503" in shown.stdout) == (3, True, True)
    assert project.ask("events", "try", "https://elsewhere.example")[1]["refused"]["code"] == "no-such-address"
    assert Endpoint.objects.get().closed_until == later
    assert project.ask("events", "try", endpoint.url) == (0, {"tried": endpoint.pk.hex})
    assert Endpoint.objects.get().closed_until < later

    monkeypatch.setattr(events.time, "sleep", lambda _seconds: post_sample(SampleEvent.objects.get().pk.hex))
    status, answer = project.ask("events", "test", "app.updated")
    assert (status, answer["event"]["response_status"]) == (3, None)
    assert answer["event"]["error"] in {"connect", "dns", "refused_address"}


def test_checks_stream_and_point_into_the_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is slow: some results are there at the second look, all of them at the third."""
    assert project.run("check", "--offline").stdout == "fondaco.toml is right as far as can be told without a house.\n"
    assert project.run("check").exit_code == 3  # nothing was pushed
    assert project.run("push", "--yes").exit_code == 0
    looks: list[int] = []

    def work(seconds: float) -> None:
        run = CheckRun.objects.get(status="running")
        looks.append(run.results.count())
        if len(looks) == 1:
            write_results(run, found=["icon-sharp"])
            run.results.exclude(check_id__startswith="i").delete()
        else:
            finish_checks(run.version, found=["listing-complete"])

    monkeypatch.setattr(checking.time, "sleep", work)
    done = project.run("check")
    assert done.exit_code == 3, done.output
    lines = done.stdout.splitlines()
    run = CheckRun.objects.get()
    assert lines[1] == f"{run.total} checks of ruleset {run.ruleset} run over 1.0.0."
    assert looks[1] == run.results.filter(check_id__startswith="i").count() > 0
    line = project.file.read_text().splitlines().index('description_file = "listing/description.md"') + 1
    told = [number for number, text in enumerate(lines) if "FOUND" in text]
    assert [lines[number + 1].strip().partition(": ")[2] for number in told] == ["It is not as it should be."] * 2
    assert lines[told[1] + 1].strip() == f"fondaco.toml:{line}: It is not as it should be."
    assert lines[-1] == f"1 of {run.total} block a submission."

    status, answer = project.ask("submit")
    assert (status, answer["refused"]["code"]) == (1, "findings-block")
    assert [found["check"] for found in project.ask("status")[1]["findings"]] == ["listing-complete"]
    monkeypatch.setattr(checking.time, "sleep", lambda seconds: run_jobs("review.run_checks"))
    status, answer = project.ask("check")
    assert answer["run"]["done"] == answer["run"]["total"]
    assert status == (3 if answer["blocking"] else 0)
