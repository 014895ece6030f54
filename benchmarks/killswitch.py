"""From the click on the kill switch to the last call accepted, by the house and by an API of the operator's own.

For one token, one installation, a version and an app, the latter two in 100,000 accounts (``BENCH_SCALE``). The other
API is the example, a process of its own that uses ``fondaco.resource_server`` as it comes.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import httpx

from benchmarks.context import Context, House
from benchmarks.rounds import Comparison, constant

SCALE = int(os.environ.get("BENCH_SCALE", "100000"))
BUDGET_SECONDS = 60.0
CALLERS = 4
_AFTER_THE_LAST = 5.0  # seconds of refusals only, before a call counts as the last one
_SUPPORT = "jon@fondaco.example"
_WIDE = frozenset({"version", "app"})  # cut off in every account, and confirmed by the app's name


class Hammer:
    """Programs that call without a pause; ``last_accepted`` is when the last call that was let in was answered."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(CALLERS)]
        self.last_accepted = 0.0
        self.accepted = self.refused = 0

    def start(self) -> None:
        """Returns when each caller was let in."""
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + BUDGET_SECONDS
        while self.accepted < CALLERS:
            if time.monotonic() > until:
                raise RuntimeError(f"{self._url} lets nobody in")
            time.sleep(0.01)

    def stop(self) -> None:
        """Returns when nobody calls any more."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._stop.is_set():
                status = client.get(self._url, headers=self._headers).status_code
                if status == 200:
                    self.accepted += 1
                    self.last_accepted = time.monotonic()  # when the answer was here: the later of the two moments
                elif status == 401:
                    self.refused += 1
                else:
                    time.sleep(0.1)  # more than ten a second; neither let in nor kept out


@dataclass
class Click:
    """One click, by which both peers are measured: ``seconds`` by peer, once it was made."""

    house: House
    staff: str
    kind: str
    world: Mapping[str, str]
    peers: Mapping[str, str]
    is_warm: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    def measure(self, peer: str) -> float:
        """Seconds to the last accepted call. The first time is the warm-up: what is cut off stays so."""
        if not self.is_warm:
            self.is_warm = True
            for url in self.peers.values():
                self._ask("GET", url, self.world["token"])
            return 0.0
        if not self.seconds:
            self._click()
        return self.seconds[peer]

    def _click(self) -> None:
        if self.kind in _WIDE:
            reach = self._ask("GET", self._here, self.staff).json()["installations"]
            if reach != SCALE:
                raise RuntimeError(f"the preview says {reach} installations")
        hammers = {peer: Hammer(url, self.world["token"]) for peer, url in self.peers.items()}
        for hammer in hammers.values():
            hammer.start()
        click = time.monotonic()
        if self.kind == "token":
            self._ask("POST", f"{self._access}-tokens/revoke", self.staff, token=self.world["token"])
        else:
            name = self.world["name"] if self.kind in _WIDE else ""
            self._ask("POST", f"{self._here}/cut-off", self.staff, confirmation=name)
        last = click
        while time.monotonic() < last + _AFTER_THE_LAST:
            time.sleep(0.05)
            last = max(click, *(hammer.last_accepted for hammer in hammers.values()))
            if last > click + 2 * BUDGET_SECONDS:
                raise RuntimeError("calls are accepted for ever")
        for peer, hammer in hammers.items():
            hammer.stop()
            if not hammer.refused:
                raise RuntimeError(f"{peer} refused nothing")
            self.seconds[peer] = max(0.0, hammer.last_accepted - click)
        self._check_that_no_token_is_given()

    @property
    def _access(self) -> str:
        return f"{self.house.url}/api/v1/operator/access"

    @property
    def _here(self) -> str:
        return f"{self._access}/{self.kind}/{self.world['target_id']}"

    def _ask(self, method: str, url: str, bearer: str, **body: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {bearer}"}
        sent = {"reason": "It is measured.", **body} if method == "POST" else None
        answer = httpx.request(method, url, json=sent, headers=headers, trust_env=False, timeout=60)
        answer.raise_for_status()
        return answer

    def _check_that_no_token_is_given(self) -> None:
        """But for one that was ended alone: its program may get another."""
        login = (self.world["client_id"], self.world["client_secret"])
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(self.world["token_url"], data=form, auth=login, trust_env=False, timeout=30)
        if answer.status_code != (200 if self.kind == "token" else 401):
            raise RuntimeError(f"after {self.kind}, the token endpoint said {answer.status_code}")


def bench(context: Context) -> Iterator[Comparison]:
    """Each kind once; both peers are asked at the same time."""
    house = context.house()
    worlds = json.loads(house.run("benchmarks.killswitch_world", str(SCALE)))
    own_api = start_own_api(context, house)
    peers = {"house": f"{house.url}/account", "own-api": f"{own_api}/opening-hours"}
    staff = house.token(_SUPPORT)
    for kind, world in worlds.items():
        click = Click(house, staff, kind, world, peers)
        for peer in peers:
            yield Comparison(
                peer=f"60s:{peer}:{kind}" + (f":{SCALE}-installations" if kind in _WIDE else ""),
                unit="s, click to last accepted call",
                better="lower",
                goal=1.0,
                rounds=1,
                ours=partial(click.measure, peer),
                theirs=constant(BUDGET_SECONDS),
            )


def start_own_api(context: Context, house: House) -> str:
    """The example API, told no more than ``fondaco own-api add`` says; returns its address."""
    said = house.run("fondaco.cli", "own-api", "add", "Measured hours", "--reason", "It is measured.")
    told = dict(re.findall(r"^([\w ]+): +(\S+)$", said, re.MULTILINE))
    environment = {
        "OWN_API_HOUSE": house.url,
        "OWN_API_KEYS": told["keys"],
        "OWN_API_CLIENT_ID": told["client id"],
        "OWN_API_CLIENT_SECRET": told["client secret"],
        "OWN_API_INTROSPECTION": told["introspection"],
        "PYTHONPATH": str(house.root / "src"),
    }
    port = context.free_port()
    command = [sys.executable, str(house.root / "examples" / "own_api" / "app.py"), "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    context.wait_for(f"{url}/health", context.start(command, environment=environment))
    return url
