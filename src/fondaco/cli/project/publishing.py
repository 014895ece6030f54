"""Making a version available, now or later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

import typer

from fondaco.cli.project.connection import Connection
from fondaco.cli.project.session import Voice

Answer = Mapping[str, Any]


def read_time(text: str) -> datetime | None:
    """The moment that was typed, None for now."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter("Write a moment with a time zone, like 2030-01-02T09:00:00Z.", param_hint="--at")
    return moment.astimezone(UTC)


def publish(voice: Voice, connection: Connection, path: str, due_at: datetime | None, version: Answer) -> NoReturn:
    """What is said afterwards is read from the house, never from what was asked for."""
    if due_at is None:
        connection.post(f"{path}/make-available")
    else:
        connection.post(f"{path}/publication/schedule", {"due_at": due_at.isoformat()})
    publication = connection.get(f"{path}/publication")
    name = version["name"]
    if publication["is_published"]:
        voice.say(f"{name} is published: customers find and install it.")
    elif publication["due_at"]:
        when = datetime.fromisoformat(publication["due_at"]).astimezone(UTC)
        voice.say(f"{name} becomes available on {when:%Y-%m-%d} at {when:%H:%M} UTC.")
    else:
        technical, listing = publication["technical_status"], publication["listing_status"]
        voice.say(f"{name}: the technical content is {technical}, the listing is {listing.replace('_', ' ')}.")
        if technical == "available":
            voice.say("It appears in the marketplace as soon as its listing is approved.")
    voice.end(version={"id": version["id"], "name": name}, publication=publication)
