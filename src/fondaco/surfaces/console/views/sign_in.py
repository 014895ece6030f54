"""The account's own sign-in: setting the provider up, testing it, switching it on and off."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.models import Role
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import may_give
from fondaco.accounts.queries import get_role, list_roles
from fondaco.identity import actions
from fondaco.identity.federation import examination
from fondaco.identity.federation.errors import LeadsNobodyIn
from fondaco.identity.federation.findings import Finding
from fondaco.identity.federation.flow import SCOPE, return_address
from fondaco.identity.models import IdentityProvider
from fondaco.identity.queries import find_provider, list_sign_in_events
from fondaco.kit.errors import DomainError, NotFound
from fondaco.surfaces.console.forms_sign_in import MappingFormSet, ProviderForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.viewer import HouseRequest

_LATEST = 10


@requires(Permission.SIGN_IN_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HouseRequest) -> HttpResponse:
    """The provider as it is set up, and saving it."""
    provider = find_provider(request.viewer.user)
    roles = _roles(request)
    if request.method != "POST":
        return _show_page(request, provider, *_forms_of(provider, roles))
    form = ProviderForm(request.POST, roles=roles, provider=provider)
    lines = MappingFormSet(request.POST, prefix="lines", form_kwargs={"roles": roles})
    if not (form.is_valid() and lines.is_valid()):
        return _show_page(request, provider, form, lines, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        examination.check_may_change_to(provider, form.cleaned_data["issuer"])
        actions.save_provider(
            actor=request.viewer.actor,
            by=request.viewer.user,
            revision=form.cleaned_data["revision"],
            entries=_read(request, form.cleaned_data, lines),
        )
    except DomainError as refusal:
        findings = refusal.findings if isinstance(refusal, LeadsNobodyIn) else None
        return _show_page(request, provider, form, lines, status=show_refusal(form, refusal), findings=findings)
    is_open = provider is not None and provider.is_enabled
    words = _("The sign-in was saved.") if is_open else _("The sign-in was saved. Test it before you switch it on.")
    messages.success(request, words)
    return redirect("console:sign_in")


@requires(Permission.SIGN_IN_MANAGE)
@require_POST
def test(request: HouseRequest) -> HttpResponse:
    """Asks the provider what a sign-in would ask, and says what it found. Nothing is changed."""
    provider = _own(request)
    return _show_page(request, provider, *_forms_of(provider, _roles(request)), findings=examination.test(provider))


@requires(Permission.SIGN_IN_MANAGE)
@require_POST
def switch(request: HouseRequest) -> HttpResponse:
    """Opens or closes the way in. One that leads nobody in stays closed: whoever must come that way would be out."""
    is_enabled = request.POST.get("to") == "on"
    provider = _own(request)
    if is_enabled and not provider.is_enabled:
        try:
            examination.check_leads_in(provider)
        except LeadsNobodyIn as refusal:
            forms, found = _forms_of(provider, _roles(request)), refusal.findings
            return _show_page(request, provider, *forms, status=refusal.status, findings=found, stays_off=True)
    provider = actions.switch_provider(actor=request.viewer.actor, by=request.viewer.user, is_enabled=is_enabled)
    words = _("People can sign in with %(name)s now.") if is_enabled else _("Nobody signs in with %(name)s any more.")
    messages.success(request, words % {"name": provider.name})
    return redirect("console:sign_in")


@requires(Permission.SIGN_IN_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HouseRequest) -> HttpResponse:
    """Forgets the provider, after asking."""
    provider = _own(request)
    if request.method != "POST":
        return render(request, "console/sign_in_remove.html", {"provider": provider})
    actions.remove_provider(actor=request.viewer.actor, by=request.viewer.user)
    messages.success(request, _("%(name)s was removed.") % {"name": provider.name})
    return redirect("console:sign_in")


def _roles(request: HouseRequest) -> list[Role]:
    """What the viewer may let the provider give."""
    by = request.viewer.user
    return [role for role in list_roles(by.account_id) if may_give(by, role)]


def _own(request: HouseRequest) -> IdentityProvider:
    provider = find_provider(request.viewer.user)
    if provider is None:
        raise NotFound
    return provider


def _read(request: HouseRequest, entries: dict[str, Any], lines: Any) -> actions.ProviderEntries:
    account_id = request.viewer.user.account_id
    return actions.ProviderEntries(
        name=entries["name"],
        issuer=entries["issuer"],
        client_id=entries["client_id"],
        client_secret=entries["client_secret"] or None,
        allowed_domains=entries["allowed_domains"].replace(",", " ").split(),
        default_role=get_role(account_id, entries["default_role"]),
        role_claim=entries["role_claim"],
        mappings=[
            (line["value"], get_role(account_id, line["role"]))
            for line in (form.cleaned_data for form in lines)
            if line.get("value")
        ],
        is_required=entries["is_required"],
    )


def _forms_of(provider: IdentityProvider | None, roles: list[Role]) -> tuple[ProviderForm, Any]:
    if provider is None:
        agent = next((role.pk.hex for role in roles if role.key == "agent"), "")
        initial: dict[str, Any] = {"default_role": agent, "revision": 0}
        mappings = []
    else:
        initial = {
            "name": provider.name,
            "issuer": provider.issuer,
            "client_id": provider.client_id,
            "allowed_domains": " ".join(provider.allowed_domains),
            "default_role": provider.default_role_id.hex,
            "role_claim": provider.role_claim,
            "is_required": provider.is_required,
            "revision": provider.revision,
        }
        mappings = [{"value": one.value, "role": one.role_id.hex} for one in provider.role_mappings.all()]
    form = ProviderForm(initial=initial, roles=roles, provider=provider)
    return form, MappingFormSet(initial=mappings, prefix="lines", form_kwargs={"roles": roles})


def _show_page(
    request: HouseRequest,
    provider: IdentityProvider | None,
    form: ProviderForm,
    lines: Any,
    *,
    status: int = 200,
    findings: list[Finding] | None = None,
    stays_off: bool = False,
) -> HttpResponse:
    by = request.viewer.user
    context = {
        "provider": provider,
        "form": form,
        "lines": lines,
        "findings": findings,
        "stays_off": stays_off,
        "return_address": return_address(by.account),
        "scope": SCOPE,
        "account": by.account,
        "moments": moments(list_sign_in_events(by)[:_LATEST]),
    }
    return render(request, "console/sign_in.html", context, status=status)
