"""Which client asks, and whether it proves that with its secret."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Final, NamedTuple, TypeGuard

from fondaco.identity.hot.statements import Row, Statement
from fondaco.identity.issuer import issuer_of
from fondaco.identity.tokens import USE_IS_NOTED_EVERY
from fondaco.kit import crypto

_USE_IS_NOTED_EVERY_SECONDS: Final = USE_IS_NOTED_EVERY.total_seconds()

# Clients that may get tokens, but for the time: until when, by the real clock, is a column. A public client has no
# secret to show. Whatever else decides here must be watched by the triggers of migrations 0002 and 0006, too.
_OFFSET: Final = """COALESCE((SELECT k."offset" FROM kit_clockoffset k WHERE k.account_id = c.account_id),
        interval '0')"""
CLIENTS: Final = f"""SELECT s.wire_client_id, s.secret_hash, c.id::text, a.id, a.name, array_to_string(c.scopes, ' '),
        array_to_string(c.grant_types, ' '), floor(extract(epoch FROM c.tokens_valid_after))::bigint::text,
        COALESCE(extract(epoch FROM s.expires_at - {_OFFSET})::text, ''),
        COALESCE(extract(epoch FROM s.last_used_at)::text, ''), c.kind
    FROM identity_credentialset s
    JOIN identity_oauthclient c ON c.id = s.client_id
    JOIN accounts_account a ON a.id = c.account_id
    WHERE NOT c.is_public AND s.status <> 'revoked' AND c.status <> 'revoked'
        AND NOT EXISTS (SELECT FROM identity_cutoff x
            WHERE (x.client_id = c.id OR x.version_id = c.version_id OR x.app_id = c.app_id)
            AND (x.status = 'in_force' OR x.lifted_at > s.created_at))"""  # noqa: S608 (our own words)
_READ: Final = Statement("client", f"{CLIENTS} AND s.wire_client_id = $1")


class Proof(NamedTuple):
    """What a request shows of its client."""

    account: str
    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"<proof of {self.client_id}>"


@dataclass(slots=True)
class Client:
    """One credential set of a client that is neither revoked nor cut off. Its scopes are parted by spaces.

    Moments are seconds since 1970. ``usable_until`` is by the real clock, also where the account's runs ahead of it.
    """

    client_id: str
    secret_hash: str
    id: str  # of the client's row
    account_id: str
    account: str
    issuer: str
    scopes: str
    grant_types: frozenset[str]
    valid_after: int
    usable_until: float
    use_is_due_at: float
    kind: str

    def find_scope(self, wanted: str) -> str | None:
        """As ``ProtocolClient.get_allowed_scope`` has it; None where that refuses."""
        if not wanted or not (names := wanted.split()):
            return self.scopes
        return " ".join(dict.fromkeys(names)) if set(names) <= set(self.scopes.split()) else None

    def postpone_use(self, now: float) -> None:
        """The use of now is noted: the next one need not be before a minute has passed."""
        self.use_is_due_at = now + _USE_IS_NOTED_EVERY_SECONDS


def from_row(row: Row) -> Client:
    """A row of :data:`CLIENTS`. What many clients have alike is kept once."""
    client_id, secret_hash, row_id, account_id, account, scopes, grants, valid_after, until, used, kind = row
    return Client(
        client_id=client_id,
        secret_hash=secret_hash,
        id=row_id,
        account_id=intern(account_id),
        account=intern(account),
        issuer=intern(issuer_of(account)),
        scopes=intern(scopes),
        grant_types=_words(grants),
        valid_after=int(valid_after),
        usable_until=float(until) if until else math.inf,
        use_is_due_at=float(used) + _USE_IS_NOTED_EVERY_SECONDS if used else 0.0,
        kind=intern(kind),
    )


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def read_client(client_id: str) -> Client | None:
    """The client behind a wire id, as the database has it now."""
    rows = _READ.run(client_id)
    return from_row(rows[0]) if rows else None


def is_proved(client: Client | None, proof: Proof, now: float) -> TypeGuard[Client]:
    """Whether the client is of the account that was asked, shows its secret, and is within its time."""
    if client is None or client.account != proof.account:
        crypto.verify_hash(proof.secret, "")  # so that an unknown id takes as long as a wrong secret
        return False
    return crypto.verify_hash(proof.secret, client.secret_hash) and client.usable_until > now
