"""Two requests at once with one secret: exactly one wins, and a replay is never both."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from tests.factories.accounts import make_user
from tests.factories.identity import ASSERTION_TYPE, CALLBACK, Program, make_login_session, make_program

from fondaco.identity import signing_keys
from fondaco.identity.models import TokenFamily, TokenSigningKey
from fondaco.identity.protocol.authorization_endpoint import grant_authorization, read_authorization
from fondaco.identity.protocol.requests import WireAnswer, WireRequest
from fondaco.identity.protocol.token_endpoint import answer_token_request

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], WireAnswer]) -> list[WireAnswer]:
    """Starts all works at the same moment, each on a connection of its own."""
    start = Barrier(len(works))

    def run(work: Callable[[], WireAnswer]) -> WireAnswer:
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def ask(program: Program, **form: str) -> WireAnswer:
    parameters = {name: [value] for name, value in form.items()}
    return answer_token_request(WireRequest(program.account, parameters, program.basic()))


def code_for(program: Program) -> str:
    user = make_user(program.account)
    query = {"client_id": program.issued.client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    wire = WireRequest(program.account, {name: [value] for name, value in query.items()})
    session = make_login_session(user.person)
    address = grant_authorization(read_authorization(wire), person=user.person, login_session=session)
    return parse_qs(urlsplit(address).query)["code"][0]


def test_one_code_is_exchanged_once_and_its_tokens_die() -> None:
    program = make_program()
    form = {"grant_type": "authorization_code", "code": code_for(program), "redirect_uri": CALLBACK}
    answers = at_once(*[lambda: ask(program, **form)] * 4)
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    assert TokenFamily.objects.get().ended_at is not None


def test_one_refresh_token_is_used_once_and_its_family_dies() -> None:
    program = make_program()
    first = ask(program, grant_type="authorization_code", code=code_for(program), redirect_uri=CALLBACK)
    form = {"grant_type": "refresh_token", "refresh_token": first.body["refresh_token"]}
    answers = at_once(*[lambda: ask(program, **form)] * 4)
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    assert TokenFamily.objects.get().ended_at is not None


def test_one_assertion_is_accepted_once() -> None:
    program = make_program()
    form = {
        "grant_type": ["client_credentials"],
        "client_assertion_type": [ASSERTION_TYPE],
        "client_assertion": [program.assertion()],
    }
    answers = at_once(*[lambda: answer_token_request(WireRequest(program.account, form))] * 4)
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


def test_processes_that_start_together_make_one_key() -> None:
    def work() -> WireAnswer:
        signing_keys.ensure_signing_key()
        return WireAnswer(200, {}, {})

    at_once(*[work] * 4)
    assert TokenSigningKey.objects.count() == 1
