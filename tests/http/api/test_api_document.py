"""The OpenAPI document is valid, says what the door does, and a fuzzer finds nothing that it does not say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.factories.accounts import SYSTEM, make_account, make_operator, make_person, make_user
from tests.factories.catalog import make_published_version
from tests.factories.partners import make_member, make_partner

from fondaco.accounts.permissions import Permission
from fondaco.identity.actions import create_personal_token
from fondaco.surfaces.api.management import door
from fondaco.surfaces.api.management.api import api
from fondaco.surfaces.api.management.door import Routes
from fondaco.surfaces.api.management.shapes.fields import Body, Shape

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get("/api/v1/openapi.json").content)
    return found


def test_it_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may ask for it as often as they like, and putting it together takes a third of a second."""
    before = Client().get("/api/v1/openapi.json").content
    monkeypatch.setattr(api, "get_openapi_schema", lambda **_how: pytest.fail("it was put together again"))
    answer = Client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/json", before)
    refusal = Client().post("/api/v1/openapi.json")
    assert (refusal.status_code, refusal["Allow"], refusal.json()["code"]) == (405, "GET, HEAD", "method-not-allowed")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_says_what_it_needs_and_how_it_refuses() -> None:
    known = {permission.value for permission in Permission} | {"public", "signed-in"}
    names = []
    for path, method, operation in operations():
        names.append(operation["operationId"])
        assert set(operation["x-permission"].split(" | ")) <= known, path
        assert ("security" in operation) == (operation["x-permission"] != "public"), path
        assert operation["description"].endswith("."), path
        assert operation["tags"], path
        refusals = {status: one for status, one in operation["responses"].items() if int(status) >= 400}
        assert {"401", "403", "404", "422", "429", "500"} <= set(refusals), path
        assert all(list(one["content"]) == ["application/problem+json"] for one in refusals.values()), path
        keys = [one["name"] for one in operation["parameters"] if one["in"] == "header"]
        assert keys == (["Idempotency-Key"] if method == "post" else []), path
    assert len(names) == len(set(names))
    assert len(names) == sum(map(len, Routes.doors.values()))


def test_every_body_and_answer_has_a_name_of_its_own() -> None:
    """The document knows them by it: of two with one name it would show one in both places."""
    named = [kind.__name__ for kind in [*Body.__subclasses__(), *Shape.__subclasses__()] if "[" not in kind.__name__]
    assert sorted(named) == sorted(set(named))


@pytest.mark.django_db(transaction=True)
def test_a_fuzzer_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_LIMIT", 1_000_000)
    person = make_person("Fay Fuzz")
    account = make_account("fuzz")
    user = make_user(account, person=person)
    member = make_member(make_partner(), person=person)
    make_operator(person=person)
    version = make_published_version()
    _row, token = create_personal_token(actor=SYSTEM, person=person, name="fuzz")
    places = {
        "account_id": account.pk,
        "partner_id": member.partner_id.hex,
        "user_id": user.pk,
        "app": version.app.slug,
    }
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    tried = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.label == "POST /api/v1/personal-tokens/revoke":
            continue  # it would end the fuzzer's own token
        tried += 1
        for mode in GenerationMode:
            _fuzz(operation, mode, places, token)
    assert tried > 60


def _fuzz(operation: Any, mode: GenerationMode, places: dict[str, str], token: str) -> None:
    @settings(
        max_examples=1,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        for name, value in places.items():
            if name in case.path_parameters:
                case.path_parameters[name] = value
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE  # nothing about this operation can be wrong
