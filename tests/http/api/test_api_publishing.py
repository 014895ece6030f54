"""Publishing, projects and trust through the management API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.models import PlannedPublication
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.identity.actions import create_personal_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


class Api:
    """One person's programs."""

    def __init__(self, person: Person) -> None:
        _token, plain = create_personal_token(actor=actor_for(person), person=person, name="tests")
        self.client = Client(headers={"Authorization": f"Bearer {plain}"})

    def get(self, path: str) -> dict[str, object]:
        answer = self.client.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def post(self, path: str, body: dict[str, object] | None = None, *, expect: int = 200) -> dict[str, object]:
        answer = self.client.post(f"/api/v1{path}", body or {}, "application/json")
        assert answer.status_code == expect, answer.content
        return dict(answer.json())


def test_a_version_is_scheduled_cancelled_published_taken_out_and_brought_back() -> None:
    mara = make_member()
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)
    api, at = Api(mara.person), f"/partners/{mara.partner_id.hex}/versions/{version.pk.hex}"
    due_at = (clock.now() + timedelta(days=2)).isoformat()
    planned = api.post(f"{at}/publication/schedule", {"due_at": due_at})
    assert (planned["planned_by"], planned["failure"], planned["is_published"]) == (mara.person.name, "", False)
    assert PlannedPublication.objects.get().due_at.isoformat() == due_at
    assert api.get(f"/partners/{mara.partner_id.hex}/projects")["items"] == [
        {
            "app_id": version.app_id.hex,
            "name": "Ledgerline",
            "version_id": version.pk.hex,
            "technical_status": "approved",
            "listing_status": "approved",
            "need": "time",
            "waits_for_partner": False,
            "asked_submission_id": None,
            "offered_version": None,
        }
    ]
    for wrong in ("tomorrow", "2030-01-02T09:00:00", 1893574800, None):
        refused = api.post(f"{at}/publication/schedule", {"due_at": wrong}, expect=422)
        assert list(dict(refused["errors"])) == ["due_at"]  # type: ignore[call-overload]
    assert api.post(f"{at}/publication/cancel")["due_at"] is None
    assert api.post(f"{at}/publication/cancel", expect=409)["code"] == "nothing-planned"
    api.post(f"{at}/make-available")
    assert api.get(f"{at}/publication")["is_published"] is True
    out = api.post(f"{at}/unlist", {"reason": "A bug"})
    assert (out["is_published"], out["technical_status"], out["listing_status"], out["unlisted_reason"]) == (
        False,
        "available",
        "advertised",
        "A bug",
    )
    assert Client().get("/api/v1/marketplace/listings").json()["items"] == []
    assert api.post(f"{at}/unlist", {"reason": "A bug"}, expect=409)["code"] == "already-unlisted"
    assert api.post(f"{at}/relist")["is_published"] is True


def test_a_partner_is_trusted_and_not_any_more() -> None:
    mara, jon = make_member(), make_operator(OperatorRole.PARTNER_MANAGER)
    api, at = Api(jon.person), f"/operator/partners/{mara.partner_id.hex}/trust"
    assert api.get(at)["is_trusted"] is False
    until = (clock.now() + timedelta(days=30)).date()
    given = api.post(at, {"reason": "Careful people", "until": until.isoformat()})
    assert (given["is_trusted"], given["reason"], given["given_by"]) == (True, "Careful people", jon.person.name)
    assert api.post(f"{at}/withdraw", {"reason": "A complaint"})["is_trusted"] is False
    assert api.post(f"{at}/withdraw", {"reason": "A complaint"}, expect=409)["code"] == "not-trusted"
