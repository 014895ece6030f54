"""Reads of the partners domain, scoped to who asks."""

from __future__ import annotations

from typing import Literal

from django.db.models import Count, Q, QuerySet

from fondaco.accounts import links
from fondaco.accounts.models import Invitation, Operator, Person
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.accounts.queries import list_invitations_to
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.errors import ApplicationLinkUnreadable
from fondaco.partners.models import DeveloperGrant, Member, Partner, PartnerApplication
from fondaco.partners.states import ApplicationStatus

Purpose = Literal["verify", "answer"]


def application_token(application: PartnerApplication, purpose: Purpose) -> str:
    """What a mailed link carries."""
    return links.sign(f"application.{purpose}", application.pk)


def find_application(purpose: Purpose, token: str) -> PartnerApplication:
    """The application that a mailed link names."""
    application_id = links.read(f"application.{purpose}", token)
    application = PartnerApplication.objects.filter(pk=application_id).first() if application_id else None
    if application is None:
        raise ApplicationLinkUnreadable
    return application


def list_applications(by: Operator, *, status: ApplicationStatus | None = None) -> QuerySet[PartnerApplication]:
    """Requests whose address is proven, those waiting longest first."""
    check_operator_can(by, Permission.OPERATOR_PARTNERS)
    applications = PartnerApplication.objects.exclude(status=ApplicationStatus.UNVERIFIED).order_by("created_at")
    return applications.filter(status=status) if status else applications


def get_application(by: Operator, application_id: str) -> PartnerApplication:
    """One request with its conversation, by wire id."""
    found = parse_wire(application_id)
    application = list_applications(by).prefetch_related("messages").filter(pk=found).first() if found else None
    if application is None:
        raise NotFound
    return application


def count_applications(by: Operator) -> dict[ApplicationStatus, int]:
    """How many requests stand where; absent states have none."""
    counted = list_applications(by).order_by().values_list("status").annotate(Count("pk"))
    return {ApplicationStatus(status): count for status, count in counted}


def list_partners(by: Operator, *, text: str = "") -> QuerySet[Partner]:
    """All partners by name, with ``people`` (active members); ``text`` is part of the name."""
    check_operator_can(by, Permission.OPERATOR_VIEW)
    partners = Partner.objects.select_related("developer_account").order_by("name")
    partners = partners.annotate(people=Count("members", filter=Q(members__is_active=True)))
    return partners.filter(name__icontains=text) if text else partners


def get_partner(by: Operator, partner_id: str) -> Partner:
    """One partner, by wire id."""
    found = parse_wire(partner_id)
    partner = list_partners(by).filter(pk=found).first() if found else None
    if partner is None:
        raise NotFound
    return partner


def list_members(partner: Partner) -> QuerySet[Member]:
    """The active members, by name."""
    return partner.members.filter(is_active=True).select_related("person").order_by("person__name")


def get_member(partner: Partner, member_id: str) -> Member:
    """One active member of a partner, by wire id."""
    found = parse_wire(member_id)
    member = list_members(partner).filter(pk=found).first() if found else None
    if member is None:
        raise NotFound
    return member


def find_member(person: Person, partner_id: str) -> Member:
    """The active membership of ``person`` in a partner; without one the partner does not exist for them."""
    found = parse_wire(partner_id)
    member = (
        Member.objects.filter(partner_id=found, person=person, is_active=True)
        .select_related("person", "partner", "partner__developer_account")
        .first()
        if found
        else None
    )
    if member is None:
        raise NotFound
    return member


def list_member_invitations(partner: Partner, *, only_open: bool = True) -> QuerySet[Invitation]:
    """Invitations to the partner, newest first; also those that are over, when asked for."""
    return list_invitations_to("partner", partner.pk.hex, only_open=only_open)


def get_member_invitation(partner: Partner, invitation_id: str) -> Invitation:
    """One invitation to the partner, by wire id."""
    found = parse_wire(invitation_id)
    invitation = list_member_invitations(partner, only_open=False).filter(pk=found).first() if found else None
    if invitation is None:
        raise NotFound
    return invitation


def list_developer_grants(partner: Partner) -> QuerySet[DeveloperGrant]:
    """What the partner's developer account was given, oldest first."""
    return DeveloperGrant.objects.filter(account=partner.developer_account_id).order_by("created_at")
