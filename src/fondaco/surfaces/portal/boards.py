"""What the pages of a version show and offer: each track's card, and the one thing to do next.

Nothing is decided here: every offer asks the policy that the action will ask again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fondaco.accounts.permissions import Permission
from fondaco.catalog import policies
from fondaco.catalog.labels import STATUSES, status_label, track_label
from fondaco.catalog.models import PlannedPublication, Version
from fondaco.catalog.queries import missing_fields
from fondaco.catalog.states import EDITABLE, ListingStatus, TechnicalStatus, Track
from fondaco.catalog.steps import ACTORS, MACHINES, who_is_next, who_takes
from fondaco.partners.models import Member
from fondaco.review.models import Submission
from fondaco.review.queries import AnswerTimes, answer_times, list_submissions, place_in_queue
from fondaco.review.states import SubmissionStatus
from fondaco.surfaces.portal.conversations import Asked, Thread, asked_of, thread_of
from fondaco.surfaces.site.machines import Drawing, draw_machine
from fondaco.surfaces.site.words import day, moment

_STEPS: Final = {
    Track.TECHNICAL: ("draft", "in_review", "approved", "available"),
    Track.LISTING: ("draft", "in_review", "approved", "advertised"),
}
_TONES: Final = {
    "draft": "mute",
    "in_review": "info",
    "approved": "good",
    "rejected": "bad",
    "available": "good",
    "advertised": "good",
    "deprecated": "mute",
}
_ELSEWHERE: Final = {"plans": "portal:plans", "screenshots": "portal:screenshots"}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to complete, and where."""

    message: str
    url: str


@dataclass(frozen=True, slots=True)
class TrackCard:
    """One track as its card shows it."""

    track: Track
    label: str
    status: str
    tone: str
    pill: str
    steps: tuple[str, ...]
    current: int
    missing: tuple[Missing, ...]
    ahead: Version | None  # of the same app, in review: this one waits
    open: Submission | None
    decided: Submission | None  # the last decision, when it still says something
    estimate: AnswerTimes | None  # what happened to similar ones, while it waits for a reviewer
    since: datetime
    next_actor: str  # whose turn it is; empty when nothing is waited for
    drawing: Drawing
    can_edit: bool
    can_submit: bool
    can_withdraw: bool
    edit_url: str
    asked: tuple[Asked, ...]  # by the last decision, when it was a no
    thread: Thread | None


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next; without ``url`` someone else is to act."""

    label: str | Promise
    url: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """A version's page."""

    version: Version
    cards: tuple[TrackCard, TrackCard]
    next: NextStep | None
    state: str
    can_make_available: bool
    can_deprecate: bool
    can_install: bool  # by the page with the installation link
    can_retire: bool
    can_unlist: bool
    can_relist: bool
    plan: PlannedPublication | None  # the time that is set, or why it failed


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of its app, and what may be done with it from there."""

    version: Version
    edit_url: str  # empty when nothing of it may be edited
    withdraw: tuple[Track, ...]
    can_deprecate: bool
    can_install: bool
    can_retire: bool


def version_line(version: Version, by: Member) -> VersionLine:
    """A line of the list; no query when app and contents are loaded."""
    editable = next((track for track in Track if policies.can_edit(by, version, track)), None)
    return VersionLine(
        version=version,
        edit_url=edit_url(version, editable) if editable else "",
        withdraw=tuple(track for track in Track if policies.can_withdraw(by, version, track)),
        can_deprecate=policies.can_deprecate(by, version),
        can_install=policies.can(by, version.app, Permission.PARTNER_PUBLISH),
        can_retire=policies.can_retire_version(by, version),
    )


def board(version: Version, by: Member) -> Board:
    """Everything that the page of ``version`` shows to ``by``."""
    submissions = list_submissions(version)
    estimates = answer_times([one for one in submissions if one.status == SubmissionStatus.OPEN])
    technical = _card(version, Track.TECHNICAL, by, submissions, estimates)
    listing = _card(version, Track.LISTING, by, submissions, estimates)
    can_make_available = policies.can_make_available(by, version)
    plan = version.plan
    is_planned = plan is not None and plan.is_waiting
    return Board(
        version=version,
        cards=(technical, listing),
        next=_next_step(version, (technical, listing), can_make_available=can_make_available and not is_planned),
        state=state_in_words(version, plan, is_asked=waits_for_partner(submissions)),
        can_make_available=can_make_available,
        can_deprecate=policies.can_deprecate(by, version),
        can_install=policies.can(by, version.app, Permission.PARTNER_PUBLISH),
        can_retire=policies.can_retire_version(by, version),
        can_unlist=policies.can_unlist(by, version),
        can_relist=policies.can_relist(by, version),
        plan=plan,
    )


def waits_for_partner(submissions: Iterable[Submission]) -> bool:
    """Whether a reviewer waits for the partner's answer about one of them."""
    return any(one.status == SubmissionStatus.OPEN and one.waits_for_partner for one in submissions)


