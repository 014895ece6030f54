"""Where results queue to be written down many together: a transaction costs more than what it writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

R = TypeVar("R")

MOST_AT_ONCE: Final = 200
GATHERS_SECONDS: Final = 0.03


class Desk(Generic[R]):
    """What comes in within a moment, or while something is being written, makes up a batch.

    ``write`` takes a batch. One that fails is written one by one, lest a single bad result hold up all others.
    """

    def __init__(self, write: Callable[[Sequence[R]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[R, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, result: R) -> None:
        """Returns when ``result`` is written, or raises what kept it from being."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((result, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        await done

    async def _write_all(self) -> None:
        try:
            await asyncio.sleep(GATHERS_SECONDS)
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._write_together(batch)
        finally:
            self._writer = None

    async def _write_together(self, batch: list[tuple[R, asyncio.Future[None]]]) -> None:
        try:
            await self._write([result for result, _done in batch])
        except Exception as error:
            if len(batch) > 1:
                for each in batch:
                    await self._write_together([each])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for _result, done in batch:
            if not done.done():
                done.set_result(None)
