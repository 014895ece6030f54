"""Clients made in the portal at the token endpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from joserfc.jwk import ECKey
from tests.factories.accounts import actor_for
from tests.factories.identity import EXPORT, Program, make_portal_client
from tests.http.idp.wire import Wire

from fondaco.identity import actions
from fondaco.identity.actions import Overlap
from fondaco.identity.models import CredentialSet
from fondaco.kit import clock
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(mara: Member) -> Program:
    return make_portal_client(mara)


def test_a_token_of_the_account_with_the_scopes_that_were_chosen(program: Program, client: Client) -> None:
    wire = Wire(program, client)
    status, body = wire.basic()
    assert (status, body["scope"], body["expires_in"]) == (200, "account:read users:read", 600)
    assert wire.basic(scope="users:read")[1]["scope"] == "users:read"
    assert wire.basic(scope="contacts:read")[1]["error"] == "invalid_scope"
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://a.example"}
    status, body = wire.post(form, authorization=program.basic())
    assert (status, body["error"]) == (400, "unauthorized_client")


def test_its_use_is_noted_once_a_minute(program: Program, client: Client) -> None:
    wire = Wire(program, client)
    with clock.freeze() as moment:
        for seconds in (0, 59):
            with clock.travel(timedelta(seconds=seconds)):
                assert wire.basic()[0] == 200
        assert CredentialSet.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=60)):
            assert wire.basic()[0] == 200
        later = moment + timedelta(seconds=60)
        assert CredentialSet.objects.get().last_used_at == later


def test_a_refused_request_is_no_use(program: Program, client: Client) -> None:
    wire = Wire(program, client)
    assert wire.basic(scope="contacts:read")[0] == 400
    assert wire.post({"grant_type": "client_credentials"}, authorization=program.basic(secret="fdc_x"))[0] == 401
    assert CredentialSet.objects.get().last_used_at is None


def test_an_assertion_without_a_key_pair_is_refused(program: Program, client: Client) -> None:
    forged = program.assertion(key=ECKey.generate_key("P-256"), header={"kid": CredentialSet.objects.get().key_id})
    status, body = Wire(program, client).assert_with(forged)
    assert (status, body["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("algorithm", ["ES256", "PS256"])
def test_an_assertion_with_the_key_pair(mara: Member, program: Program, client: Client, algorithm: str) -> None:
    actor = actor_for(mara.person)
    pair = actions.create_key_pair(actor=actor, by=mara, client=program.client, revision=0, algorithm=algorithm)
    keyed = Program(program.client, pair)
    assert Wire(keyed, client).assert_with(keyed.assertion())[0] == 200
    assert Wire(program, client).basic()[0] == 200, "the secret goes on working beside it"
    actions.create_key_pair(actor=actor, by=mara, client=program.client, revision=1)
    assert Wire(keyed, client).assert_with(keyed.assertion())[0] == 401, "replaced at once"


def test_during_the_overlap_both_secrets_work(mara: Member, program: Program, client: Client) -> None:
    issued = actions.regenerate_secret(
        actor=actor_for(mara.person), by=mara, client=program.client, revision=0, overlap=Overlap.HOUR
    )
    new = Program(program.client, issued)
    assert [Wire(each, client).basic()[0] for each in (program, new)] == [200, 200]
    assert issued.client_secret != program.issued.client_secret
    mixed = program.basic(secret=issued.client_secret)
    assert Wire(program, client).post({"grant_type": "client_credentials"}, authorization=mixed)[0] == 401
    with clock.travel(timedelta(hours=1)):
        assert [Wire(each, client).basic()[0] for each in (program, new)] == [401, 200]


def test_taking_a_scope_away_counts_with_the_next_request(mara: Member, program: Program, client: Client) -> None:
    token = Wire(program, client).basic()[1]["access_token"]
    assert client.get("/users", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    fields = replace(EXPORT, scopes=("account:read",))
    actions.edit_portal_client(actor=actor_for(mara.person), by=mara, client=program.client, revision=0, fields=fields)
    assert client.get("/users", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    body = Wire(program, client).basic()[1]
    assert body["scope"] == "account:read"
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert [client.get(path, headers=bearer).status_code for path in ("/account", "/users")] == [200, 403]
