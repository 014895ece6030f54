"""The tables of every key of ``fondaco.toml``, from the very models that read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fondaco.cli.manifest.schema import make_schema
from tools.reference.tables import table


def keys() -> str:
    """A table for every table of the file."""
    schema = make_schema()
    return "\n\n".join(_tables(schema, schema, ""))


def _tables(schema: dict[str, Any], part: dict[str, Any], name: str) -> Iterator[str]:
    required = set(part.get("required", []))
    rows, inner = [], []
    for key, found in part["properties"].items():
        target, is_list = _target(schema, found)
        if target is None:
            must = "yes" if key in required else ""
            rows.append([f"`{key}`", _kind(found), must, found.get("description", "")])
        else:
            inner.append((f"{name}.{key}".lstrip("."), target, is_list))
    if rows:
        yield f"{part.get('description', '').split(chr(10))[0]}\n\n{table(['key', 'value', 'required', 'means'], rows)}"
    for path, target, is_list in inner:
        header = f"## `[[{path}]]`" if is_list else f"## `[{path}]`"
        tables = list(_tables(schema, target, path))
        yield "\n\n".join([f"{header}\n\n{tables[0]}", *tables[1:]])


def _target(schema: dict[str, Any], found: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """The table that a key holds, if it holds one, and whether it may stand there several times."""
    for choice in [found, *found.get("anyOf", [])]:
        if reference := choice.get("$ref"):
            return schema["$defs"][reference.rsplit("/", 1)[1]], False
        if reference := choice.get("items", {}).get("$ref"):
            return schema["$defs"][reference.rsplit("/", 1)[1]], True
    return None, False


def _kind(found: dict[str, Any]) -> str:
    choice = next((each for each in found.get("anyOf", [found]) if each.get("type") != "null"), found)
    if "enum" in choice:
        return " or ".join(f"`{value}`" for value in choice["enum"])
    if "const" in choice:
        return f"`{choice['const']}`"
    kinds = {"string": "text", "boolean": "true or false", "integer": "whole number", "array": "list of texts"}
    most = choice.get("maxLength") or choice.get("maxItems") or choice.get("maximum")
    return kinds[choice["type"]] + (f", up to {most}" if most else "")
