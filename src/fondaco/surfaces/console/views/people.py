"""Who belongs to the account, as what, and who is invited."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts import actions
from fondaco.accounts.errors import LastAdmin, MayNotGive
from fondaco.accounts.labels import INVITATION_LABELS
from fondaco.accounts.models import Role, User
from fondaco.accounts.permissions import LABELS, Permission
from fondaco.accounts.policies import may_give
from fondaco.accounts.queries import get_invitation, get_role, get_user, list_invitations, list_roles, list_users
from fondaco.installs.followers import list_followers
from fondaco.kit.errors import DomainError
from fondaco.kit.pagination import numbered_page
from fondaco.surfaces.site.access import land, requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_invitations import InviteeForm
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50


class InviteForm(InviteeForm):
    """Whom to invite, and as what."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        help_text=gettext_lazy("It decides what they see; you can change it later."),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: object, by: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].choices = _roles(by)  # type: ignore[attr-defined]
        self.initial.setdefault("role", _least(by))


class RoleForm(forms.Form):
    """Another role for a user."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: object, by: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].choices = _roles(by)  # type: ignore[attr-defined]


@requires(Permission.PEOPLE_VIEW)
@require_safe
def show(request: HouseRequest) -> HttpResponse:
    """The users by name, and the open invitations."""
    account_id = request.viewer.user.account_id
    page = numbered_page(list_users(account_id, only_active=False), page_number(request), _PER_PAGE)
    can_manage = request.viewer.can(Permission.PEOPLE_MANAGE)
    roles = {role.pk.hex: role.name for role in list_roles(account_id)}
    invitations = list(list_invitations(account_id)) if can_manage else []
    context = {
        "page": page,
        "links": page_links(request, page),
        "can_manage": can_manage,
        "invitations": [
            (invitation, roles.get(invitation.role, "")) for invitation in invitations if invitation.is_open
        ],
    }
    return render(request, "console/people.html", context)


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HouseRequest) -> HttpResponse:
    """Invites someone by mail."""
    by = request.viewer.user
    form = InviteForm(request.POST if request.method == "POST" else None, by=by)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            entries = form.cleaned_data
            try:
                actions.invite_user(
                    actor=request.viewer.actor,
                    by=by,
                    account=by.account,
                    email=entries["email"],
                    name=entries["name"],
                    role=get_role(by.account_id, entries["role"]),
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": entries["email"]})
                return land(request, "console:people", Permission.PEOPLE_VIEW)
    context = {"form": form, "followers": list_followers(by.account_id, list(list_roles(by.account_id)))}
    return render(request, "console/people_invite.html", context, status=status)


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, user_id: str) -> HttpResponse:
    """One user: another role, or away."""
    by = request.viewer.user
    user = get_user(by.account_id, user_id)
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        by=by,
        initial={"role": user.role_id.hex},
    )
    if request.method != "POST":
        return _show_person(request, user, form)
    if not form.is_valid():
        return _show_person(request, user, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    role = get_role(by.account_id, form.cleaned_data["role"])
    try:
        actions.change_user_role(actor=request.viewer.actor, by=by, user=user, role=role)
    except DomainError as refusal:
        return _show_person(request, user, form, status=show_refusal(form, refusal))
    messages.success(request, _("%(name)s is %(role)s now.") % {"name": user.person.name, "role": role.name})
    return land(request, "console:people", Permission.PEOPLE_VIEW)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def deactivate(request: HouseRequest, user_id: str) -> HttpResponse:
    """Takes the seat away."""
    user = get_user(request.viewer.user.account_id, user_id)
    try:
        actions.deactivate_user(actor=request.viewer.actor, by=request.viewer.user, user=user)
    except (LastAdmin, MayNotGive) as refusal:
        form = RoleForm(None, by=request.viewer.user, initial={"role": user.role_id.hex})
        return _show_person(request, user, form, refusal=refusal, status=refusal.status)
    messages.success(request, _("%(name)s can no longer enter.") % {"name": user.person.name})
    if user.pk == request.viewer.user.pk:
        return redirect("site:home")
    return land(request, "console:people", Permission.PEOPLE_VIEW)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def reactivate(request: HouseRequest, user_id: str) -> HttpResponse:
    """Gives the seat back."""
    user = get_user(request.viewer.user.account_id, user_id)
    actions.reactivate_user(actor=request.viewer.actor, by=request.viewer.user, user=user)
    messages.success(request, _("%(name)s may enter again.") % {"name": user.person.name})
    return land(request, "console:people", Permission.PEOPLE_VIEW)


@requires(Permission.PEOPLE_MANAGE)
@require_safe
def invitations(request: HouseRequest) -> HttpResponse:
    """Every invitation that was ever sent, newest first, and what became of it."""
    account_id = request.viewer.user.account_id
    page = numbered_page(list_invitations(account_id, only_open=False), page_number(request), _PER_PAGE)
    roles = {role.pk.hex: role.name for role in list_roles(account_id)}
    context = {
        "rows": [(one, roles.get(one.role, ""), one.standing, INVITATION_LABELS[one.standing]) for one in page.items],
        "links": page_links(request, page),
    }
    return render(request, "console/invitations.html", context)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def resend(request: HouseRequest, invitation_id: str) -> HttpResponse:
    """Mails an open or expired invitation again, with a new term."""
    by = request.viewer.user
    invitation = get_invitation(by.account_id, invitation_id)
    actions.resend_invitation(actor=request.viewer.actor, by=by, invitation=invitation)
    messages.success(request, _("The invitation is on its way to %(email)s again.") % {"email": invitation.email})
    return redirect("console:invitations")


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def withdraw(request: HouseRequest, invitation_id: str) -> HttpResponse:
    """Takes an open invitation back, and leads to the list that it was seen in."""
    by = request.viewer.user
    invitation = get_invitation(by.account_id, invitation_id)
    actions.withdraw_invitation(actor=request.viewer.actor, by=by, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s was taken back.") % {"email": invitation.email})
    return redirect("console:people" if request.POST.get("back") == "people" else "console:invitations")


def _show_person(
    request: HouseRequest, user: User, form: RoleForm, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "user": user,
        "form": form,
        "refusal": refusal,
        "is_self": user.pk == request.viewer.user.pk,
        "may_decide": may_give(request.viewer.user, user.role),
        "followers": list_followers(user.account_id, list(list_roles(user.account_id)), user),
    }
    return render(request, "console/person.html", context, status=status)


def _least(by: User) -> str:
    """The role that allows least, of those that ``by`` may give: whoever chooses nothing gives away nothing."""
    roles = [role for role in list_roles(by.account_id) if may_give(by, role)]
    return min(roles, key=lambda role: len(role.granted)).pk.hex if roles else ""


def _roles(by: User) -> list[tuple[str, str]]:
    """What ``by`` may give, each with what it allows, so that nobody has to know it by heart."""
    return [(role.pk.hex, f"{role.name}: {_allows(role)}") for role in list_roles(by.account_id) if may_give(by, role)]


def _allows(role: Role) -> str:
    if role.is_admin:
        return _("everything, always")
    return ", ".join(str(LABELS[one]) for one in Permission if one in role.granted) or _("nothing yet")
