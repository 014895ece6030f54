"""One question to the house: bounded in time and size, no redirects, JSON or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from fondaco.resource_server.errors import SourceUnavailable

LONGEST_SECONDS: Final = 5.0
_STEP: Final = httpx.Timeout(2.0)  # for connecting and for each read
_LARGEST: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object with the headers that it came with."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]


def make_client() -> httpx.Client:
    """What a source uses when it is given no client of its own."""
    return httpx.Client(timeout=_STEP, follow_redirects=False)


def ask(
    http: httpx.Client,
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    credentials: tuple[str, str] | None = None,
) -> Answer:
    """The object that the house answers with 200; everything else is :class:`SourceUnavailable`."""
    give_up = time.monotonic() + LONGEST_SECONDS
    auth = httpx.BasicAuth(*credentials) if credentials else None
    try:
        with http.stream(method, url, data=form, auth=auth, headers={"Accept": "application/json"}) as response:
            if response.status_code != httpx.codes.OK:
                raise SourceUnavailable
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > _LARGEST or time.monotonic() > give_up:
                    raise SourceUnavailable
            headers = dict(response.headers)
        parsed = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise SourceUnavailable from error
    if not isinstance(parsed, dict):
        raise SourceUnavailable
    return Answer(parsed, headers)
