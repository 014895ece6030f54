"""Sending tracks to review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import typer

from fondaco.cli.manifest import Problem
from fondaco.cli.project.connection import Connection, Refused
from fondaco.cli.project.planning import OPEN, PushPlan
from fondaco.cli.project.session import Voice, place_fields
from fondaco.cli.project.standing import TRACKS

Answer = Mapping[str, Any]


def read_tracks(named: str) -> Sequence[str]:
    """The track that was named, or both."""
    if named not in {"", *TRACKS}:
        raise typer.BadParameter("Use technical or listing.", param_hint="--track")
    return [named] if named else TRACKS


def submit(
    voice: Voice, connection: Connection, plan: PushPlan, version: Answer, tracks: Sequence[str], note: str
) -> NoReturn:
    """Each track on its own: one that is refused does not keep the other from being sent."""
    sent, left, problems = [], {}, []
    refused: Refused | None = None
    for track in tracks:
        status = version[track]["status"]
        if status not in OPEN:
            left[track] = status
            voice.say(f"{track}: {status.replace('_', ' ')} already, so it was left alone.")
            continue
        path = f"/partners/{plan.partner_id}/versions/{version['id']}/submissions"
        try:
            submission = connection.post(path, {"track": track, "note": note})
        except Refused as problem:
            refused = refused or problem
            problems += _locate(plan, track, problem)
            left[track] = status
        else:
            sent.append({"track": track, "id": submission["id"], "place_in_queue": submission["place_in_queue"]})
            voice.say(f"{track}: submitted, number {submission['place_in_queue']} in the queue.")
    voice.answer |= {"version": {"id": version["id"], "name": version["name"]}, "submitted": sent, "left": left}
    if refused is not None:
        voice.refuse(str(refused), code=refused.code, problems=problems)
    voice.end()


def _locate(plan: PushPlan, track: str, problem: Refused) -> list[Problem]:
    return place_fields(plan.project, track, problem.fields)
