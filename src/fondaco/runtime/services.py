"""The processes of the house, in the order in which they are stopped."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from fondaco.config.addresses import other_name
from fondaco.runtime.children import Service

SOURCE = Path(__file__).resolve().parents[2]
EXAMPLES = SOURCE.parent / "examples"
WEB_WORKERS = 2
JOBS_AT_ONCE = 4


@dataclass(frozen=True)
class Addresses:
    """Where the house listens, and where its pages are found."""

    host: str
    port: int
    partner_port: int
    site_url: str

    @property
    def partner_url(self) -> str:
        """The example partner's root."""
        return f"http://127.0.0.1:{self.partner_port}"


def fondaco(*words: str) -> tuple[str, ...]:
    """A ``fondaco`` command in this environment."""
    return (sys.executable, "-m", "fondaco.cli", *words)


def list_services(addresses: Addresses, home: Path) -> list[Service]:
    """Web, the three machines behind it, and the example partner where its folder is."""
    web = (addresses.host, addresses.port, WEB_WORKERS)
    services = [
        Service("web", entry="fondaco.runtime.serving:serve", arguments=web, answers=(*web[:2], "/healthz")),
        Service("dispatcher", entry="fondaco.runtime.machines:dispatch"),
        Service("worker", entry="fondaco.runtime.machines:work", arguments=(JOBS_AT_ONCE,)),
        Service("sweeper", entry="fondaco.runtime.machines:sweep"),
    ]
    partner = EXAMPLES / "hello_partner" / "app.py"
    if partner.exists():
        settings = {
            "PORT": str(addresses.partner_port),
            "HELLO_PLATFORMS": ",".join(filter(None, (addresses.site_url, other_name(addresses.site_url)))),
            "HELLO_PUBLIC_URL": addresses.partner_url,
            "HELLO_DATABASE": str(home / "hello_partner.sqlite3"),
        }
        command = (sys.executable, str(partner))
        health = ("127.0.0.1", addresses.partner_port, "/health")
        services.append(Service("partner", command, settings, answers=health, is_needed=False))
    return services
