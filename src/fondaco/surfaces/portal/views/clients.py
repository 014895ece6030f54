"""OAuth clients that the partner makes for its developer account."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.errors import RevisionConflict
from fondaco.catalog.scopes import Scope, scopes_by_api
from fondaco.identity import actions, key_pairs
from fondaco.identity.actions import IssuedCredentials, Overlap
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.identity.queries import get_current_set, get_portal_client, list_client_history, list_portal_clients
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal import recipes
from fondaco.surfaces.portal.forms.clients import (
    CreateClientForm,
    EditClientForm,
    KeyPairForm,
    RegenerateForm,
)
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.history import moments
from fondaco.surfaces.site.once import Shown, try_once, unstored
from fondaco.surfaces.site.viewer import HouseRequest


@require_safe
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def client_list(request: HouseRequest) -> HttpResponse:
    """All clients of the partner, by name."""
    return render(request, "portal/clients.html", {"clients": list(list_portal_clients(request.viewer.member))})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def create(request: HouseRequest) -> HttpResponse:
    """Makes a client; the answer shows its secret."""
    form = CreateClientForm(request.POST if request.method == "POST" else None)

    def issue() -> IssuedCredentials:
        return actions.create_portal_client(
            actor=request.viewer.actor,
            by=request.viewer.member,
            fields=form.fields_of_client(),
            is_public=form.is_public,
        )

    shown, status = try_once(request, form, issue)
    if shown is not None:
        return _show(request, shown, "created")
    return render(request, "portal/client_create.html", {"form": form}, status=status)


@require_safe
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def client_page(request: HouseRequest, client_id: str) -> HttpResponse:
    """A client: how to use it, what it may do, what is in force, what happened."""
    client = get_portal_client(request.viewer.member, client_id)
    sets: list[CredentialSet] = client.sets_in_force  # type: ignore[attr-defined]  # put there by the query
    current = next((each for each in sets if each.expires_at is None), None)  # none when support cut it off
    context = {
        "client": client,
        "sets": sets,
        "current": current,
        "endpoints": recipes.endpoints(client),
        "steps": recipes.steps(client, current.wire_client_id) if current else [],
        "no_request": recipes.why_no_request(client),
        "scope_groups": _granted(client),
        "history": moments(list_client_history(client)),
    }
    return render(request, "portal/client.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def edit(request: HouseRequest, client_id: str) -> HttpResponse:
    """Changes name, grants, addresses and scopes. A second editor is told; what they typed is kept."""
    member = request.viewer.member
    client = get_portal_client(member, client_id)
    form, status = EditClientForm.of(client), int(HTTPStatus.OK)
    theirs: list[tuple[str, str]] = []
    if request.method == "POST":
        form, status = EditClientForm(request.POST, client=client), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.edit_portal_client(
                    actor=request.viewer.actor,
                    by=member,
                    client=client,
                    revision=form.cleaned_data["revision"],
                    fields=form.fields_of_client(),
                )
            except RevisionConflict as conflict:
                saved = EditClientForm.of(get_portal_client(member, client_id))
                form, theirs = _compare(request, saved, conflict)
                status = conflict.status
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved. It counts from now on."))
                return redirect("portal:client", client_id)
    return render(request, "portal/client_edit.html", {"client": client, "form": form, "theirs": theirs}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def regenerate(request: HouseRequest, client_id: str) -> HttpResponse:
    """A new ID and secret; the answer shows them."""
    client = get_portal_client(request.viewer.member, client_id)
    form = RegenerateForm(request.POST if request.method == "POST" else None, initial={"revision": client.revision})

    def issue() -> IssuedCredentials:
        return actions.regenerate_secret(
            actor=request.viewer.actor,
            by=request.viewer.member,
            client=client,
            revision=form.cleaned_data["revision"],
            overlap=Overlap(form.cleaned_data["overlap"]),
        )

    shown, status = try_once(request, form, issue)
    if shown is not None:
        return _show(request, shown, "regenerated")
    return render(request, "portal/client_regenerate.html", {"client": client, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def key_pair(request: HouseRequest, client_id: str) -> HttpResponse:
    """A key pair for signed assertions; the answer shows the private key."""
    client = get_portal_client(request.viewer.member, client_id)
    form = KeyPairForm(request.POST if request.method == "POST" else None, initial={"revision": client.revision})

    def issue() -> IssuedCredentials:
        return actions.create_key_pair(
            actor=request.viewer.actor,
            by=request.viewer.member,
            client=client,
            revision=form.cleaned_data["revision"],
            algorithm=form.cleaned_data["algorithm"],
        )

    shown, status = try_once(request, form, issue)
    if shown is not None:
        return _show(request, shown, "keyed")
    context = {"client": client, "current": get_current_set(client), "form": form}
    return render(request, "portal/client_key_pair.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_CLIENTS_MANAGE)
def delete(request: HouseRequest, client_id: str) -> HttpResponse:
    """Asks, then ends a client for good."""
    client = get_portal_client(request.viewer.member, client_id)
    if request.method == "POST":
        actions.delete_portal_client(actor=request.viewer.actor, by=request.viewer.member, client=client)
        messages.success(request, _("%(name)s is deleted. Its tokens are dead.") % {"name": client.name})
        return redirect("portal:clients")
    return render(request, "portal/client_delete.html", {"client": client})


def _show(request: HouseRequest, shown: Shown, what: str) -> HttpResponse:
    """The one page with the secret on it."""
    client = get_portal_client(request.viewer.member, shown.client)
    context = {
        "client": client,
        "what": what,
        "shown": shown,
        "endpoints": recipes.endpoints(client),
        "steps": recipes.steps(client, shown.client_id, secret=shown.client_secret or recipes.SECRET),
        "no_request": recipes.why_no_request(client),
        "private_pem": key_pairs.private_pem(shown.private_key) if shown.private_key else "",
    }
    return unstored(render(request, "portal/client_issued.html", context))


def _granted(client: OAuthClient) -> list[tuple[str, list[Scope]]]:
    found = [(api, [scope for scope in scopes if scope.name in client.scopes]) for api, scopes in scopes_by_api()]
    return [(api, scopes) for api, scopes in found if scopes]


def _compare(
    request: HouseRequest, saved: EditClientForm, conflict: RevisionConflict
) -> tuple[EditClientForm, list[tuple[str, str]]]:
    """What was typed, now on top of what is saved, and ``(label, saved value)`` where the two differ."""
    entries = request.POST.copy()
    entries["revision"] = str(saved.initial["revision"])
    form = EditClientForm(entries, client=saved.client)
    form.is_valid()
    form.add_error(None, str(conflict))
    theirs = []
    for name in ("name", "grant_types", "redirect_uris", "id_token_signed_response_alg", "scopes"):
        now, mine = saved.initial[name], form.cleaned_data.get(name)
        if isinstance(mine, str):
            mine = mine.replace("\r\n", "\n")
        if set(now) != set(mine or "") if isinstance(now, list) else now != mine:
            theirs.append((str(form.fields[name].label), ", ".join(now) if isinstance(now, list) else str(now)))
    return form, theirs
