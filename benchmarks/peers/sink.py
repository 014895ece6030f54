"""A partner's program for the bench: takes events at ``/good/…``, hangs at ``/hang/…``, and tells what came.

``GET /taken`` answers ``{"count", "first", "last", "p95"}``: moments in seconds since the epoch, and how long it took
from the moment written in each body (``created``) to its receipt; asking begins a new count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from statistics import quantiles

from aiohttp import web

_waits: list[float] = []
_moments: list[float] = []


async def take(request: web.Request) -> web.Response:
    """An event."""
    body = await request.read()
    now = time.time()
    _moments.append(now)
    _waits.append(now - float(json.loads(body).get("created", now)))
    return web.Response(status=204)


async def hang(request: web.Request) -> web.Response:
    """Nobody gets an answer here."""
    await asyncio.sleep(60)
    return web.Response(status=204)


async def tell(request: web.Request) -> web.Response:
    """What has come since the last time; only how much when the count goes on, for that is asked all the time."""
    if "keep" in request.query:
        return web.json_response({"count": len(_moments)})
    found = {
        "count": len(_moments),
        "first": min(_moments, default=0.0),
        "last": max(_moments, default=0.0),
        "p95": quantiles(_waits, n=20)[-1] if len(_waits) > 1 else 0.0,
    }
    _moments.clear()
    _waits.clear()
    return web.json_response(found)


def main(port: int) -> None:
    """Serves until it is stopped."""
    app = web.Application()
    app.router.add_post("/good/{rest}", take)
    app.router.add_post("/hang/{rest}", hang)
    app.router.add_get("/taken", tell)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
