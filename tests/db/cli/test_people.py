"""The first people of a new deployment come in by the command line."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from typer.testing import CliRunner, Result

from fondaco.accounts.models import Account, Invitation, Operator, Person
from fondaco.accounts.queries import find_invitation
from fondaco.cli.main import app

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_the_first_operator_sets_a_password_with_the_printed_link(client: Client) -> None:
    result = run("operator", "Ines@platform.example", "--name", "Inês Carvalho", "--role", "partner_manager")

    assert result.exit_code == 0, result.output
    assert Operator.objects.get().roles == ["partner_manager"]
    link = re.search(r"http://\S+", result.output)
    assert link is not None
    page = client.get(link[0].split("8000")[1], follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "quiet-harbour-17", "password2": "quiet-harbour-17"})
    assert Person.objects.get(email="ines@platform.example").check_password("quiet-harbour-17")


def test_a_known_person_becomes_operator_without_a_new_password() -> None:
    Person.objects.create(email="ines@platform.example", name="Inês", password="pbkdf2_sha256$1$a$b")
    result = run("operator", "ines@platform.example")
    assert result.exit_code == 0, result.output
    assert "http" not in result.output
    assert len(Operator.objects.get().roles) == 5


def test_an_account_opens_with_an_invitation() -> None:
    result = run("account", "starship", "--company", "Starship Support", "--admin", "ana@starship.example")
    assert result.exit_code == 0, result.output
    invitation = find_invitation(result.output.strip().rsplit("/", 1)[1])
    assert (invitation.email, invitation.place_name) == ("ana@starship.example", "Starship Support")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Star Ship", "--company", "S", "--admin", "ana@starship.example"), "small letters"),
        (("starship", "--company", "S", "--admin", "ana"), "e-mail address"),
        (("starship", "--company", "S", "--admin", "a@b.example", "--timezone", "Mars/Olympus"), "time zone"),
    ],
)
def test_what_cannot_be_used_is_refused(words: tuple[str, ...], said: str) -> None:
    result = run("account", *words)
    assert result.exit_code == 1
    assert said in " ".join(result.output.split())
    assert not Account.objects.exists()
    assert not Invitation.objects.exists()


def test_a_taken_name_is_refused() -> None:
    Account.objects.create(name="starship", company_name="Starship")
    result = run("account", "starship", "--company", "Other", "--admin", "a@b.example")
    assert result.exit_code == 1
    assert Account.objects.count() == 1
