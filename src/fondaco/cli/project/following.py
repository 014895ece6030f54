"""The app's log: what happened to it, and what was sent to its program."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import typer

from fondaco.cli.project.connection import Connection
from fondaco.cli.project.session import Voice, plain

Answer = Mapping[str, Any]

_PAUSE: Final = 2  # seconds between two looks
_LOOK_BACK: Final = 50  # entries read again, because a delivery changes with each try


def show_logs(connection: Connection, path: str, voice: Voice, *, most: int, follows: bool) -> None:
    """The latest ``most`` entries, then what comes, until it is stopped."""
    told: dict[str, str] = {}
    while True:
        for entry in read_entries(connection, path, most=most):
            state = json.dumps(entry, sort_keys=True)
            if told.get(entry["id"]) != state:
                told[entry["id"]] = state
                typer.echo(state if voice.as_json else plain(describe(entry)))
        if not follows:
            return
        most = min(most, _LOOK_BACK)
        time.sleep(_PAUSE)


def read_entries(connection: Connection, path: str, *, most: int) -> list[Answer]:
    """Events and deliveries together, the oldest first."""
    limit = str(min(most, 100))
    events = (_event(each) for each in connection.items(f"{path}/events", limit=limit))
    deliveries = (describe_delivery(each) for each in connection.items(f"{path}/deliveries", limit=limit))
    found = [*itertools.islice(events, most), *itertools.islice(deliveries, most)]
    return sorted(found, key=lambda entry: (entry["at"], entry["id"]))[-most:]


def describe(entry: Answer) -> str:
    """One line, and one more for each try."""
    at = entry["at"][:19].replace("T", " ")
    if entry["entry"] == "event":
        return f"{at}  {entry['kind']}  by {entry['actor'] or entry['actor_kind']}"
    head = f"{at}  → {entry['type']}  {entry['status']}  {entry['account']}  {entry['event_id']}"
    return "\n".join([head, *_tries(entry)])


def _tries(entry: Answer) -> Iterator[str]:
    for attempt in entry["attempts"]:
        answer = attempt["error"] or attempt["response_status"]
        yield f"      {attempt['started_at'][:19].replace('T', ' ')}  {answer}  in {attempt['duration_ms']} ms"


def _event(event: Answer) -> Answer:
    return {"entry": "event", "at": event["occurred_at"], **event}


def describe_delivery(delivery: Answer) -> Answer:
    """A delivery as an entry of the log."""
    return {"entry": "delivery", "id": delivery["event_id"], "at": delivery["created_at"], **delivery}
