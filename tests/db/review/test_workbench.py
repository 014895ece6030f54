"""Who works on a submission: taking, handing over, putting aside, targets, risk, the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_operator, make_person
from tests.factories.catalog import make_app, make_plan, make_version
from tests.factories.mail import deliver
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks
from tests.racing import at_once

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog import actions as catalog
from fondaco.catalog.content import ListingFields
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, Forbidden, Invalid
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.errors import AlreadyDecided, AlreadyTaken, NotSnoozed, NotTaken, OwnWork
from fondaco.review.models import InternalNote, ReviewMessage, Submission
from fondaco.review.queries import Order, QueueFilter, Shown, list_queue
from fondaco.review.risks import Level, Risk
from fondaco.review.targets import due_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator()


@pytest.fixture
def ines() -> Operator:
    return make_operator(person=make_person("Ines Carvalho"))


def submit(by: Member, version: Version | None = None, track: Track = Track.TECHNICAL) -> Submission:
    version = version or make_version(make_app(by.partner))
    submission = actions.submit(actor=actor_for(by.person), by=by, version=version, track=track)
    finish_checks(submission)
    return submission


def do(action: Callable[..., Any], by: Operator, submission: Submission, **more: Any) -> Any:
    return action(actor=actor_for(by.person), by=by, submission=submission, **more)


def facts(submission: Submission) -> list[str]:
    kinds = Event.objects.filter(subject_type="submission", subject_id=submission.pk.hex).order_by("id")
    return list(kinds.values_list("kind", flat=True))[1:]


def standing(submission: Submission) -> tuple[Any, ...]:
    fresh = Submission.objects.get(pk=submission.pk)
    return fresh.status, fresh.taken_by_id, fresh.snoozed_until, fresh.waiting_since, fresh.is_overdue


def test_take_hand_over_give_back(mara: Member, jon: Operator, ines: Operator) -> None:
    submission = submit(mara)
    do(actions.take, jon, submission)
    do(actions.take, jon, submission)  # twice is once
    with pytest.raises(AlreadyTaken, match="Jon Okafor works on this submission"):
        do(actions.take, ines, submission)
    assert standing(submission) == ("open", jon.pk, None, None, False)
    do(actions.hand_over, jon, submission, to=ines.pk)
    assert standing(submission)[1] == ines.pk
    do(actions.give_back, jon, submission)
    with pytest.raises(NotTaken):
        do(actions.give_back, ines, submission)
    assert standing(submission)[1] is None
    assert facts(submission) == ["submission.taken", "submission.handed_over", "submission.given_back"]
    deliver()


@pytest.mark.parametrize("whom", ["partner's own", "other track", "gone", "nobody"])
def test_it_is_handed_only_to_those_who_may_review_it(mara: Member, jon: Operator, whom: str) -> None:
    submission = submit(mara)
    to: UUID | None = None
    if whom == "partner's own":
        to = make_operator(person=mara.person).pk
    elif whom == "other track":
        to = make_operator(OperatorRole.MARKETING_REVIEWER, person=make_person("Mia")).pk
    elif whom == "gone":
        to = _gone().pk
    with pytest.raises(Invalid) as refusal:
        do(actions.hand_over, jon, submission, to=to)
    assert set(refusal.value.fields) == {"to"}
    assert (standing(submission)[1], facts(submission)) == (None, [])


def _gone() -> Operator:
    operator = make_operator(person=make_person("Gus Gone"))
    operator.is_active = False
    operator.save()
    return operator


@pytest.mark.django_db(transaction=True)
def test_T25_of_two_who_take_at_once_one_wins(mara: Member, jon: Operator, ines: Operator) -> None:
    submission = submit(mara)
    for _round in range(3):
        outcomes = at_once(lambda: do(actions.take, jon, submission), lambda: do(actions.take, ines, submission))
        assert sorted(outcomes) == ["already-taken", "done"]
        winner = jon if outcomes[0] == "done" else ines
        assert standing(submission)[1] == winner.pk
        do(actions.give_back, winner, submission)
    assert facts(submission).count("submission.taken") == 3


def test_snooze_and_wake(mara: Member, jon: Operator) -> None:
    submission = submit(mara)
    until = clock.now() + timedelta(days=2)
    do(actions.snooze, jon, submission, until=until, reason="Their demo is down")
    assert Submission.objects.get(pk=submission.pk).is_snoozed
    assert list(list_queue(jon, wanted=QueueFilter(shown=Shown.WAITING))) == []
    assert list(list_queue(jon, wanted=QueueFilter(shown=Shown.SNOOZED))) == [submission]
    with clock.travel(timedelta(days=2, minutes=1)):
        assert deadlines.sweep_once() == 1
    assert standing(submission)[2] is None
    do(actions.snooze, jon, submission, until=until, reason="Again")
    do(actions.wake, jon, submission)
    with pytest.raises(NotSnoozed):
        do(actions.wake, jon, submission)
    assert facts(submission) == ["submission.snoozed", "submission.woken"] * 2
    assert deadlines.find_due("review.wake", [submission.pk.hex]) == {}


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(-1, "x", "until"), (91, "x", "until"), (1, " ", "reason"), (1, "x" * 301, "reason")]
)
def test_bad_snoozes(mara: Member, jon: Operator, days: int, reason: str, field: str) -> None:
    submission = submit(mara)
    with pytest.raises(Invalid) as refusal:
        do(actions.snooze, jon, submission, until=clock.now() + timedelta(days=days), reason=reason)
    assert set(refusal.value.fields) == {field}
    assert (standing(submission)[2], facts(submission)) == (None, [])


def test_targets_count_working_days(settings: Any) -> None:
    settings.REVIEW_TARGETS = {"technical": 5, "listing": 1}
    friday = datetime(2026, 5, 8, 15, tzinfo=UTC)
    assert due_from(friday, Track.TECHNICAL) == datetime(2026, 5, 15, 15, tzinfo=UTC)
    assert due_from(friday, Track.LISTING) == datetime(2026, 5, 11, 15, tzinfo=UTC)
    assert due_from(friday + timedelta(days=1), Track.LISTING) == datetime(2026, 5, 11, 15, tzinfo=UTC)


def test_what_is_late_is_marked_and_told_once(mara: Member, jon: Operator, ines: Operator) -> None:
    own = make_operator(person=make_member(mara.partner).person)
    submission, decided = submit(mara), submit(mara, make_version(make_app(mara.partner, name="Other")))
    do(actions.approve, jon, decided)
    deliver()
    with clock.travel(submission.due_at + timedelta(minutes=1)):
        assert deadlines.sweep_once() == 1
        (letter,) = deliver()
    assert sorted(letter.to) == sorted([jon.person.email, ines.person.email])
    assert own.person.email not in letter.to
    assert "waits longer than we promise" in letter.subject
    assert standing(submission)[4] is True
    assert standing(decided)[4] is False
    assert facts(submission) == ["submission.overdue"]


def test_risk_says_why(mara: Member, jon: Operator) -> None:
    app = make_app(mara.partner)
    first = make_version(app, is_manually_provisioned=True)
    submission = submit(mara, first)
    assert submission.risk_reasons == [
        Risk.NEW_PARTNER,
        Risk.FIRST_VERSION,
        Risk.WRITE_SCOPES,
        Risk.MANUAL_PROVISIONING,
    ]
    assert submission.risk == 9
    do(actions.approve, jon, submission)
    do(actions.approve, jon, submit(mara, first, Track.LISTING))
    tame = {"scopes": ["account:read"], "scope_reasons": {}}
    same = submit(mara, make_version(app, name="1.1", **tame))
    assert (same.risk, same.risk_reasons) == (0, [])
    do(actions.approve, jon, same)
    hosts, scopes = "https://new.example/e", ["account:read", "users:read"]
    more = make_version(app, name="1.2", events_callback_url=hosts, scopes=scopes)
    assert submit(mara, more).risk_reasons == [Risk.NEW_SCOPES, Risk.NEW_HOSTS]
    second = make_version(app, name="1.3")
    make_plan(second, name="Huge")
    listing = ListingFields(
        display_name="Other", summary="Other", description="Other", categories=("payments-security",),
        support_email="a@b.example", privacy_url="https://a.example/p", terms_url="https://a.example/t",
    )  # fmt: skip
    catalog.edit_listing(actor=SYSTEM, by=mara, version=second, revision=0, fields=listing)
    assert submit(mara, second, Track.LISTING).risk_reasons == [Risk.NEW_CLAIMS, Risk.NEW_PRICES]


def test_the_queue_is_filtered_and_sorted(mara: Member, jon: Operator, ines: Operator) -> None:
    old, mine, asked, late = (
        submit(mara, make_version(make_app(mara.partner, name=name), **fields))
        for name, fields in (
            ("Old", {"scopes": ["account:read"], "scope_reasons": {}}),
            ("Mine", {}),
            ("Asked", {}),
            ("Late", {"is_manually_provisioned": True}),
        )
    )
    do(actions.take, jon, mine)
    do(actions.ask_partner, jon, asked, text="Why?")
    Submission.objects.filter(pk=late.pk).update(is_overdue=True, due_at=clock.now() - timedelta(days=1))

    def shown(**wanted: Any) -> list[Submission]:
        return list(list_queue(jon, wanted=QueueFilter(**wanted)))

    assert shown() == [old, mine, asked, late]
    assert shown(shown=Shown.FREE) == [old, late]
    assert shown(shown=Shown.WAITING) == [old, mine, late]
    assert shown(shown=Shown.MINE) == [mine]
    assert shown(shown=Shown.ASKED) == [asked]
    assert shown(shown=Shown.OVERDUE) == [late]
    assert shown(order=Order.DUE)[0] == late
    assert shown(order=Order.RISK) == [late, mine, asked, old]
    assert shown(level=Level.HIGH) == [mine, asked, late]
    assert shown(level=Level.MEDIUM) == [old]
    assert shown(level=Level.LOW) == []
    assert shown(track=Track.LISTING) == []
    assert list(list_queue(ines, wanted=QueueFilter(shown=Shown.MINE))) == []


_DEEDS: dict[str, Callable[[Operator, Submission], Any]] = {
    "take": lambda by, it: do(actions.take, by, it),
    "hand_over": lambda by, it: do(actions.hand_over, by, it, to=by.pk),
    "give_back": lambda by, it: do(actions.give_back, by, it),
    "snooze": lambda by, it: do(actions.snooze, by, it, until=clock.now() + timedelta(days=1), reason="Later"),
    "wake": lambda by, it: do(actions.wake, by, it),
    "note": lambda by, it: do(actions.add_note, by, it, text="Hm"),
    "ask": lambda by, it: do(actions.ask_partner, by, it, text="Why?"),
    "message": lambda by, it: do(actions.write_to_partner, by, it, text="Fine"),
    "show_credentials": lambda by, it: do(actions.show_credentials, by, it),
    "try_out": lambda by, it: do(actions.try_out, by, it),
    "approve": lambda by, it: do(actions.approve, by, it),
    "reject": lambda by, it: do(actions.reject, by, it, feedback="No"),
}
_ENDED = ("approved", "rejected", "withdrawn")
_ALSO_WHEN_ENDED = {"note": set(_ENDED), "message": {"rejected"}, "show_credentials": set(_ENDED)}


@pytest.mark.parametrize("deed", _DEEDS)
def test_nobody_else_does_anything(mara: Member, deed: str) -> None:
    """The partner's own people among the staff, reviewers of the other track, staff who review nothing."""
    submission = submit(mara)
    before = standing(submission), Event.objects.filter(subject_type="submission").count()
    own = make_operator(person=mara.person)
    for operator, refusal in (
        (own, OwnWork),
        (make_operator(OperatorRole.MARKETING_REVIEWER, person=make_person("Mia")), Forbidden),
        (make_operator(OperatorRole.PARTNER_MANAGER, person=make_person("Pat")), Forbidden),
        (_gone(), Forbidden),
    ):
        with pytest.raises(refusal):
            _DEEDS[deed](operator, submission)
    assert (standing(submission), Event.objects.filter(subject_type="submission").count()) == before
    assert (InternalNote.objects.count(), ReviewMessage.objects.count()) == (0, 0)


@pytest.mark.parametrize("status", _ENDED)
@pytest.mark.parametrize("deed", _DEEDS)
def test_what_can_be_done_once_it_has_ended(
    mara: Member, jon: Operator, ines: Operator, deed: str, status: str
) -> None:
    submission = submit(mara)
    if status == "withdrawn":
        actions.withdraw(actor=actor_for(mara.person), by=mara, submission=submission)
    else:
        do(actions.approve if status == "approved" else actions.reject, jon, submission, **(
            {"feedback": "No"} if status == "rejected" else {}
        ))  # fmt: skip
    before = standing(submission)
    if status in _ALSO_WHEN_ENDED.get(deed, set()):
        _DEEDS[deed](ines, submission)
    else:
        with pytest.raises(DomainError) as refusal:
            _DEEDS[deed](ines, submission)
        assert refusal.value.code in {AlreadyDecided.code, "conversation-closed"}
    assert standing(submission) == before
    assert deadlines.find_due("review.due", [submission.pk.hex]) == {}
