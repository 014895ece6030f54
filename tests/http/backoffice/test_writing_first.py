"""The pages and the door of the API by which operators begin a ticket."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from tests.factories.accounts import make_operator, make_user
from tests.factories.installs import make_pending
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.support.models import Ticket

pytestmark = pytest.mark.django_db
WORDS = {"subject": "Slow since Monday", "text": "Your program answers late.", "priority": "high"}


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def test_an_installation_has_both_sides_to_choose_from(jon: Operator) -> None:
    installation = make_pending()
    address, client = f"/backoffice/installations/{installation.pk.hex}", Client()
    client.force_login(jon.person)
    assert f'href="{address}/write"' in client.get(address).content.decode()
    page = html.unescape(client.get(f"{address}/write").content.decode())
    assert "Write about Ledgerline at Harbour Bank" in page
    assert "Latest messages" in page or "app.installed" in page
    refused = client.post(f"{address}/write", WORDS)
    assert (refused.status_code, Ticket.objects.count()) == (422, 0)
    assert "Choose who gets it." in refused.content.decode()
    assert WORDS["text"] in refused.content.decode()
    answer = client.post(f"{address}/write", {**WORDS, "to": ["partner", "customer"]}, follow=True)
    ticket = Ticket.objects.get()
    assert answer.redirect_chain == [(f"/backoffice/tickets/{ticket.pk.hex}", 302)]
    assert f"{jon.person.name} to Harbour Bank" in answer.content.decode()
    ada, mara = installation.installed_by, make_member(installation.app.partner)
    for person, path in ((ada.person, "/support"), (mara.person, "/portal/support")):
        reader = Client()
        reader.force_login(person)
        read_page = html.unescape(reader.get(f"{path}/{ticket.pk.hex}").content.decode())
        assert f"opened by {jon.person.name}, Fondaco" in read_page
        assert read_page.count("was written to") == 2
        assert "asked" not in read_page.split("Who takes part")[1].split("What it is about")[0]
        assert f"{jon.person.name}, Fondaco" in html.unescape(reader.get(path).content.decode())


@pytest.mark.parametrize("kind", ["accounts", "partners"])
def test_one_side_alone_is_not_asked_for(jon: Operator, kind: str) -> None:
    ada, mara = make_user(), make_member()
    address = f"/backoffice/{kind}/{ada.account_id if kind == 'accounts' else mara.partner_id.hex}"
    client = Client()
    client.force_login(jon.person)
    assert f'href="{address}/write"' in client.get(address).content.decode()
    assert "Who gets it" not in client.get(f"{address}/write").content.decode()
    assert client.post(f"{address}/write", WORDS).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.account_id, ticket.partner_id) == (
        (ada.account_id, None) if kind == "accounts" else (None, mara.partner_id)
    )
    assert (ticket.subject, ticket.priority) == ("Slow since Monday", "high")


def test_the_door_of_the_api(jon: Operator) -> None:
    installation, api = make_pending(), Api(jon.person)
    body = {**WORDS, "installation_id": installation.pk.hex, "to": ["partner"]}
    made = read(api.send("POST", "/operator/tickets", body), 201)
    assert (made["asked_by"], made["partner_id"], made["account_id"]) == (
        "operator", installation.app.partner_id.hex, None,
    )  # fmt: skip
    assert (made["status"], made["taken_by"]) == ("waiting_for_partner", jon.person.name)
    refused = read(api.send("POST", "/operator/tickets", {**WORDS, "account_id": "0" * 24, "to": ["customer"]}), 404)
    assert refused["code"] == "not-found"
    for ids in ({}, {"account_id": installation.account_id, "partner_id": installation.app.partner_id.hex}):
        both = read(api.send("POST", "/operator/tickets", {**WORDS, **ids, "to": ["customer"]}), 422)
        assert set(both["errors"] if "errors" in both else both["fields"]) == {"to"}
    assert Ticket.objects.count() == 1
