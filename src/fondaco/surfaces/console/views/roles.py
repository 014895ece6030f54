"""The roles of the account: what each allows, in words, and how many people have it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts import actions
from fondaco.accounts.errors import RoleChanged, RoleFixed, RoleInUse
from fondaco.accounts.models import Role
from fondaco.accounts.permissions import ADMIN, EXPLANATIONS, LABELS, Permission
from fondaco.accounts.queries import get_role, list_role_events, list_roles
from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.access import land, requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.viewer import HouseRequest

_WITH_APPS = frozenset({Permission.APPS_INSTALL, Permission.APPS_LAUNCH, Permission.APPS_MANAGE})
_OF_ACCOUNTS = [one for one in Permission if one in ADMIN]


def _choices(offered: frozenset[Permission]) -> list[tuple[str, str | Promise]]:
    return [
        (one.value, format_lazy("{label}: {what}", label=LABELS[one], what=EXPLANATIONS[one]))
        for one in _OF_ACCOUNTS
        if one in offered
    ]


class RoleForm(forms.Form):
    """A role. ``revision`` is the one that the editor began from; ``offered`` what they may give, or leave."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        error_messages={"required": gettext_lazy("Write a name, like “Team lead”.")},
    )
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("What its people may do"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "Install, Launch and Manage need AppConnect visible beside them: without it My Apps stays closed. "
            "Install and Manage carry the authority to buy: each click counts as an order of the account."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, offered: frozenset[Permission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = _choices(offered)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[Permission]:
        """The permissions that were ticked."""
        return [Permission(value) for value in self.cleaned_data["permissions"]]


def _sees_no_apps(role: Role) -> bool:
    """Whether it gives something to do with apps, but not the page where they are."""
    return Permission.APPS_VIEW not in role.granted and not _WITH_APPS.isdisjoint(role.granted)


@requires(Permission.PEOPLE_VIEW)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Every role, what it allows, and how many have it."""
    roles = [
        (role, [LABELS[one] for one in _OF_ACCOUNTS if one in role.granted], _sees_no_apps(role))
        for role in _roles(request)
    ]
    context = {"roles": roles, "can_manage": request.viewer.can(Permission.ROLES_MANAGE)}
    return render(request, "console/roles.html", context)


@requires(Permission.ROLES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HouseRequest) -> HttpResponse:
    """Adds a role."""
    offered = request.viewer.user.permissions
    form = RoleForm(request.POST if request.method == "POST" else None, offered=offered)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                role = actions.create_role(
                    actor=request.viewer.actor,
                    by=request.viewer.user,
                    name=form.cleaned_data["name"],
                    permissions=form.chosen,
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(name)s can be given to people now.") % {"name": role.name})
                return land(request, "console:roles", Permission.PEOPLE_VIEW)
    return render(request, "console/role_create.html", {"form": form}, status=status)


@requires(Permission.ROLES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, role_id: str) -> HttpResponse:
    """One role: what it allows, its history, and away with it."""
    role = get_role(request.viewer.user.account_id, role_id)
    if request.method != "POST":
        return _show_role(request, role, _form_of(request, role))
    offered = request.viewer.user.permissions | role.granted
    form = RoleForm(request.POST, offered=offered)
    if not form.is_valid():
        return _show_role(request, role, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        actions.edit_role(
            actor=request.viewer.actor,
            by=request.viewer.user,
            role=role,
            revision=form.cleaned_data["revision"] or 0,
            name=form.cleaned_data["name"],
            permissions=form.chosen,
        )
    except RoleChanged as refusal:
        role.refresh_from_db()
        entries = request.POST.copy()  # what was typed stays; saving again is then a decision about the newer state
        entries["revision"] = str(role.revision)
        form = RoleForm(entries, offered=offered | role.granted)
        form.is_valid()
        return _show_role(request, role, form, status=show_refusal(form, refusal), is_stale=True)
    except DomainError as refusal:
        return _show_role(request, role, form, status=show_refusal(form, refusal))
    messages.success(request, _("%(name)s was saved. It holds from the next click on.") % {"name": role.name})
    return land(request, "console:roles", Permission.PEOPLE_VIEW)


@requires(Permission.ROLES_MANAGE)
@require_POST
def delete(request: HouseRequest, role_id: str) -> HttpResponse:
    """Removes a role that nobody has."""
    role = get_role(request.viewer.user.account_id, role_id)
    name = role.name
    try:
        actions.delete_role(actor=request.viewer.actor, by=request.viewer.user, role=role)
    except (RoleFixed, RoleInUse) as refusal:
        return _show_role(request, role, _form_of(request, role), status=refusal.status, refusal=refusal)
    messages.success(request, _("%(name)s was deleted.") % {"name": name})
    return land(request, "console:roles", Permission.PEOPLE_VIEW)


def _roles(request: HouseRequest) -> list[Role]:
    return list(list_roles(request.viewer.user.account_id))


def _form_of(request: HouseRequest, role: Role) -> RoleForm:
    return RoleForm(
        offered=request.viewer.user.permissions | role.granted,
        initial={
            "name": role.name,
            "permissions": [one.value for one in role.granted],
            "revision": role.revision,
        },
    )


def _show_role(
    request: HouseRequest,
    role: Role,
    form: RoleForm,
    *,
    status: int = 200,
    refusal: DomainError | None = None,
    is_stale: bool = False,
) -> HttpResponse:
    context = {
        "role": role,
        "form": form,
        "refusal": refusal,
        "granted": [(LABELS[one], EXPLANATIONS[one]) for one in _OF_ACCOUNTS if one in role.granted],
        "is_stale": is_stale,
        "moments": moments(list_role_events(request.viewer.user, role)[:10]),
    }
    return render(request, "console/role.html", context, status=status)