def state_in_words(version: Version, plan: PlannedPublication | None = None, *, is_asked: bool = False) -> str:
    """Where a version stands and who is to act, in one sentence; no query."""
    technical, listing = version.technical.status, version.listing.status
    if version.is_retired:
        return _("Retired: it is over, and can only be read.")
    if is_asked:
        return _("Waiting for you: a reviewer asked something.")
    if version.is_published:
        return _("Published: customers can find and install it.")
    if TechnicalStatus.DEPRECATED in {technical, listing}:
        if version.ends_on:
            return _("Deprecated: nobody can newly install it. Its last day is %(day)s.") % {
                "day": day(version.ends_on)
            }
        return _("Deprecated: nobody can newly install it.")
    if version.is_withheld:
        return _("Waiting for you: the platform took it out of the marketplace. Existing installations go on.")
    if version.is_unlisted:
        return _("Out of the marketplace for now: nobody can newly install it until you bring it back.")
    if technical == TechnicalStatus.APPROVED and plan is not None and plan.is_waiting:
        return _("Approved: it goes live on %(moment)s UTC.") % {"moment": moment(plan.due_at)}
    if TechnicalStatus.REJECTED in {technical, listing}:
        return _("Waiting for you: a reviewer asks for changes.")
    if technical == TechnicalStatus.APPROVED:
        return _("Waiting for you: the technical content is approved and can be made available.")
    if technical in EDITABLE or listing in EDITABLE:
        return _("Waiting for you: finish and submit what is still a draft.")
    if TechnicalStatus.IN_REVIEW in {technical, listing}:
        return _("Waiting for a reviewer.")
    return _("Approved.")


def status_pill(status: str) -> tuple[str, str]:
    """``(words, tone)`` of a track's state, as ``ui.pill`` takes them."""
    return status_label(status), _TONES[status]


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``: a place in the queue."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return {"st": _("%(n)dst"), "nd": _("%(n)dnd"), "rd": _("%(n)drd")}.get(ending, _("%(n)dth")) % {"n": number}


def edit_url(version: Version, track: Track) -> str:
    """The page on which a track's content is edited."""
    return reverse("portal:technical" if track == Track.TECHNICAL else "portal:listing", args=[version.pk.hex])


