"""What wakes a dispatcher, and with how many others it shares the work.

The connection that listens also holds an advisory lock, which the database takes back the moment the process is gone,
however it went. So who is at work is never out of date, and nothing has to be written or cleared away for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from typing import Final

import psycopg

from fondaco.kit import clock
from fondaco.messaging.actions import WAKE_CHANNEL

COUNT_SECONDS: Final = 2.0  # between two counts; who comes says so at once, who is killed cannot
_CAME: Final = "fondaco_dispatchers"
_LOCK: Final = 0xD15  # the first of the two numbers of the lock that each dispatcher holds
_COUNT: Final = """
    SELECT COUNT(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted AND datname = current_database()
"""

Connection = psycopg.AsyncConnection[psycopg.rows.TupleRow]


async def stay(database: str, *, woken: Callable[[bool], None], counted: Callable[[int], None]) -> None:
    """Tells what happens, until the connection fails or the task is cancelled.

    ``woken(True)`` when something was committed that may have to be sent, ``woken(False)`` when there is no such news
    but a look is due. ``counted`` gets the number of dispatchers, this one included.
    """
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock_shared(%s, 0)", [_LOCK])
        for channel in (WAKE_CHANNEL, clock.WAKE_CHANNEL, _CAME):
            await connection.execute(f"LISTEN {channel}")
        await connection.execute(f"NOTIFY {_CAME}")
        while True:
            counted(await _count(connection))
            woken(False)
            await _hear(connection, woken)


async def _count(connection: Connection) -> int:
    row = await (await connection.execute(_COUNT, [_LOCK])).fetchone()
    return int(row[0]) if row else 1


async def _hear(connection: Connection, woken: Callable[[bool], None]) -> None:
    """Until it is time to count again."""
    async with aclosing(connection.notifies(timeout=COUNT_SECONDS)) as notices:
        async for notice in notices:
            if notice.channel == _CAME:
                return
            woken(True)
