"""A token that somebody found: of which kind it is, whose, and whether there is anything left to end.

Access tokens are read, refresh tokens and personal access tokens are looked up by their keyed hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db.models import Max
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.identity.actions.clients import SECRET_PREFIX
from fondaco.identity.actions.personal_tokens import PREFIX as PERSONAL_PREFIX
from fondaco.identity.errors import TokenRefused, TokenUnknown
from fondaco.identity.models import CredentialSet, OAuthClient, PersonalAccessToken, RefreshToken, TokenFamily
from fondaco.identity.places import name_of_place
from fondaco.identity.protocol.grants import REFRESH_PREFIX
from fondaco.identity.tokens import read_access_token, verify_access_token
from fondaco.kit import clock, crypto


class FoundKind(StrEnum):
    ACCESS = "access_token"
    REFRESH = "refresh_token"
    PERSONAL = "personal_access_token"


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token of ours. A program's has ``client``, and ``user`` when it acts for one; a person's has ``personal``.

    ``is_live`` says whether ending it would change anything. ``last_used_at`` is when a refresh token's sign-in was
    begun or last renewed, and when a personal one last opened anything; of an access token nobody notes it.
    """

    kind: FoundKind
    is_live: bool
    scopes: tuple[str, ...]
    expires_at: datetime | None
    client: OAuthClient | None = None
    user: User | None = None
    family: TokenFamily | None = None
    personal: PersonalAccessToken | None = None
    jti: str = ""
    last_used_at: datetime | None = None
    is_spent: bool = False

    @property
    def account_id(self) -> str:
        """The account that a program's token gives access to, else an empty string."""
        return self.client.account_id if self.client else ""

    @property
    def place(self) -> str:
        """The one place where a personal token works, by name; empty when it works everywhere."""
        return name_of_place(self.personal.place) if self.personal and self.personal.place else ""


def recognise_token(plain: str) -> FoundToken:
    """The token behind a text; raises :class:`TokenUnknown`, which says what can be said about the text instead."""
    if plain.startswith(REFRESH_PREFIX):
        return _refresh_token(_whole(plain, REFRESH_PREFIX))
    if plain.startswith(PERSONAL_PREFIX):
        return _personal_token(_whole(plain, PERSONAL_PREFIX))
    if plain.startswith(SECRET_PREFIX):
        raise _unknown(
            _("This is no token but the secret of a program. Search for its client ID under Access, and cut it off.")
        )
    return _access_token(plain)


def _whole(plain: str, prefix: str) -> str:
    if not plain.isascii() or not crypto.is_well_formed_secret(plain, prefix):
        raise _unknown(
            _("This begins like a token of ours, but is not whole or was mistyped. Paste all of it; nothing was ended.")
        )
    return plain


def _refresh_token(plain: str) -> FoundToken:
    found = RefreshToken.objects.select_related(
        "family__client__account", "family__user__person", "family__login_session"
    )
    row = found.filter(token_hash__in=crypto.keyed_hashes(plain)).first()
    if row is None:
        raise _forgotten()
    family = row.family
    is_open = family.ended_at is None and family.login_session.ended_at is None and family.client.may_get_tokens
    return FoundToken(
        kind=FoundKind.REFRESH,
        is_live=is_open and family.expires_at > clock.now(),
        scopes=tuple(sorted(row.scope.split())),
        expires_at=family.expires_at,
        client=family.client,
        user=family.user,
        family=family,
        last_used_at=family.refresh_tokens.aggregate(last=Max("created_at"))["last"],
        is_spent=row.used_at is not None,
    )


def _personal_token(plain: str) -> FoundToken:
    found = PersonalAccessToken.objects.select_related("person")
    row = found.filter(token_hash__in=crypto.keyed_hashes(plain)).first()
    if row is None:
        raise _forgotten()
    return FoundToken(
        kind=FoundKind.PERSONAL,
        is_live=row.is_live(),
        scopes=tuple(sorted(row.scopes)),
        expires_at=row.expires_at,
        personal=row,
        last_used_at=row.last_used_at,
    )


def _access_token(plain: str) -> FoundToken:
    try:
        claims = read_access_token(plain)
    except TokenRefused:
        raise _unknown(
            _("This is no token of ours: nothing here opens with it. If it should be one, paste all of it.")
        ) from None
    issued_to = CredentialSet.objects.select_related("client__account")
    credentials = issued_to.filter(wire_client_id=claims["client_id"]).first()
    if credentials is None:
        raise _forgotten()
    is_live, user = True, None
    try:
        user = verify_access_token(plain).user
    except TokenRefused:
        is_live = False
        user = User.objects.select_related("person").filter(pk=claims["sub"]).first() if "family" in claims else None
    return FoundToken(
        kind=FoundKind.ACCESS,
        is_live=is_live,
        scopes=tuple(sorted(claims["scope"].split())),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        client=credentials.client,
        user=user,
        jti=claims["jti"],
    )


def _forgotten() -> TokenUnknown:
    return _unknown(
        _("This has the form of a token of ours, but we keep none like it: it ended long ago, or is another house's.")
    )


def _unknown(words: str) -> TokenUnknown:
    return TokenUnknown(fields={"token": [words]})
