"""A developer who knows only OAuth: from the portal to a token with curl, and to its end."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.factories.accounts import PASSWORD, make_person
from tests.factories.partners import make_member, make_partner
from tests.flows.browser import Page
from tests.flows.house import House
from tests.flows.people import sign_in
from tests.searching import find_in_database

from fondaco.identity.models import CredentialSet, OAuthClient

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "oauth-clients.md"


def commands(page: Page) -> list[str]:
    """What the page offers to copy, as it stands there."""
    return [html.unescape(found) for found in re.findall(r"<pre[^>]*><code>(.*?)</code>", page.html, re.DOTALL)]


def run(command: str, **variables: str) -> dict[str, Any]:
    """What a pasted command prints, run by a shell with these variables."""
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "*", **variables}
    done = subprocess.run(
        ["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=30, check=True
    )
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


@pytest.fixture
def at_portal(house: House) -> Any:
    """Devi's browser, signed in at the portal."""
    partner = make_partner()
    devi = make_person("Devi Rao", email="devi@ledgerline.example", password=PASSWORD)
    make_member(partner, person=devi)
    return sign_in(house, devi.email)


def test_from_the_portal_to_a_token_with_curl_and_to_its_end(house: House, at_portal: Any) -> None:
    at_portal.open("/portal/")
    at_portal.follow("OAuth clients")
    at_portal.follow("New OAuth client")
    page = create(at_portal)
    token_command, account_command = commands(page)
    secret = re.search(r"fdc_[\w-]+", token_command)
    assert secret
    answer = run(token_command)
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 600, "account:read")
    account = run(account_command, TOKEN=answer["access_token"])
    client = OAuthClient.objects.get()
    assert account["id"] == client.account_id
    assert client.credential_sets.get().last_used_at is not None
    assert find_in_database(secret.group()) == []

    # The same from the client's page, with the secret in a variable of the shell.
    page = at_portal.follow("I kept it: to the client")
    assert "last used just now" in page.text
    assert "scope" in run(commands(page)[0], CLIENT_SECRET=secret.group())

    # A new secret at once: the old one, and what it got, are dead.
    at_portal.follow("Regenerate the secret")
    page = at_portal.press("Regenerate", {label(at_portal, "Regenerate", "overlap", "none"): True})
    assert run(token_command)["error"] == "invalid_client"
    assert run(account_command, TOKEN=answer["access_token"])["code"] == "401-token-refused"
    renewed_command = commands(page)[0]
    fresh = run(renewed_command)
    assert "error" not in run(account_command, TOKEN=fresh["access_token"])

    at_portal.follow("I kept it: to the client")
    at_portal.follow("Delete this client")
    page = at_portal.press("Delete Nightly export")
    assert "No OAuth client yet" in page.text
    assert run(account_command, TOKEN=fresh["access_token"])["code"] == "401-token-refused"
    assert run(renewed_command)["error"] == "invalid_client"


def test_the_program_of_the_guide_gets_a_token_with_a_key_pair(at_portal: Any, tmp_path: Path) -> None:
    at_portal.open("/portal/clients/new")
    page = create(at_portal)
    token_url = commands(page)[0].split()[1]
    at_portal.follow("I kept it: to the client")
    at_portal.follow("Create a key pair")
    page = at_portal.press("Create the key pair")
    pem, _line = commands(page)
    (tmp_path / "private.pem").write_text(pem)
    row = CredentialSet.objects.get()
    assert row.key_id in page.html
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    environment = {
        "NO_PROXY": "*",
        "CLIENT_ID": row.wire_client_id,
        "KEY_ID": row.key_id,
        "TOKEN_URL": token_url,
    }
    done = subprocess.run(
        [sys.executable, "-c", code.group(1)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["scope"] == "account:read"


def create(browser: Any) -> Page:
    """Fills in the form that is open, and presses its button."""
    made: Page = browser.press(
        "Create",
        {
            "Name": "Nightly export",
            label(browser, "Create", "grant_types", "client_credentials"): True,
            label(browser, "Create", "scopes", "account:read"): True,
        },
    )
    return made


def label(browser: Any, button: str, field: str, value: str) -> str:
    """The words beside a box of the form with this button."""
    form, _button = browser.page.find_form(button)
    return str(next(each.label for each in form.controls if (each.name, each.value) == (field, value)))
