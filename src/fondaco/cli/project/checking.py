"""Running the portal's checks over a version, telling each result as it comes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from fondaco.cli.project.connection import Connection, Refused
from fondaco.cli.project.session import Voice

Answer = Mapping[str, Any]

_PAUSE: Final = 0.5  # seconds between two looks
_LONGEST: Final = 300
_MARKS: Final = {"passed": "ok", "failed": "FAILED", "skipped": "skipped", "waived": "waived"}


def run_checks(voice: Voice, connection: Connection, partner_id: str, version: Answer) -> bool:
    """Whether something blocks a submission."""
    run = connection.post(f"/partners/{partner_id}/versions/{version['id']}/check-runs")
    voice.say(f"{run['total']} checks of ruleset {run['ruleset']} run over {version['name']}.")
    told: set[str] = set()
    give_up = time.monotonic() + _LONGEST
    while True:
        for result in run["results"]:
            if result["check"] not in told:
                told.add(result["check"])
                _tell(voice, result, len(told), run["total"])
        if run["status"] != "running":
            break
        if time.monotonic() > give_up:
            raise Refused("The checks did not end within five minutes. Run this again later.", code="checks-too-slow")
        time.sleep(_PAUSE)
        run = connection.get(f"/partners/{partner_id}/check-runs/{run['id']}")
    blocking = [each for each in run["results"] if is_blocking(each)]
    voice.answer |= {"run": run, "blocking": [each["check"] for each in blocking]}
    voice.say(f"{len(blocking)} of {run['total']} block a submission." if blocking else "Nothing blocks a submission.")
    return bool(blocking)


def is_blocking(result: Answer) -> bool:
    """Whether this keeps the version from being submitted."""
    return bool(result["outcome"] == "failed" and result["blocks"] and not result["waived"])


def _tell(voice: Voice, result: Answer, number: int, total: int) -> None:
    mark = "waived" if result["waived"] else _MARKS.get(result["outcome"], result["outcome"])
    voice.say(f"[{number}/{total}] {mark}: {result['title']}")
    if result["outcome"] == "failed":
        place = f" ({result['where']})" if result["where"] else ""
        voice.say(f"    {result['found']}{place}")
        voice.say(f"    {result['mend']}")
