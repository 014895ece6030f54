"""The yes that needs two, and the no that says what to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_operator, make_person
from tests.factories.catalog import make_app, make_version
from tests.factories.mail import deliver
from tests.factories.reviews import finish_checks
from tests.racing import at_once

from fondaco.accounts.models import Operator
from fondaco.audit.models import Event
from fondaco.catalog import actions as catalog
from fondaco.catalog.content import TechnicalFields
from fondaco.catalog.models import TechnicalContent, Version
from fondaco.catalog.states import Track
from fondaco.kit.errors import Invalid
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.actions import Change
from fondaco.review.errors import SecondOpinionNeeded
from fondaco.review.models import Approval, ChangeKind, RequestedChange, Submission
from fondaco.review.queries import QueueFilter, Shown, get_desk, list_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator()


@pytest.fixture
def ines() -> Operator:
    return make_operator(person=make_person("Ines Carvalho"))


def submit(by: Member, version: Version, track: Track = Track.TECHNICAL) -> Submission:
    submission = actions.submit(actor=actor_for(by.person), by=by, version=version, track=track)
    finish_checks(submission)
    return submission


def approve(by: Operator, submission: Submission, comment: str = "") -> Submission:
    return actions.approve(actor=actor_for(by.person), by=by, submission=submission, comment=comment)


def reject(by: Operator, submission: Submission, changes: Sequence[Change] = ()) -> Submission:
    return actions.reject(
        actor=actor_for(by.person), by=by, submission=submission, feedback="Nearly there.", changes=changes
    )


def states(submission: Submission) -> tuple[str, str]:
    return (
        Submission.objects.get(pk=submission.pk).status,
        TechnicalContent.objects.get(pk=submission.version_id).status,
    )


@pytest.mark.parametrize(
    ("policy", "needed"),
    [([], 1), (["new_partner"], 2), (["write_scopes"], 2), (["new_prices"], 1), (["new_partner", "write_scopes"], 2)],
)
def test_policy_says_when_two_must_agree(mara: Member, settings: Any, policy: list[str], needed: int) -> None:
    settings.SECOND_REVIEWER_FOR = policy
    assert submit(mara, make_version(make_app(mara.partner))).approvals_needed == needed


def test_two_people_must_agree(mara: Member, jon: Operator, ines: Operator, settings: Any) -> None:
    settings.SECOND_REVIEWER_FOR = ["write_scopes"]
    submission = submit(mara, make_version(make_app(mara.partner)))
    actions.take(actor=actor_for(jon.person), by=jon, submission=submission)
    deliver()
    half = approve(jon, submission, "Callbacks are fine.")
    assert (half.status, half.taken_by) == ("open", None)
    assert states(submission) == ("open", "in_review")
    assert list(list_queue(ines, wanted=QueueFilter(shown=Shown.SECOND))) == [submission]
    (letter,) = deliver()
    assert (letter.to, letter.subject) == ([ines.person.email], "Ledgerline 1.0.0 needs one more approval")
    with pytest.raises(SecondOpinionNeeded):
        approve(jon, submission)
    assert (states(submission), Approval.objects.count()) == (("open", "in_review"), 1)
    whole = approve(ines, submission, "Scopes, too.")
    assert (whole.status, whole.decided_by, whole.feedback) == (
        "approved",
        ines.person,
        "Callbacks are fine.\n\nScopes, too.",
    )
    assert states(submission) == ("approved", "approved")
    kinds = Event.objects.filter(subject_id=submission.pk.hex).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["submission.agreed", "submission.approved"]


def test_one_of_two_may_still_say_no(mara: Member, jon: Operator, ines: Operator, settings: Any) -> None:
    settings.SECOND_REVIEWER_FOR = ["new_partner"]
    submission = submit(mara, make_version(make_app(mara.partner)))
    approve(jon, submission)
    reject(jon, submission)
    assert states(submission) == ("rejected", "rejected")
    again = submit(mara, submission.version)
    approve(ines, again)
    assert states(again) == ("open", "in_review")  # the first try's approval does not count for the second


@pytest.mark.django_db(transaction=True)
def test_T25_approving_at_once(mara: Member, jon: Operator, ines: Operator, settings: Any) -> None:
    """One person twice gives one approval; three people give two, and the third is told."""
    settings.SECOND_REVIEWER_FOR = ["new_partner"]
    third = make_operator(person=make_person("Theo Third"))
    submission = submit(mara, make_version(make_app(mara.partner)))
    assert sorted(at_once(lambda: approve(jon, submission), lambda: approve(jon, submission))) == [
        "done",
        "second-opinion-needed",
    ]
    assert states(submission) == ("open", "in_review")
    assert sorted(at_once(lambda: approve(ines, submission), lambda: approve(third, submission))) == [
        "already-decided",
        "done",
    ]
    assert states(submission) == ("approved", "approved")
    assert Approval.objects.count() == 2
    assert Event.objects.filter(kind="technical_content.approved").count() == 1


FIELD = Change(ChangeKind.FIELD, "standalone_url", "It answers 404.")
CHECK = Change(ChangeKind.CHECK, "callback-answers", "Answer within ten seconds.")
REASONS = Change(ChangeKind.FIELD, "scopes", "Say why you write contacts.")


def test_a_rejection_says_what_to_change_and_the_next_try_shows_what_was(mara: Member, jon: Operator) -> None:
    version = make_version(make_app(mara.partner), test_credentials=b"demo / one")
    submission = submit(mara, version)
    deliver()
    login = Change(ChangeKind.FIELD, "test_credentials", "The password is wrong.")
    reject(jon, submission, [FIELD, CHECK, REASONS, login])
    (letter,) = deliver()
    body = str(letter.body)
    for words in ("Nearly there.", "Standalone URL: It answers 404.", "Check callback-answers: Answer within"):
        assert words in body
    assert "It answers 404." in str(letter.alternatives[0][0])  # type: ignore[attr-defined]
    _edit(mara, version, standalone_url="https://app.ledgerline.example/begin", test_credentials="demo / two")
    again = submit(mara, version)
    addressed = {one.subject: one.addressed_in_id for one in submission.changes.all()}
    assert addressed == {
        "standalone_url": again.pk,
        "callback-answers": None,
        "scopes": None,
        "test_credentials": again.pk,
    }
    desk = get_desk(jon, again.pk.hex)
    assert [change.subject for change in desk.asked] == [*addressed]
    ((part, differences),) = desk.since_decided
    assert (part, [(one.name, one.before, one.after) for one in differences]) == (
        "technical",
        [("Standalone URL", "https://app.ledgerline.example/start", "https://app.ledgerline.example/begin")],
    )
    assert (desk.approved, desk.since_approved) == (None, [])
    assert "demo" not in str(again.content)


def test_compared_with_the_last_approved_version(mara: Member, jon: Operator) -> None:
    app = make_app(mara.partner)
    first = submit(mara, make_version(app))
    approve(jon, first)
    second = submit(mara, make_version(app, name="1.1", scopes=["account:read"], scope_reasons={}))
    desk = get_desk(jon, second.pk.hex)
    assert desk.approved == first
    assert [(part, [(one.name, one.is_gone) for one in found]) for part, found in desk.since_approved] == [
        ("scopes", [("users:read", True), ("contacts:write", True)])
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ([Change(ChangeKind.FIELD, "summary", "Shorter")], "changes.0.subject"),  # of the other track
        ([FIELD, Change(ChangeKind.FIELD, "standalone_url", " ")], "changes.1.text"),
        ([Change(ChangeKind.FIELD, "standalone_url", "x" * 2001)], "changes.0.text"),
        ([Change(ChangeKind.FIELD, "standalone_url", "a\x00b")], "changes.0.text"),
        ([Change(ChangeKind.CHECK, "No Check!", "x")], "changes.0.subject"),
        ([FIELD] * 51, "changes"),
    ],
)
def test_bad_changes(mara: Member, jon: Operator, changes: list[Change], field: str) -> None:
    submission = submit(mara, make_version(make_app(mara.partner)))
    with pytest.raises(Invalid) as refusal:
        reject(jon, submission, changes)
    assert set(refusal.value.fields) == {field}
    assert (states(submission), RequestedChange.objects.count()) == (("open", "in_review"), 0)


def _edit(by: Member, version: Version, **fields: Any) -> None:
    content = TechnicalContent.objects.get(pk=version.pk)
    given = {
        "events_callback_url": content.events_callback_url,
        "standalone_url": content.standalone_url,
        "redirect_urls": tuple(content.redirect_urls),
        "scopes": tuple(content.scopes),
        "scope_reasons": content.scope_reasons,
        **fields,
    }
    catalog.edit_technical(
        actor=SYSTEM, by=by, version=version, revision=content.revision, fields=TechnicalFields(**given)
    )


def test_a_no_answers_every_finding_that_blocks(mara: Member, jon: Operator) -> None:
    """In the reviewer's words where there are some, else in those of the check."""
    version = make_version(make_app(mara.partner))
    submission = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    finish_checks(submission, found=["callback-accepts-event", "redirects-exact", "listing-complete"])
    reject(jon, submission, [Change(ChangeKind.CHECK, "redirects-exact", "Take the star out.")])
    asked = RequestedChange.objects.order_by("position").values_list("kind", "subject", "text")
    assert list(asked) == [
        ("check", "redirects-exact", "Take the star out."),
        ("check", "callback-accepts-event", "Mend it."),
    ]
