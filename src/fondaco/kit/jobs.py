"""Background jobs: deferred in the caller's transaction, run by ``fondaco worker``, run again when a worker dies.

A job runs at least once: whatever it does must bear a repetition. Tasks live in each package's ``jobs.py``, which
procrastinate imports at start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Any, Generic, ParamSpec, TypeVar

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import DEFAULT_QUEUE, Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy

from fondaco.kit import clock, idempotency, rate
from fondaco.kit.frames import with_room

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

# 4 s, 16 s, 64 s, … 18 hours between tries, a day and a half in all.
DEFAULT_RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 30.0  # without a heartbeat for so long, a worker counts as dead
MAX_RESCUES = 20  # a job that takes its worker down each time must not do so for ever


class Priority(IntEnum):
    """What waits longest runs first, among what is equally urgent."""

    BULK = -1  # so much of it that nothing else should stand behind it
    USUAL = 0
    URGENT = 1


class Task(Generic[P, R]):
    """A named function that can be deferred; calling it runs it here and now."""

    def __init__(self, name: str, function: Callable[P, R]) -> None:
        self.name = name
        self.function = function
        self.__doc__ = function.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)


def task(name: str, *, retry: BaseRetryStrategy | None = DEFAULT_RETRY) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Registers ``function`` as the job ``name`` (``package.verb_noun``); ``retry=None`` gives up after one failure."""

    def register(function: Callable[P, R]) -> Task[P, R]:
        app.task(name=name, retry=retry or False)(with_room(function))
        return Task(name, function)

    return register


def defer(task: Task[..., Any] | str, /, **kwargs: Any) -> int:
    """Queues a job in the current transaction and returns its number: it runs after the commit, or never existed.

    ``kwargs`` must be JSON and must hold no secret: the queue is readable by whoever can read the database.
    """
    (number,) = defer_all(task, [kwargs])
    return number


def defer_all(
    task: Task[..., Any] | str,
    /,
    each: Iterable[Mapping[str, Any]],
    *,
    priority: Priority = Priority.USUAL,
    wait: timedelta = timedelta(0),
) -> list[int]:
    """The same for many jobs of one task, in one statement. None runs before ``wait`` is over."""
    # Not the app's own manager: inside a worker that one writes through the worker's connections, which would queue
    # the job even when the running task's transaction is rolled back.
    manager = JobManager(DjangoConnector())
    name = task if isinstance(task, str) else task.name
    jobs = [
        Job(
            task_name=name,
            task_kwargs=dict(kwargs),
            queue=DEFAULT_QUEUE,
            lock=None,
            queueing_lock=None,
            priority=priority.value,
            scheduled_at=clock.now() + wait if wait else None,
        )
        for kwargs in each
    ]
    numbers = [job.id for job in manager.batch_defer_jobs(jobs)] if jobs else []
    if None in numbers:
        raise LookupError(f"the queue gave no number to {name}")
    return [number for number in numbers if number is not None]


async def rescue_stalled(after: float = STALLED_SECONDS) -> int:
    """Puts jobs of dead workers back into the queue and returns how many; ``after`` is in seconds of silence."""
    rescued = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=after):
        if job.attempts >= MAX_RESCUES:
            logger.error("job %s of %s took down %d workers and is given up", job.id, job.task_name, job.attempts)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            continue
        logger.warning("job %s of %s lost its worker and runs again", job.id, job.task_name)
        await app.job_manager.retry_job(job, retry_at=clock.now())
        rescued += 1
    return rescued


@app.periodic(cron="* * * * *")
@app.task(name="kit.rescue_stalled_jobs", queueing_lock="kit.rescue_stalled_jobs", pass_context=False)
async def rescue_stalled_jobs(timestamp: int) -> None:
    """Each minute: a killed worker's jobs are never run again without this (measured)."""
    await rescue_stalled()


@app.periodic(cron="17 * * * *")
@app.task(name="kit.tidy", queueing_lock="kit.tidy")
def tidy(timestamp: int) -> None:
    """Each hour: forgets full rate buckets and old answers. Finished jobs delete themselves."""
    rate.forget_idle()
    idempotency.forget_old()


def run_worker(*, concurrency: int = 4, stalled_after: float = STALLED_SECONDS, wait: bool = True) -> None:
    """Runs jobs until SIGTERM or SIGINT, letting running ones finish; ``wait=False`` stops when the queue is empty."""
    asyncio.run(_work(concurrency=concurrency, stalled_after=stalled_after, wait=wait))


async def _work(*, concurrency: int, stalled_after: float, wait: bool) -> None:
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        async with app.open_async():
            await rescue_stalled(stalled_after)
            await app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                update_heartbeat_interval=min(HEARTBEAT_SECONDS, stalled_after / 3),
                stalled_worker_timeout=stalled_after,
                shutdown_graceful_timeout=25,
                delete_jobs="successful",
            )
