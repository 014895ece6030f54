"""One token that an operator was shown, of whichever kind: whose it is, and its end."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.identity import actions as identity
from fondaco.identity import events
from fondaco.identity.errors import TokenDead
from fondaco.identity.found_tokens import FoundToken, recognise_token
from fondaco.installs.actions.credentials import check_reason
from fondaco.installs.models import Installation


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token of ours, and who holds it. ``installation`` is None for a person's and for a portal client's."""

    token: FoundToken
    installation: Installation | None


def inspect_token(by: Operator, plain: str) -> ShownToken:
    """Whose token this is, alive or dead; raises ``TokenUnknown`` for what is none of ours."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    token = recognise_token(plain.strip())
    installations = Installation.objects.select_related("app__partner", "account", "client")
    return ShownToken(token, installations.filter(client=token.client).first() if token.client else None)


def revoke_shown_token(*, actor: Actor, by: Operator, plain: str, reason: str) -> ShownToken:
    """Ends this token with this commit; raises ``TokenDead`` when there is nothing to end.

    A refresh token takes along all that came from its sign-in, a personal one all that were made with it. A program
    may get another: whoever must stay out is cut off.
    """
    shown = inspect_token(by, plain)
    if not shown.token.is_live:
        raise TokenDead
    reason = check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        if not _end(actor, shown.token, reason):
            raise TokenDead
    return shown


def _end(actor: Actor, token: FoundToken, reason: str) -> bool:
    """False when somebody else was faster."""
    if token.personal is not None:
        return identity.end_personal_token(actor=actor, token=token.personal, reason=reason)
    if token.family is not None:
        return identity.end_token_family(actor=actor, family=token.family, kind=events.REFRESH_ENDED, reason=reason)
    if token.client is None or token.expires_at is None:
        raise LookupError("an access token of no client")
    return identity.revoke_access_token(
        actor=actor, client=token.client, jti=token.jti, expires_at=token.expires_at, reason=reason
    )
