"""Events of an app from the command line: looking, sending again, testing, and how its addresses do."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from typing import Final

from fondaco.cli.project.connection import Connection, Refused
from fondaco.cli.project.following import Answer, describe, describe_delivery
from fondaco.cli.project.session import AtApp, Exit, Voice

_PAUSE: Final = 0.5  # seconds between two looks at a test event
_NAMES: Final = ("type", "status", "account", "installation", "since", "until")
_LOOKS: Final = 60  # a try takes ten seconds at most, and the worker may be busy


def choose(only: Sequence[str]) -> dict[str, str]:
    """What ``name=value`` narrows to; raises :class:`Refused` for what is not that."""
    pairs = [each.partition("=") for each in only]
    wrong = [name for name, _is, value in pairs if name not in _NAMES or not value]
    if wrong:
        raise Refused(f"--only {wrong[0]} is not one of {', '.join(_NAMES)} with a value.", code="bad-only")
    return {name: value for name, _is, value in pairs}


def show_list(voice: Voice, connection: Connection, path: str, chosen: Mapping[str, str], most: int) -> None:
    """The latest ``most`` of what is chosen."""
    found = connection.items(f"{path}/deliveries", limit=str(min(most, 100)), **chosen)
    events = list(itertools.islice(found, most))
    for event in events:
        voice.say(describe(describe_delivery(event)))
    if not events:
        voice.say("Nothing like this was sent.")
    voice.end(events=events)


def show_one(voice: Voice, connection: Connection, path: str) -> None:
    """One in full."""
    found = connection.get(path)
    voice.say(describe(describe_delivery(found)))
    for tried in found["tries"]:
        if tried["response_excerpt"]:
            voice.say(f"      answered: {tried['response_excerpt']}")
    voice.say(json.dumps(found["event"], ensure_ascii=False, indent=2))
    voice.end(event=found)


def replay_one(voice: Voice, connection: Connection, path: str) -> None:
    """One again."""
    found = connection.post(path)
    voice.say(f"{found['type']} {found['event_id']} is sent again, with the same id and the same bytes.")
    voice.end(sent=1, left_out=0, remaining=0, skipped=[])


def replay_many(voice: Voice, connection: Connection, path: str, chosen: Mapping[str, str]) -> None:
    """What is chosen again; nothing chosen is refused by the house."""
    done = connection.post(path, chosen)
    voice.say(f"{done['sent']} sent again, {done['left_out']} left out, {done['remaining']} more to ask for.")
    for each in done["skipped"]:
        voice.say(f"Left out: {each['type']} {each['event_id']} ({each['account']}). {each['why']}")
    voice.end(**done)


def show_health(voice: Voice, connection: Connection, path: str) -> None:
    """Every callback address that something was ever sent to."""
    found = list(connection.items(path))
    for each in found:
        voice.say(f"{each['status']:<8} {each['id']}  {each['url']}")
        voice.say(f"         {_explain(each)}")
    if not found:
        voice.say("Nothing was sent to any address yet.")
    is_well = all(each["status"] == "healthy" and not each["silent_since"] for each in found)
    voice.end(Exit.DONE if is_well else Exit.DIFFERENT, endpoints=found)


def try_address(at: AtApp, wanted: str) -> None:
    """A probe to the address that has this id, or is this."""
    known = at.connection.items(f"{at.path}/endpoints")
    found = next((each for each in known if wanted in (each["id"], each["url"])), None)
    if found is None:
        raise Refused(f"The app has no callback address {wanted}. Nothing was sent.", code="no-such-address")
    at.connection.post(f"{at.partner}/endpoints/{found['id']}/try")
    at.voice.say(f"{found['url']} is tried at once. If it takes the event, everything that waits follows.")
    at.voice.end(tried=found["id"])


def _explain(endpoint: Answer) -> str:
    arrived = endpoint["last_success_at"]
    parts = [f"{endpoint['waiting']} waiting", f"the last arrived {arrived}" if arrived else "nothing has arrived yet"]
    if endpoint["failing_since"]:
        why = endpoint["last_error"] or f"HTTP {endpoint['last_response_status']}"
        parts.append(f"failing since {endpoint['failing_since']}: {why}")
    if endpoint["silent_since"]:
        parts.append(f"silent, noticed {endpoint['silent_since']}")
    if endpoint["closed_until"]:
        parts.append(f"tried again {endpoint['closed_until']}")
    return ", ".join(parts)


def send_test(voice: Voice, connection: Connection, path: str, version_id: str, kind: str) -> None:
    """A test event, and what came of it."""
    sent = connection.post(f"{path}/versions/{version_id}/test-events", {"type": kind})
    voice.say(f"{kind} goes to {sent['url']} as {sent['id']}.")
    for _ in range(_LOOKS):
        found = connection.get(f"{path}/test-events/{sent['id']}")
        if found["started_at"]:
            _end_test(voice, found)
        time.sleep(_PAUSE)
    voice.refuse("It was not posted yet. Look later on the version's page.", code="not-posted")


def _end_test(voice: Voice, found: Answer) -> None:
    status, error = found["response_status"], found["error"]
    is_taken = not error and status is not None and 200 <= status < 300
    voice.say(f"{'Taken' if is_taken else 'Not taken'}: {error or f'HTTP {status}'}")
    voice.end(Exit.DONE if is_taken else Exit.DIFFERENT, event=found)
