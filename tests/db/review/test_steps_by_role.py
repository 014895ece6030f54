"""The tables of both tracks cell by cell, as each role: from every state, every step, by everybody there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from tests.factories.accounts import actor_for, make_operator, make_person
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member, make_partner
from tests.factories.reviews import finish_checks
from tests.http.world import undone

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition
from fondaco.catalog import actions as catalog
from fondaco.catalog.models import ListingContent, TechnicalContent, Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit.errors import DomainError
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db
By = Member | Operator

PARTNERS_STEPS: Final = frozenset({"submit", "withdraw", "make available"})
# What DOMAIN 5.3 allows, and to whom; everything that is not here is refused.
ALLOWED: Final[dict[tuple[Track, str], tuple[set[str], set[str]]]] = {
    (Track.TECHNICAL, "submit"): ({"draft", "rejected"}, {"owner", "developer"}),
    (Track.TECHNICAL, "withdraw"): ({"in_review"}, {"owner", "developer"}),
    (Track.TECHNICAL, "approve"): ({"in_review"}, {"operator: technical_reviewer"}),
    (Track.TECHNICAL, "reject"): ({"in_review"}, {"operator: technical_reviewer"}),
    (Track.TECHNICAL, "make available"): ({"approved"}, {"owner", "developer"}),
    # Who deprecated a version may change what was announced about it.
    (Track.TECHNICAL, "deprecate"): ({"available", "deprecated"}, {"owner", "developer", "operator: partner_manager"}),
    (Track.LISTING, "submit"): ({"draft", "rejected"}, {"owner", "developer", "marketing"}),
    (Track.LISTING, "withdraw"): ({"in_review"}, {"owner", "developer", "marketing"}),
    (Track.LISTING, "approve"): ({"in_review"}, {"operator: marketing_reviewer"}),
    (Track.LISTING, "reject"): ({"in_review"}, {"operator: marketing_reviewer"}),
}
AFTER: Final = {
    "submit": "in_review",
    "withdraw": "draft",
    "approve": "approved",
    "reject": "rejected",
    "make available": "available",
    "deprecate": "deprecated",
}
STATES: Final[dict[Track, list[str]]] = {
    Track.TECHNICAL: [state.value for state in TechnicalStatus],
    Track.LISTING: [state.value for state in ListingStatus],
}
_SUBMITTED: Final = {"in_review": "open", "draft": "withdrawn", "rejected": "rejected"}  # else approved


@dataclass(frozen=True)
class Scene:
    """A version with a submission of one track, and everybody who might do something to it, by what they are."""

    version: Version
    submission: Submission
    people: dict[str, By]


def set_scene(track: Track) -> Scene:
    partner = make_partner()
    owner = make_member(partner)
    version = make_version(make_app(partner))
    submission = actions.submit(actor=actor_for(owner.person), by=owner, version=version, track=track)
    finish_checks(submission)
    members = [owner, *(make_member(partner, role=role) for role in MemberRole if role != MemberRole.OWNER)]
    staff = [make_operator(post, person=make_person(f"{post.title()} Okafor")) for post in OperatorRole]
    people: dict[str, By] = {one.role: one for one in members} | {f"operator: {one.roles[0]}": one for one in staff}
    people["stranger"] = make_member(make_partner("Northwind Labs"))
    people["who left"] = make_member(partner, person=make_person("Gone Lind"))
    Member.objects.filter(pk=people["who left"].pk).update(is_active=False)
    people["who left"].refresh_from_db()
    both = make_member(partner, role=MemberRole.FINANCE, person=make_person("Both Lind"))
    people["own reviewer"] = make_operator(
        OperatorRole.TECHNICAL_REVIEWER, OperatorRole.MARKETING_REVIEWER, person=both.person
    )
    return Scene(version, submission, people)


def put(scene: Scene, track: Track, state: str) -> None:
    """The content in a state, and its last submission as it is then."""
    model = TechnicalContent if track == Track.TECHNICAL else ListingContent
    content, submission = {"status": state}, {"status": _SUBMITTED.get(state, "approved")}
    model._base_manager.filter(pk=scene.version.pk).update(**content)
    Submission.objects.filter(pk=scene.submission.pk).update(**submission)


def take(step: str, by: By, scene: Scene, track: Track) -> Callable[[], Any]:
    """The step as the pages and the API take it."""
    version = Version.objects.select_related("app__partner", "technical", "listing").get(pk=scene.version.pk)
    submission = Submission.objects.select_related("version__app__partner").get(pk=scene.submission.pk)
    given: dict[str, Any] = {"actor": actor_for(by.person), "by": by}
    calls: dict[str, Callable[[], Any]] = {
        "submit": lambda: actions.submit(**given, version=version, track=track),
        "withdraw": lambda: actions.withdraw(**given, submission=submission),
        "approve": lambda: actions.approve(**given, submission=submission),
        "reject": lambda: actions.reject(**given, submission=submission, feedback="The link is dead."),
        "make available": lambda: catalog.make_available(**given, version=version),
        "deprecate": lambda: catalog.deprecate_version(**given, version=version, reason="Over", ends_on=None),
    }
    return calls[step]


def fits(step: str, by: By) -> bool:
    """Partners' steps take a member and reviewers' an operator, as their types say; either may deprecate."""
    return step == "deprecate" or isinstance(by, Member) == (step in PARTNERS_STEPS)


@pytest.mark.parametrize("track", list(Track))
def test_every_step_from_every_state_by_everybody(track: Track) -> None:
    scene = set_scene(track)
    wrong, cells = [], 0
    for (of, step), (states, roles) in ALLOWED.items():
        if of != track:
            continue
        for name, by in scene.people.items():
            if not fits(step, by):
                continue
            for state in STATES[track]:
                cells += 1
                with undone():
                    put(scene, track, state)
                    found = outcome(scene, track, step, by)
                expected = (AFTER[step], "") if state in states and name in roles else (state, "refused")
                if found != expected:
                    wrong.append(f"{step} of {state} by {name}: {found}, expected {expected}")
    assert wrong == []
    assert cells > 100


def outcome(scene: Scene, track: Track, step: str, by: By) -> tuple[str, str]:
    """How the content stands afterwards, and whether the step was refused; a refusal has left no fact behind."""
    before = Event.objects.count()
    said = ""
    try:
        take(step, by, scene, track)()
    except (DomainError, IllegalTransition):
        said = "refused" if Event.objects.count() == before else "refused half-way"
    return getattr(Version.objects.select_related(track.value).get(pk=scene.version.pk), track.value).status, said


@pytest.mark.parametrize(
    ("step", "name", "code"),
    [
        ("submit", "stranger", "not-found"),
        ("submit", "who left", "not-found"),
        ("submit", "finance", "forbidden"),
        ("withdraw", "stranger", "not-found"),
        ("withdraw", "marketing", "forbidden"),
        ("approve", "operator: marketing_reviewer", "forbidden"),
        ("approve", "operator: finance", "forbidden"),
        ("approve", "own reviewer", "own-work"),
        ("reject", "operator: support", "forbidden"),
        ("reject", "own reviewer", "own-work"),
        ("make available", "marketing", "forbidden"),
        ("deprecate", "stranger", "not-found"),
        ("deprecate", "operator: support", "forbidden"),
    ],
)
def test_a_refusal_says_why(step: str, name: str, code: str) -> None:
    scene = set_scene(Track.TECHNICAL)
    put(scene, Track.TECHNICAL, next(iter(ALLOWED[Track.TECHNICAL, step][0])))
    with pytest.raises(DomainError) as refusal:
        take(step, scene.people[name], scene, Track.TECHNICAL)()
    assert refusal.value.code == code
