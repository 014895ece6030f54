"""Working on a submission: taking, putting aside, talking, trying out; and the library of reasons."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.kit.ids import parse_wire
from fondaco.review import actions
from fondaco.review.queries import get_reason, get_submission, list_reasons
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.routes.reviews import REVIEWERS, shape
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.reviews import (
    AskBody,
    CredentialsShape,
    HandOverBody,
    KeptReasonBody,
    MessageBody,
    MessageShape,
    NoteShape,
    QueuedShape,
    ReasonChangeBody,
    ReasonShape,
    ReviewAccountBody,
    ReviewAccountShape,
    SnoozeBody,
    TriedShape,
)

routes = Routes("Operator: reviews", Place.OPERATOR)

_ONE = "/operator/submissions/{submission_id}"


@routes.does(f"{_ONE}/take", QueuedShape, *REVIEWERS)
def take_submission(request: Request, submission_id: str) -> QueuedShape:
    """Makes it the caller's work. Of two at once the slower one is told who was faster."""
    by = request.caller.operator
    return shape(actions.take(actor=request.caller.actor, by=by, submission=get_submission(by, submission_id)))


@routes.does(f"{_ONE}/hand-over", QueuedShape, *REVIEWERS)
def hand_submission_over(request: Request, submission_id: str, body: HandOverBody) -> QueuedShape:
    """Gives it to another reviewer of the track, whoever had it."""
    by, to = request.caller.operator, parse_wire(body.to)
    submission = get_submission(by, submission_id)
    return shape(actions.hand_over(actor=request.caller.actor, by=by, submission=submission, to=to))


@routes.does(f"{_ONE}/give-back", QueuedShape, *REVIEWERS)
def give_submission_back(request: Request, submission_id: str) -> QueuedShape:
    """Lets others take it."""
    by = request.caller.operator
    return shape(actions.give_back(actor=request.caller.actor, by=by, submission=get_submission(by, submission_id)))


@routes.does(f"{_ONE}/snooze", QueuedShape, *REVIEWERS)
def snooze_submission(request: Request, submission_id: str, body: SnoozeBody) -> QueuedShape:
    """Puts it aside until a moment within 90 days."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    snoozed = actions.snooze(
        actor=request.caller.actor, by=by, submission=submission, until=body.until, reason=body.reason
    )
    return shape(snoozed)


@routes.does(f"{_ONE}/wake", QueuedShape, *REVIEWERS)
def wake_submission(request: Request, submission_id: str) -> QueuedShape:
    """Brings it back into the queue before its time."""
    by = request.caller.operator
    return shape(actions.wake(actor=request.caller.actor, by=by, submission=get_submission(by, submission_id)))


@routes.creates(f"{_ONE}/messages", MessageShape, *REVIEWERS)
def write_to_partner(request: Request, submission_id: str, body: AskBody) -> MessageShape:
    """Words to the partner, who gets them by mail; a question makes the submission wait for the answer."""
    by = request.caller.operator
    write = actions.ask_partner if body.is_question else actions.write_to_partner
    message = write(actor=request.caller.actor, by=by, submission=get_submission(by, submission_id), text=body.text)
    return MessageShape.of(message)


@routes.creates(f"{_ONE}/notes", NoteShape, *REVIEWERS)
def add_review_note(request: Request, submission_id: str, body: MessageBody) -> NoteShape:
    """A word among reviewers, which no partner can read."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    return NoteShape.of(actions.add_note(actor=request.caller.actor, by=by, submission=submission, text=body.text))


@routes.does(f"{_ONE}/credentials", CredentialsShape, Permission.OPERATOR_REVIEW_TECHNICAL)
def show_test_credentials(request: Request, submission_id: str) -> CredentialsShape:
    """The partner's log-in for testing. Each look is recorded."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    shown = actions.show_credentials(actor=request.caller.actor, by=by, submission=submission)
    return CredentialsShape(test_credentials=shown)


@routes.does(f"{_ONE}/try", TriedShape, *REVIEWERS)
def try_submission_out(request: Request, submission_id: str) -> TriedShape:
    """Installs what is reviewed in the reviewers' account, as a customer's order would; again gives the same one."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    installation = actions.try_out(actor=request.caller.actor, by=by, submission=submission)
    return TriedShape(
        installation_id=installation.pk.hex, account_id=installation.account_id, status=installation.status
    )


@routes.replaces("/operator/review-account", ReviewAccountShape, Permission.OPERATOR_PARTNERS)
def pick_review_account(request: Request, body: ReviewAccountBody) -> ReviewAccountShape:
    """Makes one account of the platform's own the one in which reviewers install."""
    account = actions.pick_review_account(
        actor=request.caller.actor, by=request.caller.operator, account_id=body.account_id
    )
    return ReviewAccountShape(account_id=account.pk, company_name=account.company_name)


@routes.reads("/operator/reasons", Page[ReasonShape], *REVIEWERS)
def list_kept_reasons(request: Request) -> Page[ReasonShape]:
    """The library, by title."""
    return whole(list_reasons(request.caller.operator), ReasonShape.of)


@routes.creates("/operator/reasons", ReasonShape, *REVIEWERS)
def keep_reason(request: Request, body: KeptReasonBody) -> ReasonShape:
    """Puts a reason into the library."""
    reason = actions.keep_reason(actor=request.caller.actor, by=request.caller.operator, **body.model_dump())
    return ReasonShape.of(reason)


@routes.replaces("/operator/reasons/{reason_id}", ReasonShape, *REVIEWERS)
def change_kept_reason(request: Request, reason_id: str, body: ReasonChangeBody) -> ReasonShape:
    """Other words; who saves over somebody else's is told first."""
    by = request.caller.operator
    reason = get_reason(by, reason_id)
    return ReasonShape.of(actions.change_reason(actor=request.caller.actor, by=by, reason=reason, **body.model_dump()))


@routes.removes("/operator/reasons/{reason_id}", *REVIEWERS)
def remove_kept_reason(request: Request, reason_id: str) -> None:
    """Takes it out of the library; feedback in which it was used keeps its words."""
    by = request.caller.operator
    actions.remove_reason(actor=request.caller.actor, by=by, reason=get_reason(by, reason_id))
