"""The installation link of a version: made, made anew, switched off."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.errors import AlreadyRetired, LinkMissing
from fondaco.catalog.models import InstallLink, Version
from fondaco.catalog.policies import check_can
from fondaco.catalog.queries.testing import LINK_PREFIX
from fondaco.kit import clock
from fondaco.kit.crypto import new_secret
from fondaco.partners.models import Member


def make_install_link(*, actor: Actor, by: Member, version: Version) -> InstallLink:
    """Switches the link on; once more, it gets another secret and the one before leads nowhere from then on."""
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        if version.retired_at is not None:
            raise AlreadyRetired(name=str(version))
        fresh = {"token": new_secret(LINK_PREFIX).encode(), "made_by": by.person.name, "made_at": clock.now()}
        link, is_first = InstallLink.objects.update_or_create(version=version, defaults=fresh)
        record(
            events.LINK_MADE,
            version,
            actor=actor,
            partner_id=version.app.partner_id,
            data={"name": version.name, "is_first": is_first},
        )
    return link


def end_install_link(*, actor: Actor, by: Member, version: Version) -> None:
    """Switches it off: it leads nowhere, and orders that began with it cannot be finished."""
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        if not InstallLink.objects.filter(version=version).delete()[0]:
            raise LinkMissing
        record(events.LINK_ENDED, version, actor=actor, partner_id=version.app.partner_id, data={"name": version.name})
