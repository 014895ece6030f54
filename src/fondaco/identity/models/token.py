"""Keys, codes, tokens and sessions. Secrets are kept as keyed hashes only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fondaco.accounts.models import Account, Person, User
from fondaco.identity.models.client import OAuthClient
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField


class SigningKeyRow(models.Model):
    """A key that signs. Its public half is published from before first use until after last use."""

    id = IdField()
    private_key = SealedField()  # PKCS#8 DER
    public_jwk = models.JSONField()
    signs_from = models.DateTimeField()
    signs_until = models.DateTimeField()
    published_until = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.id.hex


class TokenSigningKey(SigningKeyRow):
    """An ES256 key: access tokens, and all else that nobody chose otherwise."""


class RsaSigningKey(SigningKeyRow):
    """An RS256 key, for ID and logout tokens of clients that chose it; there is none before one does.

    A table of its own: no other key can be looked up where an access token is checked.
    """


class LoginSession(models.Model):
    """A person's time signed in to the platform; its id is the ``sid`` that apps see.

    ``federated_account`` is whose provider vouched for the person. While nothing else did (``is_bound``), the session
    opens that account alone: a company's provider has no say about anything of anybody else.
    """

    id = IdField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="login_sessions")
    started_at = models.DateTimeField(default=clock.now)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=200, blank=True)
    browser_hash = models.CharField(max_length=120, blank=True)  # of the cookie that a browser keeps for a year
    last_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    federated_account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    is_bound = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_bound=False) | models.Q(federated_account__isnull=False),
                name="login_session_bound_to_an_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} since {self.started_at:%Y-%m-%d %H:%M}"


class TokenFamily(models.Model):
    """Everything that came from one authorization code. Ending it kills its code, refresh and access tokens at once."""

    id = IdField()
    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="token_families")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    login_session = models.ForeignKey(LoginSession, on_delete=models.CASCADE, related_name="token_families")
    started_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)  # when nothing of it can be used any more; then it is forgotten
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"tokens of {self.client}"


class AuthorizationCode(models.Model):
    """A code of the authorization-code grant: 60 seconds, once. Shown twice, it ends its family (RFC 6749 §4.1.2)."""

    code_hash = models.CharField(max_length=120, primary_key=True)
    family = models.OneToOneField(TokenFamily, on_delete=models.CASCADE, related_name="code")
    redirect_uri = models.CharField(max_length=500)
    scope = models.TextField(blank=True)
    nonce = models.CharField(max_length=255, blank=True)
    code_challenge = models.CharField(max_length=128, blank=True)  # S256; empty when the request had none
    authenticated_at = models.DateTimeField(default=clock.now)  # when the person last proved who they are
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"code of {self.family}"


class RefreshToken(models.Model):
    """A refresh token: rotated on use; showing a spent one ends its whole family (RFC 9700 §4.14)."""

    token_hash = models.CharField(max_length=120, primary_key=True)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="refresh_tokens")
    scope = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"refresh token of {self.family}"


class SpentAssertion(models.Model):
    """A client assertion's ``jti``, remembered until it expires so that it cannot be replayed (DOMAIN 3.4)."""

    jti_hash = models.CharField(max_length=64, primary_key=True)  # SHA-256 of credential set and jti
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.jti_hash


class RevokedToken(models.Model):
    """An access token that was revoked before its time; kept until it would have expired anyway."""

    jti = models.CharField(max_length=32, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.jti


class PersonalAccessToken(models.Model):
    """A token that a person made for a program of theirs; it may do what the person may, within its limits.

    ``scopes`` are permissions, none means all; ``place`` is where it works (``account:…``, ``partner:…`` or
    ``operator:staff``), none means everywhere. It dies with the token that it was made with.
    """

    id = IdField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=120, unique=True)
    hint = models.CharField(max_length=12)  # the first characters, to recognise it by
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    place = models.CharField(max_length=45, blank=True)
    made_with = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="made")
    request_id = models.UUIDField(null=True, blank=True)  # of the form that asked, so that sent twice makes one
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "request_id"], name="personal_token_once_per_request")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        """Whether it may do less than its owner."""
        return bool(self.scopes or self.place)

    def is_live(self) -> bool:
        """Whether it opens anything, by itself; its owner may be gone."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > clock.now())
