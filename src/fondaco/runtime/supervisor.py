"""``fondaco up``: a database, its tables, the demo, and the processes of the house, watched until somebody stops it.

One thread and one loop: children are told to die with the *thread* that started them, and a single loop that reads
their lines, restarts the dead and looks at the clock has no races.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from fondaco.runtime import readiness
from fondaco.runtime.children import Child, Service, end_with_make
from fondaco.runtime.console import box, say
from fondaco.runtime.errors import StartRefused
from fondaco.runtime.loading import load_house
from fondaco.runtime.postgres import EmbeddedServer
from fondaco.runtime.preconditions import check_port, lock_home
from fondaco.runtime.services import Addresses, fondaco, list_services

STOP_WITHIN = 12.0  # seconds until a process that ignores SIGTERM is killed
LOOK_EVERY = 0.2
READY_WITHIN = 120.0
PARTNER_WITHIN = 15.0


@dataclass(frozen=True)
class Options:
    """What to start, and where."""

    home: Path
    addresses: Addresses
    demo: bool = True


class Supervisor:
    """One run of the house. ``run()`` returns when it was asked to stop; StartRefused tells why it never began."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.server: EmbeddedServer | None = None
        self.url = os.environ.get("DATABASE_URL", "")
        self.children: list[Child] = []
        self.logins: list[tuple[str, str, str, str]] = []
        self._stops = 0
        self._lines = selectors.DefaultSelector()
        self._rests: dict[int, bytes] = {}

    def run(self) -> None:
        """Starts everything, waits, stops everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup ignores SIGHUP, and means it; a shell ignores SIGINT for what it starts in the background, and
            # whoever sends that one later means it all the same.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note_stop)
        end_with_make()
        addresses = self.options.addresses
        lock = lock_home(self.options.home)
        try:
            check_port(addresses.host, addresses.port, "--port", lock.patience)
            check_port("127.0.0.1", addresses.partner_port, "--partner-port", lock.patience)
            self._prepare()
            if not self._stops:
                self._start_services()
            while not self._stops:
                self._look()
        finally:
            self._stop_all()
            lock.release()

    def _prepare(self) -> None:
        home, addresses = self.options.home, self.options.addresses
        os.environ["FONDACO_HOME"] = str(home)
        (home / "static").mkdir(exist_ok=True)  # nothing is collected here; without it each web worker complains
        os.environ["FONDACO_SITE_URL"] = addresses.site_url
        os.environ["FONDACO_EXAMPLE_PARTNER_URL"] = addresses.partner_url
        if not self.url:
            self.server = EmbeddedServer(home)
            self.server.start()
            self.url = self.server.url()
            say(f"PostgreSQL is ready, data in {self.server.data}")
        os.environ["DATABASE_URL"] = self.url
        if not self._stops and not readiness.is_migrated(self.url, home):
            say("Creating and updating tables")
            self._run_once("migrate", "--quiet")
        if not self._stops and self.options.demo:
            logins = readiness.find_logins(self.url, home)
            if logins is None:
                say("Making the demo data")
                self._run_once("demo", "--quiet")
                logins = [] if self._stops else readiness.find_logins(self.url, home)
            self.logins = logins or []

    def _run_once(self, word: str, *options: str) -> None:
        """Runs a preparing command to its end; its failure ends the start."""
        child = Child(Service(word, command=fondaco(word, *options)))
        self._start(child)
        process = child.process
        while process is not None and process.poll() is None and not self._stops:
            self._read_lines(LOOK_EVERY)
        child.ask_to_stop()
        child.wait_or_kill(time.monotonic() + STOP_WITHIN)
        self._read_lines(0)
        if process is not None and process.returncode != 0 and not self._stops:
            raise StartRefused(f"`fondaco {word}` failed; its last lines above say why. Mend that and start again.")

    def _start_services(self) -> None:
        """Those that answer first: the machines call them at once, and a first try that fails costs five minutes."""
        services = list_services(self.options.addresses, self.options.home)
        programs, forks = ([Child(each) for each in services if bool(each.entry) is has] for has in (False, True))
        self.children = programs
        for child in programs:
            self._start(child)  # it loads while we do
        load_house([child.service.entry for child in forks])
        self.children = [child for child in (*forks, *programs) if child.service.answers]
        for child in self.children:
            if child not in programs:
                self._start(child)
        for child in self.children:
            self._wait_for(child.service)
        self.children = [*forks, *programs]
        for child in forks:
            if not (self._stops or child.service.answers):
                self._start(child)
        if not self._stops:
            self._announce()

    def _start(self, child: Child) -> None:
        stream = child.start().stdout
        if stream is not None:
            os.set_blocking(stream.fileno(), False)
            self._lines.register(stream, selectors.EVENT_READ, child.service.name)

    def _wait_for(self, service: Service) -> None:
        patience = READY_WITHIN if service.is_needed else PARTNER_WITHIN
        give_up = time.monotonic() + patience
        while service.answers and not self._stops and not readiness.answers(*service.answers):
            self._look()
            if time.monotonic() <= give_up:
                continue
            if service.is_needed:
                raise StartRefused(
                    f"The {service.name} process did not answer within {patience:.0f} s; its lines above say why."
                )
            say(f"did not answer within {patience:.0f} s", service.name)
            return

    def _announce(self) -> None:
        addresses = self.options.addresses
        rows = [("Pages and APIs", addresses.site_url), ("Mail that was sent", f"{addresses.site_url}/inbox")]
        partners = (child.service.answers for child in self.children if child.service.name == "partner")
        if any(answers and readiness.answers(*answers) for answers in partners):
            rows.append(("Example partner", addresses.partner_url))
        logins = [
            (label, email, password, f"{addresses.site_url}{path}") for label, email, password, path in self.logins
        ]
        rows += [("", ""), ("Sign in as", "e-mail", "password", "page"), *logins] if logins else []  # type: ignore[list-item]
        notes = ["Operators and owners of partners are asked for a code: in the demo, the page that asks shows it."]
        notes = [*(notes if logins else []), "Ctrl-C stops everything; the data stay."]
        print(box("Fondaco is open", rows, notes), flush=True)

    def _look(self) -> None:
        """One round: lines, deaths, restarts."""
        self._read_lines(LOOK_EVERY)
        if self._stops:
            return
        if self.server is not None and not self.server.is_running():
            self._revive(self.server)
        for child in self.children:
            code = child.find_exit()
            if code is not None:
                delay = max(0.0, child.due - time.monotonic())
                how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
                say(f"{how}; started again in {delay:.1f} s", child.service.name)
            elif child.process is None and time.monotonic() >= child.due:
                self._start(child)

    def _revive(self, server: EmbeddedServer) -> None:
        """Starts PostgreSQL again; when it is killed while it recovers, in the next round once more."""
        say("PostgreSQL ended and is started again", "postgres")
        try:
            server.start()
        except StartRefused:
            if not server.was_killed():
                raise

    def _read_lines(self, seconds: float) -> None:
        for key, _ in self._lines.select(seconds):
            descriptor = key.fd
            try:
                chunk = os.read(descriptor, 65536)
            except BlockingIOError:
                continue
            whole, _, rest = (self._rests.pop(descriptor, b"") + chunk).rpartition(b"\n")
            for line in whole.splitlines() + ([rest] if rest and not chunk else []):
                say(line.decode(errors="replace"), str(key.data))
            if chunk:
                self._rests[descriptor] = rest
            else:
                self._lines.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]

    def _stop_all(self) -> None:
        """Web first, so that no new work comes in; then the machines; PostgreSQL last."""
        if self.children:
            say("Stopping")
        web = [child for child in self.children if child.service.name == "web"]
        others = [child for child in self.children if child not in web]
        for group in (web, others):
            for child in group:
                child.ask_to_stop()
            give_up = time.monotonic() + STOP_WITHIN
            while self._stops < 2 and time.monotonic() < give_up and any(_lives(child) for child in group):
                self._read_lines(0.05)
            for child in group:
                child.wait_or_kill(0)
        with contextlib.suppress(OSError):
            self._read_lines(0)
        if self.server is not None:
            self.server.stop()
        if self.children:
            say("Stopped; nothing is left running")

    def _note_stop(self, number: int, frame: FrameType | None) -> None:
        self._stops += 1  # a second Ctrl-C does not wait for anybody


def _lives(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None
