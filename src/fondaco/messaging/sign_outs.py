"""Telling apps that a user signed out: ``user.logout`` where subscribed to, logout tokens where registered for.

In the commit in which a session ends only rows are written, and only where somebody is to be told. A job makes the
messages of them, many at once. So signing out is quick, and whoever dies between two steps has lost and doubled
nothing: a row waits until the very transaction that writes its message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.identity.models import LoginSession, TokenFamily
from fondaco.identity.queries import UNUSED
from fondaco.installs.models import Installation, Licence, Operation
from fondaco.installs.states import InstallationStatus, OperationKind, OperationStatus
from fondaco.kit import clock
from fondaco.messaging import payloads
from fondaco.messaging.actions import Draft, wake_dispatcher, write_messages
from fondaco.messaging.endpoints import ensure_endpoints
from fondaco.messaging.models import LogoutDelivery, Message, SignOut

BATCH: Final = 500
_ROWS: Final = 1000  # of one INSERT
_NOTE: Final = """
    UPDATE messaging_signout s SET message_id = told.message_id
    FROM unnest(%s::uuid[], %s::uuid[]) AS told(id, message_id) WHERE s.id = told.id
"""
_SELF: Final = Actor.system("sign-outs")


def note_ended_sessions(sessions: Collection[LoginSession]) -> bool:
    """Writes down whom to tell that these sessions ended. A step; whether :func:`announce` has something to do."""
    by_person: dict[UUID, list[LoginSession]] = defaultdict(list)
    for session in sessions:
        by_person[session.person_id].append(session)
    found = _subscribed().filter(user__person__in=list(by_person))
    rows = [
        SignOut(installation_id=installation, user_id=user, login_session=session, ended_at=_moment(session))
        for installation, user, person in found.values_list("installation_id", "user_id", "user__person_id")
        for session in by_person[person]
    ]
    SignOut.objects.bulk_create(rows, batch_size=_ROWS)
    ends = {session.pk: _moment(session) for session in sessions}
    _queue_tokens(TokenFamily.objects.filter(login_session__in=list(ends)), ends)
    return bool(rows)


def note_user_left(user: User, ended_at: datetime) -> bool:
    """The same for a user who left the apps of one account and is still signed in to the platform. A step."""
    found = _subscribed().filter(user=user).values_list("installation_id", flat=True)
    rows = [SignOut(installation_id=installation, user=user, ended_at=ended_at) for installation in found]
    SignOut.objects.bulk_create(rows, batch_size=_ROWS)
    open_sessions = LoginSession.objects.filter(person=user.person_id, ended_at=None).values_list("pk", flat=True)
    ends = dict.fromkeys(open_sessions, ended_at)
    _queue_tokens(TokenFamily.objects.filter(user=user, login_session__in=list(ends)), ends)
    return bool(rows)


def announce(*, batch: int = BATCH) -> int:
    """Writes the ``user.logout`` of every sign-out that waits for one; returns how many messages that were.

    Any number may run at once: each takes what no other has.
    """
    written = 0
    while True:
        with transaction.atomic(durable=True):
            waiting = SignOut.objects.filter(message=None).select_for_update(skip_locked=True, of=("self",))
            taken = list(waiting.select_related("user__person").order_by("id")[:batch])
            if not taken:
                return written
            written += _announce(taken)


def _announce(taken: Sequence[SignOut]) -> int:
    together: dict[tuple[UUID, str], list[SignOut]] = defaultdict(list)
    for sign_out in taken:
        together[sign_out.installation_id, sign_out.user_id].append(sign_out)
    installations = _lock({installation for installation, _user in together})
    drafts = [_draft(installations[key], sign_outs[0]) for (key, _user), sign_outs in together.items()]
    messages = write_messages(actor=_SELF, drafts=drafts)
    _note_messages(zip(messages, together.values(), strict=True))
    return len(messages)


def _draft(installation: Installation, sign_out: SignOut) -> Draft:
    created_at = sign_out.ended_at + clock.offset_of(installation.account_id)
    content = payloads.user_logout(installation, sign_out.user)
    return Draft(installation, content, created_at, is_ordered=False)


def _note_messages(pairs: Iterable[tuple[Message, Sequence[SignOut]]]) -> None:
    """Which message told which sign-outs; in one statement, because an ORM update of many rows takes longer than all
    the rest."""
    told = [(sign_out.pk, message.pk) for message, sign_outs in pairs for sign_out in sign_outs]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [[sign_out for sign_out, _message in told], [message for _sign_out, message in told]])


def _lock(keys: Collection[UUID]) -> dict[UUID, Installation]:
    """Whoever writes a message holds its installation, or two would take the same sequence."""
    rows = Installation.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows.select_related("app", "account", "version__technical")}


def _subscribed() -> QuerySet[Licence]:
    """Licences of installations that ever worked, are not gone, and whose version wants to hear of sign-outs."""
    approved = Operation.objects.filter(
        installation=OuterRef("installation"), kind=OperationKind.INSTALL, status=OperationStatus.APPROVED
    )
    return Licence.objects.filter(
        Exists(approved), installation__version__technical__receives_user_logout=True
    ).exclude(installation__status=InstallationStatus.REVOKED)


def _queue_tokens(families: QuerySet[TokenFamily], ends: Mapping[UUID, datetime]) -> None:
    """One logout delivery for each client and session in which the client got tokens, dead ones too: what the app
    opened with them may live on."""
    clients = families.exclude(client__backchannel_logout_url="").exclude(UNUSED).order_by("client", "login_session")
    chosen = list(clients.exclude(client__app=None).distinct("client", "login_session").select_related("client"))
    endpoints = ensure_endpoints((family.client.app_id, family.client.backchannel_logout_url) for family in chosen)
    rows = [
        LogoutDelivery(
            client=family.client,
            user_id=family.user_id,
            login_session_id=family.login_session_id,
            url=family.client.backchannel_logout_url,
            endpoint=endpoints[family.client.app_id, family.client.backchannel_logout_url],
            ended_at=ends[family.login_session_id],
            next_attempt_at=ends[family.login_session_id] + clock.offset_of(family.client.account_id),
        )
        for family in chosen
    ]
    if rows:
        LogoutDelivery.objects.bulk_create(rows, batch_size=_ROWS)
        wake_dispatcher()


def _moment(session: LoginSession) -> datetime:
    if session.ended_at is None:
        raise ValueError("a session is announced as ended before it has ended")
    return session.ended_at
