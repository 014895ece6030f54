"""Who belongs to the partner, as what, and who is invited."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.errors import LastAdmin
from fondaco.accounts.labels import INVITATION_LABELS
from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.partners import actions
from fondaco.partners.errors import LastOwner
from fondaco.partners.labels import ROLE_EXPLANATIONS, ROLE_LABELS
from fondaco.partners.models import Member, MemberRole
from fondaco.partners.queries import get_member, get_member_invitation, list_member_invitations, list_members
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_invitations import InviteeForm
from fondaco.surfaces.site.viewer import HouseRequest

_MOST_INVITATIONS = 50
_ROLES = [
    (role.value, format_lazy("{role}: {what}", role=ROLE_LABELS[role], what=ROLE_EXPLANATIONS[role]))
    for role in MemberRole
]


class RoleForm(forms.Form):
    """What a member is responsible for."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES, widget=forms.RadioSelect)


class InviteForm(InviteeForm, RoleForm):
    """Whom to invite, and as what."""

    field_order = ["name", "email", "role"]


@requires(Permission.PARTNER_VIEW)
@require_safe
def show(request: HouseRequest) -> HttpResponse:
    """The members by name, and the open invitations."""
    partner = request.viewer.member.partner
    can_manage = request.viewer.can(Permission.PARTNER_MEMBERS_MANAGE)
    invitations = list(list_member_invitations(partner, only_open=False)[:_MOST_INVITATIONS]) if can_manage else []
    context = {
        "partner": partner,
        "members": [(member, ROLE_LABELS[MemberRole(member.role)]) for member in list_members(partner)],
        "can_manage": can_manage,
        "invitations": [
            (one, ROLE_LABELS[MemberRole(one.role)], one.standing, INVITATION_LABELS[one.standing])
            for one in invitations
        ],
    }
    return render(request, "portal/members.html", context)


@requires(Permission.PARTNER_MEMBERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HouseRequest) -> HttpResponse:
    """Invites a colleague by mail."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            entries = form.cleaned_data
            try:
                actions.invite_member(
                    actor=request.viewer.actor,
                    by=request.viewer.member,
                    email=entries["email"],
                    name=entries["name"],
                    role=MemberRole(entries["role"]),
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": entries["email"]})
                return redirect("portal:members")
    return render(request, "portal/member_invite.html", {"form": form}, status=status)


@requires(Permission.PARTNER_MEMBERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, member_id: str) -> HttpResponse:
    """One member: another role, or away."""
    by = request.viewer.member
    member = get_member(by.partner, member_id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": member.role})
    if request.method != "POST":
        return _show_member(request, member, form)
    if not form.is_valid():
        return _show_member(request, member, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    role = MemberRole(form.cleaned_data["role"])
    try:
        actions.change_member_role(actor=request.viewer.actor, by=by, member=member, role=role)
    except DomainError as refusal:
        return _show_member(request, member, form, status=show_refusal(form, refusal))
    words = {"name": member.person.name, "role": ROLE_LABELS[role]}
    messages.success(request, _("The role of %(name)s is %(role)s now.") % words)
    return redirect("portal:members")


@requires(Permission.PARTNER_MEMBERS_MANAGE)
@require_POST
def remove(request: HouseRequest, member_id: str) -> HttpResponse:
    """Ends the membership."""
    by = request.viewer.member
    member = get_member(by.partner, member_id)
    try:
        actions.remove_member(actor=request.viewer.actor, by=by, member=member)
    except (LastOwner, LastAdmin) as refusal:
        form = RoleForm(None, initial={"role": member.role})
        return _show_member(request, member, form, refusal=refusal, status=refusal.status)
    messages.success(request, _("%(name)s no longer belongs to the partner.") % {"name": member.person.name})
    return redirect("portal:members" if member.pk != by.pk else "site:home")


@requires(Permission.PARTNER_MEMBERS_MANAGE)
@require_POST
def resend(request: HouseRequest, invitation_id: str) -> HttpResponse:
    """Mails an open or expired invitation again, with a new term."""
    by = request.viewer.member
    invitation = get_member_invitation(by.partner, invitation_id)
    actions.resend_member_invitation(actor=request.viewer.actor, by=by, invitation=invitation)
    messages.success(request, _("The invitation is on its way to %(email)s again.") % {"email": invitation.email})
    return redirect("portal:members")


@requires(Permission.PARTNER_MEMBERS_MANAGE)
@require_POST
def withdraw(request: HouseRequest, invitation_id: str) -> HttpResponse:
    """Takes an open invitation back."""
    by = request.viewer.member
    invitation = get_member_invitation(by.partner, invitation_id)
    actions.withdraw_member_invitation(actor=request.viewer.actor, by=by, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s was taken back.") % {"email": invitation.email})
    return redirect("portal:members")


def _show_member(
    request: HouseRequest, member: Member, form: RoleForm, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "member": member,
        "role": ROLE_LABELS[MemberRole(member.role)],
        "form": form,
        "refusal": refusal,
        "is_self": member.pk == request.viewer.member.pk,
    }
    return render(request, "portal/member.html", context, status=status)
