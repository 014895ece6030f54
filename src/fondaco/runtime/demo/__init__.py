"""Demo data: believable people, apps and installations, made through the same actions that the pages use."""

from fondaco.runtime.demo.people import LOGINS
from fondaco.runtime.demo.seeding import seed

__all__ = ["LOGINS", "seed"]
