"""What the demo's reviewers are at: one asks, one has put something aside, and a library of words to send back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from fondaco.accounts.actions import create_account
from fondaco.accounts.models import Account
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review import actions
from fondaco.review.models import KeptReason, Submission
from fondaco.review.states import SubmissionStatus
from fondaco.runtime.demo.people import ACTOR, actor_for, operator

_NORA: Final = "nora@fondaco.example"
_ACCOUNT: Final = "reviews"
_QUESTION: Final = "Which of your hosts sends the calls to our API? We see two, and only one is named in the notes."
_NOTE: Final = "The second host belongs to their old product. Ask before anything else."
_REASONS: Final = (
    (
        Track.TECHNICAL,
        "Callback does not answer",
        "Your events callback did not answer within ten seconds. Answer at once with 202 and do the work afterwards.",
    ),
    (
        Track.LISTING,
        "Claim without proof",
        "The description promises a result that the app cannot guarantee. Say what it does instead.",
    ),
    (
        None,
        "Thank you, nearly there",
        "Thank you for the work that went into this. What is listed below is all that is missing.",
    ),
)


def make_reviews() -> None:
    """Safe to repeat: what is there already stays as it is."""
    _keep_reasons()
    _pick_account()
    nora, jon = operator(_NORA), operator()
    asked, aside = _open(Track.TECHNICAL), _open(Track.LISTING)
    with clock.travel(-timedelta(hours=5)):
        if asked is not None and asked.taken_by is None:
            actor = actor_for(nora.person)
            actions.take(actor=actor, by=nora, submission=asked)
            actions.add_note(actor=actor, by=nora, submission=asked, text=_NOTE)
            actions.ask_partner(actor=actor, by=nora, submission=asked, text=_QUESTION)
        if aside is not None and aside.taken_by is None:
            actor = actor_for(jon.person)
            actions.take(actor=actor, by=jon, submission=aside)
            until, reason = clock.now() + timedelta(days=2), "Waits for the technical content"
            actions.snooze(actor=actor, by=jon, submission=aside, until=until, reason=reason)


def _keep_reasons() -> None:
    jon = operator()
    for track, title, text in _REASONS:
        if not KeptReason.objects.filter(title=title).exists():
            actor = actor_for(jon.person)
            actions.keep_reason(actor=actor, by=jon, title=title, text=text, track=track.value if track else "")


def _pick_account() -> None:
    """An account of the platform's own in which reviewers install."""
    jon = operator()
    with transaction.atomic():
        account = Account.objects.filter(name=_ACCOUNT).first() or create_account(
            actor=ACTOR, name=_ACCOUNT, company_name="Fondaco Reviews", is_sandbox=True
        )
    if not account.is_for_reviews:
        actions.pick_review_account(actor=actor_for(jon.person), by=jon, account_id=account.pk)


def _open(track: Track) -> Submission | None:
    waiting = Submission.objects.filter(track=track, status=SubmissionStatus.OPEN)
    return waiting.select_related("version__app__partner", "taken_by").order_by("created_at").first()
