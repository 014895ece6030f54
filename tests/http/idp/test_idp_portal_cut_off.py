"""A portal client that an operator cuts off: refused at once by what answers from memory, and by Django."""

from __future__ import annotations

import pytest
from tests.db.installs.test_access import cut, restore
from tests.db.kit.processes import wait_for
from tests.factories.accounts import actor_for, make_operator
from tests.factories.identity import Program, make_portal_client
from tests.http.idp.machine import Machine, ask_about, ask_token
from tests.http.idp.test_idp_directory import Clerk, directory

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.identity.actions import Overlap, regenerate_secret
from fondaco.identity.hot.directory import Directory
from fondaco.identity.models import OAuthClient
from fondaco.installs.reach import get_target
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["directory"]


@pytest.fixture
def program(mara: Member) -> Program:
    return make_portal_client(mara)


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def test_a_process_that_knows_it_by_heart_refuses_it_at_once(
    directory: Directory, jon: Operator, program: Program
) -> None:
    other = make_portal_client()
    clerk = Clerk(directory, program)
    assert [answer.by_django for answer in clerk.ask()] == [False, False]
    cut(jon, get_target(jon, "client", program.client.pk.hex))
    wait_for(lambda: clerk.machine.ask(ask_token(program)).status[:3] == "401")
    refused = clerk.machine.ask(ask_token(program))
    assert (refused.by_django, refused.json["error"]) == (True, "invalid_client")
    assert clerk.machine.ask(ask_about(clerk.token, program)).status[:3] == "401"
    assert clerk.machine.ask(ask_token(other)).status[:3] == "200"


def test_without_memory_the_next_request_is_refused_and_only_a_new_secret_opens(
    jon: Operator, mara: Member, program: Program
) -> None:
    machine = Machine()
    token = machine.ask(ask_token(program)).json["access_token"]
    machine.warm(ask_token(program), ask_about(token, program))
    assert machine.ask(ask_token(program)).by_django is False
    cutoff = cut(jon, get_target(jon, "client", program.client.pk.hex))
    assert machine.compare(ask_token(program)).json["error"] == "invalid_client"
    restore(jon, cutoff)
    assert machine.compare(ask_token(program)).json["error"] == "invalid_client"
    issued = regenerate_secret(
        actor=actor_for(mara.person),
        by=mara,
        client=OAuthClient.objects.get(),
        revision=0,
        overlap=Overlap.NONE,
    )
    again = Program(issued.set.client, issued)
    assert machine.ask(ask_token(again)).status[:3] == "200"
    assert machine.ask(ask_about(token, again)).json == {"active": False}
