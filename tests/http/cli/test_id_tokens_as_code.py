"""By what ID tokens are signed, said in ``fondaco.toml``."""

from __future__ import annotations

import pytest
from tests.http.cli.conftest import Project

from fondaco.catalog.models import Version

pytestmark = pytest.mark.django_db(transaction=True)


def test_how_id_tokens_are_signed_is_pushed_and_told(project: Project) -> None:
    assert project.run("push", "--yes").exit_code == 0
    assert Version.objects.get().technical.id_token_signed_response_alg == "ES256"
    line = 'backchannel_logout_url = "http://127.0.0.1:8100/backchannel-logout"'
    project.edit((line, f'{line}\nid_token_signed_response_alg = "RS256"'))
    status, answer = project.ask("diff")
    (change,) = answer["changes"]
    assert (status, change["name"]) == (3, "id_token_signed_response_alg")
    assert project.run("push", "--yes").exit_code == 0
    assert Version.objects.get().technical.id_token_signed_response_alg == "RS256"
    assert project.run("diff").exit_code == 0
    project.edit(('id_token_signed_response_alg = "RS256"', 'id_token_signed_response_alg = "HS256"'))
    assert project.run("push", "--yes").exit_code != 0
    assert Version.objects.get().technical.id_token_signed_response_alg == "RS256"
