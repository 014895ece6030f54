"""Programs that may call the platform, and everything they prove themselves with."""

from fondaco.identity.models.client import ClientKind, CredentialSet, OAuthClient
from fondaco.identity.models.cutoff import Cutoff
from fondaco.identity.models.device import DeviceAuthorization
from fondaco.identity.models.federation import FederatedIdentity, IdentityProvider, RoleMapping
from fondaco.identity.models.kept_form import KeptForm
from fondaco.identity.models.sign_in import FailedTries
from fondaco.identity.models.token import (
    AuthorizationCode,
    LoginSession,
    PersonalAccessToken,
    RefreshToken,
    RevokedToken,
    RsaSigningKey,
    SigningKeyRow,
    SpentAssertion,
    TokenFamily,
    TokenSigningKey,
)

__all__ = [
    "AuthorizationCode",
    "ClientKind",
    "CredentialSet",
    "Cutoff",
    "DeviceAuthorization",
    "FailedTries",
    "FederatedIdentity",
    "IdentityProvider",
    "KeptForm",
    "LoginSession",
    "OAuthClient",
    "PersonalAccessToken",
    "RefreshToken",
    "RevokedToken",
    "RoleMapping",
    "RsaSigningKey",
    "SigningKeyRow",
    "SpentAssertion",
    "TokenFamily",
    "TokenSigningKey",
]
