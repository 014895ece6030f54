"""The management API put together: its routers, its refusals and its OpenAPI document."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from fondaco.identity.errors import TokenRefused
from fondaco.kit.errors import DomainError
from fondaco.kit.problems import CONTENT_TYPE
from fondaco.surfaces.api.management import routes
from fondaco.surfaces.api.management.door import KEY_HEADER
from fondaco.surfaces.api.management.refusals import Fault, invalid, refuse
from fondaco.surfaces.api.wire.answers import BadRequest

logger = logging.getLogger(__name__)

_DESCRIPTION: Final = """\
Everything that the pages do, with the same permissions. Authenticate with a personal access token
(`Authorization: Bearer fdp_…`); it acts as its owner. A partner's client may work on the partner's
apps as well, with the access token that it got for itself with one of the scopes `partner-apps:…`. Each operation names
the permission that it asks for in `x-permission`, and in `x-scopes` what opens it to a client; several are
alternatives.

Every refusal is a problem document (RFC 9457). A POST may carry an `Idempotency-Key`: a repetition within a day gets
the first answer again and does nothing; with another body it is refused. Lists come in pages: `next_cursor` of one
answer is `cursor` of the next question, null at the end.
"""
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "description": "urn:fondaco:error: and the code"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, what was kept, what to do next."},
        "code": {"type": "string", "description": "Stable; listed in the reference."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "errors": {
            "type": "object",
            "description": "What is wrong with single fields, by name.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "operation": {
            "type": "object",
            "description": "With `operation-open`: the one that waits for its answer.",
            "properties": {
                "id": {"type": "string"},
                "kind": {"type": "string"},
                "answer_due_at": {"type": "string", "format": "date-time"},
            },
        },
    },
}
_KEY: Final[dict[str, Any]] = {
    "in": "header",
    "name": KEY_HEADER,
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "description": "Makes a repetition of this very request safe for a day.",
}
_ALWAYS: Final = {404: "Unknown here", 422: "Fields are wrong", 429: "Too often", 500: "Our fault"}


class StrictParser(Parser):
    """JSON as RFC 8259 has it: no NaN, no infinities."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_refuse_constant)


class ManagementAPI(NinjaAPI):
    """Adds to the document what the door does for every operation."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = _PROBLEM
        for path, methods in schema["paths"].items():
            for method, operation in methods.items():
                _document(path, method, operation)
        return schema


api = ManagementAPI(
    title="Fondaco management API",
    version="1",
    description=_DESCRIPTION,
    urls_namespace="management",
    docs_url=None,
    parser=StrictParser(),
)
for _routes in routes.ALL:
    api.add_router("", _routes)


@api.exception_handler(DomainError)
def _refuse_domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    return refuse(request, error)


@api.exception_handler(ValidationError)
def _refuse_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refuse(request, invalid(error.errors))


@api.exception_handler(HttpError)
def _refuse_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refuse(request, TokenRefused() if error.status_code == TokenRefused.status else BadRequest())


@api.exception_handler(Exception)
def _admit_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return refuse(request, Fault())


def _document(path: str, method: str, operation: dict[str, Any]) -> None:
    refusals = dict(_ALWAYS)
    if "{token}" in path:
        refusals[409] = "This link is over"
    if "security" in operation:
        refusals |= {401: "No token, or one that is not good", 403: "Not allowed"}
    if operation["x-permission"] == "public":
        refusals |= {401: "The token is not good", 403: "Not allowed"}
    if method != "get":
        refusals |= {400: "Not readable", 409: "In another state than you think", 413: "Too large", 415: "Not JSON"}
    body = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, meaning in sorted(refusals.items()):
        operation["responses"][status] = {"description": meaning, "content": body}
    if method == "post" and _KEY not in operation["parameters"]:
        operation["parameters"].append(_KEY)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
