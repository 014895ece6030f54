"""Letting a trial last longer, on the operator's page and through the API; and what the customer sees of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import make_operator, make_user
from tests.factories.installs import make_completed
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.installs.models import Trial
from fondaco.installs.trial_dates import end_of
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
WHY = "Their season starts late"


def test_on_the_page_and_through_the_api(client: Client) -> None:
    installation, jon = make_completed(), make_operator(OperatorRole.SUPPORT)
    here = f"/backoffice/installations/{installation.pk.hex}/trial"
    client.force_login(jon.person)
    assert here in client.get(f"/backoffice/accounts/{installation.account_id}").content.decode()
    assert "Extend the trial" in client.get(here).content.decode()
    today = clock.now().date()
    for wrong, words in (
        ({"last_day": "", "reason": ""}, ["Choose the last day.", "Write the reason."]),
        ({"last_day": "soon", "reason": WHY}, ["Write a day like 2030-12-31."]),
        ({"last_day": str(today), "reason": WHY}, ["lasts that long already", WHY]),
    ):
        answer = client.post(here, wrong)
        assert answer.status_code == 422
        assert all(each in answer.content.decode() for each in words)
    assert not Event.objects.filter(kind="trial.extended").exists()

    day = today + timedelta(days=40)
    answer = client.post(here, {"last_day": str(day), "reason": WHY})
    assert (answer.status_code, answer["Location"]) == (302, f"/backoffice/accounts/{installation.account_id}")
    assert Trial.objects.get().expires_at == end_of(day, "UTC")

    api, path = Api(jon.person), f"/operator/installations/{installation.pk.hex}/trial"
    later = today + timedelta(days=50)
    extended = read(api.post(f"{path}/extend", {"last_day": str(later), "reason": WHY}))
    assert (extended["state"], extended["expires_at"][:10]) == ("active", str(later + timedelta(days=1)))
    assert read(api.get(path)) == extended
    problem = refusal(api.post(f"{path}/extend", {"last_day": str(day), "reason": WHY}), 422, "invalid")
    assert set(problem["errors"]) == {"last_day"}

    customer = f"/accounts/{installation.account_id}/installations/{installation.pk.hex}/trial"
    assert read(Api(installation.installed_by.person).get(customer)) == extended
    assert Api(make_user(role="admin").person).get(customer).status_code == 404


def test_what_is_over_is_told_and_cannot_be_extended(client: Client) -> None:
    installation, jon = make_completed(), make_operator(OperatorRole.SUPPORT)
    client.force_login(jon.person)
    trial = Trial.objects.get()
    with clock.travel(timedelta(days=31)):
        page = client.get(f"/backoffice/installations/{installation.pk.hex}/trial")
        assert page.status_code == 200
        answer = Api(jon.person).post(
            f"/operator/installations/{installation.pk.hex}/trial/extend",
            {"last_day": str((clock.now() + timedelta(days=9)).date()), "reason": WHY},
        )
        refusal(answer, 409, "trial-not-running")
    other = make_completed(plan="Team")
    assert client.get(f"/backoffice/installations/{other.pk.hex}/trial").status_code == 404
    assert Trial.objects.get().expires_at == trial.expires_at
