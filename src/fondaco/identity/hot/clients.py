"""Which client asks, and whether it proves that with its secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fondaco.identity.hot.statements import Row, Statement, Value
from fondaco.identity.tokens import USE_IS_NOTED_EVERY
from fondaco.kit import clock, crypto

# What ``CredentialSet.is_usable`` says, and that the account is this one. A public client has no secret to show.
COLUMNS: Final = """s.secret_hash, c.id, c.account_id, array_to_string(c.scopes, ' '),
    array_to_string(c.grant_types, ' '), (c.last_used_at IS NULL OR c.last_used_at <= $4::timestamptz)"""
TABLES: Final = """identity_credentialset s
    JOIN identity_oauthclient c ON c.id = s.client_id
    JOIN accounts_account a ON a.id = c.account_id"""
IS_USABLE: Final = """s.wire_client_id = $1 AND a.name = $2
    AND s.status <> 'revoked' AND c.status <> 'revoked' AND NOT c.is_public
    AND (s.expires_at IS NULL OR s.expires_at > $3::timestamptz)"""
_WIDTH: Final = 6  # of COLUMNS
_FIND: Final = Statement("client", f"SELECT {COLUMNS} FROM {TABLES} WHERE {IS_USABLE}")  # noqa: S608 (our own words)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that may prove itself now, as its rows say. ``id`` is that of its row."""

    client_id: str
    id: str
    account_id: str
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    is_use_due: bool

    def find_scope(self, wanted: str) -> str | None:
        """As ``ProtocolClient.get_allowed_scope`` has it."""
        names = wanted.split()
        if not names:
            return " ".join(self.scopes)
        return " ".join(dict.fromkeys(names)) if set(names) <= set(self.scopes) else None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request shows of its client."""

    account: str
    client_id: str
    secret: str = field(repr=False)


def find_caller(proof: Proof) -> Caller | None:
    """The client that the request proves to be."""
    return check_proof(proof, _FIND.run(*values(proof)))


def check_proof(proof: Proof, rows: list[Row]) -> Caller | None:
    """The same from the rows of a statement that begins with :data:`COLUMNS`."""
    stored = _text(rows[0][0]) if rows else ""
    # Always compared, so that an unknown id takes as long as a wrong secret.
    is_right = crypto.verify_hash(proof.secret, stored)
    if not rows or not is_right:
        return None
    _hash, row_id, account_id, scopes, grant_types, is_due = map(_text, rows[0][:_WIDTH])
    return Caller(
        client_id=proof.client_id,
        id=row_id,
        account_id=account_id,
        scopes=tuple(scopes.split()),
        grant_types=tuple(grant_types.split()),
        is_use_due=is_due == "t",
    )


def values(proof: Proof) -> tuple[bytes, ...]:
    """What the first four places of such a statement stand for."""
    now = clock.now()
    return proof.client_id.encode(), proof.account.encode(), stamp(now), stamp(now - USE_IS_NOTED_EVERY)


def stamp(moment: datetime) -> bytes:
    """A moment as PostgreSQL reads it."""
    return moment.isoformat().encode()


def _text(value: Value) -> str:
    return value.decode() if value is not None else ""
