"""Whoever runs the machine gives the platform's own APIs their credentials by the command line."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.factories.identity import make_operator_client
from typer.testing import CliRunner, Result

from fondaco.audit.models import Event
from fondaco.cli.main import app
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.identity.queries import find_credentials
from fondaco.kit import clock, crypto

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"
WHY = ("--reason", "For all customers")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["own-api", *words])


def read(result: Result) -> dict[str, str]:
    """What was printed, by its words."""
    assert result.exit_code == 0, result.output
    return dict(re.findall(r"^([\w ]+): +(\S+)$", result.output, re.MULTILINE))


def test_adding_prints_all_that_the_api_needs() -> None:
    said = read(run("add", "Opening hours", *WHY))
    account = OAuthClient.objects.get().account
    credentials = find_credentials(account, said.pop("client id"))
    assert credentials is not None
    assert crypto.verify_hash(said.pop("client secret"), credentials.secret_hash)
    assert said == {
        "introspection": f"{ROOT}/platform/oauth/introspect",
        "keys": f"{ROOT}/platform/.well-known/jwks.json",
    }
    admitted = Event.objects.get(kind="client.admitted")
    assert (admitted.actor_label, admitted.data["reason"]) == ("command line", "For all customers")


def test_listing_says_what_works_and_what_is_used() -> None:
    assert "No API" in run("list").output
    program = make_operator_client()
    assert run("list").output == f"Opening hours: {program.issued.client_id}; never used\n"
    with clock.freeze() as now:
        CredentialSet.objects.update(last_used_at=now)
        new = read(run("rotate", "Opening hours", *WHY))
        until = now + timedelta(days=7)
        assert run("list").output == (
            f"Opening hours: {new['client id']}, {program.issued.client_id} until {until:%Y-%m-%d %H:%M} UTC;"
            f" last used {now:%Y-%m-%d %H:%M} UTC\n"
        )


def test_rotating_at_once_and_removing_end_what_was() -> None:
    program = make_operator_client()
    new = read(run("rotate", "Opening hours", *WHY, "--at-once"))
    assert find_credentials(program.account, program.issued.client_id) is None
    assert find_credentials(program.account, new["client id"]) is not None
    assert run("remove", "Opening hours", *WHY).exit_code == 0
    assert find_credentials(program.account, new["client id"]) is None
    assert "No API" in run("list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "Opening hours", *WHY), "already called “Opening hours”"),
        (("add", "", *WHY), "This is required"),
        (("add", "Billing", "--reason", " "), "Write the reason"),
        (("rotate", "Billing", *WHY), "No API of your own is called Billing"),
        (("rotate", "Opening hours", *WHY), "the old ones work until"),
        (("remove", "Billing", *WHY), "No API of your own is called Billing"),
        (("remove", "Opening hours", "--reason", ""), "Write the reason"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(words: tuple[str, ...], said: str) -> None:
    make_operator_client()
    read(run("rotate", "Opening hours", *WHY))
    before = Event.objects.count()
    result = run(*words)
    assert result.exit_code == 1
    assert said in " ".join(result.output.split())
    assert Event.objects.count() == before
