"""What follows in this domain from facts of the accounts domain."""

from __future__ import annotations

from fondaco.accounts import events as account_events
from fondaco.accounts.actions import add_user, restore_seat
from fondaco.accounts.models import Invitation, Role, User
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.partners.actions import add_member
from fondaco.partners.models import MemberRole, Partner


@projects(account_events.INVITATION_ACCEPTED)
def add_invited_member(event: Event, invitation: Invitation) -> None:
    """Whoever accepts an invitation to a partner becomes a member, and an administrator of its developer account."""
    if invitation.place != "partner" or invitation.accepted_by is None:
        return
    actor = Actor.system("invitation")
    partner = Partner.objects.select_related("developer_account").get(pk=invitation.place_id)
    person, account = invitation.accepted_by, partner.developer_account
    add_member(actor=actor, partner=partner, person=person, role=MemberRole(invitation.role))
    seat = User.objects.filter(account=account, person=person).first()
    if seat is not None:
        restore_seat(actor=actor, user=seat)
    else:
        add_user(actor=actor, account=account, person=person, role=Role.objects.get(account=account, key="admin"))
