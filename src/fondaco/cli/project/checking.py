"""Running the portal's checks over a version, telling each result as it comes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from fondaco.cli.manifest import Project
from fondaco.cli.manifest.content import key_of
from fondaco.cli.project.connection import Connection, Refused
from fondaco.cli.project.session import Voice

Answer = Mapping[str, Any]

_PAUSE: Final = 0.5  # seconds between two looks
_LONGEST: Final = 300
_MARKS: Final = {"passed": "ok", "found": "FOUND", "skipped": "skipped", "failed-to-run": "could not run"}


def run_checks(voice: Voice, connection: Connection, partner_id: str, version: Answer, project: Project) -> bool:
    """Whether something blocks a submission."""
    home = f"/partners/{partner_id}"
    run = connection.post(f"{home}/versions/{version['id']}/check_runs")
    voice.say(f"{run['total']} checks of ruleset {run['ruleset']} run over {version['name']}.")
    told: set[str] = set()
    give_up = time.monotonic() + _LONGEST
    while True:
        for result in run["results"]:
            if result["check"] not in told:
                told.add(result["check"])
                _tell(voice, project, result, f"[{len(told)}/{run['total']}]")
        if run["status"] != "running":
            break
        if time.monotonic() > give_up:
            raise Refused("The checks did not end within five minutes. Run this again later.", code="checks-too-slow")
        time.sleep(_PAUSE)
        run = connection.get(f"{home}/check_runs/{run['id']}")
    if run["status"] == "abandoned":
        raise Refused(
            "The checks came to no end, or the version was changed meanwhile. Run this again.", code="abandoned"
        )
    blocking = [each["check"] for each in run["results"] if is_blocking(each)]
    voice.answer |= {"run": run, "blocking": blocking}
    voice.say(f"{len(blocking)} of {run['total']} block a submission." if blocking else "Nothing blocks a submission.")
    return bool(blocking)


def is_blocking(result: Answer) -> bool:
    """Whether this keeps the version from being submitted."""
    return bool(result["outcome"] == "found" and result["blocks"] and not result["waived"])


def _tell(voice: Voice, project: Project, result: Answer, place: str) -> None:
    mark = "waived" if result["waived"] and result["outcome"] == "found" else _MARKS[result["outcome"]]
    voice.say(f"{place} {mark}: {result['title']}")
    if result["outcome"] != "found":
        return
    for finding in result["findings"]:
        voice.say(f"    {_line(project, finding['where'])}{finding['found']}")
        voice.say(f"    {finding['mend']}")


def _line(project: Project, where: str) -> str:
    """The line of the file that says what a finding is about, when it is one of the file's."""
    part, _dot, name = where.partition(".")
    found = project.locate(key_of(part, name))
    return f"{found.file}:{found.line}: " if found.line else f"{where}: " if where else ""
