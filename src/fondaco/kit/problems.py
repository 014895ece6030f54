"""Problem details (RFC 9457): the one shape in which our own endpoints refuse."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import DomainError

CONTENT_TYPE = "application/problem+json"

_TITLES = {
    400: _("Not possible"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not this way"),
    409: _("Out of date"),
    413: _("Too large"),
    415: _("Not JSON"),
    422: _("Not accepted"),
    429: _("Too often"),
    500: _("Our fault"),
    503: _("Not available"),
}


def problem(error: DomainError, *, instance: str) -> dict[str, Any]:
    """The body for a refusal. ``instance`` is the path that was asked; ``errors`` only when single fields are wrong.

    What the refusal shows beside its sentence are members of their own, as RFC 9457 has it.
    """
    body: dict[str, Any] = {
        "type": f"urn:fondaco:error:{error.code}",
        "title": str(_TITLES.get(error.status, _TITLES[400])),
        "status": error.status,
        "detail": str(error),
        "code": error.code,
        "instance": instance,
        **error.members,
    }
    if error.fields:
        body["errors"] = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
    return body
