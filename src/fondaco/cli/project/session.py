"""What the commands of ``fondaco app`` share: how they end, and how they speak to people and to programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn

import typer

from fondaco.cli.manifest import ManifestRefused, Problem, Project, open_project
from fondaco.cli.manifest.content import key_of
from fondaco.cli.manifest.lines import Key
from fondaco.cli.project.connection import Connection, Program, Refused
from fondaco.cli.project.planning import find_partner, get_app
from fondaco.cli.remote import choose_house, find_token, is_safe


class Exit(IntEnum):
    """How a command ends. 2 is the shell's own for a command that was typed wrongly."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    DIFFERENT = 3  # something differs, or something blocks


@dataclass
class Voice:
    """Speaks lines to people, or says one JSON document at the end to programs."""

    as_json: bool
    answer: dict[str, Any] = field(default_factory=dict)

    def say(self, line: str = "") -> None:
        """A line for people."""
        if not self.as_json:
            typer.echo(plain(line))

    def warn(self, line: str) -> None:
        """A line for people on standard error, in both ways of speaking."""
        typer.secho(plain(line), fg=typer.colors.YELLOW, err=True)

    def end(self, status: Exit = Exit.DONE, **answer: Any) -> NoReturn:
        """The end of a command."""
        if self.as_json:
            typer.echo(json.dumps({**self.answer, **answer}, ensure_ascii=False, indent=2))
        raise typer.Exit(int(status))

    def refuse(self, message: str, *, code: str = "", problems: list[Problem] | None = None) -> NoReturn:
        """The end of a command that could not do what it was asked to."""
        if self.as_json:
            found = [
                {"file": one.file, "line": one.line, "key": one.key, "message": one.message} for one in problems or []
            ]
            self.end(Exit.REFUSED, refused={"code": code, "message": message, "problems": found})
        for problem in problems or []:
            typer.secho(plain(str(problem)), fg=typer.colors.RED, err=True)
        if message:
            typer.secho(plain(message), fg=typer.colors.RED, err=True)
        raise typer.Exit(int(Exit.REFUSED))


@contextmanager
def speaking(*, as_json: bool) -> Iterator[Voice]:
    """Whatever is refused inside ends the command with its reason."""
    voice = Voice(as_json)
    try:
        yield voice
    except ManifestRefused as problem:
        count = len(problem.problems)
        words = "1 thing is" if count == 1 else f"{count} things are"
        voice.refuse(
            f"{words} wrong in fondaco.toml. Nothing was sent.", code="bad-manifest", problems=problem.problems
        )
    except Refused as problem:
        voice.refuse(str(problem), code=problem.code, problems=_fields(problem))


def connect(url: str) -> Connection:
    """A connection with the token of the environment or of ``fondaco login``; a client gets its own first."""
    client_id = os.environ.get("FONDACO_CLIENT_ID", "")
    if client_id and not os.environ.get("FONDACO_TOKEN"):
        house = choose_house(url)
        token_url = os.environ.get("FONDACO_TOKEN_URL", "")
        if not is_safe(token_url):
            raise Refused("Set FONDACO_TOKEN_URL to the token address of the client; it begins with https://.")
        program = Program(token_url, client_id, os.environ.get("FONDACO_CLIENT_SECRET", ""))
        return Connection(house, program.get_token(), program)
    house, token = find_token(url)
    return Connection(house, token)


def open_both(folder: Path, connection: Connection, partner: str) -> tuple[Project, str]:
    """The folder, judged before the house is asked anything, and the partner to work for."""
    project = open_project(folder)
    return project, find_partner(connection, partner)


@dataclass(frozen=True, slots=True)
class AtApp:
    """What a command works with at one app; ``partner`` is the path of its partner, ``app`` what the house says."""

    voice: Voice
    connection: Connection
    partner: str
    app: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Of the app."""
        return f"{self.partner}/apps/{self.app['id']}"


@contextmanager
def at_app(folder: Path, url: str, partner: str, *, as_json: bool) -> Iterator[AtApp]:
    """At the app of the folder, as far as it is at the house."""
    with speaking(as_json=as_json) as voice, connect(url) as connection:
        project, partner_id = open_both(folder, connection, partner)
        app = get_app(connection, partner_id, project.content.app["slug"])
        yield AtApp(voice, connection, f"/partners/{partner_id}", app)


def place_fields(project: Project, part: str, fields: Mapping[str, list[str]]) -> list[Problem]:
    """What the house refused, at the lines of the file."""
    problems = []
    for name, sentences in fields.items():
        key: Key = key_of(part, name) if part in {"app", "technical", "listing", "version"} else (part,)
        place = project.locate(key)
        shown = place.key if len(key) > 1 else f"{part}.{name}"
        problems += [Problem(place.file, place.line, shown, sentence) for sentence in sentences]
    return problems


def plain(text: str) -> str:
    """What others wrote, without anything that a terminal would obey."""
    return "".join(each for each in text if each.isprintable() or each == "\n")


def _fields(problem: Refused) -> list[Problem]:
    return [Problem("house", 0, name, sentence) for name, each in problem.fields.items() for sentence in each]
