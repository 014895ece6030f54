"""The peer of deliveries: posts so many bodies of one size with aiohttp and uvloop, and does nothing else."""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import uvloop

AT_ONCE = 100


async def post_all(url: str, count: int, body: bytes) -> None:
    """A hundred at a time."""
    left = iter(range(count))

    async def work(session: aiohttp.ClientSession) -> None:
        for number in left:
            headers = {"Content-Type": "application/json"}
            async with session.post(f"{url}/good/{number % 50}", data=body, headers=headers) as answer:
                await answer.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        await asyncio.gather(*(work(session) for _ in range(AT_ONCE)))


if __name__ == "__main__":
    uvloop.run(post_all(sys.argv[1], int(sys.argv[2]), sys.stdin.buffer.read()))
