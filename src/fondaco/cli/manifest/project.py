"""Reading a folder with a ``fondaco.toml``: everything that is wrong is found at once, each with its line."""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from fondaco.cli.manifest import files
from fondaco.cli.manifest.content import Content, Picture, content_of
from fondaco.cli.manifest.lines import Key, find_lines, line_of
from fondaco.cli.manifest.problems import ManifestRefused, Problem
from fondaco.cli.manifest.shapes import Manifest

R = TypeVar("R")

FILE_NAME: Final = "fondaco.toml"
_MOST_BYTES: Final = 256 * 1024
_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)$")
_SENTENCES: Final = {
    "missing": "This is required.",
    "string_type": "This must be text.",
    "int_type": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "list_type": "This must be a list.",
    "model_type": "This must be a table.",
    "dict_type": "This must be a table.",
}


@dataclass(frozen=True, slots=True)
class Project:
    """A folder whose ``fondaco.toml`` is right as far as can be told without a house."""

    folder: Path
    manifest: Manifest
    content: Content
    lines: Mapping[Key, int]

    def locate(self, key: Key) -> Problem:
        """A problem without words yet, at the line of ``key``; a description may stand in a file of its own."""
        if key == ("listing", "description") and key not in self.lines:
            key = ("listing", "description_file")
        return Problem(FILE_NAME, line_of(dict(self.lines), key), _dotted(key), "")


def open_project(folder: Path) -> Project:
    """Reads ``fondaco.toml`` and every file that it names. Raises :class:`ManifestRefused` with all that is wrong."""
    text = _read(folder)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise ManifestRefused([_syntax(problem)]) from None
    lines = find_lines(text)
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        problems = [_problem(each, lines) for each in error.errors(include_url=False)]
        raise ManifestRefused(sorted(problems, key=lambda found: found.line)) from None
    return Project(folder, manifest, _read_files(folder, manifest, lines), lines)


def _read(folder: Path) -> str:
    try:
        data = files.read_inside(folder, FILE_NAME, most=_MOST_BYTES)
    except files.FileRefused as problem:
        raise ManifestRefused([Problem(str(folder / FILE_NAME), 0, "", str(problem))]) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ManifestRefused([Problem(FILE_NAME, line, "", "This is not UTF-8. Save the file as UTF-8.")]) from None


def _read_files(folder: Path, manifest: Manifest, lines: Mapping[Key, int]) -> Content:
    reader = _Reader(folder, lines)
    icon = reader.picture(("app", "icon"), manifest.app.icon, files.ICON)
    listing, description, screenshots = manifest.listing, "", []
    if listing is not None:
        description = listing.description
        if listing.description_file:
            description = reader.text(("listing", "description_file"), listing.description_file)
        for index, picture in enumerate(listing.screenshots):
            key: Key = ("listing", "screenshots", index, "path")
            screenshots.append(reader.picture(key, picture.path, files.SCREENSHOT, picture.alternative_text))
    if reader.problems:
        raise ManifestRefused(reader.problems)
    return content_of(manifest, description=description, icon=icon, screenshots=screenshots)


class _Reader:
    """Reads what is named and goes on after a refusal, so that all of them are told together."""

    def __init__(self, folder: Path, lines: Mapping[Key, int]) -> None:
        self.folder, self.lines = folder, dict(lines)
        self.problems: list[Problem] = []

    def picture(self, key: Key, name: str, limits: files.Limits, alternative_text: str = "") -> Picture:
        try:
            return files.read_picture(self.folder, name, limits, alternative_text=alternative_text)
        except files.FileRefused as problem:
            self._note(key, name, problem)
            return Picture(name, "")

    def text(self, key: Key, name: str) -> str:
        try:
            return files.read_text(self.folder, name, most=5000)
        except files.FileRefused as problem:
            self._note(key, name, problem)
            return ""

    def _note(self, key: Key, name: str, problem: files.FileRefused) -> None:
        self.problems.append(Problem(FILE_NAME, line_of(self.lines, key), _dotted(key), f"{name}: {problem}"))


def _syntax(problem: Exception) -> Problem:
    if isinstance(problem, RecursionError):
        return Problem(FILE_NAME, 0, "", "This is nested too deeply.")
    message = str(problem)
    found = _LINE.search(message)
    return Problem(FILE_NAME, int(found[1]) if found else 0, "", f"This is not TOML: {_LINE.sub('', message)}.")


def _problem(error: Mapping[str, Any], lines: dict[Key, int]) -> Problem:
    key: Key = tuple(error["loc"])
    return Problem(FILE_NAME, line_of(lines, key), _dotted(key), _sentence(error, key))


def _sentence(error: Mapping[str, Any], key: Key) -> str:
    given = error.get("ctx") or {}
    match error["type"]:
        case "extra_forbidden":
            return _unknown(key)
        case "string_too_long":
            return f"Use at most {given['max_length']} characters; these are {len(error['input'])}."
        case "string_too_short":
            least = given["min_length"]
            return "This is required." if least == 1 else f"Use at least {least} characters."
        case "too_long":
            return f"Use at most {given['max_length']}; these are {given['actual_length']}."
        case "greater_than_equal":
            return f"Use a number from {given['ge']}."
        case "less_than_equal":
            return f"Use a number up to {given['le']}."
        case "literal_error":
            return f"Use one of {given['expected']}."
        case "string_pattern_mismatch":
            return f"This does not have the right form: {given['pattern']}"
    return _SENTENCES.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")


def _unknown(key: Key) -> str:
    known = _known_keys(key[:-1])
    near = difflib.get_close_matches(str(key[-1]), known, n=1, cutoff=0.5)
    if near:
        return f"There is no such key. Did you mean “{near[0]}”?"
    return f"There is no such key. Known here: {', '.join(known)}."


def _known_keys(key: Key) -> list[str]:
    """The keys that the table at ``key`` may have."""
    shape: Any = Manifest
    for piece in key:
        if isinstance(piece, str):
            shape = _model_in(shape.model_fields[piece].annotation)
    return list(shape.model_fields)


def _model_in(annotation: Any) -> Any:
    """The model in ``list[Model] | None`` and the like."""
    return next(_models(annotation))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for each in typing.get_args(annotation):
        yield from _models(each)


def _dotted(key: Key) -> str:
    return ".".join(str(piece + 1) if isinstance(piece, int) else piece for piece in key)
