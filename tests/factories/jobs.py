"""The jobs that a worker would run, run here and now with the arguments that stand in the queue."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def run_jobs(name: str) -> int:
    """Runs every waiting job of this name once, in order, and takes it out of the queue; returns how many."""
    jobs = list(ProcrastinateJob.objects.filter(task_name=name, status="todo").order_by("id"))
    for job in jobs:
        app.tasks[name].func(**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
    return len(jobs)
