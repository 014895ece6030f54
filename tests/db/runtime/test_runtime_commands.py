"""Commands that need the database."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from fondaco.accounts.models import Person
from fondaco.cli.main import app
from fondaco.identity.models import PersonalAccessToken

pytestmark = pytest.mark.django_db


def test_token_is_printed_once_and_belongs_to_the_person() -> None:
    person = Person.objects.create(email="ana@starship.example", name="Ana Prado")
    result = CliRunner().invoke(app, ["token", "Ana@Starship.example", "--name", "Drive"])
    assert result.exit_code == 0
    row = PersonalAccessToken.objects.get()
    assert (row.person, row.name) == (person, "Drive")
    plain = result.stdout.strip()
    assert plain
    assert plain not in str(row.__dict__)


def test_token_for_nobody_is_refused_and_none_is_made() -> None:
    result = CliRunner().invoke(app, ["token", "who@starship.example"])
    assert result.exit_code == 1
    assert result.stderr == "Nobody here has the address who@starship.example. No token was made; check the spelling.\n"
    assert not PersonalAccessToken.objects.exists()


def test_an_untouched_audit_trail_holds() -> None:
    result = CliRunner().invoke(app, ["verify-audit"])
    assert (result.exit_code, result.stdout) == (0, "The audit trail holds: 0 sealed events.\n")
