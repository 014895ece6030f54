"""The three grants (DOMAIN 3.2) over our tables. Authlib checks the protocol, these say what is stored and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode

from fondaco.accounts.models import User
from fondaco.audit.kinds import EventKind
from fondaco.identity import events, tokens
from fondaco.identity.actions.tokens import end_token_family
from fondaco.identity.federation.policies import check_way_in
from fondaco.identity.id_tokens import issue_id_token
from fondaco.identity.models import AuthorizationCode, RefreshToken, TokenFamily
from fondaco.identity.protocol.clients import ProtocolClient
from fondaco.identity.protocol.requests import ProtocolRequest
from fondaco.kit import clock, crypto
from fondaco.kit.errors import DomainError

CODE_LIFETIME: Final = timedelta(seconds=60)
REFRESH_LIFETIME: Final = timedelta(days=30)  # since the last use
CODE_PREFIX: Final = "fda_"
REFRESH_PREFIX: Final = "fdr_"
_LONGEST_NONCE: Final = 255

_FAMILY: Final = (
    "family__client__account",
    "family__login_session",
    "family__user__person",
    "family__user__role",
    "family__user__account",
)


@dataclass(frozen=True, slots=True)
class _Code:
    """An authorization code as Authlib wants to see it."""

    row: AuthorizationCode

    @property
    def code_challenge(self) -> str:
        return self.row.code_challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scope


@dataclass(frozen=True, slots=True)
class _Refresh:
    """A refresh token as Authlib wants to see it; whose it is was checked when it was found."""

    row: RefreshToken

    def check_client(self, client: ProtocolClient) -> bool:
        return self.row.family.client_id == client.row.pk

    def get_scope(self) -> str:
        return self.row.scope


class ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    """Account-level access."""

    def generate_token(self, *, scope: str | None = None, **_options: Any) -> dict[str, Any]:
        return _answer(self.client, self.client.get_allowed_scope(scope))


class CodeExchange(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    """User-level access, and its first half at the authorization endpoint."""

    def generate_authorization_code(self) -> str:
        return crypto.new_secret(CODE_PREFIX)

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        if request.login_session is None:
            raise LookupError("a code was to be made for nobody's session")
        now = clock.now()
        family = TokenFamily.objects.create(
            client=request.client.row,
            user=request.user,
            login_session=request.login_session,
            expires_at=now + CODE_LIFETIME,
        )
        AuthorizationCode.objects.create(
            code_hash=crypto.keyed_hash(code),
            family=family,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=request.payload.data.get("nonce", ""),
            code_challenge=request.payload.data.get("code_challenge", ""),
            authenticated_at=request.authenticated_at or request.login_session.started_at,
            expires_at=now + CODE_LIFETIME,
        )

    def query_authorization_code(self, code: str, client: ProtocolClient) -> _Code:
        """The client's code, locked, so that of two exchanges at once one comes first and the other too late.

        A code that is not there is refused here, so that the answer has the server's words for it and not Authlib's.
        """
        row = (
            AuthorizationCode.objects.select_for_update(of=("self",))
            .select_related(*_FAMILY)
            .filter(code_hash__in=crypto.keyed_hashes(code), family__client=client.row)
            .first()
        )
        if row is None:
            raise InvalidGrantError
        if row.used_at is not None:
            _end_family(row.family, events.CODE_REUSED, self.request)
            raise InvalidGrantError
        if row.expires_at <= clock.now():
            raise InvalidGrantError
        return _Code(row)

    def authenticate_user(self, code: _Code) -> User:
        return _user_of(code.row.family)

    def generate_token(self, *, scope: str, **_options: Any) -> dict[str, Any]:
        return _answer(self.client, scope, family=self.request.authorization_code.row.family)

    def delete_authorization_code(self, code: _Code) -> None:
        """Kept as spent, because a second showing must be recognised."""
        code.row.used_at = clock.now()
        code.row.save(update_fields=["used_at"])


class Refresh(RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
    """Renews user-level access, each time with a new refresh token."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = ["client_secret_basic"]
    INCLUDE_NEW_REFRESH_TOKEN: Final = True

    def authenticate_refresh_token(self, refresh_token: str) -> _Refresh | None:
        """The client's token, locked; a spent one ends its family (RFC 9700 §4.14)."""
        row = (
            RefreshToken.objects.select_for_update(of=("self",))
            .select_related(*_FAMILY)
            .filter(token_hash__in=crypto.keyed_hashes(refresh_token), family__client=self.request.client.row)
            .first()
        )
        if row is None:
            return None
        if row.used_at is not None:
            _end_family(row.family, events.REFRESH_REUSED, self.request)
            return None
        return _Refresh(row) if row.expires_at > clock.now() else None

    def authenticate_user(self, token: _Refresh) -> User:
        return _user_of(token.row.family)

    def generate_token(self, *, scope: str, **_options: Any) -> dict[str, Any]:
        row = self.request.refresh_token.row
        wanted = set(scope.split())
        if not wanted <= set(self.client.row.scopes):  # the grant was narrowed since
            raise InvalidScopeError
        return _answer(self.client, scope, family=row.family, refresh_scope=row.scope)

    def revoke_old_credential(self, token: _Refresh) -> None:
        token.row.used_at = clock.now()
        token.row.save(update_fields=["used_at"])


