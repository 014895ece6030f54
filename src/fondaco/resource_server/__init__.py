"""For APIs of the operator's own: accepts the house's access tokens, and nothing more of a program that was cut off.

    verifier = Verifier(
        audience="https://apps.example.com",
        issuers=Issuers("https://apps.example.com/{account}"),
        keys=JwksKeys("https://apps.example.com/platform/.well-known/jwks.json"),
        revocations=IntrospectionRevocations(
            credentials=("client id", "client secret"), url="https://apps.example.com/platform/oauth/introspect"
        ),
    )
    token = verifier.authenticate(request.headers.get("Authorization"))
    token.require("contacts:read")

A token that was revoked is refused less than 60 seconds later, in every process, also while the house cannot be asked.
This package imports nothing else of the product; joserfc and httpx are all that it needs.
`fondaco own-api add` makes the credentials; docs/guide/resource-server.md shows it in Flask, FastAPI and Django.
"""

from fondaco.resource_server.errors import ScopeMissing, SourceUnavailable, TokenError, TokenInvalid, TokenMissing
from fondaco.resource_server.guards import Guard, RequireToken
from fondaco.resource_server.introspection import IntrospectionRevocations
from fondaco.resource_server.jwks import JwksKeys
from fondaco.resource_server.token import Token
from fondaco.resource_server.verifier import Issuers, KeySource, RevocationSource, Verifier, read_bearer

__all__ = [
    "Guard",
    "IntrospectionRevocations",
    "Issuers",
    "JwksKeys",
    "KeySource",
    "RequireToken",
    "RevocationSource",
    "ScopeMissing",
    "SourceUnavailable",
    "Token",
    "TokenError",
    "TokenInvalid",
    "TokenMissing",
    "Verifier",
    "read_bearer",
]
