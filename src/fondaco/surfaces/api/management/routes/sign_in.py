"""An account's own sign-in."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_role
from fondaco.identity import actions
from fondaco.identity.federation import examination
from fondaco.identity.models import IdentityProvider
from fondaco.identity.queries import find_provider
from fondaco.kit.errors import NotFound
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.sign_in import ProviderBody, ProviderShape, SignInFindingShape, SwitchBody

routes = Routes("Account: sign-in", Place.ACCOUNT)


@routes.reads("/accounts/{account_id}/identity-provider", ProviderShape, Permission.SIGN_IN_MANAGE)
def get_identity_provider(request: Request, account_id: str) -> ProviderShape:
    """The account's OpenID provider; 404 when none is set up."""
    return ProviderShape.of(_own(request))


@routes.replaces("/accounts/{account_id}/identity-provider", ProviderShape, Permission.SIGN_IN_MANAGE)
def save_identity_provider(request: Request, account_id: str, body: ProviderBody) -> ProviderShape:
    """Sets it up or changes it. It stays switched on or off as it was; a new one is off.

    While it is on, another issuer is tested before it is saved.
    """
    examination.check_may_change_to(find_provider(request.caller.user), body.issuer)
    entries = actions.ProviderEntries(
        name=body.name,
        issuer=body.issuer,
        client_id=body.client_id,
        client_secret=body.client_secret,
        allowed_domains=body.allowed_domains,
        default_role=get_role(account_id, body.default_role_id),
        role_claim=body.role_claim,
        mappings=[(one.value, get_role(account_id, one.role_id)) for one in body.mappings],
        is_required=body.is_required,
    )
    actor, by = request.caller.actor, request.caller.user
    return ProviderShape.of(actions.save_provider(actor=actor, by=by, revision=body.revision, entries=entries))


@routes.replaces("/accounts/{account_id}/identity-provider/switch", ProviderShape, Permission.SIGN_IN_MANAGE)
def switch_identity_provider(request: Request, account_id: str, body: SwitchBody) -> ProviderShape:
    """Opens or closes the way in. It is tested before it is opened; closing it signs out whoever came that way."""
    provider = _own(request)
    if body.is_enabled and not provider.is_enabled:
        examination.check_leads_in(provider)
    actor, by = request.caller.actor, request.caller.user
    return ProviderShape.of(actions.switch_provider(actor=actor, by=by, is_enabled=body.is_enabled))


@routes.does("/accounts/{account_id}/identity-provider/test", Page[SignInFindingShape], Permission.SIGN_IN_MANAGE)
def test_identity_provider(request: Request, account_id: str) -> Page[SignInFindingShape]:
    """Asks the provider what a sign-in would ask it. Nothing is changed."""
    return whole(examination.test(_own(request)), SignInFindingShape.of)


@routes.removes("/accounts/{account_id}/identity-provider", Permission.SIGN_IN_MANAGE)
def remove_identity_provider(request: Request, account_id: str) -> None:
    """Forgets the provider and whom it knew; the people stay."""
    actions.remove_provider(actor=request.caller.actor, by=request.caller.user)


def _own(request: Request) -> IdentityProvider:
    provider = find_provider(request.caller.user)
    if provider is None:
        raise NotFound
    return provider
