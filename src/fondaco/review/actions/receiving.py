"""Taking in a mail that answers one of a review."""

from __future__ import annotations

from uuid import UUID

from fondaco.accounts.models import Operator, Person
from fondaco.audit.actor import Actor, ActorKind
from fondaco.kit.replies import Origin, Outcome, Reply, ReplyRefused, shorten, take_in_once, takes_in
from fondaco.partners.models import Member
from fondaco.review.actions.conversation import MOST, write_to_partner, write_to_reviewer
from fondaco.review.models import ReviewMessage, Side, Submission
from fondaco.review.replies import SIDES


@takes_in(*SIDES.values())
def take_in(reply: Reply, submission_id: UUID, side: str) -> Outcome:
    """Makes a mail part of the conversation; its sender must be a person of the side."""
    submission = Submission.objects.select_related("version__app__partner").filter(pk=submission_id).first()
    if submission is None:
        raise ReplyRefused
    return take_in_once(reply, ReviewMessage.objects, lambda: _write(reply, submission, side))


def _write(reply: Reply, submission: Submission, side: str) -> None:
    origin, text = Origin.of(reply), shorten(reply.text, MOST)
    if side == SIDES[Side.PARTNER]:
        member = _find_member(reply.sender, submission)
        write_to_reviewer(actor=_actor(member.person), by=member, submission=submission, text=text, origin=origin)
    else:
        operator = _find_operator(reply.sender)
        write_to_partner(actor=_actor(operator.person), by=operator, submission=submission, text=text, origin=origin)


def _find_member(sender: str, submission: Submission) -> Member:
    partner_id = submission.version.app.partner_id
    members = Member.objects.filter(partner_id=partner_id, is_active=True, person__is_active=True)
    member = members.select_related("person").filter(person__email=sender).first()
    if member is None:
        raise ReplyRefused
    return member


def _find_operator(sender: str) -> Operator:
    operators = Operator.objects.filter(is_active=True, person__is_active=True).select_related("person")
    operator = operators.filter(person__email=sender).first()
    if operator is None:
        raise ReplyRefused
    return operator


def _actor(person: Person) -> Actor:
    return Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name)
