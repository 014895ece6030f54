"""The authorization code flow with PKCE, from our redirect to a statement about a person that was checked.

What ties the answer to the question (state, nonce, verifier, provider) lies in the browser's own session, so an answer
brought by another browser, or by another provider than the one asked, opens nothing (RFC 9700 §4.4, §4.7).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError

from fondaco.accounts.models import Account
from fondaco.identity.federation.discovery import ALGORITHMS, Metadata, call, find_keys, find_metadata, read_object
from fondaco.identity.federation.errors import ProviderRefused, ProviderUnreachable, ProviderWrong, SignInForgotten
from fondaco.identity.models import IdentityProvider
from fondaco.kit import clock

SCOPE: Final = "openid email profile"
_LASTS: Final = timedelta(minutes=10)
_SKEW_SECONDS: Final = 60
_LONGEST_SUBJECT: Final = 255
_LONGEST_CODE: Final = 4096
_LONGEST_EMAIL: Final = 254
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
# What RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6 let a provider say; other words of its are not repeated.
_KNOWN_ERRORS: Final = frozenset(
    {
        "access_denied",
        "invalid_request",
        "unauthorized_client",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
    }
)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in under way, as the browser's session keeps it. ``next`` is where it leads, a path of ours."""

    provider: str
    issuer: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    started_at: str
    next: str

    def as_dict(self) -> dict[str, str]:
        """For the session."""
        return asdict(self)

    @property
    def is_over(self) -> bool:
        """Whether it began too long ago."""
        return clock.now() - datetime.fromisoformat(self.started_at) > _LASTS


@dataclass(frozen=True, slots=True)
class Statement:
    """What a provider said about someone, checked. ``values`` are those of the claim that roles depend on."""

    issuer: str
    subject: str
    email: str
    is_email_proven: bool
    name: str
    values: tuple[str, ...] = ()


def return_address(account: Account) -> str:
    """The redirect URI to register at the provider. Each account has its own, so that answers cannot be mixed up."""
    return f"{settings.SITE_URL}/sign-in/{account.name}/return"


def begin(provider: IdentityProvider, *, next_path: str) -> tuple[str, str, Flow]:
    """Where to send the browser, the ``state`` that will come back, and what to remember under it."""
    metadata = find_metadata(provider)
    state = generate_token(32)
    flow = Flow(
        provider=provider.pk.hex,
        issuer=provider.issuer,
        nonce=generate_token(32),
        verifier=generate_token(64),
        started_at=clock.now().isoformat(),
        next=next_path,
    )
    address = prepare_grant_uri(
        metadata.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=return_address(provider.account),
        scope=SCOPE,
        state=state,
        nonce=flow.nonce,
        code_challenge=create_s256_code_challenge(flow.verifier),
        code_challenge_method="S256",
    )
    return str(address), state, flow


def finish(provider: IdentityProvider, flow: Flow, answer: Mapping[str, str]) -> Statement:
    """Turns the provider's answer, which came by the browser, into a checked statement."""
    if flow.is_over or flow.provider != provider.pk.hex or flow.issuer != provider.issuer:
        raise SignInForgotten
    metadata = find_metadata(provider)
    _check_sender(provider, metadata, answer)
    if "error" in answer:
        error = answer["error"] if answer["error"] in _KNOWN_ERRORS else _("without saying why")
        raise ProviderRefused(provider=provider.name, error=error)
    code = answer.get("code", "")
    if not code or len(code) > _LONGEST_CODE:
        raise ProviderWrong(provider=provider.name, detail=_("its answer holds no code"))
    tokens = _redeem(provider, metadata, flow, code)
    claims = _verify(provider, metadata, flow, tokens)
    if "email" not in claims and metadata.userinfo_endpoint:
        claims = {**_ask_userinfo(provider, metadata, tokens, claims["sub"]), **claims}
    return _read(provider, claims)


def _check_sender(provider: IdentityProvider, metadata: Metadata, answer: Mapping[str, str]) -> None:
    """RFC 9207: who answers must be who was asked."""
    named = answer.get("iss")
    if (named is None and metadata.must_name_itself) or (named is not None and named != metadata.issuer):
        raise ProviderWrong(provider=provider.name, detail=_("the answer came from somebody else"))


