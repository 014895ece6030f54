"""Bringing a house to what a folder says: small steps, each of which the house takes whole or not at all.

The order makes a push that broke off anywhere safe to run again: whatever was done is compared anew and found done.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from fondaco.cli.manifest import Content
from fondaco.cli.manifest.content import Picture
from fondaco.cli.project.connection import Connection, Refused
from fondaco.cli.project.differences import Change, compare, count_kept
from fondaco.cli.project.house_content import content_in, paid_plans, picture_in
from fondaco.cli.project.planning import PushPlan, read_version

Answer = Mapping[str, Any]

_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class Step:
    """One request: what it does in words, and the part that a refusal of it is about."""

    words: str
    part: str
    run: Callable[[], object]


@dataclass
class Outcome:
    """How far a push came. With ``refused`` what is in ``left`` was not done."""

    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    refused: Refused | None = None
    refused_part: str = ""
    version: Answer | None = None


class Push:
    """Carries a plan out. ``tell`` hears of every step that was taken."""

    def __init__(self, connection: Connection, plan: PushPlan, tell: Callable[[str], None]) -> None:
        self.connection, self.plan, self.tell = connection, plan, tell
        self.wanted: Content = plan.project.content
        self.app, self.version = plan.app, plan.version

    def run(self) -> Outcome:
        """Takes every step, or those before the first that is refused."""
        outcome = Outcome()
        for steps in (self._app_steps(), self._version_steps()):
            for step in steps:
                if outcome.refused:
                    outcome.left.append(step.words)
                    continue
                try:
                    step.run()
                except Refused as problem:
                    outcome.refused, outcome.refused_part = problem, step.part
                    outcome.left.append(step.words)
                else:
                    outcome.done.append(step.words)
                    self.tell(step.words)
            if outcome.refused:
                break
        if self.version is not None and not outcome.refused:
            self.version = read_version(self.connection, self.plan.partner_id, self.version["id"])
        outcome.version = self.version
        return outcome

    def _app_steps(self) -> list[Step]:
        """The app, and then the version, which must be there before its content is compared."""
        wanted, steps = self.wanted, []
        changed = {change.part for change in self.plan.changes}
        if self.plan.app is None:
            steps.append(Step(f"register the app {wanted.app['name']}", "app", self._register))
        else:
            if "app" in changed:
                steps.append(Step("save the app's details", "app", self._change_app))
            if "icon" in changed:
                steps.append(Step("save the icon", "icon", self._change_icon))
        if self.plan.version is None:
            steps.append(Step(f"begin version {self.plan.version_name}", "version", self._begin))
        return steps

    def _version_steps(self) -> Iterator[Step]:
        """What the version needs, found when its turn comes: a fresh one is a copy of another."""
        if self.version is None:
            return
        version = self.version
        before = content_in(self.app, version)
        changes = [change for change in compare(before, self.wanted) if change.track]
        parts = {change.part for change in changes}
        if "technical" in parts or self.plan.credentials:
            yield Step(_words("technical", changes), "technical", self._save_technical)
        if "listing" in parts:
            yield Step(_words("listing", changes), "listing", self._save_listing)
        if "plans" in parts:
            yield from self._plan_steps(version)
        if "screenshots" in parts:
            yield from self._picture_steps(version)

    def _register(self) -> None:
        body = {**self.wanted.app, "icon": _encode(self.wanted.icon)}
        self.app = self.connection.post(f"/partners/{self.plan.partner_id}/apps", body)

    def _change_app(self) -> None:
        self.app = self.connection.put(self._app_path(), self.wanted.app)

    def _change_icon(self) -> None:
        self.app = self.connection.put(f"{self._app_path()}/icon", {"icon": _encode(self.wanted.icon)})

    def _begin(self) -> None:
        source = self.plan.source
        body = {"name": self.plan.version_name, "copy_from": source["id"] if source else None}
        self.version = self.connection.post(f"{self._app_path()}/versions", body)

    def _save_technical(self) -> None:
        version = self._open_version()
        body = {
            **content_in(self.app, version).technical,  # type: ignore[dict-item]
            **(self.wanted.technical or {}),
            "revision": version["technical"]["revision"],
            "test_credentials": self.plan.credentials or None,
        }
        self.connection.put(f"{self._version_path()}/technical", body)

    def _save_listing(self) -> None:
        revision = self._open_version()["listing"]["revision"]
        self.connection.put(f"{self._version_path()}/listing", {**(self.wanted.listing or {}), "revision": revision})

    def _plan_steps(self, version: Answer) -> Iterator[Step]:
        wanted = self.wanted.plans or {}
        there = {plan["name"]: plan for plan in paid_plans(version)}
        before = content_in(self.app, version).plans or {}
        for name in there.keys() - wanted.keys():
            path = f"/partners/{self.plan.partner_id}/plans/{there[name]['id']}"
            yield Step(f"remove the plan {name}", "plans", partial(self.connection.delete, path))
        for name, fields in wanted.items():
            if name not in there:
                path = f"{self._version_path()}/plans"
                yield Step(f"add the plan {name}", "plans", partial(self.connection.post, path, fields))
            elif fields != before[name]:
                path = f"/partners/{self.plan.partner_id}/plans/{there[name]['id']}"
                yield Step(f"save the plan {name}", "plans", partial(self.connection.put, path, fields))

    def _picture_steps(self, version: Answer) -> Iterator[Step]:
        there = version["screenshots"]
        kept = count_kept([picture_in(each) for each in there], self.wanted.screenshots)
        for screenshot, stays in zip(there, kept, strict=True):
            if not stays:
                path = f"/partners/{self.plan.partner_id}/screenshots/{screenshot['id']}"
                words = f"remove the screenshot “{screenshot['alternative_text']}”"
                yield Step(words, "screenshots", partial(self.connection.delete, path))
        for picture in self.wanted.screenshots[sum(kept) :]:
            body = {"image": _encode(picture), "alternative_text": picture.alternative_text}
            path = f"{self._version_path()}/screenshots"
            yield Step(
                f"add the screenshot {picture.name}",
                "screenshots",
                partial(self.connection.post, path, body),
            )

    def _open_version(self) -> Answer:
        if self.version is None:
            raise LookupError("the version is begun before its content is saved")
        return self.version

    def _app_path(self) -> str:
        if self.app is None:
            raise LookupError("the app is registered before anything of it is saved")
        return f"/partners/{self.plan.partner_id}/apps/{self.app['id']}"

    def _version_path(self) -> str:
        return f"/partners/{self.plan.partner_id}/versions/{self._open_version()['id']}"


def is_conflict(problem: Refused) -> bool:
    """Whether someone else changed the same thing meanwhile."""
    return problem.http == _CONFLICT


def _words(track: str, changes: list[Change]) -> str:
    names = [change.name for change in changes if change.part == track]
    return f"save the {track} content ({', '.join(names)})" if names else "send the log-in for reviewers"


def _encode(picture: Picture) -> str:
    return base64.b64encode(picture.data).decode("ascii")
