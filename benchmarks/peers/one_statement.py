"""The constant after one statement: what is left to be won by an endpoint that asks the database at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from benchmarks.peers import constant
from fondaco.identity.hot.statements import Statement

_ASK: Final = Statement("bench", "SELECT secret_hash FROM identity_credentialset WHERE wire_client_id = $1")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Asks for a client that there is not, and answers like its neighbour."""
    if environ["PATH_INFO"].endswith(constant.PATHS):
        _ASK.run("0" * 32)
    return constant.application(environ, start_response)
