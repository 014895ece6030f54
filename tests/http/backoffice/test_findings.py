"""Findings and waivers on the page of a submission."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_version
from tests.factories.reviews import finish_checks
from tests.signing_in import signed_in

from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.models import Submission, Waiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(mara: Member) -> Submission:
    return submit(mara, make_version(make_app(mara.partner)))


def submit(mara: Member, version: Version) -> Submission:
    return actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)


def address(submission: Submission, rest: str = "") -> str:
    return f"/backoffice/submissions/{submission.track}/{submission.pk.hex}{rest}"


def test_approving_waits_for_the_checks_and_stands_on_them(submission: Submission) -> None:
    client = signed_in(make_operator())
    page = client.get(address(submission)).content.decode()
    assert "0 of 41 checks are done." in page
    mark = page.split("?mark=")[1].split('"')[0]
    polled = client.get(address(submission, f"/findings?mark={mark}"), headers={"HX-Request": "true"})
    assert polled.status_code == 204
    refused = client.post(address(submission, "/approve"))
    assert refused.status_code == 409
    assert "The checks of exactly this content have not finished." in refused.content.decode()
    finish_checks(submission, found=["no-secrets"])
    part = client.get(address(submission, f"/findings?mark={mark}"), headers={"HX-Request": "true"}).content.decode()
    assert "1 thing must be mended first." in part
    assert "<html" not in part
    assert "1 thing must be mended first." in client.get(address(submission, "/findings")).content.decode()
    assert "Not shown yet" in client.get(address(submission, "/evidence")).content.decode()
    refused = client.post(address(submission, "/approve"))
    assert refused.status_code == 409
    assert "No text contains a secret" in refused.content.decode()
    assert Submission.objects.get().status == "open"


def test_T09_a_waiver_is_seen_by_every_later_reviewer(mara: Member, submission: Submission) -> None:
    jon, ines = make_operator(), make_operator(OperatorRole.TECHNICAL_REVIEWER)
    finish_checks(submission, found=["no-secrets"])
    client = signed_in(jon)
    waive = address(submission, "/checks/no-secrets/waive")
    assert f'href="{waive}"' in client.get(address(submission)).content.decode()
    assert client.post(waive, {"reason": "", "ends_on": "2020-01-01"}).status_code == 422
    assert client.post(waive, {"reason": "A sample key.", "ends_on": "2020-01-01"}).status_code == 422
    assert Waiver.objects.count() == 0
    until = (clock.now() + timedelta(days=20)).date()
    answer = client.post(waive, {"reason": "A sample key.", "ends_on": until.isoformat()})
    assert (answer.status_code, answer["Location"]) == (302, address(submission))
    assert client.post(address(submission, "/approve"))["Location"] == address(submission)
    again = make_version(submission.version.app, name="2.0.0")
    second = submit(mara, again)
    finish_checks(second, found=["no-secrets"])
    other = signed_in(ines)
    assert "1 check waived" in other.get("/backoffice/submissions/technical").content.decode()
    page = other.get(address(second)).content.decode()
    assert f"Waived by {jon.person.name} until" in page
    assert "A sample key." in page
    waiver = Waiver.objects.get()
    withdraw = address(second, f"/waivers/{waiver.pk.hex}/withdraw")
    assert other.post(withdraw)["Location"] == address(second)
    waiver.refresh_from_db()
    assert waiver.withdrawn_by == ines.person
    assert other.post(address(second, "/approve")).status_code == 409
    with clock.travel(timedelta(days=40)):
        assert "check waived" not in other.get("/backoffice/submissions/technical").content.decode()


def test_nobody_waives_for_a_partner_that_they_belong_to(mara: Member, submission: Submission) -> None:
    finish_checks(submission, found=["no-secrets"])
    client = signed_in(make_operator(person=mara.person))
    page = client.get(address(submission)).content.decode()
    assert "1 thing must be mended first." in page
    assert "/checks/no-secrets/waive" not in page
    assert client.get(address(submission, "/checks/no-secrets/waive")).status_code == 403
    marketing = signed_in(make_operator(OperatorRole.MARKETING_REVIEWER))
    assert marketing.get(address(submission, "/checks/no-secrets/waive")).status_code == 404
    assert Waiver.objects.count() == 0
