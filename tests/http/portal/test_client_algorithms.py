"""By what a client's ID tokens are signed, in the portal: chosen, shown, changed."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.factories.identity import CALLBACK
from tests.factories.partners import make_member

from fondaco.identity.models import OAuthClient

pytestmark = pytest.mark.django_db
ENTRIES = {
    "attempt": "0190f7a2b3c4d5e6f708192a3b4c5d6e",
    "name": "Nightly export",
    "runs_on": "server",
    "grant_types": ["client_credentials"],
    "redirect_uris": "",
    "scopes": ["account:read"],
}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_member().person)
    return client


def test_how_id_tokens_are_signed_is_chosen_and_shown(client: Client) -> None:
    page = client.get("/portal/clients/new").content.decode()
    box = 'name="id_token_signed_response_alg" value="{}"'
    assert re.search(box.format("ES256") + "[^>]* checked", page)
    assert re.search(r"<legend>ID tokens are signed by\s*</legend>", page)  # one always is, so none is "optional"
    people = {"grant_types": ["authorization_code"], "scopes": ["openid"], "redirect_uris": CALLBACK}
    client.post("/portal/clients/new", {**ENTRIES, **people, "id_token_signed_response_alg": "RS256"})
    row = OAuthClient.objects.get()
    assert row.id_token_signed_response_alg == "RS256"
    address = f"/portal/clients/{row.pk.hex}"
    assert re.search(r"ID tokens are signed by</dt>\s*<dd>RS256</dd>", client.get(address).content.decode())
    assert re.search(box.format("RS256") + "[^>]* checked", client.get(f"{address}/edit").content.decode())

    changed = {name: value for name, value in {**ENTRIES, **people}.items() if name not in ("attempt", "runs_on")}
    wrong = client.post(f"{address}/edit", {**changed, "revision": "0", "id_token_signed_response_alg": "none"})
    assert (wrong.status_code, OAuthClient.objects.get().revision) == (422, 0)
    client.post(f"{address}/edit", {**changed, "revision": "0", "id_token_signed_response_alg": "ES256"})
    row.refresh_from_db()
    assert (row.id_token_signed_response_alg, row.revision) == ("ES256", 1)
    late = client.post(f"{address}/edit", {**changed, "revision": "0", "id_token_signed_response_alg": "RS256"})
    assert late.status_code in (409, 422)
    assert "ID tokens are signed by" in late.content.decode()
    assert OAuthClient.objects.get().id_token_signed_response_alg == "ES256"


def test_a_client_that_signs_nobody_in_has_no_word_of_id_tokens_on_its_page(client: Client) -> None:
    client.post("/portal/clients/new", ENTRIES)
    page = client.get(f"/portal/clients/{OAuthClient.objects.get().pk.hex}").content.decode()
    assert "ID tokens are signed by" not in page
