"""What an account's issuer says about itself (OpenID Connect Discovery §3, RFC 8414)."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from fondaco.accounts.models import Account
from fondaco.catalog.scopes import SCOPES
from fondaco.identity import signing_keys
from fondaco.identity.issuer import authorize_url, introspection_url, issuer, jwks_url, revoke_url, token_url
from fondaco.identity.key_pairs import ALGORITHMS
from fondaco.identity.protocol.client_authentication import METHODS, PROOFS
from fondaco.identity.protocol.token_endpoint import GRANTS

ID_TOKEN_CLAIMS: Final = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "at_hash", "nonce", "sid", "name", "email",
)  # fmt: skip


def describe_issuer(account: Account) -> dict[str, Any]:
    """The metadata document."""
    return {
        "issuer": issuer(account),
        "authorization_endpoint": authorize_url(account),
        "token_endpoint": token_url(account),
        "revocation_endpoint": revoke_url(account),
        "introspection_endpoint": introspection_url(account),
        "userinfo_endpoint": f"{settings.API_ROOT}/users/me",
        "jwks_uri": jwks_url(account),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "scopes_supported": list(SCOPES),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(signing_keys.ID_TOKEN_ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": list(PROOFS),
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login"],
        "claims_supported": list(ID_TOKEN_CLAIMS),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
