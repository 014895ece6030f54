"""Opening an app."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from django.db import transaction

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.installs import events
from fondaco.installs.models import Installation
from fondaco.installs.policies import check_can_launch


def record_launch(*, actor: Actor, user: User, installation: Installation) -> str:
    """Notes that ``user`` opens the app; returns the address to send the browser to (DOMAIN 4.2)."""
    with transaction.atomic(durable=True):
        check_can_launch(user, installation)
        record(
            events.INSTALLATION_LAUNCHED,
            installation,
            actor=actor,
            data={"user": user.pk},
            **installation.audit_scope(),
        )
    return launch_url(installation.version.technical.standalone_url, installation, user)


def launch_url(standalone_url: str, installation: Installation, user: User) -> str:
    """The standalone URL with the two parameters added to its own query; the user id is a hint, not a proof."""
    parts = urlsplit(standalone_url)
    ours = urlencode({"talkdesk_installation_id": installation.pk.hex, "talkdesk_user_id": user.pk})
    return urlunsplit(parts._replace(query=f"{parts.query}&{ours}" if parts.query else ours))
