"""Processes that are forked: what they take over from their parent, and what they must not.

Each test is a program of its own, since who runs tests has caught standard output already.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

_BEGIN = """
import fcntl, os, signal, subprocess, sys, time
from fondaco.runtime.children import Child, Service
from fondaco.runtime.forks import Fork

def fork(run):
    return Fork("fondaco test", run, lambda: None)

def end(process):
    said = process.stdout.read().decode()
    return process.wait(20), said
"""


def run(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A program that forks."""
    code = _BEGIN + textwrap.dedent(program)
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, timeout=60)


def test_it_says_everything_into_one_pipe_and_nothing_of_what_its_parent_had_not_said_yet() -> None:
    done = run(
        """
        def live():
            print("out")
            os.write(2, b"err" + os.linesep.encode())
            print(open("/proc/self/cmdline").read().rstrip(chr(0)), os.getpid() == os.getsid(0), os.read(0, 9))

        print("mine, ", end="")
        print(end(fork(live)))
        """
    )
    assert done.stdout == "mine, (0, \"out\\nerr\\nfondaco test True b''\\n\")\n"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("end", "code"),
    [("None", 0), ("sys.exit(0)", 0), ("sys.exit(3)", 3), ("sys.exit('no')", 1), ("os.kill(os.getpid(), 9)", -9)],
)
def test_its_end_is_told_as_of_any_process(end: str, code: int) -> None:
    assert run(f"print(end(fork(lambda: {end})))").stdout == f"({code}, '')\n"


def test_an_error_is_shown_and_ends_it() -> None:
    done = run("code, said = end(fork(lambda: 1 / 0)); print(code, said.splitlines()[-1])")
    assert done.stdout == "1 ZeroDivisionError: division by zero\n"


def test_a_signal_right_after_the_start_ends_it_though_its_parent_only_notes_them() -> None:
    done = run(
        """
        signal.signal(signal.SIGTERM, lambda number, frame: print("noted"))
        process = fork(lambda: time.sleep(60))
        process.terminate()
        print(end(process))
        """
    )
    assert done.stdout == f"({-signal.SIGTERM}, '')\n"


def test_it_speaks_into_its_pipe_though_nobody_hears_its_parent_any_more() -> None:
    done = run(
        """
        sys.stdout = open(os.devnull, "w")
        process = fork(lambda: print("heard"))
        sys.stdout = sys.__stdout__
        print(end(process))
        """
    )
    assert (done.stdout, done.stderr) == ("(0, 'heard\\n')\n", "")


def test_where_no_process_can_be_made_signals_are_heard_as_before() -> None:
    done = run(
        """
        def fail():
            raise BlockingIOError

        os.fork = fail
        try:
            fork(lambda: None)
        except BlockingIOError:
            print(signal.pthread_sigmask(signal.SIG_BLOCK, []), os.dup(0))  # the lowest number that is free
        """
    )
    assert (done.stdout, done.stderr) == ("set() 3\n", "")


def test_a_second_signal_ends_a_process_that_the_first_one_met_at_a_bad_moment() -> None:
    done = run(
        """
        from fondaco.runtime.stopping import stop_event

        def live():
            stop = stop_event()
            with stop._cond:  # as at the beginning of ``stop.wait()``
                print("begun")
                time.sleep(60)

        def is_noted():
            (caught,) = [line for line in open(f"/proc/{process.pid}/status") if line.startswith("SigCgt")]
            return not int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1

        process = fork(live)
        process.stdout.read(5)
        process.terminate()
        give_up = time.monotonic() + 20
        while not is_noted() and time.monotonic() < give_up:
            pass
        print(is_noted())
        process.terminate() if is_noted() else os.kill(process.pid, signal.SIGKILL)
        print(process.wait(20))
        """
    )
    assert (done.stdout, done.stderr) == (f"True\n{-signal.SIGTERM}\n", "")


def test_what_its_parent_locked_is_free_when_the_parent_lets_go(tmp_path: Path) -> None:
    done = run(
        """
        with open(sys.argv[1], "w") as mine:
            fcntl.flock(mine, fcntl.LOCK_EX)
            process = fork(lambda: print("begun") or time.sleep(60))
            print(process.stdout.read(5))
        with open(sys.argv[1], "w") as theirs:
            fcntl.flock(theirs, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print(process.poll())
        process.terminate()
        """,
        str(tmp_path / "lock"),
    )
    assert (done.stdout, done.stderr) == ("b'begun'\nNone\n", "")


def test_waiting_for_one_that_lives_on_gives_up() -> None:
    done = run(
        """
        process = fork(lambda: time.sleep(60))
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired as problem:
            print(problem.cmd, process.poll())
        process.terminate()
        """
    )
    assert done.stdout == "fondaco test None\n"


def test_a_service_is_a_function_by_its_name_with_its_arguments() -> None:
    done = run(
        """
        child = Child(Service("speaker", entry="operator:call", arguments=(print, "heard")))
        print(child.start().stdout.read())
        child.wait_or_kill(time.monotonic() + 20)
        print(child.process.returncode)
        """
    )
    assert done.stdout == "b'heard\\n'\n0\n"


def test_it_dies_with_its_parent() -> None:
    done = run(
        """
        print(Child(Service("sleeper", entry="time:sleep", arguments=(60,))).start().pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    orphan, give_up = Path("/proc", done.stdout.strip()), time.monotonic() + 20
    while orphan.exists() and " Z " not in (orphan / "stat").read_text():
        assert time.monotonic() < give_up
    assert done.returncode == -signal.SIGKILL


def test_what_is_loaded_before_the_forks_has_no_thread_and_no_connection(tmp_path: Path) -> None:
    done = run(
        """
        os.environ |= {"FONDACO_HOME": sys.argv[1], "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
        from fondaco.runtime.loading import load_house
        from fondaco.runtime.services import Addresses, list_services
        from pathlib import Path
        services = list_services(Addresses("127.0.0.1", 8000, 8100, "http://127.0.0.1:8000"), Path(sys.argv[1]))
        load_house([service.entry for service in services if service.entry])
        print(sorted(os.listdir("/proc/self/task")) == [str(os.getpid())])
        print(os.dup(0))  # the lowest number that is free: nothing is open but the three streams
        """,
        str(tmp_path),
    )
    assert done.stdout == "True\n3\n", done.stderr
