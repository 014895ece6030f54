"""Finding out what a push would do: which app and which version it is about, and what would change there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fondaco.cli.manifest import Project
from fondaco.cli.project.connection import Connection, Refused
from fondaco.cli.project.differences import Change, compare
from fondaco.cli.project.house_content import content_in, content_of_copy

Answer = Mapping[str, Any]

OPEN: Final = frozenset({"draft", "rejected"})
_PRICES_FIXED: Final = frozenset({"available", "deprecated"})
_LAST_NUMBER: Final = re.compile(r"(\d+)(\D*)$")
_LONGEST_NAME: Final = 30
_MOST_SUCCESSORS: Final = 100


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What the house has, what the folder says, and what lies between.

    ``app`` is None when it is to be registered. ``version`` is None when a new one begins as a copy of ``source``, or
    empty without one. ``locked`` names the version of the file when it is past changing, which is why ``version_name``
    is another one. ``sends_credentials`` is about the reviewers' log-in, which can be written and never compared.
    """

    partner_id: str
    project: Project
    app: Answer | None
    version: Answer | None
    version_name: str
    source: Answer | None
    locked: str
    changes: list[Change]
    credentials: str = ""

    @property
    def is_up_to_date(self) -> bool:
        return self.app is not None and self.version is not None and not self.changes and not self.credentials

    @property
    def missing_variable(self) -> str:
        """The environment variable that should hold a log-in for reviewers and does not, while they have none yet."""
        technical, held = self.project.manifest.technical, self.version or self.source
        name = (technical and technical.test_credentials_env) or ""
        has_some = held is not None and held["technical"]["has_test_credentials"]
        return "" if has_some or self.credentials or os.environ.get(name, "").strip() else name


def find_partner(connection: Connection, named: str = "") -> str:
    """The id of the partner to work for: the one named by id or name, else the only one that the token reaches."""
    if connection.program is not None:
        return str(connection.get("/machine")["partner_id"])
    places = [place for place in connection.get("/me")["places"] if place["kind"] == "partner"]
    found = [place for place in places if named in {"", place["id"], place["name"]}]
    if len(found) == 1:
        return str(found[0]["id"])
    names = ", ".join(f"“{place['name']}”" for place in places) or "no partner"
    if not found:
        raise Refused(f"This token reaches {names}, so there is nothing to work on here.", code="no-partner")
    raise Refused(f"This token reaches {names}. Say which one with --partner.", code="which-partner")


def find_app(connection: Connection, partner_id: str, slug: str) -> Answer | None:
    """The partner's app with this address."""
    apps = connection.items(f"/partners/{partner_id}/apps", limit="100")
    return next((app for app in apps if app["slug"] == slug), None)


def get_app(connection: Connection, partner_id: str, slug: str) -> Answer:
    """The same, which must be there."""
    app = find_app(connection, partner_id, slug)
    if app is None:
        raise Refused(f"There is no app “{slug}” here yet. `fondaco app push` registers it.", code="no-app")
    return app


def pick_version(app: Answer, name: str = "") -> Answer:
    """The app's version with this name, or its newest."""
    versions = app["versions"]
    found = next((each for each in versions if name in {"", each["name"]}), None)
    if found is None:
        names = ", ".join(each["name"] for each in versions) or "none"
        raise Refused(f"{app['name']} has no version {name} here; there are: {names}.", code="no-version")
    return dict(found)


def read_version(connection: Connection, partner_id: str, version_id: str) -> Answer:
    """One version with all its content."""
    return connection.get(f"/partners/{partner_id}/versions/{version_id}")


def make_plan(
    connection: Connection, partner_id: str, project: Project, *, renews_credentials: bool = False
) -> PushPlan:
    """Reads the house and compares; nothing is written."""
    wanted = project.content
    app = find_app(connection, partner_id, wanted.app["slug"])
    if app is None:
        changes = compare(content_in(None, None), wanted)
        return PushPlan(
            partner_id, project, None, None, wanted.version_name, None, "", changes, _credentials(project, None, True)
        )
    source: Answer | None = None
    locked = ""
    for name in _successors(wanted.version_name):
        standing = next((each for each in app["versions"] if each["name"] == name), None)
        if standing is None:
            return _plan_new_version(connection, partner_id, project, app, name, source, locked)
        version = read_version(connection, partner_id, standing["id"])
        changes = compare(content_in(app, version), wanted)
        if all(_is_open(version, change) for change in changes):
            credentials = _credentials(project, version, renews_credentials)
            return PushPlan(partner_id, project, app, version, name, None, locked, changes, credentials)
        source, locked = version, wanted.version_name
    raise Refused(f"Every version after {wanted.version_name} is taken. Name a free one in fondaco.toml.", code="names")


def _plan_new_version(
    connection: Connection,
    partner_id: str,
    project: Project,
    app: Answer,
    name: str,
    source: Answer | None,
    locked: str,
) -> PushPlan:
    if source is None and app["versions"]:
        source = read_version(connection, partner_id, app["versions"][0]["id"])
    before = content_of_copy(app, source) if source else content_in(app, None)
    changes = compare(before, project.content)
    return PushPlan(partner_id, project, app, None, name, source, locked, changes, _credentials(project, source, False))


def _is_open(version: Answer, change: Change) -> bool:
    """Whether this change can still be made to this version; the app's own details are no version's."""
    if not change.track:
        return True
    if change.part == "plans" and version["technical"]["status"] in _PRICES_FIXED:
        return False
    return version[change.track]["status"] in OPEN


def _credentials(project: Project, version: Answer | None, renews: bool) -> str:
    """The reviewers' log-in to send, "" when it stays: the house tells no one what it is, only whether there is one."""
    technical = project.manifest.technical
    if technical is None or technical.test_credentials_env is None:
        return ""
    if version is not None and version["technical"]["status"] not in OPEN:
        return ""
    if version is not None and version["technical"]["has_test_credentials"] and not renews:
        return ""
    return os.environ.get(technical.test_credentials_env, "").strip()


def _successors(name: str) -> Iterator[str]:
    """``1.4.0``, ``1.4.1``, ``1.4.2`` …: the same ones each time, so that a second push finds what the first began."""
    yield name
    found = _LAST_NUMBER.search(name)
    for step in range(1, _MOST_SUCCESSORS):
        yield (f"{name[: found.start()]}{int(found[1]) + step}{found[2]}" if found else f"{name}-{step + 1}")[
            :_LONGEST_NAME
        ]
