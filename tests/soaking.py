"""How long the tests that leave something to chance look: briefly and alike each time, or for long and at random.

``FONDACO_SOAK=20`` (``make soak``) is some twenty times as long, from another seed each time. A test that fails then
prints how to repeat it: hypothesis a ``@reproduce_failure`` line, the others their seed for ``FONDACO_SEED``.
"""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FONDACO_SOAK", "0"))


def patience(examples: int, steps: int, *, soaked_steps: int) -> settings:
    """For a machine or a property whose examples cost a second each."""
    return settings(
        max_examples=examples * max(TIMES, 1),
        stateful_step_count=soaked_steps if TIMES else steps,
        derandomize=not TIMES,
        print_blob=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def dice() -> tuple[int, random.Random]:
    """A seed to print, and what rolls by it."""
    seed = int(os.environ.get("FONDACO_SEED") or random.SystemRandom().randrange(1_000_000))
    return seed, random.Random(seed)
