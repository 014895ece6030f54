"""Each check that asks the partner's program and pages, against a real server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django.fixtures import Settings
from tests.program import PAGE, Asked, Program, serving
from tests.unit.review.dossiers import make_dossier

from fondaco.kit.outbound import SafeClient
from fondaco.messaging.signing import Signer
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Finding, Skip, find_check
from fondaco.review.checking.running import examine_all
from fondaco.review.states import Outcome

DEAD = "http://127.0.0.1:9"
SIGNER = Signer("0" * 32, ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    settings.API_ROOT, settings.API_ROOT_ALIAS = "http://127.0.0.1:8000", "http://localhost:8000"


@pytest.fixture
def program() -> Iterator[Program]:
    with serving(SIGNER) as running:
        yield running


def at(url: str) -> Dossier:
    technical = {
        "events_callback_url": f"{url}/events",
        "standalone_url": f"{url}/start?from=platform",
        "backchannel_logout_url": f"{url}/logout",
    }
    pages = {f"{kind}_url": f"{url}/{kind}" for kind in ("privacy", "terms", "support", "docs")}
    return make_dossier(technical=technical, listing=pages)


def ask(check_id: str, dossier: Dossier) -> list[Finding]:
    check = find_check(check_id)
    assert check is not None

    async def once() -> list[Finding]:
        async with SafeClient(total_seconds=2.0) as client:
            return list(await check.run(dossier, Network(client, SIGNER)))

    return asyncio.run(once())


def moved(program: Program) -> None:
    program.answers("GET /privacy", 302, {"Location": "/elsewhere"})


def gone(place: str) -> Callable[[Program], None]:
    return lambda program: program.answers(place, 404)


def broken(place: str) -> Callable[[Program], None]:
    return lambda program: program.answers(place, 500)


def believing(program: Program) -> None:
    program.answers("POST /events", 204)


def once_only(program: Program) -> None:
    seen: set[bytes] = set()

    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        is_known = asked.body in seen
        seen.add(asked.body)
        return (409 if is_known else 200), {}, b""

    program.behaviours["POST /events"] = answer


def hard_coded(program: Program) -> None:
    program.behaviours["POST /events"] = lambda asked: (401 if b"localhost" in asked.body else 200, {}, b"")


def looping(program: Program) -> None:
    program.answers("GET /docs", 302, {"Location": "/docs"})


def json_only(program: Program) -> None:
    program.answers("GET /start", 404, {"Content-Type": "application/json"}, b"{}")


BAD: list[tuple[str, Callable[[Program], None], str, str]] = [
    ("callback-accepts-event", broken("POST /events"), "technical.events_callback_url", "HTTP status 500"),
    ("callback-refuses-forgery", believing, "technical.events_callback_url", "HTTP status 204"),
    ("callback-accepts-duplicate", once_only, "technical.events_callback_url", "409 the second time"),
    ("callback-follows-links", hard_coded, "technical.events_callback_url", "http://localhost:8000"),
    ("standalone-answers-stranger", broken("GET /start"), "technical.standalone_url", "breaks with HTTP status 500"),
    ("standalone-answers-stranger", json_only, "technical.standalone_url", "not answer with a page"),
    ("logout-url-answers", lambda program: program.answers("POST /logout", 200), "technical.backchannel_logout_url",
     "HTTP status 200"),
    ("links-alive", gone("GET /support"), "listing.support_url", "HTTP status 404"),
    ("links-alive", looping, "listing.docs_url", "more than five times"),
    ("privacy-reachable", gone("GET /privacy"), "listing.privacy_url", "HTTP status 404"),
    ("terms-reachable", broken("GET /terms"), "listing.terms_url", "HTTP status 500"),
]  # fmt: skip


@pytest.mark.parametrize(("check_id", "spoil", "where", "words"), BAD)
def test_the_bad_one_is_found_and_the_good_one_passes(
    program: Program, check_id: str, spoil: Callable[[Program], None], where: str, words: str
) -> None:
    assert ask(check_id, at(program.url)) == []
    spoil(program)
    found = ask(check_id, at(program.url))
    assert {one.where for one in found} == {where}, found
    assert words in str(found[0].found)


def test_a_page_that_moved_is_followed(program: Program) -> None:
    moved(program)
    assert ask("privacy-reachable", at(program.url)) == []
    assert program.counts["GET /elsewhere"] == 1


def test_an_unknown_installation_may_be_a_404_with_a_page(program: Program) -> None:
    program.answers("GET /start", 404, PAGE[1], PAGE[2])
    assert ask("standalone-answers-stranger", at(program.url)) == []
    assert program.asked[0].path.startswith("/start?from=platform&talkdesk_installation_id=")


@pytest.mark.parametrize("check_id", ["callback-accepts-event", "standalone-answers-stranger", "privacy-reachable"])
def test_where_nobody_answers_something_is_found(check_id: str) -> None:
    assert len(ask(check_id, at(DEAD))) == 1


@pytest.mark.parametrize(
    "check_id", ["callback-accepts-duplicate", "callback-follows-links", "callback-refuses-forgery"]
)
def test_of_a_program_that_does_not_answer_only_one_check_speaks(check_id: str) -> None:
    with pytest.raises(Skip):
        ask(check_id, at(DEAD))


def test_an_address_that_may_not_be_called_is_not_called(settings: Settings, program: Program) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    [found] = ask("privacy-reachable", at(program.url))
    assert "may not be called" in str(found.found)
    program.answers("GET /privacy", 302, {"Location": "http://169.254.169.254/"})
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    [found] = ask("privacy-reachable", at(program.url))
    assert "may not be called" in str(found.found)


def test_a_check_that_takes_too_long_or_breaks_hinders_no_other(program: Program) -> None:
    over = threading.Event()

    def hang(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        over.wait(10)
        return 200, {}, b""

    program.behaviours["GET /terms"] = hang
    checks = [check for name in ("terms-reachable", "privacy-reachable", "no-secrets") if (check := find_check(name))]
    results = {one.check.id: one.outcome for one in examine_all(at(program.url), checks, SIGNER, most_seconds=0.5)}
    over.set()
    assert results == {
        "terms-reachable": Outcome.FAILED_TO_RUN,
        "privacy-reachable": Outcome.PASSED,
        "no-secrets": Outcome.PASSED,
    }


def test_a_test_event_is_a_whole_event(program: Program) -> None:
    assert ask("callback-accepts-event", at(program.url)) == []
    [asked] = program.asked
    body = json.loads(asked.body)
    assert program.is_signed(asked)
    assert asked.headers["x-hub-ecdsa-signature-id"] == SIGNER.key_id
    assert (body["type"], body["id"]) == ("app.test", body["event_id"])
    assert set(body["data"]) == {"installation_id", "account_id", "account_name"}
    assert body["_links"]["root"]["href"] == "http://127.0.0.1:8000"
