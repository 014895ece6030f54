"""People of a partner."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.actions import check_pace, check_resend_rate, end_seat, invite, resend, withdraw
from fondaco.accounts.errors import AlreadyHere
from fondaco.accounts.models import Invitation, Operator, Person, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit.errors import NotFound
from fondaco.partners import events
from fondaco.partners.errors import HasOwner
from fondaco.partners.models import Member, MemberRole, Partner
from fondaco.partners.policies import check_can_manage, check_can_now, check_not_last_owner


def add_member(*, actor: Actor, partner: Partner, person: Person, role: MemberRole) -> Member:
    """Makes ``person`` a member, also when they left before. A step."""
    member, _created = Member.objects.update_or_create(
        partner=partner, person=person, defaults={"role": role.value, "is_active": True}
    )
    record(
        events.MEMBER_ADDED, member, actor=actor, partner_id=partner.pk, data={"role": role.value, "name": person.name}
    )
    return member


def invite_owner(*, actor: Actor, by: Operator, partner: Partner) -> Invitation:
    """Invites a partner's contact as its owner again, when the first invitation ran out and nobody ever came in."""
    with transaction.atomic(durable=True):
        check_operator_can(by, Permission.OPERATOR_PARTNERS)
        if partner.members.filter(is_active=True, role=MemberRole.OWNER).exists():
            raise HasOwner(name=partner.name)
        return invite_first_owner(actor=actor, partner=partner, invited_by=by.person.name)


def invite_first_owner(*, actor: Actor, partner: Partner, invited_by: str) -> Invitation:
    """The invitation that makes a new partner's contact its owner. A step."""
    return invite(
        actor=actor,
        email=partner.contact_email,
        name=partner.application.contact_name if partner.application else "",
        place="partner",
        place_id=partner.pk.hex,
        place_name=partner.name,
        role=MemberRole.OWNER.value,
        invited_by=invited_by,
    )


def invite_member(*, actor: Actor, by: Member, email: str, name: str, role: MemberRole) -> Invitation:
    """Invites a colleague to the partner."""
    check_pace(by.partner_id.hex)
    with transaction.atomic(durable=True):
        check_can_now(by, Permission.PARTNER_MEMBERS_MANAGE)
        if Member.objects.filter(partner=by.partner, person__email__iexact=email, is_active=True).exists():
            raise AlreadyHere(email=email, place=by.partner.name)
        return invite(
            actor=actor,
            email=email,
            name=name,
            place="partner",
            place_id=by.partner_id.hex,
            place_name=by.partner.name,
            role=role.value,
            invited_by=by.person.name,
        )


def withdraw_member_invitation(*, actor: Actor, by: Member, invitation: Invitation) -> Invitation:
    """Takes an unanswered invitation to the member's own partner back."""
    with transaction.atomic(durable=True):
        if invitation.place != "partner" or invitation.place_id != by.partner_id.hex:
            raise NotFound
        check_can_now(by, Permission.PARTNER_MEMBERS_MANAGE)
        withdraw(actor=actor, invitation=invitation)
    return invitation


def resend_member_invitation(*, actor: Actor, by: Member, invitation: Invitation) -> Invitation:
    """Mails an unanswered or expired invitation to the member's own partner again, with a new term."""
    check_resend_rate(invitation)
    with transaction.atomic(durable=True):
        if invitation.place != "partner" or invitation.place_id != by.partner_id.hex:
            raise NotFound
        check_can_now(by, Permission.PARTNER_MEMBERS_MANAGE)
        here = Member.objects.filter(partner_id=by.partner_id, person__email__iexact=invitation.email, is_active=True)
        if here.exists():
            raise AlreadyHere(email=invitation.email, place=invitation.place_name)
        return resend(actor=actor, invitation=invitation, invited_by=by.person.name)


def change_member_role(*, actor: Actor, by: Member, member: Member, role: MemberRole) -> Member:
    """Gives a member another role; the last owner stays one."""
    with transaction.atomic(durable=True):
        check_can_manage(by, member)
        if role != MemberRole.OWNER:  # whatever the asker's page said the member is now: the check reads and locks
            check_not_last_owner(member)
        before, member.role = member.role, role.value
        member.save(update_fields=["role"])
        record(
            events.MEMBER_ROLE_CHANGED,
            member,
            actor=actor,
            partner_id=member.partner_id,
            data={"from": before, "to": role.value, "name": member.person.name},
        )
    return member


def remove_member(*, actor: Actor, by: Member, member: Member) -> Member:
    """Ends a membership and the seat in the developer account; what they did stays. The last owner cannot go."""
    with transaction.atomic(durable=True):
        check_can_manage(by, member)
        check_not_last_owner(member)
        member.is_active = False
        member.save(update_fields=["is_active"])
        record(
            events.MEMBER_REMOVED,
            member,
            actor=actor,
            partner_id=member.partner_id,
            data={"name": member.person.name},
        )
        seat = User.objects.filter(account__partner=member.partner_id, person=member.person_id, is_active=True).first()
        if seat is not None:
            end_seat(actor=actor, user=seat)
    return member
