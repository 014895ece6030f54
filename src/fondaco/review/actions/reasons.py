"""The reviewers' library of reasons."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.states import Track
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock
from fondaco.review import events_workbench as events
from fondaco.review.errors import ReasonChanged, ReasonTitleTaken
from fondaco.review.models import KeptReason
from fondaco.review.policies import check_reviews


def keep_reason(*, actor: Actor, by: Operator, title: str, text: str, track: str = "") -> KeptReason:
    """Puts a reason into the library; ``track`` is empty when it fits both."""
    check_reviews(by)
    fields = _clean(title, text, track)
    with transaction.atomic(durable=True):
        reason = KeptReason(updated_by=by.person.name, **fields)
        _save(reason)
        record(events.KEPT_REASON_ADDED, reason, actor=actor, data={"title": reason.title})
    return reason


def change_reason(
    *, actor: Actor, by: Operator, reason: KeptReason, revision: int, title: str, text: str, track: str = ""
) -> KeptReason:
    """Other words; ``revision`` is the one that the editor began from."""
    check_reviews(by)
    fields = _clean(title, text, track)
    with transaction.atomic(durable=True):
        reason = KeptReason.objects.select_for_update().get(pk=reason.pk)
        if reason.revision != revision:
            raise ReasonChanged(name=reason.updated_by)
        for name, value in fields.items():
            setattr(reason, name, value)
        reason.revision += 1
        reason.updated_by, reason.updated_at = by.person.name, clock.now()
        _save(reason)
        record(events.KEPT_REASON_CHANGED, reason, actor=actor, data={"title": reason.title})
    return reason


def remove_reason(*, actor: Actor, by: Operator, reason: KeptReason) -> None:
    """Takes it out of the library; feedback in which it was used keeps its words."""
    check_reviews(by)
    with transaction.atomic(durable=True):
        record(events.KEPT_REASON_REMOVED, reason, actor=actor, data={"title": reason.title})
        KeptReason.objects.filter(pk=reason.pk).delete()


def _save(reason: KeptReason) -> None:
    try:
        with transaction.atomic():
            reason.save()
    except IntegrityError as error:
        raise ReasonTitleTaken(title=reason.title) from error


def _clean(title: str, text: str, track: str) -> dict[str, str]:
    found = FieldProblems()
    clean = {
        "title": found.text("title", title, least=1, most=80),
        "text": found.text("text", text, least=1, most=2000, lines=True),
        "track": track,
    }
    if track and track not in set(Track):
        found.add("track", _("Choose a track, or both."))
    found.raise_if_any()
    return clean
