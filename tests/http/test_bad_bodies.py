"""Every operation of the management API, sent with what nobody should send: one error for each field, nothing saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings
from tests.http.counting import count_rows
from tests.http.remembering import remember_who_calls
from tests.http.test_every_address import insiders
from tests.http.test_every_operation import OPERATIONS, Operation, token_of
from tests.http.touching import watched
from tests.http.world import ACCOUNT, OPERATOR, PARTNER, World, make_world, undone

from fondaco.kit.models import IdempotentAnswer
from fondaco.surfaces.api.management import door
from fondaco.surfaces.api.management.door import Place

pytestmark = pytest.mark.django_db
_CLIENT = Client(raise_request_exception=False)
_KINDS = {Place.PARTNER: PARTNER, Place.OPERATOR: OPERATOR}
_OWN_TOKEN = frozenset({"/personal-tokens/revoke", "/personal-tokens/revoke-all"})  # they end the caller's own
FEWEST = 65
Schema = dict[str, Any]


@pytest.fixture
def world(settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    remember_who_calls(monkeypatch)
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(door, "_LIMIT", 1_000_000)
    return make_world()


def schemas() -> dict[tuple[str, str], Schema]:
    """Method and path → the schema of the body, with its references followed."""
    document: Schema = json.loads(_CLIENT.get("/api/v1/openapi.json").content)
    found = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if body := operation.get("requestBody"):
                schema = body["content"]["application/json"]["schema"]
                found[method.upper(), path.removeprefix("/api/v1")] = follow(schema, document)
    return found


def follow(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def example(schema: Schema) -> Any:
    """Something of the right type, though it may mean nothing."""
    if "$ref" in schema or "properties" in schema:
        return {}
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [""])[0])
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    return {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}.get(schema.get("type", ""), "word")


def bad_bodies(schema: Schema) -> Iterator[tuple[str, bytes, set[str]]]:
    """``(what is wrong, the body, the fields that must be named)``."""
    fields: dict[str, Schema] = schema.get("properties", {})
    good = {name: example(each) for name, each in fields.items()}
    texts = {name for name, each in fields.items() if each.get("type") == "string" and "enum" not in each}
    yield "nothing", b"{}", set(schema.get("required", ()))
    marked = good | dict.fromkeys(texts, "<script>")
    yield "an unknown field", json.dumps({**marked, "no_such_field": 1}).encode(), {"no_such_field"}
    strict = {name: [[{}]] if each.get("type") != "array" else 17 for name, each in fields.items()}
    yield "wrong types", json.dumps(strict).encode(), set(fields)
    yield "too long", json.dumps(good | dict.fromkeys(texts, "x" * 70_000)).encode(), set()
    yield "control characters", json.dumps(good | dict.fromkeys(texts, "\0\u202e\ud800")).encode(), texts


# What stops every body at the same place: each operation is sent one of them.
UNREADABLE = (
    ("no JSON", b"{"),
    ("no UTF-8", b'{"name": "\xff\xfe"}'),
    ("another kind", b"[1]"),
    ("too deep", b'{"name": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
)


def test_no_body_breaks_or_half_saves(world: World) -> None:
    wrong, count, known = [], 0, schemas()
    viewers = {viewer.kind: token_of(viewer) for viewer in insiders(world)}
    for operation in OPERATIONS:
        schema = known.get((operation.door.method, operation.path))
        if schema is None:
            continue
        count += 1
        headers = viewers[_KINDS.get(operation.door.place, ACCOUNT)]
        unreadable, bad = UNREADABLE[count % len(UNREADABLE)]
        for what, body, fields in [*bad_bodies(schema), (unreadable, bad, set[str]())]:
            with watched() as writes:
                answer = send(operation, world, body, headers)
            if complaint := complain(what, answer, fields):
                wrong.append(f"{operation.door.method} {operation.path} with {what}: {complaint}")
            if answer.status_code >= 400 and writes.saved:
                wrong.append(f"{operation.door.method} {operation.path} with {what}: saved in {writes.saved}")
    assert wrong == []
    assert count > FEWEST


def send(
    operation: Operation, world: World, body: bytes, headers: dict[str, str], key: str | None = None
) -> HttpResponse:
    sent = headers | ({"Idempotency-Key": key} if key else {})
    address = operation.address(world)
    return _CLIENT.generic(operation.door.method, address, body, "application/json", headers=sent)


def complain(what: str, answer: HttpResponse, fields: set[str]) -> str:
    """What is wrong with ``answer``; empty when nothing is."""
    if answer.status_code >= 500:
        return f"broke with {answer.status_code}: {answer.content[:200]!r}"
    if answer.status_code < 400:
        return (
            ""
            if what in {"nothing", "markup", "too long", "control characters"} and not fields
            else f"took it: {answer.status_code}"
        )
    if answer["Content-Type"] != "application/problem+json":
        return f"refused as {answer['Content-Type']}"
    if answer.status_code in {403, 404, 409}:
        return ""  # what the address names stands in the way before the body is read
    named = {name.split(".")[0] for name in json.loads(answer.content).get("errors", {})}
    return f"does not name {sorted(fields - named)}" if not fields <= named else ""


def test_a_key_is_carried_out_once_by_every_operation(world: World) -> None:
    """Whatever can be sent without knowing more than the types of its fields; the others are refused the same twice."""
    wrong, carried_out, known = [], 0, schemas()
    viewers = {viewer.kind: token_of(viewer) for viewer in insiders(world)}
    for operation in (one for one in OPERATIONS if one.door.method == "POST" and one.path not in _OWN_TOKEN):
        schema = known.get(("POST", operation.path), {})
        required = schema.get("required", ())
        body = {name: example(each) for name, each in schema.get("properties", {}).items() if name in required}
        headers = viewers[_KINDS.get(operation.door.place, ACCOUNT)]
        with undone():
            first = send(operation, world, json.dumps(body).encode(), headers, key="k")
            rows = count_rows() if first.status_code < 400 else None
            again = send(operation, world, json.dumps(body).encode(), headers, key="k")
            has_changed = rows is not None and count_rows() != rows
            is_kept = IdempotentAnswer.objects.exists()
            other = send(operation, world, b'{"other": 1}', headers, key="k")
        if (first.status_code, first.content) != (again.status_code, again.content):
            wrong.append(f"{operation.path}: {first.status_code}, then {again.status_code}")
        if not is_kept:
            continue
        carried_out += 1
        if has_changed or "Idempotent-Replayed" not in again:
            wrong.append(f"{operation.path}: done again")
        if other.status_code != 422:
            wrong.append(f"{operation.path}: another body was answered {other.status_code}")
    assert wrong == []
    assert carried_out > 20
