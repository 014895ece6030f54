"""Access tokens that a person makes for a program of their own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.errors import TokenNameMissing
from fondaco.identity.models import PersonalAccessToken
from fondaco.kit import clock, crypto
from fondaco.kit.errors import NotFound

PREFIX = "fdp_"
_NAME_LENGTH = 60
_HINT_LENGTH = 9  # the prefix and five characters: enough to recognise, far too few to guess from


def create_personal_token(
    *,
    actor: Actor,
    person: Person,
    name: str,
    scopes: Iterable[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[PersonalAccessToken, str]:
    """The token's row and its plain text, which is shown once; no ``scopes`` means all that the person may do."""
    name = name.strip()
    if not 1 <= len(name) <= _NAME_LENGTH or "\0" in name:
        raise TokenNameMissing
    plain = crypto.new_secret(PREFIX)
    with transaction.atomic(durable=True):
        token = PersonalAccessToken.objects.create(
            person=person,
            name=name,
            token_hash=crypto.keyed_hash(plain),
            hint=plain[:_HINT_LENGTH],
            scopes=list(scopes or ()),
            expires_at=expires_at,
        )
        record(
            events.PERSONAL_TOKEN_CREATED,
            token,
            actor=actor,
            data={"name": name, "person": person.pk.hex, "scopes": token.scopes},
        )
    return token, plain


def revoke_personal_token(*, actor: Actor, by: Person, token: PersonalAccessToken) -> PersonalAccessToken:
    """Ends one of the person's own tokens; anyone else's does not exist for them. Twice is once."""
    with transaction.atomic(durable=True):
        locked = PersonalAccessToken.objects.select_for_update().filter(pk=token.pk, person=by).first()
        if locked is None:
            raise NotFound
        if locked.revoked_at is None:
            locked.revoked_at = clock.now()
            locked.save(update_fields=["revoked_at"])
            record(events.PERSONAL_TOKEN_REVOKED, locked, actor=actor, data={"name": locked.name, "person": by.pk.hex})
    return locked


def revoke_all_tokens(*, actor: Actor, person: Person) -> None:
    """Ends every token of a person who has nothing left to do here. A step."""
    for token in PersonalAccessToken.objects.select_for_update().filter(person=person, revoked_at=None):
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        record(events.PERSONAL_TOKEN_REVOKED, token, actor=actor, data={"name": token.name, "person": person.pk.hex})
