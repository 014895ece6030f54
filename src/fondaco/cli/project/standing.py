"""Where both tracks of a version stand, since when, and who acts next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fondaco.cli.project.checking import is_blocking
from fondaco.cli.project.connection import Connection

Answer = Mapping[str, Any]

TRACKS: Final = ("technical", "listing")
_NEXT: Final = {
    "draft": "you: finish it and run `fondaco app submit`",
    "in_review": "the platform's reviewers",
    "rejected": "you: change what was asked for, push, and submit again",
    "available": "nobody",
    "advertised": "nobody",
    "deprecated": "nobody",
}
_APPROVED: Final = {
    "technical": "you: `fondaco app publish` makes it available",
    "listing": "nobody: it is advertised as soon as the technical content is available",
}


def read_standing(connection: Connection, partner_id: str, version: Answer) -> list[dict[str, Any]]:
    """One entry a track, for people and programs alike."""
    submissions = connection.get(f"/partners/{partner_id}/versions/{version['id']}/submissions")["items"]
    return [_track(version[track], track, [one for one in submissions if one["track"] == track]) for track in TRACKS]


def read_findings(connection: Connection, partner_id: str, version: Answer) -> list[dict[str, str]]:
    """What blocks a submission, as the latest run of the checks found."""
    runs = connection.get(f"/partners/{partner_id}/versions/{version['id']}/check_runs")["items"]
    latest = next((run for run in runs if run["status"] == "finished"), None)
    return [
        {"check": result["check"], "title": result["title"], "track": result["track"], **finding}
        for result in (latest["results"] if latest else [])
        if is_blocking(result)
        for finding in result["findings"]
    ]


def describe_track(found: Answer) -> list[str]:
    """The lines for people."""
    lines = [f"{found['track']}: {found['status'].replace('_', ' ')} since {found['since'][:16].replace('T', ' ')}"]
    if found["place_in_queue"]:
        lines[0] += f", number {found['place_in_queue']} in the queue"
    lines.append(f"  next: {found['next']}")
    if found["feedback"]:
        lines += [f"  {found['decided_by'] or 'A reviewer'} asks:", *_indent(found["feedback"])]
    lines += [f"  missing: {name}: {words}" for name, words in found["missing"].items()]
    return lines


def _track(content: Answer, track: str, submissions: list[Answer]) -> dict[str, Any]:
    status = content["status"]
    latest = submissions[0] if submissions else None
    decided = latest if latest and latest["decided_by"] and status in {"rejected", "approved"} else None
    return {
        "track": track,
        "status": status,
        "since": content["status_since"],
        "next": _APPROVED[track] if status == "approved" else _NEXT[status],
        "place_in_queue": latest["place_in_queue"] if latest and status == "in_review" else None,
        "submitted_by": latest["submitted_by"] if latest else None,
        "decided_by": decided["decided_by"] if decided else None,
        "feedback": decided["feedback"] if decided else "",
        "missing": content["missing"] if status in {"draft", "rejected"} else {},
    }


def _indent(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
