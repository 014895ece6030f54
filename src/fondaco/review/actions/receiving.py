"""Taking in a mail that answers one of ours."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor, ActorKind
from fondaco.partners.models import Member
from fondaco.review.actions.conversation import MOST, Origin, write_to_partner, write_to_reviewer
from fondaco.review.errors import ReplyRefused, ReplyUnreadable
from fondaco.review.mail_in import Reply, read_reply
from fondaco.review.models import ReviewMessage, Side, Submission
from fondaco.review.reply_addresses import parse_reply_address


class Outcome(StrEnum):
    TAKEN_IN = "taken in"
    DUPLICATE = "a duplicate"
    AUTOMATIC = "an automatic answer"


def receive_mail(*, raw: bytes, recipient: str = "") -> Outcome:
    """Makes one RFC 5322 message part of the conversation whose token it was sent to.

    ``recipient`` is the envelope's, when the mail server tells it. Its sender must be a person of the token's side.
    What was sent by a machine, or was taken in before, is dropped. Raises :class:`ReplyRefused`,
    :class:`ReplyUnreadable` and what writing a message raises.
    """
    reply = read_reply(raw)
    if reply.is_automatic:
        return Outcome.AUTOMATIC
    submission, side = _find(reply, recipient)
    if ReviewMessage.objects.filter(message_id=reply.message_id).exists():
        return Outcome.DUPLICATE
    try:
        _take_in(reply, submission, side)
    except IntegrityError:  # the same mail twice at the same moment
        if not ReviewMessage.objects.filter(message_id=reply.message_id).exists():
            raise
        return Outcome.DUPLICATE
    return Outcome.TAKEN_IN


def _take_in(reply: Reply, submission: Submission, side: Side) -> None:
    if not reply.text:
        raise ReplyUnreadable(problem=_("There is no text of yours in it."))
    origin = Origin(reply.message_id, reply.in_reply_to, min(reply.left_out, 999))
    text = reply.text if len(reply.text) <= MOST else reply.text[: MOST - 2] + " …"
    if side == Side.PARTNER:
        member = _find_member(reply.sender, submission)
        actor = _actor(member.person_id, member.person.name)
        write_to_reviewer(actor=actor, by=member, submission=submission, text=text, origin=origin)
    else:
        operator = _find_operator(reply.sender)
        actor = _actor(operator.pk, operator.person.name)
        write_to_partner(actor=actor, by=operator, submission=submission, text=text, origin=origin)


def _find(reply: Reply, recipient: str) -> tuple[Submission, Side]:
    for address in (recipient, *reply.recipients):
        found = parse_reply_address(address)
        if found is None:
            continue
        submission = Submission.objects.select_related("version__app__partner").filter(pk=found[0]).first()
        if submission is not None:
            return submission, found[1]
    raise ReplyRefused


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


def _actor(person_id: UUID, name: str) -> Actor:
    return Actor(ActorKind.PERSON, id=person_id.hex, label=name)
