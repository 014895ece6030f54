"""What ``fondaco.resource_server`` must know to check a token, from the house's own memory and tables.

A revoked client, token or session, and a deactivated user, are locked out with the next request.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from joserfc.jwk import ECKey

from fondaco.identity import signing_keys
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, OAuthClient, TokenFamily
from fondaco.identity.sets import sets_with_cutoff
from fondaco.kit.ids import parse_wire
from fondaco.resource_server import Token


class HouseKeys:
    """The keys that the house signs with."""

    def find(self, key_id: str) -> ECKey | None:
        """The published key with this ``kid``."""
        found = signing_keys.find_key(key_id)
        return found.key if found else None


class Rows:
    """The rows behind one token, read while it is checked: one query, and a second one when it acts for a user."""

    credentials: CredentialSet
    family: TokenFamily | None = None

    def is_active(self, token: Token) -> bool:
        """Whether the token's set, client, account, and for a user session, seat and person, all still count."""
        sets = sets_with_cutoff().select_related("client__account").filter(wire_client_id=token.client_id)
        found: Any = sets.annotate(is_token_revoked=_is_revoked(token.token_id)).first()
        if found is None or found.is_token_revoked or not found.is_usable:
            return False
        client = found.client
        if token.issuer != issuer(client.account) or token.account_id != client.account_id:
            return False
        if token.issued_at < int(client.tokens_valid_after.timestamp()):
            return False
        self.credentials = found
        return token.user_id is None or self._acts_for_user(token, client)

    def _acts_for_user(self, token: Token, client: OAuthClient) -> bool:
        family_id = parse_wire(token.claims["family"])
        self.family = (
            TokenFamily.objects.select_related("client", "login_session", "user__person", "user__role", "user__account")
            .filter(pk=family_id, client=client, user_id=token.user_id)
            .first()
            if family_id
            else None
        )
        return self.family is not None and may_act_for_user(self.family)


def _is_revoked(jti: str) -> RawSQL:
    # As ``Exists`` of a query would be, which Django takes longer to write than PostgreSQL to answer.
    return RawSQL("EXISTS (SELECT FROM identity_revokedtoken WHERE jti = %s)", [jti], BooleanField())


def may_act_for_user(family: TokenFamily) -> bool:
    """Whether a family still counts: client not suspended, session open, user and person active (DOMAIN 3.4)."""
    user = family.user
    return (
        family.ended_at is None
        and family.login_session.ended_at is None
        and family.client.may_sign_users_in
        and user.is_active
        and user.person.is_active
    )
