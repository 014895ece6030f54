"""What follows in this domain when someone leaves an account or a partner."""

from __future__ import annotations

from fondaco.accounts import events as account_events
from fondaco.accounts.models import Operator, Person, User
from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity.actions.login_sessions import end_all_sessions, end_bound_sessions
from fondaco.identity.actions.personal_tokens import revoke_all_tokens
from fondaco.identity.models import TokenFamily
from fondaco.kit import clock
from fondaco.partners import events as partner_events
from fondaco.partners.models import Member


@projects(account_events.USER_DEACTIVATED)
def end_access_of_user(event: Event, user: User) -> None:
    """What apps got for this seat is dead for good, so that it does not come back to life with the seat."""
    TokenFamily.objects.filter(user=user, ended_at=None).update(ended_at=clock.now())
    end_bound_sessions(actor=_actor(event), account_id=user.account_id, person=user.person)
    _end_sessions_of_the_placeless(event, user.person)


@projects(partner_events.MEMBER_REMOVED)
def end_access_of_member(event: Event, member: Member) -> None:
    """Whoever worked nowhere else is signed out."""
    _end_sessions_of_the_placeless(event, member.person)


@projects(account_events.OPERATOR_DEACTIVATED)
def end_access_of_operator(event: Event, operator: Operator) -> None:
    """The same for the platform's own staff."""
    _end_sessions_of_the_placeless(event, operator.person)


def _end_sessions_of_the_placeless(event: Event, person: Person) -> None:
    """Signs out whom nothing on the platform is open to any more; others go on working in their other places.

    Their own tokens end, too, so that a seat given back later brings none of them back to life.
    """
    places = (model.objects.filter(person=person, is_active=True) for model in (User, Member, Operator))
    if any(found.exists() for found in places):
        return
    end_all_sessions(actor=_actor(event), person=person)
    revoke_all_tokens(actor=_actor(event), person=person)


def _actor(event: Event) -> Actor:
    return Actor(ActorKind(event.actor_kind), id=event.actor_id, label=event.actor_label, address=event.actor_address)
