"""The kill switch and the rotation of an installation's credentials, for the platform's own staff."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.accounts.permissions import Permission
from fondaco.identity.models import Cutoff
from fondaco.identity.queries import list_credentials
from fondaco.installs import actions
from fondaco.installs.queries import get_for_support
from fondaco.installs.reach import (
    Target,
    find_in_force,
    find_targets,
    get_any_cutoff,
    get_target,
    list_in_force,
    list_reached,
    measure_reach,
    target_of,
)
from fondaco.installs.tokens import inspect_token, revoke_shown_token
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.access import (
    CredentialSetShape,
    CutOffBody,
    CutoffShape,
    ReachedShape,
    ReachShape,
    RestoreBody,
    RevokeTokenBody,
    RotateBody,
    TargetShape,
    TokenBody,
    TokenHolderShape,
)
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page

routes = Routes("Operator: access", Place.OPERATOR)

Search = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
_REVOKE = Permission.OPERATOR_ACCESS_REVOKE


@routes.reads("/operator/access", Page[TargetShape], _REVOKE)
def find_programs(request: Request, text: Search = "") -> Page[TargetShape]:
    """What could be cut off: apps, versions, installations and portal clients by name, account, id or client ID.

    At most 20 of each.
    """
    return whole(find_targets(request.caller.operator, text), TargetShape.of)


@routes.reads("/operator/access/{kind}/{target_id}", ReachShape, _REVOKE)
def preview_cutoff(request: Request, kind: str, target_id: str) -> ReachShape:
    """Whom it would hit. ``kind`` is ``installation``, ``client``, ``version`` or ``app``."""
    target = _find(request, kind, target_id)
    return ReachShape.measured(target, measure_reach(target), find_in_force(target))


@routes.reads("/operator/access/{kind}/{target_id}/installations", Page[ReachedShape], _REVOKE)
def list_reached_installations(
    request: Request, kind: str, target_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[ReachedShape]:
    """The installations that it would hit."""
    found = list_reached(_find(request, kind, target_id)).order_by("id")
    return page(found, ReachedShape.of, cursor=cursor, limit=limit)


@routes.creates("/operator/access/{kind}/{target_id}/cut-off", CutoffShape, _REVOKE)
def cut_off_programs(request: Request, kind: str, target_id: str, body: CutOffBody) -> CutoffShape:
    """Keeps the programs out at once: no token is accepted any more, none is given."""
    target = _find(request, kind, target_id)
    cutoff = actions.cut_off(actor=request.caller.actor, by=request.caller.operator, target=target, **body.model_dump())
    return CutoffShape.of(cutoff, target)


@routes.reads("/operator/cutoffs", Page[CutoffShape], _REVOKE)
def list_cutoffs(request: Request, cursor: Cursor = None, limit: Limit = 20) -> Page[CutoffShape]:
    """What is cut off now, newest first."""
    return page(list_in_force(request.caller.operator), _cutoff, cursor=cursor, limit=limit, order="-id")


@routes.does("/operator/cutoffs/{cutoff_id}/restore", CutoffShape, _REVOKE)
def restore_programs(request: Request, cutoff_id: str, body: RestoreBody) -> CutoffShape:
    """Lets in again what was cut off; each installation is sent new credentials."""
    by = request.caller.operator
    cutoff = get_any_cutoff(by, cutoff_id)
    return _cutoff(actions.restore_access(actor=request.caller.actor, by=by, cutoff=cutoff, reason=body.reason))


@routes.does("/operator/access-tokens/look-up", TokenHolderShape, _REVOKE)
def find_token_holder(request: Request, body: TokenBody) -> TokenHolderShape:
    """Whose token this is: an access token, a refresh token or a personal access token, alive or dead."""
    return TokenHolderShape.of(inspect_token(request.caller.operator, body.token))


@routes.does("/operator/access-tokens/revoke", TokenHolderShape, _REVOKE)
def revoke_access_token(request: Request, body: RevokeTokenBody) -> TokenHolderShape:
    """Ends one token at once; a refresh token with all that came from its sign-in. Its program may get another."""
    by, actor = request.caller.operator, request.caller.actor
    return TokenHolderShape.of(revoke_shown_token(actor=actor, by=by, plain=body.token, reason=body.reason))


@routes.reads(
    "/operator/installations/{installation_id}/credentials", Page[CredentialSetShape], Permission.OPERATOR_SUPPORT
)
def list_installation_credentials(request: Request, installation_id: str) -> Page[CredentialSetShape]:
    """The sets of an installation, newest first."""
    installation = get_for_support(request.caller.operator, installation_id)
    return whole(list_credentials(installation.client), CredentialSetShape.of)


@routes.does(
    "/operator/installations/{installation_id}/credentials/rotate",
    Page[CredentialSetShape],
    Permission.OPERATOR_SUPPORT,
)
def rotate_installation_credentials(
    request: Request, installation_id: str, body: RotateBody
) -> Page[CredentialSetShape]:
    """Sends the partner new credentials, with the usual seven days of overlap or by force."""
    by = request.caller.operator
    installation = get_for_support(by, installation_id)
    actions.rotate_credentials(actor=request.caller.actor, by=by, installation=installation, **body.model_dump())
    return whole(list_credentials(installation.client), CredentialSetShape.of)


def _find(request: Request, kind: str, target_id: str) -> Target:
    return get_target(request.caller.operator, kind, target_id)


def _cutoff(cutoff: Cutoff) -> CutoffShape:
    return CutoffShape.of(cutoff, target_of(cutoff))
