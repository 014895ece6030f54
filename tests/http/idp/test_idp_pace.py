"""A client that asks too fast is told so, by the shim's process as by Django, and no stranger can bring that about."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings
from tests.factories.identity import Program, make_program
from tests.http.idp.machine import Machine, Request, ask_about, ask_token

from fondaco.identity import pace
from fondaco.identity.models import CredentialSet, SpentAssertion

pytestmark = pytest.mark.django_db(transaction=True)
BURST = 5 * pace.BURST_SECONDS


@pytest.fixture(autouse=True)
def _five_a_second(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """And time stands still, so that nothing is let in by it."""
    settings.TOKENS_PER_SECOND = settings.INTROSPECTIONS_PER_SECOND = 5
    monkeypatch.setattr(pace, "monotonic", lambda: 1000.0)
    pace.granting.forget()
    pace.introspecting.forget()


@pytest.fixture
def program() -> Program:
    return make_program()


def ask_often(machine: Machine, request: Request, times: int) -> list[str]:
    return [machine.ask(request).status for _ in range(times)]


def test_the_allowance_is_used_up_and_comes_back_with_time(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    assert ask_often(machine, ask_token(program), BURST) == ["200 OK"] * BURST

    refused = machine.ask(ask_token(program))
    assert (refused.status, refused.by_django) == ("429 Too Many Requests", True)
    assert refused.json == {
        "error": "slow_down",
        "error_description": "This client asks too often. Nothing was issued."
        " Keep what you got until it expires; wait 1 s.",
    }
    assert dict(refused.headers)["Retry-After"] == "1"
    assert dict(refused.headers)["Cache-Control"] == "no-store"

    monkeypatch.setattr(pace, "monotonic", lambda: 1000.41)
    assert ask_often(machine, ask_token(program), 3) == ["200 OK", "200 OK", "429 Too Many Requests"]
    monkeypatch.setattr(pace, "monotonic", lambda: 2000.0)
    assert ask_often(machine, ask_token(program), BURST + 1) == ["200 OK"] * BURST + ["429 Too Many Requests"]


def test_shim_and_django_count_together(program: Program) -> None:
    machine = Machine()
    mixed = [ask_token(program), ask_token(program, client_id=program.issued.client_id)]
    by_assertion = ask_token(program, basic=False)
    statuses = [machine.ask([*mixed, by_assertion][number % 3]).status for number in range(BURST + 3)]
    assert statuses == ["200 OK"] * BURST + ["429 Too Many Requests"] * 3


def test_a_strangers_tries_use_up_nothing(program: Program) -> None:
    machine = Machine()
    wrong = Request(
        ask_token(program).path, body=ask_token(program).body, headers={"Authorization": program.basic(secret="no")}
    )
    assert set(ask_often(machine, wrong, BURST + 20)) <= {"401 Unauthorized", "429 Too Many Requests"}
    assert ask_often(machine, ask_token(program), BURST) == ["200 OK"] * BURST


def test_each_client_and_each_endpoint_has_its_own(program: Program) -> None:
    machine, other = Machine(), make_program()
    token = machine.ask(ask_token(program)).json["access_token"]
    assert ask_often(machine, ask_token(program), BURST)[-1] == "429 Too Many Requests"
    assert ask_often(machine, ask_token(other), 1) == ["200 OK"]
    assert ask_often(machine, ask_about(token, program), BURST + 1) == ["200 OK"] * BURST + ["429 Too Many Requests"]


def test_who_is_refused_leaves_nothing_behind(program: Program) -> None:
    machine = Machine()
    ask_often(machine, ask_token(program), BURST)
    CredentialSet.objects.update(last_used_at=None)
    assert ask_often(machine, ask_token(program, client_id=program.issued.client_id), 2) == [
        "429 Too Many Requests",
        "429 Too Many Requests",
    ]
    assert CredentialSet.objects.get(client=program.client).last_used_at is None
    assert SpentAssertion.objects.count() == 0


def test_only_full_buckets_are_dropped(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.TOKENS_PER_SECOND = 1
    monkeypatch.setattr(pace, "_FEW", 10)
    monkeypatch.setattr(pace, "monotonic", lambda: 1000.0)
    bucket = pace.Pace("TOKENS_PER_SECOND")
    assert [bucket.wait("greedy") for _ in range(6)] == [0] * 5 + [1]
    for number in range(30):
        assert bucket.wait(f"early {number}") == 0
    assert len(bucket._full_at) == 31
    monkeypatch.setattr(pace, "monotonic", lambda: 1001.0)
    for number in range(10):
        assert bucket.wait(f"late {number}") == 0
    assert list(bucket._full_at) == ["greedy", *(f"late {number}" for number in range(10))]
    assert [bucket.wait("greedy") for _ in range(2)] == [0, 1]
