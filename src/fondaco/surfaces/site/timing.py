"""In development every answer says what it cost: ``Server-Timing`` is shown by the tools of every browser."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class _Stopwatch:
    """How often the database was asked, and for how many seconds in all."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        started = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += perf_counter() - started


class TimingMiddleware:
    """Adds ``Server-Timing: db;dur=…;desc="… queries", total;dur=…``, durations in milliseconds (W3C Server Timing).

    What a streamed answer asks for while it is sent is not counted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.DEVELOPMENT:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started, database = perf_counter(), _Stopwatch()
        with connection.execute_wrapper(database):
            answer = self.get_response(request)
        whole = perf_counter() - started
        answer["Server-Timing"] = (
            f'db;dur={database.seconds * 1000:.1f};desc="{database.count} queries", total;dur={whole * 1000:.1f}'
        )
        return answer
