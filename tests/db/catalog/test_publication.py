"""Publishing at a set time, and taking a version out of the marketplace for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.mail import deliver
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks
from tests.http.world import undone
from tests.racing import at_once

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.errors import AlreadyUnlisted, NotApproved, NothingPlanned, NotPublished, NotUnlisted
from fondaco.catalog.models import PlannedPublication, TechnicalContent, Version
from fondaco.catalog.policies import can_relist, can_unlist, explain_installable
from fondaco.catalog.queries import find_plan, get_listing, latest_published, search_listings
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound
from fondaco.kit.models import Deadline
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions as review

pytestmark = pytest.mark.django_db
WHY = "A bug in the invoice view; back on Monday."
Act = Callable[[Member, Version], object]


def approved(by: Member, listing: ListingStatus = ListingStatus.APPROVED, name: str = "1.0.0") -> Version:
    return make_version(make_app(by.partner), name=name, technical=TechnicalStatus.APPROVED, listing=listing)


def plan(by: Member, version: Version, after: timedelta = timedelta(days=2)) -> datetime:
    due_at = clock.now() + after
    actions.schedule_publication(actor=actor_for(by.person), by=by, version=version, due_at=due_at)
    return due_at


def publish(by: Member, version: Version) -> Version:
    return actions.make_available(actor=actor_for(by.person), by=by, version=version)


def cancel(by: Member, version: Version) -> Version:
    return actions.cancel_publication(actor=actor_for(by.person), by=by, version=version)


def unlist(by: Member, version: Version) -> Version:
    return actions.unlist_version(actor=actor_for(by.person), by=by, version=version, reason=WHY)


def relist(by: Member, version: Version) -> Version:
    return actions.relist_version(actor=actor_for(by.person), by=by, version=version)


def states(version: Version) -> tuple[str, str, bool]:
    fresh = Version.objects.select_related("technical", "listing").get(pk=version.pk)
    return fresh.technical.status, fresh.listing.status, fresh.is_unlisted


def snapshot(version: Version) -> object:
    """All that a refusal must leave as it was."""
    return (
        states(version),
        list(PlannedPublication.objects.values()),
        list(Deadline.objects.values_list("kind", "subject_id", "due_at")),
        Event.objects.count(),
    )


def sweep(after: timedelta) -> None:
    with clock.travel(after):
        deadlines.sweep_once()


def test_it_goes_live_at_the_set_time_and_not_before(mara: Member) -> None:
    version = approved(mara)
    due_at = plan(mara, version)
    assert Deadline.objects.get(kind="version.goes_live").due_at == due_at
    assert [(str(letter.subject), letter.to) for letter in deliver()] == [
        (f"{version} goes live at a set time", [mara.person.email])
    ]
    sweep(timedelta(days=1, hours=23))
    assert states(version) == ("approved", "approved", False)
    sweep(timedelta(days=2, seconds=1))
    assert states(version) == ("available", "advertised", False)
    assert not PlannedPublication.objects.exists()
    assert not Deadline.objects.exists()
    went = Event.objects.get(kind="technical_content.available")
    assert (went.actor_label, went.data["by"]) == ("sweeper", mara.person.name)
    assert [str(letter.subject) for letter in deliver()] == [f"{version.app.name} is in the marketplace"]


def test_the_listing_follows_when_it_is_approved(mara: Member) -> None:
    version = approved(mara, listing=ListingStatus.DRAFT)
    plan(mara, version)
    deliver()
    sweep(timedelta(days=3))
    assert states(version) == ("available", "draft", False)
    [letter] = deliver()
    assert str(letter.subject) == f"{version} is available"
    assert "Its listing is not in the marketplace yet." in str(letter.body)
    submission = review.submit(actor=SYSTEM, by=mara, version=version, track=Track.LISTING)
    finish_checks(submission)
    review.approve(actor=SYSTEM, by=make_operator(OperatorRole.MARKETING_REVIEWER), submission=submission)
    assert states(version) == ("available", "advertised", False)


def test_the_time_can_be_changed_and_taken_back(mara: Member) -> None:
    version = approved(mara)
    plan(mara, version)
    later = plan(mara, version, timedelta(days=9))
    assert Deadline.objects.get(kind="version.goes_live").due_at == later
    found = find_plan(version)
    assert found
    assert found.due_at == later
    handler = deadlines.find_handler("version.goes_live")
    handler(version.pk.hex, later - timedelta(days=7))  # a row of before the time was moved
    assert states(version)[0] == "approved"
    cancel(mara, version)
    assert find_plan(version) is None
    assert not Deadline.objects.exists()
    handler(version.pk.hex, later)  # a row that was claimed before it was taken back
    assert states(version) == ("approved", "approved", False)
    before = snapshot(version)
    with pytest.raises(NothingPlanned):
        cancel(mara, version)
    assert snapshot(version) == before
    assert deliver() == []  # what was set is taken back before anybody was told


def test_publishing_at_once_forgets_the_time(mara: Member) -> None:
    version = approved(mara)
    plan(mara, version)
    assert publish(mara, version).is_published
    assert not PlannedPublication.objects.exists()
    assert not Deadline.objects.exists()


def left(planner: Member, version: Version) -> None:
    Member.objects.filter(pk=planner.pk).update(is_active=False)


def lost_the_right(planner: Member, version: Version) -> None:
    Member.objects.filter(pk=planner.pk).update(role=MemberRole.FINANCE.value)


def came_undone(planner: Member, version: Version) -> None:
    TechnicalContent.objects.filter(pk=version.pk).update(redirect_urls=[])


@pytest.mark.parametrize(
    ("happens", "code", "words"),
    [
        (left, "planner-left", "Devi Rao, who set the time, may no longer publish this app."),
        (lost_the_right, "planner-left", "Devi Rao, who set the time, may no longer publish this app."),
        (came_undone, "no-longer-complete", "Give at least one address to which single sign-on may return."),
    ],
)
def test_T08_what_cannot_be_published_then_stays_and_the_partner_is_told(
    mara: Member, happens: Act, code: str, words: str
) -> None:
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    version = approved(mara)
    due_at = plan(devi, version)
    deliver()
    happens(devi, version)
    sweep(timedelta(days=2, seconds=1))
    assert states(version) == ("approved", "approved", False)
    assert not search_listings().exists()
    failed = find_plan(version)
    assert failed
    assert (failed.due_at, failed.is_waiting) == (due_at, False)
    assert words in failed.failure
    assert Event.objects.get(kind="version.go_live_failed").data["code"] == code
    assert not Deadline.objects.exists()
    [letter] = deliver()
    assert str(letter.subject) == f"{version} did not go live"
    assert mara.person.email in letter.to
    for said in (words, "Nothing was changed, and no other time is set.", f"/portal/versions/{version.pk.hex}"):
        assert said in str(letter.body)


@pytest.mark.parametrize("technical", set(TechnicalStatus) - {TechnicalStatus.APPROVED})
def test_only_what_is_approved_gets_a_time(mara: Member, technical: TechnicalStatus) -> None:
    version = make_version(make_app(mara.partner), technical=technical)
    before = snapshot(version)
    with pytest.raises(NotApproved):
        plan(mara, version)
    assert snapshot(version) == before


@pytest.mark.parametrize("after", [timedelta(days=-1), timedelta(seconds=30), timedelta(days=365, minutes=1)])
def test_bad_times(mara: Member, after: timedelta) -> None:
    version = approved(mara)
    before = snapshot(version)
    with pytest.raises(Invalid) as refusal:
        plan(mara, version, after)
    assert refusal.value.fields == {"due_at": ["Choose a time at least a minute and at most a year ahead."]}
    assert snapshot(version) == before


@pytest.mark.django_db(transaction=True)
def test_cancel_versus_the_deadline_firing_has_one_winner(mara: Member) -> None:
    version = approved(mara)
    plan(mara, version)
    with clock.travel(timedelta(days=2, seconds=1)):
        outcomes = at_once(lambda: cancel(mara, version), lambda: deadlines.sweep_once())
        deadlines.sweep_once()
    technical = states(version)[0]
    assert (outcomes[0], technical) in {("done", "approved"), ("nothing-planned", "available")}
    assert not PlannedPublication.objects.exists()
    assert Event.objects.filter(kind="technical_content.available").count() == (technical == "available")


@pytest.mark.django_db(transaction=True)
def test_publishing_twice_at_once_publishes_once(mara: Member) -> None:
    version = approved(mara)
    outcomes = at_once(lambda: publish(mara, version), lambda: publish(mara, version))
    assert sorted(outcomes) == ["done", "not-approved"]
    assert Event.objects.filter(kind="technical_content.available").count() == 1
    assert Event.objects.filter(kind="listing_content.advertised").count() == 1


def test_unlisted_it_cannot_be_found_or_installed_and_no_state_changes(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    stranger = make_account()
    assert explain_installable(version, stranger) is None
    changed = unlist(mara, version)
    assert states(version) == ("available", "advertised", True)
    assert not changed.is_published
    assert not search_listings().exists()
    assert latest_published(version.app) is None
    with pytest.raises(NotFound):
        get_listing(version.app.slug)
    for by_link in (False, True):
        assert explain_installable(changed, stranger, by_link=by_link) == (
            f"Its partner has taken this version out of the marketplace for now: “{WHY}”"
        )
    assert explain_installable(changed, mara.partner.developer_account) is None
    [letter] = deliver()
    assert str(letter.subject) == f"{version} is out of the marketplace"
    for said in (WHY, "Customers do not find the app in the marketplace meanwhile.", "it needs no review"):
        assert said in str(letter.body)
    assert (can_unlist(mara, changed), can_relist(mara, changed)) == (False, True)

    back = relist(mara, changed)
    assert back.is_published
    assert (back.unlisted_at, back.unlisted_reason) == (None, "")
    assert list(search_listings()) == [version]
    assert [str(letter.subject) for letter in deliver()] == [f"{version} is back"]
    assert [event.kind for event in Event.objects.filter(kind__startswith="version.").order_by("id")] == [
        "version.unlisted",
        "version.relisted",
    ]


def test_the_version_before_is_found_instead(mara: Member) -> None:
    app = make_app(mara.partner)
    old, new = make_published_version(app, name="1.0.0"), make_published_version(app, name="2.0.0")
    unlist(mara, new)
    assert get_listing(app.slug) == old
    [letter] = deliver()
    assert f"Customers find {old} instead." in str(letter.body)


def test_a_listing_approved_meanwhile_appears_when_it_is_brought_back(mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.AVAILABLE)
    unlist(mara, version)
    submission = review.submit(actor=SYSTEM, by=mara, version=version, track=Track.LISTING)
    finish_checks(submission)
    review.approve(actor=SYSTEM, by=make_operator(), submission=submission)
    assert states(version) == ("available", "approved", True)
    assert relist(mara, version).is_published
    assert states(version) == ("available", "advertised", False)


@pytest.mark.parametrize("technical", set(TechnicalStatus) - {TechnicalStatus.AVAILABLE})
def test_only_what_is_available_is_taken_out_or_brought_back(mara: Member, technical: TechnicalStatus) -> None:
    version = make_version(make_app(mara.partner), technical=technical)
    before = snapshot(version)
    for act in (unlist, relist):
        with pytest.raises(NotPublished):
            act(mara, version)
    assert snapshot(version) == before
    assert not can_unlist(mara, version)


def test_twice_is_refused_and_says_so(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    with pytest.raises(NotUnlisted):
        relist(mara, version)
    unlist(mara, version)
    before = snapshot(version)
    with pytest.raises(AlreadyUnlisted):
        unlist(mara, version)
    assert snapshot(version) == before


def test_the_words_for_customers_are_needed(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    for reason in ("  ", "x" * 1001, "\x00"):
        with pytest.raises(Invalid) as refusal:
            actions.unlist_version(actor=SYSTEM, by=mara, version=version, reason=reason)
        assert list(refusal.value.fields) == ["reason"]
    assert states(version) == ("available", "advertised", False)


@pytest.mark.parametrize("act", [plan, cancel, unlist, relist, publish])
@pytest.mark.parametrize("role", MemberRole)
def test_who_may(mara: Member, role: MemberRole, act: Act) -> None:
    version = approved(mara)
    if act is cancel:
        plan(mara, version)
    if act in {unlist, relist}:
        publish(mara, version)
    if act is relist:
        unlist(mara, version)
    one, stranger = make_member(mara.partner, role=role), make_member(role=role)
    before = snapshot(version)
    with pytest.raises(NotFound):
        act(stranger, version)
    assert snapshot(version) == before
    if role in {MemberRole.OWNER, MemberRole.DEVELOPER}:
        act(one, version)
        assert snapshot(version) != before
        return
    with pytest.raises(Forbidden):
        act(one, version)
    assert snapshot(version) == before


ACTS: dict[str, Act] = {"plan": plan, "publish": publish, "cancel": cancel, "unlist": unlist, "relist": relist}


def expected(act: str, technical: TechnicalStatus, *, is_out: bool, may: bool) -> str:
    """What comes of it: ``done``, or the refusal's code."""
    if not may:
        return "forbidden"
    if act in {"plan", "publish"}:
        return "done" if technical == TechnicalStatus.APPROVED else "not-approved"
    if act == "cancel":
        return "nothing-planned"
    if technical != TechnicalStatus.AVAILABLE:
        return "not-published"
    if act == "unlist":
        return "already-unlisted" if is_out else "done"
    return "done" if is_out else "not-unlisted"


