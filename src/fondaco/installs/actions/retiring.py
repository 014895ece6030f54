"""Retiring an app or a version for good: only what nobody has any more (DOMAIN 5.9)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from fondaco.audit.actor import Actor
from fondaco.catalog.actions import retiring
from fondaco.catalog.models import App, Version
from fondaco.identity.actions import revoke_client
from fondaco.identity.models import OAuthClient
from fondaco.identity.states import ClientStatus
from fondaco.installs.errors import StillInstalled
from fondaco.installs.queries import count_moving_to, list_living, list_living_of
from fondaco.partners.models import Member


def retire_app(*, actor: Actor, by: Member, app: App) -> App:
    """Ends an app that is installed nowhere. Its name stays taken, its history readable; no program gets in."""
    with transaction.atomic(durable=True):
        locked = retiring.begin_retiring_app(by=by, app=app)
        _check_nobody_has(locked.name, list_living_of(locked.pk).count())
        for client in OAuthClient.objects.filter(app=locked).exclude(status=ClientStatus.REVOKED):
            revoke_client(actor=actor, client=client, reason="retired")
        return retiring.retire_app(actor=actor, app=locked)


def retire_version(*, actor: Actor, by: Member, version: Version) -> Version:
    """Ends a deprecated version that is installed nowhere."""
    with transaction.atomic(durable=True):
        locked = retiring.begin_retiring_version(by=by, version=version)
        _check_nobody_has(str(locked), list_living(locked.pk).count() + count_moving_to(locked.pk))
        return retiring.retire_version(actor=actor, version=locked)


def _check_nobody_has(name: str, count: int) -> None:
    if count:
        raise StillInstalled(name=name, count=count, support=settings.SUPPORT_EMAIL)
