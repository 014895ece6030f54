"""The house as real processes: `fondaco up` with a home, ports and demo of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from fondaco.runtime.children import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
OPENS_WITHIN = 300.0  # seconds for database, tables and demo, on a machine that does other things too
STOPS_WITHIN = 40.0
_OPEN = "Fondaco is open"
_LEFT_OUT = re.compile(r"^(FONDACO_|HELLO_|PYTEST_|DJANGO_|MAKE|DATABASE_URL$)")


@dataclass
class House:
    """A running house; ``site`` and ``partner`` are roots without a slash at the end."""

    home: Path
    port: int
    partner_port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    _opened: threading.Event = field(default_factory=threading.Event)

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def partner(self) -> str:
        return f"http://127.0.0.1:{self.partner_port}"

    def wait_until_open(self) -> None:
        """Returns when the first page is ready; says what the processes said when it never is."""
        threading.Thread(target=self._listen, daemon=True).start()
        is_open = self._opened.wait(OPENS_WITHIN)
        assert is_open, "the house did not open:\n" + "\n".join(self.lines[-40:])
        assert self.process.poll() is None, "the house closed again:\n" + "\n".join(self.lines[-40:])

    def close(self) -> None:
        """Asks everything to stop, as Ctrl-C does, and takes the home away."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOPS_WITHIN)
        finally:
            self.process.kill()  # the kernel then ends its children: they are told to die with it
            self.process.wait()
            shutil.rmtree(self.home, ignore_errors=True)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if _OPEN in line:
                self._opened.set()
        self._opened.set()  # it ended: nobody has to wait


def open_house() -> House:
    """Starts everything on free ports; the caller closes it."""
    home = Path(tempfile.mkdtemp(prefix="fondaco-browser-"))
    home.chmod(0o711)  # as root, PostgreSQL's user passes through; else its data would live elsewhere and stay
    port, partner_port = _free_ports()
    environment = {name: value for name, value in os.environ.items() if not _LEFT_OUT.match(name)}
    process = subprocess.Popen(
        [sys.executable, "-m", "fondaco.cli", "up", "--port", str(port), "--partner-port", str(partner_port)],
        cwd=home,
        env={**environment, "FONDACO_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    house = House(home, port, partner_port, process)
    try:
        house.wait_until_open()
    except BaseException:
        house.close()
        raise
    return house


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