def test_every_state_as_each_role(mara: Member) -> None:
    """Cell by cell: each act in each state, in the marketplace or out of it for now, by everybody of the partner."""
    members = [make_member(mara.partner, role=role) for role in MemberRole]
    app, wrong = make_app(mara.partner), []
    for number, (technical, is_out) in enumerate(product(TechnicalStatus, (False, True))):
        version = make_version(app, name=f"1.{number}.0", technical=technical, listing=ListingStatus.APPROVED)
        if is_out:
            Version.objects.filter(pk=version.pk).update(unlisted_at=clock.now(), unlisted_reason=WHY)
        for member, (name, act) in product(members, ACTS.items()):
            before = snapshot(version)
            with undone():
                outcome = outcome_of(lambda: act(member, version))  # noqa: B023 - called at once
                is_kept = snapshot(version) == before
            may = member.role in {MemberRole.OWNER, MemberRole.DEVELOPER}
            cell = (technical.value, is_out, member.role, name)
            if outcome != expected(name, technical, is_out=is_out, may=may) or is_kept is (outcome == "done"):
                wrong.append((cell, outcome))
    assert wrong == []


def outcome_of(work: Callable[[], object]) -> str:
    try:
        work()
    except DomainError as refusal:
        return refusal.code
    return "done"
