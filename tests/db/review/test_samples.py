"""Of what passed by policy a sample is drawn, and a person looks at it afterwards."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from tests.db.review.test_trusted_partners import next_version, statuses, submit, trust
from tests.factories.accounts import actor_for, make_operator
from tests.factories.mail import deliver
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read, refusal
from tests.racing import at_once

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog import actions as catalog
from fondaco.catalog.models import ListingContent, Version
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.errors import OwnWork, SampleOver
from fondaco.review.models import PolicyDecision, Sample

pytestmark = pytest.mark.django_db
WHY = "The summary names a customer who knows nothing of it."


@pytest.fixture
def ines() -> Operator:
    return make_operator(OperatorRole.MARKETING_REVIEWER)


@pytest.fixture
def mara(settings: Settings) -> Member:
    settings.REVIEW_SAMPLE_EVERY = 1
    member = make_member()
    trust(make_operator(OperatorRole.PARTNER_MANAGER), member)
    return member


def draw(mara: Member) -> Sample:
    submission = submit(mara, next_version(mara, summary="Invoices and payments within the call."))
    return Sample.objects.get(pk=submission.pk)


def look(by: Operator, sample: Sample, problem: str = "") -> Sample:
    who = {"actor": actor_for(by.person), "by": by, "sample": sample}
    return actions.report_sample(**who, reason=problem) if problem else actions.pass_sample(**who)


def test_it_passes_and_is_found_fine(ines: Operator, mara: Member) -> None:
    sample = draw(mara)
    assert statuses(sample.submission) == ("approved", "approved")
    assert PolicyDecision.objects.get().outcome == "approved"
    mails = {str(letter.subject): letter.to for letter in deliver()}
    assert mails["A sample to look at: Ledgerline 2.0.0"] == [ines.person.email]
    look(ines, sample)
    found = Sample.objects.get()
    assert (found.status, found.looked_by, found.words) == ("fine", ines.person, "")
    assert not Version.objects.exclude(withheld_at=None).exists()
    assert Event.objects.filter(kind="sample.passed").count() == 1
    other = make_operator()
    events = Event.objects.count()
    for problem in ("", WHY):
        with pytest.raises(SampleOver) as refused:
            look(other, sample, problem)
        assert ines.person.name in str(refused.value)
    assert (Event.objects.count(), Sample.objects.get().status) == (events, "fine")
    assert deliver() == []


def test_a_problem_takes_it_out_and_brings_the_next_to_a_person(ines: Operator, mara: Member) -> None:
    sample = draw(mara)
    version = Version.objects.get(pk=sample.submission.version_id)
    deliver()
    look(ines, sample, WHY)
    version.refresh_from_db()
    assert (version.withheld_reason, version.withheld_by) == (WHY, ines.person.name)
    [letter] = deliver()
    assert letter.subject == "Ledgerline 2.0.0 was taken out of the marketplace after a second look"
    assert (letter.to, WHY in letter.body) == ([mara.person.email], True)

    mended = catalog.create_version(actor=actor_for(mara.person), by=mara, app=version.app, name="3.0.0")
    submission = submit(mara, mended)
    assert statuses(submission) == ("open", "in_review")
    decision = PolicyDecision.objects.get(pk=submission.pk)
    assert decision.objections == [
        "A sample of this app had a problem. People decide about its listings until one has passed."
    ]
    actions.approve(actor=actor_for(ines.person), by=ines, submission=submission)
    assert ListingContent.objects.get(pk=mended.pk).status == "approved"
    after = catalog.create_version(actor=actor_for(mara.person), by=mara, app=version.app, name="4.0.0")
    assert statuses(submit(mara, after)) == ("approved", "approved")


def test_nobody_looks_at_their_own_company(ines: Operator, mara: Member) -> None:
    sample = draw(mara)
    make_member(mara.partner, person=ines.person)
    with pytest.raises(OwnWork):
        look(ines, sample, WHY)
    assert (Sample.objects.get().status, Version.objects.exclude(withheld_at=None).exists()) == ("open", False)


@pytest.mark.django_db(transaction=True)
def test_T25_two_reviewers_at_once(ines: Operator, mara: Member) -> None:
    sample, other = draw(mara), make_operator(OperatorRole.MARKETING_REVIEWER)
    outcomes = at_once(lambda: look(ines, sample), lambda: look(other, sample, WHY))
    assert sorted(outcomes) == ["done", "sample-over"]
    assert Version.objects.exclude(withheld_at=None).exists() == (Sample.objects.get().status == "problem")
    connection.close()


def test_the_pages_and_the_api_of_samples_and_of_the_marketplace(ines: Operator, mara: Member) -> None:
    client, sample = Client(), draw(mara)
    client.force_login(ines.person)
    assert "To look at" in client.get("/backoffice/samples").content.decode()
    here = f"/backoffice/samples/{sample.pk.hex}"
    page = client.get(here).content.decode()
    assert "Invoices and payments within the call." in page
    answer = client.post(f"{here}/report", {"reason": ""})
    assert (answer.status_code, "Say what is wrong." in answer.content.decode()) == (422, True)
    page = client.post(f"{here}/report", {"reason": WHY}, follow=True).content.decode()
    assert "is out of the marketplace, and its partner is told why." in page
    assert client.post(f"{here}/report", {"reason": WHY}).status_code == 409

    api = Api(ines.person)
    shown = read(api.get(f"/operator/samples/{sample.pk.hex}"))
    assert (shown["status"], shown["words"], shown["looked_by"], shown["is_published"]) == (
        "problem", WHY, ines.person.name, False,
    )  # fmt: skip
    refusal(api.post(f"/operator/samples/{sample.pk.hex}/pass"), 409, "sample-over")
    assert read(api.get("/operator/samples?status=open"))["items"] == []

    jon = make_operator(OperatorRole.PARTNER_MANAGER)
    manager, version_id = Api(jon.person), sample.submission.version_id.hex
    client.force_login(jon.person)
    assert "Taken out by the platform" in client.get("/backoffice/marketplace").content.decode()
    offered = f"/backoffice/marketplace/{version_id}"
    assert WHY in client.get(offered).content.decode()
    page = client.post(f"{offered}/readmit", follow=True).content.decode()
    assert "is let in again. It is not published" in page
    assert client.post(f"{offered}/withhold", {"reason": ""}).status_code == 422
    shown = read(manager.post(f"/operator/versions/{version_id}/withhold", {"reason": "Once more"}))
    assert (shown["withheld_reason"], shown["withheld_by"]) == ("Once more", jon.person.name)
    refusal(manager.post(f"/operator/versions/{version_id}/withhold", {"reason": "x"}), 409, "already-withheld")
    assert read(manager.post(f"/operator/versions/{version_id}/readmit"))["withheld_at"] is None
    client.force_login(mara.person)
    actions_of_jon = read(manager.post(f"/operator/versions/{version_id}/withhold", {"reason": "For the page"}))
    assert actions_of_jon["is_published"] is False
    page = client.get(f"/portal/versions/{version_id}").content.decode()
    assert "The platform took it out of the marketplace." in page
    assert "For the page" in page