def _card(
    version: Version,
    track: Track,
    by: Member,
    submissions: list[Submission],
    estimates: Mapping[Track, AnswerTimes],
) -> TrackCard:
    content = policies.content_of(version, track)
    status = content.status
    of_track = [submission for submission in submissions if submission.track == track]
    opened = next((submission for submission in of_track if submission.status == SubmissionStatus.OPEN), None)
    decided = next((submission for submission in of_track if submission.decided_by_id), None)
    missing = tuple(_missing(version, track)) if content.is_editable else ()
    can_edit = policies.can_edit(by, version, track)
    ahead = policies.find_ahead(version, track) if content.is_editable and not missing else None
    steps = _STEPS[track]
    return TrackCard(
        track=track,
        label=track_label(track),
        status=status,
        tone=_TONES[status],
        pill=_pill(status, missing, opened),
        steps=tuple(status_label(step) for step in steps),
        current={"rejected": 2, "deprecated": 4}.get(status) or steps.index(status) + 1,
        missing=missing,
        ahead=ahead,
        open=opened,
        decided=decided if status in {"rejected", "approved"} else None,
        estimate=estimates.get(track) if opened else None,
        since=content.status_changed_at,
        next_actor=_next_actor(version, track, status, opened),
        drawing=draw_machine(
            MACHINES[track], status, labels=STATUSES, say=lambda current, to: who_takes(current, to)[1]
        ),
        can_edit=can_edit,
        can_submit=can_edit and not missing and ahead is None,
        can_withdraw=policies.can_withdraw(by, version, track),
        edit_url=edit_url(version, track),
        asked=asked_of(decided) if decided and status == "rejected" else (),
        thread=thread_of(of_track[0], by) if of_track else None,
    )


def _next_actor(version: Version, track: Track, status: str, opened: Submission | None) -> str:
    if opened is not None and opened.waits_for_partner:
        return _("you, with an answer")
    if track == Track.TECHNICAL and status == TechnicalStatus.APPROVED and version.plan and version.plan.is_waiting:
        return _("nobody; it goes live by itself")
    actor = who_is_next(MACHINES[track], status)
    return str(ACTORS[actor]) if actor else ""


def _missing(version: Version, track: Track) -> list[Missing]:
    return [
        Missing(
            message,
            reverse(_ELSEWHERE[name], args=[version.pk.hex])
            if name in _ELSEWHERE
            else f"{edit_url(version, track)}#id_{name}",
        )
        for name, message in missing_fields(version, track).items()
    ]


def _pill(status: str, missing: tuple[Missing, ...], opened: Submission | None) -> str:
    words = status_label(status)
    if opened:
        if opened.waits_for_partner:
            return _("%(status)s · waiting for your answer") % {"status": words}
        place = ordinal(place_in_queue(opened))
        return _("%(status)s · %(place)s in the queue") % {"status": words, "place": place}
    if missing:
        count = ngettext("%(count)d thing missing", "%(count)d things missing", len(missing)) % {"count": len(missing)}
        return f"{words} · {count}"
    if status == TechnicalStatus.DRAFT:
        return _("%(status)s · ready to submit") % {"status": words}
    return words


def _next_step(version: Version, cards: tuple[TrackCard, TrackCard], *, can_make_available: bool) -> NextStep | None:
    asked = next((card.open for card in cards if card.open and card.open.waits_for_partner and card.can_withdraw), None)
    if asked is not None:
        return NextStep(_("Answer the reviewer"), reverse("portal:conversation", args=[asked.pk.hex]))
    if can_make_available:
        return NextStep(_("Make available"), reverse("portal:publish", args=[version.pk.hex]))
    for card in cards:
        if not card.can_edit:
            continue
        untouched = card.decided is not None and card.status == ListingStatus.REJECTED and _is_untouched(version, card)
        if untouched:
            return NextStep(_("Change what was asked for"), card.edit_url)
        if card.missing:
            return NextStep(_("Complete %(track)s") % {"track": card.label.lower()}, card.missing[0].url)
        if card.ahead:
            continue
        submit = reverse("portal:submit", args=[version.pk.hex, card.track.value])
        return NextStep(_("Submit %(track)s") % {"track": card.label.lower()}, submit)
    return None


def _is_untouched(version: Version, card: TrackCard) -> bool:
    """Whether nothing was saved since the rejection."""
    content = policies.content_of(version, card.track)
    return content.updated_at <= content.status_changed_at
