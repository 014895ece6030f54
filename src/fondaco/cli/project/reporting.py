"""What ``fondaco app`` says about plans, pushes and versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from fondaco.cli.project.connection import Connection
from fondaco.cli.project.planning import PushPlan
from fondaco.cli.project.pushing import Outcome, is_conflict
from fondaco.cli.project.session import Exit, Voice, place_fields
from fondaco.cli.project.standing import describe_track, read_findings, read_standing

Answer = Mapping[str, Any]


def show_plan(voice: Voice, plan: PushPlan) -> None:
    """What would change, and where."""
    voice.answer |= {
        "app": {"slug": plan.project.content.app["slug"], "is_new": plan.app is None},
        "version": {
            "name": plan.version_name,
            "id": plan.version["id"] if plan.version else None,
            "is_new": plan.version is None,
            "instead_of": plan.locked or None,
        },
        "changes": [change.as_json() for change in plan.changes],
        "sends_credentials": bool(plan.credentials),
    }
    if name := plan.missing_variable:
        voice.warn(f"{name} is not set, so reviewers get no log-in.")
    if plan.is_up_to_date:
        voice.say(f"{plan.project.content.app['name']} {plan.version_name} is as fondaco.toml says. Nothing to do.")
        return
    if plan.app is None:
        voice.say(f"+ app {plan.project.content.app['slug']}")
    if plan.locked:
        voice.say(f"Version {plan.locked} is past changing and stays as it is. Name {plan.version_name} in the file.")
    if plan.version is None:
        copied = f", a copy of {plan.source['name']}" if plan.source else ""
        voice.say(f"+ version {plan.version_name}{copied}")
    for change in plan.changes:
        voice.say(str(change))
    if plan.credentials:
        voice.say("~ the log-in for reviewers is sent")


def end_push(voice: Voice, plan: PushPlan, outcome: Outcome) -> NoReturn:
    """The end of a push: what was done, what was not, and what the version still needs."""
    voice.answer |= {"done": outcome.done, "left": outcome.left}
    problem = outcome.refused
    if problem is None:
        version = outcome.version or {}
        voice.answer["missing"] = {track: version[track]["missing"] for track in ("technical", "listing")}
        voice.answer["version"] |= {"id": version["id"], "is_new": False}
        voice.say(f"{plan.project.content.app['name']} {version['name']} is as fondaco.toml says.")
        for track in ("technical", "listing"):
            for name, words in version[track]["missing"].items():
                voice.say(f"Before it can be submitted: {track}.{name}: {words}")
        voice.end()
    for words in outcome.left:
        voice.warn(f"not done: {words}")
    told = "What is listed as done was kept." if outcome.done else "Nothing was changed."
    if is_conflict(problem):
        told += " Look at it with `fondaco app diff`, then push again."
    voice.refuse(
        f"{problem} {told}",
        code=problem.code,
        problems=place_fields(plan.project, outcome.refused_part, problem.fields),
    )


def require_version(voice: Voice, plan: PushPlan) -> Answer:
    """The version of the house that is as the file says; a file that was not pushed ends the command."""
    if plan.version is None or plan.changes:
        show_plan(voice, plan)
        voice.warn("The house does not have what fondaco.toml says. Push it first: fondaco app push")
        voice.end(Exit.DIFFERENT)
    return plan.version


def show_status(voice: Voice, connection: Connection, plan: PushPlan) -> None:
    """Both tracks of the version that the file is about, or of the one that it would be made from."""
    version = plan.version or plan.source
    app = plan.project.content.app["name"]
    if version is None:
        voice.say(f"{app} has no version here yet. `fondaco app push` begins one.")
        voice.answer |= {"app": app, "version": None, "tracks": [], "findings": [], "differences": len(plan.changes)}
        return
    tracks = read_standing(connection, plan.partner_id, version)
    findings = read_findings(connection, plan.partner_id, version)
    voice.answer |= {
        "app": app,
        "version": {"id": version["id"], "name": version["name"]},
        "tracks": tracks,
        "findings": findings,
        "differences": len(plan.changes),
    }
    voice.say(f"{app} {version['name']}")
    for track in tracks:
        for line in describe_track(track):
            voice.say(line)
    for finding in findings:
        voice.say(f"blocks {finding['track']}: {finding['title']}: {finding['found']} {finding['mend']}")
    if plan.changes:
        voice.say(f"fondaco.toml differs in {len(plan.changes)} things: fondaco app diff")