class Pkce(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    """S256: public clients must, others may. ``plain``, which no method means too, protects nothing and is refused."""

    SUPPORTED_CODE_CHALLENGE_METHOD: Final = ["S256"]

    def __init__(self) -> None:
        super().__init__(required=True)  # of public clients, says Authlib

    def validate_code_challenge(self, grant: CodeExchange, redirect_uri: str) -> None:
        super().validate_code_challenge(grant, redirect_uri)
        data = grant.request.payload.data
        if grant.client.row.is_public and not data.get("code_challenge"):
            raise InvalidRequestError("A public client must send a code_challenge.")
        if data.get("code_challenge") and data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method must be S256.")

    def validate_code_verifier(self, grant: CodeExchange, result: object) -> None:
        try:
            super().validate_code_verifier(grant, result)
        except InvalidGrantError:
            raise InvalidGrantError("The code_verifier does not fit the code_challenge.") from None


class OpenId(OpenIDCode):  # type: ignore[misc]  # Authlib has no types
    """The ID token that comes with a code whose scope holds ``openid``."""

    def __call__(self, grant: CodeExchange) -> None:
        """Not Authlib's hooks: they see the nonce with explicit ``openid`` only, and ``prompt`` without a person."""
        grant.register_hook("after_create_token_response", self.process_token)
        grant.register_hook("after_validate_authorization_request_payload", self.validate_openid_authorization_request)

    def exists_nonce(self, nonce: str, request: ProtocolRequest) -> bool:
        """Replay of a nonce is for the app to notice; we only pass it on. Too long a one is refused."""
        if len(nonce) > _LONGEST_NONCE or "\0" in nonce:
            raise InvalidRequestError("The nonce is too long.")
        return False

    def encode_id_token(self, token: Mapping[str, Any], request: ProtocolRequest) -> str:
        code = request.authorization_code.row
        return issue_id_token(
            credentials=request.client.credentials,
            family=code.family,
            nonce=code.nonce,
            authenticated_at=code.authenticated_at,
            access_token=token["access_token"],
        )


def _user_of(family: TokenFamily) -> User:
    """The user of a family that still counts, in a session that still opens the account: it may have begun to want its
    people to come through its own provider."""
    try:
        check_way_in(family.user, family.login_session)
        is_open = tokens.may_act_for_user(family)
    except DomainError:
        is_open = False
    if not is_open:
        raise InvalidGrantError("The session has ended, or this user or app may not sign in any more.")
    return family.user


def _answer(
    client: ProtocolClient, scope: str, *, family: TokenFamily | None = None, refresh_scope: str = ""
) -> dict[str, Any]:
    """The token response (DOMAIN 3.4). A rotated refresh token keeps its scope, however little was asked for now."""
    answer: dict[str, Any] = {
        "access_token": tokens.issue_access_token(credentials=client.credentials, scope=scope, family=family),
        "token_type": "Bearer",
        "expires_in": int(tokens.LIFETIME.total_seconds()),
        "scope": scope,
    }
    if family is not None:
        answer["sid"] = family.login_session_id.hex
        expires_at = clock.now() + tokens.LIFETIME
        if client.gets_refresh_tokens:
            expires_at = clock.now() + REFRESH_LIFETIME
            answer["refresh_token"] = _new_refresh_token(family, refresh_scope or scope)
        TokenFamily.objects.filter(pk=family.pk).update(expires_at=expires_at)
    return answer


def _new_refresh_token(family: TokenFamily, scope: str) -> str:
    plain = crypto.new_secret(REFRESH_PREFIX)
    RefreshToken.objects.create(
        token_hash=crypto.keyed_hash(plain), family=family, scope=scope, expires_at=clock.now() + REFRESH_LIFETIME
    )
    return plain


def _end_family(family: TokenFamily, kind: EventKind, request: ProtocolRequest) -> None:
    """Somebody has a copy of a secret: nothing that came from it counts any more, and the fact is kept."""
    end_token_family(actor=request.actor(family.client), family=family, kind=kind)
