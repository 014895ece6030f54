"""Staff let an API of the platform's own in, renew its credentials and end them, in the backoffice."""

from __future__ import annotations

import base64
import html
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.accounts import make_operator
from tests.factories.identity import make_program
from tests.http.idp.wire import Wire

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.models import CredentialSet, OAuthClient

pytestmark = pytest.mark.django_db
LIST = "/backoffice/access/own-apis"
ADD = f"{LIST}/add"


@pytest.fixture
def jon(client: Client) -> Client:
    client.force_login(make_operator(OperatorRole.TECHNICAL_REVIEWER).person)
    return client


def text(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def copied(answer: HttpResponse) -> list[str]:
    """What can be copied from the page: ID, secret, and the two addresses."""
    return re.findall(r'data-copy="([^"]+)"', text(answer))


def form_of(client: Client, path: str, **entries: str) -> dict[str, str]:
    """The entries, and what the page sends along with them."""
    found = re.search(r'name="attempt" value="(\w+)"', text(client.get(path)))
    assert found is not None
    return {"attempt": found[1], **entries}


def ask(address: str, client_id: str, secret: str, token: str) -> tuple[int, bool | None]:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    answer = Client().post(
        address.removeprefix("http://127.0.0.1:8000"),
        f"token={token}",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {pair}"},
    )
    return answer.status_code, answer.json().get("active")


def test_from_letting_in_to_ending(jon: Client) -> None:
    token = Wire(make_program(), Client()).basic()[1]["access_token"]
    assert "No API of your own checks tokens" in text(jon.get(LIST))

    entries = form_of(jon, ADD, name="Opening hours", reason="For all customers")
    answer = jon.post(ADD, entries)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    client_id, secret, introspection, keys = copied(answer)
    assert keys == "http://127.0.0.1:8000/platform/.well-known/jwks.json"
    assert ask(introspection, client_id, secret, token) == (200, True)
    assert copied(jon.post(ADD, entries)) == [client_id, secret, introspection, keys]  # pressed twice
    assert CredentialSet.objects.filter(client__kind="operator").count() == 1

    page = f"{LIST}/{OAuthClient.objects.get(kind='operator').pk.hex}"
    assert page in text(jon.get(LIST))
    shown = text(jon.get(page))
    assert client_id in shown
    assert secret not in shown
    answer = jon.post(page, form_of(jon, page, how="forced", reason="It leaked"))
    new_id, new_secret = copied(answer)[:2]
    assert ask(introspection, client_id, secret, token) == (401, None)
    assert ask(introspection, new_id, new_secret, token) == (200, True)

    assert text(jon.get(f"{page}/remove")).count("End the access of Opening hours?") == 1
    answer = jon.post(f"{page}/remove", {"reason": "It moved"}, follow=True)
    assert "Opening hours may ask about no token any more." in text(answer)
    assert ask(introspection, new_id, new_secret, token) == (401, None)
    assert jon.get(page).status_code == 404
    told = Event.objects.filter(kind__in=["client.admitted", "credentials.rotated", "client.revoked"]).order_by("id")
    assert [(event.actor_label, event.data["reason"]) for event in told] == [
        ("Jon Okafor", "For all customers"),
        ("Jon Okafor", "It leaked"),
        ("Jon Okafor", "It moved"),
    ]


def test_what_is_missing_or_taken_is_said_and_nothing_done(jon: Client) -> None:
    assert jon.post(ADD, form_of(jon, ADD, name="Billing", reason="Why not")).status_code == 200
    page = f"{LIST}/{OAuthClient.objects.get(kind='operator').pk.hex}"
    before = Event.objects.count()
    for path, entries, said in (
        (ADD, {"name": "Billing", "reason": "Again"}, "already called “Billing”"),
        (ADD, {"name": "", "reason": "Again"}, "Write what the API is called."),
        (ADD, {"name": "Reports", "reason": " "}, "Write the reason."),
        (page, {"how": "routine", "reason": ""}, "Write the reason."),
        (page, {"how": "perhaps", "reason": "Again"}, "perhaps"),
        (f"{page}/remove", {"reason": ""}, "Write the reason."),
    ):
        answer = jon.post(path, entries)
        assert answer.status_code in {409, 422}, path
        assert said in text(answer)
    assert Event.objects.count() == before


def test_the_way_there_is_shown_to_who_may_go_it(client: Client) -> None:
    for role, is_shown in ((OperatorRole.TECHNICAL_REVIEWER, True), (OperatorRole.SUPPORT, False)):
        client.force_login(make_operator(role, person=None).person)
        assert (f'href="{LIST}"' in text(client.get("/backoffice/access"))) is is_shown
