"""Trusting a partner, and what then passes by policy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import SYSTEM, actor_for, make_operator
from tests.factories.catalog import make_app, make_category, make_published_version, make_version
from tests.factories.mail import deliver
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks
from tests.racing import at_once

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog.models import ListingContent, Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, Invalid
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.errors import AlreadyDecided, NotTrusted, OwnPartner
from fondaco.review.models import PolicyDecision, Sample, Submission, Trust

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.PARTNER_MANAGER)


def trust(jon: Operator, mara: Member, days: int = 90) -> Trust:
    until = clock.now().date() + timedelta(days=days)
    entries = {"partner": mara.partner, "reason": "Three years without a complaint.", "until": until}
    return actions.trust_partner(actor=actor_for(jon.person), by=jon, **entries)


def next_version(mara: Member, **listing: object) -> Version:
    """A published version, and the next one that differs in this; the pictures are the same."""
    old = make_published_version(make_app(mara.partner))
    new = make_version(old.app, name="2.0.0")
    ListingContent.objects.filter(pk=new.pk).update(**listing)
    return Version.objects.get(pk=new.pk)


def submit(mara: Member, version: Version, track: Track = Track.LISTING, *, found: tuple[str, ...] = ()) -> Submission:
    """Sent in, and the checks are done."""
    submission = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=track)
    assert statuses(submission) == ("open", "in_review" if track == Track.LISTING else "draft")
    finish_checks(submission, found=found)
    return Submission.objects.select_related("version__app__partner", "version__listing").get(pk=submission.pk)


def statuses(submission: Submission) -> tuple[str, str]:
    fresh = Submission.objects.get(pk=submission.pk)
    return fresh.status, ListingContent.objects.get(pk=fresh.version_id).status


def test_a_change_without_new_claims_passes_and_is_recorded(jon: Operator, mara: Member) -> None:
    trust(jon, mara)
    submission = submit(mara, next_version(mara, summary="Invoices and payments within the call."))
    assert statuses(submission) == ("approved", "approved")
    assert submission.is_decided_by_policy
    assert submission.decider == "the policy for trusted partners"
    decision = PolicyDecision.objects.get()
    assert (decision.outcome, decision.objections) == ("approved", [])
    approved = Event.objects.get(kind="submission.approved")
    assert (approved.actor_kind, approved.actor_label) == ("system", "policy for trusted partners")
    assert approved.data["policy"] == "approved"
    assert f"{submission.version}: listing content approved" in [str(letter.subject) for letter in deliver()]
    with pytest.raises(AlreadyDecided) as refusal:
        actions.approve(actor=SYSTEM, by=make_operator(), submission=submission)
    assert "the policy for trusted partners was faster" in str(refusal.value)


def test_what_the_checks_found_keeps_the_policy_silent(jon: Operator, mara: Member) -> None:
    trust(jon, mara)
    submission = submit(mara, next_version(mara), found=("privacy-reachable",))
    assert statuses(submission) == ("open", "in_review")
    assert not PolicyDecision.objects.exists()


def test_new_claims_go_to_a_person_with_the_reason(jon: Operator, mara: Member) -> None:
    trust(jon, mara)
    version = next_version(mara, summary="The best invoices within the call.")
    version.listing.categories.add(make_category("ai", "AI"))
    submission = submit(mara, version)
    assert statuses(submission) == ("open", "in_review")
    decision = PolicyDecision.objects.get()
    assert (decision.outcome, decision.objections) == (
        "declined",
        ["It stands in new categories: ai.", "It makes new claims: best."],
    )
    assert not Event.objects.filter(kind="submission.approved").exists()


def test_without_something_to_compare_with_a_person_looks(jon: Operator, mara: Member) -> None:
    trust(jon, mara)
    submission = submit(mara, make_version(make_app(mara.partner)))
    assert statuses(submission) == ("open", "in_review")
    assert PolicyDecision.objects.get().objections == ["The app has no advertised listing to compare with."]


def test_every_nth_waits_for_a_person_where_the_house_says_so(jon: Operator, mara: Member, settings: Settings) -> None:
    settings.REVIEW_SAMPLE_EVERY, settings.REVIEW_SAMPLES_WAIT = 3, True
    trust(jon, mara)
    outcomes = [statuses(submit(mara, next_version(mara)))[0] for _ in range(6)]
    assert outcomes == ["approved", "approved", "open", "approved", "approved", "open"]
    assert Event.objects.filter(kind="submission.sampled").count() == 2
    assert not Sample.objects.exists()
    settings.REVIEW_SAMPLE_EVERY = 1
    assert statuses(submit(mara, next_version(mara)))[0] == "open"


def test_technical_content_never_passes_and_asking_again_changes_nothing(jon: Operator, mara: Member) -> None:
    trust(jon, mara)
    version = next_version(mara)
    assert statuses(submit(mara, version, Track.TECHNICAL))[0] == "open"
    submission = submit(mara, next_version(mara, summary="Guaranteed."))
    before = PolicyDecision.objects.get()
    assert actions.approve_if_trusted(submission) == before
    assert PolicyDecision.objects.count() == 1


def test_trust_that_ended_or_was_withdrawn_is_none(jon: Operator, mara: Member) -> None:
    trust(jon, mara, days=0)
    with clock.travel(timedelta(days=1)):
        assert statuses(submit(mara, next_version(mara)))[0] == "open"
    trust(jon, mara)
    assert Trust.objects.filter(withdrawn_at=None).count() == 1
    actions.withdraw_trust(actor=SYSTEM, by=jon, partner=mara.partner, reason="A complaint.")
    assert statuses(submit(mara, next_version(mara)))[0] == "open"
    assert not PolicyDecision.objects.exists()
    with pytest.raises(NotTrusted):
        actions.withdraw_trust(actor=SYSTEM, by=jon, partner=mara.partner, reason="A complaint.")
    kinds = Event.objects.filter(kind__startswith="partner.trust").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["partner.trusted", "partner.trusted", "partner.trust_withdrawn"]


@pytest.mark.parametrize("days", [-1, 367])
def test_bad_days_and_no_reason(jon: Operator, mara: Member, days: int) -> None:
    with pytest.raises(Invalid) as refusal:
        trust(jon, mara, days=days)
    assert list(refusal.value.fields) == ["until"]
    with pytest.raises(Invalid):
        actions.trust_partner(actor=SYSTEM, by=jon, partner=mara.partner, reason=" ", until=clock.now().date())
    assert not Trust.objects.exists()


@pytest.mark.parametrize("role", OperatorRole)
def test_who_may_trust(mara: Member, role: OperatorRole) -> None:
    one = make_operator(role)
    if role == OperatorRole.PARTNER_MANAGER:
        assert trust(one, mara).is_in_force
        return
    with pytest.raises(Forbidden):
        trust(one, mara)
    assert not Trust.objects.exists()


def test_nobody_trusts_their_own_company(jon: Operator, mara: Member) -> None:
    make_member(mara.partner, person=jon.person)
    with pytest.raises(OwnPartner):
        trust(jon, mara)
    assert not Trust.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_leave_one_trust(jon: Operator, mara: Member) -> None:
    other = make_operator(OperatorRole.PARTNER_MANAGER)
    assert at_once(lambda: trust(jon, mara), lambda: trust(other, mara)) == ["done", "done"]
    assert Trust.objects.filter(withdrawn_at=None).count() == 1


def test_the_pages_of_it(jon: Operator, mara: Member) -> None:
    client = Client()
    client.force_login(jon.person)
    address = f"/backoffice/partners/{mara.partner_id.hex}/trust"
    assert "People look at everything of this partner." in client.get(address).content.decode()
    assert client.post(address, {"reason": "", "until": "soon"}).status_code == 422
    until = clock.now().date() + timedelta(days=30)
    page = client.post(address, {"reason": "Careful people", "until": str(until)}, follow=True).content.decode()
    assert "Listing changes without new claims pass by policy." in page
    submit(mara, next_version(mara))
    submit(mara, next_version(mara, summary="The best."))
    page = client.get(address).content.decode()
    assert page.count("Passed by policy") == 1
    assert "It makes new claims: best." in page
    page = client.post(f"{address}/withdraw", {"withdrawal-reason": "A complaint"}, follow=True).content.decode()
    assert "People look at everything of this partner." in page

    reviewer = Client()
    reviewer.force_login(make_operator().person)
    waiting = Submission.objects.get(status="open")
    page = reviewer.get(f"/backoffice/submissions/listing/{waiting.pk.hex}").content.decode()
    assert "A person must look, although the partner is trusted:" in page
    assert "It makes new claims: best." in page
    decided = Submission.objects.get(status="approved")
    page = reviewer.get(f"/backoffice/submissions/listing/{decided.pk.hex}").content.decode()
    assert "decided by the policy for trusted partners" in page
    assert "the policy for trusted partners" in reviewer.get("/backoffice/submissions/listing").content.decode()
