"""Which client asks, and whether it proves that with its secret."""

from __future__ import annotations

from typing import Final, NamedTuple

from fondaco.identity.hot.statements import Row, Statement
from fondaco.identity.tokens import USE_IS_NOTED_EVERY
from fondaco.kit import clock, crypto

_MINUTE: Final = f"interval '{USE_IS_NOTED_EVERY.total_seconds():.0f} seconds'"


def usable(credentials: str, client: str) -> str:
    """The condition that ``CredentialSet.is_usable`` says in Python, for the aliases of the two tables; now is $3."""
    return f"""{credentials}.status <> 'revoked' AND {client}.status <> 'revoked'
        AND ({credentials}.expires_at IS NULL OR {credentials}.expires_at > $3::timestamptz + COALESCE(
            (SELECT k."offset" FROM kit_clockoffset k WHERE k.account_id = {client}.account_id), interval '0'))
        AND NOT EXISTS (SELECT FROM identity_cutoff x
            WHERE (x.client_id = {client}.id OR x.version_id = {client}.version_id OR x.app_id = {client}.app_id)
            AND (x.status = 'in_force' OR x.lifted_at > {credentials}.created_at))"""  # noqa: S608 (our own words)


COLUMNS: Final = f"""s.secret_hash, s.id, c.id, c.account_id, array_to_string(c.scopes, ' '),
    array_to_string(c.grant_types, ' '),
    (c.last_used_at IS NULL OR c.last_used_at <= $3::timestamptz - {_MINUTE}
        OR s.last_used_at IS NULL OR s.last_used_at <= $3::timestamptz - {_MINUTE}),
    floor(extract(epoch FROM c.tokens_valid_after))::bigint"""
TABLES: Final = """identity_credentialset s
    JOIN identity_oauthclient c ON c.id = s.client_id
    JOIN accounts_account a ON a.id = c.account_id"""
# Of this very account. A public client has no secret to show.
IS_CALLER: Final = f"s.wire_client_id = $1 AND a.name = $2 AND NOT c.is_public AND {usable('s', 'c')}"
_FIND: Final = Statement("client", f"SELECT {COLUMNS} FROM {TABLES} WHERE {IS_CALLER}")  # noqa: S608 (our own words)


class Proof(NamedTuple):
    """What a request shows of its client."""

    account: str
    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"<proof of {self.client_id}>"


class Caller(NamedTuple):
    """A client that has proved itself, as its rows say. ``id``, ``set_id`` are of rows; lists are parted by spaces."""

    client_id: str
    set_id: str
    id: str
    account_id: str
    scopes: str
    grant_types: str
    is_use_due: bool
    valid_after: int  # seconds since 1970

    def find_scope(self, wanted: str) -> str | None:
        """As ``ProtocolClient.get_allowed_scope`` has it."""
        names = wanted.split()
        if not names:
            return self.scopes
        return " ".join(dict.fromkeys(names)) if set(names) <= set(self.scopes.split()) else None


def find_caller(proof: Proof) -> Caller | None:
    """The client that the request proves to be."""
    return check_proof(proof, _FIND.run(*values(proof)))


def check_proof(proof: Proof, rows: list[Row]) -> Caller | None:
    """The same from the rows of a statement that begins with :data:`COLUMNS`."""
    if not rows:
        crypto.verify_hash(proof.secret, "")  # so that an unknown id takes as long as a wrong secret
        return None
    stored, set_id, row_id, account_id, scopes, grant_types, is_due, valid_after = rows[0][:8]
    if not crypto.verify_hash(proof.secret, stored):
        return None
    return Caller(proof.client_id, set_id, row_id, account_id, scopes, grant_types, is_due == "t", int(valid_after))


def values(proof: Proof) -> tuple[str, str, str]:
    """What the first places of such a statement stand for."""
    return proof.client_id, proof.account, clock.now().isoformat()
