"""A switch to be a bad partner, for watching how the platform copes. Leave this file out of your own app."""

from __future__ import annotations

from dataclasses import dataclass

from hello_partner.store import Store

EVERY_APP = "*"
MODES = {
    "behave": "Behave: answer as a good partner does",
    "reject": "Reject installs, updates and uninstalls with the reason below",
    "error": "Answer every event with status 500",
    "hang": "Hang: keep the connection open longer than ten seconds",
    "silent": "Say 2xx, then never answer the operation",
}
DEFAULT_REASON = "Hello Partner was told to say no."


@dataclass(frozen=True)
class Conduct:
    """How to treat the events of one app."""

    mode: str
    reason: str


class Switch:
    """Reads and sets the conduct, per app id or for all (`*`). It survives a restart."""

    def __init__(self, store: Store, from_environment: str | None) -> None:
        """`from_environment`: `mode` or `mode:reason`, for all apps."""
        self._store = store
        if from_environment is not None:
            mode, _, reason = from_environment.partition(":")
            self.set(EVERY_APP, mode, reason)

    def get(self, app_id: str) -> Conduct:
        settings = self._store.get_conduct()
        mode, reason = settings.get(app_id) or settings.get(EVERY_APP) or ("behave", "")
        return Conduct(mode=mode, reason=reason or DEFAULT_REASON)

    def set(self, app_id: str, mode: str, reason: str) -> None:
        """Raises ValueError when there is no such mode."""
        if mode not in MODES:
            message = f"There is no mode {mode!r}. The modes are {', '.join(MODES)}."
            raise ValueError(message)
        self._store.set_conduct(app_id or EVERY_APP, mode, reason.strip()[:500])
