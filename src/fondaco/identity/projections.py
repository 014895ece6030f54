"""What follows in this domain when someone leaves an account or a partner."""

from __future__ import annotations

from fondaco.accounts import events as account_events
from fondaco.accounts.models import Operator, Person, User
from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity.actions.login_sessions import (
    end_all_sessions,
    end_bound_sessions,
    has_place,
    sign_out_user,
)
from fondaco.identity.actions.personal_tokens import end_personal_tokens
from fondaco.identity.places import STAFF
from fondaco.partners import events as partner_events
from fondaco.partners.models import Member


@projects(account_events.USER_DEACTIVATED)
def end_access_of_user(event: Event, user: User) -> None:
    """What apps got for this seat is dead for good, so that it does not come back to life with the seat.

    With the last place the sessions end, and with them all that apps got in them.
    """
    end_personal_tokens(actor=_actor(event), person=user.person, place=f"account:{user.account_id}")
    end_bound_sessions(actor=_actor(event), account_id=user.account_id, person=user.person)
    if has_place(user.person):
        sign_out_user(actor=_actor(event), user=user)
    else:
        _end_access_of_the_placeless(event, user.person)


@projects(partner_events.MEMBER_REMOVED)
def end_access_of_member(event: Event, member: Member) -> None:
    """Whoever worked nowhere else is signed out; others go on working in their other places."""
    end_personal_tokens(actor=_actor(event), person=member.person, place=f"partner:{member.partner_id.hex}")
    if not has_place(member.person):
        _end_access_of_the_placeless(event, member.person)


@projects(account_events.OPERATOR_DEACTIVATED)
def end_access_of_operator(event: Event, operator: Operator) -> None:
    """The same for the platform's own staff."""
    end_personal_tokens(actor=_actor(event), person=operator.person, place=STAFF)
    if not has_place(operator.person):
        _end_access_of_the_placeless(event, operator.person)


def _end_access_of_the_placeless(event: Event, person: Person) -> None:
    """Signs out whom nothing on the platform is open to any more, and ends their tokens.

    So a place given back later brings none of it back to life.
    """
    end_all_sessions(actor=_actor(event), person=person)
    end_personal_tokens(actor=_actor(event), person=person)


def _actor(event: Event) -> Actor:
    return Actor(ActorKind(event.actor_kind), id=event.actor_id, label=event.actor_label, address=event.actor_address)
