"""Access tokens that a person makes for a program of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.errors import (
    TokenExpiryWrong,
    TokenLimited,
    TokenMade,
    TokenNameMissing,
    TokenScopeUnknown,
    TooManyTokens,
)
from fondaco.identity.models import PersonalAccessToken
from fondaco.identity.places import list_workplaces, permissions_of
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.errors import NotFound

PREFIX: Final = "fdp_"
MOST: Final = 50  # live tokens of one person
NOTICE: Final = timedelta(days=7)
EXPIRING: Final = "personal_token.expiring"
_NAME_LENGTH: Final = 60
_HINT_LENGTH: Final = 9  # the prefix and five characters: enough to recognise, far too few to guess from


@dataclass(frozen=True, slots=True)
class Limits:
    """What a token may do, where, and until when; the defaults are everything, everywhere, for ever."""

    scopes: tuple[str, ...] = ()
    place: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """What asked for a token: another one, or a form that must make no second one when it is sent twice."""

    made_with: PersonalAccessToken | None = None
    request_id: UUID | None = None


UNASKED: Final = Origin()


def create_personal_token(
    *,
    actor: Actor,
    person: Person,
    name: str,
    scopes: Iterable[str] | None = None,
    expires_at: datetime | None = None,
    place: str = "",
    origin: Origin = UNASKED,
) -> tuple[PersonalAccessToken, str]:
    """The token's row and its plain text, which is shown once; no ``scopes`` means all that the person may do."""
    limits = Limits(tuple(dict.fromkeys(scopes or ())), place, expires_at)
    with transaction.atomic(durable=True):
        return issue_personal_token(actor=actor, person=person, name=name, limits=limits, origin=origin)


def issue_personal_token(
    *, actor: Actor, person: Person, name: str, limits: Limits, origin: Origin = UNASKED
) -> tuple[PersonalAccessToken, str]:
    """The same as a step."""
    name = name.strip()
    if not 1 <= len(name) <= _NAME_LENGTH or "\0" in name:
        raise TokenNameMissing
    _check_limits(person, limits, origin.made_with)
    check_room(person)
    plain = crypto.new_secret(PREFIX)
    try:
        with transaction.atomic():
            token = PersonalAccessToken.objects.create(
                person=person,
                name=name,
                token_hash=crypto.keyed_hash(plain),
                hint=plain[:_HINT_LENGTH],
                scopes=list(limits.scopes),
                place=limits.place,
                expires_at=limits.expires_at,
                made_with=origin.made_with,
                request_id=origin.request_id,
            )
    except IntegrityError as error:  # the one constraint that a person can meet: this form was sent before
        raise TokenMade from error
    if limits.expires_at is not None and limits.expires_at - clock.now() > NOTICE:
        deadlines.schedule(EXPIRING, subject_id=token.pk.hex, due_at=limits.expires_at - NOTICE)
    data = {"name": name, "person": person.pk.hex, "scopes": token.scopes, "place": token.place}
    record(events.PERSONAL_TOKEN_CREATED, token, actor=actor, data=data)
    return token, plain


def revoke_personal_token(*, actor: Actor, by: Person, token: PersonalAccessToken) -> PersonalAccessToken:
    """Ends one of the person's own tokens and those made with it; anyone else's does not exist. Twice is once."""
    with transaction.atomic(durable=True):
        locked = PersonalAccessToken.objects.select_for_update().filter(pk=token.pk, person=by).first()
        if locked is None:
            raise NotFound
        _end(actor, locked)
    return locked


def revoke_all_personal_tokens(*, actor: Actor, by: Person) -> int:
    """Ends every token of the person; returns how many were alive."""
    with transaction.atomic(durable=True):
        return end_personal_tokens(actor=actor, person=by)


def end_personal_tokens(*, actor: Actor, person: Person, place: str = "") -> int:
    """Ends a person's tokens, or those that are good at ``place`` only. A step."""
    tokens = PersonalAccessToken.objects.select_for_update().filter(person=person, revoked_at=None)
    found = tokens.filter(place=place) if place else tokens
    return sum(_end(actor, token) for token in found.order_by("pk"))


def end_personal_token(*, actor: Actor, token: PersonalAccessToken, reason: str) -> bool:
    """An operator ends a token and those made with it; False when it had ended. A step."""
    locked = PersonalAccessToken.objects.select_for_update().get(pk=token.pk)
    return bool(_end(actor, locked, reason=reason)) if locked.revoked_at is None else False


def check_room(person: Person) -> None:
    """Raises :class:`TooManyTokens` when the person has as many as they may. Locks the person until the commit."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    live = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    if PersonalAccessToken.objects.filter(live, person=person, revoked_at=None).count() >= MOST:
        raise TooManyTokens(most=MOST)


@deadlines.handler(EXPIRING)
def announce_expiry(subject_id: str, due_at: datetime) -> None:
    """A week before a personal access token ends, its owner is told."""
    token = PersonalAccessToken.objects.filter(pk=UUID(hex=subject_id)).first()
    if token is not None and token.is_live():
        data = {"name": token.name, "person": token.person_id.hex}
        record(events.PERSONAL_TOKEN_EXPIRING, token, actor=Actor.system("sweeper"), data=data)


def _check_limits(person: Person, limits: Limits, made_with: PersonalAccessToken | None) -> None:
    """A token does no more than its owner may, nor more than the token it is made with."""
    if limits.place and limits.place not in {place.key for place in list_workplaces(person)}:
        raise NotFound
    if limits.scopes:
        held = permissions_of(person, place=limits.place)
        for scope in limits.scopes:
            if scope not in held:
                raise TokenScopeUnknown(scope=scope[:60])
    if limits.expires_at is not None and limits.expires_at <= clock.now():
        raise TokenExpiryWrong
    if made_with is None:
        return
    if made_with.scopes and not set(limits.scopes or ("*",)) <= set(made_with.scopes):
        raise TokenLimited
    if made_with.place and made_with.place != limits.place:
        raise TokenLimited
    if made_with.expires_at and (limits.expires_at is None or limits.expires_at > made_with.expires_at):
        raise TokenExpiryWrong


def _end(actor: Actor, token: PersonalAccessToken, *, reason: str = "") -> int:
    """Ends a token and what was made with it; returns how many were alive. ``reason`` is what an operator wrote."""
    now, ended = clock.now(), 0
    if PersonalAccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        token.revoked_at = now
        deadlines.cancel(EXPIRING, subject_id=token.pk.hex)
        data = {"name": token.name, "person": token.person_id.hex} | ({"reason": reason} if reason else {})
        kind = events.PERSONAL_TOKEN_ENDED if reason else events.PERSONAL_TOKEN_REVOKED
        record(kind, token, actor=actor, data=data)
        ended = 1
    made = PersonalAccessToken.objects.filter(made_with=token, revoked_at=None).order_by("pk")
    return ended + sum(_end(actor, each) for each in made)
