"""One access token that an operator was shown: whose it is, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.identity.actions import revoke_access_token
from fondaco.identity.tokens import AccessToken, verify_access_token
from fondaco.installs.actions.credentials import check_reason
from fondaco.installs.models import Installation


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token that works, and who holds it. ``installation`` is None for a program that somebody made by hand."""

    token: AccessToken
    jti: str
    expires_at: datetime
    installation: Installation | None


def inspect_token(by: Operator, plain: str) -> ShownToken:
    """Whose token this is; raises ``TokenRefused`` for one that does not work, and so needs no end."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    plain = plain.strip()
    token = verify_access_token(plain)
    installation = (
        Installation.objects.filter(client=token.client).select_related("app__partner", "account", "client").first()
    )
    return ShownToken(token, token.token.token_id, datetime.fromtimestamp(token.claims["exp"], UTC), installation)


def revoke_shown_token(*, actor: Actor, by: Operator, plain: str, reason: str) -> ShownToken:
    """Ends this token. Its program may get another: whoever must stay out is cut off."""
    shown, clean = inspect_token(by, plain), check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        revoke_access_token(
            actor=actor, client=shown.token.client, jti=shown.jti, expires_at=shown.expires_at, reason=clean
        )
    return shown
