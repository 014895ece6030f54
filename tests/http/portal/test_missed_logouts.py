"""A logout token that did not arrive is seen by the app's partner and by support: on pages and through the API."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account, make_operator
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_completed
from tests.factories.partners import make_member
from tests.factories.sessions import sign_in_to_app
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.status import transition, transition_all
from fondaco.identity.actions import end_login_session
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.models import LogoutAttempt, LogoutDelivery
from fondaco.messaging.states import DeliveryStatus

pytestmark = pytest.mark.django_db
HEADING = "Logout tokens that did not arrive"
REFUSED = "The app's program answered with HTTP status 400."
LEFT_ALONE = "The app's program has failed so often that it is left alone for a while."


def sign_out(installation: Installation) -> LogoutDelivery:
    session = sign_in_to_app(installation.installed_by, installation.client)
    end_login_session(actor=SYSTEM, session_id=session.pk)
    return LogoutDelivery.objects.get(login_session=session)


@pytest.fixture
def installation() -> Installation:
    """Of four tokens one was refused, one never tried, one arrived, and one waits."""
    version = make_published_version(backchannel_logout_url="https://app.ledgerline.example/logout")
    installation = make_completed(make_account("harbour", company_name="Harbour Bank"), version=version)
    refused, untried, arrived, _waiting = (sign_out(installation) for _ in range(4))
    LogoutAttempt.objects.create(
        delivery=refused, started_at=clock.now(), duration_ms=12, response_status=400, address="203.0.113.7"
    )
    transition_all([refused, untried], DeliveryStatus.FAILED, actor=SYSTEM)
    transition(arrived, DeliveryStatus.DELIVERED, actor=SYSTEM)
    return installation


def rows_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())))
    return page.partition(HEADING)[2]


def test_both_pages_show_who_was_not_signed_out_and_why(installation: Installation, client: Client) -> None:
    app = installation.app
    pages = {
        f"/portal/apps/{app.pk.hex}/logout-tokens": make_member(app.partner).person,
        f"/backoffice/apps/{app.pk.hex}/logout-tokens": make_operator(OperatorRole.SUPPORT).person,
    }
    failed = LogoutDelivery.objects.filter(status="failed")
    others = LogoutDelivery.objects.exclude(status="failed")
    for path, person in pages.items():
        client.force_login(person)
        rows = rows_of(client, path)
        assert rows.count("Harbour Bank") == 2
        assert (f"{REFUSED} 1 try" in rows, f"{LEFT_ALONE} 0 tries" in rows) == (True, True)
        assert all(f"session {each.login_session_id.hex}" in rows for each in failed)
        assert not any(each.login_session_id.hex in rows for each in others)
        assert installation.installed_by_id in rows


def test_of_an_app_that_took_everything_it_is_said(client: Client) -> None:
    installation = make_completed(backchannel_logout_url="https://app.ledgerline.example/logout")
    sign_out(installation)
    client.force_login(make_member(installation.app.partner).person)
    rows = rows_of(client, f"/portal/apps/{installation.app_id.hex}/logout-tokens")
    assert "Every logout token arrived" in rows
    assert installation.installed_by_id not in rows
    events = client.get(f"/portal/apps/{installation.app_id.hex}/events").content.decode()
    assert f'href="/portal/apps/{installation.app_id.hex}/logout-tokens"' in events


def test_the_api_lists_them_for_both_and_for_nobody_else(installation: Installation) -> None:
    app = installation.app
    partner, support = make_member(app.partner), make_operator(OperatorRole.SUPPORT)
    asked = {
        f"/partners/{app.partner_id.hex}/apps/{app.pk.hex}/logout-deliveries": Api(partner.person),
        f"/operator/apps/{app.pk.hex}/logout-deliveries": Api(support.person),
    }
    newest_first = list(LogoutDelivery.objects.order_by("-id"))
    for path, api in asked.items():
        assert [item["id"] for item in read(api.get(path))["items"]] == [each.pk.hex for each in newest_first]
        untried, refused = read(api.get(f"{path}?status=failed"))["items"]
        assert (untried["attempts"], [each["response_status"] for each in refused["attempts"]]) == ([], [400])
        assert {name: refused[name] for name in ("account_id", "account", "user_id", "session_id", "status")} == {
            "account_id": installation.account_id,
            "account": "Harbour Bank",
            "user_id": installation.installed_by_id,
            "session_id": newest_first[3].login_session_id.hex,
            "status": "failed",
        }
        refusal(api.get(f"{path}?status=lost"), 422, "invalid")
        refusal(Api(make_member().person).get(path), 404, "not-found")
        refusal(Api(installation.installed_by.person).get(path), 404, "not-found")
