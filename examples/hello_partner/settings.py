"""Everything that can be set, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8100


@dataclass(frozen=True)
class Settings:
    """`platforms`: API roots whose events we believe, without trailing slash. Durations are seconds."""

    platforms: frozenset[str]
    public_url: str
    database: Path
    contact: str
    hang_seconds: float
    webhook_secret: str
    misbehave: str | None

    @property
    def redirect_uri(self) -> str:
        """Must be registered at the platform, character by character."""
        return f"{self.public_url}/callback"

    @property
    def cookies_are_secure(self) -> bool:
        return self.public_url.startswith("https://")


def read_settings(port: int = DEFAULT_PORT, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `HELLO_*`; everything has a default that works on one machine."""
    platforms = environment.get("HELLO_PLATFORMS", "http://127.0.0.1:8000")
    default_database = Path(__file__).resolve().parent / "data" / "hello_partner.sqlite3"
    return Settings(
        platforms=frozenset(root.strip().rstrip("/") for root in platforms.split(",") if root.strip()),
        public_url=environment.get("HELLO_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        database=Path(environment.get("HELLO_DATABASE") or default_database),
        contact=environment.get("HELLO_CONTACT", "support@hello-partner.example"),
        hang_seconds=float(environment.get("HELLO_HANG_SECONDS", "15")),
        webhook_secret=environment.get("HELLO_WEBHOOK_SECRET", ""),
        misbehave=environment.get("HELLO_MISBEHAVE") or None,
    )