def _redeem(provider: IdentityProvider, metadata: Metadata, flow: Flow, code: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_address(provider.account),
        "code_verifier": flow.verifier,
    }
    headers = dict(_FORM)
    secret = provider.client_secret.decode() if provider.client_secret else ""
    if not secret:
        form["client_id"] = provider.client_id
    elif "client_secret_basic" not in metadata.token_auth_methods and (
        "client_secret_post" in metadata.token_auth_methods
    ):
        form |= {"client_id": provider.client_id, "client_secret": secret}
    else:  # RFC 6749 §2.3.1: both are form-encoded first
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = call(provider.name, "POST", metadata.token_endpoint, headers=headers, body=urlencode(form).encode())
    if answer.status in {400, 401}:
        problem = str(read_object(answer, name=provider.name, what=_("its answer")).get("error", ""))
        detail = (
            _("it does not accept our client ID and secret")
            if problem == "invalid_client"
            else _("it does not accept the code that it gave")
        )
        raise ProviderWrong(provider=provider.name, detail=detail)
    if answer.status != 200:
        raise ProviderUnreachable(
            provider=provider.name,
            detail=_("asked for a token, it answered with status %(status)s") % {"status": answer.status},
        )
    return read_object(answer, name=provider.name, what=_("its token"))


def _verify(provider: IdentityProvider, metadata: Metadata, flow: Flow, tokens: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of the ID token, by OpenID Connect Core §3.1.3.7."""
    token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(token, str) or not token.isascii():
        raise ProviderWrong(provider=provider.name, detail=_("it sent no ID token"))
    try:
        header = jws.extract_compact(token.encode()).headers()
        if header.get("alg") not in ALGORITHMS:
            detail = _("its ID token is not signed in a way that proves anything")
            raise ProviderWrong(provider=provider.name, detail=detail)
        kid = header.get("kid")
        keys = find_keys(provider, metadata, kid=kid if isinstance(kid, str) else "")
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            params={
                "nonce": flow.nonce,
                "client_id": provider.client_id,
                "access_token": access_token if isinstance(access_token, str) else None,
            },
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=_SKEW_SECONDS)
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderWrong(provider=provider.name, detail=_what_is_wrong(error)) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise ProviderWrong(provider=provider.name, detail=_("its ID token names nobody"))
    return dict(claims)


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, ExpiredTokenError):
        return _("its ID token has expired; perhaps its clock or ours is wrong")
    if isinstance(error, ClaimError) and error.claim in {"iat", "nbf"}:
        return _("its ID token is from the future; perhaps its clock or ours is wrong")
    if isinstance(error, ClaimError):
        return _("its ID token does not fit what we asked (%(claim)s)") % {"claim": error.claim}
    return _("the signature of its ID token is not good")


def _ask_userinfo(
    provider: IdentityProvider, metadata: Metadata, tokens: Mapping[str, Any], subject: str
) -> dict[str, Any]:
    """What the provider says beyond the ID token; it must be about the same person (OpenID Connect Core §5.3.2)."""
    access_token = tokens.get("access_token")
    if not isinstance(access_token, str) or not access_token.isascii() or not access_token.isprintable():
        return {}
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    answer = call(provider.name, "GET", metadata.userinfo_endpoint, headers=headers)
    if answer.status != 200:
        return {}
    claims = read_object(answer, name=provider.name, what=_("what it says about you"))
    if claims.get("sub") != subject:
        raise ProviderWrong(provider=provider.name, detail=_("it speaks of two different people"))
    return claims


def _read(provider: IdentityProvider, claims: Mapping[str, Any]) -> Statement:
    email = _read_email(claims.get("email"))
    name = claims.get("name")
    name = "".join(one for one in name if one.isprintable()).strip() if isinstance(name, str) else ""
    found = claims.get(provider.role_claim) if provider.role_claim else None
    values = found if isinstance(found, list) else [found]
    return Statement(
        issuer=provider.issuer,
        subject=claims["sub"],
        email=email,
        is_email_proven=bool(email) and claims.get("email_verified") is True,
        name=name[:100] or email.partition("@")[0][:100],
        values=tuple(value for value in values if isinstance(value, str)),
    )


def _read_email(value: object) -> str:
    """The address in lower case; empty when it is none."""
    if not isinstance(value, str) or len(value) > _LONGEST_EMAIL or not value.isprintable():
        return ""
    try:
        validate_email(value)
    except ValidationError:
        return ""
    return value.lower()
