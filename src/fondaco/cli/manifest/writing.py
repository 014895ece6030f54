"""Writing a ``fondaco.toml`` that people can go on with: every part with a word about what it is for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from fondaco.cli.manifest.shapes import Manifest

_HEAD: Final = """\
#:schema {schema}
# This app as code: `fondaco app check` looks whether it is ready, `fondaco app diff` shows what would change, and
# `fondaco app push` brings the house to what is written here. A part that you leave out stays as it is there.
"""
_TITLES: Final[Mapping[str, str]] = {
    "app": "The app itself: what stays the same from version to version. It is found by its slug.",
    "app.contacts": "Whom the platform writes to, and about what.",
    "version": "The version that this file describes.",
    "technical": "How the platform and the app talk to each other: reviewed on the technical track.",
    "technical.scopes": "What the app may do, each with the reason that customers read.",
    "listing": "What customers read in the marketplace: reviewed on the listing track.",
    "listing.screenshots": "One to eight pictures, with the words for who cannot see them.",
    "plans": "Paid plans. The trial of 30 days is always there. Amounts are text, so that nothing is rounded.",
    "plans.meter": "What the plan counts besides licences.",
}


def write_manifest(manifest: Manifest, *, schema: str) -> str:
    """The text of ``manifest``; reading it gives ``manifest`` again. ``schema`` is where its JSON Schema is."""
    lines = [_HEAD.format(schema=schema)]
    for name in type(manifest).model_fields:
        value = getattr(manifest, name)
        if value == []:
            lines.insert(1, f"{name} = []  # none\n")
        elif value is not None:
            lines += _part(name, value, titled=set())
    return "\n".join(lines)


def _part(name: str, value: BaseModel | list[Any], *, titled: set[str]) -> Iterable[str]:
    if isinstance(value, list):
        for item in value:
            yield from _table(name, item, "[[", "]]", titled)
    else:
        yield from _table(name, value, "[", "]", titled)


def _table(name: str, table: BaseModel, left: str, right: str, titled: set[str]) -> Iterable[str]:
    title = "" if name in titled else f"# {_TITLES[name]}\n"
    titled.add(name)
    plain, inner = [], []
    for key in type(table).model_fields:
        value = getattr(table, key)
        if isinstance(value, BaseModel) or (isinstance(value, list) and value and isinstance(value[0], BaseModel)):
            inner.append((key, value))
        elif value is not None and _is_worth_writing(key, value):
            plain.append(f"{key} = {_value(value)}\n")
    yield f"{title}{left}{name}{right}\n{''.join(plain)}"
    for key, value in inner:
        yield from _part(f"{name}.{key}", value, titled=titled)


def _is_worth_writing(key: str, value: Any) -> bool:
    """A list of tables is written as tables; an empty description may come from a file instead."""
    return not (value == [] and key in {"scopes", "screenshots"}) and not (value == "" and key == "description")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _block(value) if "\n" in value else quote(value)


def quote(text: str) -> str:
    """A JSON string is a TOML string, but for one character that TOML wants escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _block(text: str) -> str:
    """Several lines as they are read; TOML drops the first line end."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    return f'"""\n{escaped}"""'
