"""The platform's own staff: who, responsible for what, and who is invited."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts import actions
from fondaco.accounts.labels import INVITATION_LABELS, OPERATOR_ROLE_EXPLANATIONS, OPERATOR_ROLE_LABELS
from fondaco.accounts.models import Invitation, Operator
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.accounts.queries import get_staff, get_staff_invitation, list_staff, list_staff_invitations
from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.access import land, requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_invitations import InviteeForm
from fondaco.surfaces.site.viewer import HouseRequest

_MOST_INVITATIONS = 50
_ROLES = [
    (role.value, format_lazy("{role}: {what}", role=OPERATOR_ROLE_LABELS[role], what=OPERATOR_ROLE_EXPLANATIONS[role]))
    for role in OperatorRole
]


class RolesForm(forms.Form):
    """What someone on the staff is responsible for."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Responsible for"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You can give what you are responsible for yourself."),
        error_messages={"required": gettext_lazy("Choose at least one responsibility.")},
    )

    def __init__(self, *args: Any, offered: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = set(offered)
        self.fields["roles"].choices = [one for one in _ROLES if one[0] in found]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[OperatorRole]:
        """What was ticked."""
        return [OperatorRole(value) for value in self.cleaned_data["roles"]]


class AppointForm(InviteeForm, RolesForm):
    """Whom to appoint, and for what."""

    field_order = ["name", "email", "roles"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = self.fields["email"]
        address.help_text = _("Who has a login here is staff at once; others get an invitation by mail.")
        address.error_messages["required"] = _("Write the address that they sign in with.")


@requires(Permission.OPERATOR_STAFF_MANAGE)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Everyone who works or worked for the platform, and the invitations."""
    by = request.viewer.operator
    invitations = list_staff_invitations(by, only_open=False)[:_MOST_INVITATIONS]
    context = {
        "staff": [(one, _labels(one.roles)) for one in list_staff(by)],
        "invitations": [
            (one, ", ".join(_labels(one.role.split(","))), one.standing, INVITATION_LABELS[one.standing])
            for one in invitations
        ],
    }
    return render(request, "backoffice/staff.html", context)


@requires(Permission.OPERATOR_STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: HouseRequest) -> HttpResponse:
    """Makes someone staff, or invites them."""
    offered = request.viewer.operator.roles
    form = AppointForm(request.POST if request.method == "POST" else None, offered=offered)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            email = form.cleaned_data["email"]
            try:
                found = actions.appoint_staff(
                    actor=request.viewer.actor,
                    by=request.viewer.operator,
                    email=email,
                    name=form.cleaned_data["name"],
                    roles=form.chosen,
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                is_invited = isinstance(found, Invitation)
                words = _("The invitation is on its way to %(email)s.") if is_invited else _("%(email)s is staff now.")
                messages.success(request, words % {"email": email})
                return redirect("backoffice:staff")
    return render(request, "backoffice/staff_appoint.html", {"form": form}, status=status)


@requires(Permission.OPERATOR_STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, operator_id: str) -> HttpResponse:
    """One of them: other responsibilities, or away."""
    operator = get_staff(request.viewer.operator, operator_id)
    form = RolesForm(
        request.POST if request.method == "POST" else None,
        offered=[*request.viewer.operator.roles, *operator.roles],
        initial={"roles": operator.roles},
    )
    if request.method != "POST":
        return _show(request, operator, form)
    if not form.is_valid():
        return _show(request, operator, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        actions.change_staff_roles(
            actor=request.viewer.actor, by=request.viewer.operator, operator=operator, roles=form.chosen
        )
    except DomainError as refusal:
        return _show(request, operator, form, status=show_refusal(form, refusal))
    messages.success(request, _("%(name)s was saved.") % {"name": operator.person.name})
    return land(request, "backoffice:staff", Permission.OPERATOR_STAFF_MANAGE)


@requires(Permission.OPERATOR_STAFF_MANAGE)
@require_POST
def deactivate(request: HouseRequest, operator_id: str) -> HttpResponse:
    """Takes the post away."""
    operator = get_staff(request.viewer.operator, operator_id)
    actions.deactivate_operator(actor=request.viewer.actor, by=request.viewer.operator, operator=operator)
    messages.success(request, _("%(name)s is no longer staff.") % {"name": operator.person.name})
    return redirect("backoffice:staff")


@requires(Permission.OPERATOR_STAFF_MANAGE)
@require_POST
def withdraw(request: HouseRequest, invitation_id: str) -> HttpResponse:
    """Takes an open invitation back."""
    by = request.viewer.operator
    invitation = get_staff_invitation(by, invitation_id)
    actions.withdraw_staff_invitation(actor=request.viewer.actor, by=by, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s was taken back.") % {"email": invitation.email})
    return redirect("backoffice:staff")


@requires(Permission.OPERATOR_STAFF_MANAGE)
@require_POST
def resend(request: HouseRequest, invitation_id: str) -> HttpResponse:
    """Mails an open or expired invitation again, with a new term."""
    by = request.viewer.operator
    invitation = get_staff_invitation(by, invitation_id)
    actions.resend_staff_invitation(actor=request.viewer.actor, by=by, invitation=invitation)
    messages.success(request, _("The invitation is on its way to %(email)s again.") % {"email": invitation.email})
    return redirect("backoffice:staff")


def _labels(roles: list[str]) -> list[str]:
    return [str(OPERATOR_ROLE_LABELS[OperatorRole(role)]) for role in roles]


def _show(request: HouseRequest, operator: Operator, form: RolesForm, *, status: int = 200) -> HttpResponse:
    is_self = operator.pk == request.viewer.operator.pk
    context = {"operator": operator, "form": form, "is_self": is_self, "labels": _labels(operator.roles)}
    return render(request, "backoffice/staff_person.html", context, status=status)
