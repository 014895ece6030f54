"""The JSON Schema of ``fondaco.toml``, as the house publishes it."""

from __future__ import annotations

import json

import jsonschema_rs
from django.test import Client

from fondaco.cli.manifest.schema import PATH, make_schema


def test_anyone_reads_the_schema_that_the_command_line_reads_by() -> None:
    answer = Client().get(f"/{PATH}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert (answer["Access-Control-Allow-Origin"], answer["Cache-Control"]) == ("*", "public, max-age=3600")
    assert "Set-Cookie" not in answer
    schema = json.loads(answer.content)
    assert schema == make_schema()
    smallest = {"app": {"slug": "hello", "name": "Hello", "icon": "i.png"}, "version": {"name": "1"}}
    assert jsonschema_rs.is_valid(schema, smallest)
    assert not jsonschema_rs.is_valid(schema, {**smallest, "versoin": {}})
    assert Client().post(f"/{PATH}").status_code == 405
