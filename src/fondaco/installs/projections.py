"""What follows for installations from facts about their programs."""

from __future__ import annotations

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity import events
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient
from fondaco.installs.actions.credentials import ROTATE_DUE, schedule_rotation
from fondaco.kit import deadlines


@projects(events.CREDENTIALS_ISSUED)
def count_their_days(event: Event, credentials: CredentialSet) -> None:
    """An installation's new set will be replaced in its turn."""
    if credentials.client.kind == ClientKind.INSTALLATION:
        schedule_rotation(credentials)


@projects(events.CLIENT_REVOKED)
def rotate_no_more(event: Event, client: OAuthClient) -> None:
    """Of what is gone nothing is replaced."""
    deadlines.cancel(ROTATE_DUE, subject_id=client.pk.hex)
