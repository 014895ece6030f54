"""Several writes at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from fondaco.kit.errors import DomainError


def at_once(*works: Callable[[], object]) -> list[str]:
    """Runs all at the same moment; returns ``done`` or the refusal's code of each."""
    gate = threading.Barrier(len(works))
    outcomes = [""] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(10)
            work()
            outcomes[place] = "done"
        except DomainError as error:
            outcomes[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes
