"""Clients with credentials that tests hold in the clear, and the assertions that a partner's program makes of them."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from django.db import transaction
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from tests.factories.accounts import SYSTEM, actor_for, make_account
from tests.factories.partners import make_member

from fondaco.accounts.models import Account, Person
from fondaco.identity.actions import (
    IssuedCredentials,
    create_client,
    create_operator_client,
    create_portal_client,
    issue_credentials,
    start_login_session,
)
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.issuer import token_url
from fondaco.identity.models import ClientKind, CredentialSet, LoginSession, OAuthClient
from fondaco.kit import clock
from fondaco.partners.models import Member

CALLBACK = "https://app.ledgerline.example/sso/cb"
SCOPES = ("openid", "refresh_token", "apps:read", "apps:write", "account:read")
GRANTS = ("client_credentials", "authorization_code", "refresh_token")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Program:
    """A client as its partner holds it."""

    client: OAuthClient
    issued: IssuedCredentials

    @property
    def account(self) -> Account:
        return self.client.account

    def key(self) -> ECKey | RSAKey:
        """The private key, read the way the protocol's documentation says."""
        der = base64.b64decode(self.issued.private_key)
        pem = serialization.load_der_private_key(der, None).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return (ECKey if self.issued.key_algorithm.startswith("ES") else RSAKey).import_key(pem)

    def assertion(
        self, *, header: dict[str, Any] | None = None, key: ECKey | RSAKey | None = None, **claims: Any
    ) -> str:
        """A signed assertion of five minutes; a claim given as None is left out."""
        now = int(clock.now().timestamp())
        whole = {
            "iss": self.issued.client_id,
            "sub": self.issued.client_id,
            "aud": token_url(self.account),
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": now + 300,
            **claims,
        }
        head = {"alg": self.issued.key_algorithm, "kid": self.issued.key_id, **(header or {})}
        return jwt.encode(
            {name: value for name, value in head.items() if value is not None},
            {name: value for name, value in whole.items() if value is not None},
            key or self.key(),
            algorithms=[head["alg"]],
        )

    def basic(self, *, secret: str = "", client_id: str = "") -> str:
        """The Authorization header of HTTP Basic."""
        pair = f"{client_id or self.issued.client_id}:{secret or self.issued.client_secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


def make_program(account: Account | None = None, *, algorithm: str = "ES256", **overrides: Any) -> Program:
    """A client of an installation, with credentials."""
    account = account or make_account()
    with transaction.atomic():
        client = create_client(
            actor=SYSTEM,
            account=account,
            **{
                "name": "Ledgerline",
                "kind": ClientKind.INSTALLATION,
                "scopes": SCOPES,
                "redirect_uris": [CALLBACK],
                "grant_types": GRANTS,
                **overrides,
            },
        )
        return Program(client, issue_credentials(actor=SYSTEM, client=client, algorithm=algorithm))


def make_public_program(account: Account | None = None, **overrides: Any) -> Program:
    """A client that keeps no secret, such as an app on a phone."""
    program = make_program(account, **overrides)
    OAuthClient.objects.filter(pk=program.client.pk).update(is_public=True)
    CredentialSet.objects.filter(pk=program.issued.set.pk).update(secret_hash="", public_key="")
    program.client.refresh_from_db()
    program.issued.set.refresh_from_db()
    return program


EXPORT = ClientFields(
    name="Nightly export", grant_types=("client_credentials",), scopes=("account:read", "users:read"), redirect_uris=()
)
SIGN_IN = ClientFields(
    name="Wallboard",
    grant_types=("authorization_code", "refresh_token"),
    scopes=("openid", "refresh_token", "users:read"),
    redirect_uris=(CALLBACK,),
)


def make_portal_client(by: Member | None = None, fields: ClientFields = EXPORT, *, is_public: bool = False) -> Program:
    """A client that a partner made by hand, with its secret."""
    by = by or make_member()
    issued = create_portal_client(actor=actor_for(by.person), by=by, fields=fields, is_public=is_public)
    return Program(issued.set.client, issued)


def make_operator_client(name: str = "Opening hours") -> Program:
    """An API of the operator's own, with its secret."""
    issued = create_operator_client(actor=SYSTEM, by=None, name=name, reason="It serves opening hours.")
    return Program(issued.set.client, issued)


def make_login_session(person: Person) -> LoginSession:
    """A person who is signed in."""
    return start_login_session(actor=SYSTEM, person=person, address="192.0.2.7", device="Firefox")
