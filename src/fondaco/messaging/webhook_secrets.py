"""Secrets that a partner shares with us for one app: made with it, shown, replaced with an overlap, ended.

An app always has one, so that every delivery is signed in every way. It signs, so it is kept sealed and not hashed; and
since it is kept, whoever manages the app's programs may see it again.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.models import App
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.messaging import events, webhooks
from fondaco.messaging.errors import OnlySecret, TwoSecrets
from fondaco.messaging.models import WebhookSecret
from fondaco.messaging.signing import Signer, load_signer
from fondaco.partners.models import Member
from fondaco.partners.policies import check_can

_HINT: Final = 10
_FRESH_SECONDS: Final = 5.0
_GIVE_EVERY: Final = timedelta(minutes=5)
_GIVE_AT_ONCE: Final = 200
_LACKS_SECRET: Final = ~Exists(WebhookSecret.objects.filter(app=OuterRef("pk"), ends_at=None))


def list_webhook_secrets(by: Member, app: App) -> list[WebhookSecret]:
    """Those of an app that sign now, the newest first: two at most."""
    check_can(by, Permission.PARTNER_CLIENTS_MANAGE)
    return list(_alive().filter(app=_own(by, app)).order_by("-id"))


def rotate_webhook_secret(*, actor: Actor, by: Member, app: App) -> tuple[WebhookSecret, str]:
    """Makes the next secret, and returns it as text, too.

    The one before it goes on signing for a week, so that the partner's program can change over. While two are alive
    there is no third: :class:`TwoSecrets`.
    """
    check_can(by, Permission.PARTNER_CLIENTS_MANAGE)
    with transaction.atomic(durable=True):
        locked = App.objects.select_for_update(of=("self",)).get(pk=_own(by, app).pk)
        if _alive().filter(app=locked).count() > 1:
            raise TwoSecrets
        return replace_webhook_secret(actor=actor, app=locked)


def replace_webhook_secret(*, actor: Actor, app: App) -> tuple[WebhookSecret, str]:
    """One step of a change: the secret that signs from now on, and its text.

    The one before goes on for a week; one before that, if it still did, ends now.
    """
    for age, old in enumerate(_alive().filter(app=app).order_by("-id")):
        if age:
            _end(old, actor)
        else:
            old.ends_at = clock.now() + settings.WEBHOOK_SECRET_OVERLAP
            old.save(update_fields=["ends_at"])
    secret = webhooks.new_secret()
    text = webhooks.write_secret(secret)
    row = WebhookSecret.objects.create(app=app, secret=secret, hint=text[:_HINT])
    record(events.WEBHOOK_SECRET_CREATED, row, actor=actor, data={"hint": row.hint}, **row.audit_scope())
    return row, text


@deadlines.recurring("webhook_secret.give", every=_GIVE_EVERY)
def give_missing_secrets() -> None:
    """Gives a secret to apps without one: a process of an older release registered them while it was being replaced."""
    lacking = App.objects.filter(_LACKS_SECRET).order_by("pk").select_for_update(of=("self",), skip_locked=True)
    apps = list(lacking.select_related("partner")[:_GIVE_AT_ONCE])
    # Asked once more: whoever held the app until now may have made one.
    given = set(WebhookSecret.objects.filter(app__in=apps, ends_at=None).values_list("app", flat=True))
    for app in apps:
        if app.pk not in given:
            replace_webhook_secret(actor=Actor.system("sweeper"), app=app)


def show_webhook_secret(*, actor: Actor, by: Member, app: App, secret_id: str) -> tuple[WebhookSecret, str]:
    """One that signs, as text; who saw it is written down."""
    check_can(by, Permission.PARTNER_CLIENTS_MANAGE)
    with transaction.atomic(durable=True):
        row = _lock(by, app, secret_id)
        record(events.WEBHOOK_SECRET_SHOWN, row, actor=actor, data={"hint": row.hint}, **row.audit_scope())
    return row, webhooks.write_secret(bytes(row.secret or b""))


def end_webhook_secret(*, actor: Actor, by: Member, app: App, secret_id: str) -> None:
    """Signs nothing more with this secret from now on. Only one that is being replaced ends: :class:`OnlySecret`."""
    check_can(by, Permission.PARTNER_CLIENTS_MANAGE)
    with transaction.atomic(durable=True):
        row = _lock(by, app, secret_id)
        if row.ends_at is None:
            raise OnlySecret
        _end(row, actor)


def find_secrets(app_ids: Collection[UUID]) -> dict[UUID, tuple[bytes, ...]]:
    """What signs events of these apps now, the newest first."""
    found = defaultdict[UUID, list[bytes]](list)
    for app_id, secret in _alive().filter(app__in=app_ids).order_by("-id").values_list("app_id", "secret"):
        found[app_id].append(bytes(secret or b""))
    return {app_id: tuple(found[app_id]) for app_id in app_ids}


def load_signer_for(app: App) -> Signer:
    """The keys that sign now, with those of one app: for what is sent to it outside the dispatcher."""
    return replace(load_signer(), shared=find_secrets([app.pk])[app.pk])


class SecretCache:
    """Keeps what was read for a few seconds, so that signing asks no database."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[float, tuple[bytes, ...]]] = {}

    def get(self, app_ids: Collection[UUID]) -> Mapping[UUID, tuple[bytes, ...]]:
        """The secrets of these apps."""
        now = time.monotonic()
        stale = [each for each in app_ids if now - self._known.get(each, (-_FRESH_SECONDS, ()))[0] >= _FRESH_SECONDS]
        if stale:
            self._known.update({app_id: (now, found) for app_id, found in find_secrets(stale).items()})
        return {app_id: self._known[app_id][1] for app_id in app_ids}


def _end(row: WebhookSecret, actor: Actor) -> None:
    row.ends_at, row.secret = clock.now(), b""
    row.save(update_fields=["ends_at", "secret"])
    record(events.WEBHOOK_SECRET_ENDED, row, actor=actor, data={"hint": row.hint}, **row.audit_scope())


def _alive() -> QuerySet[WebhookSecret]:
    return WebhookSecret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))


def _lock(by: Member, app: App, secret_id: str) -> WebhookSecret:
    found, key = _alive().select_for_update(of=("self",)).select_related("app"), parse_wire(secret_id)
    row = found.filter(app=_own(by, app), pk=key).first() if key else None
    if row is None:
        raise NotFound
    return row


def _own(by: Member, app: App) -> App:
    if app.partner_id != by.partner_id:
        raise NotFound
    return app
