"""The whole house in one process: the served site, the partner's program, the dispatcher's turns and the mail."""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from django.core.mail import EmailMessage
from django.db import connection
from tests.factories import mail
from tests.factories.installs import follow_cutoffs
from tests.factories.jobs import run_jobs
from tests.flows.browser import Browser
from werkzeug.serving import BaseWSGIServer, make_server

from fondaco.kit import deadlines
from fondaco.messaging.dispatcher import drain
from fondaco.review.actions.checks import JOB as CHECKS
from fondaco.review.models import CheckRun
from fondaco.review.queries import report

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
if str(EXAMPLES) not in sys.path:
    sys.path.append(str(EXAMPLES))

from hello_partner.app import create_app  # noqa: E402 - found through the line above
from hello_partner.settings import Settings  # noqa: E402
from hello_partner.store import Installation, Store  # noqa: E402

PATIENCE = 20.0


class PartnerProgram:
    """The example partner app, served from a thread; ``stop`` and ``start`` make it go down and come back."""

    def __init__(self, platform: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._database = folder / "partner.sqlite3"
        self._app = create_app(
            Settings(
                platforms=frozenset({platform}),
                public_url=self.url,
                database=self._database,
                contact="support@ledgerline.example",
                hang_seconds=1.0,
                misbehave=None,
                webhook_secret="",
            )
        )
        self._server: BaseWSGIServer | None = None
        self.start()

    def start(self) -> None:
        server = make_server("127.0.0.1", self._port, self._app, threaded=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._server = server

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait_until_idle(self) -> None:
        """Returns when the program has done all that it was told."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if httpx.get(f"{self.url}/health", trust_env=False).json()["unfinished_events"] == 0:
                return
        raise AssertionError(f"the partner did not finish: {self.events()}")

    def misbehave(self, mode: str, reason: str = "") -> None:
        answer = httpx.post(f"{self.url}/misbehave", data={"mode": mode, "reason": reason}, trust_env=False)
        assert answer.status_code == 303

    def post_event(self, body: bytes, headers: dict[str, str]) -> int:
        """What the callback endpoint says to this body."""
        return httpx.post(f"{self.url}/events", content=body, headers=headers, trust_env=False).status_code

    def installation(self, installation_id: str) -> Installation | None:
        """What the program itself knows."""
        return Store(self._database).get_installation(installation_id)

    def events(self) -> list[tuple[str, str, str]]:
        """Type, state and note of what it got, newest first; test events aside."""
        found = [(event.type, event.state, event.note) for event in Store(self._database).list_events()]
        return [event for event in found if event[0] != "app.test"]


@dataclass
class House:
    """``queued`` is every job as it stood in the queue, as text."""

    site: str
    partner: PartnerProgram
    outbox: list[EmailMessage]
    queued: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)

    def browser(self) -> Browser:
        """A new person's browser."""
        browser = Browser(self.site)
        self.browsers.append(browser)
        return browser

    def deliver_events(self) -> None:
        """The dispatcher's turn, then the partner's, and again for what follows from its answers."""
        for _ in range(3):
            drain()
            self.partner.wait_until_idle()

    def try_deliveries(self) -> None:
        """The dispatcher's turn alone: nobody answers."""
        drain()

    def sweep(self) -> None:
        """The sweeper's turn."""
        while deadlines.sweep_once():
            pass

    def work(self) -> None:
        """The worker's turn at what follows from cut-offs; its turn at mails is ``mails``."""
        follow_cutoffs()

    def check(self) -> None:
        """The worker's turn at the checks of versions: the real ones, over the wire; nothing may stand in the way."""
        run_jobs(CHECKS)
        for run in CheckRun.objects.filter(status="finished").select_related("version__app"):
            blocking = [(line.result.check_id, line.result.found) for line in report(run).blocking()]
            assert blocking == []

    def mails(self) -> list[EmailMessage]:
        """Runs the queued jobs and returns the mails which that sent."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM procrastinate_jobs t")
            self.queued += [row[0] for row in cursor.fetchall()]
        return mail.deliver()

    def mail_to(self, address: str, subject: str) -> EmailMessage:
        """The one new mail to ``address``, whose subject is checked whole."""
        sent = self.mails()
        found = [letter for letter in sent if letter.to == [address]]
        assert [letter.subject for letter in found] == [subject], [(each.to, each.subject) for each in sent]
        return found[0]

    def link_in(self, letter: EmailMessage) -> str:
        """The address of the letter's button; the same in the text and in the HTML."""
        path = mail.link_in(letter)
        html = str(letter.alternatives[0][0])  # type: ignore[attr-defined]
        assert f"{self.site}{path}" in [unescape(found) for found in re.findall(r'href="([^"]+)"', html)]
        self.links.append(path)
        return path


def rows_of_every_table() -> str:
    """The database as text, every row of every table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        parts: list[Any] = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)
